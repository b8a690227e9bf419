"""Translations: a state of their own, the same gate."""

import pytest
from wagtail.models import Locale
from wagtail_localize.models import StringTranslation, Translation

from audit.models import AuditEntry
from audit.refusals import Refused
from editorial.translations import submit_translation, translation_of
from publishing.models import PublishedItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def english(province, draft, approve, client):
    """A published article, and its translation begun by the board in the admin."""
    page = approve(draft("Tin", summary="Tóm tắt"))
    locale = Locale.objects.get(language_code="en")
    client.force_login(province.board)
    client.post(f"/admin/localize/submit/page/{page.pk}/", {"locales": [locale.pk]})
    target = page.get_translation(locale).specific
    translation = translation_of(target)
    for segment in translation.source.stringsegment_set.all():
        StringTranslation.objects.create(
            translation_of=segment.string,
            locale=locale,
            context=segment.context,
            data={"Tin": "News", "Tóm tắt": "Summary"}.get(segment.string.data, "news"),
        )
    return target


def test_a_translation_goes_out_through_the_same_steps(province, english, approve):
    assert PublishedItem.objects.filter(locale="en").count() == 0
    submit_translation(actor=province.board2, page_id=english.pk)
    english.refresh_from_db()
    assert english.current_workflow_task.name == "Bàn biên tập của nguồn duyệt"
    approve(english, submit=False)
    item = PublishedItem.objects.get(locale="en")
    assert (item.title, item.summary) == ("News", "Summary")
    original = PublishedItem.objects.get(locale="vi")
    assert (original.title, original.version, item.translation_key) == ("Tin", 1, original.translation_key)


def test_the_translation_editor_does_not_publish(province, english, client):
    client.force_login(province.admin)
    response = client.post(f"/admin/pages/{english.pk}/edit/", {"action": "publish"})
    assert response.status_code == 302
    english.refresh_from_db()
    assert not english.live
    assert PublishedItem.objects.filter(locale="en").count() == 0


def test_publishing_through_the_library_is_refused(province, english, commit):
    translation = Translation.objects.get()
    with pytest.raises(Refused), commit():
        translation.save_target(user=province.admin, publish=True)
    english.refresh_from_db()
    assert not english.live
    assert PublishedItem.objects.filter(locale="en").count() == 0


def test_beginning_a_translation_of_what_is_out_is_refused_by_nobody(province, draft, approve, client, commit):
    """The library would publish the copy of a live original in the same breath, and the gate would refuse it."""
    page = approve(draft("Tin", summary="Tóm tắt"))
    locale = Locale.objects.get(language_code="en")
    client.force_login(province.board)
    refused = AuditEntry.objects.filter(outcome="refused").count()
    with commit():
        answer = client.post(f"/admin/localize/submit/page/{page.pk}/", {"locales": [locale.pk]})
    target = page.get_translation(locale)
    assert (answer.status_code, answer.url) == (302, f"/admin/pages/{target.pk}/edit/")
    assert not target.live
    assert AuditEntry.objects.filter(outcome="refused").count() == refused


def test_bringing_a_translation_up_to_date_offers_no_publishing(province, english, client):
    client.force_login(province.board)
    source = Translation.objects.get().source
    page = client.get(f"/admin/localize/update/{source.pk}/")
    assert page.status_code == 200
    assert "publish_translations" not in page.content.decode()


def test_a_translation_is_addressed_as_its_original(province, draft, approve, client, commit):
    page = draft("Tin", summary="Tóm tắt")
    page.addressed_to.set([province.units.TB01])
    page.save_revision()
    page = approve(page)
    locale = Locale.objects.get(language_code="en")
    client.force_login(province.board)
    with commit():
        client.post(f"/admin/localize/submit/page/{page.pk}/", {"locales": [locale.pk]})
    target = page.get_translation(locale).get_latest_revision_as_object()
    assert (list(target.addressed_to.all()), target.clearance) == ([province.units.TB01], page.clearance)


def test_people_of_another_desk_cannot_submit_it(province, english):
    with pytest.raises(Refused):
        submit_translation(actor=province.other_desk, page_id=english.pk)
    english.refresh_from_db()
    assert english.current_workflow_state is None


def test_the_editor_shows_the_button(province, english, client):
    client.force_login(province.board)
    page = client.get(f"/admin/pages/{english.pk}/edit/")
    assert f"/admin/editorial/translation/{english.pk}/submit/" in page.content.decode()
    answer = client.post(f"/admin/editorial/translation/{english.pk}/submit/")
    assert answer.status_code == 302
    english.refresh_from_db()
    assert english.workflow_in_progress
