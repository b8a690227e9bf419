"""How an installation comes to its first pages, groups and workflows, and how a new source gets its desk.

All functions may be called again: what is there is kept, what is missing is made.
"""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Task,
    Workflow,
    WorkflowTask,
)

from cms.models import HomePage, Source, SourceIndexPage
from editorial.models import BoardReview, CommitteeApproval, DeskReview
from editorial.permissions import AMENDING_RIGHTS
from organizations.models import Organization

BOARD = "Ban Biên tập"
COMMITTEES = "Cấp ủy phê duyệt"
ROOT_TITLE = "Toàn bộ nội dung"
HOME_TITLES = {"vi": "Sổ tay đảng viên", "en": "Members' handbook"}

# What each kind of group may do in the page tree at its place. Nobody has "publish": approvals publish (ADR 0005).
CONTRIBUTOR_PAGE_RIGHTS = ("add_page",)
EDITOR_PAGE_RIGHTS = ("add_page", "change_page", "lock_page")
BOARD_RIGHTS = ("edit_under_review", "roll_back_release", *AMENDING_RIGHTS)
BOARD_PAGE_RIGHTS = ("add_page", "change_page", "lock_page", "unlock_page")
# Wagtail asks by the names of its own models, also where ours stand in their place.
MEDIA_RIGHTS = ("add_image", "choose_image", "add_document", "choose_document")


@transaction.atomic
def ensure_site() -> HomePage:
    """The two home pages, the site, the board's and the committees' groups. Returns the Vietnamese home page."""
    Locale.objects.get_or_create(language_code="vi")
    Locale.objects.get_or_create(language_code="en")
    root = Page.get_first_root_node()
    Page.objects.filter(pk=root.pk, title="Root").update(title=ROOT_TITLE, draft_title=ROOT_TITLE)
    home = HomePage.objects.filter(locale__language_code="vi").first()
    if home is None:
        # Wagtail's own "Welcome" page stands where ours belongs.
        Page.objects.filter(depth=2, slug="home").exclude(pk__in=HomePage.objects.values("pk")).delete()
        root.refresh_from_db()
        home = HomePage(title=HOME_TITLES["vi"], slug="vi", locale=Locale.objects.get(language_code="vi"))
        root.add_child(instance=home)
    if not home.has_translation(Locale.objects.get(language_code="en")):
        english = home.copy_for_translation(Locale.objects.get(language_code="en"))
        english.title, english.draft_title, english.slug = HOME_TITLES["en"], HOME_TITLES["en"], "en"
        english.live = True
        english.save()
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "localhost", "root_page": home, "site_name": "Sổ tay"}
    )
    board = _group(BOARD)
    for page in HomePage.objects.all():
        _give_page_rights(board, page, BOARD_PAGE_RIGHTS)
    _give_media_rights(board)
    board.permissions.add(
        *Permission.objects.filter(content_type__app_label="editorial", codename__in=BOARD_RIGHTS),
        *Permission.objects.filter(content_type__app_label="cms", codename__endswith="_category"),
        *Permission.objects.filter(content_type__app_label="search", codename__endswith="_abbreviation"),
        _translate(),
        *Permission.objects.filter(
            content_type__app_label="editorial", content_type__model__in=["feed", "feeditem", "duty"]
        ),
    )
    _group(COMMITTEES)
    return home


@transaction.atomic
def ensure_workflow(name: str, committee: Organization, *, required: int) -> Workflow:
    """Desk review, then the board, then so many of a committee: the usual way."""
    workflow, created = Workflow.objects.get_or_create(name=name)
    if created:
        desk = DeskReview.objects.first() or DeskReview.objects.create(name="Bàn biên tập của nguồn duyệt")
        board = BoardReview.objects.first() or BoardReview.objects.create(
            name="Ban Biên tập duyệt", group=Group.objects.get(name=BOARD)
        )
        committee_step = CommitteeApproval.objects.create(
            name=f"{committee.name} phê duyệt", organization=committee, required=required
        )
        set_steps(workflow, [desk, board, committee_step])
    return workflow


def set_steps(workflow: Workflow, steps: list[Task]) -> None:
    """Make these the workflow's steps, in this order."""
    workflow.workflow_tasks.all().delete()
    WorkflowTask.objects.bulk_create(
        WorkflowTask(workflow=workflow, task=step.task_ptr if hasattr(step, "task_ptr") else step, sort_order=place)
        for place, step in enumerate(steps)
    )


@transaction.atomic
def ensure_source(
    code: str, name: str, *, organization: Organization, workflow: Workflow, name_en: str = "", due_hours: int = 8
) -> Source:
    """A source with its desk: two groups, an index page in each language, and rights there and nowhere else."""
    source = Source.objects.filter(code=code).first()
    if source is None:
        source = Source.objects.create(
            code=code,
            name=name,
            name_en=name_en,
            organization=organization,
            contributors=_group(f"{name}: cộng tác viên"),
            editors=_group(f"{name}: biên tập"),
            workflow=workflow,
            due_hours=due_hours,
        )
    index = SourceIndexPage.objects.filter(source=source, locale__language_code="vi").first()
    if index is None:
        home = HomePage.objects.get(locale__language_code="vi")
        index = SourceIndexPage(title=name, slug=code, source=source, locale=home.locale)
        home.add_child(instance=index)
    english = Locale.objects.get(language_code="en")
    if not index.has_translation(english):
        translated = index.copy_for_translation(english)
        translated.title = translated.draft_title = name_en or name
        translated.live = True
        translated.save()
    for page in SourceIndexPage.objects.filter(source=source):
        _give_page_rights(source.contributors, page, CONTRIBUTOR_PAGE_RIGHTS)
        _give_page_rights(source.editors, page, EDITOR_PAGE_RIGHTS)
    for group in (source.contributors, source.editors):
        _give_media_rights(group)
    source.editors.permissions.add(_translate())
    return source


def _group(name: str) -> Group:
    """A group whose members may enter the admin."""
    group, _created = Group.objects.get_or_create(name=name)
    group.permissions.add(Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"))
    return group


def _translate() -> Permission:
    """The right to begin a translation; what comes of it passes the gate like any draft."""
    return Permission.objects.get(content_type__app_label="wagtail_localize", codename="submit_translation")


def _give_page_rights(group: Group, page: Page, codenames: tuple[str, ...]) -> None:
    for permission in Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=codenames):
        GroupPagePermission.objects.get_or_create(group=group, page_id=page.pk, permission=permission)


def _give_media_rights(group: Group) -> None:
    collection = Collection.get_first_root_node()
    for permission in Permission.objects.filter(
        codename__in=MEDIA_RIGHTS, content_type__app_label__in=["wagtailimages", "wagtaildocs"]
    ):
        GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission=permission)
