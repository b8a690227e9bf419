"""Composing releases: the list, and the one screen on which a release is put together, sent on its way and taken back."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.actions import record_refusal
from audit.enums import RefusalCode
from audit.readings import record_reading
from audit.refusals import Refused
from cms.models import ContentPage
from cms.preview import PreviewMode, serve
from editorial.app_preview import make_release_token
from editorial.enums import RELEASE_TRANSITIONS, ReleaseState
from editorial.forms import ReleaseForm
from editorial.models import ApprovalRequest, Release
from editorial.permissions import ENDING_RIGHTS, may_compose_releases
from editorial.releases import actions
from editorial.releases.parts import kind_of, kinds, things_of
from editorial.releases.preview import as_one, drafts_of, parts_of, texts_of
from editorial.titles import titled
from editorial.views.desk import EditorialView

PRINT = "print_release"
PAGE_ROWS = 20
FOUND_ROWS = 20


class ReleaseScreen(EditorialView):
    """For who composes releases."""

    header_icon = "list-ul"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_compose_releases(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def release(self) -> Release:
        """The release of the address."""
        return get_object_or_404(Release.objects.select_related("organization"), pk=self.kwargs["pk"])

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        desk, *own = super().get_breadcrumbs_items()
        every = reverse("editorial_releases")
        above = [] if self.request.path == every else [{"url": every, "label": _("Đợt phát hành")}]
        return [desk, *above, *own]


class ReleasesView(ReleaseScreen):
    """All releases: those at work first."""

    template_name = "editorial/releases.html"
    page_title = gettext_lazy("Đợt phát hành")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Release.objects.select_related("organization", "created_by").annotate(count=Count("items"))
        page = Paginator(rows.order_by("-created_at", "-pk"), PAGE_ROWS).get_page(self.request.GET.get("p"))
        return super().get_context_data(items=page, **kwargs)


class ReleaseFormView(ReleaseScreen):
    """A new release, or what one is called and when it goes out."""

    template_name = "editorial/release_form.html"
    page_title = gettext_lazy("Đợt phát hành mới")

    @cached_property
    def existing(self) -> Release | None:
        """The release that is changed; None where a new one is begun."""
        return self.release if "pk" in self.kwargs else None

    def get_page_title(self) -> Any:
        return _("Sửa đợt phát hành") if self.existing else self.page_title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", ReleaseForm(instance=self.existing))
        return super().get_context_data(release=self.existing, **kwargs)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Save it; what is wrong is said beside its field, and nothing typed is lost."""
        form = ReleaseForm(request.POST, instance=self.existing)
        if form.is_valid():
            try:
                saved = actions.save_release(actor=request.user, release=self.existing, **form.cleaned_data)
            except Refused as refusal:
                record_refusal(refusal, actor=request.user, channel="admin")
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            else:
                return redirect("editorial_release", saved.pk)
        return self.render_to_response(self.get_context_data(form=form), status=400)


class ReleaseView(ReleaseScreen):
    """One release: its items, what stands in the way, and the next step."""

    template_name = "editorial/release.html"
    page_title = gettext_lazy("Đợt phát hành")
    error = ""

    def get_page_subtitle(self) -> str:
        return self.release.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        release = self.release
        words = self.request.GET.get("q", "").strip()[:100]
        items = release.items.select_related("page__source", "page__locale", "revision")
        composing = release.state == ReleaseState.DRAFT
        return super().get_context_data(
            release=release,
            items=items,
            composing=composing,
            can={act for act, states in RELEASE_TRANSITIONS.items() if release.state in states} - self._rightless(),
            words=words,
            found=self._candidates(words) if composing else [],
            parts=[(part, kind_of(thing).title(thing), kind_of(thing).label) for part, thing in things_of(release)],
            parts_found=self._part_candidates() if composing else [],
            asked=ApprovalRequest.objects.about(release).with_count().order_by("asked_at").last(),
            **kwargs,
        )

    def _rightless(self) -> set[str]:
        """The ways back for which this person lacks the right."""
        return {act for act, right in ENDING_RIGHTS.items() if not self.request.user.has_perm(right)}

    def _candidates(self, words: str) -> Any:
        """Drafts that could join: not out as they are, and in no other open release; the latest edited first."""
        pages = ContentPage.objects.filter(has_unpublished_changes=True).exclude(release_items__is_open=True)
        return (
            titled(pages, words)
            .select_related("source", "locale")
            .order_by("-latest_revision_created_at", "-pk")[:FOUND_ROWS]
        )

    def _part_candidates(self) -> list[tuple[str, Any, str, Any]]:
        """Drafts that are no pages and could join: the name of their kind, their key, their title and what they are."""
        user = self.request.user
        return [
            (name, thing.pk, kind.title(thing), kind.label)
            for name, (_model, kind) in kinds().items()
            for thing in kind.candidates(user)[:FOUND_ROWS]
            if Release.objects.open_with(thing) is None
        ]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """One act of the screen. A refusal about the reason is shown beside it, all others as a message."""
        release, act = self.release, request.POST.get("act", "")
        try:
            said = self._act(act, release)
        except Refused as refusal:
            if refusal.field != "reason":
                raise
            record_refusal(refusal, actor=request.user, channel="admin")
            context = self.get_context_data(error=refusal.message, reason=request.POST.get("reason", ""))
            return self.render_to_response(context, status=400)
        if said:
            messages.success(request, said)
        return redirect(reverse("editorial_release", args=[release.pk]) + ("#add" if act == "add" else ""))

    def _act(self, act: str, release: Release) -> str:
        actor, sent = self.request.user, self.request.POST
        page_id = int(sent["page"]) if sent.get("page", "").isdigit() else 0
        if act == "add":
            actions.add_item(actor=actor, release=release, page=get_object_or_404(ContentPage, pk=page_id))
            return ""
        if act == "remove":
            actions.remove_item(actor=actor, release=release, page_id=page_id)
            return ""
        if act == "add_part":
            model, _kind = kinds().get(sent.get("kind", ""), (None, None))
            if model is None:
                raise Http404
            try:
                thing = get_object_or_404(model, pk=sent.get("thing", ""))
            except (ValueError, ValidationError):
                raise Http404 from None
            actions.add_part(actor=actor, release=release, thing=thing)
            return ""
        if act == "remove_part":
            part_id = int(sent["part"]) if sent.get("part", "").isdigit() else 0
            actions.remove_part(actor=actor, release=release, part_id=part_id)
            return ""
        if act in ("up", "down"):
            actions.move_item(actor=actor, release=release, page_id=page_id, down=act == "down")
            return ""
        if act == "submit":
            actions.submit_release(actor=actor, release=release)
            return _("Đã trình “%(release)s”. Cấp ủy sẽ thấy đợt này trong danh sách chờ duyệt.") % {"release": release}
        if act == "take_back":
            actions.take_back_release(actor=actor, release=release)
            return _("Đã rút “%(release)s” về để sửa.") % {"release": release}
        if act == "discard":
            actions.discard_release(actor=actor, release=release)
            return _("Đã bỏ “%(release)s”. Các bài trong đợt vẫn còn.") % {"release": release}
        if act == "recall":
            actions.recall_release(actor=actor, release=release, reason=sent.get("reason", ""))
            return _("Đã thu hồi “%(release)s”. Người đọc không còn thấy bài nào của đợt.") % {"release": release}
        if act == "roll_back":
            left = actions.roll_back_release(actor=actor, release=release, reason=sent.get("reason", ""))
            said = _("Đã quay lại như trước “%(release)s”.") % {"release": release}
            kept = _("Người đọc không có lại, vì đã gỡ hoặc đã hết hạn: %(titles)s.")
            return f"{said} {kept % {'titles': ', '.join(f'“{title}”' for title in left)}}" if left else said
        raise Refused(RefusalCode.INVALID, _("Hãy bấm một nút trên trang."), act="compose_release", target=release)


class ReleasePhoneView(ReleaseScreen):
    """The release as a member's phone will show it; a frame of the preview."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """All of its texts, in the order in which they stand, and the notices that go out with them."""
        texts = [text for _item, _revision_id, text in drafts_of(self.release)]
        parts = parts_of(self.release, request.user)
        with as_one(self.release):
            return serve(texts, request, request.GET.get("mode", ""), release=self.release, parts=parts)


class ReleasePreviewView(ReleaseScreen):
    """The release as it will look: its contents and every text."""

    template_name = "editorial/release_preview.html"
    page_title = gettext_lazy("Xem trước đợt phát hành")

    def get_page_subtitle(self) -> str:
        return self.release.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        texts = texts_of(self.release, self.request.user)
        asked = self.request.GET.get("mode")
        mode = asked if asked in PreviewMode.values else PreviewMode.LIGHT.value
        return super().get_context_data(
            release=self.release,
            texts=texts,
            parts=parts_of(self.release, self.request.user),
            modes=PreviewMode.choices,
            mode=mode,
            **kwargs,
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """A token for a real app, shown once; it is nowhere to be looked up."""
        token, until = make_release_token(actor=request.user, release=self.release)  # type: ignore[arg-type]
        response = self.render_to_response(self.get_context_data(token=token, until=until))
        response["Cache-Control"] = "no-store"
        return response


class ReleasePrintView(ReleaseScreen):
    """The release on paper, for members without a phone."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A PDF that opens in the browser. Paper leaves the house: who took it is recorded."""
        from editorial.releases.printing.booklet import file_name, print_release  # tens of megabytes, seldom needed

        pdf = print_release(self.release)
        record_reading(act=PRINT, actor=request.user, target=self.release)
        headers = {
            "Content-Disposition": content_disposition_header(False, file_name(self.release)),
            "Cache-Control": "private, no-store",
        }
        return HttpResponse(pdf, content_type="application/pdf", headers=headers)
