"""The media library's own files are for those who may enter the admin."""

import uuid

import pytest
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from audit.models import AuditEntry
from cms.models import Attachment, Picture
from cms.payload import PICTURE_SPEC
from publishing.models import PublishedAudience, PublishedFile, PublishedItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored():
    return default_storage.save("images/thu.png", ContentFile(b"not really a picture"))


def test_an_editor_sees_a_picture(client, province, stored):
    client.force_login(province.contributor)
    answer = client.get(f"/admin/media/{stored}")
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, b"not really a picture")
    assert answer["Cache-Control"] == "private, max-age=600"


def test_others_do_not(client, province, stored):
    assert client.get(f"/admin/media/{stored}").status_code == 302
    client.force_login(province.contributor)
    province.contributor.groups.clear()
    assert client.get(f"/admin/media/{stored}").status_code == 302


@pytest.mark.parametrize("name", ["images/none.png", "../cms/settings/base.py", "images"])
def test_what_is_not_in_the_library_is_not_found(client, province, name):
    client.force_login(province.contributor)
    assert client.get(f"/admin/media/{name}").status_code == 404


@pytest.mark.parametrize("person", ["contributor", "admin"])
def test_the_library_of_files_opens_and_leads_to_each_file(client, province, person):
    file = Attachment.objects.create(title="Biểu mẫu", file=ContentFile(b"%PDF-1.4", name="bieu-mau.pdf"))
    client.force_login(getattr(province, person))
    chooser = client.get("/admin/documents/chooser/results/")
    assert "Biểu mẫu" in chooser.content.decode()
    chosen = client.get(f"/admin/documents/chooser/chosen/{file.pk}/").json()["result"]
    assert (chosen["title"], chosen["url"]) == ("Biểu mẫu", f"/admin/media/{file.file.name}")
    if person == "admin":
        assert f'href="/admin/media/{file.file.name}"' in client.get("/admin/documents/").content.decode()
        assert "Biểu mẫu" in client.get(f"/admin/documents/edit/{file.pk}/").content.decode()
    answer = client.get(chosen["url"])
    assert b"".join(answer.streaming_content) == b"%PDF-1.4"
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("person", ["contributor", "desk", "board"])
def test_those_who_write_may_bring_a_file(client, province, person):
    client.force_login(getattr(province, person))
    assert client.get("/admin/images/add/").status_code == 200
    file = SimpleUploadedFile("bieu-mau.pdf", b"%PDF-1.4")
    client.post("/admin/documents/add/", {"title": "Biểu mẫu", "file": file})
    assert Attachment.objects.get().title == "Biểu mẫu"


@pytest.mark.parametrize(("name", "body"), [("chay.exe", b"MZ"), ("rong.pdf", b"")])
def test_a_broken_upload_is_said_and_leaves_nothing(client, province, name, body):
    client.force_login(province.contributor)
    answer = client.post("/admin/documents/add/", {"title": "Hỏng", "file": SimpleUploadedFile(name, body)})
    assert (answer.status_code, Attachment.objects.count()) == (200, 0)
    assert "Không được dùng tệp" in str(answer.context["form"].errors["file"])


# --- pictures that are for some only


@pytest.fixture
def picture(province):
    file = ContentFile(b"", name="hop.png")
    Image.new("RGB", (1600, 1200)).save(file, "PNG")
    return Picture.objects.create(title="Cuộc họp", file=ImageFile(file, name="hop.png"))


def out_with(picture, *, audience):
    """Something out with this picture, at the size for phones."""
    name = picture.get_rendition(PICTURE_SPEC).file.name
    number = PublishedItem.objects.count() + 1
    item = PublishedItem.objects.create(
        page_id=number, kind="article", version=1, revision_id=number, locale="vi", translation_key=uuid.uuid4(),
        slug=f"bai-{number}", title="Riêng", source_code="tuyen-giao", first_published_at=timezone.now(),
        published_at=timezone.now(), payload={},
    )  # fmt: skip
    PublishedAudience.objects.create(item=item, key=audience)
    PublishedFile.objects.create(
        id=uuid.uuid4(), item=item, storage_name=name, name="hop.webp", content_type="image/webp", size=9
    )


def readings():
    return list(AuditEntry.objects.filter(act="read_file").values_list("actor", "target", "target_type"))


def looked_at(client, picture):
    """The status for the small picture of the chooser, the one that goes out, and the whole."""
    names = [
        picture.get_rendition("max-165x165").file.name,
        picture.get_rendition(PICTURE_SPEC).file.name,
        picture.file.name,
    ]
    return [client.get(f"/admin/media/{name}").status_code for name in names]


def test_a_picture_of_what_is_out_for_some_only_is_recorded(client, province, picture):
    out_with(picture, audience=f"committee:{province.units.TB.pk}")
    client.force_login(province.contributor)
    assert client.get(f"/admin/media/{picture.get_rendition('max-165x165').file.name}").status_code == 200
    assert readings() == []  # by it one chooses
    assert looked_at(client, picture) == [200, 200, 200]
    assert readings() == [("ctv", "Cuộc họp", "cms.picture")]
    answer = client.get(f"/admin/media/{picture.file.name}")
    assert answer["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("audience", ["member", "public", None])
def test_a_picture_for_all_members_or_of_nothing_that_is_out_is_not(client, province, picture, audience):
    if audience:
        out_with(picture, audience=f"committee:{province.units.TB.pk}")
        out_with(picture, audience=audience)
    client.force_login(province.contributor)
    assert looked_at(client, picture) == [200, 200, 200]
    assert readings() == []


def test_every_picture_is_linked_through_here(province, picture, settings):
    """Also where media lie on S3: an address of the object store would be a reading that nobody sees."""
    rendition = picture.get_rendition(PICTURE_SPEC)
    assert rendition.url == f"/admin/media/{rendition.file.name}"


@pytest.mark.parametrize("name", ["feedback/a.png", "notices/a.png", "images/../feedback/a.png", "images//a.png"])
def test_what_lies_in_the_storage_and_is_not_of_the_library_is_not_found(client, province, name):
    default_storage.save("feedback/a.png", ContentFile(b"x"))
    default_storage.save("notices/a.png", ContentFile(b"x"))
    client.force_login(province.admin)
    assert client.get(f"/admin/media/{name}").status_code == 404


def test_on_an_object_store_the_picture_is_recorded_and_the_way_leads_there(client, province, picture, monkeypatch):
    out_with(picture, audience=f"committee:{province.units.TB.pk}")
    name = picture.get_rendition(PICTURE_SPEC).file.name

    def no_path(self, name):
        raise NotImplementedError

    monkeypatch.setattr(FileSystemStorage, "path", no_path)
    monkeypatch.setattr(FileSystemStorage, "url", lambda self, name: f"https://s3.example/{name}?X-Amz-Expires=60")
    client.force_login(province.contributor)
    answer = client.get(f"/admin/media/{name}")
    assert (answer.status_code, answer["Location"]) == (302, f"https://s3.example/{name}?X-Amz-Expires=60")
    assert answer["Cache-Control"] == "no-store"
    assert readings() == [("ctv", "Cuộc họp", "cms.picture")]
