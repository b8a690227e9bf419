"""Prints what to ask the peer for, and how many statements each answer takes, as JSON. Run by ``bench.peer_grapple``."""

import json
import sys

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from peer.models import ArticlePage, CategoryPage  # noqa: E402

# The fields that the phone's own Home and Article ask for, in the peer's words.
FIELDS = """id slug title summary firstPublishedAt lastPublishedAt
  cover { rendition(width: 640, format: "webp") { url width height alt } }
  category { slug title } source { code name }"""
HOME = "query Home($first: PositiveInt) { articles(limit: $first) { %s } }" % FIELDS
CATEGORY = """query Category($parent: ID!, $first: PositiveInt, $offset: PositiveInt) {
  pages(parent: $parent, limit: $first, offset: $offset, order: "-first_published_at") { ... on ArticlePage { %s } }
}""" % FIELDS
ARTICLE = """query Article($id: ID!) { article(id: $id) { %s author
  body { id blockType ... on RichTextBlock { value } ... on HeadingBlock { text level } ... on QuoteBlock { text attribution } }
} }""" % FIELDS


asked = {
    "home of 20": {"query": HOME, "variables": {"first": 20}},
    "one article": {
        "query": ARTICLE,
        "variables": {"id": str(ArticlePage.objects.order_by("-first_published_at").values_list("pk", flat=True)[7])},
    },
    "page 50 of a category": {
        "query": CATEGORY,
        "variables": {"parent": str(CategoryPage.objects.get(slug="tin-tuc").pk), "first": 20, "offset": 980},
    },
}
client, statements = Client(headers={"host": "127.0.0.1"}), {}
for name, body in asked.items():
    for _turn in range(2):  # the first one fills the cache of renditions
        with CaptureQueriesContext(connection) as captured:
            answer = client.post("/api/graphql/", json.dumps(body), content_type="application/json")
    if answer.status_code != 200 or b'"errors"' in answer.content:
        sys.exit(f"{name}: {answer.content[:1000]!r}")
    statements[name] = len(captured)
print(json.dumps({"asked": asked, "statements": statements}))
