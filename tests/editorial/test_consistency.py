"""check_consistency: each kind of difference is made by hand, found, and mended only if that publishes nothing."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from wagtail.models import Page

from audit.actions import first_broken_entry
from audit.models import AuditEntry
from cms.models import ContentPageFile
from editorial import consistency
from editorial.amendments import actions as amendments
from editorial.consistency import Difference, Kind
from publishing.models import Change, Publication, PublishedAudience, PublishedFile, PublishedItem

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """What rooms above compare besides is tested there (tests/search)."""
    monkeypatch.setattr(consistency, "_further_checks", [])
    monkeypatch.setattr(consistency, "_further_mends", {})


@pytest.fixture
def page(draft, approve):
    return approve(draft("Tin đang đăng"))


@pytest.fixture
def bystander(draft, approve):
    """Another page that is out and must stay as it is."""
    page = approve(draft("Tin bên cạnh"))
    return PublishedItem.objects.get(page_id=page.pk)


def kinds():
    return [found.kind for found in consistency.differences()]


def state():
    return list(PublishedItem.objects.order_by("page_id").values("page_id", "version", "removed_at", "revision_id"))


def item_of(page):
    return PublishedItem.objects.filter(page_id=page.pk)


def check(capsys, *, mended):
    """Run without repair (nothing changes), then with it; return the lines of the second run."""
    before = (state(), Change.objects.count(), AuditEntry.objects.count())
    with pytest.raises(CommandError):
        call_command("check_consistency")
    assert (state(), Change.objects.count(), AuditEntry.objects.count()) == before
    capsys.readouterr()
    if mended:
        call_command("check_consistency", "--repair")
        assert kinds() == []
        assert AuditEntry.objects.filter(act="repair", actor="check_consistency").count() == 1
    else:
        with pytest.raises(CommandError):
            call_command("check_consistency", "--repair")
        assert (state(), Change.objects.count(), AuditEntry.objects.count()) == before
    assert first_broken_entry() is None
    return capsys.readouterr().out.splitlines()


def test_a_healthy_database_is_silent(province, draft, approve, capsys):
    out, withdrawn, again = (approve(draft(title)) for title in ("Một", "Hai", "Ba"))
    amendments.withdraw(actor=province.board, page_id=withdrawn.pk, reason="Nhầm")
    again.title = "Ba, đã sửa"
    again.save_revision(user=province.contributor)
    approve(again)
    draft("Chưa duyệt")
    approve(draft("Đang duyệt"), steps=2)
    assert out.live
    call_command("check_consistency")
    call_command("check_consistency", "--repair")
    assert capsys.readouterr().out == ""


def test_what_is_in_the_store_of_a_page_that_is_not_live_is_taken_down(page, bystander, capsys):
    Page.objects.filter(pk=page.pk).update(live=False, live_revision=None)
    assert kinds() == [Kind.STORE_WITHOUT_PAGE]
    with pytest.raises(CommandError):
        call_command("check_consistency")
    call_command("check_consistency", "--repair")
    item = item_of(page).get()
    assert item.removed_at is not None
    last = Change.objects.order_by("-seq").first()
    assert (last.item, last.act, last.version) == (item, "remove", 2)
    assert PublishedItem.objects.out().get() == bystander
    assert kinds() == []


def test_a_page_that_was_deleted_below_the_house_is_taken_down(page, capsys):
    PublishedItem.objects.filter(page_id=page.pk).update(page_id=page.pk + 1000)
    found = kinds()
    assert found.count(Kind.STORE_WITHOUT_PAGE) == 1
    assert found.count(Kind.PAGE_WITHOUT_STORE) == 1
    with pytest.raises(CommandError):
        call_command("check_consistency", "--repair")
    # The page's ledger hangs on an item of another page: what went out last is unknown, so people must look.
    assert PublishedItem.objects.out().count() == 0
    assert Kind.PAGE_WITHOUT_STORE in kinds()


def test_a_store_row_that_was_lost_is_written_again(page, bystander, capsys):
    item_of(page).update(removed_at="2025-01-01T00:00:00Z")
    assert kinds() == [Kind.PAGE_WITHOUT_STORE]
    lines = check(capsys, mended=True)
    assert lines[-1] == "Đã sửa 1 sai lệch."
    item = item_of(page).get()
    assert (item.removed_at, item.version, item.revision_id) == (None, 2, page.live_revision_id)
    assert Publication.objects.count() == 2


def test_live_without_approvals_is_told_and_never_published(province, draft, bystander, capsys):
    page = draft("Lách duyệt")
    Page.objects.filter(pk=page.pk).update(live=True, live_revision=page.latest_revision)
    assert kinds() == [Kind.LIVE_WITHOUT_APPROVALS, Kind.PAGE_WITHOUT_STORE]
    lines = check(capsys, mended=False)
    assert any("không qua phê duyệt" in line for line in lines)
    assert not item_of(page).exists()


def test_what_was_withdrawn_is_not_brought_back(province, page, capsys):
    revision = page.live_revision_id
    amendments.withdraw(actor=province.board, page_id=page.pk, reason="Sai số liệu")
    Page.objects.filter(pk=page.pk).update(live=True, live_revision_id=revision)
    assert kinds() == [Kind.PAGE_WITHOUT_STORE]
    check(capsys, mended=False)
    assert PublishedItem.objects.out().count() == 0


def test_an_older_text_is_not_brought_back(province, page, approve, capsys):
    first = page.live_revision_id
    page.title = "Bản hai"
    page.save_revision(user=province.contributor)
    approve(page)
    Page.objects.filter(pk=page.pk).update(live_revision_id=first)
    assert kinds() == [Kind.OTHER_REVISION]
    check(capsys, mended=False)
    assert item_of(page).get().title == "Bản hai"


def test_the_store_with_another_revision_is_written_again(page, bystander, capsys):
    item_of(page).update(revision_id=page.live_revision_id + 1000, title="Chữ lạ")
    assert kinds() == [Kind.OTHER_REVISION]
    check(capsys, mended=True)
    item = item_of(page).get()
    assert (item.title, item.revision_id, item.version) == ("Tin đang đăng", page.live_revision_id, 2)


def test_readers_who_were_added_by_hand_are_removed(page, bystander, capsys):
    PublishedAudience.objects.create(item=item_of(page).get(), key="public")
    assert kinds() == [Kind.AUDIENCE]
    check(capsys, mended=True)
    assert list(item_of(page).get().audiences.values_list("key", flat=True)) == ["member"]


def test_an_item_of_which_the_log_knows_nothing_is_logged(page, bystander, capsys):
    item_of(page).update(version=7)
    assert kinds() == [Kind.LOG]
    check(capsys, mended=True)
    assert Change.objects.order_by("-seq").first().version == 8


def test_a_gap_in_the_log_is_told(province, page, bystander, capsys):
    page.title = "Bản hai"
    first = Change.objects.get(seq=1)
    Publication.objects.filter(change=first).update(change=Change.objects.create(
        seq=4, at=first.at, item=first.item, kind=first.kind, act="upsert", version=1,
        audience_before=[], audience_after=["member"],
    ))  # fmt: skip
    first.delete()
    assert kinds() == [Kind.LOG_GAP, Kind.LOG_GAP]
    lines = check(capsys, mended=False)
    assert lines[0] == "log_gap: Nhật ký thay đổi thiếu dòng 1 đến 1."
    assert lines[1] == "log_gap: Nhật ký thay đổi thiếu dòng 3 đến 3."


def test_a_publication_missing_from_the_ledger_is_told(page, bystander, capsys):
    Publication.objects.filter(revision_id=page.live_revision_id).delete()
    assert kinds() == [Kind.LIVE_WITHOUT_APPROVALS, Kind.LEDGER_GAP]
    check(capsys, mended=False)


def test_a_publication_missing_from_the_audit_is_told(page, bystander, capsys):
    Publication.objects.filter(revision_id=bystander.revision_id).update(revision_id=987_654)
    Page.objects.filter(pk=bystander.page_id).update(live=False, live_revision=None)
    PublishedItem.objects.filter(pk=bystander.pk).update(removed_at="2025-01-01T00:00:00Z")
    Change.objects.filter(item=bystander).update(act="remove")
    assert kinds() == [Kind.AUDIT_GAP, Kind.LEDGER_GAP]
    lines = check(capsys, mended=False)
    assert lines[0] == "audit_gap: Sổ phát hành có bản 987654, nhật ký kiểm tra không ghi."


def test_files_that_are_gone_or_changed_are_told(province, draft, approve, capsys):
    from cms.models import Attachment

    page = draft("Có tệp")
    attachment = Attachment.objects.create(title="Phụ lục", file=ContentFile(b"noi dung", name="phu-luc.txt"))
    page.files.add(ContentPageFile(file=attachment))
    page.save_revision(user=province.contributor)
    approve(page)
    file = PublishedFile.objects.get()
    assert kinds() == []
    PublishedFile.objects.update(size=1)
    assert kinds() == [Kind.FILE]
    default_storage.delete(file.storage_name)
    assert kinds() == [Kind.FILE]
    lines = check(capsys, mended=False)
    assert lines[0] == f"file: Thiếu tệp “{file.storage_name}” của trang {page.pk}."


def test_a_room_above_adds_its_own_comparison_and_mends_what_it_finds(page):
    found = Difference(Kind.SEARCH, "thiếu một mục")
    consistency.register_check(lambda: iter([found]))
    assert list(consistency.differences()) == [found]
    assert not consistency.repair(found)
    consistency.register_mend(Kind.SEARCH, lambda difference: difference == found)
    assert consistency.repair(found)


def test_a_check_costs_the_same_for_few_items_and_many(draft, approve, django_assert_num_queries):
    for total in (2, 6):
        while PublishedItem.objects.count() < total:
            approve(draft())
        with django_assert_num_queries(10):
            assert kinds() == []
