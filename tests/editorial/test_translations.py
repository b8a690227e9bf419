"""Translations: a state of their own, the same gate."""

import pytest
from wagtail.models import Locale
from wagtail_localize.models import StringTranslation, Translation

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
