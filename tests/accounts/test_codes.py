"""One-time codes: a model of what a code may do, walked at random; and what is kept of them."""

import datetime
import threading

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts import codes
from accounts.models import OneTimeCode

START = datetime.datetime(2026, 11, 3, 12, 0, tzinfo=datetime.UTC)
KINDS = [codes.SIGN_IN, codes.ACTIVATION]


def wrong(kind, code):
    """A code of the kind that is another."""
    letter = next(each for each in kind.alphabet if each != code[0])
    return letter + code[1:]


class Codes(RuleBasedStateMachine):
    """Two holders of codes of one kind, and beside them what the rules say about each: good until, tries left, spent."""

    kind = codes.SIGN_IN

    def __init__(self):
        super().__init__()
        OneTimeCode.objects.all().delete()
        self.clock = time_machine.travel(START, tick=False)
        self.travel = self.clock.start()
        self.known = {}  # holder: [code, until, tries left, spent]
        self.former = {}

    def teardown(self):
        self.clock.stop()

    def fits(self, holder):
        code = self.known.get(holder)
        return code is not None and timezone.now() < code[1] and code[2] > 0 and not code[3]

    @rule(holder=st.sampled_from([1, 2]), many=st.booleans())
    def issue(self, holder, many):
        now = timezone.now()
        until = now + self.kind.lifetime
        if many:
            code = codes.issue_many(self.kind, [holder], at=now, until=until)[holder]
        else:
            code = self.kind.random()
            known = self.known.get(holder)
            later = known is not None and OneTimeCode.objects.get(holder=holder).issued_at >= now
            assert codes.issue(self.kind, holder, code, at=now) is not later or code == known[0]
            if later:
                return
        if holder in self.known:
            self.former[holder] = self.known[holder][0]
        self.known[holder] = [code, until, self.kind.tries, False]

    @rule(holder=st.sampled_from([1, 2, codes.NOBODY, 99]))
    def try_a_wrong_one(self, holder):
        typed = wrong(self.kind, self.known[holder][0]) if holder in self.known else "0" * self.kind.length
        assert codes.tried(self.kind, holder, typed) is None
        if self.fits(holder):
            self.known[holder][2] -= 1

    @rule(holder=st.sampled_from([1, 2]), spend=st.booleans())
    def try_the_right_one(self, holder, spend):
        if holder not in self.known:
            return
        code, fits = self.known[holder], self.fits(holder)
        digest = codes.tried(self.kind, holder, f" {self.kind.shown(code[0]).lower()} ")
        assert (digest is not None) is fits
        if fits:
            code[2] -= 1
            if spend:
                assert codes.spend(self.kind, holder, digest) is True
                assert codes.spend(self.kind, holder, digest) is False
                code[3] = True

    @precondition(lambda self: self.former)
    @rule()
    def a_former_one_is_void(self):
        for holder, code in self.former.items():
            if code != self.known[holder][0]:
                assert codes.tried(self.kind, holder, code) is None
                assert codes.spend(self.kind, holder, codes.digest_of(self.kind, holder, code)) is False
                if self.fits(holder):
                    self.known[holder][2] -= 1

    @rule(other=st.sampled_from(KINDS))
    def a_code_of_someone_else_or_for_something_else_is_wrong(self, other):
        for holder, code in self.known.items():
            if self.known.get(3 - holder, [None])[0] != code[0]:
                assert codes.tried(self.kind, 3 - holder, code[0]) is None
                if self.fits(3 - holder):
                    self.known[3 - holder][2] -= 1
            if other is not self.kind:
                assert codes.tried(other, holder, code[0]) is None

    @rule(holder=st.sampled_from([1, 2]))
    def void(self, holder):
        codes.void(self.kind, holder)
        if holder in self.known:
            self.known[holder][3] = True

    @rule(part=st.sampled_from([0.25, 0.5, 1.0]))
    def wait(self, part):
        self.travel.shift(self.kind.lifetime * part)

    @rule()
    def wait_a_second(self):
        self.travel.shift(1)

    @invariant()
    def one_row_a_holder_and_no_code_in_it(self):
        rows = list(OneTimeCode.objects.filter(purpose=self.kind.purpose).exclude(holder=codes.NOBODY))
        assert sorted(row.holder for row in rows) == sorted(self.known)
        for row in rows:
            assert row.digest == codes.digest_of(self.kind, row.holder, self.known[row.holder][0])
            assert row.is_live(self.kind.tries) is self.fits(row.holder)


class ActivationCodes(Codes):
    kind = codes.ACTIVATION


STEPS = settings(max_examples=40, stateful_step_count=25, deadline=None)


class TestCodes(TestCase):
    def test_six_digits(self):
        run_state_machine_as_test(Codes, settings=STEPS)

    def test_ten_letters(self):
        run_state_machine_as_test(ActivationCodes, settings=STEPS)


@given(st.text(max_size=30))
def test_whatever_is_typed_is_read_without_failing(typed):
    for kind in KINDS:
        tidy = kind.tidy(typed)
        assert kind.tidy(tidy) == tidy
        assert len(codes.digest_of(kind, 1, tidy)) == 64


@given(st.text(alphabet=codes.ACTIVATION.alphabet, min_size=10, max_size=10), st.data())
def test_a_slip_is_read_however_it_is_typed(code, data):
    spaced = "".join(letter + data.draw(st.sampled_from(["", " ", "-", "–", ". "])) for letter in code)
    assert codes.ACTIVATION.tidy(spaced.lower()) == code
    alike = code.translate(str.maketrans("8652V", "BGSZU"))
    assert codes.ACTIVATION.tidy(alike) == code


def test_codes_look_as_documented():
    for _ in range(200):
        assert codes.SIGN_IN.random().isdecimal() and len(codes.SIGN_IN.random()) == 6
        code = codes.ACTIVATION.random()
        assert len(code) == 10 and not set(code) & set("01ILOQBGSZU")
        assert codes.ACTIVATION.shown(code) == f"{code[:5]}-{code[5:]}"
    assert codes.SIGN_IN.lifetime == datetime.timedelta(minutes=10)
    assert codes.ACTIVATION.lifetime == datetime.timedelta(days=30)
    assert (codes.SIGN_IN.tries, codes.ACTIVATION.tries) == (5, 20)


def test_a_derived_code_is_always_the_same_spread_over_all_and_needs_the_key(settings):
    made = [codes.SIGN_IN.derived(f"yêu cầu {number}") for number in range(2000)]
    assert made[0] == codes.SIGN_IN.derived("yêu cầu 0")
    assert len(set(made)) > 1990
    assert {code[0] for code in made} == {code[-1] for code in made} == set("0123456789")
    settings.SECRET_KEY = "khac"
    assert codes.SIGN_IN.derived("yêu cầu 0") != made[0]


def test_a_digest_needs_the_key_the_kind_and_the_holder(settings):
    digest = codes.digest_of(codes.SIGN_IN, 1, "123456")
    assert digest != codes.digest_of(codes.SIGN_IN, 2, "123456")
    assert digest != codes.digest_of(codes.ACTIVATION, 1, "123456")
    settings.SECRET_KEY = "khac"
    assert digest != codes.digest_of(codes.SIGN_IN, 1, "123456")


@pytest.mark.django_db
def test_a_request_served_late_does_not_undo_a_later_one():
    first, second = timezone.now(), timezone.now() + datetime.timedelta(seconds=1)
    assert codes.issue(codes.SIGN_IN, 1, "222222", at=second) is True
    assert codes.issue(codes.SIGN_IN, 1, "111111", at=first) is False
    assert codes.tried(codes.SIGN_IN, 1, "111111") is None
    assert codes.tried(codes.SIGN_IN, 1, "222222")


@pytest.mark.django_db
def test_issued_twice_a_code_keeps_its_tries_and_stays_spent():
    now = timezone.now()
    codes.issue(codes.SIGN_IN, 1, "222222", at=now)
    codes.tried(codes.SIGN_IN, 1, "000000")
    codes.spend(codes.SIGN_IN, 1, codes.tried(codes.SIGN_IN, 1, "222222"))
    assert codes.issue(codes.SIGN_IN, 1, "222222", at=now) is True
    row = OneTimeCode.objects.get(holder=1)
    assert (row.tries, row.used_at is None) == (2, False)


@pytest.mark.django_db
def test_a_try_costs_one_read_and_one_write_whoever_it_is_for():
    codes.issue(codes.SIGN_IN, 1, "222222", at=timezone.now())
    codes.issue(codes.SIGN_IN, 2, "222222", at=timezone.now() - codes.SIGN_IN.lifetime)
    codes.tried(codes.SIGN_IN, codes.NOBODY, "111111")  # makes nobody's row, once in an installation's life
    for holder, typed in ((1, "111111"), (1, "222222"), (2, "222222"), (3, "111111"), (codes.NOBODY, "")):
        with CaptureQueriesContext(connection) as asked:
            codes.tried(codes.SIGN_IN, holder, typed)
        assert [query["sql"].split()[0] for query in asked] == ["SELECT", "UPDATE"]
    assert OneTimeCode.objects.get(holder=codes.NOBODY).tries == 0


def race(count, function):
    """What ``count`` threads get that call the function at once."""
    barrier, answers = threading.Barrier(count), []

    def run():
        try:
            barrier.wait()
            answers.append(function())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == count
    return answers


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_eight_guesses_at_once_five_are_tries():
    codes.issue(codes.SIGN_IN, 1, "222222", at=timezone.now())
    answers = race(8, lambda: codes.tried(codes.SIGN_IN, 1, "222222"))
    assert sum(answer is not None for answer in answers) == 5
    assert OneTimeCode.objects.get(holder=1).tries == 5


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_four_who_spend_a_code_at_once_one_does():
    codes.issue(codes.SIGN_IN, 1, "222222", at=timezone.now())
    digest = codes.tried(codes.SIGN_IN, 1, "222222")
    assert sorted(race(4, lambda: codes.spend(codes.SIGN_IN, 1, digest))) == [False, False, False, True]


@pytest.mark.django_db
def test_who_read_the_row_before_the_last_try_was_taken_gets_none(monkeypatch):
    codes.issue(codes.SIGN_IN, 1, "222222", at=timezone.now())
    monkeypatch.setattr(OneTimeCode, "is_live", lambda self, tries: True)
    answers = [codes.tried(codes.SIGN_IN, 1, "222222") for _ in range(6)]
    assert [answer is not None for answer in answers] == [True] * 5 + [False]
