"""The one statement that looks a caller up says what the rooms below say."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from accounts.actions import end_all_sessions
from accounts.enums import EndReason
from accounts.tokens import InvalidToken, session_of
from api.caller import caller_of, content_version
from organizations import actions
from organizations.enums import PositionKind
from organizations.models import Position
from organizations.scope import EVERYONE, scope_of
from tests.api.conftest import token_for
from tests.conftest import make_member, make_user

pytestmark = pytest.mark.django_db


def test_nobody_is_everyone(django_assert_num_queries):
    with django_assert_num_queries(1):  # how far the change log has come
        caller = caller_of(None)
    assert (caller.scope, caller.user_id, caller.session_id) == (EVERYONE, None, None)


def test_the_version_is_that_of_the_change_log(people, out):
    token = token_for(people.member)
    versions = []
    for _ in range(2):
        versions.append(caller_of(token).version)
        assert versions[-1] == caller_of(None).version == content_version()
        out("A")
    assert versions[0] == "0@"
    assert versions[1].startswith("1@")


def test_it_is_the_scope_of_organizations_in_one_query(people, province, django_assert_num_queries):
    watcher = make_user("DV7")
    held = [
        (province.units.TB02, PositionKind.AREA_WATCHER),
        (province.units.TB01X, PositionKind.COMMITTEE_MEMBER),
        (province.units.TB01XB, PositionKind.SECRETARY),
    ]
    member = make_member("DV7", province.units.TB01XA, watcher, held)
    today = timezone.localdate()
    day = datetime.timedelta(days=1)
    for number, (since, until) in enumerate([(today + day, None), (today - day, today), (today - day, today + day)]):
        unit = [province.units.TB02X, province.units.TB02XA, province.units.TB02XB][number]
        Position.objects.create(
            member=member, organization=unit, kind=PositionKind.SECRETARY, valid_from=since, valid_to=until
        )
    for user in (people.member, people.secretary, watcher, province.contributor, province.admin):
        token = token_for(user)
        with django_assert_num_queries(1):
            caller = caller_of(token)
        assert (caller.user_id, caller.scope) == (user.pk, scope_of(user))
    keys = caller_of(token_for(watcher)).scope.keys
    assert f"committee:{province.units.TB02XB.pk}" in keys
    assert f"committee:{province.units.TB02XA.pk}" not in keys


def test_a_move_and_leaving_count_at_once(people, province):
    token = token_for(people.member)
    before = caller_of(token).scope
    actions.move_member(actor=province.admin, member=people.member.member, cell=province.units.TB02XB, reason="Chuyển")
    after = caller_of(token).scope
    assert (before == after, after) == (False, scope_of(people.member))
    people.member.member.left_on = timezone.localdate()
    people.member.member.save()
    assert caller_of(token).scope == EVERYONE == scope_of(people.member)


def refused(token):
    with pytest.raises(InvalidToken):
        caller_of(token)
    with pytest.raises(InvalidToken):
        session_of(token)


def test_what_ends_a_session_ends_it_at_once(people):
    token = token_for(people.member)
    end_all_sessions(actor=people.member, user=people.member, reason=EndReason.SIGNED_OUT)
    refused(token)

    token = token_for(people.member)
    people.member.set_password("mot-mat-khau-khac")
    people.member.save()
    refused(token)

    token = token_for(people.member)
    people.member.is_active = False
    people.member.save()
    refused(token)

    token = token_for(people.elsewhere)
    people.elsewhere.delete()
    refused(token)


def test_a_token_that_was_read_before_still_ends_with_its_time(people):
    with time_machine.travel("2026-11-03T12:00:00Z", tick=False) as clock:
        token = token_for(people.member)
        assert caller_of(token).user_id == people.member.pk
        clock.shift(599)
        assert caller_of(token).user_id == people.member.pk
        clock.shift(1)
        refused(token)
