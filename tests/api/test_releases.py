"""What may change in the schema, and what makes the check fail."""

import io

import pytest
from django.core.management import CommandError, call_command

from api import releases, trusted
from api.management.commands import graphql_schema
from api.releases import PRESENT, RELEASED, breaking_changes, news_for_apps, unanswerable

RELEASE = '''
"""What is out."""
interface Content { id: ID! }
type Article implements Content { id: ID! title: String! author: String slug: String! }
type Query { articles(first: Int!, category: String, order: Order = NEWEST): [Article!]! content(id: ID!): Content }
enum Order { NEWEST OLDEST }
enum Kind { ARTICLE DOCUMENT }
input NoticeInput { title: String! urgent: Boolean = false kind: Kind }
type Mutation { send(input: NoticeInput!): Boolean }
'''


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("author: String ", "", "Article.author was removed."),
        ("title: String!", "title: String", "Article.title changed type from String! to String."),
        ("slug: String!", "slug: ID!", "Article.slug changed type from String! to ID!."),
        ("type Article implements Content", "type Article", "Article no longer implements interface Content."),
        (
            "category: String,",
            "category: String!,",
            "Query.articles arg category has changed type from String to String!.",
        ),
        ("category: String,", "", "Query.articles arg category was removed."),
        ("first: Int!,", "first: Int!, source: String!,", "A required arg source on Query.articles was added."),
        ("first: Int!,", "first: String!,", "Query.articles arg first has changed type from Int! to String!."),
        (
            "order: Order = NEWEST",
            "order: Order = OLDEST",
            "Query.articles arg order has changed defaultValue from NEWEST to OLDEST.",
        ),
        ("order: Order = NEWEST", "order: Order", "Query.articles arg order defaultValue was removed."),
        ("content(id: ID!): Content", "", "Query.content was removed."),
        ("ARTICLE DOCUMENT", "ARTICLE", "DOCUMENT was removed from enum type Kind."),
        ("title: String! urgent", "title: String! body: String! urgent", None),
        ("kind: Kind", "kind: Kind!", "NoticeInput.kind changed type from Kind to Kind!."),
        ("kind: Kind", "", "NoticeInput.kind was removed."),
        ("Boolean = false", "Boolean = true", "NoticeInput.urgent has changed its default from false to true."),
        ("Boolean = false", "Boolean", "NoticeInput.urgent has changed its default from false to none."),
        ("send(input: NoticeInput!)", "dispatch(input: NoticeInput!)", "Mutation.send was removed."),
    ],
)
def test_what_breaks_an_app_is_named(old, new, said):
    assert old in RELEASE
    said = said or "A required field body on input type NoticeInput was added."
    assert said in breaking_changes(RELEASE, RELEASE.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("author: String", "author: String subtitle: String!"),
        ("author: String", "author: String!"),
        ("author: String", 'author: String @deprecated(reason: "Use authors.")'),
        ("first: Int!,", "first: Int!, source: String,"),
        ("first: Int!,", "first: Int,"),
        ("kind: Kind", "kind: Kind deadline: String"),
        ("kind: Kind", "kind: Kind = ARTICLE"),
        ("ARTICLE DOCUMENT", "ARTICLE BULLETIN DOCUMENT"),
        ("enum Order", "type Video implements Content { id: ID! }\nenum Order"),
        ("What is out.", "What readers see."),
    ],
)
def test_what_only_adds_breaks_nothing(old, new):
    assert old in RELEASE
    assert breaking_changes(RELEASE, RELEASE.replace(old, new, 1)) == []


def test_what_apps_have_not_heard_of_is_told():
    assert news_for_apps(RELEASE, RELEASE) == []
    grown = RELEASE.replace("ARTICLE DOCUMENT", "ARTICLE BULLETIN DOCUMENT").replace("author: String", "author: ID")
    assert news_for_apps(RELEASE, grown) == ["BULLETIN was added to enum type Kind."]


def test_the_apps_documents_are_answered_by_the_present_schema_and_by_the_last_release():
    assert len(list(trusted.FOLDER.glob("*.graphql"))) >= 7
    for schema in (PRESENT, RELEASED):
        assert unanswerable(schema.read_text(encoding="utf-8"), trusted.FOLDER) == []


def test_a_document_that_asks_for_more_is_named(tmp_path):
    (tmp_path / "good.graphql").write_text("{ content(id: 1) { id } }")
    (tmp_path / "bad.graphql").write_text("{ content(id: 1) { id pages } }")
    assert unanswerable(RELEASE, tmp_path) == ["bad.graphql: Cannot query field 'pages' on type 'Content'."]


@pytest.fixture
def files(tmp_path, monkeypatch):
    """The command with files of its own, so that it can be let write."""
    for name in ("PRESENT", "RELEASED"):
        path = tmp_path / getattr(releases, name).name
        path.write_bytes(getattr(releases, name).read_bytes())
        monkeypatch.setattr(graphql_schema, name, path)
    return tmp_path


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def run(*options):
    out = io.StringIO()
    call_command("graphql_schema", *options, stdout=out)
    return out.getvalue()


def test_the_schema_of_the_code_passes_the_check():
    assert "out of date" not in run("--check")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        # What the release has and the code has not: as if it had been taken out of the code since.
        ("type Unread {", "type Unread {\n  messages: Int!\n", "- Unread.messages was removed."),
        ("  IOS\n", "  IOS\n\n  WINDOWS\n", "- WINDOWS was removed from enum type DevicePlatform."),
        (
            '  """The password."""\n  password: String!\n',
            "",
            "- A required field password on input type SignInInput was added.",
        ),
        ("    year: Int\n", "    year: Int = 2026\n", "- Query.documents arg year defaultValue was removed."),
    ],
)
def test_the_check_names_what_breaks_and_the_way_out(files, old, new, said):
    change(files / "schema.released.graphql", old, new)
    with pytest.raises(CommandError) as caught:
        run("--check")
    assert said in str(caught.value).splitlines()
    assert "manage.py graphql_schema --release" in str(caught.value)
    # And deliberately: it is named once more, and from then on it is what later ones are compared with.
    assert f"Released although it breaks: {said.removeprefix('- ')}" in run("--release").splitlines()
    run("--check")


def test_what_was_added_since_the_release_passes_the_check(files):
    change(files / "schema.released.graphql", '  """How much waits to be read."""\n  unread: Unread!\n', "")
    change(files / "schema.released.graphql", '  """Ios."""\n  IOS\n\n', "")
    (operations := files / "operations").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trusted, "FOLDER", operations)
        assert run("--check") == "New to apps that are out: IOS was added to enum type DevicePlatform.\n"
    # But a document that asks for it may not be shipped before it is released.
    with pytest.raises(CommandError) as caught:
        run("--check")
    assert str(caught.value).splitlines() == [
        "clients/operations/ asks for what is not released yet; run manage.py graphql_schema --release:",
        "- me.graphql: Cannot query field 'unread' on type 'Me'.",
    ]
    assert run("--release") == ""
    assert run("--check") == ""


def test_what_the_apps_documents_ask_for_is_never_released_away(files, monkeypatch):
    (files / "operations").mkdir()
    (files / "operations" / "gone.graphql").write_text("{ me { shoeSize } }")
    monkeypatch.setattr(trusted, "FOLDER", files / "operations")
    before = (files / "schema.released.graphql").read_bytes()
    for option in ("--check", "--release"):
        with pytest.raises(CommandError, match=r"gone\.graphql: Cannot query field 'shoeSize' on type 'Me'"):
            run(option)
    assert (files / "schema.released.graphql").read_bytes() == before


def test_a_schema_that_was_not_written_anew_is_shown_as_a_difference(files):
    change(files / "schema.graphql", "  IOS\n", "")
    with pytest.raises(CommandError, match=r"schema\.graphql is out of date[^$]*\n\+  IOS\n"):
        run("--check")
    run()
    run("--check")
