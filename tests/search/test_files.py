"""What stands in an attached PDF or DOCX is found, with its page, and by those alone who may see the item."""

import contextlib
import io
import threading
import uuid
import zipfile
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from docx import Document
from pypdf import PdfWriter

from demo.pdf import make_pdf
from organizations.scope import EVERYONE, Scope
from publishing.actions import FileForm, take_down
from publishing.effects import drain, drain_all
from publishing.models import PublishedFile
from search import file_index, files
from search.backends import Wanted
from search.file_index import read_files
from search.files import DOCX, MAX_TEXT, PDF, Read, read
from search.finding import search
from search.models import FilePage, FileState
from tests.publishing.conftest import put_out
from tests.search.conftest import follow_log

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


def test_the_page_is_told_on_which_it_was_found(each_index):
    many = [f"Dòng thứ {n} của văn bản" for n in range(90)]
    content = make_pdf([*many, "Điều mười hai: bí thư chi bộ triệu tập cuộc họp."])
    last = len(read(io.BytesIO(content), PDF).pages)
    assert last > 1
    item = with_file(content, title="Quy chế làm việc")
    follow_log()
    assert hits("triệu tập cuộc họp") == []
    drain("search_files")
    assert read_files() == 1
    (hit,) = hits("trieu tap cuoc hop")
    (found,) = hit.file_matches
    assert (found.page, found.name, found.file_id) == (last, "tep.pdf", item.files.get().pk)
    assert "<mark>triệu tập cuộc họp</mark>" in found.highlight


def test_a_docx_is_read_with_its_tables_and_knows_no_pages(each_index):
    with_file(docx("Biên bản họp", "Kính gửi các đồng chí"), content_type=DOCX, name="a.docx", title="Biên bản")
    drain_all()
    (hit,) = hits("ô trong bảng")
    (match,) = hit.file_matches
    assert match.page is None and match.highlight.endswith("<mark>Ô</mark> trong <mark>bảng</mark>")


def test_a_file_is_read_once_however_often_its_item_goes_out(each_index, monkeypatch):
    item = with_file(make_pdf(["Lúa nếp cái hoa vàng"]), title="Một")
    drain_all()
    kept = item.files.get()
    form = FileForm(storage_name=kept.storage_name, name=kept.name, content_type=PDF, size=kept.size)
    monkeypatch.setattr(files, "_pdf", None)
    put_out("public", page_id=item.page_id, files=(form,), title="Hai")
    drain_all()
    assert [hit.item.title for hit in hits("lúa nếp cái hoa vàng")] == ["Hai"]


def test_only_those_find_it_who_may_see_the_item(each_index):
    with_file(make_pdf(["Danh sách quy hoạch"]), audience="member:7", title="Tệp riêng")
    drain_all()
    assert hits("danh sách quy hoạch") == []
    assert len(hits("danh sách quy hoạch", Wanted(Scope(frozenset({"member:7"})), "vi"))) == 1


def encrypted():
    writer, kept = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.encrypt("mật khẩu", algorithm="RC4-128")
    writer.write(kept)
    return kept.getvalue()


def of_an_unknown_handler():
    """A PDF that asks for an encryption that nobody has."""
    return encrypted().replace(b"/Standard", b"/Strange1")


def docx_with(part, content):
    kept = io.BytesIO(docx("Một"))
    with zipfile.ZipFile(kept) as old:
        parts = {info.filename: old.read(info) for info in old.infolist()}
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as new:
        for name, each in {**parts, part: content}.items():
            new.writestr(name, each)
    return kept.getvalue()


@pytest.mark.parametrize(
    ("content", "content_type", "problem"),
    [
        (b"%PDF-1.7 nothing", PDF, "PdfStreamError"),
        (b"", PDF, "EmptyFileError"),
        (b"PK\x03\x04 nothing", DOCX, "BadZipFile"),
        (b"no zip", DOCX, "BadZipFile"),
        (docx_with("word/document.xml", b"<w:document><w:body>"), DOCX, "XMLSyntaxError"),
        (encrypted(), PDF, "FileNotDecryptedError"),
        (of_an_unknown_handler(), PDF, "NotImplementedError"),
    ],
)
def test_a_bad_file_is_noted_and_passed_over(content, content_type, problem, caplog):
    bad = with_file(content, content_type=content_type, title="Tệp hỏng")
    with_file(make_pdf(["Lúa nếp cái hoa vàng"]), title="Tệp tốt", name="tot.pdf")
    drain_all()
    assert [hit.item.title for hit in hits("tệp hỏng")] == ["Tệp hỏng"]
    assert [hit.item.title for hit in hits("lúa nếp cái hoa vàng")] == ["Tệp tốt"]
    state = FileState.objects.exclude(problem="").get()
    assert state.sha256 == bad.files.get().sha256 and state.problem.startswith(f"{problem}: ")
    assert "could not be read for search" in caplog.text
    (said,) = file_index.troubles()
    assert said.startswith(f"Tệp “tep.pdf” của trang {bad.page_id} không đọc được để tìm kiếm ({problem}: ")
    assert read_files() == 0  # and not read again
    file_index.try_again()
    assert FileState.objects.filter(done_at=None).count() == 1 and read_files() == 1


def test_check_consistency_says_which_files_it_could_not_read():
    item = with_file(b"no zip", content_type=DOCX, name="hop.docx", title="Tệp hỏng")
    drain_all()
    said = io.StringIO()
    with contextlib.suppress(CommandError):  # the item was put out by no approval
        call_command("check_consistency", stdout=said)
    assert f"Lưu ý: Tệp “hop.docx” của trang {item.page_id} không đọc được để tìm kiếm" in said.getvalue()


def test_a_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(files, "MAX_UNPACKED", 100)
    assert read(io.BytesIO(docx("Một")), DOCX) == Read([], "ValueError: its parts are too large")


def test_the_pages_read_before_a_bad_one_count(monkeypatch):
    def broken(file):
        yield 1, "Trang đầu"
        raise NotImplementedError("a filter")

    monkeypatch.setattr(files, "_pdf", broken)
    assert read(io.BytesIO(), PDF) == Read([(1, "Trang đầu")], "NotImplementedError: a filter")


def test_every_item_that_brings_a_file_is_found_by_it(each_index):
    """The same file in both languages, out in one release before anybody read it."""
    content = make_pdf(["Lúa nếp cái hoa vàng"])
    with_file(content, title="Một")
    with_file(content, title="Hai")
    with_file(content, title="Three", locale="en")
    drain_all()
    assert sorted(hit.item.title for hit in hits("lúa nếp cái hoa vàng")) == ["Hai", "Một"]
    assert [hit.item.title for hit in hits("lúa nếp cái hoa vàng", Wanted(EVERYONE, "en"))] == ["Three"]


def test_each_file_that_was_read_is_kept_when_the_time_is_over(monkeypatch):
    for n in range(3):
        with_file(make_pdf([f"Giống lúa số {n}"]), title=f"Tin {n}")
    drain("search")
    drain("search_files")
    monkeypatch.setattr(file_index, "SECONDS", 0.0)
    ticks = iter([0.0, -1.0, 1.0])  # the end; before it; after it
    monkeypatch.setattr(file_index, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    assert read_files() == 1
    assert len(hits("giống lúa")) == 1
    monkeypatch.undo()
    assert read_files() == 2
    assert len(hits("giống lúa")) == 3


def test_a_file_over_which_a_process_died_is_tried_once_more_and_then_passed_over(monkeypatch):
    with_file(make_pdf(["Lúa nếp"]), title="Tệp dữ")
    drain("search")
    drain("search_files")

    def killed(*args):
        raise SystemExit

    def try_once():
        with contextlib.suppress(SystemExit):
            read_files()

    monkeypatch.setattr(file_index, "read", killed)
    try_once()
    state = FileState.objects.get()
    assert (state.tries, state.is_being_read, state.done_at) == (1, True, None)
    try_once()  # not before its process must be dead
    assert FileState.objects.get().tries == 1
    for tries in (2, 3):
        FileState.objects.update(begun_at=F("begun_at") - file_index.DEAD_AFTER)
        try_once()
        assert FileState.objects.get().tries == tries
    state = FileState.objects.get()
    assert (state.is_being_read, state.problem) == (False, "its reader did not come to an end")
    assert state.done_at is not None


def test_a_storage_that_is_away_says_nothing_of_the_file(monkeypatch):
    with_file(make_pdf(["Lúa nếp cái hoa vàng"]), title="Một")

    def away(name):
        raise ConnectionError("no route")

    with monkeypatch.context() as patch:
        patch.setattr(file_index.default_storage, "open", away)
        for _ in range(5):
            drain_all()
    state = FileState.objects.get()
    assert (state.tries, state.done_at, state.problem) == (0, None, "the storage does not answer: no route")
    drain_all()
    assert len(hits("lúa nếp cái hoa vàng")) == 1
    assert FileState.objects.get().problem == ""


def test_one_file_is_read_at_a_time(monkeypatch):
    for n in range(2):
        with_file(make_pdf([f"Lúa {n}"]), title=f"Tin {n}")
    drain("search")
    drain("search_files")
    others = []

    def read_while_another_asks(file, content_type):
        others.append(read_files())
        return read(file, content_type)

    monkeypatch.setattr(file_index, "read", read_while_another_asks)
    assert read_files() == 2
    assert others == [0, 0]


def test_what_was_taken_down_before_it_was_read_is_read_when_it_comes_out_again():
    item = with_file(make_pdf(["Lúa nếp cái hoa vàng"]), title="Một")
    drain("search_files")
    take_down(page_id=item.page_id)
    drain_all()
    assert not FileState.objects.exists()
    with_file(make_pdf(["Lúa nếp cái hoa vàng"]), title="Hai", page_id=item.page_id)
    drain_all()
    assert [hit.item.title for hit in hits("lúa nếp cái hoa vàng")] == ["Hai"]


@pytest.mark.django_db(transaction=True)
def test_a_publication_is_found_while_a_long_file_is_being_read(monkeypatch):
    with_file(make_pdf(["Lúa nếp"]), title="Tệp dài")
    found = []

    def other_process():
        put_out("public", title="Tin nóng")
        drain_all()
        found.extend(hit.item.title for hit in hits("tin nóng"))
        connection.close()

    def long(file, content_type):
        other = threading.Thread(target=other_process)
        other.start()
        other.join()
        return read(file, content_type)

    monkeypatch.setattr(file_index, "read", long)
    drain_all()
    assert found == ["Tin nóng"]
    assert [hit.item.title for hit in hits("lúa nếp")] == ["Tệp dài"]


def test_words_on_late_pages_are_found(each_index):
    """What 300 pages say, with every word there is; and the last of them."""
    letters = "abcdeghiklmnopqrstuvxy"
    words = [f"{a}{b}{c}xq" for a in letters for b in letters for c in letters]
    text = " ".join(words + [f"chữ{n % 40}" for n in range(50_000)])
    assert 300_000 < len(text) < MAX_TEXT
    item = put_out("public", title="Quy hoạch tỉnh")
    PublishedFile.objects.create(
        id=uuid.uuid4(), item=item, storage_name="q.pdf", name="q.pdf", content_type=PDF, size=1, sha256="5" * 64
    )
    FilePage.objects.create(sha256="5" * 64, page=1, text=text)
    FilePage.objects.create(sha256="5" * 64, page=300, text="Bảo tồn đàn sếu đầu đỏ ở cồn Vành")
    follow_log()
    for query in ("sếu đầu đỏ", "seu cồn vành", "sếu", "quy hoạch sếu", "yyyxq abcxq"):
        assert [hit.item.title for hit in hits(query)] == ["Quy hoạch tỉnh"], query
    (match,) = hits("sếu đầu đỏ")[0].file_matches
    assert (match.page, match.highlight) == (300, "Bảo tồn <mark>đàn sếu đầu đỏ</mark> ở cồn Vành")


def test_text_that_is_none_does_not_break_the_index(each_index):
    """Scanned at random: every word another, each as long as a word may be."""
    text = " ".join(f"{n:05d}ở".rjust(64, "ậ")[::-1] for n in range(40_000))
    item = put_out("public", title="Tệp quét")
    PublishedFile.objects.create(
        id=uuid.uuid4(), item=item, storage_name="q.pdf", name="q.pdf", content_type=PDF, size=1, sha256="5" * 64
    )
    FilePage.objects.create(sha256="5" * 64, page=1, text=text)
    follow_log()
    assert [hit.item.title for hit in hits("tệp quét")] == ["Tệp quét"]
