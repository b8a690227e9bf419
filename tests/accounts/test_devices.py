"""What a person does with their own devices, and what ends with a round or a password."""

import datetime
import uuid

import pytest
import time_machine
from django.utils import timezone

from accounts import actions, codes, tokens
from accounts.enums import EndReason
from accounts.models import REFRESH_LIFETIME, OneTimeCode, Session
from audit.enums import RefusalCode
from audit.models import AuditEntry
from audit.refusals import Refused
from tests.conftest import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(request_from, device):
    def act(username="hoa"):
        return actions.sign_in(username=username, password="matkhau-2026", device=device, request=request_from())

    return act


def is_over(got):
    try:
        tokens.session_of(got.access_token)
    except tokens.InvalidToken:
        return True
    return False


def test_signing_out_ends_this_session_and_clears_its_push_token(sign_in):
    user = make_user("hoa")
    here, there = sign_in(), sign_in()
    actions.sign_out(session=here.session)
    assert (is_over(here), is_over(there)) == (True, False)
    assert list(Session.objects.order_by("created_at").values_list("push_token", flat=True)) == ["", "đẩy-1"]
    entry = AuditEntry.objects.get(act="end_session")
    assert (entry.actor_id, entry.detail) == (user.pk, {"reason": "signed_out", "user": user.pk})


def test_a_device_of_ones_own_is_ended_once(sign_in):
    user = make_user("hoa")
    here, there = sign_in(), sign_in()
    assert actions.end_device(user=user, session_id=there.session.pk) == there.session
    assert (is_over(here), is_over(there)) == (False, True)
    for odd in (there.session.pk, uuid.uuid4(), None):
        with pytest.raises(Refused) as caught:
            actions.end_device(user=user, session_id=odd)
        assert (caught.value.code, caught.value.field) == (RefusalCode.NOT_FOUND, "id")


def test_a_device_of_someone_else_does_not_exist(sign_in):
    make_user("hoa")
    binh = make_user("binh")
    hers = sign_in()
    with pytest.raises(Refused) as caught:
        actions.end_device(user=binh, session_id=hers.session.pk)
    assert caught.value.code == RefusalCode.NOT_FOUND
    assert not is_over(hers)


@pytest.mark.parametrize("keep", [True, False])
def test_signing_out_everywhere(sign_in, keep):
    user = make_user("hoa")
    others = make_user("binh")
    bystander = sign_in("binh")
    got = [sign_in() for _ in range(3)]
    codes.issue(codes.SIGN_IN, user.pk, "222222", at=timezone.now())
    session = tokens.session_of(got[0].access_token)
    assert actions.sign_out_everywhere(session=session, keep_current=keep) == (2 if keep else 3)
    assert [is_over(each) for each in got] == [not keep, True, True]
    assert not is_over(bystander)
    user.refresh_from_db()
    assert list(Session.objects.usable_by(user)) == ([session] if keep else [])
    assert Session.objects.usable_by(others).count() == 1
    assert OneTimeCode.objects.get().used_at is not None


@pytest.mark.usefixtures("province")
def test_the_admin_is_signed_out_too(client):
    user = make_user("hoa", "Cấp ủy phê duyệt")
    client.force_login(user)
    assert client.get("/admin/editorial/desk/").status_code == 200
    actions.end_all_sessions(actor="test", user=user, reason=EndReason.ENDED_BY_OFFICER, note="mất máy")
    assert client.get("/admin/editorial/desk/").status_code == 302
    client.force_login(user)
    assert client.get("/admin/editorial/desk/").status_code == 200


def test_the_first_round_leaves_the_hashes_of_sessions_begun_before_it_was_counted():
    user = make_user("hoa")
    plain = super(type(user), user).get_session_auth_hash()
    assert user.get_session_auth_hash() == plain
    user.session_round = 1
    one = user.get_session_auth_hash()
    user.session_round = 2
    assert len({plain, one, user.get_session_auth_hash()}) == 3


def test_a_former_key_of_the_server_still_knows_its_sessions(settings):
    user = make_user("hoa")
    user.session_round = 1
    user.save()
    hashed, former = user.get_session_auth_hash(), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = (
        "khoa moi dai hon nam muoi ky tu ......................",
        [former],
    )
    assert user.get_session_auth_hash() != hashed
    assert len(list(user.get_session_auth_fallback_hash())) == 1


def test_a_new_password_leaves_none_of_the_devices(sign_in):
    user = make_user("hoa")
    got = [sign_in(), sign_in()]
    user.set_password("mat-khau-moi-2026")
    user.save()
    assert [is_over(each) for each in got] == [True, True]
    assert list(Session.objects.usable_by(user)) == []


def test_devices_that_were_left_alone_for_as_long_as_a_refresh_token_lasts_are_not_listed(sign_in):
    user = make_user("hoa")
    with time_machine.travel("2026-11-03T12:00:00Z", tick=False) as clock:
        sign_in()
        clock.shift(REFRESH_LIFETIME - datetime.timedelta(seconds=1))
        assert Session.objects.usable_by(user).count() == 1
        clock.shift(1)
        assert Session.objects.usable_by(user).count() == 0


def test_whom_an_officer_signed_out_reads_why_at_the_next_refresh(sign_in, request_from):
    user = make_user("hoa")
    with time_machine.travel("2026-11-03T12:00:00Z", tick=False):
        got = sign_in()
        actions.end_all_sessions(
            actor="test", user=user, reason=EndReason.ENDED_BY_OFFICER, note="mất điện thoại ngày 3/11."
        )
        with pytest.raises(Refused) as caught:
            actions.refresh(refresh_token=got.refresh_token, request=request_from())
    assert caught.value.code == RefusalCode.UNAUTHENTICATED
    assert caught.value.message == (
        "Cấp ủy đã kết thúc phiên đăng nhập trên các thiết bị của bạn lúc 19:00 03/11/2026. "
        "Lý do: mất điện thoại ngày 3/11. Hãy đăng nhập lại; nếu không rõ vì sao, hãy hỏi bí thư chi bộ."
    )


def test_who_signed_out_reads_the_usual_words(sign_in, request_from):
    make_user("hoa")
    got = sign_in()
    actions.sign_out(session=got.session)
    with pytest.raises(Refused) as caught:
        actions.refresh(refresh_token=got.refresh_token, request=request_from())
    assert caught.value.message == "Phiên đăng nhập đã kết thúc. Hãy đăng nhập lại."
