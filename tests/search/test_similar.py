"""What is about the same as an item: which texts are, and the nearest first."""

import pytest

from organizations.scope import EVERYONE
from publishing.actions import take_down
from publishing.effects import drain
from search.backends import Wanted
from search.similar import similar

pytestmark = pytest.mark.django_db
PUBLIC = Wanted(EVERYONE, "vi")


def near(item, first=9):
    drain("search")
    return [each.title for each in similar(item, PUBLIC, first=first)]


def said(text):
    body = [{"id": "1", "type": "text", "value": f"<p>{text}</p>"}]
    return {"body": body, "source": {"code": "tuyen-giao", "name": "Ban Tuyên giáo"}}


def test_the_more_words_of_the_title_are_shared_the_nearer_and_the_newer_first(out):
    titles = [
        "Ven đê biển: trồng cây",  # all five, in any order
        "Trồng cây ven đê",  # four
        "Cây ven đê làng",  # three
        "Trồng cây ven sông",  # three, and newer
        "Trong cay ven",  # three without their accents
        "Trồng cây",  # two are too few
        "Bão biển",
    ]
    item = out("public", title="Trồng cây ven đê biển")
    for title in titles:
        out("public", title=title)
    assert near(item) == [titles[0], titles[1], titles[4], titles[3], titles[2]]
    assert near(item, first=2) == titles[:2]


def test_half_of_a_long_title_must_be_shared(out):
    item = out("public", title="Hội làng xuân mở trò vật cổ truyền")
    out("public", title="Hội làng xuân")
    out("public", title="Hội làng xuân mở")
    assert near(item) == ["Hội làng xuân mở"]


def test_words_that_only_join_others_do_not_count(out):
    item = out("public", title="Lúa và ngao của làng")
    out("public", title="Và của những các lúa ngao")
    out("public", title="Làng có lúa, có ngao")
    assert near(item) == ["Làng có lúa, có ngao"]


def test_what_names_the_number_comes_before_what_has_the_title(out):
    item = out(
        "public", kind="document", document_type="resolution", number="52-NQ/TW", title="Nghị quyết về kinh tế biển"
    )
    out("public", title="Hỏi đáp", payload=said("Theo Nghị quyết số 52-NQ/TW, tỉnh đã làm đường."))
    out("public", title="Hỏi thêm", payload=said("Nghị quyết 152-NQ/TW và 52-NQ/TU là văn bản khác."))
    out("public", title="Nghị quyết về kinh tế biển của huyện")
    assert near(item) == ["Hỏi đáp", "Nghị quyết về kinh tế biển của huyện"]


def test_of_two_words_nothing_is_like_and_what_is_gone_or_in_another_language_is_not(out):
    short = out("public", title="Mùa vàng")
    out("public", title="Mùa vàng")
    assert near(short) == []
    item, gone = out("public", title="Chợ phiên ven sông"), out("public", title="Chợ phiên ven sông")
    out("public", title="Chợ phiên ven sông", locale="en")
    assert near(item) == ["Chợ phiên ven sông"]
    take_down(page_id=gone.page_id)
    assert near(item) == []
