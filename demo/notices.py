"""Notices as committees send them: written and sent by the acts that people use, with what some phones have told."""

from __future__ import annotations

import datetime

from django.utils import timezone

from accounts.models import User
from demo.desks import DISTRICT, district_committee
from demo.people import FIRST_SECRETARY, member_code
from handbook.notices import actions
from handbook.notices.actions import Content, Told
from handbook.notices.enums import Audience, ReceiptKind
from handbook.notices.models import Notice
from organizations.models import Member, Organization
from organizations.scope import scope_of_member


def seed_notices() -> int:
    """Send a few notices, where there are none. Returns how many."""
    if Notice.objects.exists():
        return 0
    day = datetime.timedelta(days=1)
    now = timezone.now()
    standing = User.objects.get(username="thuongtruc1")
    secretary = User.objects.select_related("member__cell").get(username=member_code(FIRST_SECRETARY))
    cell = secretary.member.cell
    province = Organization.objects.get(code="TB")
    sent = [
        actions.send_now(
            actor=standing,
            organization=province,
            content=Content(
                title="Học tập, quán triệt Nghị quyết về chuyển đổi số",
                body="Đề nghị các đồng chí đọc nghị quyết trong mục Văn bản trước buổi sinh hoạt chi bộ ngày 3.\n\n"
                "Đọc xong, xin bấm “Đã tiếp nhận”.",
                requires_acknowledgement=True,
                deadline=now + 9 * day,
            ),
        ),
        actions.send_now(
            actor=standing,
            organization=province,
            content=Content(
                title="Họp giao ban bí thư các chi bộ",
                body="Họp trực tuyến lúc 8 giờ. Đồng chí nào vắng mặt xin ghi lý do và cử người họp thay.",
                question="Đồng chí có dự họp không?",
                answers=("Có dự", "Vắng, có lý do"),
                deadline=now + 4 * day,
            ),
            audience=Audience.SECRETARIES,
        ),
    ]
    if officer := next(iter(district_committee()), None):
        district = Organization.objects.get(code=DISTRICT)
        content = Content(
            title="Phòng, chống bão: gia cố nhà cửa, kiểm tra đê",
            body="Các chi bộ ven đê cử người trực 24 giờ. Giúp các hộ già yếu chằng chống nhà trước 17 giờ hôm nay.",
            urgent=True,
        )
        sent.append(actions.send_now(actor=officer, organization=district, content=content))
    meeting = Content(
        title="Sinh hoạt chi bộ thường kỳ",
        body="19 giờ 30 ngày 3, tại nhà văn hóa. Nội dung: học tập chuyên đề, bàn việc thu đảng phí.",
        question="Đồng chí có dự họp không?",
        answers=("Có dự", "Vắng, có lý do"),
    )
    sent.append(actions.send_now(actor=secretary, organization=cell, content=meeting))
    _some_read(sent)
    return len(sent)


def _some_read(notices: list[Notice]) -> None:
    """Two of three have read what reaches them, half of those acknowledged; the contract's ordinary members have not."""
    for number, member in enumerate(Member.objects.active().select_related("cell").order_by("code")[:300]):
        if number < 3 or number % 3 == 0:
            continue
        kind = ReceiptKind.ACKNOWLEDGED if number % 2 else ReceiptKind.READ
        told = [Told(notice_id=notice.pk, version=1, kind=kind) for notice in notices]
        actions.record_receipts(member=member, scope=scope_of_member(member), told=told)
