"""The screens of categories: the tree, who changes it, and what keeps a used one."""

import pytest

from audit.models import AuditEntry
from audit.refusals import Refused
from cms import actions
from cms.models import Category

pytestmark = pytest.mark.django_db
URL = "/admin/categories/"


@pytest.fixture
def tree(province):
    news = Category.objects.create(name="Tin tức", slug="tin-tuc")
    inside = Category.objects.create(name="Trong tỉnh", slug="trong-tinh", parent=news)
    return news, inside


def form(**fields):
    return {"name": "Học tập", "name_en": "", "parent": "", "slug": "hoc-tap", **fields}


def test_the_list_is_a_tree(client, province, tree):
    Category.objects.create(name="An sinh", slug="an-sinh")
    client.force_login(province.board)
    response = client.get(URL)
    assert [each.path for each in response.context["object_list"]] == ["/an-sinh/", "/tin-tuc/", "/tin-tuc/trong-tinh/"]
    page = response.content.decode()
    assert "— Trong tỉnh" in page and "— Tin tức" not in page


def test_the_board_makes_changes_and_deletes_one(client, province, tree):
    client.force_login(province.board)
    assert client.post(f"{URL}new/", form(parent=tree[0].pk)).status_code == 302
    made = Category.objects.get(slug="hoc-tap")
    assert made.path == "/tin-tuc/hoc-tap/"
    assert client.post(f"{URL}edit/{made.pk}/", form(name="Học tập Bác")).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.path) == ("Học tập Bác", "/hoc-tap/")
    assert client.post(f"{URL}delete/{made.pk}/").status_code == 302
    assert not Category.objects.filter(slug="hoc-tap").exists()
    assert list(AuditEntry.objects.values_list("act", "actor", "outcome")) == [
        ("category_create", "btv1", "done"),
        ("category_change", "btv1", "done"),
        ("category_delete", "btv1", "done"),
    ]


@pytest.mark.parametrize("person", ["contributor", "desk", "thuongtruc1"])
def test_others_change_nothing(client, province, tree, person):
    user = getattr(province, person)
    client.force_login(user)
    news, _inside = tree
    for path in ("", "new/", f"edit/{news.pk}/", f"delete/{news.pk}/"):
        assert client.get(f"{URL}{path}").status_code == 302
        assert client.post(f"{URL}{path}", form()).status_code in (302, 405)
    with pytest.raises(Refused, match="Chỉ Ban Biên tập"):
        actions.save_category(actor=user, category=Category(name="X", slug="x"))
    with pytest.raises(Refused, match="Chỉ Ban Biên tập"):
        actions.delete_category(actor=user, category_id=news.pk)
    assert sorted(Category.objects.values_list("name", flat=True)) == ["Tin tức", "Trong tỉnh"]


def test_nobody_copies_one(client, province, tree):
    client.force_login(province.admin)
    assert client.get(f"{URL}copy/{tree[0].pk}/").status_code == 404


def test_a_category_below_itself_is_refused(client, province, tree):
    client.force_login(province.board)
    news, inside = tree
    response = client.post(f"{URL}edit/{news.pk}/", form(name="Tin tức", slug="tin-tuc", parent=inside.pk))
    assert "không thể nằm trong chính nó" in response.content.decode()
    news.refresh_from_db()
    assert news.parent_id is None


@pytest.mark.parametrize("use", ["child", "page", "draft", "source"])
def test_a_used_one_is_not_deleted(client, province, tree, draft, use):
    news, inside = tree
    category = news if use == "child" else inside
    words = {"child": "1 chuyên mục con", "page": "1 nội dung", "draft": "1 nội dung", "source": "1 nguồn tin"}[use]
    if use == "page":
        draft(category=inside)
    if use == "draft":
        page = draft()
        page.category = inside
        page.save_revision(user=province.contributor)
        type(page).objects.filter(pk=page.pk).update(category=None)
    if use == "source":
        province.source.allowed_categories.add(inside)
    client.force_login(province.board)
    response = client.post(f"{URL}delete/{category.pk}/", follow=True)
    page = response.content.decode()
    assert f"Không xóa được “{category}” vì đang dùng cho: {words}" in page
    assert Category.objects.filter(pk=category.pk).exists()
    assert AuditEntry.objects.get(act="category_delete").outcome == "refused"


def test_what_has_been_published_under_keeps_its_place_but_not_its_name(client, province, tree, draft, approve):
    news, inside = tree
    approve(draft(category=inside))
    client.force_login(province.board)
    response = client.post(f"{URL}edit/{news.pk}/", form(name="Tin", slug="tin"))
    assert "chỉ đổi được tên" in response.content.decode()
    news.refresh_from_db()
    assert (news.name, news.slug) == ("Tin tức", "tin-tuc")
    assert client.post(f"{URL}edit/{news.pk}/", form(name="Tin", slug="tin-tuc")).status_code == 302
    news.refresh_from_db()
    assert news.name == "Tin"


def test_a_tree_too_deep_is_refused(province, tree):
    parent = None
    for n in range(3):
        parent = Category.objects.create(name=str(n), slug=f"{n}" * 64, parent=parent)
    with pytest.raises(Refused, match="quá sâu"):
        actions.save_category(actor=province.board, category=Category(name="x", slug="x" * 64, parent=parent))
    assert not Category.objects.filter(name="x").exists()


def test_the_number_of_queries_does_not_grow(client, province, django_assert_num_queries):
    client.force_login(province.board)
    client.get(URL)
    for rows in (range(3), range(3, 9)):
        for n in rows:
            Category.objects.create(name=f"Mục {n}", slug=f"muc-{n}")
        with django_assert_num_queries(13):
            client.get(URL)
