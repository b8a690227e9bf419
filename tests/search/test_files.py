"""What stands in an attached PDF or DOCX is found, with its page, and by those alone who may see the item."""

import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from docx import Document

from demo.pdf import make_pdf
from organizations.scope import EVERYONE, Scope
from publishing.actions import FileForm
from publishing.effects import drain, drain_all
from search import files
from search.backends import Wanted
from search.files import DOCX, PDF, pages_of
from search.finding import search
from search.models import FilePage
from tests.publishing.conftest import put_out

pytestmark = pytest.mark.django_db
WANTED = Wanted(EVERYONE, "vi")


def docx(*paragraphs):
    made, kept = Document(), io.BytesIO()
    for paragraph in paragraphs:
        made.add_paragraph(paragraph)
    made.add_table(1, 1).cell(0, 0).text = "Ô trong bảng"
    made.save(kept)
    return kept.getvalue()


def with_file(content, *, audience="public", content_type=PDF, name="tep.pdf", **fields):
    stored = default_storage.save(name, ContentFile(content))
    form = FileForm(storage_name=stored, name=name, content_type=content_type, size=len(content))
    return put_out(audience, files=(form,), **fields)


def hits(query, wanted=WANTED):
    return search(query, wanted, first=9).hits


def test_the_page_is_told_on_which_it_was_found():
    many = [f"Dòng thứ {n} của văn bản" for n in range(90)]
    content = make_pdf([*many, "Điều mười hai: bí thư chi bộ triệu tập cuộc họp."])
    last = len(list(pages_of(io.BytesIO(content), PDF)))
    assert last > 1
    item = with_file(content, title="Quy chế làm việc")
    drain("search")
    assert hits("triệu tập cuộc họp") == []
    drain("search_files")
    (hit,) = hits("trieu tap cuoc hop")
    (found,) = hit.file_matches
    assert (found.page, found.name, found.file_id) == (last, "tep.pdf", item.files.get().pk)
    assert "<mark>triệu tập cuộc họp</mark>" in found.highlight


def test_a_docx_is_read_with_its_tables_and_knows_no_pages():
    with_file(docx("Biên bản họp", "Kính gửi các đồng chí"), content_type=DOCX, name="a.docx", title="Biên bản")
    drain_all()
    (hit,) = hits("ô trong bảng")
    (match,) = hit.file_matches
    assert match.page is None and match.highlight.endswith("<mark>Ô</mark> trong <mark>bảng</mark>")


def test_a_file_is_read_once_however_often_its_item_goes_out(monkeypatch):
    item = with_file(make_pdf(["Lúa nếp cái hoa vàng"]), title="Một")
    drain_all()
    kept = item.files.get()
    form = FileForm(storage_name=kept.storage_name, name=kept.name, content_type=PDF, size=kept.size)
    monkeypatch.setattr(files, "_pdf", None)
    put_out("public", page_id=item.page_id, files=(form,), title="Hai")
    drain_all()
    assert [hit.item.title for hit in hits("lúa nếp cái hoa vàng")] == ["Hai"]


def test_only_those_find_it_who_may_see_the_item():
    with_file(make_pdf(["Danh sách quy hoạch"]), audience="member:7", title="Tệp riêng")
    drain_all()
    assert hits("danh sách quy hoạch") == []
    assert len(hits("danh sách quy hoạch", Wanted(Scope(frozenset({"member:7"})), "vi"))) == 1


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(b"%PDF-1.7 nothing", PDF), (b"", PDF), (b"PK\x03\x04 nothing", DOCX), (b"no zip", DOCX), (b"\x00" * 9, PDF)],
)
def test_what_cannot_be_read_is_left_and_not_read_again(content, content_type):
    with_file(content, content_type=content_type, title="Tệp hỏng")
    drain_all()
    assert FilePage.objects.values_list("page", "text").get() == (0, "")
    assert [hit.item.title for hit in hits("tệp hỏng")] == ["Tệp hỏng"]


def test_a_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(files, "MAX_UNPACKED", 100)
    assert list(pages_of(io.BytesIO(docx("Một")), DOCX)) == []
