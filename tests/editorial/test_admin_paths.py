"""Every second path in Wagtail's admin: a desk's drafts do not exist for other desks, and nobody publishes."""

import json

import pytest
from django.urls import reverse
from wagtail.models import Page

from audit.models import AuditEntry
from cms.models import Article
from editorial import actions
from editorial.models import Approval
from editorial.views.dashboard import TABLES
from publishing.models import PublishedItem
from search import draft_index
from tests.conftest import make_user

pytestmark = pytest.mark.django_db

SECRET = "Nháp kín của tuyên giáo"


@pytest.fixture
def secret(province, draft):
    page = draft(SECRET)
    page.save_revision(user=province.contributor)
    actions.submit(actor=province.contributor, page_id=page.pk)
    page.refresh_from_db()
    draft_index.put([page.pk])
    return page


@pytest.fixture(params=["contributor", "editor"])
def stranger(request, province):
    """A contributor, and a desk editor, of another source."""
    if request.param == "editor":
        return province.other_desk
    return make_user("ctv2", province.other_source.contributors)


def text_of(answer):
    """What the answer says, also where it is wrapped in JSON."""
    text = answer.content.decode()
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text


def page_addresses(page):
    first, last = page.revisions.order_by("pk").values_list("pk", flat=True)
    state = page.current_workflow_task_state
    at = {"page_id": page.pk}
    names = [
        ("edit", at),
        ("history", at),
        ("history_results", at),
        ("revisions_index", at),
        ("revisions_view", {**at, "revision_id": last}),
        ("revisions_revert", {**at, "revision_id": first}),
        ("revisions_compare", {"pk": page.pk, "revision_id_a": first, "revision_id_b": last}),
        ("revisions_unschedule", {**at, "revision_id": last}),
        ("view_draft", at),
        ("preview_on_edit", at),
        ("copy", at),
        ("delete", at),
        ("unpublish", at),
        ("convert_alias", at),
        ("usage", at),
        ("lock", at),
        ("unlock", at),
        ("workflow_history", at),
        ("workflow_history_detail", {**at, "workflow_state_id": state.workflow_state_id}),
        ("workflow_action", {**at, "action_name": "approve", "task_state_id": state.pk}),
        ("collect_workflow_action_data", {**at, "action_name": "approve", "task_state_id": state.pk}),
        ("confirm_workflow_cancellation", at),
        ("workflow_preview", {**at, "task_id": state.task_id}),
    ]
    addresses = [reverse(f"wagtailadmin_pages:{name}", kwargs=kwargs) for name, kwargs in names]
    addresses += [reverse(f"editorial_{name}", args=[page.pk]) for name in ("path", "history", "app_preview")]
    addresses += [f"{reverse('wagtailadmin_pages:preview_on_edit', args=[page.pk])}?mode=dark"]
    addresses += [
        reverse("wagtailadmin_pages:move", args=[page.pk]),
        reverse("wagtailadmin_pages:set_privacy", args=[page.pk]),
        reverse("wagtailadmin_explore", args=[page.pk]),
        reverse("wagtailadmin_choose_page_child", args=[page.pk]),
        reverse("wagtailadmin_api:pages:detail", args=[page.pk]),
        reverse("editorial_history", args=[page.pk]),
        reverse("editorial_compare", args=[page.pk, first, last]),
    ]
    return addresses


def test_no_address_of_a_foreign_page_answers(secret, stranger, signed_in):
    client = signed_in(stranger)
    for address in page_addresses(secret):
        for answer in (client.get(address), client.post(address, {"title": "Chiếm"})):
            assert answer.status_code in (404, 405), address
            assert SECRET not in text_of(answer)
    secret.refresh_from_db()
    assert (secret.title, secret.locked, Approval.objects.count(), Article.objects.count()) == (SECRET, False, 0, 1)


def test_the_boundary_is_what_holds(secret, stranger, signed_in, settings):
    """Without it Wagtail itself shows the title: in its bulk actions, for one."""
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if each != "editorial.middleware.DeskBoundary"]
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    assert SECRET in text_of(signed_in(stranger).get(address, {"id": secret.pk}))


def test_no_list_of_the_admin_names_a_foreign_page(province, secret, stranger, signed_in):
    client = signed_in(stranger)
    listings = [
        (reverse("wagtailadmin_explore_root"), {}),
        (reverse("wagtailadmin_explore", args=[province.index.pk]), {}),
        (reverse("wagtailadmin_explore", args=[province.index.get_parent().pk]), {}),
        (reverse("wagtailadmin_explore_results", args=[province.index.get_parent().pk]), {"q": "Nháp"}),
        (reverse("wagtailadmin_explore", args=[province.index.get_parent().pk]), {"q": "Nháp", "search_all": "1"}),
        (reverse("wagtailadmin_pages:search"), {"q": "Nháp kín"}),
        (reverse("wagtailadmin_pages:search_results"), {"q": "Nháp kín"}),
        (reverse("wagtailadmin_choose_page"), {}),
        (reverse("wagtailadmin_choose_page"), {"page_type": "cms.ContentPage"}),
        (reverse("wagtailadmin_choose_page_child", args=[province.index.pk]), {"page_type": "cms.ContentPage"}),
        (reverse("wagtailadmin_choose_page_search"), {"q": "Nháp", "page_type": "cms.ContentPage"}),
        (reverse("wagtailadmin_choose_page_chosen_multiple"), {"id": secret.pk}),
        (reverse("wagtailadmin_api:pages:listing"), {}),
        (reverse("wagtailadmin_api:pages:listing"), {"child_of": province.index.pk}),
        (reverse("wagtailadmin_reports:workflow"), {}),
        (reverse("wagtailadmin_reports:workflow_tasks"), {}),
        (reverse("wagtailadmin_reports:site_history"), {}),
        (reverse("wagtailadmin_reports:aging_pages"), {}),
        (reverse("wagtailadmin_reports:locked_pages"), {}),
        (reverse("wagtailadmin_reports:page_types_usage"), {}),
        (reverse("editorial_desk"), {"q": "Nháp"}),
        (reverse("editorial_dashboard"), {}),
        *[(reverse("editorial_dashboard_export", args=["csv"]), {"table": table}) for table in TABLES],
        (reverse("search_everything"), {}),
        (reverse("search_everything"), {"q": "nhap kin"}),
        (reverse("search_everything"), {"q": "nhapp kin", "state": "review"}),
    ]
    for action in ("delete", "move", "publish", "unpublish"):
        bulk = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
        listings += [
            (bulk, {"id": secret.pk}),
            (bulk, {"id": "all", "childOf": province.index.pk}),
            (bulk, {"id": "all"}),
        ]
    for address, query in listings:
        html = text_of(client.get(address, query, follow=True))
        assert SECRET not in html, (address, query)
    # The same lists name it to its own desk: the test looks in the right places.
    own = signed_in(province.desk)
    named = [address for address, query in listings if SECRET in text_of(own.get(address, query, follow=True))]
    assert len(named) >= 15


def test_a_chooser_offers_what_is_out_and_may_be_read(province, draft, approve, secret, signed_in):
    approve(draft("Đã đăng cho mọi người", clearance="public"))
    approve(draft("Đã đăng cho cấp ủy", clearance="committee"))
    address = reverse("wagtailadmin_choose_page_child", args=[province.index.pk])
    html = text_of(signed_in(province.other_desk).get(address, {"page_type": "cms.ContentPage"}))
    assert "Đã đăng cho mọi người" in html
    assert "Đã đăng cho cấp ủy" not in html


def test_a_copy_stays_on_the_desk(province, secret, signed_in):
    client = signed_in(province.desk)
    form = {"new_title": "Bản sao", "new_slug": "ban-sao", "new_parent_page": province.other_index.pk}
    client.post(reverse("wagtailadmin_pages:copy", args=[secret.pk]), form)
    assert not province.other_index.get_children().exists()


# --- nobody publishes by a button


def publishing_people(province):
    return [province.contributor, province.desk, province.board, province.admin]


def test_no_form_offers_to_publish_or_unpublish(province, draft, approve, signed_in):
    pages = [draft("Nháp"), approve(draft("Ra"))]
    for person in publishing_people(province):
        client = signed_in(person)
        forms = [reverse("wagtailadmin_pages:edit", args=[page.pk]) for page in pages]
        forms.append(reverse("wagtailadmin_pages:add", args=["cms", "article", province.index.pk]))
        for address in forms:
            html = client.get(address, follow=True).content.decode()
            assert 'name="action-publish"' not in html
            assert "/unpublish/" not in html


def test_a_publish_button_sent_by_hand_publishes_nothing(province, draft, signed_in):
    page = draft("Nháp")
    form = {
        "title": "Nháp",
        "slug": page.slug,
        "clearance": "member",
        "body-count": "0",
        "files-TOTAL_FORMS": "0",
        "files-INITIAL_FORMS": "0",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "action-publish": "action-publish",
    }
    for person in publishing_people(province):
        client = signed_in(person)
        client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), form)
        add = reverse("wagtailadmin_pages:add", args=["cms", "article", province.index.pk])
        client.post(add, {**form, "slug": f"moi-{person.pk}"})
        bulk = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
        client.post(f"{bulk}?id={page.pk}")
    assert Article.objects.count() == 5  # each form was saved as a draft
    assert Article.objects.filter(live=True).count() == 0
    assert PublishedItem.objects.count() == 0


# --- deciding through Wagtail's own views


@pytest.fixture
def submitted(province, draft):
    page = draft("Tin chờ duyệt")
    actions.submit(actor=province.contributor, page_id=page.pk)
    page.refresh_from_db()
    return page


def edit_form(page, **changes):
    revision = page.get_latest_revision()
    return {
        "title": page.title,
        "slug": page.slug,
        "clearance": page.clearance,
        "body-count": "0",
        "files-TOTAL_FORMS": "0",
        "files-INITIAL_FORMS": "0",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "loaded_revision_id": str(revision.pk),
        "loaded_revision_created_at": revision.created_at.isoformat(),
        "action-workflow-action": "true",
        "workflow-action-name": "approve",
        **changes,
    }


def test_wagtails_approve_button_calls_the_same_act(province, submitted, signed_in):
    signed_in(province.desk).post(reverse("wagtailadmin_pages:edit", args=[submitted.pk]), edit_form(submitted))
    assert Approval.objects.get().person == province.desk
    assert AuditEntry.objects.filter(act="approve").count() == 1


def test_a_stale_form_decides_nothing(province, submitted, signed_in):
    stale = edit_form(submitted)
    submitted.save_revision(user=province.contributor)
    address = reverse("wagtailadmin_pages:edit", args=[submitted.pk])
    answer = signed_in(province.desk).post(address, stale, follow=True)
    assert "vừa được sửa" in answer.content.decode()
    submitted.refresh_from_db()
    fresh = edit_form(submitted)
    submitted.save_revision(user=province.contributor, overwrite_revision=submitted.get_latest_revision())
    signed_in(province.desk).post(address, fresh)
    bare = {name: value for name, value in fresh.items() if not name.startswith("loaded_")}
    signed_in(province.desk).post(address, bare)
    assert Approval.objects.count() == 0


def test_the_last_editor_gets_no_approve_button(province, draft, signed_in):
    page = draft("Tự viết", user=province.desk)
    actions.submit(actor=province.desk, page_id=page.pk)
    page.refresh_from_db()
    client, address = signed_in(province.desk), reverse("wagtailadmin_pages:edit", args=[page.pk])
    html = client.get(address).content.decode()
    assert 'data-workflow-action-name="approve"' not in html
    assert 'data-workflow-action-name="reject"' in html
    client.post(address, edit_form(page))
    assert Approval.objects.count() == 0


def test_a_refusal_in_a_workflow_dialog_ends_as_a_message(province, submitted, signed_in):
    state = submitted.current_workflow_task_state
    address = reverse("wagtailadmin_pages:workflow_action", args=[submitted.pk, "reject", state.pk])
    client = signed_in(province.desk)
    answer = client.post(address, {"comment": "  "}, headers={"X-Requested-With": "XMLHttpRequest"})
    assert answer.status_code == 200
    assert json.loads(answer.content)["step"] == "success"  # the dialog closes, the page tells
    html = client.get(reverse("wagtailadmin_pages:edit", args=[submitted.pk])).content.decode()
    assert "Hãy ghi lý do trả lại" in html
    assert Approval.objects.count() == 0
    assert AuditEntry.objects.filter(outcome="refused").count() == 1


def test_aliases_are_refused(province, secret, signed_in):
    form = {"new_title": "Bí danh", "new_slug": "bi-danh", "new_parent_page": province.index.pk, "alias": "on"}
    signed_in(province.admin).post(reverse("wagtailadmin_pages:copy", args=[secret.pk]), form)
    assert not Page.objects.filter(alias_of__isnull=False).exists()


@pytest.mark.parametrize(
    "name", ["editorial_path", "editorial_withdraw", "wagtailadmin_pages:edit", "organizations:unit"]
)
def test_a_number_that_no_database_holds_is_not_found(province, signed_in, name):
    assert signed_in(province.admin).get(reverse(name, args=[10**20])).status_code == 404
