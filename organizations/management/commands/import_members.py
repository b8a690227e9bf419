from django.utils.translation import gettext_lazy as _

from organizations.actions import import_members
from organizations.import_command import ImportCommand


class Command(ImportCommand):
    help = "Creates or updates members by code, from a CSV file; all or nothing (docs/organizations.md)."
    action = import_members
    counted = {
        "created": _("tạo mới"),
        "updated": _("cập nhật"),
        "moved": _("chuyển sinh hoạt"),
        "unchanged": _("không đổi"),
        "positions_given": _("chức vụ giao"),
        "positions_ended": _("chức vụ kết thúc"),
        "accounts": _("tài khoản có mật khẩu mới"),
    }
