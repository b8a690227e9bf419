"""Who is involved with a piece of content: the one question that every screen of the desk asks first."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from wagtail.models import Page, Revision, TaskState, get_default_page_content_type
from wagtail.permissions import policy_registry

from accounts.models import User
from cms.models import ContentPage, Source
from editorial.models import Approval
from editorial.models.steps import decided_by
from organizations.scope import scope_of
from publishing.models import PublishedItem

# What may be done to what is out, each a right of its own; the lightest first.
AMENDING_RIGHTS = ("correct", "withdraw", "replace", "recall")

# The two ways back from a release, each a right of its own.
ENDING_RIGHTS = {"recall_release": "editorial.recall", "roll_back_release": "editorial.roll_back_release"}


def is_board(user: Any) -> bool:
    """Whether this person edits what all sources bring: the editorial board, and administrators."""
    return bool(user.is_active and user.has_perm("editorial.edit_under_review"))


def board_members() -> QuerySet[User]:
    """The active accounts of the editorial board, as ``is_board`` says one by one; without administrators."""
    board = User.objects.with_perm(
        "editorial.edit_under_review",
        backend="django.contrib.auth.backends.ModelBackend",
        include_superusers=False,
    )
    return board.filter(is_active=True)


def may_compose_releases(user: Any) -> bool:
    """Whether this person composes releases, sends them on their way and takes them back: the editorial board."""
    return is_board(user)


def may_amend(user: Any) -> bool:
    """Whether this person may correct, withdraw, replace or recall what is out; each has a right of its own."""
    return any(user.has_perm(f"editorial.{right}") for right in AMENDING_RIGHTS)


def desk_sources(user: Any) -> QuerySet[Source]:
    """The sources on whose content this person works."""
    return Source.objects.all() if is_board(user) else Source.objects.with_desk_of(user)


def works_on(user: Any, page: ContentPage) -> bool:
    """Whether the page belongs to a desk of this person."""
    return desk_sources(user).filter(pk=page.source_id).exists()


def may_see(user: Any, page: ContentPage) -> bool:
    """Whether this page exists for this person: it is of their desk, or has come to a step at which they decide.

    Someone who has decided on it keeps seeing it, also after they left that step.
    """
    return (
        works_on(user, page)
        or _reached(user, page).exists()
        or Approval.objects.filter(page=page, person_id=user.pk).exists()
    )


def may_read(user: Any, page: ContentPage, revision: Revision) -> bool:
    """Whether this text exists for this person. Reviewers see the texts that came to them, not the drafts between."""
    return (
        works_on(user, page)
        or _reached(user, page).filter(revision=revision).exists()
        or Approval.objects.filter(revision=revision, person_id=user.pk).exists()
    )


def readable_texts(user: Any) -> Q:
    """``may_read`` for rows that name a ``page`` and a ``revision_id``: whether that text exists for this person."""
    if is_board(user):
        return Q()
    revision = OuterRef("revision_id")
    came = TaskState.objects.filter(
        decided_by(user), revision=revision, workflow_state__base_content_type=get_default_page_content_type()
    )
    decided = Approval.objects.filter(revision=revision, person_id=user.pk)
    return Q(page__source__in=desk_sources(user)) | Q(Exists(came)) | Q(Exists(decided))


def may_open_editor(user: Any, page: ContentPage) -> bool:
    """Whether Wagtail's editing form opens for this person."""
    return page.permissions_for_user(user).can_edit()


def choosable_pages(pages: QuerySet[Page], user: Any) -> QuerySet[Page]:
    """Of these pages the own desk's, and of others only what is out and the person may read.

    The tree's own pages stay: one finds one's way by them.
    """
    if is_board(user):
        return pages
    own = policy_registry.get_by_type(Page).explorable_instances(user).values("pk")
    readable = PublishedItem.objects.visible_to(scope_of(user)).values("page_id")
    return pages.filter(Q(pk__in=own) | Q(pk__in=readable) | ~Q(pk__in=ContentPage.objects.values("pk")))


def _reached(user: Any, page: ContentPage) -> QuerySet[TaskState]:
    return TaskState.objects.filter(
        decided_by(user),
        workflow_state__base_content_type=get_default_page_content_type(),
        workflow_state__object_id=str(page.pk),
    )
