"""Sources and the people of their desks: who sees them, who changes them, and what a new one brings."""

import pytest
from django.contrib.auth.models import Group
from wagtail.models import GroupPagePermission

from audit.models import AuditEntry
from audit.refusals import Refused
from cms.models import Category, Source, SourceIndexPage
from editorial import source_actions
from tests.conftest import make_user

pytestmark = pytest.mark.django_db
URL = "/admin/sources/"


@pytest.fixture
def fields(province):
    return {
        "code": "van-phong",
        "name": "Văn phòng Tỉnh ủy",
        "name_en": "Office",
        "organization": province.units.TB.pk,
        "workflow": province.workflow.pk,
        "due_hours": "48",
        "allowed_categories": [],
    }


def test_the_board_reads_and_does_not_change(client, province, fields):
    client.force_login(province.board)
    response = client.get(URL)
    assert [(s.code, s.contributor_count, s.editor_count) for s in response.context["object_list"]] == [
        ("to-chuc", 0, 1),
        ("tuyen-giao", 1, 1),
    ]
    page = client.get(f"{URL}inspect/{province.source.pk}/").content.decode()
    assert "ctv" in page and "Ba bước" in page and "8 giờ làm việc mỗi bước" in page and "Thêm vào nhóm" not in page
    for path in ("new/", f"edit/{province.source.pk}/"):
        assert client.get(f"{URL}{path}").status_code == 302
        assert client.post(f"{URL}{path}", fields).status_code == 302
    assert Source.objects.count() == 2
    assert Source.objects.get(pk=province.source.pk).name == "Ban Tuyên giáo"


@pytest.mark.parametrize("person", ["contributor", "desk", "thuongtruc1"])
def test_others_do_not_get_the_screens(client, province, person):
    client.force_login(getattr(province, person))
    assert client.get(URL).status_code == 302
    assert client.get(f"{URL}inspect/{province.source.pk}/").status_code == 302
    assert URL not in client.get("/admin/").content.decode()


def test_a_new_source_has_groups_pages_and_rights(client, province, fields):
    client.force_login(province.admin)
    category = Category.objects.create(name="Văn bản", slug="van-ban")
    response = client.post(f"{URL}new/", {**fields, "allowed_categories": [category.pk]})
    assert response.status_code == 302
    source = Source.objects.get(code="van-phong")
    assert (source.due_hours, list(source.allowed_categories.all())) == (48, [category])
    pages = SourceIndexPage.objects.filter(source=source)
    assert sorted(pages.values_list("title", "locale__language_code")) == [
        ("Office", "en"),
        ("Văn phòng Tỉnh ủy", "vi"),
    ]
    rights = GroupPagePermission.objects.filter(page__in=pages)
    assert rights.filter(group=source.contributors).count() == 2
    assert rights.filter(group=source.editors).count() == 6
    assert not rights.filter(permission__codename="publish_page").exists()
    entry = AuditEntry.objects.get(act="source_create")
    assert (entry.actor, entry.detail["due_hours"], entry.detail["organization"]) == ("admin", 48, "TB")
    writer = make_user("ctv.vp", source.contributors)
    client.force_login(writer)
    index = pages.get(locale__language_code="vi")
    assert client.get(f"/admin/pages/add/cms/article/{index.pk}/").status_code == 200
    assert client.get(f"/admin/pages/add/cms/article/{province.index.pk}/").status_code == 302


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"code": "tuyen-giao"}, "đã tồn tại"),
        ({"name": "Ban Tuyên giáo"}, "đã có nguồn tin khác dùng"),
        ({"code": "có dấu"}, ""),
        ({"organization": ""}, ""),
        ({"due_hours": "-1"}, ""),
    ],
)
def test_a_wrong_new_source_leaves_nothing(client, province, fields, change, words):
    client.force_login(province.admin)
    groups, pages = Group.objects.count(), SourceIndexPage.objects.count()
    response = client.post(f"{URL}new/", {**fields, **change})
    assert response.status_code == 200 and response.context["form"].errors
    assert words in response.content.decode() or change == {"code": "tuyen-giao"}
    assert (Source.objects.count(), Group.objects.count(), SourceIndexPage.objects.count()) == (2, groups, pages)


def test_a_name_that_was_given_up_brings_no_shared_desk(client, province, fields):
    client.force_login(province.admin)
    body = {**fields, "name": "Ban Tuyên giáo và Dân vận", "name_en": "", "active": "on"}
    assert client.post(f"{URL}edit/{province.source.pk}/", body).status_code == 302
    response = client.post(f"{URL}new/", {**fields, "name": "Ban Tuyên giáo"})
    assert "đã có nguồn tin khác dùng" in response.content.decode()
    assert Source.objects.count() == 2


def test_a_change_keeps_the_code_and_is_told_in_the_audit(client, province, fields):
    client.force_login(province.admin)
    body = {**fields, "code": "khac", "name": "Ban Tuyên giáo và Dân vận", "name_en": ""}
    assert client.post(f"{URL}edit/{province.source.pk}/", body).status_code == 302
    source = Source.objects.get(pk=province.source.pk)
    assert (source.code, source.name, source.due_hours, source.active) == (
        "tuyen-giao",
        "Ban Tuyên giáo và Dân vận",
        48,
        False,
    )
    assert SourceIndexPage.objects.get(pk=province.index.pk).title == "Ban Tuyên giáo và Dân vận"
    assert AuditEntry.objects.get(act="source_change").detail == {
        "name": {"from": "Ban Tuyên giáo", "to": "Ban Tuyên giáo và Dân vận"},
        "due_hours": {"from": 8, "to": 48},
        "active": {"from": True, "to": False},
    }
    with pytest.raises(Refused, match="mã"):
        source_actions.change_source(actor=province.admin, source_id=source.pk, allowed_categories=[], code="khac")


def test_people_come_and_go(client, province):
    client.force_login(province.admin)
    desk = f"{URL}{province.source.pk}/desk/contributors/"
    person = make_user("ctv9", first_name="Hoa", last_name="Trần Thị")
    page = client.post(f"{desk}add/", {"username": " ctv9 "}, follow=True).content.decode()
    assert "Trần Thị Hoa" in page
    assert list(person.groups.all()) == [province.source.contributors]
    client.post(f"{desk}{person.pk}/remove/")
    assert list(person.groups.all()) == []
    assert list(AuditEntry.objects.values_list("act", "detail__person", "detail__role")) == [
        ("desk_add", "ctv9", "contributors"),
        ("desk_remove", "ctv9", "contributors"),
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("khong-co", "Không có tài khoản"),
        ("khoa", "Không có tài khoản"),
        ("ctv", "đã ở trong nhóm"),
        ("", "Không có tài khoản"),
    ],
)
def test_a_wrong_name_changes_nothing(client, province, name, words):
    make_user("khoa", is_active=False)
    client.force_login(province.admin)
    page = f"{URL}inspect/{province.source.pk}/"
    response = client.post(
        f"{URL}{province.source.pk}/desk/contributors/add/",
        {"username": name},
        headers={"referer": f"http://testserver{page}"},
        follow=True,
    )
    assert response.redirect_chain[-1][0].endswith(page)
    assert words in response.content.decode()
    assert list(province.source.contributors.user_set.values_list("username", flat=True)) == ["ctv"]


@pytest.mark.parametrize("person", ["contributor", "desk", "board", "thuongtruc1"])
def test_only_superusers_touch_a_desk(client, province, person):
    user = getattr(province, person)
    client.force_login(user)
    client.post(f"{URL}{province.source.pk}/desk/editors/add/", {"username": user.username})
    client.post(f"{URL}{province.source.pk}/desk/contributors/{province.contributor.pk}/remove/")
    assert list(province.source.editors.user_set.values_list("username", flat=True)) == ["bt"]
    assert list(province.source.contributors.user_set.values_list("username", flat=True)) == ["ctv"]
    refused = AuditEntry.objects.filter(outcome="refused")
    assert list(refused.values_list("act", flat=True)) == ["desk_add", "desk_remove"]


def test_unknown_sources_and_roles_are_refused(client, province):
    client.force_login(province.admin)
    for path in (
        f"{10**9}/desk/editors/add/",
        f"{province.source.pk}/desk/pages/add/",
        f"{province.source.pk}/desk/workflow/9/remove/",
    ):
        assert client.post(f"{URL}{path}", {"username": "bt2"}).status_code == 302
    assert client.get(f"{URL}delete/{province.source.pk}/").status_code == 404
    assert client.get(f"{URL}copy/{province.source.pk}/").status_code == 404


def test_the_number_of_queries_does_not_grow(client, province, django_assert_num_queries):
    client.force_login(province.board)
    client.get(URL)
    for rows in (range(1), range(1, 5)):  # 3 sources, then 7
        for n in rows:
            source_actions.create_source(
                actor=province.admin,
                code=f"n{n}",
                name=f"Nguồn {n}",
                organization=province.units.TB,
                workflow=province.workflow,
            )
        with django_assert_num_queries(14):
            client.get(URL)
