"""A phone that speaks tus, and files of every kind that may be sent."""

from __future__ import annotations

import base64
import io
import zipfile

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from tests.api.conftest import token_for
from tests.conftest import make_user

PDF = b"%PDF-1.4\n" + bytes(range(256)) * 8


def office(*parts):
    """A zip with these parts, as Office files are."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for part in parts:
            file.writestr(part, "<x/>")
    return out.getvalue()


assert len(PDF) == 2057
DOCX = office("[Content_Types].xml", "word/document.xml")
XLSX = office("[Content_Types].xml", "xl/workbook.xml")


@pytest.fixture
def person(db):
    """Someone with an account: that is all it takes."""
    return make_user("DV1")


@pytest.fixture
def other(db):
    return make_user("DV2")


class Phone:
    """Sends what a library of tus sends."""

    def __init__(self, user=None, token=None):
        self.client = Client(raise_request_exception=False)
        self.token = token or (token_for(user) if user else None)

    def send(self, method, path, data=b"", content_type="application/offset+octet-stream", **headers):
        """Any request of the protocol."""
        given = {"Tus-Resumable": "1.0.0", **{name.replace("_", "-"): str(value) for name, value in headers.items()}}
        if self.token:
            given["Authorization"] = f"Bearer {self.token}"
        return self.client.generic(method, path, data, content_type=content_type, headers=given)

    def begin(self, name="ke-hoach.pdf", size=2057, **headers):
        metadata = f"filename {base64.b64encode(name.encode()).decode()},filetype dGV4dC9odG1s"
        return self.send("POST", "/uploads/", Upload_Length=size, Upload_Metadata=metadata, **headers)

    def path(self, name="ke-hoach.pdf", size=2057):
        """The address of a new upload."""
        response = self.begin(name, size)
        assert response.status_code == 201, response.content.decode()
        return response["Location"].removeprefix("http://testserver")

    def patch(self, path, data, offset=0, **headers):
        return self.send("PATCH", path, data, Upload_Offset=offset, **headers)

    def offset(self, path):
        response = self.send("HEAD", path)
        return int(response["Upload-Offset"]) if response.status_code == 200 else response.status_code

    def sent(self, name="ke-hoach.pdf", data=PDF):
        """The id of a file that was sent whole."""
        path = self.path(name, len(data))
        response = self.patch(path, data)
        assert response.status_code == 204, response.content.decode()
        return path.rpartition("/")[2]


@pytest.fixture
def phone(person):
    return Phone(person)


def stored(folder):
    """The names that lie in a folder of the store."""
    try:
        return sorted(default_storage.listdir(folder)[1])
    except FileNotFoundError:
        return []
