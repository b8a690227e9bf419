"""The screens of abbreviations: who keeps them, and that they count at once."""

import pytest

from audit.models import AuditEntry
from audit.refusals import Refused
from organizations.scope import EVERYONE
from publishing.effects import drain
from search import actions
from search.backends import Wanted
from search.finding import search
from search.models import Abbreviation

pytestmark = pytest.mark.django_db
URL = "/admin/abbreviations/"


def titles(query):
    return [hit.item.title for hit in search(query, Wanted(scope=EVERYONE, locale="vi"), first=9).hits]


def test_the_board_adds_changes_and_deletes_one_and_it_counts_at_once(client, province, out):
    out("public", title="Quyết định lập ban chỉ đạo")
    drain("search")
    client.force_login(province.board)
    assert titles("bcđ") == []
    assert client.post(f"{URL}new/", {"short": "BCĐ", "long": "ban chỉ đạo"}).status_code == 302
    assert titles("bcđ") == titles("lập bcd") == ["Quyết định lập ban chỉ đạo"]
    made = Abbreviation.objects.get()
    assert client.post(f"{URL}edit/{made.pk}/", {"short": "BCDD", "long": "ban chỉ đạo"}).status_code == 302
    assert titles("bcđ") == [] and titles("bcdd") == ["Quyết định lập ban chỉ đạo"]
    assert "ban chỉ đạo" in client.get(URL).content.decode()
    assert client.post(f"{URL}delete/{made.pk}/").status_code == 302
    assert titles("bcdd") == []
    assert list(AuditEntry.objects.values_list("act", "actor", "outcome")) == [
        ("abbreviation_create", "btv1", "done"),
        ("abbreviation_change", "btv1", "done"),
        ("abbreviation_delete", "btv1", "done"),
    ]


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"short": "B C", "long": "ban chỉ đạo"}, "Từ viết tắt phải là một từ gồm chữ hoặc số, không có dấu cách."),
        ({"short": "---", "long": "ban chỉ đạo"}, "Từ viết tắt phải là một từ gồm chữ hoặc số, không có dấu cách."),
        ({"short": "BCĐ", "long": "ban"}, "Nghĩa đầy đủ phải có từ hai tiếng trở lên."),
    ],
)
def test_what_is_no_abbreviation_is_told_beside_its_field(client, province, form, message):
    client.force_login(province.board)
    response = client.post(f"{URL}new/", form)
    assert response.status_code == 200 and message in response.content.decode()
    assert not Abbreviation.objects.exists()
    assert AuditEntry.objects.get().outcome == "refused"


@pytest.mark.parametrize("person", ["contributor", "desk", "thuongtruc1"])
def test_others_change_nothing(client, province, person):
    user = getattr(province, person)
    row = Abbreviation.objects.create(short="BCĐ", long="ban chỉ đạo")
    client.force_login(user)
    for path in ("", "new/", f"edit/{row.pk}/", f"delete/{row.pk}/"):
        assert client.get(f"{URL}{path}").status_code == 302
        assert client.post(f"{URL}{path}", {"short": "X", "long": "một hai"}).status_code in (302, 405)
    with pytest.raises(Refused, match="Chỉ Ban Biên tập"):
        actions.save_abbreviation(actor=user, abbreviation=Abbreviation(short="X", long="một hai"))
    with pytest.raises(Refused, match="Chỉ Ban Biên tập"):
        actions.delete_abbreviation(actor=user, abbreviation_id=row.pk)
    assert list(Abbreviation.objects.values_list("short", "long")) == [("BCĐ", "ban chỉ đạo")]
