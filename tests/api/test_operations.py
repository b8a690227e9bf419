"""The mobile client's own documents run unchanged."""

import pytest

from tests.api.conftest import OPERATIONS, operation

pytestmark = pytest.mark.django_db


def test_the_operations_are_here():
    assert sorted(path.stem for path in OPERATIONS.glob("*.graphql")) == [
        "activate-account",
        "approvals",
        "article",
        "changes",
        "consultations",
        "consultations-offline",
        "devices",
        "documents",
        "end-device",
        "end-member-sessions",
        "feedback",
        "feedback-inbox",
        "feedback-office",
        "feedback-thread",
        "home",
        "me",
        "notice",
        "notice-receipts",
        "notices",
        "preview",
        "preview-release",
        "push",
        "reading",
        "refresh",
        "request-sign-in-code",
        "search",
        "sign-in",
        "sign-in-with-code",
        "sign-out",
        "sign-out-everywhere",
        "similar",
        "suggestions",
        "sync",
        "withdrawal",
    ]


def test_home(api, out):
    out("Tin mới", at="2026-11-03T12:30:00Z")
    data = api.data("home", {"first": 20})
    (edge,) = data["articles"]["edges"]
    node = edge["node"]
    assert node.pop("id") and node.pop("slug").startswith("tin-")
    assert node.pop("updatedAt").endswith("+07:00")
    assert node == {
        "title": "Tin mới",
        "summary": "Tóm tắt",
        "publishedAt": "2026-11-03T19:30:00+07:00",
        "locale": "vi",
        "image": None,
        "category": {"slug": "tin-tuc", "name": "Tin tức"},
        "source": {"code": "tuyen-giao", "name": "Ban Tuyên giáo"},
    }
    assert data["articles"]["pageInfo"] == {"hasNextPage": False, "endCursor": edge["cursor"]}


@pytest.mark.parametrize("path", sorted(OPERATIONS.glob("*.graphql")), ids=lambda path: path.stem)
def test_each_operation_passes_the_limits_at_its_largest_page(api, people, path):
    variables = {
        "first": 100,
        "id": "x",
        "revision": "x",
        "token": "x",
        "decision": "APPROVE",
        "refreshToken": "x",
        "username": "DV1",
        "password": "x",
        "code": "123456",
        "memberCode": "DV1",
        "activationCode": "AAAAA-AAAAA",
        "newPassword": "x",
        "keepCurrent": True,
        "reason": "x",
        "device": {"name": "Máy", "platform": "ANDROID"},
        "categories": ["DOCUMENT", "BULLETIN", "ARTICLE", "NOTICE", "FEEDBACK", "REVIEW"],
        "query": "nghị quyết",
        "kinds": ["ARTICLE", "DOCUMENT"],
        "source": "tuyen-giao",
        "quietFrom": "21:00",
        "quietTo": "06:00",
        "version": 1,
        "answer": "Có",
        "receipts": [{"id": "x", "version": 1, "kind": "READ"}],
        "input": {"organization": "TB", "title": "A", "body": "a"},
        "consultationId": "x",
        "section": 1,
        "clientId": "x",
        "threadId": "x",
        "intoId": "x",
        "to": "TB",
        "note": "x",
        "body": "x",
        "subject": "x",
        "stars": 5,
        "allowed": True,
        "text": "nghị quyết",
        "member": "DV1",
    }
    if path.stem.startswith("feedback"):
        variables["input"] = (
            {"subject": "A", "body": "a"} if path.stem == "feedback" else {"threadId": "x", "body": "a"}
        )
    names = {"approvals": ("Approvals", "Decide"), "push": ("PushPreferences", "RegisterPush", "SetPushPreferences")}
    names["notices"] = ("Notices", "MarkNoticeRead", "AcknowledgeNotice", "SendNotice", "NoticeReach")
    names["notice-receipts"] = ("RecordNoticeReceipts", "AnswerNotice")
    names["feedback"] = ("SendFeedback", "MyFeedback", "ReplyFeedback")
    names["consultations"] = ("Consultations", "Consultation", "GiveOpinion")
    names["feedback-thread"] = (
        *("FeedbackThread", "FeedbackTopics", "SimilarQuestions", "RateFeedback", "MarkFeedbackRead"),
        *("AllowFeedbackPublication", "GoOnFeedback"),
    )
    names["feedback-inbox"] = (
        *("FeedbackInbox", "FeedbackWork", "AssignFeedback", "ForwardFeedback", "NoteFeedback", "DraftFeedbackAnswer"),
        *("SubmitFeedbackAnswer", "AnswerFeedback", "AskBackFeedback", "CloseFeedback", "ReopenFeedback"),
        *("MergeFeedback", "SplitFeedback", "RevealFeedbackAuthor"),
    )
    names["feedback-office"] = ("FeedbackFiltered", "FeedbackDesk", "FeedbackNumbers", "NameFeedbackReader")
    for name in names.get(path.stem, (None,)):
        used = {key: value for key, value in variables.items() if f"${key}:" in operation(path.stem)}
        api.data(path.stem, used, name=name, user=people.member)
