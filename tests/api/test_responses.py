"""Answers kept for all who see the same."""

import threading

import pytest

from api import answers, responses
from api.answers import Answer
from organizations.scope import Scope

pytestmark = pytest.mark.django_db


def test_what_failed_is_not_kept():
    made = []

    def fill(version):
        made.append(1)
        return Answer(b"{}", complete=False)

    for _ in range(2):
        responses.shared_answer(b"k", responses.content_version(), fill)
    assert len(made) == 2


def test_what_was_made_while_something_was_published_is_not_kept(out):
    version = responses.content_version()

    def fill(version):
        out("Vừa ra", audience=["committee"])
        return Answer(b"{}")

    responses.shared_answer(b"k", version, fill)
    assert responses.kept.get(b"k") is None
    responses.shared_answer(b"k", responses.content_version(), lambda version: Answer(b"{}"))
    assert responses.kept.get(b"k") is not None


def test_the_signature_knows_only_keys_that_content_has(out):
    out("A", audience=["member:17", "member:18"])
    version = responses.content_version()
    here, there = (Scope(frozenset({"public", "member", f"member:{pk}", f"member:{pk + 100}"})) for pk in (17, 99))
    neighbour = Scope(frozenset({"public", "member", "member:17", "member:500"}))
    assert responses.keys_in_use(version) == {"member:17", "member:18"}
    assert responses.signature_of(here, version) == responses.signature_of(neighbour, version)
    assert responses.signature_of(here, version) != responses.signature_of(there, version)


def test_of_many_who_ask_at_once_one_fills(settings, monkeypatch):
    monkeypatch.setattr(responses, "content_version", lambda: "1")  # a statement would need a database per thread
    settings.REDIS_URL = ""
    begun, go, made = threading.Barrier(9), threading.Event(), []

    def fill(version):
        made.append(1)
        go.wait(10)
        return Answer(b"{}")

    def ask():
        begun.wait(10)
        answers.append(responses.shared_answer(b"k", "1", fill))

    answers = []
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    begun.wait(10)
    go.set()
    for thread in threads:
        thread.join(10)
    assert (len(answers), len({id(each) for each in answers}), len(made)) == (8, 1, 1)
    assert responses._filling == {}


def test_memory_is_bounded_and_the_longest_unused_goes_first(monkeypatch):
    monkeypatch.setattr(responses, "MAX_BYTES", 100)
    for name in (b"a", b"b"):
        responses.kept.put(name, Answer(b"x" * 40))
    responses.kept.get(b"a")
    responses.kept.put(b"c", Answer(b"x" * 40))
    assert [responses.kept.get(name) is not None for name in (b"a", b"b", b"c")] == [True, False, True]


@pytest.mark.redis
def test_processes_share_through_redis(settings):
    if not settings.REDIS_URL:
        pytest.skip("needs REDIS_URL")
    version = responses.content_version()
    responses.shared_answer(b"k", version, lambda version: Answer(b'{"a":1}'))
    responses.kept.clear()  # as another process
    answer = responses.shared_answer(b"k", version, lambda version: pytest.fail("it was made already"))
    assert answer.body == b'{"a":1}'


def test_an_answer_during_which_something_came_out_is_made_anew(out, settings):
    """It takes several statements: the first might have missed what the second shows."""
    for kept in (True, False):
        settings.API_RESPONSE_CACHE = kept
        made = []

        def fill(version, made=made):
            made.append(1)
            if len(made) == 1:
                out("Vừa ra")
            return Answer(b"%d" % len(made))

        assert responses.shared_answer(b"k", responses.content_version(), fill).body == b"2"
        assert responses.kept.get(b"k") is None


def test_a_question_about_several_things_is_answered_from_one_state(out, api, monkeypatch):
    """A release holds texts and notices: between the statements of an answer it may go out."""
    run, made = answers.run, []

    def slow(*given, **named):
        answer = run(*given, **named)
        made.append(1)
        if len(made) == 1:
            out("Vừa ra")
        return answer

    monkeypatch.setattr(answers, "run", slow)
    seen = api.data("{ me { id } articles(first: 5) { edges { node { title } } } }")
    assert [each["node"]["title"] for each in seen["articles"]["edges"]] == ["Vừa ra"]
    assert len(made) == 2


def test_what_is_about_no_content_is_asked_once(out, api, monkeypatch):
    run, made = answers.run, []

    def slow(*given, **named):
        made.append(1)
        out(f"Vừa ra {len(made)}")
        return run(*given, **named)

    monkeypatch.setattr(answers, "run", slow)
    api.data("{ me { id } }")
    assert len(made) == 1


@pytest.mark.parametrize("beside", ["", "me { id }"])
def test_what_is_made_anew_is_made_of_the_new_state(out, api, monkeypatch, beside):
    """What is kept by the state, as the paths of all categories are, is looked up again too."""
    run, made = answers.run, []

    def slow(*given, **named):
        answer = run(*given, **named)
        made.append(1)
        if len(made) == 1:
            out("Vừa ra", category_path="/ke-moi/")
        return answer

    monkeypatch.setattr(answers, "run", slow)
    seen = api.data(f'{{ articles(first: 5, category: "ke-moi") {{ edges {{ node {{ title }} }} }} {beside} }}')
    assert [each["node"]["title"] for each in seen["articles"]["edges"]] == ["Vừa ra"]
