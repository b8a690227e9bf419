from django.utils.translation import gettext_lazy as _

from organizations.actions import import_organizations
from organizations.import_command import ImportCommand


class Command(ImportCommand):
    help = "Creates or updates units of the tree by code, from a CSV file; all or nothing (docs/organizations.md)."
    action = import_organizations
    counted = {"created": _("tạo mới"), "updated": _("cập nhật"), "unchanged": _("không đổi")}
