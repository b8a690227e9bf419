"""The steps of a workflow: Wagtail tasks whose approvals bind."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from wagtail.models import Task, TaskState, WorkflowState, get_default_page_content_type

from accounts.models import User
from cms.models import ContentPage
from editorial.enums import PENDING_RELEASES, Decision
from editorial.models.approval import Approval
from editorial.models.clock import StepClock
from editorial.models.release import ReleaseItem
from organizations.calendar import Calendar
from organizations.enums import Right
from organizations.models import Organization
from organizations.scope import held_by, holders, member_of


class ReviewStep(Task):
    """A step at which named people decide. Each kind says who they are and how many must agree.

    The number of approvals is counted in ``Approval`` rows on the exact text, never in Wagtail's task states: those
    only move the screens along.
    """

    required = 1

    due_hours = models.PositiveSmallIntegerField(
        _("hạn của bước (giờ làm việc)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Để trống thì theo hạn của nguồn tin."),
    )
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("người thay khi quá hạn"),
        help_text=_("Khi bước này quá hạn, người này được duyệt cùng những người của bước."),
    )

    admin_form_fields = [*Task.admin_form_fields, "due_hours", "substitute"]

    class Meta:
        abstract = True

    def is_reviewer(self, user: Any, page: ContentPage) -> bool:
        """Whether this person decides here. Superusers have no say by being superusers."""
        return self.is_own_reviewer(user, page) or self.stands_in(user, page)

    def is_own_reviewer(self, user: Any, page: ContentPage) -> bool:
        """Whether this person is of those whose step it is."""
        raise NotImplementedError

    def reviewers(self, page: ContentPage) -> QuerySet[User]:
        """The active accounts whose step it is."""
        raise NotImplementedError

    def substitutes(self) -> QuerySet[User]:
        """Who decides too once it is overdue, where their account is active."""
        return User.objects.filter(is_active=True, pk=self.substitute_id or 0)

    def stands_in(self, user: Any, page: ContentPage) -> bool:
        """Whether this person is the step's substitute, and the step is overdue at this page."""
        if not user.is_active or self.substitute_id is None or self.substitute_id != user.pk:
            return False
        overdue = open_steps().filter(task_id=self.pk, clock__escalated_at__isnull=False)
        return overdue.filter(workflow_state__object_id=str(page.pk)).exists()

    def start(self, workflow_state: WorkflowState, user: Any = None) -> TaskState:
        """Begin with the first step that the present text has not passed, whichever step Wagtail asked for.

        After an edit or a return Wagtail would go on at the step where it stood; approvals of other text do not count,
        so the path begins again where they are missing.
        """
        page = workflow_state.content_object.specific
        approvals = Approval.objects.approving(page.get_latest_revision())
        for task in workflow_state.workflow.tasks.filter(active=True).specific():
            if not isinstance(task, ReviewStep) or not task.is_satisfied_by(approvals):
                if task.pk == self.pk:
                    break
                return task.start(workflow_state, user=user)
        state = super().start(workflow_state, user=user)
        due_at = Calendar.load().add(state.started_at, self.time_allowed(page))
        StepClock.objects.create(state=state, due_at=due_at)
        return state

    def time_allowed(self, page: ContentPage) -> datetime.timedelta:
        """The working time in which this step is to be decided."""
        return datetime.timedelta(hours=self.due_hours or page.source.due_hours)

    def is_satisfied_by(self, approvals: QuerySet[Approval]) -> bool:
        """Whether enough people have approved at this step."""
        return approvals.filter(step_id=self.pk).values("person").distinct().count() >= self.required

    def may_approve(self, user: Any, page: ContentPage) -> bool:
        """Whether this person may approve the text as it stands: a reviewer, not its last writer, not yet counted."""
        revision = page.get_latest_revision()
        if revision is None or revision.user_id == user.pk or not self.is_reviewer(user, page):
            return False
        return not Approval.objects.approving(revision).filter(step_id=self.pk, person=user).exists()

    # --- what Wagtail asks of a task

    def on_action(self, task_state: TaskState, user: Any, action_name: str, **kwargs: Any) -> None:
        """Wagtail's buttons lead to the same door as the API and the review page."""
        from editorial.actions import decide  # actions read these models

        decision = {"approve": Decision.APPROVE, "reject": Decision.RETURN}[action_name]
        decide(
            actor=user,
            page_id=int(task_state.workflow_state.object_id),
            revision_id=task_state.revision_id,
            decision=decision,
            comment=kwargs.get("comment", ""),
        )

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, Any, bool]]:
        page = obj.specific  # Wagtail's workflow views come with the bare page
        if not self.is_reviewer(user, page):
            return []
        actions = [("reject", _("Trả lại để sửa"), True)]
        if self.may_approve(user, page):
            actions += [("approve", _("Phê duyệt"), False), ("approve", _("Phê duyệt kèm ý kiến"), True)]
        return actions

    def user_can_access_editor(self, obj: Any, user: Any) -> bool:
        return self.is_reviewer(user, obj.specific)

    def locked_for_user(self, obj: Any, user: Any) -> bool:
        return not (self.is_reviewer(user, obj.specific) or user.has_perm("editorial.edit_under_review"))

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> QuerySet[TaskState]:
        return waiting_for(user).filter(task_id=self.pk)


class DeskReview(ReviewStep):
    """An editor of the source's own desk reads the draft first."""

    class Meta:
        verbose_name = _("duyệt tại bàn biên tập của nguồn")
        verbose_name_plural = _("duyệt tại bàn biên tập của nguồn")

    @classmethod
    def get_description(cls) -> Any:
        return _("Biên tập viên của nguồn tin duyệt.")

    def is_own_reviewer(self, user: Any, page: ContentPage) -> bool:
        # Wagtail's own views ask with the plain page row.
        return user.is_active and is_in_group(user, page.specific.source.editors_id)

    def reviewers(self, page: ContentPage) -> QuerySet[User]:
        return User.objects.filter(is_active=True, groups=page.source.editors_id)


class BoardReview(ReviewStep):
    """A member of the editorial board (Ban Biên tập) reads what the desks pass on."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="+", verbose_name=_("nhóm duyệt"))

    admin_form_fields = [*ReviewStep.admin_form_fields, "group"]

    class Meta:
        verbose_name = _("duyệt của Ban Biên tập")
        verbose_name_plural = _("duyệt của Ban Biên tập")

    @classmethod
    def get_description(cls) -> Any:
        return _("Một thành viên của nhóm duyệt.")

    def is_own_reviewer(self, user: Any, page: ContentPage) -> bool:
        return user.is_active and is_in_group(user, self.group_id)

    def reviewers(self, page: ContentPage) -> QuerySet[User]:
        return User.objects.filter(is_active=True, groups=self.group_id)


class CommitteeApproval(ReviewStep):
    """A committee decides: so many of the people who hold the right to approve in a unit."""

    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="+",
        verbose_name=_("cấp ủy của"),
        help_text=_("Bí thư, phó bí thư và ủy viên ban thường vụ của tổ chức này quyết định."),
    )
    required = models.PositiveSmallIntegerField(  # type: ignore[assignment]
        _("số phê duyệt cần có"), default=2, validators=[MinValueValidator(1)]
    )

    admin_form_fields = [*ReviewStep.admin_form_fields, "organization", "required"]

    class Meta:
        verbose_name = _("phê duyệt của cấp ủy")
        verbose_name_plural = _("phê duyệt của cấp ủy")

    @classmethod
    def get_description(cls) -> Any:
        return _(
            "Đủ số người của cấp ủy phê duyệt trên đúng một phiên bản. Hạn và người thay đặt ở đây cũng dùng cho tờ trình "
            "trước cấp ủy này."
        )

    def is_own_reviewer(self, user: Any, page: ContentPage) -> bool:
        member = member_of(user)
        return member is not None and holders(Right.APPROVE, self.organization).filter(pk=member.pk).exists()

    def reviewers(self, page: ContentPage) -> QuerySet[User]:
        return User.objects.filter(is_active=True, member__in=holders(Right.APPROVE, self.organization))

    def user_can_access_editor(self, obj: Any, user: Any) -> bool:
        """A committee reads and decides on the review page; the editing form is not its place."""
        return False

    def locked_for_user(self, obj: Any, user: Any) -> bool:
        return not user.has_perm("editorial.edit_under_review")


STEP_KINDS: tuple[type[ReviewStep], ...] = (DeskReview, BoardReview, CommitteeApproval)


def is_in_group(user: Any, group_id: int) -> bool:
    """Whether this person is in the group; without a query where a list of pages has fetched the groups beforehand."""
    return any(group.pk == group_id for group in user.groups.all())


def page_key(pages: QuerySet[Any], reference: str) -> Exists:
    """Whether the page that a generic row names is among ``pages``.

    Wagtail writes the page's id as text there. The id is turned into a number beside the row, not all pages' ids into
    texts, so that the primary key serves the look-up. Only rows about pages may be asked.
    """
    return Exists(pages.filter(pk=Cast(OuterRef(reference), models.BigIntegerField())))


def decided_by(user: Any) -> Q:
    """Task states of the steps at which this person decides, as ``is_reviewer`` says one by one."""
    if not user.is_active:
        return Q(pk=None)
    groups = user.groups.values("pk")
    desk = page_key(ContentPage.objects.filter(source__editors__in=groups), "workflow_state__object_id")
    return (
        Q(Q(task__in=DeskReview.objects.values("pk")) & desk)
        | Q(task__in=BoardReview.objects.filter(group__in=groups).values("pk"))
        | Q(task__in=CommitteeApproval.objects.filter(organization__in=held_by(user, Right.APPROVE)).values("pk"))
        | Q(_stood_in_by(user), clock__escalated_at__isnull=False)
    )


def _stood_in_by(user: Any) -> Q:
    """Steps whose substitute this person is."""
    return Q(
        *(Q(task__in=kind._default_manager.filter(substitute=user).values("pk")) for kind in STEP_KINDS),
        _connector=Q.OR,
    )


def open_steps() -> QuerySet[TaskState]:
    """The steps at which pages stand now."""
    return TaskState.objects.filter(
        status=TaskState.STATUS_IN_PROGRESS,
        workflow_state__status=WorkflowState.STATUS_IN_PROGRESS,
        workflow_state__base_content_type=get_default_page_content_type(),
    )


def waiting_for(user: Any) -> QuerySet[TaskState]:
    """The open steps at which this person decides, whether or not they have decided already."""
    return open_steps().filter(decided_by(user))


def undecided_by(user: Any) -> QuerySet[TaskState]:
    """What waits for this person's word: without what they wrote last themselves, and what they have decided."""
    decided = Approval.objects.standing().filter(
        revision=OuterRef("revision"), step=OuterRef("task"), person_id=user.pk
    )
    undecided = waiting_for(user).exclude(revision__user_id=user.pk).exclude(Exists(decided))
    return undecided.exclude(held_by_release())  # the committee decides about the release


def held_by_release() -> Exists:
    """Of task states: that their page is an item of a release on its way, so that nothing is decided about it alone."""
    return Exists(
        ReleaseItem.objects.filter(
            page=Cast(OuterRef("workflow_state__object_id"), models.BigIntegerField()),
            release__state__in=PENDING_RELEASES,
        )
    )
