"""The words of the editorial process."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Decision(models.TextChoices):
    """What a reviewer decides on one revision."""

    APPROVE = "approve", _("Phê duyệt")
    RETURN = "return", _("Trả lại")


class RequestKind(models.TextChoices):
    """What is put before a committee that is no page of the content store. Grows with the product."""

    RELEASE = "release", _("Đợt phát hành")
    NOTICE = "notice", _("Thông báo")
    ANSWER = "answer", _("Trả lời góp ý")


class RequestState(models.TextChoices):
    """Where a request for approval stands. Only a waiting one is decided on."""

    WAITING = "waiting", _("Đang chờ duyệt")
    APPROVED = "approved", _("Đã duyệt")
    RETURNED = "returned", _("Bị trả lại")
    LAPSED = "lapsed", _("Không còn hiệu lực")


class ReleaseState(models.TextChoices):
    """Where a release stands."""

    DRAFT = "draft", _("Đang soạn")
    WAITING = "waiting", _("Đang chờ duyệt")
    SCHEDULED = "scheduled", _("Đã duyệt, chờ giờ")
    OUT = "out", _("Đã phát hành")
    RECALLED = "recalled", _("Đã thu hồi")
    ROLLED_BACK = "rolled_back", _("Đã quay lại bản trước")
    DISCARDED = "discarded", _("Đã bỏ")


# The whole of what may be done with a release: from which state, to which.
RELEASE_TRANSITIONS: dict[str, dict[str, str]] = {
    "compose_release": {ReleaseState.DRAFT: ReleaseState.DRAFT},
    "discard_release": {ReleaseState.DRAFT: ReleaseState.DISCARDED},
    "submit_release": {ReleaseState.DRAFT: ReleaseState.WAITING},
    "approve_release": {ReleaseState.WAITING: ReleaseState.SCHEDULED},
    "reopen_release": {ReleaseState.WAITING: ReleaseState.DRAFT, ReleaseState.SCHEDULED: ReleaseState.DRAFT},
    "publish_release": {ReleaseState.SCHEDULED: ReleaseState.OUT},
    "recall_release": {ReleaseState.OUT: ReleaseState.RECALLED},
    "roll_back_release": {ReleaseState.OUT: ReleaseState.ROLLED_BACK},
}
# While a release is pending, its items go out with it or not at all.
PENDING_RELEASES = (ReleaseState.WAITING, ReleaseState.SCHEDULED)
# A page is in one of these at most.
OPEN_RELEASES = (ReleaseState.DRAFT, *PENDING_RELEASES)


class ScheduledAct(models.TextChoices):
    """What the publisher does when the time has come."""

    PUBLISH = "publish", _("Đăng")
    LIFT = "lift", _("Mở cho đảng viên")
    EXPIRE = "expire", _("Hết hạn")


class ScheduleState(models.TextChoices):
    """Where a scheduled act stands. A failing one stays pending: it is due until it is done or called off."""

    PENDING = "pending", _("Đang chờ")
    DONE = "done", _("Đã xong")
    CANCELLED = "cancelled", _("Đã hủy")


class TranslationState(models.TextChoices):
    """How an original stands in another language, for its readers first: what is out and old is old, whatever is under way."""

    NONE = "none", _("Chưa dịch")
    WORKING = "working", _("Đang dịch")
    REVIEW = "review", _("Chờ duyệt")
    OUT = "out", _("Đã xuất bản")
    STALE = "stale", _("Đã cũ: bản gốc đã thay đổi")


class LinkEnd(models.TextChoices):
    """Why a link for reviewing on a phone leads nowhere. For the audit and the board; who holds it is not told."""

    UNKNOWN = "unknown", _("Không có liên kết này")
    OTHER_PERSON = "other_person", _("Người khác đang đăng nhập")
    EXPIRED = "expired", _("Đã hết hạn")
    REVOKED = "revoked", _("Đã thu hồi")
    USED = "used", _("Đã quyết định")
    SUPERSEDED = "superseded", _("Nội dung đã được sửa")
    SETTLED = "settled", _("Bước duyệt đã xong")
    NO_RIGHT = "no_right", _("Không còn quyền duyệt")


class DeskSection(models.TextChoices):
    """Where a piece of content stands, as its desk sees it; in the order in which it asks for work."""

    WAITING = "waiting", _("Chờ tôi duyệt")
    RETURNED = "returned", _("Bị trả lại")
    DRAFTS = "drafts", _("Bản nháp")
    REVIEW = "review", _("Đang chờ duyệt")
    SCHEDULED = "scheduled", _("Đã hẹn giờ")
    OUT = "out", _("Đã đăng")
    REMOVED = "removed", _("Đã gỡ hoặc hết hạn")
