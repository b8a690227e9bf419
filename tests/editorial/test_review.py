"""The review page: exactly one text, for those involved, and a decision about exactly that text."""

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from wagtail.images.tests.utils import get_test_image_file

from audit.models import AuditEntry
from audit.refusals import Refused
from cms.models import Attachment, ContentPageFile, Picture
from editorial import actions
from editorial.models import Approval
from editorial.models.approval import text_digest
from publishing.models import PublishedItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def submitted(province, draft):
    page = draft("Tin chờ duyệt", summary="Tóm tắt ngắn")
    actions.submit(actor=province.contributor, page_id=page.pk)
    page.refresh_from_db()
    return page


def address_of(page, revision_id=None):
    return reverse("editorial_review", args=[page.pk, revision_id or page.latest_revision_id])


def decision(page, decision="approve", **form):
    return {"decision": decision, "digest": text_digest(page.latest_revision_id), **form}


def test_four_visitors_and_the_others(province, submitted, signed_in):
    address = address_of(submitted)
    assert Client().get(address).url.startswith(reverse("wagtailadmin_login"))
    people = ("contributor", "desk", "board", "admin", "other_desk", "thuongtruc1")
    answers = {name: signed_in(getattr(province, name)).get(address) for name in people}
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "contributor": 200,
        "desk": 200,
        "board": 200,
        "admin": 200,
        "other_desk": 404,
        "thuongtruc1": 404,  # it has not come to the committee yet
    }
    buttons = {name for name, answer in answers.items() if 'value="approve"' in answer.content.decode()}
    assert buttons == {"desk"}


def test_the_committee_sees_what_has_come_to_it_and_not_the_drafts_after(province, submitted, approve, signed_in):
    page = approve(submitted, steps=2, submit=False)
    client = signed_in(province.thuongtruc1)
    reached = page.latest_revision_id
    assert client.get(address_of(page)).status_code == 200
    page.title = "Bản sửa"
    page.save_revision(user=province.board)
    page.refresh_from_db()
    assert client.get(address_of(page)).status_code == 404
    html = client.get(address_of(page, reached)).content.decode()
    assert "Bản này đã được sửa" in html
    assert 'value="approve"' not in html
    assert "Khi bản mới đến bước của bạn" in html


def test_a_superseded_text_leads_to_the_new_one(province, submitted, signed_in):
    old = submitted.latest_revision_id
    submitted.title = "Bản sửa"
    submitted.save_revision(user=province.contributor)
    submitted.refresh_from_db()
    html = signed_in(province.desk).get(address_of(submitted, old)).content.decode()
    assert "Bản này đã được sửa" in html
    assert address_of(submitted) in html
    assert 'name="decision"' not in html


def test_approving_on_the_page(province, submitted, signed_in):
    answer = signed_in(province.desk).post(address_of(submitted), decision(submitted, comment="Tốt"))
    assert answer.url == reverse("editorial_desk")
    approval = Approval.objects.get()
    assert (approval.person, approval.revision_id, approval.decision, approval.comment) == (
        province.desk,
        submitted.latest_revision_id,
        "approve",
        "Tốt",
    )
    submitted.refresh_from_db()
    assert submitted.current_workflow_task.name == "Ban Biên tập duyệt"


def test_returning_needs_a_reason_and_keeps_what_was_typed(province, submitted, signed_in):
    client = signed_in(province.desk)
    answer = client.post(address_of(submitted), decision(submitted, "return", comment="  "))
    assert answer.status_code == 400
    assert "Hãy ghi lý do trả lại" in answer.content.decode()
    assert Approval.objects.count() == 0
    assert AuditEntry.objects.filter(outcome="refused", act="decide").count() == 1
    answer = client.post(address_of(submitted), decision(submitted, "return", comment="Thiếu ảnh"))
    assert answer.status_code == 302
    submitted.refresh_from_db()
    assert submitted.current_workflow_state.status == "needs_changes"


def test_who_does_not_decide_here_is_refused_and_nothing_changes(province, submitted, signed_in):
    for name in ("contributor", "board", "admin"):
        answer = signed_in(getattr(province, name)).post(address_of(submitted), decision(submitted), follow=True)
        assert "Bạn không có tên trong bước" in answer.content.decode()
    for name in ("other_desk", "thuongtruc1"):
        assert signed_in(getattr(province, name)).post(address_of(submitted), decision(submitted)).status_code == 404
    assert Approval.objects.count() == 0


def test_a_decision_counts_only_for_the_text_that_was_shown(province, submitted, signed_in):
    form = decision(submitted)
    submitted.title = "Chèn thêm chữ"
    submitted.save_revision(user=province.contributor, overwrite_revision=submitted.latest_revision)
    submitted.refresh_from_db()
    answer = signed_in(province.desk).post(address_of(submitted), form, follow=True)
    assert "vừa được sửa" in answer.content.decode()
    assert Approval.objects.count() == 0


@pytest.mark.parametrize("digest", ["", "0" * 64])
def test_decide_refuses_another_digest(province, submitted, digest):
    with pytest.raises(Refused, match="vừa được sửa"):
        actions.decide(
            actor=province.desk,
            page_id=submitted.pk,
            revision_id=submitted.latest_revision_id,
            decision="approve",
            digest=digest,
        )
    assert Approval.objects.count() == 0


def test_a_decision_without_a_digest_sent_by_hand_is_refused(province, submitted, signed_in):
    signed_in(province.desk).post(address_of(submitted), {"decision": "approve"})
    assert Approval.objects.count() == 0


def test_the_last_writer_gets_no_approve_button(province, draft, signed_in):
    page = draft("Tự viết", user=province.desk)
    actions.submit(actor=province.desk, page_id=page.pk)
    html = signed_in(province.desk).get(address_of(page)).content.decode()
    assert 'value="approve"' not in html
    assert 'value="return"' in html
    signed_in(province.desk).post(address_of(page), decision(page))
    assert Approval.objects.count() == 0


def test_what_changed_since_the_last_submission(province, draft, send_back, signed_in):
    page = send_back(draft("Tên cũ"))
    page.title = "Tên mới"
    page.save_revision(user=province.contributor)
    actions.submit(actor=province.contributor, page_id=page.pk)
    page.refresh_from_db()
    html = signed_in(province.desk).get(address_of(page)).content.decode()
    assert '<span class="deletion">cũ</span>' in html
    assert '<span class="addition">mới</span>' in html
    assert "Xem hai bản cạnh nhau" in html


def test_a_committee_gets_the_differences_without_the_editors_tools(province, draft, approve, signed_in):
    page = approve(draft("Tên cũ"))
    page.title = "Tên mới"
    page.save_revision(user=province.contributor)
    approve(page, steps=2)
    html = signed_in(province.thuongtruc1).get(address_of(page)).content.decode()
    assert "Đã sửa gì so với bản đang đăng" in html
    assert '<span class="addition">mới</span>' in html
    assert "Xem so sánh đầy đủ" not in html
    assert reverse("wagtailadmin_pages:edit", args=[page.pk]) not in html


def test_pictures_and_files_open_for_the_reviewer_and_for_nobody_else(province, draft, signed_in):
    picture = Picture.objects.create(title="Ảnh", file=get_test_image_file())
    file = Attachment.objects.create(title="Kế hoạch", file=ContentFile(b"noi dung", name="ke-hoach.pdf"))
    page = draft("Có ảnh", cover=picture, cover_alt="Một ảnh")
    page.files = [ContentPageFile(file=file)]
    page.save_revision(user=province.contributor)
    actions.submit(actor=province.contributor, page_id=page.pk)
    page.refresh_from_db()
    client = signed_in(province.desk)
    html = client.get(address_of(page)).content.decode()
    links = [part.split('"')[0] for part in html.split('"') if "/file/" in part]
    assert len(links) == 2
    kinds = {}
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200
        kinds[answer["Content-Type"]] = answer["Content-Disposition"].split(";")[0]
        assert "no-store" in answer["Cache-Control"]
        for stranger in (province.other_desk, province.thuongtruc1):
            assert signed_in(stranger).get(link).status_code == 404
        assert Client().get(link).status_code == 302
    assert kinds == {"image/webp": "inline", "application/pdf": "attachment"}
    assert client.get(links[0][:-5] + "xxxx/").status_code == 404


def test_a_file_of_another_text_does_not_open_under_this_one(province, draft, signed_in):
    file = Attachment.objects.create(title="Mật", file=ContentFile(b"mat", name="mat.pdf"))
    foreign = draft("Của tổ chức", index=province.other_index, user=province.other_desk)
    foreign.files = [ContentPageFile(file=file)]
    foreign.save_revision(user=province.other_desk)
    foreign.refresh_from_db()
    html = signed_in(province.other_desk).get(address_of(foreign)).content.decode()
    [link] = [part for part in html.split('"') if "/file/" in part]
    signed = link.rstrip("/").rsplit("/", 1)[-1]
    own = draft("Của tuyên giáo")
    stolen = reverse("editorial_review_file", args=[own.pk, own.latest_revision_id, signed])
    assert signed_in(province.contributor).get(stolen).status_code == 404


def test_related_content_is_named_only_to_those_who_may_read_it(province, draft, approve, signed_in):
    out = approve(draft("Đã đăng"))
    secret = draft("Nháp kín", index=province.other_index, user=province.other_desk)
    page = draft("Có liên quan", body=[("related", [out, secret])])
    actions.submit(actor=province.contributor, page_id=page.pk)
    page.refresh_from_db()
    assert PublishedItem.objects.count() == 1
    html = signed_in(province.desk).get(address_of(page)).content.decode()
    assert "Nháp kín" not in html


def test_a_text_that_lost_its_picture_is_shown_as_such(province, draft, signed_in):
    picture = Picture.objects.create(title="Ảnh", file=get_test_image_file())
    page = draft("Mất ảnh", cover=picture, cover_alt="Một ảnh")
    actions.submit(actor=province.contributor, page_id=page.pk)
    page.refresh_from_db()
    picture.file.storage.delete(picture.file.name)
    cache.clear()  # Wagtail keeps renditions there
    answer = signed_in(province.desk).get(address_of(page))
    assert answer.status_code == 200
    assert "có ảnh hoặc tệp bị thiếu" in answer.content.decode()
