"""What the API's benchmarks read: articles that depend on nothing but their number. Plain data, known to no framework.

The published store and the peers in ``bench/peers`` are filled from here, so all of them hold the same texts.
"""

from __future__ import annotations

import dataclasses
import datetime
import random
from collections.abc import Iterator
from typing import Any

LAST = datetime.datetime(2026, 11, 3, 11, 0, tzinfo=datetime.UTC)  # when number 0, the newest, went out
SOURCES = {
    "tuyen-giao": "Ban Tuyên giáo",
    "to-chuc": "Ban Tổ chức",
    "van-phong": "Văn phòng Tỉnh ủy",
    "bao-thai-binh": "Báo Thái Bình",
}
# Most of what is out lies below NEWS; of OLD there are only FEW, the oldest, however many there are in all.
NEWS, PARTY, OLD = "tin-tuc", "xay-dung-dang", "lich-su"
CATEGORIES = {NEWS: "Tin tức", PARTY: "Xây dựng Đảng", OLD: "Lịch sử Đảng bộ"}
BELOW_NEWS = {"trong-tinh": "Trong tỉnh", "trong-nuoc": "Trong nước", "the-gioi": "Thế giới"}
FEW = 30
PICTURES = 12
TOPICS = ["Nghị quyết", "Hội nghị", "Học tập chuyên đề", "Công tác đảng viên", "Nông thôn mới", "Chuyển đổi số"]
SENTENCES = [
    "Ban Thường vụ Tỉnh ủy yêu cầu các cấp ủy quán triệt nghị quyết, gắn với nhiệm vụ chính trị của địa phương.",
    "Các chi bộ nông thôn đã đưa nội dung chuyên đề vào sinh hoạt định kỳ ngày mùng ba hằng tháng.",
    "Nhiều đảng viên cao tuổi vẫn đều đặn đọc tài liệu trên điện thoại trước giờ họp.",
    "Huyện ủy giao Ban Tổ chức phối hợp với Ủy ban Kiểm tra theo dõi việc thực hiện và báo cáo kết quả.",
    "Mô hình cánh đồng lớn tại ba xã ven biển cho năng suất cao hơn bình quân chung của toàn tỉnh.",
    "Hội nghị thống nhất đánh giá kết quả sáu tháng đầu năm và đề ra năm nhóm giải pháp trọng tâm.",
    "Công tác phát triển đảng viên trong doanh nghiệp ngoài nhà nước tiếp tục được quan tâm.",
    "Đoàn công tác đã kiểm tra thực tế tiến độ thi công tuyến đường bộ ven biển.",
]


@dataclasses.dataclass(frozen=True)
class Sample:
    """One article. ``readers``: public, member, committee, or district (members below the district ``district``)."""

    number: int
    title: str
    slug: str
    summary: str
    body: list[dict[str, Any]]
    author: str
    category: str
    below: str  # the category's own below it, or nothing
    source: str
    cover: int | None
    published_at: datetime.datetime
    readers: str
    district: int


def samples(count: int) -> Iterator[Sample]:
    """So many articles, the newest first."""
    for number in range(count):
        yield sample(number, count)


def sample(number: int, count: int) -> Sample:
    """The article of this number, of so many."""
    chance = random.Random(number)
    category = OLD if number >= count - FEW else NEWS if number % 10 < 7 else PARTY

    def text(sentences: int) -> str:
        return " ".join(chance.choice(SENTENCES) for _ in range(sentences))

    def block(kind: str, value: Any) -> dict[str, Any]:
        return {"id": f"{chance.getrandbits(64):016x}", "type": kind, "value": value}

    body = [block("text", f"<p>{text(5)}</p>"), block("heading", {"text": text(1)[:80], "level": "2"})]
    body += [block("text", f"<p>{text(4)}</p><p><b>{text(1)}</b> {text(2)}</p>") for _ in range(3)]
    body += [block("quote", {"text": text(1), "attribution": "Bí thư Đảng ủy xã"}), block("text", f"<p>{text(4)}</p>")]
    return Sample(
        number=number,
        title=f"{chance.choice(TOPICS)} số {number}: {text(1)[:60].rstrip(' ,.')}",
        slug=f"bai-{number}",
        summary=text(2),
        body=body,
        author=f"Phóng viên {number % 40}",
        category=category,
        below=chance.choice(list(BELOW_NEWS)) if category == NEWS else "",
        source=list(SOURCES)[number % len(SOURCES)],
        cover=chance.randrange(PICTURES) if number % 5 else None,
        published_at=LAST - datetime.timedelta(minutes=15 * number),
        readers=chance.choices(["public", "member", "district", "committee"], weights=[30, 50, 12, 8])[0],
        district=chance.randrange(13),
    )
