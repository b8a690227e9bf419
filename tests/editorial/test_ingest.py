"""Feeds become drafts of the desk: once each, never published, never overwritten."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.urls import reverse

from audit.actions import first_broken_entry
from audit.models import AuditEntry
from audit.refusals import Refused
from cms.models import Article, Category
from editorial import actions
from editorial.ingest import actions as ingest
from editorial.ingest import fetching
from editorial.ingest.parsing import IncomingItem
from editorial.models import Feed, FeedItem, Schedule
from organizations.enums import Clearance
from publishing.models import Change, PublishedItem

pytestmark = pytest.mark.django_db

NEWS = "package:bao-thai-binh-tin-tuc.xml"
LIFE = "package:bao-thai-binh-doi-song.xml"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder in the place of the packaged feeds, and a function that writes one there."""
    monkeypatch.setattr(fetching, "PACKAGE_FOLDER", tmp_path)

    def write(*items, name="thu.xml"):
        body = "".join(
            f"<item><guid>{guid}</guid><title>{title}</title><description>{text}</description></item>"
            for guid, title, text in items
        )
        xml = (
            f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>K</title>{body}</channel></rss>'
        )
        (tmp_path / name).write_text(xml, encoding="utf-8")

    return write


@pytest.fixture
def feed(province):
    """A function that makes a feed of the first source."""

    def make(url="package:thu.xml", source=None, **fields):
        return Feed.objects.create(source=source or province.source, url=url, **fields)

    return make


def poll(feed):
    feed.refresh_from_db()
    report = ingest.poll_feed(feed)
    feed.refresh_from_db()
    return report


def test_a_feed_becomes_drafts_and_nothing_more(province, feed):
    category = Category.objects.create(slug="tin-tuc", name="Tin tức")
    feed = feed(NEWS, category=category)
    assert (poll(feed).made, feed.failures, feed.last_error) == (6, 0, "")
    drafts = Article.objects.child_of(province.index)
    assert drafts.count() == FeedItem.objects.filter(feed=feed, page__in=drafts).count() == 6
    assert drafts.filter(live=False, source=province.source, clearance=Clearance.MEMBER, owner=None).count() == 6
    assert all(page.current_workflow_state is None and page.latest_revision.user is None for page in drafts)
    assert (Schedule.objects.count(), PublishedItem.objects.count(), Change.objects.count()) == (0, 0, 0)
    assert AuditEntry.objects.filter(act="ingest", actor="ingest").count() == 6
    assert first_broken_entry() is None
    page = drafts.get(title__startswith="Thái Bình gieo cấy")
    assert page.slug == "thai-binh-gieo-cay-xong-lua-xuan-trong-khung-thoi-vu-tot-nhat"
    assert (page.author, page.category, page.locale.language_code) == ("Minh Hương", category, "vi")
    assert page.summary.startswith("Toàn tỉnh đã gieo cấy xong lúa xuân")
    latest = page.get_latest_revision_as_object()
    assert [block.block_type for block in latest.body] == ["text", "heading", "text"]
    assert latest.body[1].value["text"] == "Chăm sóc ngay từ đầu vụ"
    assert latest.shortcomings() == []


def test_the_nasty_item_leaves_only_its_words(province, feed):
    poll(feed(NEWS))
    page = Article.objects.get(title__startswith="Cảnh báo tin nhắn")
    stored = str(page.latest_revision.content["body"]) + page.summary + page.title
    for trace in (
        "script",
        "iframe",
        "onclick",
        "onmouseover",
        "javascript",
        "svg",
        "xau.example",
        "quảng cáo",
        "style",
    ):
        assert trace not in stored
    assert [block.block_type for block in page.body] == ["text"]
    assert page.body[0].value.source == (
        "<p>Công an tỉnh đề nghị người dân <b>tuyệt đối không cung cấp mã OTP</b> và mật khẩu cho bất kỳ ai, kể cả "
        "người tự xưng là cán bộ.</p><p>Khi nhận tin nhắn lạ, hãy làm ba việc:<br/>không bấm liên kết; không cài "
        'ứng dụng; báo cho công an xã qua số <a href="tel:113">113</a>.</p><p>Thông tin chi tiết xem tại '
        '<a href="https://congan.thaibinh.example">trang của Công an tỉnh</a>.</p>'
    )


def test_what_was_ingested_goes_out_by_approval_as_any_draft(province, feed, approve):
    poll(feed(LIFE))
    page = Article.objects.get(title__contains="Vũ Quý")
    actions.submit(actor=province.desk, page_id=page.pk)
    approve(page, submit=False)
    assert page.live
    assert PublishedItem.objects.get().title == "Xã Vũ Quý giữ vững các tiêu chí nông thôn mới nâng cao"


def test_twice_is_the_same_as_once(province, feed):
    feed = feed(NEWS)
    poll(feed)
    before = (Article.objects.count(), FeedItem.objects.count(), AuditEntry.objects.count())
    report = poll(feed)
    assert (report.made, report.changed, report.errors) == (0, 0, [])
    assert (Article.objects.count(), FeedItem.objects.count(), AuditEntry.objects.count()) == before


def test_a_correction_by_the_sender_is_noted_and_the_draft_left_alone(province, feed, folder):
    folder(("1", "Tin một", "cũ"), ("2", "Tin hai", "hai"))
    feed = feed()
    poll(feed)
    folder(("1", "Tin một", "mới"), ("2", "Tin hai", "hai"))
    assert (poll(feed).changed, poll(feed).changed) == (1, 0)
    row = FeedItem.objects.get(guid="1")
    assert row.changed_at is not None
    assert FeedItem.objects.get(guid="2").changed_at is None
    assert row.page.specific.body[0].value.source == "<p>cũ</p>"
    assert row.page.revisions.count() == 1


def test_a_draft_that_was_deleted_does_not_come_back(province, feed, folder):
    folder(("1", "Tin một", "x"))
    feed = feed()
    poll(feed)
    Article.objects.get().delete()
    assert poll(feed).made == 0
    assert FeedItem.objects.get().page is None
    assert Article.objects.count() == 0


def test_the_same_story_in_two_feeds_of_a_source_is_one_draft(province, feed, folder):
    folder(("1", "Tin một", "x"), name="a.xml")
    folder(("1", "Tin một", "x"), ("2", "Tin hai", "y"), name="b.xml")
    first, second = feed("package:a.xml"), feed("package:b.xml")
    assert [poll(first).made, poll(second).made, poll(second).made] == [1, 1, 0]
    assert Article.objects.count() == 2
    assert len(set(FeedItem.objects.filter(guid="1").values_list("page", flat=True))) == 1
    other = feed("package:a.xml", source=province.other_source)
    assert poll(other).made == 1


def test_slugs_stay_unique(province, feed, folder):
    folder(*((str(n), "Tin vắn", "x") for n in range(4)), ("5", "!!!", "y"))
    poll(feed())
    assert sorted(Article.objects.values_list("slug", flat=True)) == [
        "tin",
        "tin-van",
        "tin-van-2",
        "tin-van-3",
        "tin-van-4",
    ]


def test_one_bad_item_stops_no_other_and_is_shown(province, feed, folder, monkeypatch):
    folder(("1", "Tốt một", "x"), ("", "", ""), ("3", "Hỏng", "x"), ("4", "Tốt hai", "x"))
    feed = feed(etag="cũ")
    with monkeypatch.context() as patch:
        patch.setattr(ingest, "_free_slug", lambda index, title: 1 / 0 if title == "Hỏng" else title.lower()[-3:])
        report = poll(feed)
    assert (report.made, feed.failures) == (2, 1)
    assert feed.last_error.splitlines() == ["Tin “” không có tiêu đề và nội dung.", "Hỏng: ZeroDivisionError"]
    assert feed.etag == ""
    assert FeedItem.objects.count() == Article.objects.count() == 2
    folder(("1", "Tốt một", "x"), ("3", "Hỏng", "x"), ("4", "Tốt hai", "x"))
    assert (poll(feed).made, feed.failures, feed.last_error) == (1, 0, "")


def test_one_bad_feed_stops_no_other_and_the_command_says_so(province, feed, folder, capsys):
    folder(("1", "Tin một", "x"))
    bad, good = feed("package:khong-co.xml"), feed()
    with pytest.raises(CommandError, match="2 kênh, 1 bản nháp mới, 0 tin được nơi gửi sửa, 1 kênh có lỗi"):
        call_command("ingest")
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.failures, bad.last_error) == (1, "Không có tệp tin mẫu “khong-co.xml”.")
    assert (good.failures, good.last_error) == (0, "")
    assert bad.last_polled_at is not None
    assert "Không có tệp tin mẫu" in capsys.readouterr().err


def test_the_command_polls_one_source_or_all_that_are_on(province, feed, folder, capsys):
    folder(("1", "Tin một", "x"))
    feed()
    feed(source=province.other_source)
    off = feed("package:tat.xml", active=False)
    call_command("ingest", "tuyen-giao")
    assert "1 kênh, 1 bản nháp mới" in capsys.readouterr().out
    call_command("ingest")
    assert "2 kênh, 1 bản nháp mới" in capsys.readouterr().out
    off.refresh_from_db()
    assert off.last_polled_at is None
    with pytest.raises(CommandError, match="khong-co"):
        call_command("ingest", "khong-co")
    province.source.active = False
    province.source.save()
    with pytest.raises(CommandError, match="tuyen-giao"):
        call_command("ingest", "tuyen-giao")
    call_command("ingest")
    assert "1 kênh, 0 bản nháp mới" in capsys.readouterr().out


def test_a_source_that_is_off_takes_nothing_in(province):
    province.source.active = False
    province.source.save()
    with pytest.raises(Refused):
        ingest.ingest_item(province.source, IncomingItem(guid="1", title="Tin"))
    assert (Article.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_the_second_row_of_an_item_is_impossible(province, feed, folder):
    folder(("1", "Tin một", "x"))
    feed = feed()
    poll(feed)
    row = FeedItem.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError):
        row.save(force_insert=True)


def test_known_items_cost_the_same_whether_few_or_many(province, feed, folder, django_assert_num_queries):
    feed = feed()
    for count in (5, 15):
        folder(*((str(n), f"Tin {n}", "x") for n in range(count)))
        poll(feed)
        feed.refresh_from_db()
        with django_assert_num_queries(2):  # which are known, and how it went
            ingest.poll_feed(feed)


@pytest.mark.parametrize(
    "url", ["ftp://a.vn", "package:../x.xml", "package:", "a.vn/rss", "file:///etc/passwd", "javascript:x"]
)
def test_only_web_addresses_and_packaged_files_are_feeds(province, url):
    with pytest.raises(ValidationError):
        Feed(source=province.source, url=url).full_clean()
    Feed(source=province.source, url="https://a.vn/rss").full_clean()
    Feed(source=province.source, url=NEWS).full_clean()


def test_another_address_is_asked_from_the_beginning(feed):
    feed = feed(etag='"v1"', last_modified="Mon, 03 Feb 2025 00:00:00 GMT")
    feed.full_clean()
    assert feed.etag == '"v1"'
    feed.url = "https://b.vn/rss"
    feed.full_clean()
    assert (feed.etag, feed.last_modified) == ("", "")


@pytest.mark.parametrize(("who", "status"), [("admin", 200), ("board", 200), ("desk", 302), ("contributor", 302)])
def test_the_board_manages_feeds_and_sees_how_they_fare(province, feed, client, who, status):
    feed = feed(last_error="Trang tin báo lỗi 500.", failures=3)
    FeedItem.objects.create(feed=feed, guid="btb-1", fetched_at="2025-01-01T00:00:00Z", digest="0" * 64)
    client.force_login(getattr(province, who))
    for name, args in (("feed:index", ()), ("feed:add", ()), ("feed:edit", (feed.pk,)), ("feed_item:index", ())):
        response = client.get(reverse(name, args=args))
        assert response.status_code == status, name
    if status == 200:
        assert "Trang tin báo lỗi 500." in client.get(reverse("feed:index")).content.decode()
        assert "btb-1" in client.get(reverse("feed_item:index")).content.decode()
        url = "https://baothaibinh.example/rss"
        data = {"source": province.source.pk, "url": url, "category": "", "active": "on"}
        assert client.post(reverse("feed:add"), data).status_code == 302
        assert Feed.objects.filter(url=url, active=True).count() == 1
        assert client.get(reverse("feed_item:index") + "add/").status_code in {302, 403, 404}
