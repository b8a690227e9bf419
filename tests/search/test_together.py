"""What went out as one is found as one, and what was taken back as one is gone as one, in every index."""

import datetime

import pytest
from django.utils import timezone

from bench.data import approve_releases, lay_out, write_articles
from editorial import publisher
from editorial.models import Release
from editorial.releases import actions
from organizations.scope import EVERYONE
from publishing import effects
from publishing.models import Change
from search import elastic_index, index
from search.backends import Wanted
from search.finding import search
from tests.editorial.test_release_readers import Lists, seen_while
from tests.publishing.conftest import put_out
from tests.search.conftest import follow_log

ITEMS = 12
CONSUMERS = {index.CONSUMER: index.follow, elastic_index.CONSUMER: elastic_index.follow}


class Searches(Lists):
    """Who searches by how well texts answer, and by date: two ways through an index."""

    query = """{ a: search(query: "số", first: 100) { edges { node { score } } }
                 b: search(query: "số", first: 100, sort: NEWEST) { edges { node { score } } } }"""


@pytest.fixture
def release(settings):
    settings.API_RATE_LIMITS = False
    world = lay_out()
    (pk,) = approve_releases(world, write_articles(world, ITEMS), ITEMS, due_at=timezone.now())
    return Release.objects.get(pk=pk), world


@pytest.fixture
def one_by_one(monkeypatch):
    """The consumers follow change by change, as they must not."""
    for name in CONSUMERS.keys() & effects._handlers.keys():
        monkeypatch.setitem(effects._handlers, name, lambda change, follow=CONSUMERS[name]: follow([change]))


def counts(seen):
    """How many each search found: two of them may ask before and after."""
    return {count for pair in seen for count in pair}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_readers_who_ask_all_the_time_find_all_of_a_release_or_nothing(each_index, release, monkeypatch):
    monkeypatch.setattr(elastic_index, "FRESH", datetime.timedelta(minutes=1))  # what is compared is what is found
    release, world = release
    reader = world.committee[0]
    assert counts(seen_while(Searches, reader, publisher.publish_due)) <= {0, ITEMS}
    assert seen_while(Searches, reader, lambda: None) == {(ITEMS, ITEMS)}

    def roll_back():
        actions.roll_back_release(actor=world.board, release=release, reason="Nhầm")

    assert counts(seen_while(Searches, reader, roll_back)) <= {0, ITEMS}
    assert seen_while(Searches, reader, lambda: None) == {(0, 0)}


def counts_between_steps():
    """How many are found before, between and after the steps of the consumers."""
    wanted = Wanted(EVERYONE, "vi")
    seen = [len(search("lúa", wanted, first=9).hits)]
    for name in sorted(CONSUMERS.keys() & effects._handlers.keys()):
        while isinstance(effects._step(name, 1), int):
            seen.append(len(search("lúa", wanted, first=9).hits))
    return sorted(set(seen))


@pytest.mark.django_db
class TestBetweenSteps:
    @pytest.fixture(autouse=True)
    def _out(self, each_index):
        follow_log()
        for n in range(3):
            put_out("public", title=f"Lúa {n}")
        assert list(Change.objects.values_list("continues", flat=True)) == [False, True, True]

    def test_no_step_shows_a_part(self):
        assert counts_between_steps() == [0, 3]

    def test_control_one_by_one_a_part_shows(self, one_by_one):
        assert counts_between_steps() == [0, 1, 2, 3]


@pytest.mark.django_db
def test_an_item_that_went_out_again_is_not_shown_before_what_went_out_with_it(each_index):
    """Correction and new item are one transaction: to catch up with the first version alone must not show half of it."""
    item = put_out("public", title="Lúa mùa")
    put_out("public", page_id=item.page_id, title="Khoai mùa")
    put_out("public", title="Khoai chiêm")
    Change.objects.filter(seq=2).update(continues=False)
    seen = []
    for name in sorted(CONSUMERS.keys() & effects._handlers.keys()):
        while isinstance(effects._step(name, effects.AT_ONCE), int):
            seen.append(len(search("khoai", Wanted(EVERYONE, "vi"), first=9).hits))
    assert seen[-1] == 2 and set(seen) <= {0, 2}
