"""What is left for who holds a link: a stub for those who could read it, and nothing of what was recalled."""

import pytest

from publishing import models
from publishing.actions import take_down
from publishing.enums import TOLD_ENDINGS, Ending

pytestmark = pytest.mark.django_db


def stub(api, item, user=None):
    return api.data("withdrawal", {"id": str(item.pk)}, user=user)["withdrawal"]


def test_the_four_visitors(api, out, people, province):
    item = out("Nghị quyết", audience=[f"member:{province.units.TB01X.pk}"])
    take_down(page_id=item.page_id, ending=Ending.WITHDRAWN, reason="Sai số liệu")
    seen = {name: stub(api, item, getattr(people, name)) for name in ("member", "secretary", "elsewhere")}
    assert seen["member"] == {
        "id": str(item.pk),
        "kind": "ARTICLE",
        "title": "Nghị quyết",
        "ending": "WITHDRAWN",
        "reason": "Sai số liệu",
        "at": seen["member"]["at"],
        "replacedBy": None,
    }
    assert seen["secretary"] == seen["member"]
    assert seen["elsewhere"] is None
    assert stub(api, item) is None


@pytest.mark.parametrize("ending", Ending)
def test_each_ending(api, out, ending):
    item = out("Tin", audience=["public"])
    take_down(page_id=item.page_id, ending=ending, reason="Lý do")
    found = stub(api, item)
    assert (found and found["ending"]) == (ending.name if ending in TOLD_ENDINGS else None)


def test_what_is_out_and_what_never_was_have_none(api, out):
    item = out("Tin", audience=["public"])
    assert stub(api, item) is None
    assert api.data("withdrawal", {"id": "x"})["withdrawal"] is None


def test_what_stands_in_its_place_only_where_the_caller_may_see_it(api, out):
    hidden, shown = out("Kín", audience=["member"]), out("Mở", audience=["public"])
    for other, expected in ((hidden, None), (shown, {"id": str(shown.pk), "kind": "ARTICLE", "title": "Mở"})):
        item = out("Cũ", audience=["public"])
        take_down(page_id=item.page_id, ending=Ending.REPLACED, reason="Có bản mới", replaced_by=other)
        assert stub(api, item)["replacedBy"] == expected
    take_down(page_id=shown.page_id, ending=Ending.WITHDRAWN)
    assert stub(api, item)["replacedBy"] is None


def test_without_the_guard_a_recalled_title_would_be_told(api, out, monkeypatch):
    """Negative control: were recalled items kept as others are, their stub would show."""
    monkeypatch.setattr(models, "TOLD_ENDINGS", tuple(Ending))
    monkeypatch.setattr("publishing.actions._erase", lambda item: None)
    item = out("Tin mật", audience=["public"])
    take_down(page_id=item.page_id, ending=Ending.RECALLED, reason="Nhầm")
    answer = api.send({"query": f'{{ withdrawal(id: "{item.pk}") {{ title }} }}'}).json()
    assert answer["data"]["withdrawal"] == {"title": "Tin mật"}


def test_a_phone_is_told_to_drop_what_was_recalled(api, out):
    item = out("Tin", audience=["public"])
    cursor = api.data("changes", {"first": 10})["changes"]["cursor"]
    take_down(page_id=item.page_id, ending=Ending.RECALLED)
    after = api.data("changes", {"first": 10, "since": cursor})["changes"]
    assert [each["id"] for each in after["removals"]] == [str(item.pk)]
