"""Many phones, offline for random times, against everything that can happen to content, people and units.

Each ends with exactly what an oracle says that knows nothing of keys, logs and cursors; and no phone is ever told of an
item that was not visible to it. ``PHONES=1000 SEED=7 pytest -s`` runs it at another size or with other chances.
"""

import collections
import datetime
import itertools
import os
import random
import sys
import time
from types import SimpleNamespace

import pytest
import time_machine

from api.changes.cursors import cursor_of, held_by
from audit.refusals import Refused
from organizations import actions
from organizations.enums import COMMITTEE_POSITIONS, MEMBER_LEVELS, Level, PositionKind
from organizations.models import Member, Organization, Position
from organizations.scope import audience_keys, scope_of
from publishing import sync
from publishing.actions import take_down
from tests.conftest import make_user
from tests.publishing.conftest import put_out

PHONES = int(os.environ.get("PHONES", "40"))
SEED = int(os.environ.get("SEED", "1"))
ROUNDS = 24
FLOOR = 30
NEEDED = {
    *("publish", "correct", "readdress", "withdraw", "again", "move", "give", "end", "move_unit", "merge"),
    *("during", "upserts", "removals", "answers lost", "scope changed in a walk", "begun anew: away too long"),
}
LONG_AGO = datetime.date(2020, 1, 1)


class World:
    """The province, and what is out in it, written down a second time in plain Python."""

    def __init__(self, rng, clock):
        self.rng, self.clock = rng, clock
        self.codes = itertools.count(1)
        self.items = {}  # by page: what an item is now
        self.happened = collections.Counter()
        root = self.unit(Level.PROVINCE, None)
        for _ in range(3):
            district = self.unit(Level.DISTRICT, root)
            for _ in range(2):
                commune = self.unit(Level.GRASSROOTS, district)
                for _ in range(3):
                    self.unit(Level.CELL, commune)
        self.read_tree()

    def unit(self, level, parent):
        code = f"U{next(self.codes)}"
        return actions.create_organization(
            actor="test", code=code, name=code, level=level, parent=parent, valid_from=LONG_AGO
        )

    def read_tree(self):
        self.units = list(Organization.objects.in_force())
        self.parents = dict(Organization.objects.values_list("pk", "parent_id"))
        self.cells = [unit for unit in self.units if unit.level in MEMBER_LEVELS]

    # --- what happens

    def something(self, *, people=()):
        """One thing, by chance; a refusal counts as nothing."""
        kinds = [self.publish] * 5 + [self.correct] * 5 + [self.readdress] * 4 + [self.withdraw] * 3 + [self.again] * 3
        if people:
            kinds += [self.move] * 3 + [self.give] * 3 + [self.end] * 2 + [self.move_unit, self.merge]
        kind = self.rng.choice(kinds)
        try:
            kind(self.rng.choice(people)) if kind in (self.move, self.give, self.end) else kind()
        except Refused:
            return
        self.happened[kind.__name__] += 1
        self.clock.shift(self.rng.choice([0, 0, 1, 3600, 20_000]))

    def audience(self):
        units = self.rng.sample(self.units, self.rng.choice([0, 0, 1, 1, 1, 2]))
        return self.rng.choice(["public", "member", "member", "committee"]), [unit.pk for unit in units]

    def put(self, page_id, audience):
        known = self.items.get(page_id)
        fields = {"locale": known.locale if known else self.rng.choice(["vi"] * 9 + ["en"])}
        item = put_out(*audience_keys(*audience), page_id=page_id, **fields)
        self.items[item.page_id] = SimpleNamespace(
            id=item.pk,
            place=(known.place[0] if known else item.first_published_at, item.pk),
            version=(known.version if known else 0) + 1,
            audience=audience,
            locale=fields["locale"],
        )

    def publish(self):
        self.put(None, self.audience())

    def pick(self, *, is_out):
        """An item, rather a new one than an old one."""
        pages = [page for page, item in self.items.items() if (item.audience is not None) == is_out]
        return self.rng.choice(pages[-self.rng.choice([10, 1000]) :]) if pages else None

    def correct(self):
        if page := self.pick(is_out=True):
            self.put(page, self.items[page].audience)

    def readdress(self):
        if page := self.pick(is_out=True):
            self.put(page, self.audience())

    def withdraw(self):
        if page := self.pick(is_out=True):
            take_down(page_id=page)
            self.items[page].audience = None
            self.items[page].version += 1

    def again(self):
        if page := self.pick(is_out=False):
            self.put(page, self.audience())

    def move(self, member):
        actions.move_member(actor="test", member=member, cell=self.rng.choice(self.cells), reason="Chuyển")

    def give(self, member):
        kind = self.rng.choice([PositionKind.SECRETARY, PositionKind.COMMITTEE_MEMBER, PositionKind.OFFICER])
        actions.give_position(actor="test", member=member, organization=self.rng.choice(self.units), kind=kind)

    def end(self, member):
        if held := list(Position.objects.filter(member=member, valid_to=None)):
            actions.end_position(actor="test", position=self.rng.choice(held))

    def move_unit(self):
        unit, parent = self.rng.sample(self.units, 2)
        if unit.level == Level.PROVINCE:
            return
        actions.update_organization(actor="test", organization=unit, parent=parent)
        self.read_tree()

    def merge(self):
        if len(self.cells) > 9:  # so that somewhere is left to move to
            unit, into = self.rng.sample(self.cells, 2)
            actions.merge_organization(actor="test", organization=unit, into=into)
            self.read_tree()

    # --- the oracle

    def standing(self, member):
        """Whether this is a member, the units they are below, and those whose committees they sit on or below: by walking
        from where they are, and from where they are something, to the root."""
        if member is None:
            return False, set(), set()
        below, committee = self.line(Member.objects.values_list("cell_id", flat=True).get(pk=member.pk)), set()
        held = Position.objects.filter(member=member, valid_to=None).values_list("organization_id", "kind")
        for unit, kind in held:
            below |= self.line(unit)
            committee |= self.line(unit) if kind in COMMITTEE_POSITIONS else set()
        return True, below, committee

    def visible(self, standing, locale):
        """The items that this person may see now."""
        items = [item for item in self.items.values() if item.locale == locale and item.audience]
        return {item.id: item for item in items if self.sees(item.audience, *standing)}

    @staticmethod
    def sees(audience, is_member, below, committee):
        level, units = audience
        if level == "committee":
            return bool(committee.intersection(units)) if units else bool(committee)
        if units:
            return bool(below.intersection(units))
        return level == "public" or is_member

    def line(self, unit):
        found = set()
        while unit:
            found.add(unit)
            unit = self.parents[unit]
        return found


class Phone:
    """Keeps what it is told, as docs/sync.md says; forgets answers that the line swallowed."""

    def __init__(self, world, number):
        self.world, self.rng = world, world.rng
        self.user = self.member = None
        if number % 20:
            self.user = make_user(f"P{number}")
            cell = world.rng.choice(world.cells)
            self.member = actions.create_member(actor="test", code=f"P{number}", full_name="A", cell=cell)
            Member.objects.filter(pk=self.member.pk).update(user=self.user)
        self.locale = "en" if number % 10 == 5 else "vi"
        caller = SimpleNamespace(user_id=self.user.pk if self.user else None)
        self.context = SimpleNamespace(caller=caller, language=self.locale)
        self.cursor, self.store, self.floor = None, {}, None
        self.told = None  # while it begins, anew or at all: what it was told of so far
        self.ever_visible = set()

    def call(self, *, lose=0.0):
        """Ask once; whether there is more."""
        world, happened = self.world, self.world.happened
        standing = world.standing(self.member)
        before = world.visible(standing, self.locale)
        self.ever_visible |= before.keys()
        held = held_by(self.cursor, self.context) if self.cursor else None
        assert (held is None) == (self.cursor is None)
        first = self.rng.choice([1, 2, 3, 7, 20, 100])
        spans, scope = len(held.spans) if held else 0, scope_of(self.user)
        if spans > 1 and held.spans[0].keys != scope.keys:
            happened["scope changed in a walk"] += 1
        page = sync.next_page(held, scope=scope, locale=self.locale, first=first)
        happened["calls"] += 1
        if page is None:
            happened["begun anew: many spans" if spans > sync.MOST_SPANS else "begun anew: away too long"] += 1
            self.cursor = None
            return True
        assert len(page.upserts) + len(page.removals) <= first
        # What is told is visible at this very moment, in its version; what is to be dropped was visible once.
        visible = world.visible(standing, self.locale)
        assert {item.pk: item.version for item in page.upserts} == {
            item.pk: visible[item.pk].version for item in page.upserts
        }
        assert {removal.id for removal in page.removals} <= self.ever_visible
        happened["upserts"] += len(page.upserts)
        happened["removals"] += len(page.removals)
        if self.rng.random() < lose:
            happened["answers lost"] += 1
            return True
        if self.cursor is None:
            places = sorted((item.place for item in before.values()), reverse=True)
            self.floor = places[FLOOR - 1] if len(places) >= FLOOR else None
            self.told = set()
        self.cursor = cursor_of(page.held, self.context)
        self.store |= {item.pk: item.version for item in page.upserts}
        for removal in page.removals:
            self.store.pop(removal.id, None)
        if self.told is not None:
            self.told |= {item.pk for item in page.upserts}
            if not page.has_more:
                # What it kept from before it began anew, and was not told of again, goes.
                self.store = {pk: version for pk, version in self.store.items() if pk in self.told}
                self.told = None
        return page.has_more

    def expected(self):
        visible = self.world.visible(self.world.standing(self.member), self.locale).values()
        return {item.id: item.version for item in visible if self.floor is None or item.place >= self.floor}


@pytest.mark.django_db
def test_each_phone_ends_with_exactly_what_the_oracle_says(monkeypatch):
    monkeypatch.setattr(sync, "FIRST_SYNC", FLOOR)
    monkeypatch.setattr(sync, "SCAN", 9)
    rng = random.Random(SEED)
    began = time.monotonic()
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False) as clock:
        world = World(rng, clock)
        for _ in range(60):
            world.publish()
        phones = [Phone(world, number) for number in range(PHONES)]
        during(monkeypatch, world)
        for _ in range(ROUNDS):
            clock.shift(datetime.timedelta(days=rng.choice([0, 1, 5, 20, 40])))
            members = [phone.member for phone in rng.sample(phones, len(phones) // 5) if phone.member]
            for _ in range(rng.randint(0, 12)):
                world.something(people=members)
            for phone in rng.sample(phones, max(8, len(phones) // 12)):
                for _ in range(rng.randint(1, 5)):
                    if not phone.call(lose=0.2):
                        break
                    if rng.random() < 0.25:
                        world.something(people=[phone.member] if phone.member else ())
        world.calm = True
        for phone in phones:
            for _ in range(1000):
                if not phone.call():
                    break
            assert phone.store == phone.expected()
    happened = dict(sorted(world.happened.items()))
    seconds = time.monotonic() - began
    sys.stderr.write(f"\n{PHONES} phones, seed {SEED}: {seconds:.0f} s, {len(world.items)} items; {happened}\n")
    # A run in which one of these never happened would have shown nothing about it.
    assert set(happened) >= NEEDED


def during(monkeypatch, world):
    """Let things happen between the statements of one call, as they do where others write meanwhile."""
    world.calm = False

    class History(sync._History):
        def __init__(self, *args, **kwargs):
            self.disturb()
            super().__init__(*args, **kwargs)
            self.disturb()

        @staticmethod
        def disturb():
            if not world.calm and world.rng.random() < 0.1:
                world.something()
                world.happened["during"] += 1

    monkeypatch.setattr(sync, "_History", History)
