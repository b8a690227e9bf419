"""Who reads a file that not every member may read is in the audit, and who was refused one; nobody else is."""

import uuid

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile

from audit.models import AuditEntry
from cms.models import Attachment
from editorial.models import Approval
from handbook.notices import actions as notice_actions
from tests.api.conftest import token_for
from tests.api.test_files import get
from tests.handbook.notices.conftest import staff, write

__all__ = ["staff", "write"]  # fixtures of the room's own tests
pytestmark = pytest.mark.django_db


def readings():
    acts = AuditEntry.objects.filter(act__in=["read_file", "open_page"])
    return list(acts.values_list("act", "actor", "outcome", "target"))


def test_a_file_for_some_members_only_is_recorded_for_each_who_reads_it(api, people, out, province):
    item = out("Riêng", audience=[f"member:{province.units.TB01.pk}"], storage_name="rieng.pdf")
    assert get(api, item, people.member).status_code == 200
    assert get(api, item, people.secretary).status_code == 200
    entries = AuditEntry.objects.filter(act="read_file")
    assert [(each.actor, each.outcome, each.target_id, each.detail) for each in entries] == [
        (name, "done", str(item.files.get().pk), {"title": "Riêng"}) for name in ("DV1", "DV3")
    ]
    assert entries[0].actor_unit == province.units.TB01XA.path


@pytest.mark.parametrize("audience", [["public"], ["member"], ["member", "committee:1"]])
def test_a_file_that_every_member_may_read_is_not(api, people, out, audience):
    item = out("Chung", audience=audience, storage_name="chung.pdf")
    assert get(api, item, people.member).status_code == 200
    assert readings() == []


def test_a_public_file_costs_one_query_as_before(api, out, django_assert_num_queries):
    item = out("Công khai", storage_name="cong-khai.pdf")
    path = f"/files/{item.files.get().pk}/a.pdf"
    with django_assert_num_queries(1):
        assert api.client.get(path).status_code == 200


def test_ranges_and_questions_whether_it_changed_are_one_reading(api, people, out, province):
    item = out("Riêng", audience=[f"member:{province.units.TB01.pk}"], storage_name="rieng.pdf")
    etag = get(api, item, people.member)["ETag"]
    for headers in ({"HTTP_RANGE": "bytes=1-3"}, {"HTTP_IF_NONE_MATCH": etag}, {}):
        get(api, item, people.member, **headers)
    assert len(readings()) == 1
    cache.clear()  # as the cache does by itself when its time is over; Redis goes by no clock of ours
    get(api, item, people.member)
    assert len(readings()) == 2


def test_a_refusal_is_recorded_with_who_asked(api, people, out, province):
    item = out("Riêng", audience=[f"member:{province.units.TB01.pk}"], storage_name="rieng.pdf")
    answers = [get(api, item), get(api, item, people.elsewhere), get(api, item, people.elsewhere)]
    assert [answer.status_code for answer in answers] == [404] * 3
    name = item.files.get().name
    assert readings() == [("read_file", "anonymous", "refused", name), ("read_file", "DV2", "refused", name)]
    detail = AuditEntry.objects.get(actor="DV2").detail
    assert detail == {"code": "NOT_FOUND", "channel": "files", "address": "127.0.0.1"}


def test_what_never_was_fills_no_audit(api, people):
    for _n in range(3):
        assert api.client.get(f"/files/{uuid.uuid4()}/a.pdf").status_code == 404
        assert api.client.get(f"/notices/files/{uuid.uuid4()}/a.pdf").status_code == 404
    assert readings() == []


def test_what_cannot_be_recorded_is_not_read(api, people, out, province, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("không ghi được")

    monkeypatch.setattr("audit.readings.record", broken)
    item = out("Riêng", audience=[f"member:{province.units.TB01.pk}"], storage_name="rieng.pdf")
    assert get(api, item, people.member).status_code == 500
    public = out("Công khai", storage_name="cong-khai.pdf")
    assert get(api, public, people.member).status_code == 200


# --- notices


def notice_file(staff, write, sender, unit):
    file = notice_actions.keep_file(actor=sender, file=ContentFile(b"0123456789"), name="Giấy mời.pdf")
    write(sender, unit, files=(file.pk,))
    return f"/notices/files/{file.pk}/a.pdf"


def authorized(api, path, user):
    return api.client.get(path, HTTP_AUTHORIZATION=f"Bearer {token_for(user)}").status_code


def test_the_file_of_a_notice_to_a_part_is_recorded(api, people, staff, write):
    path = notice_file(staff, write, staff.commune, "TB01X")
    assert authorized(api, path, people.member) == 200
    assert authorized(api, path, people.elsewhere) == 404
    assert readings() == [
        ("read_file", "DV1", "done", "Giấy mời.pdf"),
        ("read_file", "DV2", "refused", "Giấy mời.pdf"),
    ]
    assert AuditEntry.objects.filter(act="read_file").first().unit.count("/") == 4


def test_the_file_of_a_notice_to_everybody_is_not(api, people, staff, write):
    path = notice_file(staff, write, staff.tb, "TB")
    assert authorized(api, path, people.member) == 200
    assert readings() == []


# --- the admin


def test_a_document_of_the_library_is_recorded_unless_every_member_may_read_it(client, province, out):
    file = Attachment.objects.create(title="Tờ trình", file=ContentFile(b"%PDF-1.4", name="to-trinh.pdf"))
    client.force_login(province.contributor)
    assert client.get(file.url).status_code == 200
    assert readings() == [("read_file", "ctv", "done", "Tờ trình")]
    item = out("Chung", audience=["member"], storage_name="x.pdf")
    item.files.update(storage_name=file.file.name)
    client.force_login(province.board)
    assert client.get(file.url).status_code == 200
    assert len(readings()) == 1


def test_a_page_of_another_desk_is_a_refusal_that_is_recorded(client, province, draft):
    page = draft("Nháp kín")
    client.force_login(province.other_desk)
    for _n in range(2):
        assert client.get(f"/admin/pages/{page.pk}/edit/").status_code == 404
    assert client.get(f"/admin/editorial/review/{page.pk}/{page.latest_revision_id}/").status_code == 404
    assert client.get("/admin/pages/999999/edit/").status_code == 404
    assert readings() == [("open_page", "bt2", "refused", "Nháp kín")]
    assert Approval.objects.count() == 0
