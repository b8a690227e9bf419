"""Draining pushes: each device once, nobody skipped, at the right hour, and only who may know."""

import datetime
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions import end_session
from accounts.enums import EndReason
from messaging import actions, retry
from messaging import push as drain
from messaging.enums import DeliveryState, PushCategory
from messaging.models import Device, Push, PushDelivery
from messaging.providers.base import Outcome, Result
from messaging.subjects import Subject
from organizations.actions import move_member
from organizations.enums import PositionKind
from organizations.scope import possible_readers, scope_of, scopes_of
from tests.messaging.conftest import MORNING, add_device

pytestmark = pytest.mark.django_db
LATER = Result(Outcome.LATER, "busy")


def tell(key="k", **fields):
    fields = {"subject_kind": "thing", "subject_id": "one", "category": PushCategory.DOCUMENT} | fields
    return actions.push(effect_key=key, **fields)


def run():
    return drain.send_due(seconds=30)


def states():
    return dict(PushDelivery.objects.values_list("device__address", "state"))


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr(drain, "BATCH", 2)


def test_each_device_is_told_once_in_several_batches(clock, provider, subject, person):
    phones = [phone for _ in range(5) for phone in person().phones]
    tell()
    assert run() == 5
    assert provider.addresses == phones
    first = provider.messages[0]
    assert (first.title, first.text, first.urgent) == ("Văn bản mới", "Tin một", False)
    assert first.data == {"kind": "thing", "id": "one", "category": "document"}
    assert first.ttl == 36 * 3600
    assert len({message.collapse_key for message in provider.messages}) == 1
    assert len(first.collapse_key) == 32
    assert len({message.key for message in provider.messages}) == 5
    push = Push.objects.get()
    assert (push.fanned_out_at, push.finished_at) == (MORNING, MORNING)


def test_the_same_effect_is_told_once(clock, provider, subject, person):
    person()
    assert tell() == tell()
    assert run() == 1
    tell()
    assert run() == 0
    assert (Push.objects.count(), len(provider.messages)) == (1, 1)
    # The negative control: under another key it is another effect.
    tell("other")
    assert run() == 1


def test_a_device_has_one_row_for_a_push(clock, provider, subject, person):
    person()
    tell()
    run()
    row = PushDelivery.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        PushDelivery.objects.create(push=row.push, device=row.device, due_at=timezone.now())


def test_what_is_rolled_back_tells_nobody(clock, provider, subject, person, commit):
    person()
    with commit():
        try:
            with transaction.atomic():
                tell()
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
    assert provider.messages == []
    with commit():
        tell()
    assert len(provider.messages) == 1  # the wake-up after the commit sent it


@pytest.mark.parametrize("when", ["before sending", "after sending"])
def test_a_killed_sender_is_made_up_for_after_its_lease(clock, provider, subject, person, monkeypatch, when):
    for _ in range(5):
        person()
    tell()

    class Killed(BaseException):
        pass

    def kill(rows):
        if when == "after sending":
            provider.send(drain._messages(rows[0].push, subject["one"], rows))
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(drain, "_send", kill)
        with pytest.raises(Killed):
            run()
    handed_over = len(provider.messages)
    assert run() == 3  # the others; the two of the killed one are still leased
    clock.shift(retry.LEASE + datetime.timedelta(seconds=1))
    assert run() == 2
    assert len({message.key for message in provider.messages}) == 5
    assert len(provider.messages) == 5 + handed_over  # at least once: the batch in hand, under the same keys
    assert list(states().values()) == [DeliveryState.ACCEPTED] * 5


def test_a_lost_race_writes_nothing(clock, subject, person, monkeypatch):
    person()
    push = tell()
    stale = Push.objects.get()
    Push.objects.filter(pk=push.pk).update(position=10**9)
    monkeypatch.setattr(drain.Push.objects, "to_fan_out", lambda: _Only(stale))
    assert drain._fan_out() == []
    assert PushDelivery.objects.count() == 0


class _Only:
    def __init__(self, row):
        self.row = row

    def select_for_update(self, **kwargs):
        return self

    def first(self):
        return self.row


def test_it_is_tried_again_with_growing_pauses_and_then_given_up(clock, provider, subject, person):
    [phone] = person().phones
    provider.answers[phone] = LATER
    tell()
    for attempt, pause in enumerate([30, 60, 120, 240, 480], start=1):
        assert run() == 0
        row = PushDelivery.objects.get()
        assert (row.state, row.attempts, row.error) == ("pending", attempt, "busy")
        assert row.due_at - timezone.now() == datetime.timedelta(seconds=pause)
        assert run() == 0 and len(provider.messages) == attempt  # not before its time
        clock.shift(pause)
    run()
    assert states() == {phone: "failed"}
    assert len(provider.messages) == retry.MAX_ATTEMPTS == 6
    assert Push.objects.get().finished_at is not None


def test_the_provider_is_left_alone_as_long_as_it_asks(clock, provider, subject, person):
    [phone] = person().phones
    provider.answers[phone] = Result(Outcome.LATER, "HTTP 429", datetime.timedelta(minutes=7))
    tell()
    run()
    assert PushDelivery.objects.get().due_at == MORNING + datetime.timedelta(minutes=7)


def test_a_batch_that_gets_nowhere_ends_the_run(clock, provider, subject, person, monkeypatch):
    monkeypatch.setattr(drain, "NOWHERE", 2)
    phones = [person().phones[0] for _ in range(4)]
    provider.answers |= dict.fromkeys(phones, LATER)
    tell()
    assert run() == 0
    assert len(provider.messages) == 2
    provider.answers.clear()
    assert run() == 2
    clock.shift(30)
    assert run() == 2


def test_a_provider_that_breaks_is_tried_again(clock, provider, subject, person, monkeypatch):
    [phone] = person().phones
    tell()
    with monkeypatch.context() as patch:
        patch.setattr(provider, "send", lambda messages: 1 / 0)
        assert run() == 0
    assert states() == {phone: "pending"}
    clock.shift(30)
    assert run() == 1


def test_a_dead_address_leaves_the_registry_and_a_refused_one_stays(clock, provider, subject, person):
    dead, refused, good = (person().phones[0] for _ in range(3))
    provider.answers |= {dead: Result(Outcome.DEAD, "UnregisteredError"), refused: Result(Outcome.REFUSED, "HTTP 413")}
    tell()
    assert run() == 1
    assert set(Device.objects.values_list("address", flat=True)) == {refused, good}
    assert list(PushDelivery.objects.order_by("pk").values_list("device__address", "state", "error")) == [
        (None, "dead", "UnregisteredError"),
        (refused, "refused", "HTTP 413"),
        (good, "accepted", ""),
    ]
    tell("next")
    assert run() == 1
    assert provider.addresses[3:] == [refused, good]


@pytest.mark.parametrize(
    ("local", "told_at"),
    [
        ("2026-11-24T20:59:59+07:00", "2026-11-24T20:59:59+07:00"),
        ("2026-11-24T21:00:00+07:00", "2026-11-25T06:00:00+07:00"),
        ("2026-11-25T00:30:00+07:00", "2026-11-25T06:00:00+07:00"),
        ("2026-11-25T05:59:59+07:00", "2026-11-25T06:00:00+07:00"),
        ("2026-11-25T06:00:00+07:00", "2026-11-25T06:00:00+07:00"),
    ],
)
def test_the_night_is_quiet(clock, provider, subject, person, local, told_at):
    local, told_at = (datetime.datetime.fromisoformat(each) for each in (local, told_at))
    clock.move_to(local)
    [phone] = person().phones
    tell()
    assert run() == (1 if local == told_at else 0)
    if local < told_at:
        clock.move_to(told_at - datetime.timedelta(seconds=1))
        assert run() == 0
        clock.move_to(told_at)
        assert run() == 1
    assert provider.addresses == [phone]
    assert PushDelivery.objects.get().attempts == 1


def test_what_is_urgent_goes_out_at_night_and_to_those_who_muted_it(clock, provider, subject, person):
    muted = person()
    actions.set_push_preferences(user=muted, categories=[], quiet_from=datetime.time(0), quiet_to=datetime.time(23, 59))
    clock.move_to(datetime.datetime.fromisoformat("2026-11-24T23:00:00+07:00"))
    tell(urgent=True)
    assert run() == 1
    assert [(message.address, message.urgent) for message in provider.messages] == [(muted.phones[0], True)]


def test_a_persons_choice_counts(clock, provider, subject, person):
    muted, other, early = person(), person(), person()
    times = {"quiet_from": datetime.time(21), "quiet_to": datetime.time(6)}
    actions.set_push_preferences(user=muted, categories=[PushCategory.BULLETIN], **times)
    actions.set_push_preferences(user=other, categories=[PushCategory.DOCUMENT], **times)
    own = {"quiet_from": datetime.time(8), "quiet_to": datetime.time(9, 30)}
    actions.set_push_preferences(user=early, categories=list(PushCategory), **own)
    tell()
    assert run() == 1
    assert provider.addresses == other.phones
    clock.shift(30 * 60)
    assert run() == 1
    assert provider.addresses == [*other.phones, *early.phones]


def test_a_night_that_is_chosen_while_it_waits_counts(clock, provider, subject, person):
    user = person()
    provider.answers[user.phones[0]] = LATER
    tell()
    run()
    provider.answers.clear()
    actions.set_push_preferences(
        user=user, categories=list(PushCategory), quiet_from=datetime.time(9), quiet_to=datetime.time(10)
    )
    clock.shift(30)
    assert run() == 0
    clock.move_to(MORNING + datetime.timedelta(hours=1))
    assert run() == 1


def test_without_quiet_hours_the_night_is_as_the_day(clock, provider, subject, person):
    user = person()
    actions.set_push_preferences(
        user=user, categories=list(PushCategory), quiet_from=datetime.time(21), quiet_to=datetime.time(21)
    )
    clock.move_to(datetime.datetime.fromisoformat("2026-11-24T22:00:00+07:00"))
    tell()
    assert run() == 1


def test_only_those_who_may_see_it_are_told(clock, provider, subject, person, province):
    here = person("TB01XA")
    sibling = person("TB01XB")
    elsewhere = person("TB02XA")
    watcher = person("TB02XA", [("TB01X", PositionKind.AREA_WATCHER)])
    secretary = person("TB02XB", [("TB01XA", PositionKind.SECRETARY)])
    units = province.units
    for audience, readers in [
        ({f"member:{units.TB01XA.pk}"}, [here, secretary]),
        ({f"member:{units.TB01X.pk}"}, [here, sibling, watcher, secretary]),
        ({f"committee:{units.TB01X.pk}"}, [secretary]),
        ({"committee"}, [secretary]),
        ({"member"}, [here, sibling, elsewhere, watcher, secretary]),
        ({"public"}, [here, sibling, elsewhere, watcher, secretary]),
        ({f"member:{units.TB01XB.pk}", f"member:{units.TB02XA.pk}"}, [sibling, elsewhere, watcher]),
        (set(), []),
    ]:
        subject["one"] = Subject(audience=frozenset(audience), text="Tin")
        provider.messages.clear()
        tell(str(audience))
        run()
        assert provider.addresses == [user.phones[0] for user in readers], audience


def test_many_scopes_are_those_of_one_and_the_first_choice_misses_nobody(person, province):
    users = [
        person("TB01XA"),
        person("TB02XB", [("TB01X", PositionKind.AREA_WATCHER)]),
        person("TB02XA", [("TB01", PositionKind.COMMITTEE_MEMBER), ("TB02XA", PositionKind.OFFICER)]),
        province.contributor,
        province.thuongtruc1,
    ]
    users[0].own.left_on = datetime.date(2026, 1, 1)
    users[0].own.save()
    users.append(person("TB01XB"))
    users[-1].is_active = False
    users[-1].save()
    assert scopes_of(user.pk for user in users) == {user.pk: scope_of(user) for user in users}
    keys = ["public", "member", "committee"]
    keys += [f"{level}:{unit.pk}" for level in ("member", "committee") for unit in vars(province.units).values()]
    for key in keys:
        readers = possible_readers([key])
        for user in users:
            if readers is not None and scope_of(user).sees([key]):
                assert readers.filter(user=user).exists(), (key, user)


def test_who_moved_while_it_waited_is_not_told(clock, provider, subject, person, province):
    clock.move_to(datetime.datetime.fromisoformat("2026-11-24T22:00:00+07:00"))
    stays, moves = person("TB01XA"), person("TB01XA")
    subject["one"] = Subject(audience=frozenset({f"member:{province.units.TB01XA.pk}"}), text="Tin")
    tell()
    assert run() == 0
    move_member(actor="test", member=moves.own, cell=province.units.TB02XA, reason="Chuyển")
    clock.move_to(datetime.datetime.fromisoformat("2026-11-25T06:00:00+07:00"))
    assert run() == 1
    assert provider.addresses == stays.phones
    assert states() == {stays.phones[0]: "accepted", moves.phones[0]: "dropped"}


def test_what_was_withdrawn_meanwhile_is_not_sent(clock, provider, subject, person):
    [first, second, third] = [person().phones[0] for _ in range(3)]
    provider.answers[second] = LATER
    tell()
    push = Push.objects.get()
    assert drain._send(drain._fan_out())[1] == LATER  # the first batch: one told, one to be tried again
    del subject["one"]
    clock.shift(60)
    assert run() == 0
    assert provider.addresses == [first, second]
    assert states() == {first: "accepted", second: "dropped"}
    push.refresh_from_db()
    assert push.finished_at is not None
    assert third not in states()


def test_what_is_withdrawn_between_claim_and_sending_is_not_sent(clock, provider, subject, person):
    person()
    tell()
    rows = drain._fan_out()
    del subject["one"]
    assert drain._send(rows) == []
    assert provider.messages == []
    assert list(states().values()) == ["dropped"]


def test_a_corrected_title_is_sent_corrected(clock, provider, subject, person):
    clock.move_to(datetime.datetime.fromisoformat("2026-11-24T22:00:00+07:00"))
    person()
    tell()
    run()
    subject["one"] = Subject(audience=frozenset({"member"}), text="Tin đã sửa")
    clock.shift(8 * 3600)
    run()
    assert [message.text for message in provider.messages] == ["Tin đã sửa"]


def test_what_was_called_off_stays_so_although_the_subject_is_back(clock, provider, subject, person):
    person()
    tell()
    assert actions.call_off(subject_kind="thing", subject_id="one") == 1
    assert actions.call_off(subject_kind="thing", subject_id="one") == 0
    assert run() == 0
    tell("again")
    assert run() == 1


def test_what_is_too_old_is_dropped(clock, provider, subject, person):
    [phone] = person().phones
    provider.answers[phone] = LATER
    tell()
    run()
    clock.shift(actions.PUSH_LIFETIME)
    assert run() == 0
    assert states() == {phone: "dropped"}
    assert len(provider.messages) == 1


@pytest.mark.parametrize("how", ["signed out", "new password", "inactive"])
def test_a_session_that_is_over_is_told_nothing(clock, provider, subject, person, how):
    gone, stays = person(), person()
    session = gone.sessions.get()
    if how == "signed out":
        end_session(actor=gone, session=session, reason=EndReason.SIGNED_OUT)
    elif how == "new password":
        gone.set_password("mat-khau-moi-2026")
        gone.save()
    else:
        gone.is_active = False
        gone.save()
    tell()
    assert run() == 1
    assert provider.addresses == stays.phones


def test_a_phone_that_changes_hands_while_it_is_drained_is_told_once(clock, provider, subject, person):
    [first], [shared], [third] = (person().phones for _ in range(3))
    tell()
    drain._send(drain._fan_out())
    add_device(person(devices=0), shared)
    run()
    assert provider.addresses == [first, shared, third]


@pytest.mark.parametrize("state", ["fan out", "due"])
def test_a_batch_costs_the_same_queries_for_more_devices(
    clock, provider, subject, person, province, monkeypatch, state
):
    monkeypatch.setattr(drain, "BATCH", 500)
    subject["one"] = Subject(audience=frozenset({f"member:{province.units.TB01.pk}"}), text="Tin")

    def cost(devices):
        for _ in range(devices):
            user = person("TB02XA", [("TB01XA", PositionKind.SECRETARY)])
            actions.set_push_preferences(
                user=user, categories=list(PushCategory), quiet_from=datetime.time(1), quiet_to=datetime.time(2)
            )
        PushDelivery.objects.all().delete()
        tell(uuid.uuid4().hex)
        if state == "due":
            drain._fan_out()
            clock.shift(retry.LEASE)
        step = drain._fan_out if state == "fan out" else drain._claim_due
        with CaptureQueriesContext(
            connection,
        ) as queries:
            rows = step()
            drain._send(rows)
        Push.objects.all().delete()
        return len(rows), len(queries)

    few, many = cost(3), cost(6)
    assert (few[0], many[0]) == (3, 9)
    assert few[1] == many[1]
    assert few[1] <= 15


def test_old_pushes_are_forgotten_with_their_rows(clock, provider, subject, person):
    person()
    tell("old")
    run()
    clock.shift(drain.KEPT)
    assert drain.forget_old() == 0
    clock.shift(1)
    tell("new")
    run()
    assert drain.forget_old() == 1
    assert drain.forget_old() == 0
    assert [str(push) for push in Push.objects.all()] == ["new"]
    assert PushDelivery.objects.count() == 1
