"""From the desk to the phone: what was written and approved is what is read, with its pictures and files."""

import pytest
from django.core.files.base import ContentFile
from wagtail.images.tests.utils import get_test_image_file

from cms.models import Attachment, Category, ContentPageFile, Picture
from editorial.amendments import actions as amendments
from organizations.enums import Clearance

pytestmark = pytest.mark.django_db


def test_an_approved_article_is_read_with_its_pictures_and_files(api, province, draft, approve):
    category = Category.objects.create(slug="thoi-su", name="Thời sự")
    picture = Picture.objects.create(title="Ảnh", file=get_test_image_file(filename="anh.png", size=(64, 48)))
    attachment = Attachment.objects.create(title="Kế hoạch", file=ContentFile(b"%PDF-1.4 x", name="ke-hoach.pdf"))
    other = approve(draft("Bài trước", clearance=Clearance.PUBLIC))
    page = draft(
        "Hội nghị",
        summary="Hai câu.",
        author="Hòa",
        category=category,
        cover=picture,
        cover_alt="Hội trường",
        clearance=Clearance.PUBLIC,
        body=[
            ("text", "<p>Chữ <b>đậm</b></p>"),
            ("image", {"image": picture, "alt": "Đại biểu", "caption": "Chú thích"}),
            ("file", {"file": attachment, "title": "Toàn văn"}),
            ("related", [other]),
        ],
    )
    page.files = [ContentPageFile(file=attachment)]
    page.save_revision(user=province.contributor)
    approve(page)
    (node, _) = (edge["node"] for edge in api.data("home", {"first": 9})["articles"]["edges"])
    assert (node["title"], node["image"]["width"], node["image"]["height"]) == ("Hội nghị", 64, 48)
    assert node["image"]["alt"] == "Hội trường"
    content = api.data("article", {"id": node["id"]})["content"]
    text, image, file = content["body"]
    assert text["value"] == "<p>Chữ <b>đậm</b></p>"
    assert (image["value"]["image"]["alt"], image["value"]["caption"]) == ("Đại biểu", "Chú thích")
    assert (file["value"]["title"], file["value"]["name"]) == ("Toàn văn", "ke-hoach.pdf")
    assert [each["title"] for each in content["related"]] == ["Bài trước"]
    assert content["category"] == {"slug": "thoi-su", "name": "Thời sự"}
    assert content["source"] == {"code": "tuyen-giao", "name": "Ban Tuyên giáo"}
    assert (content["author"], len(content["attachments"])) == ("Hòa", 1)
    for url in (content["image"]["url"], image["value"]["image"]["url"], file["value"]["url"]):
        assert url.startswith("http://testserver/files/")
        assert api.client.get(url).status_code == 200
    pdf = api.client.get(content["attachments"][0]["url"])
    assert b"".join(pdf.streaming_content) == b"%PDF-1.4 x"


def test_a_correction_keeps_the_id_and_a_withdrawal_takes_all_paths_away(api, province, draft, approve):
    page = approve(draft("Bản đầu", clearance=Clearance.PUBLIC))
    first = api.data("home", {"first": 9})["articles"]["edges"][0]["node"]
    page.title = "Đính chính"
    page.save_revision(user=province.contributor)
    assert api.data("home", {"first": 9})["articles"]["edges"][0]["node"]["title"] == "Bản đầu"
    page = approve(page)
    again = api.data("article", {"id": first["id"]})["content"]
    assert (again["title"], again["version"], again["publishedAt"]) == ("Đính chính", 2, first["publishedAt"])
    assert again["updatedAt"] > first["updatedAt"]
    amendments.withdraw(actor=province.board, page_id=page.pk, reason="Sai nguồn")
    assert api.data("article", {"id": first["id"]}) == {"content": None}
    assert api.data("home", {"first": 9})["articles"]["edges"] == []
