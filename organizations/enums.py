"""The words of the organisation tree, and the table of what each position may do."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """Where a unit stands. Depth varies by branch: the level says what a unit is, not how deep it lies."""

    PROVINCE = "province", _("Tỉnh ủy")
    DISTRICT = "district", _("Đảng bộ trực thuộc")
    GRASSROOTS = "grassroots", _("Tổ chức cơ sở đảng")
    CELL = "cell", _("Chi bộ")
    GROUP = "group", _("Tổ đảng")


# Units in which members take part: a chi bộ cơ sở is entered as a cell.
MEMBER_LEVELS = frozenset({Level.CELL, Level.GROUP})


class MemberStatus(models.TextChoices):
    """What kind of member a person is."""

    OFFICIAL = "official", _("Đảng viên chính thức")
    PROBATIONARY = "probationary", _("Đảng viên dự bị")
    EXEMPT = "exempt", _("Miễn sinh hoạt")


class Clearance(models.TextChoices):
    """Who may read, within the units that are addressed."""

    PUBLIC = "public", _("Mọi người")
    MEMBER = "member", _("Đảng viên")
    COMMITTEE = "committee", _("Cấp ủy")


class PositionKind(models.TextChoices):
    """What a member is in a unit."""

    SECRETARY = "secretary", _("Bí thư")
    DEPUTY_SECRETARY = "deputy_secretary", _("Phó bí thư")
    STANDING_MEMBER = "standing_member", _("Ủy viên ban thường vụ")
    COMMITTEE_MEMBER = "committee_member", _("Cấp ủy viên")
    OFFICER = "officer", _("Cán bộ tổ chức, văn phòng")
    AREA_WATCHER = "area_watcher", _("Phụ trách địa bàn")


class Right(models.TextChoices):
    """What a person may do in a unit and all below it."""

    VIEW_MEMBERS = "view_members", _("Xem đảng viên")
    MANAGE_MEMBERS = "manage_members", _("Quản lý đảng viên")
    APPROVE = "approve", _("Phê duyệt")
    SEND_NOTICES = "send_notices", _("Gửi thông báo")
    ANSWER_FEEDBACK = "answer_feedback", _("Trả lời góp ý")


# Positions whose holder sits on the unit's committee and so reads what is addressed to committees.
COMMITTEE_POSITIONS = frozenset(
    {
        PositionKind.SECRETARY,
        PositionKind.DEPUTY_SECRETARY,
        PositionKind.STANDING_MEMBER,
        PositionKind.COMMITTEE_MEMBER,
    }
)

# Positions whose holder reads what is addressed to secretaries.
SECRETARY_POSITIONS = frozenset({PositionKind.SECRETARY})

# The whole of who may do what, by position. Rights reach down the tree from the unit of the position.
RIGHTS: dict[str, frozenset[str]] = {
    PositionKind.SECRETARY: frozenset(
        {Right.VIEW_MEMBERS, Right.MANAGE_MEMBERS, Right.APPROVE, Right.SEND_NOTICES, Right.ANSWER_FEEDBACK}
    ),
    PositionKind.DEPUTY_SECRETARY: frozenset(
        {Right.VIEW_MEMBERS, Right.MANAGE_MEMBERS, Right.APPROVE, Right.SEND_NOTICES, Right.ANSWER_FEEDBACK}
    ),
    PositionKind.STANDING_MEMBER: frozenset({Right.VIEW_MEMBERS, Right.APPROVE}),
    PositionKind.COMMITTEE_MEMBER: frozenset({Right.VIEW_MEMBERS}),
    PositionKind.OFFICER: frozenset(
        {Right.VIEW_MEMBERS, Right.MANAGE_MEMBERS, Right.SEND_NOTICES, Right.ANSWER_FEEDBACK}
    ),
    PositionKind.AREA_WATCHER: frozenset({Right.VIEW_MEMBERS}),
}
