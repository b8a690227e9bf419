"""The editorial calendar: which days, which entries, for whom, and moving them."""

import datetime
import json
import re

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from audit.models import AuditEntry
from editorial.calendar_entries import Entry, month_days, sort_into_days, week_days
from editorial.enums import ScheduledAct, ScheduleState
from editorial.models import Schedule
from editorial.publisher import publish_due
from editorial.views.calendar import asked_date, neighbours
from publishing.models import Publication, PublishedItem

URL = "/admin/editorial/calendar/"
VN = datetime.timezone(datetime.timedelta(hours=7))
# A Wednesday, ten in the morning in the province.
NOW = datetime.datetime(2026, 3, 4, 10, 0, tzinfo=VN)
DATES = st.dates(datetime.date(2000, 1, 1), datetime.date(2099, 12, 31))


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def plan():
    """A function that enters a draft into the schedule without its way of approvals."""

    def make(page, at, act=ScheduledAct.PUBLISH, **fields):
        return Schedule.objects.create(page=page, revision=page.latest_revision, act=act, due_at=at, **fields)

    return make


def shown(response):
    return [
        (day.date.isoformat(), entry.title, entry.status) for day in response.context["days"] for entry in day.entries
    ]


def post(client, schedule, body, act="move"):
    return client.post(
        f"{URL}{schedule.pk}/{act}/",
        json.dumps(body),
        content_type="application/json",
        headers={"accept": "application/json"},
    )


# --- the grid


def test_each_day_of_a_week_has_its_own_column(client, province, clock):
    client.force_login(province.board)
    days = re.findall(r'calendar-d-(\S+)[^"]*" data-day="([^"]+)"', client.get(f"{URL}?view=week").content.decode())
    assert days == [(str(n), f"2026-03-0{n + 1}") for n in range(1, 8)]


def test_a_month_folds_what_went_out_and_names_all_that_is_to_come(province, draft, plan, signed_in, clock):
    def entry(status, minute):
        at = datetime.datetime(2026, 3, 3, 8, minute, tzinfo=VN)
        return Entry(at=at, status=status, title=f"{status} {minute}", source="Nguồn", page_id=1)

    others = [entry(status, 30) for status in ("pending", "overdue", "failed", "expires", "emergency", "expired")]
    out = [entry("published", minute) for minute in range(15)]
    [day] = sort_into_days([datetime.date(2026, 3, 3)], [*others, *out])
    assert [each.title for each in day.named_in_a_month] == sorted(
        [each.title for each in others + out[:12]], key=[each.title for each in day.entries].index
    )
    assert (len(day.named_in_a_month), day.folded_in_a_month, len(day.entries)) == (18, 3, 21)
    assert sort_into_days([day.date], out[:12])[0].folded_in_a_month == 0


def test_a_folded_day_leads_to_its_week(province, draft, approve, signed_in, clock):
    for n in range(14):
        approve(draft(f"Bài {n}"))
    client = signed_in(province.board)
    html = client.get(URL).content.decode()
    assert html.count("calendar-entry__title") == 12
    assert '<a href="?view=week&amp;date=2026-03-04">và 2 bài khác đã đăng</a>' in html
    assert client.get(f"{URL}?view=week&date=2026-03-04").content.decode().count("calendar-entry__title") == 14


@given(DATES)
def test_a_month_is_covered_by_whole_weeks_each_day_once(date):
    days = month_days(date)
    assert days == [days[0] + datetime.timedelta(days=n) for n in range(len(days))]
    assert len(days) % 7 == 0 and days[0].weekday() == 0
    of_the_month = [day for day in days if (day.year, day.month) == (date.year, date.month)]
    assert date in of_the_month and of_the_month[0].day == 1
    assert (of_the_month[-1] + datetime.timedelta(days=1)).day == 1
    assert len(days) - len(of_the_month) <= 12


@given(DATES)
def test_a_week_is_monday_to_sunday(date):
    days = week_days(date)
    assert [day.weekday() for day in days] == list(range(7))
    assert date in days and days[-1] - days[0] == datetime.timedelta(days=6)


@given(DATES)
def test_going_on_and_back_reaches_the_same_month_and_week(date):
    earlier, later = neighbours("month", date)
    months = [each.year * 12 + each.month for each in (earlier, date, later)]
    assert months == [months[1] - 1, months[1], months[1] + 1]
    earlier, later = neighbours("week", date)
    assert (week_days(later)[0] - week_days(date)[0], week_days(date)[0] - week_days(earlier)[0]) == (
        datetime.timedelta(days=7),
    ) * 2


def test_the_turn_of_the_year():
    assert (month_days(datetime.date(2026, 12, 15))[0], month_days(datetime.date(2026, 12, 15))[-1]) == (
        datetime.date(2026, 11, 30),
        datetime.date(2027, 1, 3),
    )
    assert week_days(datetime.date(2027, 1, 1))[0] == datetime.date(2026, 12, 28)


def test_entries_of_a_day_are_in_order():
    times = ["2026-03-04T23:59", "2026-03-04T00:00", "2026-03-05T00:00"]
    entries = [
        Entry(at=datetime.datetime.fromisoformat(t).replace(tzinfo=VN), status="pending", title=t, source="", page_id=1)
        for t in times
    ]
    days = sort_into_days(week_days(datetime.date(2026, 3, 4)), entries)
    assert [[entry.title for entry in day.entries] for day in days] == [
        [],
        [],
        [times[1], times[0]],
        [times[2]],
        [],
        [],
        [],
    ]
    hours = days[2].by_hour
    assert len(hours) == 24 and [hour for hour, found in hours if found] == [0, 23]


@pytest.mark.parametrize("text", ["", "hôm nay", "2026-02-30", "0001-01-01", "9999-12-31", "2026-3-4"])
def test_a_date_that_is_none_is_today(text, clock):
    assert asked_date(text) == datetime.date(2026, 3, 4)


# --- what is shown, and to whom


@pytest.mark.django_db
@pytest.mark.parametrize("view", ["month", "week"])
@pytest.mark.parametrize(
    ("utc", "day"),
    [("2026-03-04T16:59", "2026-03-04"), ("2026-03-04T17:00", "2026-03-05"), ("2026-03-04T16:00", "2026-03-04")],
)
def test_an_entry_falls_on_the_provinces_day(client, province, draft, plan, clock, view, utc, day):
    plan(draft("Quanh nửa đêm"), datetime.datetime.fromisoformat(utc).replace(tzinfo=datetime.UTC))
    client.force_login(province.board)
    response = client.get(f"{URL}?view={view}&date=2026-03-04")
    assert shown(response) == [(day, "Quanh nửa đêm", "pending")]


@pytest.mark.django_db
def test_the_edges_of_the_week_belong_to_it(client, province, draft, plan, clock):
    client.force_login(province.board)
    plan(draft("Đầu tuần"), datetime.datetime(2026, 3, 9, 0, 0, tzinfo=VN))
    plan(draft("Cuối tuần"), datetime.datetime(2026, 3, 15, 23, 59, tzinfo=VN))
    plan(draft("Tuần sau"), datetime.datetime(2026, 3, 16, 0, 0, tzinfo=VN))
    assert [title for _day, title, _status in shown(client.get(f"{URL}?view=week&date=2026-03-11"))] == [
        "Đầu tuần",
        "Cuối tuần",
    ]


@pytest.mark.django_db
def test_each_kind_of_entry_is_told_apart(client, province, draft, approve, plan, clock):
    approve(draft("Ra ngay"))
    plan(draft("Hẹn"), NOW + datetime.timedelta(days=1))
    plan(draft("Sẽ hết hạn"), NOW + datetime.timedelta(days=2), act=ScheduledAct.EXPIRE)
    plan(draft("Hỏng"), NOW - datetime.timedelta(days=1), attempts=3, last_error="kho tệp không trả lời")
    plan(draft("Đến giờ"), NOW - datetime.timedelta(minutes=1))
    plan(draft("Đã hủy"), NOW + datetime.timedelta(days=1), state=ScheduleState.CANCELLED)
    plan(draft("Đã hạ"), NOW - datetime.timedelta(days=2), act=ScheduledAct.EXPIRE, state=ScheduleState.DONE)
    client.force_login(province.board)
    response = client.get(f"{URL}?date=2026-03-04")
    assert shown(response) == [
        ("2026-03-02", "Đã hạ", "expired"),
        ("2026-03-03", "Hỏng", "failed"),
        ("2026-03-04", "Đến giờ", "overdue"),
        ("2026-03-04", "Ra ngay", "published"),
        ("2026-03-05", "Hẹn", "pending"),
        ("2026-03-06", "Sẽ hết hạn", "expires"),
    ]
    page = response.content.decode()
    assert "đã thử 3 lần: kho tệp không trả lời" in page
    movable = [entry.title for day in response.context["days"] for entry in day.entries if entry.movable]
    assert movable == ["Hỏng", "Đến giờ", "Hẹn"]
    assert page.count("data-movable") == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("late", "note"),
    [(0, ""), (59, ""), (60, "trễ 1 phút"), (3 * 3600 + 120, "trễ 3 giờ 2 phút"), (2 * 86400, "trễ 2 ngày 0 giờ")],
)
def test_lateness_is_shown(client, province, draft, approve, clock, late, note):
    approve(draft("Muộn"))
    Publication.objects.update(due_at=timezone.now() - datetime.timedelta(seconds=late))
    PublishedItem.objects.update(removed_at=timezone.now() if late == 60 else None)
    client.force_login(province.board)
    [entry] = [entry for day in client.get(URL).context["days"] for entry in day.entries]
    assert entry.note == (f"{note}; nay đã lấy xuống" if late == 60 else note)


@pytest.fixture
def two_desks(province, draft, approve, plan, clock):
    """Something scheduled and something published of each source."""
    ours = plan(draft("Hẹn của ta"), NOW + datetime.timedelta(days=1))
    theirs = plan(draft("Hẹn của họ", index=province.other_index), NOW + datetime.timedelta(days=1))
    approve(draft("Ra của ta"))
    approve(draft("Ra của họ"))
    PublishedItem.objects.filter(title="Ra của họ").update(source_code="to-chuc")
    return ours, theirs


EVERYTHING = {"Hẹn của ta", "Hẹn của họ", "Ra của ta", "Ra của họ"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ("contributor", {"Hẹn của ta", "Ra của ta"}),
        ("desk", {"Hẹn của ta", "Ra của ta"}),
        ("other_desk", {"Hẹn của họ", "Ra của họ"}),
        ("board", EVERYTHING),
        ("admin", EVERYTHING),
    ],
)
@pytest.mark.parametrize("query", ["", "?view=week", "?source=to-chuc", "?source=khong-co"])
def test_entries_of_other_sources_do_not_exist_for_a_desk(client, province, two_desks, person, expected, query):
    client.force_login(getattr(province, person))
    response = client.get(f"{URL}{query}")
    sees_both = expected == EVERYTHING
    if query == "?source=to-chuc" and sees_both:
        expected = {"Hẹn của họ", "Ra của họ"}
    assert {title for _day, title, _status in shown(response)} == expected
    page = response.content.decode()
    for title in EVERYTHING - expected:
        assert title not in page
    assert ("Ban Tổ chức" in page) == (sees_both or person == "other_desk")
    assert response.context["may_move"] is sees_both
    assert ("data-movable" in page) is sees_both


@pytest.mark.django_db
def test_links_lead_only_where_the_editor_opens(client, province, draft, plan, clock):
    own = draft("Của tôi")
    plan(own, NOW + datetime.timedelta(days=1))
    plan(draft("Của đồng nghiệp", user=province.desk), NOW + datetime.timedelta(days=1))
    for person, titles in [("contributor", {"Của tôi"}), ("desk", {"Của tôi", "Của đồng nghiệp"})]:
        client.force_login(getattr(province, person))
        entries = [entry for day in client.get(URL).context["days"] for entry in day.entries]
        assert {entry.title for entry in entries if entry.edit_url} == titles
        for entry in entries:
            opens = client.get(f"/admin/pages/{entry.page_id}/edit/").status_code == 200
            assert bool(entry.edit_url) is opens


@pytest.mark.django_db
def test_who_has_no_desk_has_no_calendar(client, province, clock):
    client.force_login(province.thuongtruc1)
    assert client.get(URL).status_code == 302
    assert URL not in client.get("/admin/editorial/desk/").content.decode()
    client.force_login(province.desk)
    assert URL in client.get("/admin/editorial/desk/").content.decode()
    client.logout()
    assert client.get(URL).status_code == 302


# --- moving


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"day": "2026-03-20"}, "2026-03-20T08:30"),
        ({"day": "2026-03-20", "hour": 14}, "2026-03-20T14:30"),
        ({"day": "2026-03-05", "hour": 0}, "2026-03-05T00:30"),
        ({"at": "2027-01-01T00:00"}, "2027-01-01T00:00"),
        ({"at": "2026-03-20T07:15:59"}, "2026-03-20T07:15"),
    ],
)
def test_the_board_moves_a_publication(client, province, draft, plan, clock, body, expected):
    schedule = plan(draft("Dời"), datetime.datetime(2026, 3, 10, 8, 30, tzinfo=VN))
    client.force_login(province.board)
    response = post(client, schedule, body)
    assert (response.status_code, response.json()["at"]) == (200, expected)
    assert "“Dời”" in response.json()["message"]
    schedule.refresh_from_db()
    assert schedule.due_at == datetime.datetime.fromisoformat(expected).replace(tzinfo=VN)
    entry = AuditEntry.objects.get(act="reschedule")
    assert (entry.actor, entry.outcome, entry.target) == ("btv1", "done", "Dời")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"at": "2026-03-04T09:59"}, "đã qua"),
        ({"at": "2026-03-04T10:00"}, "đã qua"),
        ({"day": "2026-03-01"}, "đã qua"),
        ({"at": ""}, "Không đọc được giờ mới"),
        ({"at": "2026-02-30T10:00"}, "Không đọc được giờ mới"),
        ({"at": "2026-03-20T10:00+00:00"}, "Không đọc được giờ mới"),
        ({"at": "9999-12-31T23:59"}, "Không đọc được giờ mới"),
        ({"at": None}, "Không đọc được giờ mới"),
        ({"day": "2026-03-20", "hour": 24}, "Không đọc được giờ mới"),
        ({"day": "2026-03-20", "hour": "x"}, "Không đọc được giờ mới"),
        ({}, "Không đọc được giờ mới"),
        ([], "Không đọc được giờ mới"),
        (3, "Không đọc được giờ mới"),
    ],
)
def test_a_wrong_time_changes_nothing(client, province, draft, plan, clock, body, words):
    before = datetime.datetime(2026, 3, 10, 8, 30, tzinfo=VN)
    schedule = plan(draft("Dời"), before)
    client.force_login(province.board)
    response = post(client, schedule, body)
    assert (response.status_code, response.json()["error_code"]) == (400, "INVALID")
    assert words in response.json()["error_message"]
    schedule.refresh_from_db()
    assert (schedule.due_at, schedule.state) == (before, ScheduleState.PENDING)
    assert AuditEntry.objects.get(act="reschedule").outcome == "refused"


@pytest.mark.django_db
@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b'{"at": NaN}'])
def test_a_body_that_is_no_json_changes_nothing(client, province, draft, plan, clock, raw):
    schedule = plan(draft("Dời"), NOW + datetime.timedelta(days=1))
    client.force_login(province.board)
    response = client.post(
        f"{URL}{schedule.pk}/move/", raw, content_type="application/json", headers={"accept": "application/json"}
    )
    assert (response.status_code, response.json()["error_code"]) == (400, "INVALID")


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["move", "cancel"])
@pytest.mark.parametrize(
    ("person", "which", "code"),
    [
        ("contributor", "ours", "FORBIDDEN"),
        ("desk", "ours", "FORBIDDEN"),
        ("other_desk", "ours", "NOT_FOUND"),
        ("desk", "theirs", "NOT_FOUND"),
        ("thuongtruc1", "ours", "NOT_FOUND"),
    ],
)
def test_who_may_not_move_changes_nothing(client, province, two_desks, act, person, which, code):
    schedule = two_desks[0 if which == "ours" else 1]
    before = schedule.due_at
    client.force_login(getattr(province, person))
    response = post(client, schedule, {"day": "2026-03-20"}, act)
    assert (response.status_code, response.json()["error_code"]) == (400, code)
    if code == "NOT_FOUND":
        assert response.json() == post(client, Schedule(pk=10**9), {"day": "2026-03-20"}, act).json()
    schedule.refresh_from_db()
    assert (schedule.due_at, schedule.state) == (before, ScheduleState.PENDING)


@pytest.mark.django_db
def test_the_acts_ask_for_a_post_a_token_and_a_session(client, province, draft, plan, clock):
    schedule = plan(draft("Dời"), NOW + datetime.timedelta(days=1))
    assert post(client, schedule, {"day": "2026-03-20"}).status_code in (302, 401, 403)
    client.force_login(province.board)
    assert client.get(f"{URL}{schedule.pk}/move/").status_code == 405
    client.handler.enforce_csrf_checks = True
    assert post(client, schedule, {"day": "2026-03-20"}).status_code == 403
    schedule.refresh_from_db()
    assert schedule.due_at == NOW + datetime.timedelta(days=1)


@pytest.mark.django_db
def test_calling_off_takes_it_from_the_calendar(client, province, draft, plan, clock):
    schedule = plan(draft("Thôi"), NOW + datetime.timedelta(days=1))
    client.force_login(province.board)
    assert post(client, schedule, {}, "cancel").json() == {"success": True, "message": "Đã hủy lịch đăng “Thôi”."}
    schedule.refresh_from_db()
    assert schedule.state == ScheduleState.CANCELLED
    assert shown(client.get(URL)) == []
    assert post(client, schedule, {}, "cancel").json()["error_code"] == "NOT_FOUND"


@pytest.mark.django_db
def test_what_was_moved_goes_out_at_its_new_time(client, province, draft, approve, clock):
    page = approve(draft("Hẹn rồi dời", go_live_at=NOW + datetime.timedelta(days=3)))
    schedule = Schedule.objects.pending().get(page=page)
    client.force_login(province.board)
    assert post(client, schedule, {"day": "2026-03-05"}).status_code == 200
    clock.move_to(datetime.datetime(2026, 3, 5, 9, 59, tzinfo=VN))
    assert publish_due().done == 0
    clock.move_to(datetime.datetime(2026, 3, 5, 10, 1, tzinfo=VN))
    assert publish_due().done == 1
    client.force_login(province.board)
    assert shown(client.get(URL)) == [("2026-03-05", "Hẹn rồi dời", "published")]


# --- cost


@pytest.mark.django_db
@pytest.mark.parametrize(("person", "queries"), [("board", 15), ("desk", 18)])
def test_the_number_of_queries_does_not_grow(
    client, province, draft, approve, plan, clock, person, queries, django_assert_num_queries
):
    client.force_login(getattr(province, person))
    client.get(URL)
    approve(draft())
    for rows in (2, 4):  # 2 rows, then 6
        for n in range(rows):
            plan(draft(), NOW + datetime.timedelta(hours=n))
        for view in ("month", "week"):
            with django_assert_num_queries(queries):
                client.get(f"{URL}?view={view}")


@pytest.mark.django_db
def test_a_full_month_is_quick(client, province, draft):
    page = draft("Mẫu")
    start = timezone.localtime().replace(day=1, hour=0, minute=0)
    # One pending act a page is all that the table allows; what a month with 1,500 entries costs is told by its rows.
    Schedule.objects.bulk_create(
        Schedule(
            page=page,
            revision=page.latest_revision,
            act=ScheduledAct.EXPIRE,
            state=ScheduleState.DONE,
            due_at=start + datetime.timedelta(minutes=27 * n),
        )
        for n in range(1500)
    )
    client.force_login(province.board)
    client.get(URL)
    response = client.get(URL)
    assert sum(len(day.entries) for day in response.context["days"]) >= 1499


@pytest.mark.django_db
def test_titles_are_shown_as_text(client, province, draft, plan, clock):
    plan(draft("<script>alert(1)</script>"), NOW + datetime.timedelta(days=1))
    client.force_login(province.board)
    page = client.get(URL).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page
