"""What members ask in the sample province, and how committees deal with it: by the acts that people use."""

from __future__ import annotations

import datetime

from django.utils import timezone

from accounts.models import User
from demo.people import FIRST_SECRETARY, member_code
from handbook.feedback import actions
from handbook.feedback.enums import Kind
from handbook.feedback.models import FeedbackThread, RoutingRule, Topic
from organizations.calendar import Holiday
from organizations.models import Member, Organization
from organizations.scope import scope_of_member

# code, name, working hours for an answer
TOPICS = [
    ("dang-phi", "Đảng phí", 24),
    ("sinh-hoat-chi-bo", "Sinh hoạt chi bộ", 24),
    ("ket-nap-chuyen-dang", "Kết nạp, chuyển sinh hoạt đảng", 40),
    ("nong-thon-moi", "Nông thôn mới, hạ tầng", 80),
    ("can-bo", "Cán bộ, kiểm tra, giám sát", 80),
]
# day and month, name: those that fall on the same day every year
HOLIDAYS = [
    (1, 1, "Tết Dương lịch"),
    (30, 4, "Ngày Giải phóng miền Nam"),
    (1, 5, "Quốc tế Lao động"),
    (2, 9, "Quốc khánh"),
]
ACTOR = "seed_demo"


def seed_feedback() -> int:
    """Ask and answer a few questions, where there are none. Returns how many."""
    if FeedbackThread.objects.exists():
        return 0
    province = Organization.objects.get(code="TB")
    for code, name, hours in TOPICS:
        actions.save_topic(actor=ACTOR, topic=Topic(code=code, name=name, hours=hours))
    about_people = Topic.objects.get(code="can-bo")
    actions.save_rule(actor=ACTOR, rule=RoutingRule(topic=about_people, unit=province, goes_to=province))
    _holidays()
    secretary = User.objects.select_related("member__cell").get(username=member_code(FIRST_SECRETARY))
    cell = secretary.member.cell
    above = cell.parent or province
    people = list(Member.objects.active().filter(cell=cell).exclude(pk=secretary.member.pk).order_by("code")[:2])
    first, second = people[0], people[-1]
    answered = actions.send_feedback(
        member=first,
        topic="dang-phi",
        subject="Đảng phí của đảng viên nghỉ hưu",
        body="Lương hưu vừa tăng thì mức đóng đảng phí tính từ tháng nào?",
    )
    actions.answer_feedback(
        actor=secretary,
        thread=answered,
        body="Tính từ tháng nhận mức lương hưu mới. Đồng chí đóng tại buổi sinh hoạt ngày 3.",
    )
    actions.allow_publication(member=first, thread_id=answered.pk, allowed=True)
    actions.rate_feedback(member=first, thread_id=answered.pk, stars=5, comment="Rõ ràng")
    actions.send_feedback(
        member=second,
        topic="sinh-hoat-chi-bo",
        kind=Kind.OPINION,
        subject="Giờ họp chi bộ mùa gặt",
        body="Đề nghị chi bộ họp sau 20 giờ trong mùa gặt để bà con kịp về.",
    )
    road = actions.send_feedback(
        member=second,
        to=above.code,
        topic="nong-thon-moi",
        kind=Kind.REPORT,
        subject="Đường trục thôn hỏng sau mưa",
        body="Đoạn qua nhà văn hóa sụt khoảng 10 mét, trẻ đi học phải đi vòng.",
    )
    actions.note_feedback(actor=ACTOR, thread=road, body="Đã gọi cán bộ địa chính xã xuống xem.")
    actions.send_feedback(
        member=first,
        to=above.code,
        kind=Kind.OPINION,
        subject="Công khai quỹ của thôn",
        body="Đề nghị đảng ủy nhắc việc công khai thu chi quỹ thôn hằng quý.",
        anonymous_to_cell=True,
    )
    _consultation(province, first)
    return FeedbackThread.objects.count()


def _holidays() -> None:
    from organizations.actions import save_holiday

    year = timezone.localdate().year
    for each in (year, year + 1):
        for day, month, name in HOLIDAYS:
            date = datetime.date(each, month, day)
            if not Holiday.objects.filter(day=date).exists():
                save_holiday(actor=ACTOR, holiday=Holiday(day=date, name=name))


def _consultation(province: Organization, member: Member) -> None:
    now = timezone.now()
    draft = actions.save_consultation(
        actor=ACTOR,
        organization=province,
        title="Dự thảo Nghị quyết về chuyển đổi số trong công tác đảng",
        summary="Xin ý kiến đảng viên trước hội nghị Ban Chấp hành.",
        text="# Mục tiêu\nĐến cuối năm, mọi chi bộ dùng Sổ tay đảng viên điện tử trong sinh hoạt.\n\n"
        "# Nhiệm vụ, giải pháp\nTập huấn cho bí thư chi bộ; hỗ trợ đảng viên cao tuổi cài đặt và sử dụng.\n\n"
        "# Tổ chức thực hiện\nBan Tuyên giáo hướng dẫn; Văn phòng Tỉnh ủy theo dõi, báo cáo hằng tháng.",
        opens_at=now,
        closes_at=now + datetime.timedelta(days=20),
        meets_at=now + datetime.timedelta(days=18),
    )
    actions.open_consultation(actor=ACTOR, consultation=draft)
    actions.give_opinion(
        member=member,
        scope=scope_of_member(member),
        consultation_id=draft.pk,
        section=2,
        body="Nên phân công đảng viên trẻ giúp từng đảng viên cao tuổi.",
    )
