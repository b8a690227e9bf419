"""The people who work on content, the four sources and one committee with their desks, and the categories."""

from __future__ import annotations

import dataclasses
import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Workflow
from wagtail.users.models import UserProfile

from accounts.models import User
from cms.models import Category, Source
from cms.settings.env import DEMO_PASSWORD
from demo.people import FIRST_SECRETARY, account, member_code
from editorial.ingest.actions import poll_feed
from editorial.models import Duty, Feed
from editorial.setup import BOARD, COMMITTEES, ensure_site, ensure_source, ensure_workflow
from organizations.enums import Level, PositionKind
from organizations.models import Member, Membership, Organization, Position
from organizations.names import folded
from publishing.enums import Kind

PROVINCIAL_WORKFLOW = "Duyệt ba bước, Thường trực Tỉnh ủy phê duyệt"
# The district whose committee is a source of its own.
DISTRICT = "TB341"
DISTRICT_WORKFLOW = "Duyệt ba bước, Huyện ủy Thái Thụy phê duyệt"


@dataclasses.dataclass(frozen=True)
class Desk:
    """A source as the demo plans it."""

    code: str
    name: str
    name_en: str
    contributor: str
    editor: str
    categories: tuple[str, ...]
    due_hours: int = 8

    @property
    def usernames(self) -> tuple[str, str]:
        """Those of the contributor and of the desk editor."""
        return f"ctv.{self.code.lower()}", f"bt.{self.code.lower()}"


# slug, parent, name, English name: parents first.
CATEGORIES = [
    ("thoi-su", None, "Thời sự - Chính trị", "Current affairs"),
    ("tin-trong-tinh", "thoi-su", "Tin trong tỉnh", "Provincial news"),
    ("tin-trong-nuoc", "thoi-su", "Tin trong nước", "National news"),
    ("binh-luan", "thoi-su", "Bình luận", "Commentary"),
    ("hoc-tap-nghi-quyet", None, "Học tập nghị quyết", "Studying resolutions"),
    ("hoc-tap-bac", None, "Học tập và làm theo Bác", "Following Hồ Chí Minh's example"),
    ("ban-tin-noi-bo", None, "Bản tin nội bộ", "Internal bulletin"),
    ("xay-dung-dang", None, "Xây dựng Đảng", "Party building"),
    ("nghiep-vu", "xay-dung-dang", "Nghiệp vụ công tác đảng viên", "Procedures"),
    ("hoi-dap", "xay-dung-dang", "Hỏi - đáp", "Questions and answers"),
    ("guong-sang", "xay-dung-dang", "Gương sáng đảng viên", "Exemplary members"),
    ("van-ban", None, "Văn bản", "Documents"),
    ("van-ban-trung-uong", "van-ban", "Văn bản Trung ương", "Central documents"),
    ("van-ban-tinh", "van-ban", "Văn bản của tỉnh", "Provincial documents"),
    ("van-ban-cap-uy", "van-ban", "Văn bản của cấp ủy cơ sở", "Documents of local committees"),
    ("can-biet", None, "Thông tin cần biết", "Useful information"),
    ("suc-khoe", "can-biet", "Sức khỏe", "Health"),
    ("nong-thon-moi", "can-biet", "Nông thôn mới", "New countryside"),
    ("van-hoa-the-thao", "can-biet", "Văn hóa - Thể thao", "Culture and sport"),
    ("diem-den", "can-biet", "Điểm đến cuối tuần", "Weekend destinations"),
]

DESKS = [
    Desk("tuyen-giao", "Ban Tuyên giáo", "Commission for Communication and Education", "Phạm Thị Thu Trang",
         "Vũ Quang Hưng", ("hoc-tap-nghi-quyet", "hoc-tap-bac", "ban-tin-noi-bo", "tin-trong-nuoc")),
    Desk("to-chuc", "Ban Tổ chức", "Organization Commission", "Đỗ Minh Hạnh",
         "Nguyễn Đức Thuận", ("xay-dung-dang", "nghiep-vu", "hoi-dap", "guong-sang"), due_hours=16),
    Desk("van-phong", "Văn phòng Tỉnh ủy", "Office of the Provincial Committee", "Trần Thị Mai Lan",
         "Bùi Xuân Thành", ("van-ban", "van-ban-trung-uong", "van-ban-tinh", "tin-trong-tinh"), due_hours=8),
    Desk("bao-thai-binh", "Báo Thái Bình", "Thái Bình Newspaper", "Lê Hải Yến",
         "Hoàng Ngọc Sơn", ("thoi-su", "tin-trong-tinh", "tin-trong-nuoc", "binh-luan", "guong-sang", "can-biet",
         "suc-khoe",
                            "nong-thon-moi", "van-hoa-the-thao", "diem-den"), due_hours=4),
]  # fmt: skip
DISTRICT_DESK = Desk(
    DISTRICT, "Huyện ủy Thái Thụy", "Thái Thụy District Committee", "Tạ Thị Hồng Nhung", "Phan Văn Lâm",
    ("tin-trong-tinh", "van-ban-cap-uy", "xay-dung-dang", "nong-thon-moi"),
)  # fmt: skip
BOARD_PEOPLE = {"btv1": "Ngô Thị Thanh Bình", "btv2": "Đoàn Quốc Việt"}
STANDING = [
    ("thuongtruc1", "Nguyễn Khắc Thắng", PositionKind.SECRETARY),
    ("thuongtruc2", "Trần Thị Bích Hường", PositionKind.DEPUTY_SECRETARY),
    ("thuongtruc3", "Phạm Quang Tiến", PositionKind.DEPUTY_SECRETARY),
]


# The feeds that come with the product, so that the demo shows them without a network.
FEEDS = [
    ("bao-thai-binh", "bao-thai-binh-tin-tuc"),
    ("bao-thai-binh", "bao-thai-binh-doi-song"),
    ("to-chuc", "to-chuc-hoi-dap"),
    ("tuyen-giao", "tuyen-giao-chuyen-de"),
]
# Source, what, kind, category ("" for any), how many a month.
DUTIES = [
    ("tuyen-giao", "Bản tin nội bộ", Kind.BULLETIN, "", 1),
    ("tuyen-giao", "Chuyên đề học tập Hồ Chí Minh", Kind.ARTICLE, "hoc-tap-bac", 1),
    ("to-chuc", "Bài hỏi đáp, hướng dẫn nghiệp vụ", Kind.ARTICLE, "", 4),
    ("van-phong", "Văn bản của Tỉnh ủy", Kind.DOCUMENT, "", 2),
    ("bao-thai-binh", "Tin, bài thời sự", Kind.ARTICLE, "", 40),
]


@transaction.atomic
def seed_desks() -> int:
    """Make what is missing of all this. Returns how many accounts, categories and sources were made."""
    province = Organization.objects.get(code="TB")
    district = Organization.objects.get(code=DISTRICT)
    before = _count()
    ensure_site()
    _seed_categories()
    workflow = ensure_workflow(PROVINCIAL_WORKFLOW, province, required=2)
    district_workflow = ensure_workflow(DISTRICT_WORKFLOW, district, required=2)
    password = make_password(DEMO_PASSWORD)
    _person("admin", "Quản trị hệ thống", password, is_staff=True, is_superuser=True)
    for username, full_name in BOARD_PEOPLE.items():
        _person(username, full_name, password, BOARD)
    for username, full_name, kind in STANDING:
        _standing_member(_person(username, full_name, password, COMMITTEES), full_name, province, kind)
    for desk in DESKS:
        _seed_desk(desk, province, workflow, password)
    _seed_desk(DISTRICT_DESK, district, district_workflow, password)
    for user in [*district_committee(), *User.objects.filter(username=member_code(FIRST_SECRETARY))]:
        user.groups.add(Group.objects.get(name=COMMITTEES))
        _speaks_vietnamese(user)
    return _count() - before


def seed_feeds() -> int:
    """The feeds of the sources, read once: they are files of the product. Returns how many feeds were made."""
    made = 0
    for code, name in FEEDS:
        feed, created = Feed.objects.get_or_create(source=Source.objects.get(code=code), url=f"package:{name}.xml")
        if created:
            poll_feed(feed)
            made += 1
    return made


def seed_duties() -> int:
    """What the sources owe a month, and the right of Văn phòng to watch all of them. Returns how many duties were made."""
    made = 0
    for code, name, kind, category, per_month in DUTIES:
        values = {"kind": kind, "per_month": per_month, "category": Category.objects.filter(slug=category).first()}
        _duty, created = Duty.objects.get_or_create(source=Source.objects.get(code=code), name=name, defaults=values)
        made += created
    office = Source.objects.get(code="van-phong").editors
    office.permissions.add(Permission.objects.get(codename="watch_pipeline"))
    return made


def district_committee() -> list[User]:
    """The accounts of the district's secretary and deputies, who approve what their committee publishes."""
    kinds = [PositionKind.SECRETARY, PositionKind.DEPUTY_SECRETARY]
    held = Position.objects.in_force().filter(organization__code=DISTRICT, kind__in=kinds)
    return list(User.objects.filter(member__in=held.values("member")).order_by("username"))


def _count() -> int:
    return User.objects.count() + Category.objects.count() + Source.objects.count()


def _seed_categories() -> None:
    for slug, parent, name, name_en in CATEGORIES:
        above = Category.objects.get(slug=parent) if parent else None
        Category.objects.get_or_create(slug=slug, defaults={"parent": above, "name": name, "name_en": name_en})


def _seed_desk(desk: Desk, organization: Organization, workflow: Workflow, password: str) -> None:
    source = ensure_source(
        desk.code,
        desk.name,
        organization=organization,
        workflow=workflow,
        name_en=desk.name_en,
        due_hours=desk.due_hours,
    )
    if not source.allowed_categories.exists():
        source.allowed_categories.set(Category.objects.filter(slug__in=desk.categories))
    contributor, editor = desk.usernames
    _person(contributor, desk.contributor, password, source.contributors.name)
    _person(editor, desk.editor, password, source.editors.name)


def _person(username: str, full_name: str, password: str, group: str = "", **rights: bool) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        user = account(username, full_name, password)
        for right, value in rights.items():
            setattr(user, right, value)
        user.save()
        if group:
            user.groups.add(Group.objects.get(name=group))
        _speaks_vietnamese(user)
    return user


def _speaks_vietnamese(user: User) -> None:
    UserProfile.objects.get_or_create(user=user, defaults={"preferred_language": "vi"})


def _standing_member(user: User, full_name: str, province: Organization, kind: str) -> None:
    """A leader of the province, member of the first cell of the provincial agencies' block."""
    if Member.objects.filter(user=user).exists():
        return
    cell = Organization.objects.filter(level=Level.CELL, code__startswith="TBCQ-").order_by("code")[0]
    since = datetime.date(2020, 10, 14)
    member = Member.objects.create(
        code=f"TT00000{user.username[-1]}", full_name=full_name, name_folded=folded(full_name), cell=cell, user=user
    )
    Membership.objects.create(member=member, cell=cell, valid_from=since)
    Position.objects.create(member=member, organization=province, kind=kind, valid_from=since)
