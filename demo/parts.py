"""Texts composed from parts, where more are asked for than were written by hand: each with its place and figures."""

from __future__ import annotations

import dataclasses
import datetime
import random

from demo.texts import Text
from demo.tree import plan_units
from organizations.enums import Level

OPENINGS = [
    "Sáng nay, {place} tổ chức hội nghị {matter}. Dự hội nghị có {n} đại biểu là cấp ủy viên, bí thư chi bộ.",
    "Sau {m} tháng thực hiện, {place} vừa đánh giá kết quả {matter}. Báo cáo nêu cả việc làm được lẫn việc còn chậm.",
    "Ở {place}, việc {matter} năm nay có nhiều đổi khác. Cấp ủy giao việc cho từng đảng viên, hằng tháng kiểm tra.",
    "Với {n} đảng viên tham gia, {place} đã hoàn thành đợt {matter} sớm hơn kế hoạch {m} ngày.",
]
MIDDLES = [
    "Đến nay, {p}% chi bộ đã hoàn thành phần việc của mình; những chi bộ còn lại được đảng ủy cử người xuống giúp.",
    "Kinh phí được công khai tại nhà văn hóa; nhân dân đóng góp {n} triệu đồng và hơn {k} ngày công.",
    "Khó khăn lớn nhất vẫn là thiếu người làm: lao động trẻ đi xa, phần lớn việc dồn vào các cô bác đã nghỉ hưu.",
    "Điểm mới là mỗi chi bộ chọn một việc dân thấy bức xúc nhất để giải quyết dứt điểm trong quý.",
]
QUOTES = [
    "Việc gì bàn kỹ với dân thì khó mấy cũng xong. | Bí thư đảng ủy",
    "Chúng tôi không chạy theo con số, việc nào chắc việc ấy. | Phó bí thư chi bộ",
    "Mỗi đảng viên giúp một hộ, cuối năm nhìn lại thấy làng mình khác hẳn. | Một đảng viên 40 năm tuổi Đảng",
]
CLOSINGS = [
    "Thời gian tới, {place} sẽ rà lại từng chỉ tiêu, phân công cấp ủy viên phụ trách từng thôn, tổ dân phố.",
    "Cấp ủy đề nghị các chi bộ gửi kết quả trước ngày {day} để tổng hợp, báo cáo cấp trên.",
    "Kết thúc hội nghị, {m} tập thể và {n} cá nhân được biểu dương.",
]


@dataclasses.dataclass(frozen=True)
class Matter:
    """A subject on which texts are composed."""

    source: str
    category: str
    title: str
    matter: str
    cover: str
    clearance: str = "member"


MATTERS = [
    Matter(
        "bao-thai-binh",
        "nong-thon-moi",
        "{place}: chuyện làm đường hoa",
        "xây dựng nông thôn mới nâng cao",
        "duong-lang",
        "public",
    ),
    Matter(
        "bao-thai-binh",
        "tin-trong-tinh",
        "{place} chủ động tiêu úng, bảo vệ rau màu",
        "phòng, chống thiên tai",
        "canh-dong",
        "public",
    ),
    Matter(
        "bao-thai-binh",
        "suc-khoe",
        "{place} khám sức khỏe cho {n} người cao tuổi",
        "chăm sóc sức khỏe người cao tuổi",
        "hoa-sen",
        "public",
    ),
    Matter(
        "bao-thai-binh",
        "van-hoa-the-thao",
        "{place} mở lại hội làng sau {m} năm",
        "giữ gìn nếp sống văn hóa",
        "hoi-truong",
        "public",
    ),
    Matter(
        "to-chuc",
        "guong-sang",
        "{place} trao Huy hiệu Đảng cho {m} đảng viên",
        "chăm lo đảng viên cao tuổi",
        "hoi-truong",
    ),
    Matter("to-chuc", "nghiep-vu", "{place} kết nạp {m} đảng viên mới trong quý", "phát triển đảng viên", "hoi-truong"),
    Matter(
        "tuyen-giao", "hoc-tap-bac", "{place}: mỗi chi bộ một việc làm theo Bác", "học tập và làm theo Bác", "hoa-sen"
    ),
    Matter(
        "tuyen-giao",
        "hoc-tap-nghi-quyet",
        "{place} học nghị quyết theo nhóm nhỏ",
        "học tập, quán triệt nghị quyết",
        "sach",
    ),
    Matter(
        "van-phong",
        "tin-trong-tinh",
        "Thường trực Tỉnh ủy làm việc với {place}",
        "thực hiện nghị quyết đại hội",
        "hoi-truong",
    ),
]
SUBJECTS = [
    "gửi báo cáo công tác xây dựng Đảng tháng {month}",
    "chuẩn bị sinh hoạt chuyên đề quý {quarter}",
    "rà soát hồ sơ đảng viên năm {year}",
    "tăng cường kỷ luật phát ngôn, cung cấp thông tin",
    "phân công trực lễ và trực phòng, chống thiên tai tháng {month}",
    "đăng ký chuyển đổi số trong cơ quan đảng năm {year}",
]
REASONS = [
    "Số liệu chưa khớp với báo cáo gửi tuần trước, đề nghị kiểm tra lại.",
    "Tiêu đề chưa sát nội dung; cần thêm ý kiến của người dân.",
    "Ảnh chưa có chú thích và người chụp.",
]
# How often each state comes, in hundredths; the rest is published.
SHARES = {"draft": 6, "desk": 5, "board": 5, "committee0": 4, "committee1": 4, "scheduled": 6, "returned": 3}


def composed(items: int, seed: int) -> list[Text]:
    """So many texts, none where the number is not positive; the n-th is always the same for a seed."""
    # The communes alone, without their cells.
    places = [unit for unit in plan_units(0) if unit.level == Level.GRASSROOTS and unit.code[2:].isdigit()]
    names = [unit.name.replace("Đảng bộ", "Đảng ủy", 1) for unit in places]
    return [compose(number, names, seed) for number in range(1, items + 1)]


def compose(number: int, places: list[str], seed: int) -> Text:
    """The text of this number."""
    rng = random.Random(f"{seed}:text:{number}")  # noqa: S311 - variety, not secrets
    state = rng.choices([*SHARES, "published"], weights=[*SHARES.values(), 100 - sum(SHARES.values())])[0]
    days = rng.randint(1, 7) if state == "scheduled" else rng.randint(1, 150)
    fields = {"state": f"{state} {days}"}
    if state == "returned":
        fields["reason"] = rng.choice(REASONS)
    if number % 4 == 0:
        return _document(number, rng, fields)
    matter = MATTERS[number % len(MATTERS)]
    words = {
        "place": rng.choice(places),
        "matter": matter.matter,
        "n": str(rng.randint(32, 180)),
        "m": str(rng.randint(3, 19)),
        "k": str(rng.randint(200, 900)),
        "p": str(rng.randint(71, 98)),
        "day": str(rng.randint(10, 28)),
    }
    middles = rng.sample(MIDDLES, 2)
    paragraphs = [
        rng.choice(OPENINGS),
        middles[0],
        "## Cách làm",
        middles[1],
        f"> {rng.choice(QUOTES)}",
        rng.choice(CLOSINGS),
    ]
    fields |= {
        "category": matter.category,
        "clearance": matter.clearance,
        "title": matter.title.format(**words),
        "summary": f"{paragraphs[1].format(**words)}",
        "cover": matter.cover,
        "author": rng.choice(["Minh Hương", "Trần Tuấn", "Thu Thủy", "Quốc Bảo", "Ngọc Ánh"]),
    }
    return Text(f"tin-{number:04}", matter.source, fields, tuple(each.format(**words) for each in paragraphs))


def _document(number: int, rng: random.Random, fields: dict[str, str]) -> Text:
    issued = datetime.date(2021, 1, 4) + datetime.timedelta(days=rng.randrange(1700))
    period = {"month": issued.month, "quarter": ["I", "II", "III", "IV"][(issued.month - 1) // 3], "year": issued.year}
    subject = rng.choice(SUBJECTS).format(**period)
    fields |= {
        "kind": "document",
        "category": "van-ban-tinh",
        "number": f"{1300 + number}-CV/VPTU",
        "type": "dispatch",
        "issuer": "TBCQ-01",
        "issued": issued.isoformat(),
        "signer": "Bùi Xuân Thành",
        "title": f"Công văn về việc {subject}",
        "summary": f"Văn phòng Tỉnh ủy đề nghị các đảng bộ trực thuộc {subject}.",
    }
    paragraphs = (
        f"Thực hiện chương trình công tác của Ban Thường vụ Tỉnh ủy, Văn phòng Tỉnh ủy đề nghị các huyện ủy, thành ủy, "
        f"đảng ủy trực thuộc {subject}.",
        f"Kết quả gửi về Văn phòng Tỉnh ủy trước ngày {rng.randint(10, 28)} hằng tháng, qua hệ thống gửi nhận văn bản.",
    )
    return Text(f"cong-van-{number:04}", "van-phong", fields, paragraphs)
