"""A random party with people and content, and an oracle of who sees what.

The oracle keeps a plain picture of its own of what was done, walks parents in it, and knows nothing of audience keys,
paths or querysets: it says what docs/organizations.md says, in the plainest Python there is.
"""

from __future__ import annotations

import dataclasses
import datetime
import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from audit.refusals import Refused
from editorial.enums import ReleaseState
from editorial.models import Release, ReleaseItem
from organizations import actions
from organizations.enums import PositionKind
from organizations.models import Position, today
from organizations.scope import audience_keys
from publishing import actions as publishing
from publishing.actions import FileForm, PublishedForm
from publishing.enums import Ending
from publishing.models import PublishedItem
from tests.api.conftest import forget, token_for
from tests.conftest import make_member, make_organization, make_user

DAY = datetime.timedelta(days=1)
FILE = b"0123456789"
# What happens, the more often the more often it stands here.
ACTS = ["move_unit", "move_unit", "merge", "merge", "move", "move", "leave", "give", "give", "end", "publish"]
ACTS += ["republish", "republish", "withdraw", "withdraw"]
WORD, OTHER_LETTERS = "quynhmai", "bcdeklprstvwxz"
ON_COMMITTEES = {"secretary", "deputy_secretary", "standing_member", "committee_member"}


def mistyped(number: int) -> str:
    """The word with one letter of it wrong, another for each number."""
    at = number % len(WORD)
    return WORD[:at] + OTHER_LETTERS[number // len(WORD)] + WORD[at + 1 :]


@dataclasses.dataclass(eq=False)
class Post:
    """A position. ``holds`` is whether it counts today."""

    unit: int
    kind: str
    holds: bool
    row: Any


@dataclasses.dataclass(eq=False)
class Person:
    """Someone who signs in; without a cell they are no member."""

    name: str
    user: Any
    token: str
    cell: int | None = None
    left: bool = False
    row: Any = None
    posts: list[Post] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(eq=False)
class Item:
    """Something that was published. Where it is not ``out``, it was taken down since: withdrawn, replaced or recalled."""

    page_id: int
    kind: str
    source: str
    category: str
    clearance: str
    units: frozenset[int]
    related: tuple[int, ...] = ()
    word: str = ""  # that no other item has, one letter from the hub's
    out: bool = True
    ending: str = ""
    by: Item | None = None
    id: str = ""
    file: str = ""

    def __repr__(self) -> str:
        return (
            f"<{self.kind} {self.page_id} {self.clearance} {sorted(self.units)} {'out' if self.out else 'withdrawn'}>"
        )


class World:
    """A party that things happen to, and at each moment the answer to who sees what."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.units: dict[int, Any] = {}
        self.parents: dict[int, int | None] = {}
        self.cells: list[int] = []
        self.ended: set[int] = set()
        self.people: list[Person] = []
        self.items: list[Item] = []
        self.revisions = 0
        self._build()

    # --- the oracle

    def sees(self, person: Person | None, item: Item) -> bool:
        """Whether the item exists for the person (None: nobody signed in)."""
        return item.out and self.reads(person, item)

    def is_told(self, person: Person | None, item: Item) -> bool:
        """Whether the person is told why the item is no longer out."""
        return item.ending in ("withdrawn", "replaced") and self.reads(person, item)

    def reads(self, person: Person | None, item: Item) -> bool:
        """Whether the item is for the person, whether or not it is out."""
        if item.clearance == "public" and not item.units:
            return True
        if person is None or person.cell is None or person.left:
            return False
        posts = [post for post in person.posts if post.holds]
        if item.clearance == "committee":
            places = [post.unit for post in posts if post.kind in ON_COMMITTEES]
        else:
            places = [person.cell, *(post.unit for post in posts)]
        if not item.units:
            return bool(places)
        return any(self._lies_in(place, unit) for place in places for unit in item.units)

    def _lies_in(self, place: int | None, unit: int) -> bool:
        steps = 0
        while place is not None and place != unit:
            place = self.parents[place]
            steps += 1
            assert steps <= len(self.parents), "units stand in a circle"
        return place is not None

    # --- what there is at first

    def _build(self) -> None:
        rng = self.rng
        for number in range(rng.randint(6, 14)):
            parent = rng.choice(list(self.units)) if number else None
            level = "province" if not number else "cell" if number < 3 or rng.random() < 0.6 else "grassroots"
            row = make_organization(f"U{number}", f"Đơn vị {number}", level, self.units.get(parent))
            self.units[row.pk], self.parents[row.pk] = row, parent
            if level == "cell":
                self.cells.append(row.pk)
        for number in range(rng.randint(4, 6)):
            user = make_user(f"nguoi{number}")
            person = Person(user.username, user, token_for(user))
            if number:  # the first is an account without a member behind it
                person.cell = rng.choice(self.cells)
                person.row = make_member(f"M{number}", self.units[person.cell], user)
            self.people.append(person)
            for _ in range(rng.choice([0, 0, 1, 2]) if number else 0):
                self._dated_post(person)
        self.file_name = "pham-vi.pdf"
        if not default_storage.exists(self.file_name):
            default_storage.save(self.file_name, ContentFile(FILE))
        for _ in range(rng.randint(8, 14)):
            self.publish()
        # So does what went out with a bulletin that everyone sees.
        self.bulletin = self._put(self._form_of("bulletin", "public", frozenset()))
        self.went_out_with_it = list(self.items)
        self._release([self.bulletin, *self.went_out_with_it])
        self.items.append(self.bulletin)
        # What everyone sees relates to everything, and none of that may show through it.
        related = tuple(item.page_id for item in self.items)
        hub = self._form_of("article", "public", frozenset(), related)
        hub.word = WORD
        self.hub = self._put(hub)
        self.items.append(self.hub)
        for _ in range(6):
            self.withdraw()

    def _dated_post(self, person: Person) -> None:
        """A position as it may stand in the rows: over, not begun, or held, perhaps until tomorrow."""
        since, until, holds = self.rng.choice(
            [
                (-DAY, None, True),
                (-DAY, None, True),
                (-DAY, DAY, True),
                (-2 * DAY, 0 * DAY, False),
                (-3 * DAY, -DAY, False),
                (DAY, None, False),
            ]
        )
        unit, kind = self.rng.choice(list(self.units)), self.rng.choice(PositionKind.values)
        if any((post.unit, post.kind) == (unit, kind) for post in person.posts):
            return
        row = Position.objects.create(
            member=person.row,
            organization=self.units[unit],
            kind=kind,
            valid_from=today() + since,
            valid_to=None if until is None else today() + until,
        )
        person.posts.append(Post(unit, kind, holds, row))

    # --- what may happen to it

    def act(self) -> str:
        """Do something, by the house's own actions; what they refuse must change nothing. Returns what it was."""
        rng = self.rng
        name = rng.choice(ACTS)
        try:
            with transaction.atomic():
                getattr(self, name)()
        except Refused:
            return f"{name} (refused)"
        return name

    def _unit(self) -> int:
        return self.rng.choice(list(self.units))

    def _member(self) -> Person:
        return self.rng.choice(self.people[1:])

    def move_unit(self) -> None:
        """Put a unit under another, or make it a root of its own."""
        unit, parent = self._unit(), self._unit() if self.rng.random() < 0.9 else None
        actions.update_organization(
            actor="test", organization=self.units[unit], parent=self.units[parent] if parent else None
        )
        self.parents[unit] = parent

    def merge(self) -> None:
        """Merge a unit into another: children and members go there, its positions end, and so does it."""
        unit = self.rng.choice([self._unit(), self._member().cell])
        into = self.rng.choice([self._unit(), self.rng.choice(self.cells)])
        actions.merge_organization(actor="test", organization=self.units[unit], into=self.units[into])
        for child, parent in self.parents.items():
            if parent == unit and child not in self.ended:
                self.parents[child] = into
        for person in self.people:
            if person.cell == unit and not person.left:
                person.cell = into
            for post in person.posts:
                post.holds = post.holds and post.unit != unit
        self.ended.add(unit)

    def move(self) -> None:
        """Move a member to another cell."""
        person, cell = self._member(), self.rng.choice(self.cells)
        actions.move_member(actor="test", member=person.row, cell=self.units[cell], reason="Chuyển")
        person.cell = cell

    def leave(self) -> None:
        """A member leaves."""
        person = self._member()
        actions.member_leaves(actor="test", member=person.row)
        person.left = True

    def give(self) -> None:
        """Give a position."""
        person, unit, kind = self._member(), self._unit(), self.rng.choice(PositionKind.values)
        row = actions.give_position(actor="test", member=person.row, organization=self.units[unit], kind=kind)
        person.posts.append(Post(unit, kind, True, row))

    def end(self) -> None:
        """End a position."""
        posts = [post for person in self.people for post in person.posts]
        if posts:
            post = self.rng.choice(posts)
            actions.end_position(actor="test", position=post.row)
            post.holds = False

    def publish(self) -> None:
        """Something new is out."""
        self.items.append(self._put(self._random()))

    def republish(self) -> None:
        """Something is corrected, or comes back, for other readers than before."""
        item = self.rng.choice(self.items[:-1])
        if item in (self.hub, self.bulletin):
            return
        new = self._random()
        item.clearance, item.units, item.out = new.clearance, new.units, True
        item.ending, item.by = "", None
        self._put(item)

    def withdraw(self) -> None:
        """Something is taken down: withdrawn, replaced by another, or recalled, also after it was withdrawn."""
        item = self.rng.choice(self.items)
        if item in (self.hub, self.bulletin):
            return
        ending = self.rng.choice([Ending.WITHDRAWN, Ending.REPLACED, Ending.RECALLED])
        if not item.out and (ending != Ending.RECALLED or item.ending == Ending.RECALLED):
            return
        by = self.rng.choice([each for each in self.items if each is not item]) if ending == Ending.REPLACED else None
        row = PublishedItem.objects.get(pk=by.id) if by else None
        publishing.take_down(page_id=item.page_id, ending=ending, reason="Sai", replaced_by=row)
        item.out, item.ending, item.by = False, ending.value, by

    def _release(self, items: list[Item]) -> None:
        """Write down that these went out together. Their pages are nowhere: what is read of them is in the store."""
        release = Release.objects.create(
            title="Bản tin",
            created_by=self.people[0].user,
            organization=next(iter(self.units.values())),
            state=ReleaseState.OUT,
            out_at=timezone.now(),
        )
        ReleaseItem.objects.bulk_create(
            ReleaseItem(release=release, page_id=item.page_id, position=position, is_open=False)
            for position, item in enumerate(items)
        )

    def _random(self) -> Item:
        rng = self.rng
        clearance = rng.choice(["public", "member", "member", "committee"])
        units = frozenset(rng.sample(list(self.units), rng.choice([0, 0, 1, 1, 1, 2])))
        return self._form_of(rng.choice(["article", "article", "document", "bulletin"]), clearance, units)

    def _form_of(self, kind: str, clearance: str, units: frozenset[int], related: tuple[int, ...] = ()) -> Item:
        source, category = self.rng.choice(["tuyen-giao", "to-chuc"]), self.rng.choice(["trong-tinh", "ngoai-tinh"])
        number = len(self.items)
        return Item(9000 + number, kind, source, category, clearance, units, related, mistyped(number))

    def _put(self, item: Item) -> Item:
        self.revisions += 1
        form = FileForm(storage_name=self.file_name, name="Tệp.pdf", content_type="application/pdf", size=len(FILE))
        document = (
            {
                "number": f"{item.page_id}-NQ/TU",
                "number_folded": f"{item.page_id}nqtu",
                "document_type": "resolution",
                "issuer_code": "TB",
                "issued_on": datetime.date(2026, 11, 1 + item.page_id % 5),
            }
            if item.kind == "document"
            else {}
        )
        written = publishing.put(
            PublishedForm(
                page_id=item.page_id,
                kind=item.kind,
                locale="vi",
                translation_key=uuid.uuid4(),
                slug=f"tin-{item.page_id}",
                title=f"Tin {item.page_id} hay xem thử",
                summary=f"Bài của {item.word}",
                source_code=item.source,
                category_path=f"/tin-tuc/{item.category}/",
                audience=audience_keys(item.clearance, item.units),
                payload={
                    "body": [],
                    "category": {"slug": item.category, "name": "Trong tỉnh"},
                    "source": {"code": item.source, "name": "Ban"},
                    "attachments": [{"file": form.storage_name, "name": form.name, "size": form.size}],
                    "related": list(item.related),
                    "author": "",
                    "month": "2026-11",
                    "signer": "",
                    "issuer": {"code": "TB", "name": "Tỉnh ủy"},
                },
                files=(form,),
                **document,
            ),
            revision_id=self.revisions,
            due_at=timezone.now(),
        ).item
        item.id, item.file = str(written.pk), str(form.id_for(written.pk))
        return item


@contextmanager
def world(seed: int) -> Iterator[World]:
    """The world of this seed; nothing of it is left afterwards, in the database or in any cache."""
    with transaction.atomic():
        forget()
        yield World(random.Random(seed))
        transaction.set_rollback(True)
    forget()
