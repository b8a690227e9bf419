"""The dashboard: what waits, fails, is late, came out and is owed; each desk sees its own, the counts cost the same."""

import csv
import datetime
import io

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from wagtail.models import TaskState

from audit.models import AuditEntry
from audit.refusals import Refused
from cms.actions import delete_category
from cms.models import Category
from editorial import actions
from editorial.dashboard import Dashboard, watched_sources
from editorial.dashboard_chart import chart_of
from editorial.deadlines.waiting import set_clocks
from editorial.enums import ScheduledAct
from editorial.models import ApprovalRequest, Duty, Release, ReleaseItem, Schedule
from organizations.calendar import Calendar
from publishing.enums import Kind
from publishing.models import Publication, PublishedItem
from tests.conftest import make_user

pytestmark = pytest.mark.django_db
URL = "/admin/editorial/dashboard/"
EXPORT = f"{URL}export"
# A Wednesday noon in Hanoi.
NOW = datetime.datetime(2026, 11, 25, 5, tzinfo=datetime.UTC)


@pytest.fixture
def stopped():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def watcher(province):
    """Someone of Văn phòng: of no other desk, with the right to watch all."""
    person = make_user("vp", province.other_source.editors)
    person.user_permissions.add(Permission.objects.get(codename="watch_pipeline"))
    return person


def submitted(draft, province, commit, title, hours):
    page = draft(title)
    with commit():
        actions.submit(actor=province.contributor, page_id=page.pk)
    TaskState.objects.filter(workflow_state__object_id=str(page.pk)).update(
        started_at=timezone.now() - datetime.timedelta(hours=hours)
    )
    set_clocks(Calendar.load())
    return page


def failed(page, error="=Hết chỗ"):
    return Schedule.objects.create(
        page=page,
        revision=page.latest_revision,
        act=ScheduledAct.PUBLISH,
        due_at=timezone.now() - datetime.timedelta(hours=3),
        attempts=4,
        last_error=error,
    )


def rows_of(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


# --- what waits


def test_what_waits_where_and_how_long(stopped, province, draft, commit, send_back):
    province.source.due_hours = 8
    province.source.save()
    submitted(draft, province, commit, "Mới", 3)
    submitted(draft, province, commit, "Cũ", 73)
    draft("Nháp")
    send_back(draft("Trả"))
    found = {(row.source.code, row.place): row for row in Dashboard(province.board).waiting}
    step = next(place for code, place in found if place not in ("Bản nháp", "Bị trả lại"))
    row = found["tuyen-giao", step]
    assert (row.count, row.days, row.overdue) == (2, 3, 1)
    assert found["tuyen-giao", "Bản nháp"].count == 1
    assert found["tuyen-giao", "Bị trả lại"].count == 1
    assert Dashboard(province.board).overdue == 1


def test_the_counts_are_those_of_the_desk(stopped, province, draft, commit, send_back, approve):
    """One truth: what the dashboard counts is what lies in the lists of the desk."""
    from editorial.desk import Desk
    from editorial.enums import DeskSection

    submitted(draft, province, commit, "Mới", 3)
    for n in range(3):
        draft(f"Nháp {n}")
    draft("Của bàn khác", index=province.other_index, user=province.other_desk)
    send_back(draft("Trả"))
    later = timezone.now() + datetime.timedelta(days=1)
    approve(draft("Hẹn giờ", go_live_at=later))
    for user in (province.board, province.desk, province.other_desk):
        counts = Desk(user).counts()
        places = {}
        for row in Dashboard(user).waiting:
            places[row.place] = places.get(row.place, 0) + row.count
        for section in (DeskSection.DRAFTS, DeskSection.RETURNED, DeskSection.SCHEDULED):
            assert places.pop(str(section.label), 0) == counts[section], (user, section)
        assert sum(places.values()) == counts[DeskSection.REVIEW]


def asked(province, unit, kind, hours, due_in, state="waiting"):
    """A request that has waited so many hours and is due in so many."""
    number = ApprovalRequest.objects.count()
    return ApprovalRequest.objects.create(
        kind=kind,
        subject_type=ContentType.objects.get_for_model(Category),
        subject_id=str(number),
        digest="0" * 64,
        title=f"Kín {number}",
        organization=unit,
        asked_by=province.board,
        asked_at=timezone.now() - datetime.timedelta(hours=hours),
        due_at=timezone.now() + datetime.timedelta(hours=due_in),
        state=state,
    )


@pytest.fixture
def requests(stopped, province):
    """Two releases of the province, one late; a late answer of a district; and what waits no longer."""
    units = province.units
    asked(province, units.TB, "release", 80, -1)
    asked(province, units.TB, "release", 1, 7)
    asked(province, units.TB, "notice", 1, 7)
    asked(province, units.TB01, "answer", 30, -22)
    asked(province, units.TB, "release", 90, -80, state="approved")


def test_what_waits_before_committees_is_counted_with_how_long_and_how_late(requests, province):
    board = Dashboard(province.board)
    assert [(row.organization, row.kind, row.count, row.days, row.overdue) for row in board.requests] == [
        ("Huyện ủy 01", "Trả lời góp ý", 1, 1, 1),
        ("Tỉnh ủy Thái Bình", "Thông báo", 1, 0, 0),
        ("Tỉnh ủy Thái Bình", "Đợt phát hành", 2, 3, 1),
    ]
    assert (board.overdue_requests, board.overdue) == (2, 0)


def test_they_are_on_the_screen_and_in_the_files_without_titles(requests, province, open_screen):
    page = open_screen(province.board, "editorial_dashboard").content.decode()
    assert "<b>2</b> tờ trình chờ cấp ủy quá hạn" in page
    assert "Tờ trình đang chờ cấp ủy" in page and "Huyện ủy 01" in page
    assert "Không có việc nào chậm" not in page and "Kín" not in page
    rows = rows_of(open_screen(province.board, "editorial_dashboard_export", "csv", table="requests"))
    assert rows == [
        ["Cấp ủy", "Loại", "Số tờ trình", "Lâu nhất từ", "Quá hạn"],
        ["Huyện ủy 01", "Trả lời góp ý", "1", "24/11/2026 06:00", "1"],
        ["Tỉnh ủy Thái Bình", "Thông báo", "1", "25/11/2026 11:00", "0"],
        ["Tỉnh ủy Thái Bình", "Đợt phát hành", "2", "22/11/2026 04:00", "1"],
    ]


def test_who_sees_one_source_sees_none_of_them(requests, province, watcher):
    found = {person.username: len(Dashboard(person).requests) for person in (province.desk, province.board, watcher)}
    assert found == {"bt": 0, "btv1": 3, "vp": 3}
    assert Dashboard(province.board, source=province.source).requests == []


def test_they_cost_one_query_however_many(requests, province, django_assert_num_queries):
    board = Dashboard(province.board)
    board.user.has_perm("editorial.edit_under_review")
    with django_assert_num_queries(1):
        assert len(board.requests) == 3
    for _n in range(8):
        asked(province, province.units.TB, "release", 1, 7)
    board = Dashboard(board.user)
    with django_assert_num_queries(1):
        assert sum(row.count for row in board.requests) == 12


def test_an_item_of_a_release_on_its_way_is_not_late_by_itself(stopped, province, draft, commit):
    province.source.due_hours = 8
    province.source.save()
    page = submitted(draft, province, commit, "Cũ", 73)
    assert Dashboard(province.board).overdue == 1
    release = Release.objects.create(
        title="Đợt", organization=province.units.TB, created_by=province.board, state="waiting"
    )
    ReleaseItem.objects.create(release=release, page=page, position=1)
    board = Dashboard(province.board)
    assert (board.overdue, sum(row.count for row in board.waiting)) == (0, 1)


def test_what_failed_is_named_first_with_its_reason(stopped, province, draft, open_screen):
    failed(draft("Bài lỗi"))
    page = open_screen(province.board, "editorial_dashboard").content.decode()
    assert "bài đến giờ mà chưa đăng được" in page
    assert "Bài lỗi" in page and "=Hết chỗ" in page
    assert page.index("Cần làm ngay") < page.index("Bài lỗi") < page.index("Bài đang nằm ở đâu")


def test_where_nothing_is_wrong_it_says_so(stopped, province, open_screen):
    page = open_screen(province.board, "editorial_dashboard").content.decode()
    assert "Không có việc nào chậm" in page


# --- who sees what


def test_each_desk_sees_its_own(stopped, province, draft, commit, open_screen):
    submitted(draft, province, commit, "Của tuyên giáo", 99)
    failed(draft("Lỗi của tuyên giáo"))
    Duty.objects.create(source=province.source, name="Bản tin nội bộ", kind=Kind.BULLETIN)
    answer = open_screen(province.other_desk, "editorial_dashboard")
    page = answer.content.decode()
    assert "tuyên giáo" not in page and "Bản tin nội bộ" not in page
    board = answer.context["board"]
    assert (board.waiting, board.failed_count, board.overdue, board.owed) == ([], 0, 0, [])
    assert open_screen(province.other_desk, "editorial_dashboard", source="tuyen-giao").status_code == 404
    for kind in ("csv", "xlsx"):
        query = {"table": "waiting", "source": "tuyen-giao"}
        assert open_screen(province.other_desk, "editorial_dashboard_export", kind, **query).status_code == 404
    own = open_screen(province.desk, "editorial_dashboard").content.decode()
    assert "Lỗi của tuyên giáo" in own and "Bản tin nội bộ" in own


def test_who_watches_sees_numbers_of_all_and_titles_of_the_own(stopped, province, watcher, draft, commit, open_screen):
    submitted(draft, province, commit, "Nháp kín", 99)
    failed(draft("Lỗi kín"))
    failed(draft("Lỗi của mình", index=province.other_index, user=watcher))
    answer = open_screen(watcher, "editorial_dashboard")
    page = answer.content.decode()
    assert "kín" not in page and "Lỗi của mình" in page
    assert "?source=tuyen-giao&" not in page and "?source=to-chuc&amp;section=scheduled" in page
    board = answer.context["board"]
    assert (board.failed_count, [(s.code, n) for s, n in board.failed_elsewhere]) == (2, [("tuyen-giao", 1)])
    assert board.overdue == 1
    text = open_screen(watcher, "editorial_dashboard_export", "csv", table="failed").content.decode()
    assert "kín" not in text and "Lỗi của mình" in text


def test_the_right_to_watch_is_what_opens_it(stopped, province, watcher):
    """The control: without it the same person sees one source."""
    assert {source.code for source in watched_sources(watcher)} == {"tuyen-giao", "to-chuc"}
    watcher.user_permissions.clear()
    watcher = type(watcher).objects.get(pk=watcher.pk)
    assert {source.code for source in watched_sources(watcher)} == {"to-chuc"}


def test_a_committee_has_no_dashboard(province, open_screen):
    assert open_screen(province.thuongtruc1, "editorial_dashboard").status_code == 404
    assert open_screen(province.thuongtruc1, "editorial_dashboard_export", "xlsx").status_code == 404
    assert URL not in open_screen(province.thuongtruc1, "editorial_desk").content.decode()
    assert URL in open_screen(province.desk, "editorial_desk").content.decode()


# --- what came out, and how late


def published(out_at, source="tuyen-giao", due_at=None, **fields):
    from publishing.actions import PublishedForm, put

    number = PublishedItem.objects.count() + 1000
    form = PublishedForm(
        page_id=number,
        kind=fields.pop("kind", "article"),
        locale=fields.pop("locale", "vi"),
        translation_key=f"00000000-0000-4000-8000-{number:012d}",
        slug=f"tin-{number}",
        title="Tin",
        summary="",
        source_code=source,
        category_path=fields.pop("category_path", "/tin-tuc/"),
        audience=["member"],
        payload={"body": []},
        files=(),
    )
    item = put(form, revision_id=number, due_at=due_at or out_at).item
    PublishedItem.objects.filter(pk=item.pk).update(first_published_at=out_at)
    Publication.objects.filter(item=item).update(published_at=out_at)
    return item


def test_output_by_source_and_week(stopped, province):
    hanoi = timezone.get_current_timezone()
    monday = datetime.datetime(2026, 11, 23, 0, 0, tzinfo=hanoi)
    published(monday)
    published(monday - datetime.timedelta(minutes=1))
    published(monday - datetime.timedelta(weeks=11))
    published(monday - datetime.timedelta(weeks=11, minutes=1))  # before the first week
    published(monday, "to-chuc")
    published(monday, locale="en")  # a translation is no output of its own
    board = Dashboard(province.board)
    assert (board.weeks[0], board.weeks[-1]) == (datetime.date(2026, 9, 7), datetime.date(2026, 11, 23))
    counts = {source.code: numbers for source, numbers in board.output.items()}
    assert counts["tuyen-giao"] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]
    assert counts["to-chuc"] == [0] * 11 + [1]
    assert list(Dashboard(province.desk).output) == [province.source]


def test_the_chart_is_true_to_its_numbers(stopped, province):
    weeks = Dashboard(province.board).weeks
    output = {province.source: [0] * 10 + [3, 40], province.other_source: [0] * 11 + [10]}
    chart = chart_of(weeks, output)
    assert [bar.total for bar in chart.bars][-2:] == [3, 50]
    assert [value for _y, value in chart.lines] == [0, 10, 20, 30, 40, 50]
    first, second = chart.bars[-1].parts
    assert first.height == pytest.approx(4 * second.height, abs=0.3)
    assert first.y == pytest.approx(second.y + second.height, abs=0.2)
    assert chart.bars[0].parts == [] and len(chart.legend) == 2
    assert chart_of(weeks, {province.source: [0] * 12}).lines[-1][1] == 1


def test_late_publications(stopped, province):
    hour = datetime.timedelta(hours=1)
    published(NOW - hour, due_at=NOW - 3 * hour)
    published(NOW - hour, due_at=NOW - hour - datetime.timedelta(seconds=50))
    published(NOW - datetime.timedelta(weeks=5), due_at=NOW - datetime.timedelta(weeks=6))
    (row,) = Dashboard(province.board).punctuality
    assert (row.source.code, row.count, row.late, row.worst) == ("tuyen-giao", 2, 1, 2 * hour)


# --- what is owed


def test_what_a_source_owes_this_month(stopped, province):
    topic = Category.objects.create(name="Chuyên đề", slug="chuyen-de")
    Duty.objects.create(source=province.source, name="Bản tin", kind=Kind.BULLETIN, per_month=1)
    Duty.objects.create(source=province.source, name="Chuyên đề", kind=Kind.ARTICLE, category=topic, per_month=2)
    Duty.objects.create(source=province.other_source, name="Hỏi đáp", kind=Kind.ARTICLE, per_month=1)
    first = datetime.datetime(2026, 11, 1, 0, 0, tzinfo=timezone.get_current_timezone())
    published(first, kind="bulletin")
    published(first, category_path="/chuyen-de/thang-11/")
    published(first - datetime.timedelta(seconds=1), category_path="/chuyen-de/")  # October's
    published(first, category_path="/chuyen-de-khac/")
    published(first, category_path="/chuyen-de/", locale="en")
    board = Dashboard(province.board)
    assert [(row.duty.name, row.done, row.left) for row in board.owed] == [
        ("Hỏi đáp", 0, 1),
        ("Chuyên đề", 1, 1),
        ("Bản tin", 1, 0),
    ]
    assert (board.owed_count, board.days_left) == (2, 5)


def test_the_board_keeps_the_duties_through_the_audit(province, signed_in):
    client = signed_in(province.board)
    data = {"source": province.source.pk, "name": "Bản tin nội bộ", "kind": "bulletin", "category": "", "per_month": 1}
    client.post(reverse("duties:add"), data)
    duty = Duty.objects.get()
    assert str(duty) == "Ban Tuyên giáo: Bản tin nội bộ"
    again = client.post(reverse("duties:add"), data)
    assert again.status_code == 200 and Duty.objects.count() == 1
    client.post(reverse("duties:edit", args=[duty.pk]), {**data, "per_month": 2})
    assert Duty.objects.get().per_month == 2
    client.post(reverse("duties:delete", args=[duty.pk]))
    assert not Duty.objects.exists()
    acts = list(AuditEntry.objects.filter(act__startswith="duty").values_list("act", "actor", "detail__per_month"))
    assert acts == [("duty_create", "btv1", 1), ("duty_change", "btv1", 2), ("duty_delete", "btv1", 2)]
    assert AuditEntry.objects.get(act="duty_create").unit == province.units.TB.path


@pytest.mark.parametrize("person", ["contributor", "desk", "thuongtruc1"])
def test_nobody_else_does(province, person, signed_in):
    duty = Duty.objects.create(source=province.source, name="Bản tin", kind=Kind.BULLETIN)
    client = signed_in(getattr(province, person))
    data = {"source": province.source.pk, "name": "Khác", "kind": "article", "per_month": 1}
    for name, args in (("add", []), ("edit", [duty.pk]), ("delete", [duty.pk])):
        assert client.post(reverse(f"duties:{name}", args=args), data).status_code == 302
    assert list(Duty.objects.values_list("name", "kind")) == [("Bản tin", "bulletin")]
    assert client.get(reverse("duties:index")).status_code == 302


def test_a_category_with_a_duty_stays(province, signed_in):
    topic = Category.objects.create(name="Chuyên đề", slug="chuyen-de")
    Duty.objects.create(source=province.source, name="Chuyên đề", kind=Kind.ARTICLE, category=topic)
    with pytest.raises(Refused, match="đang dùng cho: việc hằng tháng của nguồn tin"), transaction.atomic():
        delete_category(actor=province.board, category_id=topic.pk)
    assert Duty.objects.get().category == topic


# --- files, and what it costs


def test_the_tables_as_files(stopped, province, draft, open_screen):
    failed(draft("=Bài"))
    published(NOW)
    Duty.objects.create(source=province.source, name="Bản tin", kind=Kind.BULLETIN)
    answer = open_screen(province.board, "editorial_dashboard_export", "csv", table="failed")
    assert answer["Content-Disposition"] == 'attachment; filename="tien-do-failed-2026-11-25.csv"'
    assert rows_of(answer)[1] == ["Ban Tuyên giáo", "'=Bài", "Đăng", "25/11/2026 09:00", "4", "'=Hết chỗ"]
    assert rows_of(open_screen(province.board, "editorial_dashboard_export", "csv", table="owed"))[1] == [
        "Ban Tuyên giáo", "Bản tin", "1", "0", "1",
    ]  # fmt: skip
    output = rows_of(open_screen(province.board, "editorial_dashboard_export", "csv", table="output"))
    assert output[0][1] == "Tuần từ 07/09/2026"
    assert {row[0]: row[-1] for row in output[1:]} == {"Ban Tổ chức": "0", "Ban Tuyên giáo": "1"}
    book = load_workbook(io.BytesIO(open_screen(province.board, "editorial_dashboard_export", "xlsx").content))
    assert book.sheetnames == [
        "Đang chờ", "Tờ trình chờ cấp ủy", "Đăng không được", "Việc trong tháng", "Đã đăng theo tuần", "Đăng trễ",
    ]  # fmt: skip
    cell = book["Đăng không được"]["B2"]
    assert (cell.value, cell.data_type) == ("=Bài", "s")
    assert open_screen(province.board, "editorial_dashboard_export", "csv", table="khac").status_code == 404


def test_the_number_of_queries_does_not_grow(stopped, province, draft, commit, signed_in, django_assert_num_queries):
    client = signed_in(province.board)

    def fill(n):
        for k in range(n):
            submitted(draft, province, commit, f"Duyệt {k}", 99)
            draft(f"Nháp {k}")
            failed(draft(f"Lỗi {k}"))
            published(NOW - datetime.timedelta(weeks=k))
            Duty.objects.create(source=province.source, name=f"Việc {Duty.objects.count()}", kind=Kind.ARTICLE)

    fill(1)
    client.get(URL)
    with time_machine.travel(NOW, tick=False):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as once:
            assert client.get(URL).status_code == 200
        fill(2)
        with django_assert_num_queries(len(once)):
            assert client.get(URL).status_code == 200
