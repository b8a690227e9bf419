"""Publishing questions and answers: with consent, without names, and through the same gate as everything else."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.refusals import Refused
from cms.models import Article, Category
from editorial import actions as editorial
from editorial import gate
from editorial.amendments.actions import withdraw
from editorial.models import Schedule
from handbook.feedback import actions
from messaging.models import TextDelivery
from organizations.models import Member
from publishing.models import PublishedItem
from tests.conftest import make_member
from tests.handbook.feedback.conftest import fresh

pytestmark = pytest.mark.django_db
TEXT = {"title": "Đóng đảng phí", "question": "Đóng ngày nào?", "answer": "Ngày 5 hằng tháng."}


@pytest.fixture
def category(province):
    return Category.objects.create(slug="hoi-dap", name="Hỏi - đáp", path="/hoi-dap/")


@pytest.fixture
def answered(folk, sent, category):
    """An answered thread of the commune whose author agrees."""
    thread = sent(to="TB01X")
    actions.answer_feedback(actor=folk.commune, thread=thread, body="Ngày 5")
    actions.allow_publication(member=folk.member.own, thread_id=thread.pk, allowed=True)
    return fresh(thread)


def test_it_becomes_a_draft_on_the_desk_and_nobody_reads_it(province, folk, answered):
    page = actions.publish_feedback(actor=folk.commune, thread=answered, **TEXT)
    article = Article.objects.get(pk=page.pk)
    assert (article.live, article.source, article.category.slug) == (False, province.source, "hoi-dap")
    assert article.clearance == "member" and article.author == "Đảng ủy xã 01"
    assert "Ngày 5 hằng tháng." in str(article.body)
    assert not PublishedItem.objects.exists()
    with pytest.raises(Exception, match="phê duyệt"):
        gate.refuse_unapproved(article.latest_revision)
    assert fresh(answered).published_page_id == page.pk


def test_from_the_desk_it_goes_the_ordinary_way(province, folk, answered):
    page = actions.publish_feedback(actor=folk.commune, thread=answered, **TEXT)
    editorial.submit(actor=province.desk, page_id=page.pk)
    article = Article.objects.get(pk=page.pk)
    assert article.workflow_in_progress and not article.live
    assert not PublishedItem.objects.exists()


def test_what_keeps_it_from_the_desk(folk, sent, answered, refused, category, province):
    plain = sent(to="TB01X")
    with refused("CONFLICT"):  # not answered yet
        actions.publish_feedback(actor=folk.commune, thread=plain, **TEXT)
    actions.answer_feedback(actor=folk.commune, thread=plain, body="Đáp")
    with refused("FORBIDDEN"):  # its author does not agree
        actions.publish_feedback(actor=folk.commune, thread=plain, **TEXT)
    for who in (folk.secretary, folk.elsewhere, folk.member):
        with refused("NOT_FOUND", "id"):
            actions.publish_feedback(actor=who, thread=answered, **TEXT)
    category.slug = "khac"
    category.save()
    with refused("CONFLICT"):  # there is no place for it
        actions.publish_feedback(actor=folk.commune, thread=answered, **TEXT)
    category.slug = "hoi-dap"
    category.save()
    actions.publish_feedback(actor=folk.commune, thread=answered, **TEXT)
    with refused("CONFLICT"):  # twice
        actions.publish_feedback(actor=folk.commune, thread=answered, **TEXT)


@pytest.mark.parametrize("field", ["title", "question", "answer"])
def test_names_keep_it_from_the_desk(folk, answered, refused, field):
    member = folk.member.own
    type(member).objects.filter(pk=member.pk).update(phone="0912345678", email="an@tb.vn")
    for told in (member.full_name, member.full_name.upper(), "nguyen van an", member.code, "0912345678", "an@tb.vn"):
        with refused("INVALID", "question"):
            actions.publish_feedback(actor=folk.commune, thread=answered, **{**TEXT, field: f"Đồng chí {told} hỏi"})


def test_the_cell_of_an_anonymous_author_is_a_name_too(folk, sent, category, refused):
    thread = sent(to="TB01X", anonymous_to_cell=True)
    actions.answer_feedback(actor=folk.commune, thread=thread, body="Đáp")
    actions.allow_publication(member=folk.member.own, thread_id=thread.pk, allowed=True)
    with refused("INVALID", "question"):
        actions.publish_feedback(actor=folk.commune, thread=thread, **{**TEXT, "question": "Ở Chi bộ 01A thì sao?"})
    assert actions.publish_feedback(actor=folk.commune, thread=thread, **TEXT)


def test_consent_is_taken_back(folk, answered, refused):
    actions.allow_publication(member=folk.member.own, thread_id=answered.pk, allowed=False)
    with refused("FORBIDDEN"):
        actions.publish_feedback(actor=folk.commune, thread=answered, **TEXT)


@pytest.fixture
def submitted(province, folk, answered):
    """Its draft, on its way."""
    page = actions.publish_feedback(actor=folk.commune, thread=answered, **TEXT)
    editorial.submit(actor=province.desk, page_id=page.pk)
    return Article.objects.get(pk=page.pk)


def test_without_consent_it_does_not_go_out_whatever_was_approved(province, folk, answered, submitted, approve):
    actions.allow_publication(member=folk.member.own, thread_id=answered.pk, allowed=False)
    approve(submitted, submit=False)
    assert not PublishedItem.objects.exists()
    assert "đã rút đồng ý" in Schedule.objects.get(page=submitted).last_error
    with pytest.raises(Refused, match="đã rút đồng ý"):
        gate.publish(submitted.latest_revision, actor=province.board, due_at=timezone.now())
    with pytest.raises(Refused, match="đã rút đồng ý"):  # nor in an emergency
        gate.publish(submitted.latest_revision, actor=province.board, due_at=timezone.now(), emergency_reason="Gấp")
    assert not PublishedItem.objects.exists()
    actions.allow_publication(member=folk.member.own, thread_id=answered.pk, allowed=True)
    gate.publish(submitted.latest_revision, actor=province.board, due_at=timezone.now())
    assert PublishedItem.objects.out().count() == 1


def test_what_is_out_without_consent_lies_on_the_desk_to_be_withdrawn(
    client, province, folk, answered, submitted, approve
):
    approve(submitted, submit=False)
    assert PublishedItem.objects.out().count() == 1
    make_member("BT", province.units.TB01XB, province.desk)
    Member.objects.filter(code="BT").update(phone="0912000111")

    def desk(user):
        client.force_login(user)
        return client.get(reverse("editorial_desk")).content.decode()

    assert "phải gỡ" not in desk(province.board)
    actions.allow_publication(member=folk.member.own, thread_id=answered.pk, allowed=False)
    for user in (province.board, province.desk):
        page = desk(user)
        assert "phải gỡ" in page and "đã rút đồng ý" in page and TEXT["title"] in page
        assert folk.member.own.full_name not in page
    assert "phải gỡ" not in desk(province.other_desk)
    (text,) = TextDelivery.objects.filter(effect_key__startswith="consent:").values_list("text", flat=True)
    assert "rút đồng ý đăng hỏi đáp “Đóng đảng phí”" in text and folk.member.own.full_name not in text
    actions.allow_publication(member=folk.member.own, thread_id=answered.pk, allowed=False)  # said twice, told once
    assert TextDelivery.objects.filter(effect_key__startswith="consent:").count() == 1
    withdraw(actor=province.board, page_id=submitted.pk, reason="Đảng viên rút đồng ý")
    assert "phải gỡ" not in desk(province.board)


def test_the_screen(client, folk, answered):
    address = reverse("feedback:publish", args=[answered.pk])
    client.force_login(folk.elsewhere)
    assert client.get(address).status_code == 404
    client.force_login(folk.commune)
    assert address in client.get(reverse("feedback:thread", args=[answered.pk])).content.decode()
    assert "Ngày 5" in client.get(address).content.decode()
    kept = client.post(address, {**TEXT, "question": f"{folk.member.own.full_name} hỏi"})
    assert kept.status_code == 200 and "Nội dung còn tên" in kept.content.decode()
    assert client.post(address, TEXT).status_code == 302
    assert "Đã có bản nháp hỏi đáp" in client.get(reverse("feedback:thread", args=[answered.pk])).content.decode()
