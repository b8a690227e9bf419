"""What the audit adds to the Wagtail admin: one page under the reports."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from audit.viewsets import AuditLogViewSet, may_read_audit


@hooks.register("register_admin_viewset")
def audit_log() -> AuditLogViewSet:
    """The page's addresses."""
    return AuditLogViewSet()


class AuditLogMenuItem(MenuItem):
    """Shown to those who may read the audit."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_read_audit(request)


@hooks.register("register_reports_menu_item")
def audit_log_menu_item() -> AuditLogMenuItem:
    """Báo cáo > Nhật ký kiểm tra."""
    return AuditLogMenuItem(
        _("Nhật ký kiểm tra"), reverse("audit_log:index"), name="audit-log", icon_name="history", order=100
    )


@hooks.register("register_permissions")
def audit_permissions():
    """Lets superusers give a group the rights to read the audit and to take it out as a file."""
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(
        content_type__app_label="audit", codename__in=["view_auditentry", "export_auditentry"]
    )
