"""The real tree of Thái Bình: 8 districts and cities, 5 blocks, 260 communes; and agencies, schools and cells made up.

Codes are stable and readable: ``TB336`` is a district, ``TB12433`` a commune (both by the state's numbers), ``TBCQ`` a
block, ``TB336-T04`` or ``TBCQ-07`` a grassroots organisation in it, and ``TB12433-01`` a cell.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime
from pathlib import Path

from django.db import transaction
from tqdm import tqdm

from organizations.enums import Level
from organizations.models import Organization, OrganizationVersion
from organizations.names import folded

DATA = Path(__file__).parent / "data"
PROVINCE = "TB"
FOUNDED = datetime.date(2020, 10, 1)
CHUNK = 1000

BLOCKS = {
    "TBCQ": "Đảng ủy Khối các cơ quan tỉnh",
    "TBDN": "Đảng ủy Khối doanh nghiệp tỉnh",
    "TBQS": "Đảng ủy Quân sự tỉnh",
    "TBCA": "Đảng ủy Công an tỉnh",
    "TBBP": "Đảng ủy Bộ đội Biên phòng tỉnh",
}
AGENCIES = [
    "Văn phòng Tỉnh ủy", "Ban Tổ chức Tỉnh ủy", "Ban Tuyên giáo Tỉnh ủy", "Ủy ban Kiểm tra Tỉnh ủy",
    "Ban Dân vận Tỉnh ủy",
    "Ban Nội chính Tỉnh ủy", "Trường Chính trị tỉnh", "Báo Thái Bình", "Văn phòng Hội đồng nhân dân tỉnh",
    "Văn phòng Ủy ban nhân dân tỉnh", "Sở Nội vụ", "Sở Tài chính", "Sở Kế hoạch và Đầu tư", "Sở Nông nghiệp và PTNT",
    "Sở Công Thương", "Sở Xây dựng", "Sở Giao thông vận tải", "Sở Giáo dục và Đào tạo", "Sở Y tế", "Sở Tư pháp",
    "Sở Thông tin và Truyền thông", "Sở Văn hóa, Thể thao và Du lịch", "Sở Lao động - Thương binh và Xã hội",
    "Sở Khoa học và Công nghệ", "Sở Tài nguyên và Môi trường", "Thanh tra tỉnh", "Cục Thuế tỉnh", "Cục Thống kê tỉnh",
    "Kho bạc Nhà nước tỉnh", "Bảo hiểm xã hội tỉnh", "Tòa án nhân dân tỉnh", "Viện Kiểm sát nhân dân tỉnh",
    "Ủy ban Mặt trận Tổ quốc tỉnh", "Hội Nông dân tỉnh", "Hội Liên hiệp Phụ nữ tỉnh", "Hội Cựu chiến binh tỉnh",
    "Liên đoàn Lao động tỉnh", "Tỉnh đoàn", "Đài Phát thanh và Truyền hình tỉnh", "Bệnh viện Đa khoa tỉnh",
    "Trường Đại học Thái Bình", "Trường Cao đẳng Y tế",
]  # fmt: skip
COMPANIES = [
    "Công ty cổ phần Môi trường và Công trình đô thị", "Công ty Điện lực Thái Bình", "Bưu điện tỉnh",
    "Viễn thông Thái Bình",
    "Công ty cổ phần Nước sạch", "Công ty Xăng dầu Thái Bình", "Công ty cổ phần Giống cây trồng",
    "Công ty cổ phần May Hưng Nhân",
    "Công ty cổ phần Sứ Long Hầu", "Công ty cổ phần Dệt sợi Đam San", "Công ty Khai thác công trình thủy lợi Bắc",
    "Công ty Khai thác công trình thủy lợi Nam", "Ngân hàng Nông nghiệp chi nhánh tỉnh",
    "Ngân hàng Chính sách xã hội tỉnh",
    "Công ty cổ phần Xe khách", "Công ty Xổ số kiến thiết", "Nhà máy Nhiệt điện Thái Bình", "Công ty cổ phần In",
]  # fmt: skip
ARMY = ["Phòng Tham mưu", "Phòng Chính trị", "Phòng Hậu cần - Kỹ thuật", "Trung đoàn 568", "Trường Quân sự tỉnh"]
POLICE = ["Phòng Tham mưu", "Phòng An ninh chính trị nội bộ", "Phòng Cảnh sát giao thông", "Phòng Cảnh sát hình sự",
          "Phòng Cảnh sát phòng cháy, chữa cháy", "Trại tạm giam",
          "Phòng Quản lý hành chính về trật tự xã hội"]  # fmt: skip
BORDER = [
    "Đồn Biên phòng Cửa Lân",
    "Đồn Biên phòng Trà Lý",
    "Đồn Biên phòng Thụy Hải",
    "Hải đội 2",
    "Cơ quan Bộ Chỉ huy",
]
BLOCK_UNITS = {"TBCQ": AGENCIES, "TBDN": COMPANIES, "TBQS": ARMY, "TBCA": POLICE, "TBBP": BORDER}

# Grassroots organisations of every district beside its communes.
DISTRICT_UNITS = [
    "Cơ quan huyện ủy", "Cơ quan ủy ban nhân dân huyện", "Bệnh viện đa khoa huyện", "Trung tâm Y tế huyện",
    "Trung tâm Giáo dục thường xuyên", "Trung tâm Văn hóa - Thể thao", "Chi cục Thuế khu vực", "Hạt Quản lý đê",
    "Điện lực huyện", "Bưu điện huyện", "Công an huyện", "Ban Chỉ huy Quân sự huyện", "Tòa án nhân dân huyện",
    "Viện Kiểm sát nhân dân huyện", "Bảo hiểm xã hội huyện", "Ngân hàng Nông nghiệp huyện", "Kho bạc Nhà nước huyện",
]  # fmt: skip
SCHOOLS_PER_DISTRICT = 28

VILLAGES = [
    "An Bài", "An Cố", "An Định", "Bình An", "Cao Trung", "Châu Giang", "Chấp Trung", "Đại Đồng", "Đông Hải",
    "Đông Thành",
    "Đồng Tiến", "Hà Lý", "Hòa Bình", "Hồng Phong", "Hưng Đạo", "Kim Châu", "Lai Triều", "Lễ Thần", "Mỹ Lộc",
    "Nam Hưng",
    "Nguyên Lâm", "Phú Lạc", "Phương Man", "Quang Lang", "Quan Khê", "Tân Hòa", "Tân Phong", "Thanh Miếu",
    "Thượng Phúc",
    "Tiền Phong", "Trung Đồng", "Trung Lập", "Vân Am", "Vĩnh Ninh", "Vũ Hạ", "Xuân Hòa",
]  # fmt: skip
OFFICES = ["Phòng Tổ chức - Hành chính", "Phòng Kế hoạch - Tài chính", "Văn phòng", "Phòng Nghiệp vụ 1",
           "Phòng Nghiệp vụ 2", "Phòng Tổng hợp", "Thanh tra",
           "Phòng Công nghệ thông tin", "Tổ Kiểm tra", "Ban Quản lý dự án"]  # fmt: skip
SCHOOL_CELLS = ["Tổ Khoa học tự nhiên", "Tổ Khoa học xã hội", "Tổ Ngoại ngữ - Tin học", "Tổ Văn phòng"]
WORKSHOPS = ["Phân xưởng 1", "Phân xưởng 2", "Phòng Kỹ thuật", "Phòng Kinh doanh", "Văn phòng công ty", "Đội Vận tải"]


@dataclasses.dataclass(frozen=True)
class Unit:
    """A unit as the demo plans it."""

    code: str
    name: str
    level: str
    parent: str | None


def district_name(official: str) -> str:
    """``Huyện Thái Thụy`` has the ``Huyện ủy Thái Thụy``, ``Thành phố Thái Bình`` the ``Thành ủy Thái Bình``."""
    return official.replace("Thành phố", "Thành ủy").replace("Huyện", "Huyện ủy")


def plan_units(cells: int) -> list[Unit]:
    """All units, parents before children: the province, 13 committees, their grassroots organisations, the cells."""
    units = [Unit(PROVINCE, "Tỉnh ủy Thái Bình", Level.PROVINCE, None)]
    grassroots: dict[str, list[Unit]] = {}
    with (DATA / "thai-binh-communes-2021.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            district = f"{PROVINCE}{row['district_code']}"
            if district not in grassroots:
                units.append(Unit(district, district_name(row["district"]), Level.DISTRICT, PROVINCE))
                grassroots[district] = []
            name = f"Đảng bộ {row['commune'][0].lower()}{row['commune'][1:]}"
            grassroots[district].append(Unit(f"{PROVINCE}{row['commune_code']}", name, Level.GRASSROOTS, district))
    for district, communes in grassroots.items():
        names = [unit.name.removeprefix("Đảng bộ ").split(" ", 1)[1] for unit in communes]
        schools = [f"Trường THPT {names[place]}" for place in range(3)]
        schools += [f"Trường THCS {names[(3 + place) % len(names)]}" for place in range(SCHOOLS_PER_DISTRICT - 3)]
        communes += [
            Unit(f"{district}-T{place:02}", f"Đảng bộ {name}", Level.GRASSROOTS, district)
            for place, name in enumerate(DISTRICT_UNITS + list(dict.fromkeys(schools)), start=1)
        ]
    for block, name in BLOCKS.items():
        units.append(Unit(block, name, Level.DISTRICT, PROVINCE))
        grassroots[block] = [
            Unit(f"{block}-{place:02}", f"Đảng bộ {each}", Level.GRASSROOTS, block)
            for place, each in enumerate(BLOCK_UNITS[block], start=1)
        ]
    for members in grassroots.values():
        units += members
    return units + _plan_cells(list(grassroots.values()), cells)


def _plan_cells(by_district: list[list[Unit]], cells: int) -> list[Unit]:
    """The cells, dealt out to the grassroots organisations of all committees in turn, so that few reach everywhere."""
    turn: list[Unit] = []
    for place in range(max(len(members) for members in by_district)):
        turn += [members[place] for members in by_district if place < len(members)]
    planned = []
    for place in range(cells):
        home, number = turn[place % len(turn)], place // len(turn) + 1
        planned.append(Unit(f"{home.code}-{number:02}", _cell_name(home, number), Level.CELL, home.code))
    return planned


def _cell_name(home: Unit, number: int) -> str:
    place = home.name.removeprefix("Đảng bộ ")
    if place.startswith("phường "):
        return f"Chi bộ tổ dân phố số {number}"
    if place.startswith(("xã ", "thị trấn ")):
        special = {4: "Trạm Y tế", 6: "Trường Tiểu học", 8: "Trường Mầm non", 10: "Công an"}
        if number in special:
            return f"Chi bộ {special[number]} {place}"
        village = VILLAGES[(sum(map(ord, home.code)) * 7 + number) % len(VILLAGES)]
        return f"Chi bộ thôn {village}" if number <= len(VILLAGES) else f"Chi bộ thôn {village} {number}"
    names = SCHOOL_CELLS if place.startswith("Trường") else WORKSHOPS if home.code.startswith("TBDN") else OFFICES
    name = names[(number - 1) % len(names)]
    return f"Chi bộ {name}" if number <= len(names) else f"Chi bộ {name} {(number - 1) // len(names) + 1}"


@transaction.atomic
def seed_tree(*, cells: int) -> int:
    """Make the units that are missing, each with its open version. Returns how many were made."""
    there = dict(Organization.objects.values_list("code", "path"))
    ids = dict(Organization.objects.values_list("code", "pk"))
    missing = [unit for unit in plan_units(cells) if unit.code not in there]
    for level in (Level.PROVINCE, Level.DISTRICT, Level.GRASSROOTS, Level.CELL):
        units = [unit for unit in missing if unit.level == level]
        for start in tqdm(
            range(0, len(units), CHUNK), desc=f"{level.label}", unit=" nghìn", disable=len(units) < CHUNK
        ):
            _make(units[start : start + CHUNK], ids, there)
    return len(missing)


def _make(units: list[Unit], ids: dict[str, int], paths: dict[str, str]) -> None:
    made = Organization.objects.bulk_create(
        Organization(
            code=unit.code,
            name=unit.name,
            name_folded=folded(unit.name),
            level=unit.level,
            parent_id=ids[unit.parent] if unit.parent else None,
            path="-",
            valid_from=FOUNDED,
        )
        for unit in units
    )
    for unit, organization in zip(units, made, strict=True):
        organization.path = f"{paths[unit.parent] if unit.parent else '/'}{organization.pk}/"
        ids[unit.code], paths[unit.code] = organization.pk, organization.path
    Organization.objects.bulk_update(made, ["path"])
    OrganizationVersion.objects.bulk_create(
        OrganizationVersion(
            organization=organization,
            name=organization.name,
            level=organization.level,
            parent_id=organization.parent_id,
            valid_from=FOUNDED,
            reason="Đại hội Đảng bộ nhiệm kỳ 2020 - 2025",
        )
        for organization in made
    )
