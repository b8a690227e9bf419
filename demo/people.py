"""Synthetic people: members with Vietnamese names, one cell each, and the positions of every committee.

Each person depends on the seed and their number only, so a larger province holds the smaller one unchanged.
"""

from __future__ import annotations

import datetime
import itertools
import random
from collections import defaultdict

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from tqdm import tqdm

from accounts.models import User
from cms.settings.env import DEMO_PASSWORD
from demo.tree import plan_units
from organizations.enums import Level, MemberStatus, PositionKind
from organizations.models import Member, Membership, Organization, Position
from organizations.names import folded, split_name

CHUNK = 2000
# The fixed three of the contract: a secretary, an ordinary member beside them, an ordinary member elsewhere.
FIRST_SECRETARY, ORDINARY, ORDINARY_ELSEWHERE = 1, 2, 3

FAMILY = {
    "Nguyễn": 32, "Trần": 12, "Phạm": 11, "Lê": 8, "Vũ": 7, "Đỗ": 5, "Bùi": 5, "Hoàng": 4, "Đặng": 4,
    "Ngô": 3, "Đoàn": 2, "Phan": 2, "Hà": 2, "Lương": 2, "Tạ": 1, "Đinh": 1, "Dương": 1, "Mai": 1,
    "Khiếu": 1, "Quách": 1,
}  # fmt: skip
MIDDLE_MEN = [
    "Văn",
    "Văn",
    "Văn",
    "Đức",
    "Quang",
    "Xuân",
    "Hữu",
    "Minh",
    "Ngọc",
    "Thanh",
    "Trọng",
    "Duy",
    "Công",
    "Đình",
]
MIDDLE_WOMEN = ["Thị", "Thị", "Thị", "Thị Thu", "Thị Hồng", "Thị Thanh", "Thị Ngọc", "Thị Kim", "Thu", "Hồng", "Phương"]
MEN = [
    "An", "Anh", "Bảo", "Bình", "Chiến", "Chính", "Cường", "Dũng", "Dương", "Đạt", "Đông", "Giang", "Hải", "Hiếu",
    "Hòa",
    "Hoàn", "Hùng", "Huy", "Khải", "Khánh", "Kiên", "Lâm", "Long", "Lợi", "Mạnh", "Minh", "Nam", "Nghĩa", "Phong",
    "Phúc",
    "Quân", "Quyết", "Sơn", "Tân", "Thái", "Thành", "Thắng", "Thịnh", "Tiến", "Toàn", "Trung", "Tuấn", "Tùng",
    "Việt", "Vinh",
]  # fmt: skip
WOMEN = [
    "Anh", "Bích", "Chi", "Cúc", "Dung", "Duyên", "Hà", "Hạnh", "Hằng", "Hiền", "Hoa", "Hòa", "Huệ", "Hương", "Huyền",
    "Lan", "Lệ", "Liên", "Linh", "Loan", "Mai", "Minh", "Nga", "Ngân", "Nguyệt", "Nhung", "Oanh", "Phượng", "Quyên",
    "Tâm",
    "Thảo", "Thoa", "Thơm", "Thủy", "Trang", "Tuyết", "Vân", "Xuân", "Yến",
]  # fmt: skip


def member_code(number: int) -> str:
    """``DV000001`` and on."""
    return f"DV{number:06}"


def person(number: int, seed: int) -> Member:
    """The person of this number, not yet saved and in no cell."""
    rng = random.Random(f"{seed}:{number}")  # noqa: S311 - names, not secrets
    man = rng.random() < 0.62
    family = rng.choices(list(FAMILY), weights=list(FAMILY.values()))[0]
    name = f"{family} {rng.choice(MIDDLE_MEN if man else MIDDLE_WOMEN)} {rng.choice(MEN if man else WOMEN)}"
    # More than half have retired: ages from 20 to 88, most above 55.
    born = datetime.date(2026 - int(rng.triangular(20, 88, 64)), rng.randint(1, 12), rng.randint(1, 28))
    status = MemberStatus.OFFICIAL
    if born.year >= 1996 and rng.random() < 0.4:
        status = MemberStatus.PROBATIONARY
    elif born.year <= 1948 and rng.random() < 0.3:
        status = MemberStatus.EXEMPT
    return Member(
        code=member_code(number),
        full_name=name,
        name_folded=folded(name),
        # 0200 is no operator's prefix: no demo message can ever reach a stranger.
        phone=f"0200{number % 1_000_000:06}",
        email=f"{member_code(number).lower()}@example.vn" if rng.random() < 0.3 else "",
        birth_date=born,
        status=status,
    )


def cell_place(number: int, cells: int, seed: int) -> int:
    """In which cell, counted from 0, the person of this number is: every cell once, then by chance."""
    if number <= ORDINARY_ELSEWHERE:
        return 1 if number == ORDINARY_ELSEWHERE else 0
    # The first two cells have someone already.
    if number - 2 < cells:
        return number - 2
    return random.Random(f"{seed}:cell:{number}").randrange(cells)  # noqa: S311


def seed_members(*, members: int, cells: int, seed: int) -> int:
    """Make the members that are missing, with membership and account; then positions. Returns how many were made."""
    codes = [unit.code for unit in plan_units(cells) if unit.level == Level.CELL]
    ids = dict(Organization.objects.filter(level=Level.CELL).values_list("code", "pk"))
    cell_ids = [ids[code] for code in codes]
    there = set(Member.objects.values_list("code", flat=True))
    numbers = [number for number in range(1, members + 1) if member_code(number) not in there]
    # Hashing is slow on purpose. The demo's accounts all have one known password, so they may share one hash.
    password = make_password(DEMO_PASSWORD)
    with tqdm(total=len(numbers), desc="Đảng viên", unit=" người", disable=len(numbers) < CHUNK) as bar:
        for start in range(0, len(numbers), CHUNK):
            chunk = numbers[start : start + CHUNK]
            _make([(number, cell_ids[cell_place(number, cells, seed)]) for number in chunk], seed, password)
            bar.update(len(chunk))
    made = len(numbers) + seed_positions()
    if made:
        _analyze()
    return made


def _analyze() -> None:
    """Let the database count what it has now: it thinks the tables empty, and would go through all pairs of their rows."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@transaction.atomic
def _make(places: list[tuple[int, int]], seed: int, password: str) -> None:
    people = [person(number, seed) for number, _cell in places]
    accounts = User.objects.bulk_create(account(each.code, each.full_name, password) for each in people)
    for each, user, (_number, cell_id) in zip(people, accounts, places, strict=True):
        each.user, each.cell_id = user, cell_id
    made = Member.objects.bulk_create(people)
    Membership.objects.bulk_create(
        Membership(member=each, cell_id=each.cell_id, valid_from=datetime.date(2021, 1, 1)) for each in made
    )


def account(username: str, full_name: str, password: str) -> User:
    """An account, not yet saved. ``password`` is a hash."""
    family, given = split_name(full_name)
    return User(username=username, last_name=family, first_name=given, password=password)


@transaction.atomic
def seed_positions() -> int:
    """Give every unit that has members and no officers its committee. Returns how many positions were made."""
    ordinary = {member_code(ORDINARY), member_code(ORDINARY_ELSEWHERE)}
    filled = set(Position.objects.values_list("organization_id", flat=True).distinct())
    eligible: dict[int, list[int]] = defaultdict(list)
    lines = {pk: [int(part) for part in path.strip("/").split("/")] for pk, path in _paths(Level.CELL)}
    level_of = dict(Organization.objects.values_list("pk", "level"))
    rows = Member.objects.filter(code__startswith="DV").order_by("code").values_list("pk", "code", "cell_id")
    for pk, code, cell_id in rows.iterator(chunk_size=5000):
        if code not in ordinary and cell_id in lines:
            for unit in lines[cell_id]:
                eligible[unit].append(pk)
    positions = [
        Position(member_id=pk, organization_id=unit, kind=kind, valid_from=datetime.date(2021, 1, 1))
        for unit, members in sorted(eligible.items())
        if unit not in filled and level_of[unit] != Level.PROVINCE
        for pk, kind in _committee(members, level_of[unit])
    ]
    Position.objects.bulk_create(positions, batch_size=CHUNK)
    return len(positions)


def _paths(level: str) -> list[tuple[int, str]]:
    return list(Organization.objects.filter(level=level).values_list("pk", "path"))


def _committee(members: list[int], level: str) -> list[tuple[int, str]]:
    """Who is what in a unit: three in a cell, more in a commune and in a district, spread over its cells."""
    kinds = [PositionKind.SECRETARY, PositionKind.DEPUTY_SECRETARY]
    if level == Level.CELL:
        kinds += [PositionKind.COMMITTEE_MEMBER]
        chosen = members
    else:
        kinds += [PositionKind.DEPUTY_SECRETARY] if level == Level.DISTRICT else []
        kinds += [PositionKind.STANDING_MEMBER] * (4 if level == Level.DISTRICT else 2)
        kinds += [PositionKind.COMMITTEE_MEMBER] * (4 if level == Level.DISTRICT else 3)
        # From the back and with gaps, so that the same few people do not hold every office.
        step = max(1, len(members) // len(kinds))
        chosen = list(itertools.islice(reversed(members), 0, None, step))
    return list(zip(chosen, kinds, strict=False))
