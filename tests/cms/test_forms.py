"""The editing form: an unfinished draft is kept as it is; what is submitted must be whole."""

import pytest
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from cms.models import Article, Document

pytestmark = pytest.mark.django_db


def article_form(**fields):
    return nested_form_data(
        {
            "title": "Bài thử",
            "slug": "bai-thu",
            "summary": "Tóm tắt",
            "author": "",
            "cover": "",
            "cover_alt": "",
            "category": "",
            "body": streamfield([("text", rich_text("<p>Nội dung</p>"))]),
            "files": inline_formset([]),
            "clearance": "member",
            "go_live_at": "",
            "expire_at": "",
            "comments": inline_formset([]),
            **fields,
        }
    )


def add(client, province, kind="article", **fields):
    client.force_login(province.contributor)
    return client.post(f"/admin/pages/add/cms/{kind}/{province.index.pk}/", article_form(**fields))


def test_a_draft_is_saved(client, province):
    response = add(client, province)
    page = Article.objects.get()
    assert response.status_code == 302
    assert (page.title, page.live, page.source, page.owner) == ("Bài thử", False, province.source, province.contributor)
    assert "Nội dung" in page.body[0].value.source


def test_submitting_sends_it_to_the_desk(client, province):
    add(client, province, **{"action-submit": "1"})
    assert Article.objects.get().current_workflow_task.name == "Bàn biên tập của nguồn duyệt"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"go_live_at": "10:00 01/12/2026", "expire_at": "x"}, "ngày"),
        ({"go_live_at": "02/12/2026 10:00", "expire_at": "01/12/2026 10:00"}, "phải"),
        ({"expire_at": "01/01/2020 10:00"}, "hết hạn"),
        ({"clearance": "public", "addressed_to": "1"}, ""),
        ({"title": ""}, "bắt buộc"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_submitted(client, province, fields, message):
    if "addressed_to" in fields:
        fields = {**fields, "addressed_to": str(province.units.TB01.pk)}
    response = add(client, province, **fields, **{"action-submit": "1"})
    assert response.status_code == 200
    assert message in response.content.decode()
    assert Article.objects.count() == 0


def test_publishing_by_hand_posts_only_save_a_draft(client, province):
    client.force_login(province.admin)
    client.post(f"/admin/pages/add/cms/article/{province.index.pk}/", article_form(**{"action-publish": "1"}))
    assert Article.objects.get().live is False


def test_a_document_names_exactly_one_issuer(client, province):
    fields = {
        "number": "52-NQ/TW",
        "document_type": "resolution",
        "issued_on": "27/09/2019",
        "signer": "",
        "central_issuer": "",
        "issuer": "",
    }
    add(client, province, "document", **fields, **{"action-submit": "1"})
    assert Document.objects.count() == 0
    add(client, province, "document", **{**fields, "central_issuer": "BCT"}, **{"action-submit": "1"})
    assert Document.objects.get().issuer_code_and_name[0] == "BCT"
