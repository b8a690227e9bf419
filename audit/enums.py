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
    "duty_create": _("Giao việc hằng tháng"),
    "duty_change": _("Sửa việc hằng tháng"),
    "duty_delete": _("Bỏ việc hằng tháng"),
    "desk_add": _("Thêm người vào bàn biên tập"),
    "desk_remove": _("Đưa người khỏi bàn biên tập"),
    "category_create": _("Tạo chuyên mục"),
    "category_change": _("Sửa chuyên mục"),
    "category_delete": _("Xóa chuyên mục"),
    "create_organization": _("Lập tổ chức"),
    "update_organization": _("Sửa tổ chức"),
    "merge_organization": _("Sáp nhập tổ chức"),
    "close_organization": _("Kết thúc tổ chức"),
    "create_member": _("Thêm đảng viên"),
    "update_member": _("Sửa đảng viên"),
    "member_leaves": _("Đảng viên ra khỏi danh sách"),
    "move_member": _("Chuyển sinh hoạt"),
    "give_position": _("Giao chức vụ"),
    "end_position": _("Kết thúc chức vụ"),
    "import_organizations": _("Nhập danh sách tổ chức"),
    "import_members": _("Nhập danh sách đảng viên"),
    "sign_in": _("Đăng nhập"),
    "refresh": _("Gia hạn phiên"),
    "end_session": _("Kết thúc phiên"),
    "request_sign_in_code": _("Xin mã đăng nhập"),
    "sign_in_with_code": _("Đăng nhập bằng mã"),
    "activate_account": _("Kích hoạt tài khoản"),
    "print_activation_codes": _("In mã kích hoạt"),
    "end_member_sessions": _("Đăng xuất đảng viên khỏi mọi thiết bị"),
    "register_push": _("Đăng ký nhận thông báo đẩy"),
    "save_notice": _("Lưu nháp thông báo"),
    "discard_notice": _("Bỏ nháp thông báo"),
    "send_notice": _("Gửi thông báo"),
    "correct_notice": _("Đính chính thông báo"),
    "take_back_notice": _("Rút thông báo đang chờ duyệt"),
    "set_approval_rule": _("Đặt quy định duyệt thông báo"),
    "recall_notice": _("Thu hồi thông báo"),
    "remind_notice": _("Nhắc thông báo"),
    "tell_in_person": _("Báo trực tiếp"),
    "read_notice_names": _("Xem danh sách người nhận thông báo"),
    "notice_read": _("Xem thông báo"),
    "notice_acknowledged": _("Tiếp nhận thông báo"),
    "notice_answered": _("Trả lời thông báo"),
    "save_notice_template": _("Lưu mẫu thông báo"),
    "set_text_budget": _("Đặt hạn mức tin nhắn"),
    "text_budget_spent": _("Hết hạn mức tin nhắn"),
    "compose_release": _("Soạn đợt phát hành"),
    "submit_release": _("Trình đợt phát hành"),
    "reopen_release": _("Rút đợt phát hành"),
    "discard_release": _("Bỏ đợt phát hành"),
    "publish_release": _("Phát hành cả đợt"),
    "recall_release": _("Thu hồi đợt phát hành"),
    "roll_back_release": _("Quay lại trước đợt phát hành"),
    "recall": _("Thu hồi"),
    "put_back": _("Đăng lại bản trước"),
    "upload_file": _("Tải tệp lên"),
    "repair": _("Sửa chỗ lệch"),
    "read_file": _("Đọc tệp hạn chế"),
    "open_page": _("Mở trang của bàn khác"),
    "audit_restored": _("Khôi phục bản sao lưu"),
    "export_audit": _("Xuất nhật ký kiểm tra"),
    "seed_demo": _("Tạo dữ liệu mẫu"),
}

# The same for what is recorded beside an act.
DETAIL_LABELS: dict[str, Any] = {
    "account_made": _("Lập tài khoản mới"),
    "address": _("Địa chỉ"),
    "after": _("Sau"),
    "anchors": _("Các bản neo"),
    "approvals": _("Các phê duyệt"),
    "asks_again": _("Hỏi lại từ đầu"),
    "audience": _("Gửi cho"),
    "before": _("Trước"),
    "by": _("Bằng"),
    "bytes": _("Số byte"),
    "cell": _("Chi bộ"),
    "cells": _("Số chi bộ"),
    "change": _("Số phát hành"),
    "changed": _("Đã đổi"),
    "channel": _("Đường vào"),
    "children": _("Số tổ chức trực thuộc"),
    "code": _("Mã"),
    "comment": _("Ý kiến"),
    "device": _("Thiết bị"),
    "due_at": _("Giờ đã định"),
    "ended": _("Số thiết bị đã đăng xuất"),
    "file": _("Tệp"),
    "filters": _("Điều kiện lọc"),
    "found": _("Điều tìm thấy"),
    "from": _("Từ"),
    "into": _("Sáp nhập vào"),
    "into_name": _("Tên nơi sáp nhập vào"),
    "item": _("Tin"),
    "items": _("Số nội dung"),
    "kind": _("Loại"),
    "left_on": _("Ngày ra"),
    "level": _("Cấp"),
    "members": _("Số đảng viên"),
    "message": _("Lời báo"),
    "name": _("Tên"),
    "names": _("Họ tên"),
    "note": _("Ghi chú"),
    "organization": _("Tổ chức"),
    "page": _("Trang"),
    "path": _("Đường dẫn"),
    "per_month": _("Số lượng mỗi tháng"),
    "person": _("Người"),
    "position": _("Chức vụ"),
    "positions_ended": _("Số chức vụ kết thúc"),
    "reason": _("Lý do"),
    "release": _("Đợt phát hành"),
    "request": _("Tờ trình"),
    "required": _("Số phê duyệt cần có"),
    "revision": _("Phiên bản"),
    "role": _("Vai trò"),
    "schedules_cancelled": _("Số lịch bị hủy"),
    "seed": _("Số gieo"),
    "sha256": _("SHA-256 của tệp"),
    "source": _("Nguồn tin"),
    "step": _("Bước"),
    "title": _("Tiêu đề"),
    "to": _("Đến"),
    "units": _("Các tổ chức nhận"),
    "up_to": _("Đến mục số"),
    "user": _("Tài khoản"),
    "valid_from": _("Có hiệu lực từ"),
    "valid_to": _("Có hiệu lực đến trước"),
    "version": _("Bản số"),
    "voided": _("Số phê duyệt mất hiệu lực"),
}
