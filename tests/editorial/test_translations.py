"""Translations: a state of their own, the same gate."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import Locale
from wagtail_localize.models import StringTranslation, Translation

from audit.models import AuditEntry
from audit.refusals import Refused
from cms.models import ContentPage
from editorial.enums import TranslationState
from editorial.translation_states import translations_of
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


# --- how each stands


def state_of(page):
    [translated] = translations_of([page.translation_key])[page.translation_key]
    return translated.state


def edit(page, **fields):
    """Save another text of a page."""
    page = ContentPage.objects.get(pk=page.pk).specific.get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision(user=page.owner)
    return ContentPage.objects.get(pk=page.pk)


def original_of(english):
    return ContentPage.objects.get(translation_key=english.translation_key, locale__language_code="vi")


@pytest.fixture
def out_in_english(province, english, approve):
    """The translation, out."""
    submit_translation(actor=province.board2, page_id=english.pk)
    return approve(english, submit=False)


def bring_up_to_date(province, english, client, approve):
    """What people do about an old translation: take the new original, translate it, submit."""
    client.force_login(province.board)
    client.post(f"/admin/localize/update/{Translation.objects.get().source_id}/", {})
    for segment in Translation.objects.get().source.stringsegment_set.all():
        StringTranslation.objects.get_or_create(
            translation_of=segment.string, locale=english.locale, context=segment.context, defaults={"data": "new"}
        )
    submit_translation(actor=province.board2, page_id=english.pk)
    return approve(english, submit=False)


def test_the_states_of_a_translation_on_its_way(province, draft, approve, english):
    assert state_of(approve(draft("Chưa ai dịch"))) == TranslationState.NONE
    assert state_of(english) == TranslationState.WORKING
    submit_translation(actor=province.board2, page_id=english.pk)
    assert state_of(english) == TranslationState.REVIEW
    approve(english, submit=False)
    assert state_of(english) == TranslationState.OUT


def test_a_translation_whose_original_came_out_anew_is_old_though_the_library_says_up_to_date(
    province, out_in_english, approve, client
):
    original = edit(original_of(out_in_english), title="Tin đã sửa")
    assert state_of(original) == TranslationState.OUT  # nobody reads the new text yet
    approve(original)
    with override("en"):
        assert Translation.objects.get().get_status_display() == "Up to date"
    assert state_of(original) == TranslationState.STALE
    bring_up_to_date(province, out_in_english, client, approve)
    assert state_of(original) == TranslationState.OUT


def test_taking_the_new_original_alone_does_not_make_it_new(province, out_in_english, approve, client):
    approve(edit(original_of(out_in_english), title="Tin đã sửa"))
    client.force_login(province.board)
    client.post(f"/admin/localize/update/{Translation.objects.get().source_id}/", {})
    assert state_of(out_in_english) == TranslationState.STALE


def test_taking_the_same_original_again_does_not_make_it_old(province, out_in_english, client):
    client.force_login(province.board)
    client.post(f"/admin/localize/update/{Translation.objects.get().source_id}/", {})
    assert state_of(out_in_english) == TranslationState.OUT


def test_what_is_under_way_is_old_too(province, english, approve):
    """It was begun from what was out then, and would go out as if it were of today."""
    submit_translation(actor=province.board2, page_id=english.pk)
    approve(edit(original_of(english), title="Tin đã sửa"))
    assert state_of(english) == TranslationState.STALE


def test_translated_from_an_old_copy_after_the_original_came_out_anew(province, english, approve):
    """Its text is the newer of the two, and yet of the former original."""
    approve(edit(original_of(english), title="Tin đã sửa"))
    submit_translation(actor=province.board2, page_id=english.pk)
    approve(english, submit=False)
    assert state_of(english) == TranslationState.STALE


def test_of_a_text_by_hand_the_hour_counts(province, draft, approve):
    original = approve(draft("Tin"))
    by_hand = original.specific.copy_for_translation(Locale.objects.get(language_code="en"), copy_parents=True)
    by_hand = approve(edit(by_hand, title="News"))
    assert state_of(original) == TranslationState.OUT
    approve(edit(original, title="Tin đã sửa"))
    assert state_of(original) == TranslationState.STALE
    approve(edit(by_hand, title="News, mended"))
    assert state_of(original) == TranslationState.OUT


def test_a_text_that_autosave_changed_in_place_is_another(province, draft, client):
    original = draft("Nháp")
    locale = Locale.objects.get(language_code="en")
    client.force_login(province.board)
    client.post(f"/admin/localize/submit/page/{original.pk}/", {"locales": [locale.pk]})
    english = original.get_translation(locale)
    Translation.objects.get().save_target(user=province.board, publish=False)
    assert state_of(original) == TranslationState.WORKING
    original = original.specific
    original.title = "Nháp đã sửa"
    original.save_revision(user=province.contributor, overwrite_revision=original.get_latest_revision())
    assert ContentPage.objects.get(pk=english.pk).latest_revision is not None
    assert state_of(original) == TranslationState.STALE


def test_the_desk_and_the_way_say_it(province, out_in_english, approve, open_screen):
    approve(edit(original_of(out_in_english), title="Tin đã sửa"))
    said = "Đã cũ: bản gốc đã thay đổi"
    desk = open_screen(province.contributor, "editorial_desk", section="out").content.decode()
    assert desk.count(said) == 2  # the original, and the translation itself
    for page in (original_of(out_in_english), out_in_english):
        assert said in open_screen(province.desk, "editorial_path", page.pk).content.decode()
    # The committee had both before it; of a text it sees how that itself stands, not what else there is.
    assert said in open_screen(province.thuongtruc1, "editorial_path", out_in_english.pk).content.decode()
    assert (
        said not in open_screen(province.thuongtruc1, "editorial_path", original_of(out_in_english).pk).content.decode()
    )


def test_the_report_filters_by_state(province, draft, approve, out_in_english, open_screen):
    approve(draft("Chưa ai dịch"))
    draft("Của tổ chức", index=province.other_index, user=province.other_desk)

    def titles(user, **query):
        answer = open_screen(user, "editorial_translations", **query)
        return [(page.draft_title, translated.state.value) for page, translated in answer.context["rows"]]

    assert titles(province.desk) == [("Chưa ai dịch", "none"), ("Tin", "out")]
    assert titles(province.desk, state="none") == [("Chưa ai dịch", "none")]
    assert titles(province.desk, state="stale") == []
    approve(edit(original_of(out_in_english), title="Tin đã sửa"))
    assert titles(province.desk, state="stale") == [("Tin đã sửa", "stale")]
    assert titles(province.other_desk) == [("Của tổ chức", "none")]
    assert len(titles(province.board)) == 3
    assert titles(province.board, source="to-chuc") == [("Của tổ chức", "none")]
    assert open_screen(province.thuongtruc1, "editorial_translations").status_code == 404


def test_the_report_stands_where_the_library_s_stood(province, out_in_english, approve, signed_in):
    approve(edit(original_of(out_in_english), title="Tin đã sửa"))
    for address in (
        reverse("wagtail_localize:translations_report"),
        reverse("wagtail_localize:translations_report_results"),
    ):
        html = signed_in(province.board).get(address).content.decode()
        assert "Đã cũ: bản gốc đã thay đổi" in html
        assert "Đã dịch đủ" not in html  # as the library calls it


def test_the_way_to_the_new_original_is_offered(province, out_in_english, approve, open_screen):
    update = reverse("wagtail_localize:update_translations", args=[Translation.objects.get().source_id])
    assert update not in open_screen(province.board, "editorial_translations").content.decode()
    approve(edit(original_of(out_in_english), title="Tin đã sửa"))
    assert update in open_screen(province.board, "editorial_translations").content.decode()


def test_the_states_cost_the_same_at_n_and_3n(province, draft, approve, signed_in, django_assert_num_queries):
    client, english = signed_in(province.board), Locale.objects.get(language_code="en")
    keys, counts = [], []
    for rows in (1, 2):
        for number in range(rows):
            page = approve(draft(f"Tin {rows}.{number}"))
            page.specific.copy_for_translation(english, copy_parents=True)
            keys.append(page.translation_key)
        with django_assert_num_queries(2):  # the languages, and one for each but the first
            assert len(translations_of(keys)) == len(keys)
        client.get(reverse("editorial_translations"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("editorial_translations"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
