"""The screens: who comes where, and what they do there."""

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from audit.models import AuditEntry
from handbook.notices import actions
from handbook.notices.actions import Content
from handbook.notices.models import Notice, NoticeFile, NoticeReceipt, NoticeTemplate
from organizations.enums import PositionKind
from tests.conftest import make_member, make_user
from tests.handbook.notices.conftest import HOUR, everything, tell, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(province):
    return make_member("DV1", province.units.TB01XA, make_user("dv1"))


@pytest.fixture
def notice(write, staff):
    return write(staff.commune, "TB01X", title="Họp xã")


@pytest.fixture
def addresses(province, notice):
    """Every screen about the commune's notice."""
    names = ("notice", "correct", "recall", "reach", "sheet", "loudspeaker")
    found = {name: reverse(f"notices:{name}", args=[notice.pk]) for name in names}
    for form in ("csv", "xlsx"):
        found[form] = reverse("notices:export", args=[notice.pk, form])
    return found | {
        "people": reverse("notices:people", args=[notice.pk, province.units.TB01XA.pk]),
        "index": reverse("notices:index"),
        "write": reverse("notices:write"),
    }


SENDERS = ["notice", "correct", "recall"]
NUMBERS = ["reach", "sheet", "loudspeaker", "csv", "xlsx"]
ALL = [*SENDERS, *NUMBERS, "people", "index", "write"]


@pytest.mark.parametrize("screen", ALL)
def test_an_anonymous_visitor_and_a_plain_member_are_sent_to_sign_in(client, addresses, member, screen):
    for sign_in in (lambda: None, lambda: client.force_login(member.user)):
        sign_in()
        for response in (client.get(addresses[screen]), client.post(addresses[screen])):
            assert (response.status_code, response.url.partition("?")[0]) == (302, reverse("wagtailadmin_login"))


@pytest.mark.parametrize("screen", [*SENDERS, *NUMBERS, "people"])
def test_for_an_officer_elsewhere_it_does_not_exist(client, addresses, staff, screen):
    client.force_login(staff.elsewhere)
    before = everything()
    for response in (client.get(addresses[screen]), client.post(addresses[screen])):
        assert response.status_code in (404, 405)
    assert everything() == before


@pytest.mark.parametrize("screen", [*SENDERS, *NUMBERS, "index", "write"])
def test_the_officer_who_sent_it_sees_it(client, addresses, staff, screen):
    client.force_login(staff.commune)
    assert client.get(addresses[screen]).status_code == 200


def test_the_secretary_of_a_cell_sees_their_own_part_and_cannot_change_it(client, addresses, staff):
    client.force_login(staff.secretary)
    statuses = {screen: client.get(addresses[screen]).status_code for screen in [*SENDERS, *NUMBERS, "people"]}
    assert statuses == {**dict.fromkeys(SENDERS, 404), **dict.fromkeys(NUMBERS, 200), "people": 200}
    reach = client.get(addresses["reach"]).context["reach"]
    assert reach.organization.code == "TB01XA"


def test_what_went_to_secretaries_is_not_for_others_of_the_committee(client, province, staff, write):
    other = make_user("cuv", "Cấp ủy phê duyệt")
    cell = province.units.TB01XA
    make_member("CUV", cell, other, [(cell, PositionKind.COMMITTEE_MEMBER)])
    secret = write("test", "TB", title="Chỉ bí thư", audience="secretaries")
    later = write("test", "TB", title="Ngày mai", sent_at=timezone.now() + 24 * HOUR)
    recalled = write("test", "TB", title="Nhầm")
    actions.recall_notice(actor="test", notice=recalled, reason="Nhầm")
    seen = {}
    for user in (other, staff.secretary, staff.tb):
        client.force_login(user)
        seen[user.username] = [
            client.get(reverse("notices:reach", args=[notice.pk])).status_code for notice in (secret, later, recalled)
        ]
        assert client.get(reverse("notices:sheet", args=[recalled.pk])).status_code == 404
    assert seen == {"cuv": [404, 404, 404], "bt-01a": [200, 404, 404], "vp-tb": [200, 200, 200]}


def test_names_are_not_for_those_above(client, addresses, staff, province):
    for user in (staff.commune, staff.tb, province.admin):
        client.force_login(user)
        assert client.get(addresses["people"]).status_code == 404
    assert not AuditEntry.objects.filter(act="read_notice_names").exists()


def test_an_editor_without_units_is_sent_home(client, addresses, province):
    client.force_login(province.contributor)
    for screen in ("index", "write"):
        response = client.get(addresses[screen])
        assert (response.status_code, response.url) == (302, reverse("wagtailadmin_home"))


def test_who_only_looks_does_not_write(client, addresses, staff):
    client.force_login(staff.watcher)
    assert client.get(addresses["index"]).status_code == 200
    assert client.get(addresses["write"]).status_code == 302


def test_the_menu(client, province, staff):
    for user, shown in ((staff.secretary, True), (staff.watcher, True), (province.contributor, False)):
        client.force_login(user)
        assert (reverse("notices:index") in client.get("/admin/editorial/desk/").content.decode()) is shown


def test_the_list_has_what_is_sent_and_what_arrives(client, staff, notice, write):
    write("test", "TB", title="Tỉnh")
    write("test", "TB02X", title="Nơi khác")
    seen = {}
    for name in ("commune", "secretary", "elsewhere"):
        client.force_login(getattr(staff, name))
        context = client.get(reverse("notices:index")).context
        seen[name] = [[row["text"].title for row in context[key]] for key in ("rows", "received_rows")]
    assert seen == {
        "commune": [["Họp xã"], ["Tỉnh", "Họp xã"]],
        "secretary": [[], ["Tỉnh", "Họp xã"]],
        "elsewhere": [["Nơi khác"], ["Nơi khác", "Tỉnh"]],
    }


def form(province, **fields):
    return {
        "organization": province.units.TB01X.pk,
        "audience": "all",
        "title": "Mời họp",
        "body": "19 giờ ngày 3.",
        **fields,
    }


def test_written_seen_with_its_count_and_sent(client, province, staff, member, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client.force_login(staff.commune)
    file = SimpleUploadedFile("giay-moi.pdf", b"0123456789")
    data = form(
        province,
        question="Dự họp?",
        answers="Có\nKhông",
        uploads=[file],
        save_as="Họp thường kỳ",
        sub_units=[province.units.TB01XA.pk],
    )
    response = client.post(reverse("notices:write"), data)
    draft = Notice.objects.get()
    assert (response.status_code, response.url) == (302, reverse("notices:notice", args=[draft.pk]))
    assert (draft.state, draft.current.answers, NoticeFile.objects.get().name) == (
        "draft",
        ["Có", "Không"],
        "giay-moi.pdf",
    )
    assert NoticeTemplate.objects.get().title == "Mời họp"
    page = client.get(response.url)
    assert page.context["reached"] == 5  # the member, the secretary, and the three who approve
    assert "Thông báo sẽ đến <strong>5</strong> đảng viên" in page.content.decode()
    edit = reverse("notices:edit", args=[draft.pk])
    initial = client.get(edit).context["form"].initial
    assert initial["sub_units"] == [province.units.TB01XA.pk] and initial["answers"] == "Có\nKhông"
    kept = [str(NoticeFile.objects.get().pk)]
    client.post(edit, form(province, title="Mời họp lại", kept=kept))
    client.post(response.url, {"act": "send"})
    draft.refresh_from_db()
    assert (draft.state, draft.current.title, draft.current.files.count()) == ("sent", "Mời họp lại", 1)
    assert client.get(edit).status_code == 404


def test_a_template_is_begun_from(client, province, staff):
    content = Content(title="Họp tháng", body="Ngày 3.")
    template = actions.save_template(actor="test", organization=province.units.TB, name="Họp", content=content)
    other = actions.save_template(actor="test", organization=province.units.TB02X, name="Họp", content=content)
    client.force_login(staff.commune)
    page = client.get(reverse("notices:write"), {"template": template.pk})
    assert page.context["form"].initial["title"] == "Họp tháng"
    assert [each.pk for each in page.context["templates"]] == [template.pk]
    assert "title" not in client.get(reverse("notices:write"), {"template": other.pk}).context["form"].initial


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": " "}, "title"),
        ({"question": "Dự họp?", "answers": "Có"}, "answers"),
        ({"audience": "x"}, "audience"),
        ({"deadline": "hôm qua"}, "deadline"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(client, province, staff, fields, field):
    client.force_login(staff.commune)
    before = everything()
    response = client.post(reverse("notices:write"), form(province, **fields))
    assert response.status_code == 200 and field in response.context["form"].errors
    assert everything() == before


def test_units_of_others_are_not_taken(client, province, staff):
    client.force_login(staff.commune)
    before = everything()
    for fields in ({"organization": province.units.TB02X.pk}, {"sub_units": [province.units.TB02X.pk]}):
        response = client.post(reverse("notices:write"), form(province, **fields))
        assert set(response.context["form"].errors) == set(fields)
    assert everything() == before


def test_a_file_that_could_hold_a_script_is_refused(client, province, staff, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client.force_login(staff.commune)
    before = everything()
    for name in ("trang.html", "anh.svg", "khong-duoi"):
        response = client.post(reverse("notices:write"), form(province, uploads=[SimpleUploadedFile(name, b"x")]))
        assert response.context["form"].errors
    assert everything() == before


def test_corrected_and_recalled(client, staff, notice, addresses):
    client.force_login(staff.commune)
    client.post(addresses["correct"], {"title": "Họp xã, đổi ngày", "body": "Ngày 4.", "asks_again": "on"})
    notice.refresh_from_db()
    assert (notice.version, notice.counts_from, notice.current.title) == (2, 2, "Họp xã, đổi ngày")
    response = client.post(addresses["recall"], {"reason": " "})
    assert response.context["form"].errors
    client.post(addresses["recall"], {"reason": "Gửi nhầm"})
    notice.refresh_from_db()
    assert (notice.state, notice.recall_reason) == ("recalled", "Gửi nhầm")
    before = everything()
    client.post(addresses["correct"], {"title": "A", "body": "b"})
    client.post(addresses["notice"], {"act": "remind"})
    assert everything() == before
    assert client.get(addresses["sheet"]).status_code == 404


def test_the_numbers_rise_and_drill_down(client, province, staff, notice, addresses, member):
    client.force_login(staff.commune)
    part = {"part": "numbers"}
    assert "0 (0%)" in client.get(addresses["reach"], part).content.decode()
    tell(member, told(notice, "acknowledged"))
    page = client.get(addresses["reach"], part).content.decode()
    assert "<html" not in page and re.search(r"<meter min=\"0\" max=\"5\" value=\"1\"></meter> 1 \(20%\)", page)
    below = client.get(addresses["reach"], {"unit": province.units.TB01XA.pk}).context["reach"]
    assert (below.organization.code, below.total.read) == ("TB01XA", 1)
    for unit in (province.units.TB02X.pk, province.units.TB.pk, 10**25, "x"):
        assert client.get(addresses["reach"], {"unit": unit}).status_code == 404


def test_told_in_person_by_the_secretary(client, province, staff, notice, addresses, member):
    client.force_login(staff.secretary)
    page = client.get(addresses["people"])
    assert [each.member.code for each in page.context["waiting"]].count("DV1") == 1
    entry = AuditEntry.objects.get(act="read_notice_names")
    assert (entry.actor, entry.detail["organization"], entry.detail["members"]) == (
        "bt-01a",
        province.units.TB01XA.pk,
        5,
    )
    for _ in range(2):
        client.post(addresses["people"], {"member": member.pk})
    receipt = NoticeReceipt.objects.get()
    assert (receipt.member, receipt.told_by) == (member, staff.secretary)
    assert receipt.read_at == receipt.told_at and receipt.read_said_at is None
    assert AuditEntry.objects.filter(act="tell_in_person", outcome="done").count() == 1
    before = everything()
    other = make_member("DV2", province.units.TB01XB)
    client.post(addresses["people"], {"member": other.pk})
    assert client.post(addresses["people"], {"member": "x"}).status_code == 404
    assert everything() == before
    client.force_login(staff.commune)
    assert client.post(addresses["people"], {"member": member.pk}).status_code == 404


def test_files_of_numbers_hold_no_names_and_no_formulas(client, province, staff, notice, addresses, member):
    tell(member, told(notice))
    province.units.TB01XB.name = "=HYPERLINK(1)"
    province.units.TB01XB.save()
    client.force_login(staff.commune)
    text = client.get(addresses["csv"]).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    book = load_workbook(io.BytesIO(client.get(addresses["xlsx"]).content))
    assert [
        ["" if cell is None else str(cell) for cell in row] for row in book.active.iter_rows(values_only=True)
    ] == rows
    assert rows[1][0] == "TB01X" and rows[1][4:7] == ["7", "1", "1"]
    assert [row[1] for row in rows[2:]] == ["Chi bộ 01A", "'=HYPERLINK(1)"]
    assert member.full_name not in text
    assert client.get(reverse("notices:export", args=[notice.pk, "pdf"])).status_code == 404


def test_a_sheet_for_the_board_and_a_text_for_the_loudspeaker(client, staff, write):
    notice = write(staff.commune, "TB01X", title="Bão <số 9>", body="Gia cố nhà.\nDi dời.", urgent=True)
    client.force_login(staff.secretary)
    sheet = client.get(reverse("notices:sheet", args=[notice.pk])).content.decode()
    assert "Bão &lt;số 9&gt;" in sheet and "KHẨN" in sheet and "Gia cố nhà.<br>Di dời." in sheet
    loud = client.get(reverse("notices:loudspeaker", args=[notice.pk])).content.decode()
    assert loud.count("Gia cố nhà.") == 2 and "thông báo của Đảng ủy xã 01" in loud


def test_sent_at_a_time_is_said(client, province, staff):
    client.force_login(staff.commune)
    later = timezone.localtime(timezone.now() + 24 * HOUR)
    client.post(reverse("notices:write"), form(province, sent_at=f"{later:%Y-%m-%dT%H:%M}"))
    notice = Notice.objects.get()
    page = client.post(reverse("notices:notice", args=[notice.pk]), {"act": "send"}, follow=True)
    assert f"Đã hẹn gửi lúc {later:%H:%M %d/%m/%Y}." in page.content.decode()
    notice.refresh_from_db()
    assert notice.told_version == 0


def test_a_draft_is_thrown_away(client, province, staff):
    client.force_login(staff.commune)
    client.post(reverse("notices:write"), form(province))
    client.post(reverse("notices:notice", args=[Notice.objects.get().pk]), {"act": "discard"})
    assert Notice.objects.count() == 0


def test_the_screens_cost_the_same_however_many(client, province, staff, write):
    notice = write(staff.commune, "TB01X")
    client.force_login(staff.secretary)
    people = reverse("notices:people", args=[notice.pk, province.units.TB01XA.pk])
    for address in (reverse("notices:index"), people):
        client.get(address)
        counts = []
        for count in (3, 9):
            for number in range(count):
                write("test", "TB01X")
                make_member(f"M{count}{number}{len(counts)}{address[-3]}", province.units.TB01XA)
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counts.append(len(queries))
        assert counts[0] == counts[1]
