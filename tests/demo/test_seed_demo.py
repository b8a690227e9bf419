"""The whole province: complete, consistent, reproducible, and the same after a second run."""

import io

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.utils import timezone
from pypdf import PdfReader
from wagtail.models import Page, TaskState, WorkflowState

from accounts.models import User
from audit.actions import first_broken_entry
from audit.models import AuditEntry
from cms.models import Article, Attachment, Bulletin, Category, ContentPage, Document, Picture, Source
from cms.settings.env import DEMO_PASSWORD
from demo import bulk, people, workflow
from demo.texts import TEXTS, handwritten, read_texts
from editorial.enums import Decision, ScheduledAct, ScheduleState
from editorial.gate import missing_approvals
from editorial.models import Approval, CommitteeApproval, FeedItem, Schedule
from handbook.feedback.models import Consultation, FeedbackThread
from handbook.notices.models import Notice
from handbook.notices.reach import reach_of
from organizations.enums import Level, PositionKind
from organizations.models import Member, Membership, Organization, OrganizationVersion, Position
from organizations.scope import scope_of, scope_of_member
from publishing.models import Change, Publication, PublishedItem
from tests.demo.conftest import SIZE, seed_again

ACCOUNTS = [
    "admin", "btv1", "btv2", "ctv.tuyen-giao", "ctv.to-chuc", "ctv.van-phong", "ctv.bao-thai-binh", "bt.tuyen-giao",
    "bt.to-chuc", "bt.van-phong", "bt.bao-thai-binh", "thuongtruc1", "thuongtruc2", "thuongtruc3", "DV000001",
    "DV000060",
]  # fmt: skip


def counts():
    """How many rows each table of ours and of the workflow has."""
    ours = (
        "accounts",
        "organizations",
        "cms",
        "editorial",
        "notices",
        "feedback",
        "publishing",
        "audit",
        "wagtailcore",
        "auth",
        "wagtailusers",
    )
    models = [model for label in ours for model in apps.get_app_config(label).get_models(include_auto_created=True)]
    return {model._meta.label: model._default_manager.count() for model in models}


def test_the_tree_is_the_real_one():
    province = Organization.objects.get(code="TB")
    assert province.name == "Tỉnh ủy Thái Bình"
    below = province.children.order_by("code")
    assert below.count() == 13
    assert below.filter(code__regex=r"^TB\d{3}$").count() == 8
    assert {unit.name for unit in below if not unit.code[2:].isdigit()} == {
        "Đảng ủy Khối các cơ quan tỉnh",
        "Đảng ủy Khối doanh nghiệp tỉnh",
        "Đảng ủy Quân sự tỉnh",
        "Đảng ủy Công an tỉnh",
        "Đảng ủy Bộ đội Biên phòng tỉnh",
    }
    communes = Organization.objects.filter(level=Level.GRASSROOTS, code__regex=r"^TB\d{5}$")
    assert communes.count() == 260
    assert Organization.objects.get(code="TB12433").name == "Đảng bộ phường Lê Hồng Phong"
    assert Organization.objects.get(code="TB341").name == "Huyện ủy Thái Thụy"
    assert Organization.objects.filter(level=Level.CELL).count() == SIZE["cells"]


def test_every_unit_has_its_path_and_one_open_version():
    assert OrganizationVersion.objects.filter(valid_to=None).count() == Organization.objects.count()
    for unit in Organization.objects.select_related("parent"):
        assert unit.path == f"{unit.parent.path if unit.parent else '/'}{unit.pk}/"


def test_the_three_members_of_the_contract():
    secretary, ordinary, elsewhere = Member.objects.filter(code__in=["DV000001", "DV000002", "DV000003"]).order_by(
        "code"
    )
    assert secretary.cell.code == ordinary.cell.code == "TB12433-01"
    assert list(secretary.positions.filter(organization=secretary.cell).values_list("kind", flat=True)) == ["secretary"]
    assert ordinary.positions.count() == elsewhere.positions.count() == 0
    assert elsewhere.cell.line_ids[:1] == secretary.cell.line_ids[:1]
    assert elsewhere.cell.line_ids[1] != secretary.cell.line_ids[1]


def test_every_member_has_one_cell_an_account_and_a_folded_name():
    assert Member.objects.count() == SIZE["members"] + 3
    assert Membership.objects.filter(valid_to=None).count() == SIZE["members"] + 3
    assert not Member.objects.filter(user=None).exists()
    assert Member.objects.get(code="DV000001").name_folded.isascii()
    cells = Organization.objects.filter(level=Level.CELL)
    assert Position.objects.filter(organization__in=cells, kind=PositionKind.SECRETARY).count() == SIZE["cells"]


@pytest.mark.parametrize("username", ACCOUNTS)
def test_accounts_sign_in_with_the_demo_password(username, rf):
    assert authenticate(rf.post("/"), username=username, password=DEMO_PASSWORD).username == username
    assert authenticate(rf.post("/"), username=username, password="khác") is None


def test_the_standing_committee_leads_the_province_from_a_cell_of_the_agencies():
    province = Organization.objects.get(code="TB")
    held = Position.objects.filter(organization=province).order_by("member__code")
    assert list(held.values_list("member__user__username", "kind")) == [
        ("thuongtruc1", "secretary"),
        ("thuongtruc2", "deputy_secretary"),
        ("thuongtruc3", "deputy_secretary"),
    ]
    assert {position.member.cell.code for position in held} == {"TBCQ-01-01"}
    assert User.objects.get(username="thuongtruc1").get_full_name() == "Nguyễn Khắc Thắng"
    assert User.objects.get(username="btv1").wagtail_userprofile.preferred_language == "vi"


def test_sources_have_their_categories_and_two_of_three_approve():
    assert set(Source.objects.values_list("code", flat=True)) == {
        "TB341", "bao-thai-binh", "to-chuc", "tuyen-giao", "van-phong",
    }  # fmt: skip
    assert Category.objects.get(slug="nghiep-vu").path == "/xay-dung-dang/nghiep-vu/"
    step = CommitteeApproval.objects.get(organization__code="TB")
    assert step.required == 2
    assert [step.is_own_reviewer(User.objects.get(username=f"thuongtruc{n}"), None) for n in (1, 2, 3)] == [True] * 3
    assert all(source.allowed_categories.exists() and source.name_en for source in Source.objects.all())


def test_content_stands_in_every_state():
    # What the feeds brought has no owner.
    vietnamese = ContentPage.objects.filter(locale__language_code="vi", owner__isnull=False)
    assert ContentPage.objects.filter(owner=None).count() == FeedItem.objects.count() == 15
    assert vietnamese.count() == SIZE["items"]
    waiting = TaskState.objects.filter(status=TaskState.STATUS_IN_PROGRESS)
    steps = {
        (state.task.specific.__class__.__name__, Approval.objects.standing().filter(
            revision=state.revision, step=state.task, decision=Decision.APPROVE).count())
        for state in waiting
    }  # fmt: skip
    assert steps == {("DeskReview", 0), ("BoardReview", 0), ("CommitteeApproval", 0), ("CommitteeApproval", 1)}
    in_review = WorkflowState.objects.values_list("object_id", flat=True)
    never_submitted = vietnamese.exclude(pk__in=[int(pk) for pk in in_review])
    assert list(never_submitted.values_list("slug", flat=True)) == ["cau-qua-song-tra-ly"]
    returned = Approval.objects.filter(decision=Decision.RETURN)
    assert returned.count() >= 1
    assert all(len(each.comment) > 20 for each in returned)
    assert Schedule.objects.pending().filter(act=ScheduledAct.PUBLISH).count() >= 1
    assert vietnamese.filter(live=True, has_unpublished_changes=True).count() >= 1
    assert PublishedItem.objects.exclude(removed_at=None).count() == 2
    assert AuditEntry.objects.filter(act="withdraw").count() == 1
    assert AuditEntry.objects.filter(act="expire").count() == 1
    assert Schedule.objects.filter(act=ScheduledAct.EXPIRE, state=ScheduleState.DONE).count() == 1
    assert Schedule.objects.failed().count() == 0


def test_kinds_clearances_and_addressed_units_are_all_there():
    assert min(model.objects.count() for model in (Article, Bulletin, Document)) >= 1
    assert set(ContentPage.objects.values_list("clearance", flat=True)) == {"public", "member", "committee"}
    assert ContentPage.objects.filter(addressed_to__code="TB341").count() >= 2
    assert Document.objects.get(number="52-NQ/TW", locale__language_code="vi").live
    assert ContentPage.objects.filter(locale__language_code="en", live=True).count() >= 1
    assert all(text.strip() for text in Article.objects.exclude(cover=None).values_list("cover_alt", flat=True))
    assert 1 <= Picture.objects.count() <= 7


def test_what_is_out_agrees_in_pages_store_log_ledger_and_audit():
    live = set(ContentPage.objects.filter(live=True).values_list("pk", flat=True))
    assert set(PublishedItem.objects.out().values_list("page_id", flat=True)) == live
    published = AuditEntry.objects.filter(act="publish").count()
    assert Publication.objects.count() == published == PublishedItem.objects.count()
    for page in ContentPage.objects.filter(live=True):
        assert Publication.objects.filter(revision_id=page.live_revision_id).exists()
        assert missing_approvals(page.live_revision) == []
    assert list(Change.objects.values_list("seq", flat=True)) == list(range(1, Change.objects.count() + 1))
    assert first_broken_entry() is None


def test_readers_see_dates_of_past_weeks_while_the_audit_tells_the_truth():
    item = PublishedItem.objects.get(slug="vu-mua-thang-loi", locale="vi")
    publication = item.publications.get()
    assert (publication.published_at - item.published_at).days in {1, 2}
    assert Page.objects.get(pk=item.page_id).first_published_at == item.first_published_at


def test_what_is_addressed_to_a_district_is_seen_there_only():
    inside = Member.objects.filter(cell__path__contains=f"/{Organization.objects.get(code='TB341').pk}/").first()
    outside = Member.objects.get(code="DV000002")
    seen = [
        PublishedItem.objects.visible_to(scope_of(member.user)).filter(slug="thai-thuy-ra-quan-lam-thuy-loi").count()
        for member in (inside, outside)
    ]
    assert seen == [1, 0]


def test_documents_carry_a_pdf_whose_vietnamese_can_be_read():
    file = Attachment.objects.get(title__startswith="52-NQ/TW")
    text = PdfReader(io.BytesIO(file.file.read())).pages[0].extract_text()
    assert "Nghị quyết về một số chủ trương, chính sách" in " ".join(text.split())


def test_a_second_run_changes_nothing_and_says_so(demo):
    assert "nội dung" in demo
    before = counts()
    assert seed_again() == "Tỉnh mẫu đã đầy đủ, không có gì thay đổi.\n"
    assert counts() == before


def test_a_larger_run_adds_and_keeps_what_was_there():
    names = dict(Member.objects.values_list("code", "full_name"))
    cells = dict(Organization.objects.values_list("code", "name"))
    seed_again(members=80, cells=40, items=5)
    assert Member.objects.count() == 83
    assert {code: Member.objects.get(code=code).full_name for code in names} == names
    assert {code: Organization.objects.get(code=code).name for code in cells} == cells
    assert ContentPage.objects.filter(locale__language_code="vi", owner__isnull=False).count() == SIZE["items"]


def test_the_same_seed_gives_the_same_names_and_texts():
    assert people.person(12, 7).full_name == Member.objects.get(code="DV000012").full_name
    assert [people.person(n, 7).full_name for n in range(50)] == [people.person(n, 7).full_name for n in range(50)]
    assert [people.person(n, 7).full_name for n in range(50)] != [people.person(n, 8).full_name for n in range(50)]
    assert workflow.plan(90, 7) == workflow.plan(90, 7)
    assert workflow.plan(90, 7)[:70] == workflow.plan(70, 7)


def test_the_texts_name_only_what_exists():
    texts = handwritten() + workflow.plan(140, 7)
    assert len(handwritten()) == 39
    assert {text.state for text in handwritten()[:20]} == set(workflow.STATES)
    assert {text.fields["category"] for text in texts} <= set(Category.objects.values_list("slug", flat=True))
    for text in texts:
        allowed = Source.objects.get(code=text.source).allowed_categories.values_list("slug", flat=True)
        assert text.fields["category"] in allowed, text.slug
    english = {text.slug for text in read_texts(TEXTS / "english.md")}
    assert english <= {text.slug for text in handwritten()}


def test_bulk_items_are_out_as_if_the_gate_had_let_them():
    before = Publication.objects.count()
    assert bulk.seed_items(items=25, seed=7) == 25
    assert bulk.seed_items(items=25, seed=7) == 0
    pages = ContentPage.objects.filter(slug__startswith="hang-loat-")
    assert pages.count() == pages.filter(live=True).count() == 25
    for page in pages:
        assert missing_approvals(page.live_revision) == []
        assert page.specific.get_latest_revision_as_object().title == page.title
        assert PublishedItem.objects.out().get(page_id=page.pk).revision_id == page.live_revision_id
    assert Publication.objects.count() == before + 25
    assert list(Change.objects.values_list("seq", flat=True)) == list(range(1, Change.objects.count() + 1))
    assert first_broken_entry() is None
    assert Page.find_problems() == ([], [], [], [], [])


def test_after_bulk_items_a_draft_finds_free_numbers():
    bulk.seed_items(items=3, seed=7)
    page = ContentPage.objects.get(slug="hang-loat-000001").specific
    page.title = "Sửa sau khi ghi hàng loạt"
    revision = page.save_revision(user=User.objects.get(username="btv1"))
    assert ContentPage.objects.get(pk=page.pk).latest_revision_id == revision.pk
    assert missing_approvals(revision) != []


@pytest.mark.parametrize(("size", "message"), [({"cells": 12}, "ít nhất 13"), ({"members": 25}, "không ít đảng viên")])
def test_too_small_a_province_is_refused(size, message):
    before = counts()
    with pytest.raises(CommandError, match=message):
        seed_again(**size)
    assert counts() == before


def test_an_installation_gets_no_accounts_with_a_known_password(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="chỉ tạo được ở bản dùng thử"):
        call_command("seed_demo")


def test_members_have_asked_and_a_secretary_has_answered():
    threads = FeedbackThread.objects.order_by("created_at")
    assert {thread.state for thread in threads} == {"new", "answered"}
    assert threads.count() == 4 and threads.filter(anonymous_to_cell=True).count() == 1
    assert FeedbackThread.objects.of_member(Member.objects.get(code="DV000002")).exists()
    secretary = User.objects.get(username="DV000001")
    # Two to the cell and two to the organization above it: the secretary of the one leads the other as well.
    assert FeedbackThread.objects.workable_by(secretary).count() == 4
    assert Consultation.objects.get().opinions.count() == 1


def test_notices_of_each_level_are_sent_and_some_have_read_them():
    sent = {notice.organization.level: notice for notice in Notice.objects.select_related("organization")}
    assert set(sent) == {"province", "district", "cell"}
    assert Notice.objects.filter(audience="secretaries").count() == 1
    everyone = Notice.objects.get(organization__level="province", audience="all")
    total = reach_of(everyone, everyone.organization).total
    assert total.audience == Member.objects.active().count()
    assert total.audience > total.read > total.acknowledged > 0
    ordinary = Member.objects.get(code="DV000002")
    assert Notice.objects.unread_by(ordinary, scope=scope_of_member(ordinary), at=timezone.now()).count() >= 2
