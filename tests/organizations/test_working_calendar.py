"""Working time: over nights, weekends, holidays, days worked in their place, and clocks that change."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from audit.models import AuditEntry
from audit.refusals import Refused
from organizations import actions
from organizations.calendar import DEFAULT_HOURS, DEFAULT_WEEK, Calendar, Holiday, WorkingHours
from tests.conftest import make_user

HOUR = datetime.timedelta(hours=1)
VIETNAM = datetime.timezone(7 * HOUR)


def at(text):
    """A moment of the province's day, such as ``2026-11-24 09:00``."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


USUAL = Calendar(DEFAULT_WEEK, {})
TET = Calendar(
    DEFAULT_WEEK,
    {
        datetime.date(2027, 2, 5): False,  # a Friday
        datetime.date(2027, 2, 8): False,
        datetime.date(2027, 2, 9): False,
        datetime.date(2027, 2, 13): True,  # a Saturday worked in place of one
    },
)


@pytest.mark.parametrize(
    "calendar, begins, hours, ends",
    [
        (USUAL, "2026-11-24 09:00", 1, "2026-11-24 10:00"),
        (USUAL, "2026-11-24 09:00", 0, "2026-11-24 09:00"),
        (USUAL, "2026-11-24 09:00", 2.5, "2026-11-24 11:30"),
        (USUAL, "2026-11-24 09:00", 3, "2026-11-24 14:00"),  # over noon
        (USUAL, "2026-11-24 23:00", 1, "2026-11-25 08:30"),  # written at night
        (USUAL, "2026-11-27 16:30", 2, "2026-11-30 08:30"),  # Friday to Monday
        (USUAL, "2026-11-28 10:00", 8, "2026-11-30 17:30"),  # written on a Saturday
        (USUAL, "2026-11-24 07:30", 40, "2026-11-30 17:30"),  # five working days
        (TET, "2027-02-04 16:30", 2, "2027-02-10 08:30"),  # over Tết
        (TET, "2027-02-12 16:30", 2, "2027-02-13 08:30"),  # into a Saturday that is worked
        (TET, "2027-02-13 16:30", 2, "2027-02-15 08:30"),
    ],
)
def test_adding_working_time_and_taking_it_back(calendar, begins, hours, ends):
    assert calendar.add(at(begins), hours * HOUR) == at(ends)
    assert calendar.between(at(begins), at(ends)) == hours * HOUR
    assert calendar.between(calendar.back(at(ends), hours * HOUR), at(ends)) == hours * HOUR


MOMENTS = st.datetimes(datetime.datetime(2026, 1, 1), datetime.datetime(2028, 1, 1), timezones=st.just(datetime.UTC))
MINUTES = st.integers(0, 10_000).map(lambda n: datetime.timedelta(minutes=n))


def minutes_worked(calendar, begins, ends, zone):
    """The oracle: minute by minute, is it worked?"""
    step, count, moment = datetime.timedelta(minutes=1), 0, begins
    while moment < ends:
        local = moment.astimezone(zone)
        worked = calendar.exceptions.get(local.date())
        hours = calendar.week.get(local.weekday(), ())
        if worked is False:
            hours = ()
        elif worked and not hours:
            hours = calendar.week[min(calendar.week)]
        count += any(opens <= local.time() < closes for opens, closes in hours)
        moment += step
    return count * step


@given(moment=MOMENTS, amount=MINUTES, data=st.data())
def test_what_is_added_lies_between(moment, amount, data):
    calendar = data.draw(st.sampled_from([USUAL, TET]))
    ends = calendar.add(moment, amount)
    assert calendar.between(moment, ends) == amount
    assert calendar.between(calendar.back(moment, amount), moment) == amount
    assert ends >= moment


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "Europe/Berlin"])
@pytest.mark.parametrize("begins", ["2026-03-27T00:00:00Z", "2026-10-23T11:00:00Z", "2027-02-04T05:00:00Z"])
def test_working_time_equals_a_count_of_minutes_also_where_the_clocks_change(settings, zone, begins):
    """In Berlin the clocks change on 29 March and 25 October 2026: with Sunday nights worked, an hour is gone or twice."""
    settings.TIME_ZONE = zone
    import zoneinfo

    night = {**DEFAULT_WEEK, 6: ((datetime.time(0), datetime.time(6)),)}
    calendar = Calendar(night, TET.exceptions)
    start = datetime.datetime.fromisoformat(begins)
    for hours in (30, 72, 100):
        ends = start + hours * HOUR
        assert calendar.between(start, ends) == minutes_worked(calendar, start, ends, zoneinfo.ZoneInfo(zone))


def test_a_calendar_of_holidays_alone_comes_to_an_end():
    never = Calendar({0: DEFAULT_HOURS}, {datetime.date(2026, 1, 1) + n * 24 * HOUR: False for n in range(2000)})
    begins = at("2026-11-24 09:00")
    assert never.add(begins, HOUR) == begins
    assert never.between(begins, begins + 10_000 * HOUR) == 0 * HOUR


@pytest.mark.django_db
def test_hours_that_are_entered_take_the_place_of_the_usual_ones():
    assert Calendar.load().week == DEFAULT_WEEK
    actions.save_working_hours(
        actor="test", hours=WorkingHours(weekday=5, opens=datetime.time(8), closes=datetime.time(12))
    )
    actions.save_holiday(actor="test", holiday=Holiday(day=datetime.date(2026, 11, 28), name="Nghỉ"))
    found = Calendar.load()
    assert found.add(at("2026-11-24 09:00"), HOUR) == at("2026-12-05 09:00")


@pytest.mark.django_db
@pytest.mark.parametrize("opens, closes", [(9, 11), (7, 9), (8, 12), (11, 11), (12, 8)])
def test_hours_that_count_twice_or_run_backwards_are_refused(opens, closes):
    actions.save_working_hours(
        actor="test", hours=WorkingHours(weekday=0, opens=datetime.time(8), closes=datetime.time(12))
    )
    with pytest.raises(Refused):
        actions.save_working_hours(
            actor="test", hours=WorkingHours(weekday=0, opens=datetime.time(opens), closes=datetime.time(closes))
        )
    assert WorkingHours.objects.count() == 1


@pytest.mark.django_db
def test_the_operator_keeps_the_calendar_and_nobody_else(client, province):
    add = reverse("holidays:add")
    facts = {"day": "2026-09-02", "name": "Quốc khánh"}
    client.force_login(province.board)
    assert client.post(add, facts).status_code == 302
    with pytest.raises(Refused):
        actions.save_holiday(actor=make_user("la"), holiday=Holiday(day=datetime.date(2026, 9, 2), name="x"))
    assert not Holiday.objects.exists()
    client.force_login(province.admin)
    assert client.get(add).status_code == 200
    assert client.post(add, facts).status_code == 302
    holiday = Holiday.objects.get()
    assert (holiday.name, holiday.is_working_day) == ("Quốc khánh", False)
    again = client.post(add, facts)
    assert again.status_code == 200 and Holiday.objects.count() == 1
    client.post(reverse("holidays:edit", args=[holiday.pk]), {**facts, "name": "Lễ"})
    client.post(reverse("holidays:delete", args=[holiday.pk]))
    assert not Holiday.objects.exists()
    client.post(reverse("working_hours:add"), {"weekday": "0", "opens": "08:00", "closes": "12:00"})
    assert WorkingHours.objects.get().closes == datetime.time(12)
    acts = list(AuditEntry.objects.filter(outcome="done").order_by("seq").values_list("act", flat=True))
    assert acts == ["save_holiday", "save_holiday", "delete_holiday", "save_working_hours"]
