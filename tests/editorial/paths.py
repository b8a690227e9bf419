"""Every way that could make a page live, or take it down, past the gate: one function each.

A path gets a ``Stage`` and tries. It may be refused in any way that a person or a programme is refused; what counts is
what has changed afterwards (see test_gate_paths.py).
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone
from wagtail.actions.convert_alias import ConvertAliasPageAction
from wagtail.actions.copy_for_translation import CopyPageForTranslationAction
from wagtail.actions.copy_page import CopyPageAction
from wagtail.actions.create_alias import CreatePageAliasAction
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.actions.publish_revision import PublishRevisionAction
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.admin.views.pages.bulk_actions import PublishBulkAction, UnpublishBulkAction
from wagtail.models import Locale, Page, TaskState
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield
from wagtail_localize.models import Translation, TranslationSource

from cms.models import Article, ContentPage


@dataclasses.dataclass
class Stage:
    """Who tries, and on what: a draft under review that lacks approvals, and a page that is out with a newer draft."""

    user: Any
    client: Client
    review: Article
    out: Article

    @property
    def actor(self) -> Any:
        """The user for code that takes one; None for an anonymous visitor, as Wagtail's own code has it."""
        return None if isinstance(self.user, AnonymousUser) else self.user

    def post(self, name: str, *args: Any, data: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """Send a form to a screen of the admin."""
        return self.client.post(reverse(name, args=args, kwargs=kwargs), data or {}, follow=False)


PATHS: dict[str, Callable[[Stage], Any]] = {}
# Paths that lead nowhere even where the lock is out: Wagtail itself, or the shape of the data, holds them.
DEAD_ENDS: set[str] = set()


def path(function: Callable[[Stage], Any]) -> Callable[[Stage], Any]:
    """Enter a path into the table, under its name in words."""
    PATHS[function.__name__.replace("_", " ")] = function
    return function


def dead_end(function: Callable[[Stage], Any]) -> Callable[[Stage], Any]:
    """Enter a path that leads nowhere in stock Wagtail either, in case that changes."""
    DEAD_ENDS.add(function.__name__.replace("_", " "))
    return path(function)


def article_form(title: str, slug: str, **extra: Any) -> dict[str, Any]:
    """What the editing form of an article posts."""
    return nested_form_data(
        {
            "title": title,
            "slug": slug,
            "summary": "",
            "author": "",
            "cover_alt": "",
            "clearance": "member",
            "body": streamfield([]),
            "files": inline_formset([]),
            "comments": inline_formset([]),
            **extra,
        }
    )


def in_an_hour() -> str:
    return (timezone.localtime() + datetime.timedelta(hours=1)).strftime("%d/%m/%Y %H:%M")


def _translation(page: Page) -> Translation:
    source, _created = TranslationSource.get_or_create_from_instance(page)
    english = Locale.objects.get(language_code="en")
    return Translation.objects.get_or_create(source=source, target_locale=english)[0]


def _alias_row(page: Article) -> Article:
    """An alias as a row that was there before us: made below every check."""
    alias = page.get_parent().add_child(
        instance=Article(title=page.title, slug=f"{page.slug}-x", live=False, source=page.source)
    )
    Page.objects.filter(pk=alias.pk).update(alias_of_id=page.pk)
    return Article.objects.get(pk=alias.pk)


# --- the editing screens


@path
def create_and_publish(stage):
    parent = stage.review.get_parent()
    form = article_form("Đăng ngay", "dang-ngay", **{"action-publish": "1"})
    stage.post("wagtailadmin_pages:add", "cms", "article", parent.pk, data=form)


@path
def edit_and_publish(stage):
    form = article_form("Sửa rồi đăng", stage.review.slug, **{"action-publish": "1"})
    stage.post("wagtailadmin_pages:edit", stage.review.pk, data=form)


@path
def edit_what_is_out_and_publish(stage):
    form = article_form("Sửa bài đang đăng", stage.out.slug, **{"action-publish": "1"})
    stage.post("wagtailadmin_pages:edit", stage.out.pk, data=form)


@path
def schedule_in_the_form_and_publish(stage):
    form = article_form("Hẹn giờ", stage.review.slug, go_live_at=in_an_hour(), **{"action-publish": "1"})
    stage.post("wagtailadmin_pages:edit", stage.review.pk, data=form)


@path
def revert_and_publish(stage):
    earlier = stage.out.revisions.order_by("created_at").first()
    form = article_form("Bản cũ", stage.out.slug, revision=earlier.pk, **{"action-publish": "1"})
    stage.post("wagtailadmin_pages:edit", stage.out.pk, data=form)


@path
def unpublish_screen(stage):
    stage.post("wagtailadmin_pages:unpublish", stage.out.pk)


@path
def delete_screen(stage):
    stage.post("wagtailadmin_pages:delete", stage.out.pk)


@path
def delete_the_index_above(stage):
    stage.post("wagtailadmin_pages:delete", stage.out.get_parent().pk)


@path
def copy_screen_with_publish_copies(stage):
    data = {"new_title": "Bản sao", "new_slug": "ban-sao", "new_parent_page": stage.out.get_parent().pk}
    stage.post("wagtailadmin_pages:copy", stage.out.pk, data={**data, "publish_copies": "on"})


@path
def alias_by_the_copy_screen(stage):
    data = {"new_title": "Bí danh", "new_slug": "bi-danh", "new_parent_page": stage.out.get_parent().pk}
    stage.post("wagtailadmin_pages:copy", stage.out.pk, data={**data, "alias": "on"})


@dead_end
def move_screen(stage):
    home = stage.out.get_parent().get_parent()
    stage.post("wagtailadmin_pages:move_confirm", stage.out.pk, home.pk)


@dead_end
def convert_alias_screen(stage):
    alias = _alias_row(stage.out)
    stage.post("wagtailadmin_pages:convert_alias", alias.pk)


# --- bulk actions


def _bulk(stage, action, page):
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
    stage.client.post(f"{url}?id={page.pk}", {"include_descendants": "on"})


@path
def bulk_publish(stage):
    _bulk(stage, "publish", stage.review)


@path
def bulk_publish_of_the_index(stage):
    _bulk(stage, "publish", stage.review.get_parent())


@path
def bulk_unpublish(stage):
    _bulk(stage, "unpublish", stage.out)


@path
def bulk_unpublish_of_the_index(stage):
    _bulk(stage, "unpublish", stage.out.get_parent())


@path
def bulk_delete(stage):
    _bulk(stage, "delete", stage.out)


@path
def bulk_publish_without_its_screen(stage):
    PublishBulkAction.execute_action([stage.review], user=stage.actor)


@path
def bulk_unpublish_without_its_screen(stage):
    UnpublishBulkAction.execute_action([stage.out], user=stage.actor)


# --- the admin's own API, which writes


def _api(stage, page, action, **data):
    stage.post("wagtailadmin_api:pages:action", page.pk, action, data=data)


@path
def admin_api_publish(stage):
    _api(stage, stage.review, "publish")


@path
def admin_api_unpublish(stage):
    _api(stage, stage.out, "unpublish")


@path
def admin_api_copy(stage):
    _api(stage, stage.out, "copy", keep_live="true", slug="ban-sao-api")


@path
def admin_api_alias(stage):
    _api(stage, stage.out, "create_alias", update_slug="bi-danh-api")


@path
def admin_api_delete(stage):
    _api(stage, stage.out, "delete")


@dead_end
def admin_api_revert(stage):
    _api(stage, stage.out, "revert_to_page_revision", revision_id=stage.out.revisions.earliest("created_at").pk)


@dead_end
def admin_api_copy_for_translation(stage):
    _api(stage, stage.out, "copy_for_translation", locale="en")


# --- workflow


@dead_end
def workflow_button_out_of_turn(stage):
    state = stage.review.current_workflow_task_state
    # Whoever's turn it is has had it: the review stands at the second step, and this asks for the first as well.
    for task_state in TaskState.objects.filter(workflow_state=state.workflow_state):
        stage.post("wagtailadmin_pages:workflow_action", stage.review.pk, "approve", task_state.pk)
        stage.post(
            "wagtailadmin_pages:collect_workflow_action_data", stage.review.pk, "approve", task_state.pk,
            data={"comment": ""},
        )  # fmt: skip


@path
def workflow_state_finished_directly(stage):
    stage.review.current_workflow_state.finish(user=stage.actor)


@dead_end
def task_states_approved_directly(stage):
    """Each next step begins at the first one that lacks approvals, so the way never ends."""
    for _turn in range(6):
        stage.review.refresh_from_db()
        state = stage.review.current_workflow_task_state
        if state is not None:
            state.approve(user=stage.actor)


# --- translation


@path
def submit_translation_screen(stage):
    english = Locale.objects.get(language_code="en")
    stage.post("wagtail_localize:submit_page_translation", stage.out.pk, data={"locales": [english.pk]})


@path
def publish_translation_screen(stage):
    translation = _translation(stage.out)
    translation.save_target(user=stage.actor, publish=False)
    english = stage.out.get_translation(translation.target_locale)
    stage.post("wagtailadmin_pages:edit", english.pk, data={"action": "publish"})


@path
def update_translations_screen(stage):
    translation = _translation(stage.out)
    translation.save_target(user=stage.actor, publish=False)
    stage.post("wagtail_localize:update_translations", translation.source_id, data={"publish_translations": "on"})


@path
def translation_source_published(stage):
    translation = _translation(stage.out)
    translation.source.create_or_update_translation(
        translation.target_locale, user=stage.actor, publish=True, copy_parent_pages=True, fallback=True
    )


@path
def translation_target_saved(stage):
    _translation(stage.out).save_target(user=stage.actor, publish=True)


@path
def translation_as_an_alias(stage):
    english = Locale.objects.get(language_code="en")
    CopyPageForTranslationAction(stage.out, english, copy_parents=True, alias=True, user=stage.actor).execute(
        skip_permission_checks=True
    )


# --- Wagtail's actions, from code


@path
def publish_page_revision_action(stage):
    PublishPageRevisionAction(stage.review.get_latest_revision(), user=stage.actor).execute()


@path
def publish_page_revision_action_without_permission_checks(stage):
    PublishPageRevisionAction(stage.review.get_latest_revision(), user=stage.actor).execute(skip_permission_checks=True)


@path
def publish_revision_action(stage):
    PublishRevisionAction(stage.review.get_latest_revision(), user=stage.actor).execute(skip_permission_checks=True)


@path
def publish_action_with_a_future_go_live(stage):
    stage.review.go_live_at = timezone.now() + datetime.timedelta(hours=1)
    revision = stage.review.save_revision(user=stage.actor)
    PublishPageRevisionAction(revision, user=stage.actor).execute(skip_permission_checks=True)


@path
def publish_action_with_a_future_go_live_on_what_is_out(stage):
    stage.out.go_live_at = timezone.now() + datetime.timedelta(hours=1)
    revision = stage.out.save_revision(user=stage.actor)
    PublishPageRevisionAction(revision, user=stage.actor).execute(skip_permission_checks=True)


@path
def revision_saved_as_approved_to_go_live(stage):
    stage.review.save_revision(user=stage.actor, approved_go_live_at=timezone.now() + datetime.timedelta(hours=1))


@path
def revision_marked_as_approved_to_go_live(stage):
    revision = stage.review.get_latest_revision()
    revision.approved_go_live_at = timezone.now() + datetime.timedelta(hours=1)
    revision.save(update_fields=["approved_go_live_at"])


@path
def revision_marked_by_a_queryset_and_stock_publisher(stage):
    from wagtail.management.commands.publish_scheduled import Command

    stage.review.revisions.update(approved_go_live_at=timezone.now() - datetime.timedelta(minutes=1))
    Command().handle(dryrun=False)


@path
def revision_publish(stage):
    stage.review.get_latest_revision().publish(user=stage.actor, skip_permission_checks=True)


@dead_end
def earlier_revision_publish(stage):
    """The earliest is the one that is out: to publish it again changes nothing for readers."""
    stage.out.revisions.earliest("created_at").publish(user=stage.actor, skip_permission_checks=True)


@path
def newer_revision_of_what_is_out_publish(stage):
    stage.out.get_latest_revision().publish(user=stage.actor, skip_permission_checks=True)


@path
def page_publish(stage):
    stage.review.publish(stage.review.get_latest_revision(), user=stage.actor, skip_permission_checks=True)


@path
def plain_page_publish(stage):
    """The row seen as a plain ``Page``, whose own methods know nothing of ours."""
    page = Page.objects.get(pk=stage.review.pk)
    page.publish(page.get_latest_revision(), user=stage.actor, skip_permission_checks=True)


@path
def unpublish_action(stage):
    UnpublishPageAction(stage.out, user=stage.actor).execute(skip_permission_checks=True)


@path
def page_unpublish(stage):
    stage.out.unpublish(user=stage.actor)


@path
def copy_action_kept_live(stage):
    CopyPageAction(stage.out, keep_live=True, update_attrs={"slug": "sao"}, user=stage.actor).execute(
        skip_permission_checks=True
    )


@path
def page_copy_kept_live(stage):
    stage.out.copy(keep_live=True, update_attrs={"slug": "sao"}, user=stage.actor)


@path
def alias_action(stage):
    CreatePageAliasAction(stage.out, update_slug="bi-danh", user=stage.actor).execute(skip_permission_checks=True)


@path
def alias_that_follows_a_publication(stage):
    _alias_row(stage.out)
    stage.out.update_aliases(revision=stage.out.get_latest_revision())


@dead_end
def convert_alias_action(stage):
    ConvertAliasPageAction(_alias_row(stage.out), user=stage.actor).execute(skip_permission_checks=True)


# --- the ORM


@path
def live_set_and_saved(stage):
    stage.review.live = True
    stage.review.save()


@path
def live_saved_alone(stage):
    stage.review.live = True
    stage.review.save(update_fields=["live"])


@path
def live_revision_swapped(stage):
    stage.out.live_revision = stage.out.get_latest_revision()
    stage.out.save(update_fields=["live_revision"])


@path
def live_taken_away_and_saved(stage):
    stage.out.live = False
    stage.out.save()


@path
def born_live(stage):
    stage.review.get_parent().add_child(instance=Article(title="Sinh ra đã đăng", slug="sinh-ra", live=True))


@path
def saved_as_the_base_class(stage):
    page = ContentPage.objects.get(pk=stage.review.pk)
    page.live = True
    page.save()


@path
def updated_by_a_queryset(stage):
    ContentPage.objects.filter(pk=stage.review.pk).update(live=True)


@path
def articles_updated_by_a_queryset(stage):
    Article.objects.filter(pk=stage.review.pk).update(live=True)


@path
@transaction.atomic
def updated_in_bulk(stage):
    stage.review.live = True
    Article.objects.bulk_update([stage.review], ["live"])


@path
@transaction.atomic
def deleted(stage):
    stage.out.delete()


@path
@transaction.atomic
def deleted_as_a_plain_page(stage):
    Page.objects.get(pk=stage.out.pk).delete()


@path
@transaction.atomic
def deleted_with_its_index(stage):
    stage.out.get_parent().delete()


@path
@transaction.atomic
def deleted_by_a_queryset(stage):
    ContentPage.objects.filter(pk=stage.out.pk).delete()


@path
def saved_as_a_plain_page(stage):
    page = Page.objects.get(pk=stage.review.pk)
    page.live = True
    page.save()


def walk(stage: Stage, path_name: str, refusals: tuple[type[Exception], ...]) -> bool:
    """Try one path, with all that is done after the commit. True where it was refused by an exception."""
    refused = True
    with contextlib.suppress(*refusals), TestCase.captureOnCommitCallbacks(execute=True):
        PATHS[path_name](stage)
        refused = False
    return refused
