"""The media library's own files are for those who may enter the admin."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from cms.models import Attachment

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
