"""Where the screens of notices are."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.base import ViewSet

from handbook.notices.views import reach, sending, settings, templates, writing
from organizations.viewsets import OrganizationMenuItem


class NoticeViewSet(ViewSet):
    """The screens of notices."""

    name = "notices"
    icon = "mail"
    menu_label = _("Thông báo")
    menu_name = "notices"
    menu_order = 340
    menu_item_class = OrganizationMenuItem  # whoever may send somewhere looks after members there
    add_to_admin_menu = True

    def get_urlpatterns(self) -> list[Any]:
        return [
            path("", writing.IndexView.as_view(), name="index"),
            path("write/", writing.WriteView.as_view(), name="write"),
            path("templates/", templates.TemplatesView.as_view(), name="templates"),
            path("templates/<int:pk>/", templates.TemplateView.as_view(), name="template"),
            path("rules/", settings.RulesView.as_view(), name="rules"),
            path("budgets/", settings.BudgetsView.as_view(), name="budgets"),
            path("<uuid:pk>/", sending.NoticeView.as_view(), name="notice"),
            path("<uuid:pk>/edit/", writing.WriteView.as_view(), name="edit"),
            path("<uuid:pk>/reschedule/", sending.RescheduleView.as_view(), name="reschedule"),
            path("<uuid:pk>/correct/", sending.CorrectView.as_view(), name="correct"),
            path("<uuid:pk>/recall/", sending.RecallView.as_view(), name="recall"),
            path("<uuid:pk>/reach/", reach.ReachView.as_view(), name="reach"),
            path("<uuid:pk>/reach.<str:form>", reach.ExportView.as_view(), name="export"),
            path("<uuid:pk>/people/<int:unit_pk>/", reach.PeopleView.as_view(), name="people"),
            path("<uuid:pk>/sheet/", reach.SheetView.as_view(), {"form": "sheet"}, name="sheet"),
            path("<uuid:pk>/loudspeaker/", reach.SheetView.as_view(), {"form": "loudspeaker"}, name="loudspeaker"),
        ]
