"""The screens of the sender: the list, and writing."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Prefetch
from django.http import Http404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handbook.notices import actions
from handbook.notices.enums import EDITABLE
from handbook.notices.forms import NoticeForm, shown, text_of
from handbook.notices.models import Notice, NoticeTemplate, NoticeVersion
from handbook.notices.permissions import (
    is_sender,
    reaching_own_units,
    sets_budgets,
    sets_rules,
    templates_for,
    usual_unit,
)
from handbook.notices.views.base import ActForm, Screen, notice_url
from organizations.listing import page_of

CURRENT = Prefetch("versions", NoticeVersion.objects.filter(number=F("notice__version")), to_attr="current_texts")


class IndexView(Screen):
    """Notices of the units for which the person sends, and those that reach their own units."""

    template_name = "notices/index.html"
    page_title = gettext_lazy("Thông báo")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, now = self.request.user, timezone.now()
        own = Notice.objects.of_officer(user).select_related("organization").prefetch_related(CURRENT)
        sent = page_of(own.order_by("-created_at", "-pk"), self.request.GET.get("p"))
        reaching = reaching_own_units(user, now).select_related("organization").prefetch_related(CURRENT)
        received = page_of(reaching.order_by("-sent_at", "-pk"), self.request.GET.get("m"), parameter="m", size=20)
        return super().get_context_data(
            sent=sent,
            received=received,
            rows=[_row(notice, now) for notice in sent.rows],
            received_rows=[_row(notice, now) for notice in received.rows],
            may_send=is_sender(user),
            may_set_rules=sets_rules(user),
            may_set_budgets=sets_budgets(user),
            **kwargs,
        )


def _row(notice: Any, now: Any) -> dict[str, Any]:
    return {"notice": notice, "text": notice.current_texts[0], "status": notice.status_at(now)}


class WriteView(ActForm):
    """A new notice, or a draft: saved first, then shown with the count of those it would reach."""

    form_class = NoticeForm
    template_name = "notices/write.html"
    submit_label = gettext_lazy("Lưu và xem trước")

    def check(self) -> None:
        if not is_sender(self.request.user):
            raise PermissionDenied
        _found = self.notice

    @cached_property
    def notice(self) -> Notice | None:
        """The draft of the address; None for a new notice."""
        if "pk" not in self.kwargs:
            return None
        found = Notice.objects.of_officer(self.request.user).filter(pk=self.kwargs["pk"], state__in=EDITABLE).first()
        if found is None:
            raise Http404
        return found

    def get_page_title(self) -> str:
        return _("Sửa bản nháp") if self.notice else _("Soạn thông báo")

    def way_here(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.get_page_title()}]

    def get_form_kwargs(self) -> dict[str, Any]:
        version = self.notice.current if self.notice else None
        return {**super().get_form_kwargs(), "user": self.request.user, "version": version}

    def get_initial(self) -> dict[str, Any]:
        if self.notice:
            return shown(self.notice.current, self.notice)
        unit = usual_unit(self.request.user)
        first: dict[str, Any] = {"organization": unit.pk} if unit else {}
        asked = self.request.GET.get("template", "")
        template = templates_for(self.request.user).filter(pk=asked).first() if asked.isdecimal() else None
        return first | (text_of(template) if template else {})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        templates: Any = NoticeTemplate.objects.none() if self.notice else templates_for(self.request.user)[:30]
        return super().get_context_data(templates=templates, notice=self.notice, **kwargs)

    @transaction.atomic
    def act(self, form: Any) -> str:
        facts = form.cleaned_data
        content = form.content_with(files_of(self.actor, facts))
        notice = actions.save_notice(
            actor=self.actor,
            organization=facts["organization"],
            content=content,
            audience=facts["audience"],
            sub_units=facts.get("sub_units", ()),
            sent_at=facts["sent_at"],
            expires_at=facts["expires_at"],
            notice=self.notice,
        )
        if facts["save_as"]:
            actions.save_template(
                actor=self.actor, organization=facts["organization"], name=facts["save_as"], content=content
            )
        return notice_url(notice)


def files_of(actor: Any, facts: dict[str, Any]) -> tuple[uuid.UUID, ...]:
    kept = [uuid.UUID(key) for key in facts.get("kept", ())]
    uploaded = [actions.keep_file(actor=actor, file=file, name=file.name).pk for file in facts["uploads"]]
    return (*kept, *uploaded)
