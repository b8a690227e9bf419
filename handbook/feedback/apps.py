from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FeedbackConfig(AppConfig):
    name = "handbook.feedback"
    label = "feedback"
    verbose_name = _("Góp ý, phản ánh, câu hỏi")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the clock looked at, pass on what units own when they end, let committees approve answers, and members keep
        their questions from going out."""
        from editorial.objections import object_to_pages
        from editorial.requests.subjects import register
        from editorial.tasks import SCHEDULES
        from handbook.feedback import push  # noqa: F401
        from handbook.feedback.approval import AnswerSubject
        from handbook.feedback.models import AnswerDraft
        from handbook.feedback.publication import without_consent
        from handbook.feedback.succession import pass_on
        from organizations.endings import when_a_unit_ends

        SCHEDULES["handbook.feedback.tasks.run_clock"] = 5
        when_a_unit_ends(pass_on)
        object_to_pages(without_consent)
        register(AnswerDraft, AnswerSubject())
