"""A judged set for search: some thousands of Vietnamese texts, and queries of which it is known what they mean.

Texts are composed from the tables below, the province's real communes and the demo's own texts; each carries the facts it
was made from. A query is made from some facts of one text, and right is every text that has the same facts: what is right
is decided by how the texts were made, and no index has a say in it. The same for everyone: nothing here is random between
runs. docs/search.md says what the classes are.
"""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import random
import re
import unicodedata
import uuid
from collections.abc import Callable, Iterator

from demo.texts import handwritten, plain
from demo.tree import plan_units
from organizations.enums import Level
from organizations.names import folded
from publishing.actions import PublishedForm
from publishing.numbers import folded_number

SEED = 7
DOCUMENTS, PER_CLASS = 2400, 25
CLASSES = ["exact", "no accents", "NFD", "other tones", "abbreviation", "number", "typo", "short words", "date"]

# What documents are about, and a sentence that says more of it.
SUBJECTS = {
    "phát triển kinh tế biển": "Ưu tiên hạ tầng giao thông ven biển, cảng cá và rừng ngập mặn.",
    "chuyển đổi số trong cơ quan đảng": "Văn bản điện tử thay văn bản giấy, họp không giấy tờ từ cấp tỉnh đến cơ sở.",
    "nâng cao chất lượng sinh hoạt chi bộ": "Sinh hoạt thường kỳ đúng ngày, chuyên đề mỗi quý một lần, có dự thảo nghị quyết.",
    "phòng, chống tham nhũng, lãng phí, tiêu cực": "Kê khai, xác minh tài sản, thu nhập của cán bộ có chức vụ.",
    "xây dựng nông thôn mới kiểu mẫu": "Mỗi thôn một con đường hoa, rác thải phân loại tại nguồn.",
    "phát triển giáo dục và đào tạo": "Trường chuẩn quốc gia, xóa phòng học tạm, đủ giáo viên mầm non.",
    "bảo vệ nền tảng tư tưởng của Đảng": "Đấu tranh phản bác các quan điểm sai trái, thù địch trên không gian mạng.",
    "công tác dân vận của hệ thống chính trị": "Mô hình dân vận khéo, lắng nghe ý kiến nhân dân.",
    "quản lý đất đai và giải phóng mặt bằng": "Đền bù công khai, tái định cư trước khi thu hồi đất.",
    "thu hút đầu tư vào khu công nghiệp": "Rút ngắn thời gian cấp phép, đào tạo lao động tại chỗ.",
    "chăm sóc, bảo vệ sức khỏe nhân dân": "Trạm y tế xã có bác sĩ, hồ sơ sức khỏe điện tử cho người cao tuổi.",
    "đào tạo, bồi dưỡng cán bộ cấp xã": "Lớp trung cấp lý luận chính trị, bồi dưỡng nghiệp vụ công tác đảng.",
    "kiểm tra, giám sát và kỷ luật đảng": "Kiểm tra khi có dấu hiệu vi phạm, giám sát chuyên đề đối với cấp ủy.",
    "kết nạp đảng viên là học sinh, sinh viên": "Tạo nguồn từ đoàn viên ưu tú, mở lớp nhận thức về Đảng.",
    "sắp xếp đơn vị hành chính cấp xã": "Phương án nhân sự, trụ sở dôi dư và giấy tờ của người dân.",
    "cải cách hành chính": "Một cửa liên thông, dịch vụ công trực tuyến toàn trình.",
    "ứng phó với biến đổi khí hậu": "Củng cố đê biển, trồng phi lao chắn sóng, dự báo xâm nhập mặn.",
    "phát triển văn hóa và con người Thái Bình": "Giữ gìn chèo cổ, rối nước và lễ hội làng.",
    "giảm nghèo bền vững": "Vay vốn ưu đãi, xóa nhà dột nát, dạy nghề cho hộ nghèo.",
    "quốc phòng, quân sự địa phương": "Diễn tập khu vực phòng thủ, tuyển quân đủ chỉ tiêu.",
    "bảo đảm an ninh trật tự dịp tết": "Tuần tra ban đêm, quản lý pháo nổ và vật liệu nổ.",
    "tinh giản biên chế": "Sắp xếp tổ chức bộ máy tinh gọn, hoạt động hiệu lực, hiệu quả.",
    "tích tụ ruộng đất, phát triển nông nghiệp công nghệ cao": "Cánh đồng lớn, máy cấy, thiết bị bay phun thuốc.",
    "xử lý rác thải sinh hoạt ở nông thôn": "Lò đốt tập trung, thu gom theo thôn, hạn chế chôn lấp.",
    "thu, nộp và quản lý đảng phí": "Trích nộp theo tỷ lệ, quyết toán hằng quý.",
    "chuyển sinh hoạt đảng chính thức": "Hồ sơ, giấy giới thiệu và thời hạn nộp tại nơi đến.",
    "tặng Huy hiệu Đảng": "Xét tặng ba mươi, bốn mươi, năm mươi năm tuổi Đảng.",
    "đại hội chi bộ trực thuộc đảng ủy cơ sở": "Văn kiện, nhân sự và bầu cử theo quy chế.",
    "học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh": "Đăng ký việc làm theo, kiểm điểm cuối năm.",
    "phát triển hợp tác xã kiểu mới": "Liên kết tiêu thụ nông sản, vốn góp của thành viên.",
    "bảo hiểm y tế toàn dân": "Hỗ trợ mức đóng cho hộ nông, lâm, ngư nghiệp.",
    "phòng cháy, chữa cháy tại khu dân cư": "Tổ liên gia an toàn, bình chữa cháy từng nhà.",
    "bình đẳng giới và công tác cán bộ nữ": "Tỷ lệ cấp ủy viên nữ, quy hoạch và tạo nguồn.",
    "vệ sinh an toàn thực phẩm": "Kiểm tra bếp ăn trường học, truy xuất nguồn gốc.",
    "thủy lợi nội đồng và tiêu úng": "Nạo vét kênh mương, vận hành trạm bơm mùa mưa.",
}
# What the newspaper writes about places.
STORIES = {
    "làm đường hoa quanh làng": "Hội phụ nữ trồng hoa mười giờ và cúc mặt trời dọc đường trục thôn.",
    "mở lại hội vật đầu xuân": "Sới vật đông kín người xem, giải nhất thuộc về một đô vật mười chín tuổi.",
    "chủ động phòng chống bão số 3": "Bốn mươi trạm bơm chạy hết công suất, lúa mùa được bảo vệ.",
    "khám sức khỏe cho người cao tuổi": "Bác sĩ bệnh viện tỉnh về tận nhà văn hóa đo huyết áp, siêu âm tim.",
    "trồng khoai tây vụ đông": "Doanh nghiệp bao tiêu toàn bộ sản phẩm, nông dân lãi gấp ba trồng lúa.",
    "giữ nghề dệt đũi": "Khung cửi vẫn kêu lách cách trong những ngôi nhà mái ngói cũ.",
    "nuôi ngao ở bãi triều": "Giá ngao giống tăng, các hộ nuôi lo nước thải từ thượng nguồn.",
    "đưa chèo vào trường học": "Nghệ nhân bảy mươi tuổi dạy học trò làn điệu quê hương.",
    "hiến đất mở rộng đường giao thông": "Đảng viên lão thành phá tường bao trước, cả xóm làm theo.",
    "ra mắt tổ công nghệ số cộng đồng": "Thanh niên đến từng nhà cài ứng dụng cho các cụ.",
    "trao nhà đại đoàn kết": "Ngôi nhà ba gian hoàn thành sau bốn mươi ngày công.",
    "hoàn thành sáp nhập thôn": "Hai thôn chung một nhà văn hóa, một chi bộ.",
}
# Two words that fold to short ones: titles that say them, and newer ones that only look so without accents: they have the
# words apart, or a word that folds to the short form (ĐU, TU, ĐA, HU, ThU), or what another word is short for.
SHORT_WORDS = {
    "đảng ủy": (
        ["Đảng ủy xã họp phiên tháng ba", "Giao ban với các đảng ủy trực thuộc"],
        ["Du lịch làng quê vào mùa", "Dự hội nghị tổng kết vụ xuân", "Đủ nước cho vụ mùa", "Đu quay ngày hội làng",
         "Dù khó vẫn bám biển", "Dư nợ cho vay tăng chậm"],
    ),
    "tỉnh ủy": (
        ["Tỉnh ủy gặp mặt trí thức trẻ", "Nói chuyện thời sự tại hội trường Tỉnh ủy"],
        ["Tu bổ đình làng trước hội", "Tư vấn mùa thi cho học sinh", "Từ đồng chua thành vựa lúa", "Tủ sách trong nhà máy",
         "Tự hào truyền thống quê lúa", "Tụ điểm văn nghệ cuối tuần"],
    ),
    "đề án": (
        ["Góp ý đề án vị trí việc làm", "Một năm thực hiện đề án xe buýt"],
        ["Đá bóng giao hữu cuối tuần", "Đa dạng cây trồng vụ đông", "Đã thu hoạch xong lúa mùa", "Đà tăng của chợ đêm",
         "Ra đa mới trên biển", "Da giày tìm thêm bạn hàng"],
    ),
    "huyện ủy": (
        ["Huyện ủy kiểm tra đê trước mùa lũ", "Trực báo tại Huyện ủy hằng tuần"],
        ["Hũ gạo tình thương", "Hú còi báo bão ven biển", "Hư hỏng nhiều đoạn đường", "Hủ tiếu của người xa quê",
         "Phong trào hụ còi chào ca", "Hù dọa qua điện thoại"],
    ),
    "thành ủy": (
        ["Thành ủy phát động Tết trồng cây", "Đối thoại của Thành ủy với thanh niên"],
        ["Mùa thu ở phố biển", "Thư viện mở cửa buổi tối", "Thứ bảy xanh của sinh viên", "Thú chơi đồ cổ",
         "Thủ khoa là con nhà nông", "Thử máy cấy trên đồng"],
    ),
    "bí thư": (
        ["Bí thư xã mỗi tuần một buổi gặp dân", "Bầu bí thư trẻ nhất huyện"],
        ["Thành ủy thăm công nhân bị ốm", "Bị lạc, cụ già được Thành ủy đưa về", "Thành ủy hỏi thăm nhà bị bão"],
    ),
    "chi bộ": (
        ["Chi bộ làng vạn họp trên thuyền", "Ngày hội của chi bộ thôn Đông"],
        ["Chị nông dân đi bộ trăm cây số", "Bỏ phố về quê, chi cho vườn", "Bổ sung khoản chi cuối năm"],
    ),
    "đảng phí": (
        ["Hỏi đáp về mức đóng đảng phí", "Thu đảng phí qua ngân hàng"],
        ["Phi lao đang khép tán", "Phí cầu đường: đang tính lại", "Bay phi cơ, phun thuốc đang rẻ"],
    ),
    "cấp ủy": (
        ["Quy hoạch cấp ủy khóa mới", "Cấp ủy nghe dân nói"],
        ["Cáp quang về thôn, xã ủy thác cho bưu điện", "Ủy thác cho vay vốn cấp tốc", "Cặp đôi được ủy quyền"],
    ),
    "chi ủy": (
        ["Chi ủy phân công lại người", "Hội ý chi ủy trước kỳ họp"],
        ["Chi trả ủy thác qua bưu điện", "Chỉ số và ủy nhiệm chi", "Chị em nhận ủy quyền"],
    ),
    "dân vận": (
        ["Dân vận khéo ở vùng lúa", "Tổ dân vận của xóm Chài"],
        ["Đàn vịt vẫn đẻ giữa mùa rét", "Dân ca và thơ vần", "Vận động dân hiến máu"],
    ),
    "tổ đảng": (
        ["Tổ đảng trên công trường", "Tách, nhập tổ đảng ở khu phố"],
        ["Tờ báo đang in", "Tô màu, đắng cay một phận hoa", "Đăng tin tìm tổ thợ gặt"],
    ),
    "cán bộ": (
        ["Luân chuyển cán bộ về xã bãi ngang", "Cán bộ trẻ với làng nghề"],
        ["Cân sức khi đi bộ đường dài", "Bơ phờ vì cạn nước tưới", "Cần thêm một bộ máy gặt"],
    ),
    "kỷ luật": (
        ["Kỷ luật nghiêm trong mùa tuyển quân", "Giữ kỷ luật giờ giấc"],
        ["Luật mới qua kỳ họp", "Kỳ thi tìm hiểu luật", "Ký kết xong mới học luật"],
    ),
}  # fmt: skip
TYPES = {
    "resolution": ("NQ", "Nghị quyết"),
    "directive": ("CT", "Chỉ thị"),
    "conclusion": ("KL", "Kết luận"),
    "guidance": ("HD", "Hướng dẫn"),
    "plan": ("KH", "Kế hoạch"),
    "dispatch": ("CV", "Công văn"),
    "announcement": ("TB", "Thông báo"),
    "decision": ("QĐ", "Quyết định"),
    "report": ("BC", "Báo cáo"),
}
ISSUERS = {
    "TU": ("TB", "Tỉnh ủy Thái Bình"),
    "TW": ("TW", "Ban Chấp hành Trung ương"),
    "BTCTU": ("TBCQ-03", "Ban Tổ chức Tỉnh ủy"),
    "BTGTU": ("TBCQ-02", "Ban Tuyên giáo Tỉnh ủy"),
    "VPTU": ("TBCQ-01", "Văn phòng Tỉnh ủy"),
    "UBKTTU": ("TBCQ-04", "Ủy ban Kiểm tra Tỉnh ủy"),
    "HU": ("TB338", "Huyện ủy Đông Hưng"),
    "UBND": ("TBUB", "Ủy ban nhân dân tỉnh"),
}
ENDINGS = [
    "trong tình hình mới",
    "giai đoạn 2021 - 2025",
    "năm 2024",
    "năm 2025",
    "đến năm 2030",
    "trên địa bàn tỉnh",
    "",
]
FILLERS = [
    "Các cấp ủy, tổ chức đảng quán triệt sâu kỹ, xây dựng kế hoạch thực hiện phù hợp với tình hình địa phương.",
    "Giao Ủy ban nhân dân tỉnh, Mặt trận Tổ quốc và các đoàn thể chính trị - xã hội phối hợp thực hiện.",
    "Định kỳ sáu tháng, một năm báo cáo kết quả về Ban Thường vụ Tỉnh ủy qua Văn phòng Tỉnh ủy.",
    "Đảng viên nêu gương làm trước; chi bộ phân công từng đồng chí phụ trách một nhóm hộ.",
    "Kinh phí bảo đảm theo phân cấp ngân sách hiện hành và nguồn xã hội hóa.",
    "Chi bộ họp ngày 3 hằng tháng, đưa nội dung này vào nghị quyết của tháng.",
]


@dataclasses.dataclass(frozen=True)
class Text:
    """A text of the set, with the facts from which it was made."""

    facts: frozenset[str]
    form: PublishedForm

    @property
    def page_id(self) -> int:
        """By which answers name it."""
        return self.form.page_id

    @property
    def words(self) -> str:
        """Summary and body as plain text."""
        return "\n".join(
            [self.form.summary, *(re.sub("<[^>]*>", "", each["value"]) for each in self.form.payload["body"])]
        )


@dataclasses.dataclass(frozen=True)
class Query:
    """What was typed, and the pages that are right."""

    kind: str
    text: str
    right: frozenset[int]


def texts(count: int = DOCUMENTS) -> list[Text]:
    """So many texts, the demo's own among them; and those of the short words after them, for the newest come first."""
    return [*itertools.islice(stream(), count), *_of_short_words()]


def stream() -> Iterator[Text]:
    """The texts one by one, without end."""
    communes = [unit.name.removeprefix("Đảng bộ ") for unit in plan_units(0) if unit.level == Level.GRASSROOTS][:260]
    yield from _demo()
    yield from _made(random.Random(SEED), communes)


def queries(of: list[Text], per_class: int = PER_CLASS) -> list[Query]:
    """So many queries of each class."""
    rng = random.Random(SEED + 1)
    documents = [
        text for text in of if text.form.kind == "document" and any(f.startswith("subject:") for f in text.facts)
    ]
    stories = [text for text in of if any(f.startswith("story:") for f in text.facts)]
    found: list[Query] = []
    for kind in CLASSES:
        if kind == "short words":
            found += [_short_words(meant, of) for meant in list(SHORT_WORDS)[:per_class]]
            continue
        seen: set[str] = set()
        while len(seen) < per_class:
            of_documents = {"number": _numbered, "date": _dated}.get(kind)
            text = rng.choice(documents if of_documents or rng.random() < 0.55 else stories)
            asked = of_documents(text, rng) if of_documents else _asked(text, rng)
            if asked is None:
                continue
            words, facts = asked
            typed = _AS_TYPED[kind](words, rng)
            if typed is None or typed in seen:
                continue
            seen.add(typed)
            right = frozenset(each.page_id for each in of if facts <= each.facts)
            found.append(Query(kind, typed, right))
    return found


# --- texts


def _demo() -> Iterator[Text]:
    for number, text in enumerate(handwritten()):
        lines = [line for line in plain(text) if line not in (text.title, text.fields.get("summary", ""))]
        fields = text.fields
        document = (
            {
                "number": fields["number"],
                "document_type": fields["type"],
                "issuer_code": fields.get("issuer", fields.get("central", "")),
                "issued_on": datetime.date.fromisoformat(fields["issued"]),
            }
            if text.kind == "document"
            else {}
        )
        yield Text(
            frozenset({f"demo:{text.slug}"}),
            _form(number, text.kind, text.title, fields.get("summary", ""), lines, text.source, **document),
        )


def _made(rng: random.Random, communes: list[str]) -> Iterator[Text]:
    number = 1000
    while True:
        number += 1
        if number % 2:
            yield _document(number, rng)
        else:
            yield _story(number, rng, communes)


def _document(number: int, rng: random.Random) -> Text:
    subject, other = rng.sample(list(SUBJECTS), 2)
    kind = rng.choice(list(TYPES))
    body = rng.choice(list(ISSUERS))
    short, name = TYPES[kind]
    code, issuer = ISSUERS[body]
    ending = rng.choice(ENDINGS)
    issued = datetime.date(2015, 1, 5) + datetime.timedelta(days=rng.randrange(4200))
    digits = f"{rng.randint(1, 1900):02}"
    lines = [
        f"{issuer} ban hành {name.lower()} về {subject}. {SUBJECTS[subject]}",
        *rng.sample(FILLERS, 3),
        f"Gắn việc này với {other} và các nhiệm vụ chính trị khác của đơn vị.",
    ]
    facts = {
        f"subject:{subject}",
        f"type:{kind}",
        f"body:{body}",
        f"number:{digits}-{short}/{body}",
        f"ending:{ending}",
        f"month:{issued:%Y-%m}",
        f"year:{issued.year}",
        *(f"year:{year}" for year in re.findall("năm (20[0-9]{2})", ending)),
    }
    return Text(
        frozenset(facts | {f"digits:{digits}-{short}"}),
        _form(
            number,
            "document",
            f"{name} về {subject} {ending}".strip(),
            f"{SUBJECTS[subject]}",
            lines,
            "van-phong",
            number=f"{digits}-{short}/{body}",
            document_type=kind,
            issuer_code=code,
            issuer_name=issuer,
            issued_on=issued,
        ),
    )


def _story(number: int, rng: random.Random, communes: list[str]) -> Text:
    place, story, other = rng.choice(communes), rng.choice(list(STORIES)), rng.choice(list(SUBJECTS))
    lines = [
        f"Về {place} những ngày này, ai cũng nhắc chuyện {story}. {STORIES[story]}",
        f"Đảng ủy {place} coi đây là việc cụ thể trong {other}.",
        *rng.sample(FILLERS, 2),
    ]
    title = rng.choice([f"{place[0].upper()}{place[1:]} {story}", f"Chuyện {story} ở {place}", f"Khi {place} {story}"])
    facts = {f"story:{story}", f"place:{place}"}
    return Text(frozenset(facts), _form(number, "article", title, STORIES[story], lines, "bao-thai-binh"))


def _of_short_words() -> Iterator[Text]:
    """What says each of SHORT_WORDS, then what does not."""
    numbers = itertools.count(900_000)
    for at in (0, 1):
        for meant, titles in SHORT_WORDS.items():
            facts = frozenset() if at else frozenset({f"words:{meant}"})
            for title in titles[at]:
                yield Text(facts, _form(next(numbers), "article", title, "", FILLERS[3:5], "bao-thai-binh"))


def _form(
    order: int,
    kind: str,
    title: str,
    summary: str,
    lines: list[str],
    source: str,
    *,
    issuer_name: str = "",
    **document: object,
) -> PublishedForm:
    payload = {
        "body": [{"id": str(at), "type": "text", "value": f"<p>{line}</p>"} for at, line in enumerate(lines)],
        "category": None,
        "source": {"code": source, "name": source},
        "attachments": [],
        "related": [],
    }
    if kind == "document":
        document["number_folded"] = folded_number(str(document["number"]))
        payload["issuer"] = {"code": document["issuer_code"], "name": issuer_name}
    return PublishedForm(
        page_id=5_000_000 + order,
        kind=kind,
        locale="vi",
        translation_key=uuid.UUID(int=order),
        slug=f"van-{order}",
        title=title,
        summary=summary,
        source_code=source,
        audience=["public"],
        payload=payload,
        **document,  # type: ignore[arg-type]
    )


# --- queries


def _fact(text: Text, kind: str) -> str:
    return next(fact.split(":", 1)[1] for fact in text.facts if fact.startswith(f"{kind}:"))


def _asked(text: Text, rng: random.Random) -> tuple[str, frozenset[str]] | None:
    """Words as one would ask for this text, and the facts that they name."""
    if text.form.kind == "document":
        subject, kind, ending, body = (_fact(text, each) for each in ("subject", "type", "ending", "body"))
        name, issuer = TYPES[kind][1].lower(), ISSUERS[body][1]
        facts = {f"subject:{subject}", f"type:{kind}"}
        words, more = rng.choice(
            [
                (f"{name} {subject}", set()),
                (f"{name} về {subject}", set()),
                (f"{name} của {issuer} về {subject}", {f"body:{body}"}),
                (f"{name} về {subject} {ending}", {f"ending:{ending}"}),
                (f"{subject} {name}", set()),
            ]
        )
        return words.strip(), frozenset(facts | more)
    story, place = _fact(text, "story"), _fact(text, "place")
    words = rng.choice([f"{story} ở {place}", f"{place} {story}", f"{story} {place}"])
    return words, frozenset({f"story:{story}", f"place:{place}"})


def _numbered(text: Text, rng: random.Random) -> tuple[str, frozenset[str]]:
    number, kind = _fact(text, "number"), _fact(text, "type")
    digits, short, body = re.split("[-/]", number)
    name = TYPES[kind][1]
    whole = frozenset({f"number:{number}"})
    part = frozenset({f"digits:{digits}-{short}"})
    return rng.choice(
        [
            (number, whole),
            (number.lower().replace("-", " ").replace("/", " "), whole),
            (folded(number).replace("-", "").replace("/", ""), whole),
            (f"{digits.lstrip('0')} {folded(short)} {folded(body)}", whole),
            (f"{name} số {number}", whole),
            (f"{folded(name)} {digits}", part),
            (f"{name} {digits}", part),
            (f"{short} {digits}", part),
            (f"{digits}-{short}", part),
        ]
    )


def _dated(text: Text, rng: random.Random) -> tuple[str, frozenset[str]]:
    """A document by what it is and when it is from."""
    subject, kind, body = (_fact(text, each) for each in ("subject", "type", "body"))
    day = text.form.issued_on
    assert day is not None
    name, issuer = TYPES[kind][1].lower(), ISSUERS[body][1]
    about = {f"subject:{subject}", f"type:{kind}"}
    month, year = {f"month:{day:%Y-%m}"}, {f"year:{day.year}"}
    words, facts = rng.choice(
        [
            (f"{name} về {subject} tháng {day.month}/{day.year}", about | month),
            (f"{name} {subject} {day:%m/%Y}", about | month),
            (f"{name} của {issuer} tháng {day.month} năm {day.year}", {f"body:{body}", f"type:{kind}"} | month),
            (folded(f"{name} {subject} tháng {day:%m/%Y}"), about | month),
            (f"{name} {subject} năm {day.year}", about | year),
            (folded(f"{subject} nam {day.year}"), {f"subject:{subject}"} | year),
        ]
    )
    return words, frozenset(facts)


def _short_words(meant: str, of: list[Text]) -> Query:
    return Query("short words", folded(meant), frozenset(each.page_id for each in of if f"words:{meant}" in each.facts))


SHORT = {
    "nghị quyết": "NQ", "chỉ thị": "CT", "kết luận": "KL", "hướng dẫn": "HD", "kế hoạch": "KH", "công văn": "CV",
    "quyết định": "QĐ", "ủy ban nhân dân": "UBND", "Ủy ban nhân dân": "UBND", "ban chấp hành": "BCH", "chuyển đổi số": "CĐS",
    "Ban Chấp hành Trung ương": "BCHTW", "nông thôn mới": "NTM", "cải cách hành chính": "CCHC", "hợp tác xã": "HTX",
    "bảo hiểm y tế": "BHYT", "Ban Tổ chức Tỉnh ủy": "BTCTU", "Văn phòng Tỉnh ủy": "VPTU", "Tỉnh ủy": "TU",
}  # fmt: skip
_NEIGHBOURS = {"a": "s", "b": "v", "c": "x", "d": "s", "e": "r", "g": "h", "h": "j", "i": "o", "k": "l", "l": "k",
               "m": "n", "n": "m", "o": "p", "p": "o", "q": "w", "r": "t", "s": "a", "t": "y", "u": "i", "v": "c",
               "x": "z", "y": "t"}  # fmt: skip


def _abbreviated(words: str, rng: random.Random) -> str | None:
    long = next((each for each in sorted(SHORT, key=len, reverse=True) if each in words), None)
    return words.replace(long, SHORT[long], 1) if long else None


def _other_tones(words: str, rng: random.Random) -> str | None:
    letters = unicodedata.normalize("NFD", words)
    moved = re.sub(
        r"(?<![qQ])([oOuU])([\u0300\u0301\u0303\u0309\u0323])([aeyAEY])(?![a-zđ\u0300-\u036f])", r"\1\3\2", letters
    )
    return unicodedata.normalize("NFC", moved) if moved != letters else None


def _mistyped(words: str, rng: random.Random) -> str | None:
    """One letter of one longer word wrong: swapped, left out, doubled, or its neighbour on the keyboard."""
    typed = folded(words) if rng.random() < 0.7 else words
    each = typed.split()
    long = [at for at, word in enumerate(each) if len(word) >= 4 and word.isalpha()]
    if not long:
        return None
    at = rng.choice(long)
    word = each[at]
    place = rng.randrange(1, len(word) - 1)
    each[at] = rng.choice(
        [
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
            word[:place] + _NEIGHBOURS.get(word[place], word[place]) + word[place + 1 :],
        ]
    )
    return " ".join(each) if each[at] != word else None


_AS_TYPED: dict[str, Callable[[str, random.Random], str | None]] = {
    "exact": lambda words, rng: words,
    "no accents": lambda words, rng: folded(words),
    "NFD": lambda words, rng: unicodedata.normalize("NFD", words),
    "other tones": _other_tones,
    "abbreviation": _abbreviated,
    "number": lambda words, rng: words,
    "typo": _mistyped,
    "date": lambda words, rng: words,
}


# --- judging


@dataclasses.dataclass
class Score:
    """How often what is right stood first, among the first five, and the mean of one over its place up to 10."""

    asked: int = 0
    first: int = 0
    five: int = 0
    reciprocal: float = 0.0

    def add(self, found: list[int], right: frozenset[int]) -> None:
        """Count one query's answer."""
        place = next((at for at, page in enumerate(found[:10], start=1) if page in right), None)
        self.asked += 1
        if place:
            self.first += place == 1
            self.five += place <= 5
            self.reciprocal += 1 / place

    def __str__(self) -> str:
        return f"{self.first / self.asked:.3f} | {self.five / self.asked:.3f} | {self.reciprocal / self.asked:.3f}"


def judged(asked: list[Query], find: Callable[[str], list[int]]) -> tuple[dict[str, Score], list[Query]]:
    """The scores of each class and of ``all``, and the queries whose five first answers were all wrong."""
    scores = {kind: Score() for kind in [*CLASSES, "all"]}
    wrong = []
    for query in asked:
        found = find(query.text)
        scores[query.kind].add(found, query.right)
        scores["all"].add(found, query.right)
        if not query.right & set(found[:5]):
            wrong.append(query)
    return scores, wrong
