"""What is out, as clients read it. Every field comes from the published row; none looks at drafts."""

from __future__ import annotations

import datetime
from typing import Any

import graphene

from api.connections import connection
from api.content.items import Node
from api.enums import ContentEnding, ContentKind
from api.scalars import JSON, DateTime


class Category(graphene.ObjectType):
    """A subject under which content is found."""

    slug = graphene.String(required=True, description="Its name in addresses and filters.")
    name = graphene.String(required=True, description="Its name in the language of the content.")


class Source(graphene.ObjectType):
    """Who supplied a piece of content."""

    code = graphene.String(required=True, description="Its code, for filters.")
    name = graphene.String(required=True, description="Its name in the language of the content.")


class Image(graphene.ObjectType):
    """A picture at a size for phones."""

    url = graphene.String(required=True, description="Its address; send the access token there too.")
    width = graphene.Int(required=True, description="In pixels.")
    height = graphene.Int(required=True, description="In pixels.")
    alt = graphene.String(required=True, description="What it shows, in words.")


class File(graphene.ObjectType):
    """A file to open or save."""

    id = graphene.ID(required=True, description="Stays the same from one version of the item to the next.")
    name = graphene.String(required=True, description="Its file name.")
    url = graphene.String(required=True, description="Its address; send the access token there too.")
    size = graphene.Float(required=True, description="In bytes.")
    content_type = graphene.String(required=True, description="Its media type, such as application/pdf.")


class Media(graphene.ObjectType):
    """A picture or file of a piece of content, as far as fetching it ahead needs it."""

    id = graphene.ID(required=True, description="Stays the same from one version of the item to the next.")
    url = graphene.String(required=True, description="Its address, the same as in the other fields.")
    size = graphene.Float(required=True, description="In bytes.")
    hash = graphene.String(
        description="The SHA-256 of its bytes, in hexadecimal: what one has already need not be fetched. "
        "Null where the file was missing when the content went out."
    )
    content_type = graphene.String(required=True, description="Its media type, such as image/webp.")


class Correction(graphene.ObjectType):
    """What was put right after a piece of content had gone out; show it with the text."""

    at = DateTime(required=True, description="When the correction was made.")
    note = graphene.String(required=True, description="What was wrong, in a sentence for its readers.")

    @staticmethod
    def resolve_at(root: dict[str, str], info: graphene.ResolveInfo) -> datetime.datetime:
        return datetime.datetime.fromisoformat(root["at"])


class Content(graphene.Interface):
    """A piece of content that is out and that the caller may see."""

    id = graphene.ID(required=True, description="Stays the same when the content is corrected or withdrawn and back.")
    kind = graphene.Field(ContentKind, required=True, description="What it is.")
    title = graphene.String(required=True, description="Its title.")
    summary = graphene.String(required=True, description="Two or three sentences for lists; may be empty.")
    published_at = DateTime(required=True, description="When it first went out; of what began under embargo: its end.")
    updated_at = DateTime(required=True, description="When the version that is out went out.")
    version = graphene.Int(required=True, description="Counts its publications; grows with each change.")
    locale = graphene.String(required=True, description="The language of the content: vi or en.")
    slug = graphene.String(required=True, description="Its name in addresses.")
    category = graphene.Field(Category, description="Its subject, where it has one.")
    source = graphene.Field(Source, required=True, description="Who supplied it.")
    body = graphene.Field(JSON, required=True, description="Its text: a list of blocks {id, type, value}.")
    media = graphene.List(
        graphene.NonNull(Media),
        required=True,
        description="All pictures and files that it shows or brings with it, for fetching them ahead on wifi.",
    )
    corrections = graphene.List(
        graphene.NonNull(Correction), required=True, description="What was corrected in it since, the oldest first."
    )
    embargo_until = DateTime(
        description="Until when it is for committees alone and must not be passed on; null where it is not."
    )

    @classmethod
    def resolve_type(cls, root: Node, info: graphene.ResolveInfo) -> Any:
        """The type whose name is that of the kind."""
        return info.schema.get_type(root.item.kind.capitalize()).graphene_type  # type: ignore[union-attr]

    @staticmethod
    def resolve_id(root: Node, info: graphene.ResolveInfo) -> str:
        return str(root.item.pk)

    @staticmethod
    def resolve_kind(root: Node, info: graphene.ResolveInfo) -> str:
        return root.item.kind

    @staticmethod
    def resolve_title(root: Node, info: graphene.ResolveInfo) -> str:
        return root.item.title

    @staticmethod
    def resolve_summary(root: Node, info: graphene.ResolveInfo) -> str:
        return root.item.summary

    @staticmethod
    def resolve_published_at(root: Node, info: graphene.ResolveInfo) -> datetime.datetime:
        return root.item.first_published_at

    @staticmethod
    def resolve_updated_at(root: Node, info: graphene.ResolveInfo) -> datetime.datetime:
        return root.item.published_at

    @staticmethod
    def resolve_version(root: Node, info: graphene.ResolveInfo) -> int:
        return root.item.version

    @staticmethod
    def resolve_locale(root: Node, info: graphene.ResolveInfo) -> str:
        return root.item.locale

    @staticmethod
    def resolve_slug(root: Node, info: graphene.ResolveInfo) -> str:
        return root.item.slug

    @staticmethod
    def resolve_category(root: Node, info: graphene.ResolveInfo) -> Any:
        return root.item.facts.get("category")

    @staticmethod
    def resolve_source(root: Node, info: graphene.ResolveInfo) -> Any:
        return root.item.facts["source"]

    @staticmethod
    def resolve_body(root: Node, info: graphene.ResolveInfo) -> list[Any]:
        return root.body()

    @staticmethod
    def resolve_corrections(root: Node, info: graphene.ResolveInfo) -> list[dict[str, str]]:
        return root.item.facts.get("corrections", [])

    @staticmethod
    def resolve_embargo_until(root: Node, info: graphene.ResolveInfo) -> datetime.datetime | None:
        return root.item.embargo_until

    @staticmethod
    def resolve_media(root: Node, info: graphene.ResolveInfo) -> list[dict[str, Any]]:
        return root.media()


class ContentLink(graphene.ObjectType):
    """Another piece of content, as far as a link needs it; read the whole with ``content(id)``."""

    id = graphene.ID(required=True, description="Its id.")
    kind = graphene.Field(ContentKind, required=True, description="What it is.")
    title = graphene.String(required=True, description="Its title.")

    resolve_id = Content.resolve_id
    resolve_kind = Content.resolve_kind
    resolve_title = Content.resolve_title


class Withdrawal(graphene.ObjectType):
    """What is left of a piece of content that is no longer out, for who holds a link to it."""

    id = graphene.ID(required=True, description="The id that it had.")
    kind = graphene.Field(ContentKind, required=True, description="What it was.")
    title = graphene.String(required=True, description="Its title.")
    ending = graphene.Field(ContentEnding, required=True, description="Why it is no longer out, in a word.")
    reason = graphene.String(required=True, description="The same in the board's words; empty where it expired.")
    at = DateTime(required=True, description="Since when.")
    replaced_by = graphene.Field(
        ContentLink, description="What stands in its place, where there is something that the caller may see."
    )


RELATED = "Content that the editor put beside it, as far as the caller may see it."


class Article(graphene.ObjectType):
    """News, commentary, guidance."""

    class Meta:
        interfaces = (Content,)

    image = graphene.Field(Image, description="Its cover, where it has one.")
    author = graphene.String(required=True, description="Who wrote it; may be empty.")
    attachments = graphene.List(graphene.NonNull(File), required=True, description="Files that go with it.")
    related = graphene.List(graphene.NonNull(ContentLink), required=True, description=RELATED)

    @staticmethod
    def resolve_image(root: Node, info: graphene.ResolveInfo) -> Any:
        return root.image()

    @staticmethod
    def resolve_author(root: Node, info: graphene.ResolveInfo) -> str:
        return root.item.facts.get("author", "")

    @staticmethod
    def resolve_attachments(root: Node, info: graphene.ResolveInfo) -> list[Any]:
        return root.files()

    @staticmethod
    def resolve_related(root: Node, info: graphene.ResolveInfo) -> list[Node]:
        return root.related()


class BulletinEntry(graphene.ObjectType):
    """One line of a bulletin's contents."""

    id = graphene.ID(required=True, description="Its id, for `content(id)`.")
    kind = graphene.Field(ContentKind, required=True, description="What it is.")
    title = graphene.String(required=True, description="Its title, as it is now.")
    summary = graphene.String(required=True, description="Two or three sentences; may be empty.")
    link = graphene.String(required=True, description="As links in a body: sotay:content/<id>.")

    resolve_id = Content.resolve_id
    resolve_kind = Content.resolve_kind
    resolve_title = Content.resolve_title
    resolve_summary = Content.resolve_summary

    @staticmethod
    def resolve_link(root: Node, info: graphene.ResolveInfo) -> str:
        return f"sotay:content/{root.item.pk}"


class Bulletin(graphene.ObjectType):
    """The internal bulletin of a month."""

    class Meta:
        interfaces = (Content,)

    month = graphene.String(required=True, description="Its month, as YYYY-MM.")
    image = graphene.Field(Image, description="Its cover, where it has one.")
    contents = graphene.List(
        graphene.NonNull(BulletinEntry),
        required=True,
        description="What went out with it, in its order and as far as the caller may see it now. Keep only the ids "
        "offline: an entry that is taken down is not told of again with the bulletin.",
    )
    attachments = graphene.List(graphene.NonNull(File), required=True, description="Files that go with it.")
    related = graphene.List(graphene.NonNull(ContentLink), required=True, description=RELATED)

    resolve_image = Article.resolve_image
    resolve_attachments = Article.resolve_attachments
    resolve_related = Article.resolve_related

    @staticmethod
    def resolve_contents(root: Node, info: graphene.ResolveInfo) -> list[Node]:
        return root.contents()

    @staticmethod
    def resolve_month(root: Node, info: graphene.ResolveInfo) -> str:
        return root.item.facts["month"]


ArticleConnection = connection(Article, "Article")
