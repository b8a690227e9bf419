"""Short forms that readers and editors use for one another: the standard ones, and those that an operator added."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Sequence

from search.models import Abbreviation
from search.text import Word, may_be_word, normal, short_term, words

# Kinds of documents. These also stand in document numbers, so "nghị quyết 52" is looked for as 52-NQ.
DOCUMENT_TYPES = {
    "NQ": ["nghị quyết"],
    "CT": ["chỉ thị", "chương trình"],
    "QĐ": ["quyết định", "quy định"],
    "QĐi": ["quy định"],
    "QC": ["quy chế"],
    "KL": ["kết luận"],
    "HD": ["hướng dẫn"],
    "KH": ["kế hoạch"],
    "CV": ["công văn"],
    "TB": ["thông báo"],
    "BC": ["báo cáo"],
    "TTr": ["tờ trình"],
    "CTr": ["chương trình"],
    "ĐA": ["đề án"],
    "NĐ": ["nghị định"],
    "TT": ["thông tư"],
}
# Bodies, as they stand in numbers and in running text.
BODIES = {
    "TW": ["trung ương"],
    "TU": ["tỉnh ủy"],
    "HU": ["huyện ủy"],
    "ThU": ["thành ủy"],
    "ĐU": ["đảng ủy"],
    "BCT": ["bộ chính trị"],
    "BBT": ["ban bí thư"],
    "BCH": ["ban chấp hành"],
    "BCHTW": ["ban chấp hành trung ương"],
    "BTV": ["ban thường vụ"],
    "UBND": ["ủy ban nhân dân"],
    "HĐND": ["hội đồng nhân dân"],
    "UBKT": ["ủy ban kiểm tra"],
    "UBKTTW": ["ủy ban kiểm tra trung ương"],
    "UBKTTU": ["ủy ban kiểm tra tỉnh ủy"],
    "BTC": ["ban tổ chức"],
    "BTCTW": ["ban tổ chức trung ương"],
    "BTCTU": ["ban tổ chức tỉnh ủy"],
    "BTG": ["ban tuyên giáo"],
    "BTGTW": ["ban tuyên giáo trung ương"],
    "BTGTU": ["ban tuyên giáo tỉnh ủy"],
    "VP": ["văn phòng"],
    "VPTW": ["văn phòng trung ương"],
    "VPTU": ["văn phòng tỉnh ủy"],
    "MTTQ": ["mặt trận tổ quốc"],
    "LĐLĐ": ["liên đoàn lao động"],
    "CP": ["chính phủ"],
    "TTg": ["thủ tướng"],
    "QH": ["quốc hội"],
}
OTHERS = {
    "ĐCSVN": ["đảng cộng sản việt nam"],
    "TCCSĐ": ["tổ chức cơ sở đảng"],
    "TCĐ": ["tổ chức đảng"],
    "CSVN": ["cộng sản việt nam"],
    "XHCN": ["xã hội chủ nghĩa"],
    "CNXH": ["chủ nghĩa xã hội"],
    "CNH": ["công nghiệp hóa"],
    "HĐH": ["hiện đại hóa"],
    "NTM": ["nông thôn mới"],
    "HTX": ["hợp tác xã"],
    "ATGT": ["an toàn giao thông"],
    "ANTT": ["an ninh trật tự"],
    "ATTP": ["an toàn thực phẩm"],
    "BHYT": ["bảo hiểm y tế"],
    "BHXH": ["bảo hiểm xã hội"],
    "CCHC": ["cải cách hành chính"],
    "CĐS": ["chuyển đổi số"],
    "KTXH": ["kinh tế xã hội"],
    "KT-XH": ["kinh tế xã hội"],
    "PCTN": ["phòng chống tham nhũng"],
    "PCCC": ["phòng cháy chữa cháy"],
    "THPT": ["trung học phổ thông"],
    "THCS": ["trung học cơ sở"],
    "GDĐT": ["giáo dục đào tạo"],
    "KHCN": ["khoa học công nghệ"],
    "LLVT": ["lực lượng vũ trang"],
    "QPAN": ["quốc phòng an ninh"],
    "CCB": ["cựu chiến binh"],
}

Words = tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Form:
    """One way of writing something, as words: folded, and exact."""

    folded: Words
    exact: Words

    @classmethod
    def of(cls, text: str) -> Form:
        """The form of a text."""
        found = words(text)
        return cls(tuple(word.folded for word in found), tuple(word.exact for word in found))

    @classmethod
    def standing(cls, short: str) -> Form:
        """A short form as it is looked for in texts: one that could be a word only where it stands as a short form."""
        form = cls.of(short)
        if len(form.folded) > 1 or not may_be_word(form.folded[0]):
            return form
        term = (short_term(form.exact[0]),)
        return cls(term, term)


@dataclasses.dataclass(frozen=True)
class Table:
    """All short forms. ``pairs`` gives for the folded words of one form that form, and another of the same thing.

    ``written``: the short forms in their own capitals.
    """

    pairs: dict[Words, list[tuple[Form, Form]]]
    written: frozenset[str]
    # Folded short forms by the folded words of the document that they stand for: {("nghi", "quyet"): {"nq"}}.
    types: dict[Words, set[str]]
    type_shorts: frozenset[str]
    body_shorts: frozenset[str]

    @property
    def longest(self) -> int:
        """Of how many words the longest form is."""
        return max(map(len, self.pairs), default=0)

    @property
    def longest_type(self) -> int:
        """Of how many words the longest name of a kind of document is."""
        return max(map(len, self.types))

    def others(self, found: Sequence[Word]) -> list[Form]:
        """The other forms of what these words say. Those that were typed with accents must have the form's own."""
        pairs = self.pairs.get(tuple(word.folded for word in found), ())
        return [
            other
            for form, other in pairs
            if all(word.exact in (word.folded, exact) for word, exact in zip(found, form.exact, strict=True))
        ]


def table() -> Table:
    """The standard forms with the operator's."""
    return _table(tuple(Abbreviation.objects.order_by("pk").values_list("short", "long")))


def _table(own: tuple[tuple[str, str], ...]) -> Table:
    if own not in _made:
        _made.clear()
        _made[own] = _make(own)
    return _made[own]


_made: dict[tuple[tuple[str, str], ...], Table] = {}


def _make(own: tuple[tuple[str, str], ...]) -> Table:
    standard = [(short, long) for part in (DOCUMENT_TYPES, BODIES, OTHERS) for short in part for long in part[short]]
    pairs: dict[Words, list[tuple[Form, Form]]] = defaultdict(list)
    for short, long in [*standard, *own]:
        brief, full, standing = Form.of(short), Form.of(long), Form.standing(short)
        pairs[brief.folded] += [(brief, standing), (brief, full)] if standing != brief else [(brief, full)]
        pairs[full.folded].append((full, standing))
    types: dict[Words, set[str]] = defaultdict(set)
    kinds = [(short, long) for short, longs in DOCUMENT_TYPES.items() for long in longs]
    for short, long in [*kinds, *own]:
        types[Form.of(long).folded].add(Form.of(short).folded[0])
    # Nobody says whether an operator's is a kind of document or a body: in a number it may be either.
    added = {Form.of(short).folded[0] for short, _long in own}
    return Table(
        pairs=dict(pairs),
        written=frozenset(normal(short) for short, _long in [*standard, *own]),
        types=dict(types),
        type_shorts=frozenset({Form.of(short).folded[0] for short in DOCUMENT_TYPES} | added),
        body_shorts=frozenset({Form.of(short).folded[0] for short in BODIES} | added),
    )
