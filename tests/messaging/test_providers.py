"""The adapters against real servers on this machine, and against the errors that the libraries raise."""

import base64
import dataclasses
import datetime
import http.server
import json
import smtplib
import threading

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core import mail
from django.core.management import call_command
from django.test import override_settings
from firebase_admin import exceptions
from firebase_admin import messaging as firebase

from messaging import checks
from messaging.enums import Channel, Transport
from messaging.models import TwinMessage
from messaging.providers import fcm as fcm_module
from messaging.providers import provider_for
from messaging.providers import webpush as webpush_module
from messaging.providers.base import ACCEPTED, Message, Outcome, Result, retry_after
from messaging.providers.fcm import Fcm, fcm_message
from messaging.providers.mail import DjangoMail
from messaging.providers.sms import HttpGateway
from messaging.providers.twin import LogTwin
from messaging.providers.webpush import WebPush, public_key
from tests.messaging.conftest import browser_subscription

MESSAGE = Message(
    key="change:7:12",
    address="0912345678",
    title="Văn bản mới",
    text="Nghị quyết số 52",
    data={"kind": "content", "id": "x"},
    collapse_key="c" * 32,
    ttl=3600,
)


@pytest.fixture
def server():
    """A server that keeps what it gets and answers what it is told: ``server.answer = (status, headers)``."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.got.append((self.path, dict(self.headers), body))
            status, headers = server.answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.got, server.answer = [], (202, {})
    server.url = f"http://127.0.0.1:{server.server_address[1]}/send"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def key():
    """A VAPID private key as the environment holds it."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).decode().rstrip("=")


def test_the_gateway_gets_the_text_with_a_key_that_stays(server):
    gateway = HttpGateway(url=server.url, token="bí mật".encode().hex(), sender="SOTAY")
    assert gateway.send([MESSAGE, MESSAGE]) == [ACCEPTED, ACCEPTED]
    [(path, headers, body), again] = server.got
    assert (path, headers["Authorization"]) == ("/send", f"Bearer {'bí mật'.encode().hex()}")
    assert headers["Idempotency-Key"] == again[1]["Idempotency-Key"] == "change:7:12"
    assert json.loads(body) == {"id": "change:7:12", "to": "0912345678", "from": "SOTAY", "text": "Nghị quyết số 52"}


@pytest.mark.parametrize(
    ("status", "headers", "outcome", "pause"),
    [
        (200, {}, Outcome.ACCEPTED, 0),
        (400, {}, Outcome.REFUSED, 0),
        (301, {"Location": "http://127.0.0.1/"}, Outcome.REFUSED, 0),
        (429, {"Retry-After": "120"}, Outcome.LATER, 120),
        (500, {}, Outcome.LATER, 0),
        (503, {"Retry-After": "soon"}, Outcome.LATER, 0),
    ],
)
def test_what_the_gateway_answers(server, status, headers, outcome, pause):
    server.answer = (status, headers)
    [result] = HttpGateway(url=server.url, token="t", sender="S").send([MESSAGE])
    assert (result.outcome, result.retry_after) == (outcome, datetime.timedelta(seconds=pause))
    assert len(server.got) == 1


def test_a_gateway_that_is_not_there_is_asked_later(server):
    server.shutdown()
    server.server_close()
    [result] = HttpGateway(url=server.url, token="t", sender="S").send([MESSAGE])
    assert result == Result(Outcome.LATER, "ConnectionError")
    [result] = HttpGateway(url=server.url, token="t", sender="S", takes_a_key_once=False).send([MESSAGE])
    assert result == Result(Outcome.LATER, "ConnectionError")


@pytest.mark.parametrize(("once", "outcome"), [(True, Outcome.LATER), (False, Outcome.UNCERTAIN)])
def test_a_gateway_that_took_it_and_gave_no_answer(server, monkeypatch, once, outcome):
    """It is asked again only where the same id reaches nobody twice."""
    gateway = HttpGateway(url=server.url, token="t", sender="S", takes_a_key_once=once)
    for status in (502, 504):
        server.answer = (status, {})
        assert gateway.send([MESSAGE]) == [Result(outcome, f"HTTP {status}")]
    server.answer = (503, {})
    assert gateway.send([MESSAGE]) == [Result(Outcome.LATER, "HTTP 503")]
    monkeypatch.setattr("messaging.providers.sms.TIMEOUT", (5, 0.2))
    release = threading.Event()
    monkeypatch.setattr(server.RequestHandlerClass, "send_response", lambda *args: release.wait(10))
    [result] = gateway.send([MESSAGE])
    release.set()
    assert result == Result(outcome, "ReadTimeout")
    assert len(server.got) == 4


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, 0), ("", 0), ("90", 90), ("-5", 0), ("x", 0), ("999999999", 86_400), ("²", 0)],
)
def test_retry_after_in_seconds(header, seconds):
    assert retry_after(header) == datetime.timedelta(seconds=seconds)


def test_retry_after_as_a_date(clock):
    assert retry_after("Tue, 24 Nov 2026 02:05:00 GMT") == datetime.timedelta(minutes=5)
    assert retry_after("Tue, 24 Nov 2026 01:00:00 GMT") == datetime.timedelta()


def test_a_letter_leaves_through_djangos_mail():
    letter = dataclasses.replace(MESSAGE, address="hoa@example.vn")
    assert DjangoMail().send([letter]) == [ACCEPTED]
    [sent] = mail.outbox
    assert (sent.subject, sent.body, sent.to) == ("Văn bản mới", "Nghị quyết số 52", ["hoa@example.vn"])


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (smtplib.SMTPRecipientsRefused({"x": (550, b"no")}), Result(Outcome.DEAD, "SMTP 550")),
        (smtplib.SMTPRecipientsRefused({"x": (452, b"full")}), Result(Outcome.LATER, "SMTP 452")),
        (smtplib.SMTPDataError(554, b"spam"), Result(Outcome.REFUSED, "SMTP 554")),
        (smtplib.SMTPDataError(451, b"busy"), Result(Outcome.LATER, "SMTP 451")),
        (smtplib.SMTPAuthenticationError(535, b"no"), Result(Outcome.LATER, "SMTP 535")),
        (smtplib.SMTPServerDisconnected("gone"), Result(Outcome.UNCERTAIN, "SMTPServerDisconnected")),
        (TimeoutError(), Result(Outcome.UNCERTAIN, "TimeoutError")),
    ],
)
def test_what_a_mail_server_answers(monkeypatch, error, result):
    def refuse(self, messages):
        raise error

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    assert DjangoMail().send([MESSAGE]) == [result]


def test_a_mail_server_that_is_not_there_is_asked_later(monkeypatch):
    def refuse(self):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.open", refuse)
    assert DjangoMail().send([MESSAGE]) == [Result(Outcome.LATER, "ConnectionRefusedError")]


def test_a_heading_that_no_letter_can_have_is_refused():
    letter = dataclasses.replace(MESSAGE, address="a@b.vn", title="a\nb")
    assert DjangoMail().send([letter])[0].outcome is Outcome.REFUSED


@pytest.mark.django_db
def test_the_twin_keeps_what_would_have_been_sent(capsys):
    assert LogTwin("sms").send([MESSAGE]) == [ACCEPTED]
    kept = TwinMessage.objects.get()
    assert (kept.channel, kept.key, kept.address, kept.text) == ("sms", MESSAGE.key, MESSAGE.address, MESSAGE.text)
    assert kept.data == MESSAGE.data
    call_command("twin_messages")
    assert "sms 0912345678 | Văn bản mới | Nghị quyết số 52" in capsys.readouterr().out


@pytest.mark.django_db
def test_outside_of_the_demo_the_twin_keeps_and_logs_no_words(caplog):
    with override_settings(DEMO=False):
        assert LogTwin("sms").send([MESSAGE, MESSAGE]) == [Result(Outcome.REFUSED, "no provider")] * 2
    assert TwinMessage.objects.count() == 0
    assert "2 messages by sms were not sent" in caplog.text
    assert MESSAGE.text not in caplog.text and MESSAGE.address not in caplog.text


def test_the_settings_choose_the_provider(key):
    channels = [Channel.SMS, Channel.EMAIL, Transport.FCM, Transport.WEB_PUSH]
    assert [provider_for(each) for each in channels] == [LogTwin(each) for each in channels]
    with override_settings(
        SMS_GATEWAY_URL="https://sms.example.vn", EMAIL_URL="smtp://h", FCM_CREDENTIALS="f", VAPID_PRIVATE_KEY=key
    ):
        assert [type(provider_for(each)) for each in channels] == [HttpGateway, DjangoMail, Fcm, WebPush]


def answer(status, **headers):
    made = requests.Response()
    made.status_code = status
    made.headers.update(headers)
    return made


FCM_ERRORS = [
    (firebase.UnregisteredError("gone", http_response=answer(404)), Result(Outcome.DEAD, "UnregisteredError")),
    (firebase.SenderIdMismatchError("other"), Result(Outcome.DEAD, "SenderIdMismatchError")),
    (
        exceptions.InvalidArgumentError("The registration token is not a valid FCM registration token"),
        Result(Outcome.DEAD, "InvalidArgumentError"),
    ),
    (exceptions.InvalidArgumentError("too big"), Result(Outcome.REFUSED, "InvalidArgumentError")),
    (exceptions.UnavailableError("busy"), Result(Outcome.LATER, "UnavailableError")),
    (
        firebase.QuotaExceededError("much", http_response=answer(429, **{"Retry-After": "60"})),
        Result(Outcome.LATER, "QuotaExceededError", datetime.timedelta(seconds=60)),
    ),
    (firebase.ThirdPartyAuthError("apns key"), Result(Outcome.LATER, "ThirdPartyAuthError")),
    (exceptions.UnauthenticatedError("our key"), Result(Outcome.LATER, "UnauthenticatedError")),
    (exceptions.DeadlineExceededError("slow"), Result(Outcome.LATER, "DeadlineExceededError")),
]


@pytest.mark.parametrize(("error", "result"), FCM_ERRORS)
def test_what_fcm_answers(error, result):
    assert fcm_module.result_of(error) == result


@pytest.fixture
def fcm(monkeypatch):
    """The adapter, and what the library was given; ``fcm.answers`` are the results of the next batches."""
    made = Fcm(credentials="none")
    seen, answers = [], []

    def send_each(messages, app):
        seen.append(messages)
        found = answers.pop(0) if answers else [None] * len(messages)
        if isinstance(found, Exception):
            raise found
        return firebase.BatchResponse(
            [firebase.SendResponse(None if error else {"name": "m"}, error) for error in found]
        )

    monkeypatch.setattr(fcm_module, "_app", lambda credentials: None)
    monkeypatch.setattr(firebase, "send_each", send_each)
    return made, seen, answers


def test_fcm_is_asked_a_hundred_at_a_time_and_answers_stay_in_order(fcm):
    adapter, seen, answers = fcm
    gone = firebase.UnregisteredError("gone")
    answers += [[None] * 100, [None] * 49 + [gone]]
    results = adapter.send([MESSAGE] * 150)
    assert [len(batch) for batch in seen] == [100, 50]
    assert results == [ACCEPTED] * 149 + [Result(Outcome.DEAD, "UnregisteredError")]


def test_where_nothing_gets_through_the_rest_is_not_tried(fcm):
    adapter, seen, answers = fcm
    answers.append(exceptions.UnknownError("no token for us"))
    results = adapter.send([MESSAGE] * 250)
    assert len(seen) == 1
    assert [result.reason for result in results] == ["UnknownError"] * 100 + ["not tried"] * 150
    assert {result.outcome for result in results} == {Outcome.LATER}


def test_a_push_in_fcms_form():
    found = json.loads(str(firebase.Message(**vars(fcm_message(MESSAGE)))))
    assert found["token"] == "0912345678"
    assert found["notification"] == {"title": "Văn bản mới", "body": "Nghị quyết số 52"}
    assert found["data"] == {"kind": "content", "id": "x", "key": "change:7:12"}
    assert found["android"] == {
        "collapse_key": "c" * 32,
        "priority": "normal",
        "ttl": "3600s",
        "notification": {"tag": "c" * 32},
    }
    assert found["apns"]["headers"] == {"apns-collapse-id": "c" * 32, "apns-priority": "5"}
    urgent = json.loads(str(fcm_message(dataclasses.replace(MESSAGE, urgent=True))))
    assert (urgent["android"]["priority"], urgent["apns"]["headers"]["apns-priority"]) == ("high", "10")


def test_a_silent_push_shows_nothing_and_takes_the_place_of_the_other():
    found = json.loads(str(fcm_message(dataclasses.replace(MESSAGE, title="x", text="", silent=True))))
    assert found == {
        "token": "0912345678",
        "data": {"kind": "content", "id": "x", "key": "change:7:12", "tag": "c" * 32},
        "android": {"collapse_key": "c" * 32, "priority": "normal", "ttl": "3600s"},
        "apns": {
            "headers": {"apns-collapse-id": "c" * 32, "apns-priority": "5", "apns-push-type": "background"},
            "payload": {"aps": {"content-available": 1}},
        },
    }


@pytest.fixture
def push_service(server, monkeypatch):
    """A push service of the browsers on this machine, in place of the known ones."""
    monkeypatch.setattr(webpush_module, "is_push_service", lambda endpoint: endpoint.startswith(server.url))
    server.answer = (201, {})
    return server


def test_a_browser_gets_it_encrypted_and_signed(push_service, key):
    to_browser = dataclasses.replace(MESSAGE, address=browser_subscription(push_service.url))
    assert WebPush(private_key=key, subject="mailto:a@b.vn").send([to_browser]) == [ACCEPTED]
    [(_path, headers, body)] = push_service.got
    headers = {name.lower(): value for name, value in headers.items()}
    assert (headers["ttl"], headers["topic"], headers["urgency"]) == ("3600", "c" * 32, "normal")
    assert headers["content-encoding"] == "aes128gcm"
    assert headers["authorization"].startswith("vapid t=")
    assert headers["authorization"].endswith(f"k={public_key(key)}")
    assert "Nghị quyết".encode() not in body


def test_each_service_is_named_in_its_own_signature(push_service, key):
    host = push_service.url.removesuffix("/send")
    to_browser = dataclasses.replace(MESSAGE, address=browser_subscription(push_service.url))
    WebPush(private_key=key, subject="mailto:a@b.vn").send([to_browser, to_browser])
    for _path, headers, _body in push_service.got:
        text = headers["authorization"].split("t=")[1].split(",")[0].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        assert (claims["aud"], claims["sub"]) == (host, "mailto:a@b.vn")


@pytest.mark.parametrize(
    ("status", "headers", "result"),
    [
        (202, {}, ACCEPTED),
        (404, {}, Result(Outcome.DEAD, "HTTP 404")),
        (410, {}, Result(Outcome.DEAD, "HTTP 410")),
        (413, {}, Result(Outcome.REFUSED, "HTTP 413")),
        (403, {}, Result(Outcome.LATER, "HTTP 403")),
        (429, {"Retry-After": "60"}, Result(Outcome.LATER, "HTTP 429", datetime.timedelta(seconds=60))),
        (500, {}, Result(Outcome.LATER, "HTTP 500")),
        (307, {"Location": "/elsewhere"}, Result(Outcome.REFUSED, "redirect")),
    ],
)
def test_what_a_push_service_answers(push_service, key, status, headers, result):
    push_service.answer = (status, headers)
    to_browser = dataclasses.replace(MESSAGE, address=browser_subscription(push_service.url))
    assert WebPush(private_key=key, subject="mailto:a@b.vn").send([to_browser]) == [result]
    assert len(push_service.got) == 1


def test_a_push_service_that_is_not_there_is_asked_later(push_service, key):
    push_service.shutdown()
    push_service.server_close()
    to_browser = dataclasses.replace(MESSAGE, address=browser_subscription(push_service.url))
    assert WebPush(private_key=key, subject="mailto:a@b.vn").send([to_browser]) == [
        Result(Outcome.LATER, "ConnectionError")
    ]


def test_nothing_is_written_to_another_host_than_a_push_service(server, key):
    to_us = dataclasses.replace(MESSAGE, address=browser_subscription(server.url))
    [result] = WebPush(private_key=key, subject="mailto:a@b.vn").send([to_us])
    assert (result.outcome, server.got) == (Outcome.DEAD, [])


def test_keys_that_are_none_are_dead(push_service, key):
    bad = {"endpoint": push_service.url, "keys": {"p256dh": "A" * 87, "auth": "A" * 22}}
    to_browser = dataclasses.replace(MESSAGE, address=json.dumps(bad))
    assert WebPush(private_key=key, subject="mailto:a@b.vn").send([to_browser]) == [Result(Outcome.DEAD, "keys")]


def test_the_public_key_is_that_of_a_file_too(tmp_path, key):
    private = webpush_module.vapid(key).private_key
    path = tmp_path / "vapid.pem"
    path.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    assert public_key(str(path)) == public_key(key)
    assert len(base64.urlsafe_b64decode(public_key(key) + "=")) == 65


def ids(**settings):
    with override_settings(**settings):
        return [each.id for each in checks.check_providers(None)]


def test_half_set_providers_are_named_at_the_start(tmp_path, key):
    assert ids() == []
    assert ids(SMS_GATEWAY_URL="sms.example.vn") == ["messaging.E001"]
    assert ids(SMS_GATEWAY_URL="https://user:secret@sms.example.vn") == ["messaging.E001"]
    assert ids(FCM_CREDENTIALS=str(tmp_path / "none.json")) == ["messaging.E002"]
    assert ids(VAPID_PRIVATE_KEY=key) == ["messaging.E003"]
    assert ids(VAPID_PRIVATE_KEY="x", VAPID_SUBJECT="mailto:a@b.vn") == ["messaging.E003"]
    assert ids(VAPID_PRIVATE_KEY=key, VAPID_SUBJECT="mailto:a@b.vn") == []
    assert ids(DEMO=False) == ["messaging.W001"]
    assert ids(DEMO=False, SMS_GATEWAY_URL="http://sms.example.vn") == ["messaging.E001"]
    assert ids(DEMO=False, EMAIL_URL="smtp://h") == []
