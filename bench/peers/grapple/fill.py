"""Fills the peer's database with the samples. Run by ``bench.peer_grapple``, in the peer's environment.

    python fill.py COUNT

One article is made the ordinary way; the rest are copies of its rows with texts of their own.
"""

from __future__ import annotations

import io
import json
import sys

import django
from django.core.management import call_command

django.setup()

from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.core.files.images import ImageFile  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from peer.models import ArticlePage, CategoryPage, Source  # noqa: E402
from PIL import Image as Pixels  # noqa: E402
from wagtail.images.models import Image  # noqa: E402
from wagtail.models import Page, Site  # noqa: E402

from bench.content import CATEGORIES, PICTURES, SOURCES, samples  # noqa: E402

BATCH = 1000


@transaction.atomic
def fill(count: int) -> None:
    root = Page.objects.get(depth=1)
    home = root.add_child(instance=Page(title="Trang chủ", slug="trang-chu"))
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "127.0.0.1", "root_page": home, "site_name": "Peer"}
    )
    sources = {code: Source.objects.create(code=code, name=name) for code, name in SOURCES.items()}
    categories = {
        slug: home.add_child(instance=CategoryPage(title=title, slug=slug)) for slug, title in CATEGORIES.items()
    }
    pixels = io.BytesIO()
    Pixels.new("RGB", (1280, 720), "#a33").save(pixels, "JPEG")
    pictures = []
    for n in range(PICTURES):
        picture = Image(title=f"Ảnh {n}", file=ImageFile(io.BytesIO(pixels.getvalue()), f"anh-{n}.jpg"))
        picture.save()
        picture.get_rendition("width-640|format-webp")
        pictures.append(picture)
    content_type = ContentType.objects.get_for_model(ArticlePage)
    first = Page.objects.order_by("-pk").values_list("pk", flat=True)[0] + 1
    steps = dict.fromkeys(categories, 0)
    pages, rows = [], []
    for each in samples(count):
        category = categories[each.category]
        steps[each.category] += 1
        page = ArticlePage(
            page_ptr_id=first + each.number,
            id=first + each.number,
            path=Page._get_path(category.path, category.depth + 1, steps[each.category]),
            depth=category.depth + 1,
            title=each.title,
            draft_title=each.title,
            slug=each.slug,
            url_path=f"{category.url_path}{each.slug}/",
            content_type=content_type,
            locale=home.locale,
            first_published_at=each.published_at,
            last_published_at=each.published_at,
            summary=each.summary,
            author=each.author,
            body=json.dumps(each.body),
            source=sources[each.source],
            category=category,
            cover=None if each.cover is None else pictures[each.cover],
        )
        pages.append(Page(**{field.attname: getattr(page, field.attname) for field in Page._meta.concrete_fields}))
        rows.append(page)
    Page.objects.bulk_create(pages, batch_size=BATCH)
    fields = [field for field in ArticlePage._meta.local_concrete_fields]
    names = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(
            f'INSERT INTO "{ArticlePage._meta.db_table}" ({names}) VALUES ({marks})',
            [
                [field.get_db_prep_save(field.value_from_object(row), connection=connection) for field in fields]
                for row in rows
            ],
        )
    for slug, category in categories.items():
        Page.objects.filter(pk=category.pk).update(numchild=steps[slug])


call_command("migrate", verbosity=0)
fill(int(sys.argv[1]))
with connection.cursor() as cursor:
    cursor.execute("ANALYZE")
