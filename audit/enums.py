"""The words of the audit and of refusals."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """How an act ended."""

    DONE = "done", _("Đã thực hiện")
    REFUSED = "refused", _("Bị từ chối")


class RefusalCode(models.TextChoices):
    """Why an act was refused; the API's ErrorCode carries the same names."""

    REQUIRED = "REQUIRED", _("Còn thiếu")
    INVALID = "INVALID", _("Không hợp lệ")
    NOT_FOUND = "NOT_FOUND", _("Không tìm thấy")
    FORBIDDEN = "FORBIDDEN", _("Không được phép")
    CONFLICT = "CONFLICT", _("Xung đột")
    EXPIRED = "EXPIRED", _("Đã hết hạn")
    RATE_LIMITED = "RATE_LIMITED", _("Quá nhiều lần")
    UNAUTHENTICATED = "UNAUTHENTICATED", _("Chưa đăng nhập")


# What a reader of the audit sees for the code of an act; an act without a line here is shown by its code.
ACT_LABELS: dict[str, Any] = {
    "submit": _("Trình duyệt"),
    "decide": _("Quyết định"),
    "approve": _("Phê duyệt"),
    "return": _("Trả lại"),
    "void_approvals": _("Phê duyệt mất hiệu lực"),
    "schedule": _("Hẹn giờ đăng"),
    "reschedule": _("Đổi giờ đăng"),
    "cancel_schedule": _("Hủy lịch đăng"),
    "publish": _("Đăng"),
    "emergency_publish": _("Đăng khẩn cấp"),
    "withdraw": _("Gỡ đăng"),
    "expire": _("Hết hạn"),
    "ingest": _("Lấy tin từ nguồn"),
    "ingest_changed": _("Nguồn sửa tin đã lấy"),
    "source_create": _("Tạo nguồn tin"),
    "source_change": _("Sửa nguồn tin"),
    "desk_add": _("Thêm người vào bàn biên tập"),
    "desk_remove": _("Đưa người khỏi bàn biên tập"),
    "category_create": _("Tạo chuyên mục"),
    "category_change": _("Sửa chuyên mục"),
    "category_delete": _("Xóa chuyên mục"),
    "sign_in": _("Đăng nhập"),
    "request_sign_in_code": _("Xin mã đăng nhập"),
    "sign_in_with_code": _("Đăng nhập bằng mã"),
    "activate_account": _("Kích hoạt tài khoản"),
    "print_activation_codes": _("In mã kích hoạt"),
    "end_session": _("Kết thúc phiên đăng nhập"),
    "end_member_sessions": _("Đăng xuất đảng viên khỏi mọi thiết bị"),
    "register_push": _("Đăng ký nhận thông báo đẩy"),
}
