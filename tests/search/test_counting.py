"""What is counted of searches, that it tells of nobody, and what is made of it."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from organizations.scope import EVERYONE, Scope
from publishing.effects import drain
from search import counting, report
from search.backends import Wanted
from search.counting import countable, hand_over, keep, note
from search.finding import suggestions
from search.models import SearchCount
from tests.api.conftest import api
from tests.editorial.conftest import signed_in

__all__ = ["api", "signed_in"]

pytestmark = pytest.mark.django_db
PUBLIC = Wanted(EVERYONE, "vi")


@pytest.fixture(autouse=True)
def _anew():
    counting.forget_popular()
    yield
    counting.forget_popular()


def rows():
    return list(SearchCount.objects.order_by("query").values_list("query", "asked", "in_vain", "only_near"))


def someone(group):
    """A sign-in of this group."""
    return next(number for number in range(1, 9999) if counting._group_of(number) == 1 << group)


def count(query, user_id, *, in_vain=False, only_near=False):
    note(query, user_id=user_id, in_vain=in_vain, only_near=only_near)


def asked_by(groups, query, **how):
    for group in groups:
        count(query, someone(group), **how)
    hand_over()


@pytest.mark.parametrize(
    "query",
    [
        "0912 345 678",
        "so 0912.345.678",
        "+84 (912) 345-678",
        "DV000001",
        "thẻ dv-000123",
        "034187001234",
        "a@b.vn",
        "",
        "!",
    ],
)
def test_what_may_tell_of_a_person_is_not_counted(query):
    assert countable(query) == ""
    count(query, 1, in_vain=True)
    hand_over()
    assert rows() == []


@pytest.mark.parametrize(
    ("query", "counted"),
    [
        ("Nghị  Quyết 52-NQ/TW", "nghi quyet 52 nq tw"),
        ("52nqtw", "52nqtw"),
        ("kế hoạch năm 2025", "ke hoach nam 2025"),
        ("1234-CV/VPTU", "1234 cv vptu"),
        ("ngày 3/2/2026", "ngay 3 2 2026"),
    ],
)
def test_a_question_is_counted_folded(query, counted):
    assert countable(query) == counted


def test_counts_are_gathered_and_kept_by_a_task_and_say_nothing_of_who(monkeypatch):
    count("Đảng ủy", someone(1))
    count("dang uy", someone(2), in_vain=True)
    count("dang uy", None, only_near=True)
    assert rows() == []  # a search writes nothing
    hand_over()
    hand_over()
    assert rows() == [("dang uy", 3, 1, 1)]
    assert SearchCount.objects.get().groups == 0b110
    kept = {"id", "day", "query", "asked", "in_vain", "only_near", "groups"}
    assert {field.name for field in SearchCount._meta.fields} == kept
    monkeypatch.setattr(counting, "GATHER", -1.0)
    count("đảng ủy", someone(2))  # is due at once
    assert rows() == [("dang uy", 4, 1, 1)]


def test_a_queue_that_does_not_answer_costs_the_counts_and_nothing_else(monkeypatch, caplog):
    def broken(*args):
        raise ConnectionError("no queue")

    monkeypatch.setattr("django_q.tasks.async_task", broken)
    count("lúa", 1)
    hand_over()
    assert rows() == [] and "1 counts of searches were lost" in caplog.text


def test_what_is_a_year_old_goes():
    today = datetime.date(2026, 11, 25)
    with time_machine.travel("2026-11-25T10:00:00+07:00", tick=False):
        keep([(today - datetime.timedelta(days=days), "lua", 1, 0, 0, 0) for days in (371, 372)])
    assert SearchCount.objects.get().day == today - datetime.timedelta(days=371)


@pytest.mark.parametrize("sort", ["RELEVANCE", "NEWEST"])
@pytest.mark.parametrize(
    ("query", "in_vain", "only_near"),
    [
        ("lua mua", 0, 0),
        ("mua vang dong", 0, 0),  # not strongly, and all its words are there
        ("luaa mua", 0, 1),
        ("lua vang dong cay", 0, 1),  # all its words but one
        ("zzz", 1, 0),
    ],
)
def test_what_only_near_misses_answer_is_counted_apart(api, out, sort, query, in_vain, only_near):
    body = [{"id": "1", "type": "text", "value": "<p>Mùa này, đồng đã vàng.</p>"}]
    source = {"code": "tuyen-giao", "name": "Ban Tuyên giáo"}
    out("public", title="Lúa mùa", payload={"body": body, "source": source})
    drain("search")
    asked = "query($q: String!, $sort: SearchSort) { search(query: $q, first: 9, sort: $sort) { isFallback } }"
    api.data(asked, {"q": query, "sort": sort})
    hand_over()
    assert rows() == [(query, 1, in_vain, only_near)]


def test_what_editors_look_for_is_not_counted(province, draft, signed_in):
    answer = signed_in(province.desk).get(reverse("search_everything"), {"q": "lúa"})
    assert answer.status_code == 200
    hand_over()
    assert rows() == []


class TestReport:
    @pytest.fixture(autouse=True)
    def _weeks(self):
        with time_machine.travel("2026-11-25T10:00:00+07:00", tick=False):  # a Wednesday
            monday = datetime.date(2026, 11, 23)
            keep(
                [
                    (monday, "lua", 5, 0, 0, 0b011),
                    (monday + datetime.timedelta(days=1), "lua", 2, 1, 0, 0b110),
                    (monday, "luaa", 4, 0, 4, 0b111),
                    (monday, "hiem", 3, 3, 0, 0b011),
                    (monday, "hiemm", 2, 0, 2, 0b011),
                    (monday - datetime.timedelta(days=1), "lua", 1, 1, 0, 0b111),
                ]
            )
            yield

    def test_weeks_have_what_many_asked_by_name_and_the_rest_as_a_sum(self):
        last, this = report.weeks(datetime.date(2026, 11, 25), 2)
        assert (last.monday, last.asked, last.in_vain) == (datetime.date(2026, 11, 16), 1, 1)
        assert (this.asked, this.in_vain, this.only_near) == (16, 4, 6)
        lua, luaa = report.Line("lua", 7, 1, 0), report.Line("luaa", 4, 0, 4)
        assert this.most_asked == [lua, luaa] and this.missed_first == [luaa, lua]
        assert this.others == report.Line("", 5, 3, 2)

    def test_the_board_reads_it_and_takes_it_along(self, province, signed_in):
        client = signed_in(province.board)
        html = client.get(reverse("search_report")).content.decode()
        assert "lua" in html and "hiem" not in html and "(câu ít người hỏi)" in html
        file = client.get(reverse("search_report"), {"export": "csv"})
        assert file["Content-Type"] == "text/csv; charset=utf-8"
        assert file.content.decode("utf-8-sig").split("\r\n") == [
            "Tuần từ,Câu hỏi,Số lần tìm,Số lần không thấy,Số lần chỉ gần đúng",
            "2026-11-16,lua,1,1,0",
            "2026-11-23,lua,7,1,0",
            "2026-11-23,luaa,4,0,4",
            "2026-11-23,(câu ít người hỏi),5,3,2",
            "",
        ]
        assert "lua" in client.get(reverse("search_report"), {"week": "2026-11-16"}).content.decode()

    @pytest.mark.parametrize("person", ["contributor", "desk", "thuongtruc1"])
    def test_for_others_it_does_not_exist(self, province, signed_in, person):
        client = signed_in(getattr(province, person))
        assert client.get(reverse("search_report")).status_code == 404
        assert client.get(reverse("search_report"), {"export": "csv"}).status_code == 404
        assert reverse("search_report") not in client.get(reverse("editorial_desk")).content.decode()

    def test_with_enough_at_two_groups_the_rare_question_shows(self, monkeypatch):
        monkeypatch.setattr(counting, "ENOUGH", 2)
        assert report.weeks(datetime.date(2026, 11, 25), 1)[0].others == report.Line("", 0, 0, 0)


class TestPopular:
    def test_what_three_groups_asked_is_suggested_as_it_is_written(self, out):
        out("public", title="Lịch họp", summary="Về Chuyển đổi số ở cơ sở")
        drain("search")
        asked_by([1, 2], "chuyen doi so")
        assert suggestions("chuy", PUBLIC, first=5) == []
        counting.forget_popular()
        asked_by([3], "Chuyển đổi số")
        (found,) = suggestions("chuyển", PUBLIC, first=5)
        assert (found.text, found.is_question, found.item.title) == ("chuyển đổi số", True, "Lịch họp")
        assert suggestions("chuyển đổi số", PUBLIC, first=5) == []  # typed already

    @pytest.mark.parametrize("how", ["in_vain", "only_near"])
    def test_what_was_not_found_is_not_suggested(self, how):
        asked_by([1, 2, 3], "rong vang", **{how: True})
        assert counting.popular() == []

    def test_the_title_of_what_is_hidden_is_suggested_only_to_those_who_may_read_it(self, out):
        out("committee", title="Kỷ luật đồng chí A")
        out("public", title="Đồng chí A kể chuyện giữ kỷ luật")  # the same words, and not so
        drain("search")
        asked_by([1, 2, 3], "kỷ luật đồng chí A")
        assert [each.text for each in suggestions("kỷ l", PUBLIC, first=5) if each.is_question] == []
        committee = Wanted(Scope(frozenset({"public", "committee"})), "vi")
        assert "kỷ luật đồng chí a" in [
            each.text for each in suggestions("kỷ l", committee, first=5) if each.is_question
        ]

    def test_titles_keep_their_places(self, out):
        for number in range(6):
            out("public", title=f"Chuyển đổi số {number}")
        drain("search")
        asked_by([1, 2, 3], "chuyển đổi")
        found = suggestions("chuy", PUBLIC, first=4)
        assert [each.is_question for each in found] == [False, False, False, True]
        assert len(suggestions("chuy", PUBLIC, first=1)) == 1
