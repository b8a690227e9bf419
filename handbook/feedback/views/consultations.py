"""The screens of opinions on drafts: the list, writing, and what was said, by section."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets.button import HeaderButton

from handbook.feedback import actions, docx
from handbook.feedback.models.consultation import (
    Consultation,
    ConsultationSection,
    ConsultationState,
    Opinion,
    Verdict,
)
from handbook.feedback.permissions import answering_units, own_units
from handbook.feedback.views.base import ActForm, Screen
from organizations.forms import UnitField
from organizations.listing import page_of

MOMENT = "%Y-%m-%dT%H:%M"


def _moment(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(
        label=label, help_text=help_text, widget=widget, required=required, input_formats=[MOMENT]
    )


class ConsultationForm(forms.Form):
    """A draft, whose opinion is asked, and until when."""

    organization = UnitField(label=gettext_lazy("Tổ chức lấy ý kiến"), among="answering")
    title = forms.CharField(label=gettext_lazy("Tiêu đề"), max_length=255)
    summary = forms.CharField(
        label=gettext_lazy("Giới thiệu"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    text = forms.CharField(
        label=gettext_lazy("Dự thảo"),
        help_text=gettext_lazy("Dòng bắt đầu bằng dấu # là tên của mục tiếp theo. Đảng viên góp ý được từng mục."),
        widget=forms.Textarea(attrs={"rows": 16}),
    )
    opens_at = _moment(gettext_lazy("Lấy ý kiến từ"))
    closes_at = _moment(gettext_lazy("Đến"))
    meets_at = _moment(
        gettext_lazy("Giờ họp"), gettext_lazy("Từ giờ này, ý kiến được ghi là tại cuộc họp."), required=False
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = answering_units(user)  # type: ignore[attr-defined]


class ListView(Screen):
    """Consultations of the units for which the person answers."""

    template_name = "feedback/consultations.html"
    page_title = gettext_lazy("Lấy ý kiến dự thảo")

    @property
    def header_buttons(self) -> list[HeaderButton]:
        return [HeaderButton(label=_("Soạn dự thảo"), url=reverse("feedback:consultation_new"), icon_name="plus")]

    def way_here(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = Consultation.objects.of_officer(self.request.user).select_related("organization")
        page = page_of(found, self.request.GET.get("p"))
        now = timezone.now()
        rows = [{"consultation": each, "is_open": each.is_open_at(now)} for each in page.rows]
        return super().get_context_data(page=page, rows=rows, **kwargs)


class ConsultationScreen(Screen):
    """A screen about a consultation of a unit for which the person answers; 404 for everybody else."""

    @cached_property
    def consultation(self) -> Consultation:
        """The one of the address."""
        found = Consultation.objects.of_officer(self.request.user).select_related("organization")
        one = found.filter(pk=self.kwargs["pk"]).first()
        if one is None:
            raise Http404
        return one

    def check(self) -> None:
        _found = self.consultation

    def get_page_title(self) -> str:
        return self.consultation.title

    def way_here(self) -> list[dict[str, Any]]:
        up = {"url": reverse("feedback:consultations"), "label": _("Lấy ý kiến dự thảo")}
        return [up, {"url": "", "label": self.consultation.title}]


class WriteView(ActForm):
    """A new consultation, or a draft of one."""

    form_class = ConsultationForm
    submit_label = gettext_lazy("Lưu nháp")
    page_title = gettext_lazy("Soạn dự thảo lấy ý kiến")

    @cached_property
    def consultation(self) -> Consultation | None:
        """The draft of the address; None for a new one."""
        if "pk" not in self.kwargs:
            return None
        drafts = Consultation.objects.of_officer(self.request.user).filter(state=ConsultationState.DRAFT)
        found = drafts.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def check(self) -> None:
        _found = self.consultation

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        found = self.consultation
        if found is None:
            return {"organization": getattr(own_units(self.request.user).first(), "pk", None)}
        names = ("title", "summary")
        text = "\n".join(f"# {section.title}\n{section.body}\n" for section in found.sections.all())
        moments = {
            name: timezone.localtime(value)
            for name in ("opens_at", "closes_at", "meets_at")
            if (value := getattr(found, name))
        }
        facts = {name: getattr(found, name) for name in names}
        return {**facts, **moments, "organization": found.organization_id, "text": text}

    def act(self, form: Any) -> str:
        saved = actions.save_consultation(actor=self.actor, consultation=self.consultation, **form.cleaned_data)
        self.told(_("Đã lưu nháp. Hãy đọc lại rồi bấm “Mở lấy ý kiến”."))
        return reverse("feedback:consultation", args=[saved.pk])

    def way_here(self) -> list[dict[str, Any]]:
        up = {"url": reverse("feedback:consultations"), "label": _("Lấy ý kiến dự thảo")}
        return [up, {"url": "", "label": self.page_title}]

    def back(self) -> str:
        return reverse("feedback:consultations")


class ConsultationView(ConsultationScreen):
    """A draft, and what was said of one of its sections (``?section=``; without it of the whole), page by page.

    Each opinion is marked here. Refusals: see ``cms.middleware``.
    """

    template_name = "feedback/consultation.html"

    @cached_property
    def sections(self) -> list[ConsultationSection]:
        """The sections of the draft, in their order."""
        return list(self.consultation.sections.all())

    @cached_property
    def section(self) -> ConsultationSection | None:
        """The section of the address; None for the whole."""
        asked = self.request.GET.get("section", "")
        found = next((each for each in self.sections if str(each.number) == asked), None)
        if asked and found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self.consultation
        numbers = (
            found.opinions.order_by()
            .values("section")
            .annotate(said=Count("pk"), left=Count("pk", filter=Q(verdict=Verdict.NEW)))
        )
        by_section: dict[int | None, Any] = {row["section"]: row for row in numbers}
        none = {"said": 0, "left": 0}
        opinions = found.opinions.filter(section=self.section).select_related("member", "cell")
        page = page_of(opinions, self.request.GET.get("p"))
        if page.rows:
            actions.log_opinions_read(actor=self.actor, consultation=found, form="screen")
        return super().get_context_data(
            consultation=found,
            sections=[(each, by_section.get(each.pk, none)) for each in self.sections],
            whole=by_section.get(None, none),
            section=self.section,
            page=page,
            opinions=page.rows,
            total=sum(row["said"] for row in by_section.values()),
            left=sum(row["left"] for row in by_section.values()),
            is_draft=found.state == ConsultationState.DRAFT,
            is_open=found.is_open_at(timezone.now()),
            may_end=found.state == ConsultationState.OPEN and found.closes_at > timezone.now(),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Open, end, or mark one opinion."""
        act = request.POST.get("act")
        by: dict[str, Any] = {"actor": self.actor, "consultation": self.consultation}
        if act == "open":
            actions.open_consultation(**by)
            self.told(_("Đã mở lấy ý kiến."))
        elif act == "end":
            actions.end_consultation(**by)
            self.told(_("Đã kết thúc lấy ý kiến."))
        elif act in (Verdict.TAKEN, Verdict.NOT_TAKEN):
            opinion = self._opinion(request.POST.get("opinion", ""))
            actions.settle_opinion(
                actor=self.actor, opinion=opinion, verdict=act, reason=request.POST.get("reason", "")
            )
            self.told(_("Đã ghi kết quả."))
            return HttpResponseRedirect(f"{request.get_full_path()}#{opinion.pk}")
        return HttpResponseRedirect(request.get_full_path())

    def _opinion(self, asked: str) -> Opinion:
        try:
            found = self.consultation.opinions.filter(pk=uuid.UUID(asked)).first()
        except ValueError:
            found = None
        if found is None:
            raise Http404
        return found


class DocxView(ConsultationScreen):
    """All of it as a DOCX."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actions.log_opinions_read(actor=self.actor, consultation=self.consultation, form="docx")
        return docx.response(self.consultation)
