"""What may be done to content that is out: one screen to choose from, and one for each act."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminPageChooser

from editorial.amendments import actions
from editorial.permissions import may_amend
from editorial.views.path import PageScreen
from editorial.views.reasoned import ReasonedActView


@dataclasses.dataclass(frozen=True)
class Words:
    """An act in the words of its screen: its name, what readers notice, what is asked for, and the button."""

    name: Any
    what: Any
    label: Any
    button: Any
    done: Any
    icon: str
    is_grave: bool = True


CORRECT = Words(
    name=_("Đính chính"),
    what=_(
        "Sửa chỗ sai của bài đang đăng. Người đọc thấy bài đã sửa kèm lời đính chính. Bản sửa được trình duyệt như mọi bài."
    ),
    label=_("Lời đính chính (bắt buộc; người đọc sẽ thấy)"),
    button=_("Bắt đầu đính chính"),
    done=_("Đã tạo bản đính chính của “%(page)s”. Hãy sửa chỗ sai rồi bấm Trình duyệt."),
    icon="edit",
    is_grave=False,
)
WITHDRAW = Words(
    name=_("Gỡ"),
    what=_(
        "Bài biến khỏi danh sách, tìm kiếm và điện thoại. Ai mở lại liên kết cũ thì thấy bài đã gỡ và lý do dưới đây."
    ),
    label=_("Lý do gỡ (bắt buộc; người giữ liên kết sẽ đọc được)"),
    button=_("Gỡ bài này"),
    done=_("Đã gỡ “%(page)s”. Người đọc không còn thấy nữa."),
    icon="download",
)
REPLACE = Words(
    name=_("Thay bằng bài khác"),
    what=_("Bài này được gỡ, và ai mở lại liên kết cũ thì được dẫn sang bài thay thế đang đăng."),
    label=_("Lý do thay (bắt buộc; người giữ liên kết sẽ đọc được)"),
    button=_("Thay bài này"),
    done=_("Đã thay “%(page)s”. Liên kết cũ dẫn sang bài mới."),
    icon="redirect",
)
RECALL = Words(
    name=_("Thu hồi"),
    what=_(
        "Coi như chưa từng gửi: bài và tệp bị xóa khỏi mọi điện thoại, liên kết cũ không còn gì, chỉ nhật ký kiểm tra giữ lại. "
        "Dùng khi bài không được phép đến tay người đọc."
    ),
    label=_("Lý do thu hồi (bắt buộc; chỉ người trong Ban Biên tập thấy)"),
    button=_("Thu hồi bài này"),
    done=_("Đã thu hồi “%(page)s”. Điện thoại của người đọc xóa bài ở lần đồng bộ tới."),
    icon="bin",
)
# In the order in which to think of them: the lightest that helps comes first.
AMENDMENTS = {"correct": CORRECT, "withdraw": WITHDRAW, "replace": REPLACE, "recall": RECALL}


class AmendView(PageScreen):
    """The acts side by side, each in a sentence, so that nobody takes the heavier one for want of knowing the other."""

    template_name = "editorial/amend.html"
    page_title = _("Xử lý bài đã đăng")
    header_icon = "edit"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse before anything is shown; to strangers the page does not even exist."""
        _found = self.page
        if not may_amend(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        acts = [
            (f"editorial_{act}", words)
            for act, words in AMENDMENTS.items()
            if self.request.user.has_perm(f"editorial.{act}")
        ]
        return super().get_context_data(page=self.page, acts=acts, **kwargs)


class AmendmentView(ReasonedActView):
    """The screen of one act."""

    template_name = "editorial/amendment.html"
    words: Words
    needs_live = True

    @property
    def page_title(self) -> Any:  # type: ignore[override]
        """The act."""
        return self.words.name

    @property
    def header_icon(self) -> str:  # type: ignore[override]
        """Its picture."""
        return self.words.icon

    @property
    def done_message(self) -> Any:  # type: ignore[override]
        """What is said once it is done."""
        return self.words.done

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("is_possible", self.page.live or not self.needs_live)
        return super().get_context_data(words=self.words, **kwargs)


class CorrectView(AmendmentView):
    """Begin a correction, and go on in the editing form."""

    words = CORRECT
    permission = "editorial.correct"

    def act(self, request: HttpRequest, reason: str) -> None:
        actions.correct(actor=request.user, page_id=self.page.pk, note=reason)

    def where_next(self) -> HttpResponse:
        return redirect("wagtailadmin_pages:edit", self.page.pk)


class WithdrawView(AmendmentView):
    """Take down what is out."""

    words = WITHDRAW
    permission = "editorial.withdraw"

    def act(self, request: HttpRequest, reason: str) -> None:
        actions.withdraw(actor=request.user, page_id=self.page.pk, reason=reason)


class ReplaceView(AmendmentView):
    """Take down what is out, and name what stands in its place."""

    words = REPLACE
    permission = "editorial.replace"
    fields = ("reason", "by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chosen = self.request.POST.get("by", "")
        chooser = AdminPageChooser(target_models=[type(self.page)])
        field = chooser.render("by", int(chosen) if chosen.isdigit() else None, {"id": "id_by"})
        return super().get_context_data(chooser=field, media=chooser.media, **kwargs)

    def act(self, request: HttpRequest, reason: str) -> None:
        chosen = request.POST.get("by", "")
        by = int(chosen) if chosen.isdigit() and len(chosen) < 18 else 0
        actions.replace(actor=request.user, page_id=self.page.pk, by_page_id=by, reason=reason)


class RecallView(AmendmentView):
    """Make as if it had never been sent; also what was withdrawn before."""

    words = RECALL
    permission = "editorial.recall"
    needs_live = False

    def act(self, request: HttpRequest, reason: str) -> None:
        actions.recall(actor=request.user, page_id=self.page.pk, reason=reason)
