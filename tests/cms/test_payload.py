"""The form in which a page goes out."""

import hashlib
import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from PIL import Image

from cms.models import Attachment, Category, ContentPageFile, Picture
from cms.payload import published_form
from publishing.models import PublishedFile, PublishedItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def picture():
    data = io.BytesIO()
    Image.new("RGB", (2000, 1000), "red").save(data, "JPEG")
    return Picture.objects.create(title="Đồng lúa", file=ImageFile(data, name="dong-lua.jpg"))


@pytest.fixture
def attachment():
    return Attachment.objects.create(title="Nghị quyết", file=ContentFile(b"%PDF-1.4 ...", name="nghi-quyet.pdf"))


def body_of(page, *blocks):
    page.body = page.body.stream_block.to_python([{"type": kind, "value": value} for kind, value in blocks])
    return [(block["type"], block["value"]) for block in published_form(page).payload["body"]]


def test_text_is_made_safe(draft):
    hostile = '<p onclick="x()">A<script>alert(1)</script> <b>đậm</b> <a href="javascript:x()">b</a></p>'
    [(kind, html)] = body_of(draft(), ("text", hostile))
    assert (kind, html) == ("text", '<p>A <b>đậm</b> <a rel="noopener">b</a></p>')


def test_simple_blocks(draft, province):
    assert body_of(
        draft(),
        ("heading", {"text": "Mục", "level": "3"}),
        ("quote", {"text": "Dân là gốc", "attribution": "Hồ Chí Minh"}),
        ("list", ["một", "hai"]),
        ("video", {"url": "https://example.com/v", "caption": ""}),
        (
            "table",
            {
                "columns": [{"type": "text", "heading": "Xã"}, {"type": "text", "heading": "Số"}],
                "rows": [{"values": ["Vũ Lạc", "12"]}],
                "caption": "",
            },
        ),
    ) == [
        ("heading", {"text": "Mục", "level": 3}),
        ("quote", {"text": "Dân là gốc", "attribution": "Hồ Chí Minh"}),
        ("list", ["một", "hai"]),
        ("video", {"url": "https://example.com/v", "caption": ""}),
        ("table", {"columns": ["Xã", "Số"], "rows": [["Vũ Lạc", "12"]]}),
    ]


def test_pictures_and_files_go_out_with_the_item(draft, approve, picture, attachment):
    page = draft("Tin", cover=picture, cover_alt="Cánh đồng")
    page.category = Category.objects.create(slug="tin-tuc", name="Tin tức")
    page.files = [ContentPageFile(file=attachment)]
    page.body = page.body.stream_block.to_python(
        [{"type": "image", "value": {"image": picture.pk, "alt": "Lúa", "caption": "Vụ mùa"}}]
    )
    page.save_revision(user=page.owner)
    approve(page)
    item = PublishedItem.objects.get()
    files = {str(file.pk): file for file in PublishedFile.objects.all()}
    assert len(files) == 2  # the picture once, though it is cover and block
    cover = item.payload["image"]
    assert (cover["width"], cover["height"], cover["alt"]) == (1280, 640, "Cánh đồng")
    assert files[cover["file_id"]].content_type == "image/webp"
    [block] = item.payload["body"]
    assert block["value"]["image"]["file_id"] == cover["file_id"]
    [sent] = item.payload["attachments"]
    assert files[sent["file_id"]].content_type == "application/pdf"
    assert item.category_path == "/tin-tuc/"
    assert "file" not in sent and "storage" not in str(item.payload)


def test_links_lead_to_what_is_out(draft, approve):
    out, hidden = approve(draft("Đã đăng")), draft("Nháp")
    item = PublishedItem.objects.get(page_id=out.pk)
    [(_, html)] = body_of(
        draft(), ("text", f'<p><a linktype="page" id="{out.pk}">a</a> <a linktype="page" id="{hidden.pk}">b</a></p>')
    )
    assert html == f'<p><a href="sotay:content/{item.pk}" rel="noopener">a</a> <a rel="noopener">b</a></p>'


def test_related_items_are_kept_as_places(draft, approve):
    out = approve(draft("Đã đăng"))
    page = draft()
    assert body_of(page, ("related", [out.pk])) == [("related", None)]
    assert published_form(page).payload["related"] == [out.pk]


def test_the_media_of_a_page_have_their_hashes(draft, approve, attachment):
    page = draft("Tin")
    page.files = [ContentPageFile(file=attachment)]
    page.save_revision(user=page.owner)
    approve(page)
    assert PublishedFile.objects.get().sha256 == hashlib.sha256(b"%PDF-1.4 ...").hexdigest()
