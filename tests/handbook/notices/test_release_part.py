"""A notice in a release: approved with it, sent with it, recalled with it, and by no other way meanwhile."""

import datetime
import re

import pytest
from django.core import signing
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from audit.models import AuditEntry
from audit.refusals import Refused
from editorial import publisher
from editorial.enums import Decision, ReleaseState
from editorial.models import ApprovalRequest, Release, ReleasePart
from editorial.phone_review.reading import SALT
from editorial.releases import actions as releases
from editorial.releases import parts
from editorial.requests import actions as requests
from handbook.notices import actions
from handbook.notices.actions import Content
from handbook.notices.enums import State
from handbook.notices.models import Notice, NoticeFile
from organizations.enums import Level, PositionKind
from organizations.models import Member
from publishing.models import PublishedItem
from tests.conftest import make_member, make_user
from tests.editorial.test_phone_review import (  # noqa: F401 - confirmed is a fixture
    PHONES,
    address_of,
    confirmed,
    link_of,
    token_of,
)
from tests.handbook.notices.conftest import inbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(province):
    """One of the board who also sends in the province's name."""
    make_member("BTV1", province.units.TB01XB, province.board, [(province.units.TB, PositionKind.OFFICER)])
    return province.board


@pytest.fixture
def reader(province):
    return make_member("DV1", province.units.TB01XA, make_user("dv1"))


@pytest.fixture
def draft_notice(editor, province):
    def make(unit="TB", title="Mời họp", **fields):
        return actions.save_notice(
            actor=editor,
            organization=getattr(province.units, unit),
            content=Content(title=title, body="Ngày 3."),
            **fields,
        )

    return make


@pytest.fixture
def release(editor, province):
    return releases.save_release(actor=editor, title="Bản tin", organization=province.units.TB, required=2, due_at=None)


def vote(province, release, decision=Decision.APPROVE, comment=""):
    for person in (province.thuongtruc1, province.thuongtruc2):
        request = ApprovalRequest.objects.about(release).waiting().get()
        requests.decide(actor=person, request_id=request.pk, digest=request.digest, decision=decision, comment=comment)
        if decision == Decision.RETURN:
            break
    release.refresh_from_db()


def states():
    return (
        list(Notice.objects.order_by("pk").values_list("state", flat=True)),
        list(Release.objects.order_by("pk").values_list("state", flat=True)),
        list(ReleasePart.objects.order_by("pk").values_list("thing_id", "is_open")),
        PublishedItem.objects.out().count(),
    )


def refused(call, code):
    before = states()
    with pytest.raises(Refused) as refusal, transaction.atomic():
        call()
    assert (refusal.value.code, states()) == (code, before)
    return refusal.value.message


def test_it_goes_out_with_the_pages_and_not_before(province, editor, release, draft_notice, draft, approve, reader):
    notice, page = draft_notice(), approve(draft("Tin"), steps=2)
    releases.add_item(actor=editor, release=release, page=page)
    releases.add_part(actor=editor, release=release, thing=notice)
    releases.submit_release(actor=editor, release=release)
    notice.refresh_from_db()
    assert (notice.state, inbox(reader)) == (State.WAITING, [])
    vote(province, release)
    assert (release.state, inbox(reader), PublishedItem.objects.out().count()) == (ReleaseState.SCHEDULED, [], 0)
    assert publisher.publish_due().done == 1
    assert (inbox(reader), PublishedItem.objects.out().count()) == (["Mời họp"], 1)


@pytest.mark.parametrize("act", [releases.recall_release, releases.roll_back_release])
def test_it_is_taken_back_with_it(province, editor, release, draft_notice, reader, act):
    notice = draft_notice()
    releases.add_part(actor=editor, release=release, thing=notice)
    releases.submit_release(actor=editor, release=release)
    vote(province, release)
    publisher.publish_due()
    assert inbox(reader) == ["Mời họp"]
    act(actor=province.board2, release=release, reason="Nhầm ngày")
    notice.refresh_from_db()
    assert (notice.state, notice.recall_reason, inbox(reader)) == (State.RECALLED, "Nhầm ngày", [])


def test_while_it_waits_it_goes_out_by_no_other_way(province, editor, release, draft_notice):
    notice = draft_notice()
    releases.add_part(actor=editor, release=release, thing=notice)
    refused(lambda: actions.discard_notice(actor=editor, notice=notice), "CONFLICT")
    releases.submit_release(actor=editor, release=release)
    for call in (
        lambda: actions.send_notice(actor=editor, notice=notice),
        lambda: actions.take_back_notice(actor=editor, notice=notice),
        lambda: actions.discard_notice(actor=editor, notice=notice),
        lambda: actions.save_notice(
            actor=editor, organization=province.units.TB, content=Content(title="Khác", body="x"), notice=notice
        ),
    ):
        refused(call, "CONFLICT")


@pytest.mark.parametrize("way", ["returned", "taken back", "discarded"])
def test_it_is_a_draft_again_where_the_release_is(province, editor, release, draft_notice, way):
    notice = draft_notice()
    releases.add_part(actor=editor, release=release, thing=notice)
    if way == "discarded":
        releases.discard_release(actor=editor, release=release)
        assert Release.objects.open_with(notice) is None
    else:
        releases.submit_release(actor=editor, release=release)
        if way == "returned":
            vote(province, release, Decision.RETURN, "Sửa giờ")
        else:
            releases.take_back_release(actor=editor, release=release)
    notice.refresh_from_db()
    assert notice.state == State.DRAFT


def test_what_is_changed_underneath_voids_the_approval(province, editor, release, draft_notice, reader):
    """By the shell, past every act: the gate makes the digest anew."""
    notice = draft_notice()
    releases.add_part(actor=editor, release=release, thing=notice)
    releases.submit_release(actor=editor, release=release)
    vote(province, release)
    notice.versions.update(title="Đổi trộm")
    assert publisher.publish_due().failed == 1
    release.refresh_from_db()
    assert (release.state, release.attempts, inbox(reader)) == (ReleaseState.SCHEDULED, 1, [])


def test_without_its_form_a_change_would_pass(province, editor, release, draft_notice, reader, monkeypatch):
    """Negative control."""
    monkeypatch.setattr(parts.kind_of(Notice()), "form", lambda thing: {}, raising=False)
    test_what_is_changed = draft_notice()
    releases.add_part(actor=editor, release=release, thing=test_what_is_changed)
    releases.submit_release(actor=editor, release=release)
    vote(province, release)
    test_what_is_changed.versions.update(title="Đổi trộm")
    assert publisher.publish_due().done == 1
    assert inbox(reader) == ["Đổi trộm"]


def test_a_rule_of_another_committee_is_not_passed_by(province, editor, release, draft_notice):
    actions.set_approval_rule(actor="shell", organization=province.units.TB01, level=Level.GRASSROOTS, required=0)
    district = make_user("hu")
    make_member("HU", province.units.TB01XB, district, [(province.units.TB01, PositionKind.SECRETARY)])
    actions.set_approval_rule(actor=district, organization=province.units.TB01, level=Level.GRASSROOTS, required=1)
    notice = draft_notice(unit="TB01X")
    releases.add_part(actor=editor, release=release, thing=notice)
    assert "duyệt riêng" in refused(lambda: releases.submit_release(actor=editor, release=release), "CONFLICT")


def test_the_same_committee_stands_for_its_own_rule(province, editor, release, draft_notice, reader):
    actions.set_approval_rule(
        actor=province.thuongtruc1, organization=province.units.TB, level=Level.GRASSROOTS, required=2
    )
    notice = draft_notice(unit="TB01X")
    releases.add_part(actor=editor, release=release, thing=notice)
    releases.submit_release(actor=editor, release=release)
    vote(province, release)
    assert publisher.publish_due().done == 1
    assert inbox(reader) == ["Mời họp"]


def test_only_ones_own_drafts_and_once(province, editor, release, draft_notice):
    notice = draft_notice()
    refused(lambda: releases.add_part(actor=province.board2, release=release, thing=notice), "NOT_FOUND")
    refused(lambda: releases.add_part(actor=province.desk, release=release, thing=notice), "FORBIDDEN")
    releases.add_part(actor=editor, release=release, thing=notice)
    refused(lambda: releases.add_part(actor=editor, release=release, thing=notice), "CONFLICT")
    sent = actions.send_now(actor=editor, organization=province.units.TB, content=Content(title="Đã gửi", body="x"))
    refused(lambda: releases.add_part(actor=editor, release=release, thing=sent), "NOT_FOUND")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"sent_at": datetime.timedelta(days=9)}, "giờ gửi riêng"),
        ({"expires_at": datetime.timedelta(hours=1)}, "đã qua"),
    ],
)
def test_times_that_do_not_fit_are_said(editor, release, draft_notice, clock, facts, words):
    from django.utils import timezone

    notice = draft_notice(**{name: timezone.now() + ahead for name, ahead in facts.items()})
    releases.add_part(actor=editor, release=release, thing=notice)
    clock.shift(datetime.timedelta(hours=2))
    assert words in refused(lambda: releases.submit_release(actor=editor, release=release), "CONFLICT")


def test_the_screens_show_it(province, editor, release, draft_notice, client):
    notice = draft_notice()
    client.force_login(editor)
    address = reverse("editorial_release", args=[release.pk])
    assert "Thêm thông báo đi cùng đợt" in client.get(address).content.decode()
    client.post(address, {"act": "add_part", "kind": "notices.notice", "thing": str(notice.pk)})
    part = ReleasePart.objects.get()
    assert "Mời họp" in client.get(address).content.decode()
    assert "Ngày 3." in client.get(reverse("editorial_release_preview", args=[release.pk])).content.decode()
    for wrong in ({"kind": "x", "thing": "1"}, {"kind": "notices.notice", "thing": "x"}):
        assert client.post(address, {"act": "add_part", **wrong}).status_code == 404
    releases.submit_release(actor=editor, release=release)
    request = ApprovalRequest.objects.get()
    client.force_login(province.thuongtruc1)
    assert "Ngày 3." in client.get(reverse("editorial_request", args=[request.pk])).content.decode()
    releases.take_back_release(actor=editor, release=release)
    client.force_login(editor)
    client.post(address, {"act": "remove_part", "part": str(part.pk)})
    assert not ReleasePart.objects.exists()


# --- by a link for review


@pytest.fixture
def with_file(province, editor, tmp_path, settings):
    """A draft with a file, and the telephone of who will decide."""
    settings.MEDIA_ROOT = tmp_path
    Member.objects.filter(user=province.thuongtruc1).update(phone=PHONES["thuongtruc1"])
    file = actions.keep_file(actor=editor, file=ContentFile(b"noi dung"), name="Giấy mời.docx")
    return actions.save_notice(
        actor=editor,
        organization=province.units.TB,
        content=Content(title="Mời họp", body="Ngày 3.", files=(file.pk,)),
    )


def files_by_link(html):
    return re.findall(r'href="(/duyet/[^"]+/tep/[^"]+)"', html)


def test_its_files_open_by_the_link_that_shows_it(province, editor, release, with_file, commit, confirmed):  # noqa: F811
    releases.add_part(actor=editor, release=release, thing=with_file)
    with commit():
        releases.submit_release(actor=editor, release=release)
    client = confirmed()
    html = client.get(address_of(token_of())).content.decode()
    assert "/notices/files/" not in html  # that address asks for an account
    [address] = files_by_link(html)
    opened = client.get(address)
    assert (opened.status_code, b"".join(opened.streaming_content)) == (200, b"noi dung")
    read = AuditEntry.objects.get(act="read_file")
    assert (read.actor, read.detail) == ("thuongtruc1", {"file": "Giấy mời.docx", "channel": "phone"})
    assert Client().get(address).status_code == 403  # nobody has confirmed there
    # Another link shows it under a name of its own, and a name for another file is none.
    signed = signing.dumps((link_of().pk + 1, f"notices.noticefile:{NoticeFile.objects.get().pk}"), salt=SALT)
    missing = signing.dumps((link_of().pk, "notices.noticefile:0"), salt=SALT)
    for name in (signed, missing):
        assert client.get(address_of(token_of(), f"tep/{name}/")).status_code == 404
    releases.take_back_release(actor=editor, release=release)
    assert client.get(address).status_code == 404


def test_the_phone_beside_the_release_shows_the_notice(editor, release, draft_notice, client):
    releases.add_part(actor=editor, release=release, thing=draft_notice())
    client.force_login(editor)
    html = client.get(reverse("editorial_release_phone", args=[release.pk])).content.decode()
    assert re.findall(r"<h1>(.*?)</h1>", html) == ["Bản tin", "Mời họp"]
    assert ("Ngày 3." in html, 'href="#part-1"' in html) == (True, True)
