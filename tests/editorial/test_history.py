"""Who changed what, when, where it came from; any two texts side by side; and nobody sees a text that was not theirs."""

import datetime
import json
import re

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Revision

from audit.models import AuditEntry
from cms.models import Article, Attachment, Bulletin, Category, ContentPageFile, Document, Picture
from editorial import actions
from editorial.amendments import actions as amendments
from editorial.history import _origins, differences
from editorial.ingest.actions import ingest_item
from editorial.ingest.parsing import IncomingItem
from editorial.models import Feed, FeedItem
from editorial.permissions import may_read
from tests.conftest import make_member, make_user

pytestmark = pytest.mark.django_db


def saved(page, user, **changes):
    for name, value in changes.items():
        setattr(page, name, value)
    return page.save_revision(user=user)


def compare_url(page, before, after):
    return reverse("editorial_compare", args=[page.pk, before.pk, after.pk])


def words(html):
    """The text of a screen, without tags and doubled spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def two_texts(province, draft):
    page = draft("Tên cũ", summary="Tóm tắt")
    before = page.get_latest_revision()
    after = saved(page, province.desk, title="Tên mới")
    return page, before, after


# --- the history


def test_the_history_says_who_changed_what_and_when(province, draft, open_screen):
    at = datetime.datetime(2026, 11, 3, 1, 5, tzinfo=datetime.UTC)
    with time_machine.travel(at, tick=False):
        page = draft("Tên")
    with time_machine.travel(at + datetime.timedelta(hours=1), tick=False):
        saved(page, province.desk, title="Tên khác", summary="Có tóm tắt", clearance="public")
    with time_machine.travel(at + datetime.timedelta(hours=2), tick=False):
        saved(page, province.desk)
    answer = open_screen(province.desk, "editorial_history", page.pk)
    texts = answer.context["texts"]
    assert [(text.who, text.changed) for text in texts] == [
        ("bt", []),
        ("bt", ["Tiêu đề", "Tóm tắt", "Ai được đọc"]),
        ("ctv", []),
    ]
    shown = words(answer.content.decode())
    assert "09:05 03/11/2026 · bt" in shown
    assert "Đã sửa: Tiêu đề, Tóm tắt, Ai được đọc" in shown
    assert "Lưu lại, không sửa gì." in shown and "Bản đầu tiên." in shown


def test_where_a_text_came_from(province, draft, approve, commit, signed_in):
    feed = Feed.objects.create(source=province.source, url="https://bao.example.vn/rss")
    page = draft("Tin lấy về")
    FeedItem.objects.create(feed=feed, guid="1", page=page, fetched_at=timezone.now(), digest="x")
    client = signed_in(province.desk)
    shown = words(client.get(reverse("editorial_history", args=[page.pk])).content.decode())
    assert "Lấy tự động từ https://bao.example.vn/rss" in shown
    first = page.get_latest_revision()
    saved(page, province.desk, title="Khác")
    page.latest_revision = None
    page.save_revision(user=province.desk, previous_revision=first, log_action=True)
    shown = words(client.get(reverse("editorial_history", args=[page.pk])).content.decode())
    assert "Lấy lại bản lúc" in shown
    copied = page.copy(to=province.index, update_attrs={"slug": "ban-sao", "title": "Bản sao"}, keep_live=False)
    shown = words(client.get(reverse("editorial_history", args=[copied.pk])).content.decode())
    assert "Sao chép từ" in shown


def test_what_is_out_is_marked(province, draft, approve, open_screen):
    page = approve(draft("Đăng"))
    marks = open_screen(province.desk, "editorial_history", page.pk).context["texts"][0].marks
    assert marks == ["đang đăng", "bản mới nhất"]


def test_long_histories_have_pages_and_a_fixed_cost(province, draft, signed_in, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    page = draft("Bản 0")
    for n in range(1, 5):
        saved(page, province.desk, title=f"Bản {n}")
    client, url = signed_in(province.board), reverse("editorial_history", args=[page.pk])
    client.get(url)
    with CaptureQueriesContext(connection) as once:
        client.get(url)
    for n in range(5, 40):
        saved(page, province.desk, title=f"Bản {n}")
    with django_assert_num_queries(len(once)):
        answer = client.get(url)
    assert len(answer.context["texts"]) == 15
    assert answer.context["texts"][-1].changed == ["Tiêu đề"]
    last = client.get(f"{url}?p=3").context["texts"]
    assert len(last) == 10 and last[-1].before is None


def test_two_chosen_texts_lead_to_their_comparison(province, two_texts, signed_in):
    page, before, after = two_texts
    answer = signed_in(province.desk).get(
        reverse("editorial_history", args=[page.pk]), {"before": before.pk, "after": after.pk}
    )
    assert (answer.status_code, answer.url) == (302, compare_url(page, before, after))


def choice(client, url, **asked):
    """What a page of the list has chosen and carries along: which radio is marked, and what is hidden."""
    html = client.get(url, asked).content.decode()
    marked = re.findall(r'<input type="radio" name="(\w+)" value="(\d+)" checked>', html)
    hidden = re.findall(r'<input type="hidden" name="(before|after)" value="(\d+)">', html)
    return sorted(marked), sorted(hidden)


def test_what_was_chosen_is_kept_while_turning_pages(province, draft, signed_in):
    page = draft("Bản 0")
    texts = [page.get_latest_revision()] + [saved(page, province.desk, title=f"Bản {n}") for n in range(1, 40)]
    newest, second, oldest = texts[-1], texts[-2], texts[0]
    client, url = signed_in(province.desk), reverse("editorial_history", args=[page.pk])
    assert choice(client, url) == ([("after", str(newest.pk)), ("before", str(second.pk))], [])
    kept = {"before": second.pk, "after": newest.pk}
    assert choice(client, url, p=3, **kept) == (
        [],
        [("after", str(newest.pk)), ("before", str(second.pk))],
    )
    # The browser sends the hidden one first and the radio after it: what was marked here counts.
    turned = client.get(f"{url}?p=2&before={second.pk}&before={oldest.pk}&after={newest.pk}")
    assert {side: text.pk for side, text in turned.context["chosen"].items()} == {
        "before": oldest.pk,
        "after": newest.pk,
    }
    assert choice(client, url, p=3, before=oldest.pk, after=newest.pk) == (
        [("before", str(oldest.pk))],
        [("after", str(newest.pk))],
    )
    done = client.get(url, {"before": oldest.pk, "after": newest.pk})
    assert done.url == compare_url(page, oldest, newest)


def test_what_is_chosen_has_to_be_a_text_of_this_page_that_one_may_read(province, draft, signed_in):
    page, other = draft("Một"), draft("Hai")
    foreign = other.get_latest_revision().pk
    client, url = signed_in(province.desk), reverse("editorial_history", args=[page.pk])
    for asked in (foreign, "x", 10**30, "²"):
        assert client.get(url, {"p": 1, "before": asked}).context["chosen"] == {}


def test_numbers_of_texts_have_no_dots(province, draft, signed_in):
    """1.234 is how the province writes a number, and no text has it."""
    page = draft("Bản 0")
    content = page.get_latest_revision().content
    many = [
        Revision(
            pk=1_234 + n, content_object=page, base_content_type=page.get_latest_revision().base_content_type,
            object_id=str(page.pk), created_at=timezone.now(), content=content,
        )
        for n in range(2)
    ]  # fmt: skip
    Revision.objects.bulk_create(many)
    marked, _hidden = choice(signed_in(province.desk), reverse("editorial_history", args=[page.pk]))
    assert [pk for _side, pk in marked] == ["1235", "1234"]


def test_a_correction_is_told_with_its_note(province, draft, approve, open_screen):
    page = approve(draft("Tin"))
    before = page.live_revision
    after = amendments.correct(actor=province.board, page_id=page.pk, note="Sửa 12 tỷ thành 1,2 tỷ")
    answer = open_screen(province.desk, "editorial_history", page.pk)
    newest, oldest = answer.context["texts"]
    assert (newest.corrections, oldest.corrections) == (["Sửa 12 tỷ thành 1,2 tỷ"], [])
    shown = words(answer.content.decode())
    assert "Đính chính: Sửa 12 tỷ thành 1,2 tỷ" in shown
    assert "Lưu lại, không sửa gì." not in shown
    compared = words(open_screen(province.desk, "editorial_compare", page.pk, before.pk, after.pk).content.decode())
    assert "Đính chính: Sửa 12 tỷ thành 1,2 tỷ" in compared
    assert "Ngoài lời đính chính, hai bản này giống nhau." in compared


def test_a_draft_made_of_a_question_says_so_and_names_nobody(province, approve, commit, signed_in):
    item = IncomingItem(
        guid="feedback:7c9", title="Nộp đảng phí ở đâu?", author="Huyện ủy 01", html="<p>Tại chi bộ.</p>"
    )
    page = ingest_item(province.source, item)
    saved(page, province.desk, title="Đảng phí nộp ở đâu")
    url = reverse("editorial_history", args=[page.pk])
    answer = signed_in(province.desk).get(url)
    assert [text.origin for text in answer.context["texts"]] == ["", "Từ câu hỏi của đảng viên: “Nộp đảng phí ở đâu?”"]
    # Who only decides about it is told no title of before.
    actions.submit(actor=province.desk, page_id=page.pk)
    page.refresh_from_db()
    origins = _origins(page, with_titles=False)
    assert origins == {None: "Từ câu hỏi của đảng viên"}


def test_what_came_otherwise_is_no_question(province, draft, signed_in):
    page = ingest_item(province.source, IncomingItem(guid="van-ban:1", title="Văn bản", html="<p>Chữ.</p>"))
    answer = signed_in(province.desk).get(reverse("editorial_history", args=[page.pk]))
    assert [text.origin for text in answer.context["texts"]] == [""]


# --- the comparison


def test_two_texts_side_by_side_in_vietnamese(province, two_texts, signed_in):
    page, before, after = two_texts
    client = signed_in(province.desk)
    html = client.get(compare_url(page, before, after)).content.decode()
    assert html.count('<span class="deletion">cũ</span>') == 2
    assert html.count('<span class="addition">mới</span>') == 2
    assert "Bản cũ" in html and "Bản mới" in html and "Tiêu đề" in html and "Tóm tắt" not in words(html)
    # Whichever way they are asked for, the older comes first; and Wagtail's address shows the same.
    turned = client.get(compare_url(page, after, before)).context
    assert (turned["older"], turned["newer"]) == (before, after)
    wagtails = reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, "earliest", "latest"])
    assert '<span class="deletion">cũ</span>' in client.get(wagtails).content.decode()


def test_the_same_text_twice_has_no_difference(province, two_texts, signed_in):
    page, before, _after = two_texts
    assert "Hai bản này giống nhau." in signed_in(province.desk).get(compare_url(page, before, before)).content.decode()


def test_what_someone_wrote_is_no_markup(province, draft, signed_in):
    page = draft("<b>x</b>")
    before = page.get_latest_revision()
    body = [{"type": "text", "value": "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>", "id": "1"}]
    after = saved(page, province.desk, title="<script>alert(1)</script>", body=json.dumps(body))
    html = signed_in(province.desk).get(compare_url(page, before, after)).content.decode()
    assert "<script>alert(1)" not in html and "&lt;script&gt;" in html


def picture(title):
    return Picture.objects.create(title=title, file=get_test_image_file(f"{title}.png"))


def attachment(title):
    return Attachment.objects.create(title=title, file=ContentFile(b"%PDF", name=f"{title}.pdf"))


def changes_of(page, user, rf, **changes):
    before = page.get_latest_revision()
    after = saved(page, user, **changes)
    request = rf.get("/")
    request.user = user
    return {each.field_label(): each for each in differences(page, before, after, request)}


def html_of(change):
    if change.is_field:
        return change.htmldiff()
    return "".join(
        field.htmldiff() for child in change.get_child_comparisons() for field in child.get_field_comparisons()
    )


PLAIN = {
    "title": ("Tên khác", "Tiêu đề"),
    "summary": ("Khác", "Tóm tắt"),
    "author": ("Người khác", "Tác giả"),
    "clearance": ("committee", "Ai được đọc"),
    "cover_alt": ("Khác", "Mô tả ảnh đại diện"),
    "slug": ("khac", None),
    "go_live_at": (datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC), None),
    "expire_at": (datetime.datetime(2027, 2, 1, tzinfo=datetime.UTC), None),
}


@pytest.mark.parametrize("field", sorted(PLAIN))
def test_every_field_of_an_article_is_compared(province, draft, rf, field):
    value, label = PLAIN[field]
    found = changes_of(draft("Tên"), province.desk, rf, **{field: value})
    assert len(found) == 1
    name, change = found.popitem()
    assert re.search("[^a-z -]", name.lower()), f"{name} is not Vietnamese"
    assert label is None or name.startswith(label[:8])
    assert "addition" in change.htmldiff()


def test_audience_category_cover_and_files_are_compared(province, draft, rf):
    page = draft("Tên")
    page.addressed_to.add(province.units.TB01)
    topic = Category.objects.create(name="Chuyên đề", slug="chuyen-de")
    one, two = attachment("mot"), attachment("hai")
    page.files.create(file=one)
    found = changes_of(page, province.desk, rf, category=topic, cover=picture("bia"))
    assert set(found) == {"Chuyên mục", "Gửi tới các tổ chức", "Ảnh đại diện", "Tệp đính kèm"}
    assert "Huyện ủy 01" in html_of(found["Gửi tới các tổ chức"])
    assert "Chuyên đề" in html_of(found["Chuyên mục"]) and "bia" in html_of(found["Ảnh đại diện"])
    assert "mot" in html_of(found["Tệp đính kèm"])
    page = Article.objects.get(pk=page.pk).get_latest_revision_as_object()
    page.files.set([ContentPageFile(file=two)])
    found = changes_of(page, province.desk, rf)
    assert set(found) == {"Tệp đính kèm"} and "hai" in html_of(found["Tệp đính kèm"])


def test_fields_of_bulletins_and_documents_are_compared(province, rf):
    bulletin = Bulletin(title="Bản tin", slug="bt", month=datetime.date(2026, 10, 1), owner=province.desk, live=False)
    document = Document(
        title="Văn bản", slug="vb", number="1-NQ/TU", document_type="resolution", issued_on=datetime.date(2026, 10, 1),
        issuer=province.units.TB, owner=province.desk, live=False,
    )  # fmt: skip
    for page in (bulletin, document):
        province.index.add_child(instance=page)
        page.save_revision(user=province.desk)
    assert set(changes_of(bulletin, province.desk, rf, month=datetime.date(2026, 11, 1))) == {"Tháng"}
    found = changes_of(
        document, province.desk, rf,
        number="2-NQ/TU", document_type="directive", issued_on=datetime.date(2026, 11, 1), signer="Ai đó",
        issuer=province.units.TB01,
    )  # fmt: skip
    assert set(found) == {"Số ký hiệu", "Loại văn bản", "Ngày ban hành", "Người ký", "Tổ chức ban hành"}
    assert "Chỉ thị" in html_of(found["Loại văn bản"])


def block(kind, value, key="1"):
    return {"type": kind, "value": value, "id": f"00000000-0000-4000-8000-00000000000{key}"}


def table(text):
    return {
        "columns": [{"type": "text", "heading": "Cột"}],
        "rows": [{"values": [text]}],
        "caption": "",
    }


def items(*texts):
    return [{"type": "item", "value": text, "id": str(number)} for number, text in enumerate(texts)]


BLOCKS = {
    "text": ("<p>cũ</p>", "<p>mới</p>"),
    "heading": ({"text": "cũ", "level": "2"}, {"text": "mới", "level": "2"}),
    "quote": ({"text": "cũ", "attribution": ""}, {"text": "mới", "attribution": ""}),
    "list": (items("cũ", "chung"), items("mới", "chung")),
    "video": ({"url": "https://a.vn/cũ", "caption": ""}, {"url": "https://a.vn/mới", "caption": ""}),
    "table": (table("cũ"), table("mới")),
}


@pytest.mark.parametrize("kind", sorted(BLOCKS))
def test_every_block_is_compared(province, draft, rf, kind):
    old, new = BLOCKS[kind]
    page = draft("Tên", body=json.dumps([block(kind, old), block("text", "<p>giữ nguyên</p>", "2")]))
    found = changes_of(
        page, province.desk, rf, body=json.dumps([block(kind, new), block("text", "<p>giữ nguyên</p>", "2")])
    )
    assert set(found) == {"Nội dung"}
    html = html_of(found["Nội dung"])
    assert re.search(r'"deletion">[^<]*cũ', html) and re.search(r'"addition">[^<]*mới', html)


@pytest.mark.parametrize("kind", ["image", "gallery", "audio", "file"])
def test_another_picture_or_file_under_the_same_words_is_seen(province, draft, rf, kind):
    """The control of ``ChosenStructComparison``: Wagtail's own comparison marks nothing in a changed picture."""
    make = picture if kind in ("image", "gallery") else attachment
    one, two = make("trung-ten"), make("trung-ten")

    def value(chosen):
        if kind in ("audio", "file"):
            return {"file": chosen.pk, "title": "x"}
        shown = {"image": chosen.pk, "alt": "x", "caption": ""}
        return [shown, {**shown, "image": one.pk}] if kind == "gallery" else shown

    page = draft("Tên", body=json.dumps([block(kind, value(one))]))
    found = changes_of(page, province.desk, rf, body=json.dumps([block(kind, value(two))]))
    html = html_of(found["Nội dung"])
    assert f"trung-ten (số {two.pk})" in html and "addition" in html


def test_a_choice_is_told_by_its_words(province, draft, rf):
    page = draft("Tên", body=json.dumps([block("heading", {"text": "x", "level": "2"})]))
    found = changes_of(page, province.desk, rf, body=json.dumps([block("heading", {"text": "x", "level": "3"})]))
    html = html_of(found["Nội dung"])
    assert '"deletion">Đề mục lớn' in html and '"addition">Đề mục nhỏ' in html


def test_a_table_that_did_not_change_is_no_change(province, draft, rf):
    body = json.dumps([block("table", table("như cũ"))])
    page = draft("Tên", body=body)
    assert set(changes_of(page, province.desk, rf, title="Khác")) == {"Tiêu đề"}


def test_a_block_that_became_another_kind_under_its_id_is_one_gone_and_one_new(province, draft, rf):
    """Wagtail's own comparison fails on it (the control: so does ours without ``_tell_kinds_apart``)."""
    page = draft("Tên", body=json.dumps([block("text", "<p>cũ</p>")]))
    found = changes_of(page, province.desk, rf, body=json.dumps([block("quote", {"text": "mới", "attribution": ""})]))
    html = html_of(found["Nội dung"])
    assert 'deletion">cũ' in html and "addition" in html and "mới" in html


def test_blocks_in_another_order_are_told(province, draft, signed_in):
    one, two = block("text", "<p>một</p>", "1"), block("text", "<p>hai</p>", "2")
    page = draft("Tên", body=json.dumps([one, two]))
    before = page.get_latest_revision()
    after = saved(page, province.desk, body=json.dumps([two, one]))
    html = signed_in(province.desk).get(compare_url(page, before, after)).content.decode()
    assert "chỉ đổi thứ tự" in html


# --- who sees which


@pytest.fixture
def reviewed(province, draft, commit):
    """Three texts, of which the committee has got the second: the others lie between."""
    page = draft("Nháp kín một")
    first = page.get_latest_revision()
    second = saved(page, province.contributor, title="Bản trình")
    with commit():
        actions.submit(actor=province.contributor, page_id=page.pk)
    for person in (province.desk, province.board):
        page.refresh_from_db()
        with commit():
            actions.decide(actor=person, page_id=page.pk, revision_id=second.pk, decision="approve")
    page.refresh_from_db()
    return page, first, second


def test_a_reviewer_sees_only_what_came_to_them(province, reviewed, signed_in):
    page, first, second = reviewed
    client = signed_in(province.thuongtruc1)
    answer = client.get(reverse("editorial_history", args=[page.pk]))
    assert [text.revision.pk for text in answer.context["texts"]] == [second.pk]
    assert "Nháp kín" not in answer.content.decode() and "Đã sửa:" not in answer.content.decode()
    for before, after in ((first, second), (second, first), (first, first)):
        assert client.get(compare_url(page, before, after)).status_code == 404
    assert client.get(compare_url(page, second, second)).status_code == 200
    for named in ("earliest...latest", f"{first.pk}...latest", "live...latest"):
        answer = client.get(f"/admin/pages/{page.pk}/revisions/compare/{named}/")
        assert "Nháp kín" not in answer.content.decode(), named
    assert AuditEntry.objects.filter(act="open_page", outcome="refused", actor="thuongtruc1").exists()


def test_the_list_agrees_with_the_one_question(province, reviewed):
    """``readable_revisions`` says for all what ``may_read`` says for one."""
    from editorial.history import readable_revisions

    page, *_texts = reviewed
    people = [province.contributor, province.desk, province.other_desk, province.board, province.thuongtruc1]
    for person in [*people, make_user("la")]:
        seen = set(readable_revisions(page, person).values_list("pk", flat=True))
        assert seen == {each.pk for each in page.revisions.all() if may_read(person, page, each)}, person


@pytest.mark.parametrize("who", ["other_desk", "stranger", "member"])
def test_for_others_there_is_no_such_page(province, reviewed, signed_in, who):
    page, first, second = reviewed
    person = getattr(province, who, None) or make_user(who)
    if who == "member":
        make_member("M1", province.units.TB01XA, person)
    client = signed_in(person)
    for url in (
        reverse("editorial_history", args=[page.pk]),
        compare_url(page, first, second),
        reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, first.pk, second.pk]),
    ):
        answer = client.get(url)
        assert answer.status_code in (302, 404), url
        assert "kín" not in answer.content.decode()


def test_a_text_of_another_page_is_not_compared(province, reviewed, draft, signed_in):
    page, first, _second = reviewed
    other = draft("Trang khác").get_latest_revision()
    assert signed_in(province.board).get(compare_url(page, first, other)).status_code == 404
