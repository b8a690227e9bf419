"""Where the screens of feedback are."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.viewsets.model import ModelViewSet

from cms.viewsets import RefusalOnForm
from handbook.feedback import actions
from handbook.feedback.models import RoutingRule, Topic
from handbook.feedback.permissions import is_officer
from handbook.feedback.views import consultations, inbox, numbers, publish, thread
from organizations.viewsets import OrganizationMenuItem


class FeedbackMenuItem(OrganizationMenuItem):
    """Shown to who answers somewhere; who looks after no members does not."""

    def is_shown(self, request: Any) -> bool:
        if not super().is_shown(request):
            return False
        if not hasattr(request, "answers_feedback"):
            request.answers_feedback = is_officer(request.user)
        return request.answers_feedback


class FeedbackViewSet(ViewSet):
    """The screens of feedback."""

    name = "feedback"
    icon = "help"
    menu_label = _("Góp ý")
    menu_name = "feedback"
    menu_order = 341
    menu_item_class = FeedbackMenuItem
    add_to_admin_menu = True

    def get_urlpatterns(self) -> list[Any]:
        return [
            path("", inbox.IndexView.as_view(), name="index"),
            path("list.<str:form>", inbox.ExportView.as_view(), name="export"),
            path("numbers/", numbers.NumbersView.as_view(), name="numbers"),
            path("numbers.<str:form>", numbers.NumbersExportView.as_view(), name="numbers_export"),
            path("settings/", numbers.SettingsView.as_view(), name="settings"),
            path("consultations/", consultations.ListView.as_view(), name="consultations"),
            path("consultations/new/", consultations.WriteView.as_view(), name="consultation_new"),
            path("consultations/<uuid:pk>/", consultations.ConsultationView.as_view(), name="consultation"),
            path("consultations/<uuid:pk>/edit/", consultations.WriteView.as_view(), name="consultation_edit"),
            path("consultations/<uuid:pk>/docx/", consultations.DocxView.as_view(), name="consultation_docx"),
            path("<uuid:pk>/publish/", publish.PublishView.as_view(), name="publish"),
            path("<uuid:pk>/", thread.ThreadView.as_view(), name="thread"),
        ]


class TopicForm(WagtailAdminModelForm):
    """A topic and its time."""

    class Meta:
        model = Topic
        fields = ["code", "name", "hours", "warning_hours", "is_active"]

    def save(self, commit: bool = True) -> Topic:
        """The topic with the form's values; the action writes it."""
        return self.instance


class TopicCreateView(RefusalOnForm, generic.CreateView):
    """Adds a topic through the action."""

    def save_instance(self) -> Topic:
        return actions.save_topic(actor=self.request.user, topic=self.form.save())


class TopicEditView(RefusalOnForm, generic.EditView):
    """Changes a topic through the action."""

    def save_instance(self) -> Topic:
        return actions.save_topic(actor=self.request.user, topic=self.form.save())


class TopicDeleteView(generic.DeleteView):
    """Deletes a topic through the action."""

    def delete_action(self) -> None:
        actions.delete_topic(actor=self.request.user, topic=self.object)


class TopicViewSet(ModelViewSet):
    """Lĩnh vực góp ý."""

    model = Topic
    name = "feedback_topics"
    icon = "tag"
    menu_label = _("Lĩnh vực góp ý")
    menu_order = 330
    add_to_settings_menu = True
    copy_view_enabled = False
    search_fields = ["code", "name"]
    list_display = ["name", "code", "hours", "warning_hours", "is_active"]
    add_view_class = TopicCreateView
    edit_view_class = TopicEditView
    delete_view_class = TopicDeleteView

    def get_form_class(self, for_update: bool = False) -> Any:
        """One form for new and old."""
        return TopicForm


class RuleForm(WagtailAdminModelForm):
    """Where a topic goes."""

    class Meta:
        model = RoutingRule
        fields = ["topic", "unit", "goes_to"]

    def save(self, commit: bool = True) -> RoutingRule:
        """The rule with the form's values; the action writes it."""
        return self.instance


class RuleCreateView(RefusalOnForm, generic.CreateView):
    """Adds a rule through the action."""

    def save_instance(self) -> RoutingRule:
        return actions.save_rule(actor=self.request.user, rule=self.form.save())


class RuleEditView(RefusalOnForm, generic.EditView):
    """Changes a rule through the action."""

    def save_instance(self) -> RoutingRule:
        return actions.save_rule(actor=self.request.user, rule=self.form.save())


class RuleDeleteView(generic.DeleteView):
    """Takes a rule out through the action."""

    def delete_action(self) -> None:
        actions.delete_rule(actor=self.request.user, rule=self.object)


class RuleViewSet(ModelViewSet):
    """Quy tắc chuyển góp ý."""

    model = RoutingRule
    name = "feedback_rules"
    icon = "redirect"
    menu_label = _("Quy tắc chuyển góp ý")
    menu_order = 331
    add_to_settings_menu = True
    copy_view_enabled = False
    list_display = ["topic", "unit", "goes_to"]
    list_filter = ["topic"]
    add_view_class = RuleCreateView
    edit_view_class = RuleEditView
    delete_view_class = RuleDeleteView

    def get_form_class(self, for_update: bool = False) -> Any:
        """One form for new and old."""
        return RuleForm
