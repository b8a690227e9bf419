"""The embedded index: what is out, in the form in which it is looked for. Written by ``search.index`` only.

The words themselves lie in the table ``search_terms`` that a migration makes: FTS5 on SQLite, tsvector on PostgreSQL
(``search.backends.database``). Its rows are the entries' by their ids.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from cms.models import ContentPage
from editorial.permissions import readable_texts
from organizations.scope import Scope
from publishing.enums import DocumentType, Kind
from publishing.models import PublishedAudience, PublishedItem


class SearchIndex(models.Model):
    """Which generation of entries is asked, and which is being built beside it."""

    name = models.CharField(max_length=32, primary_key=True)
    live = models.PositiveIntegerField(default=1)
    building = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name}: {self.live}"


class SearchEntryQuerySet(models.QuerySet["SearchEntry"]):
    """Reads of the index."""

    def live(self) -> SearchEntryQuerySet:
        """Entries of the generation that is asked."""
        return self.filter(generation__in=SearchIndex.objects.filter(name="database").values("live"))

    def visible_to(self, scope: Scope) -> SearchEntryQuerySet:
        """Entries of items that exist for this caller: the same rule as ``PublishedItem.objects.visible_to``."""
        audience = PublishedAudience.objects.filter(item=OuterRef("item_id"), key__in=scope.keys)
        return self.filter(Exists(audience), item__removed_at=None)


class SearchEntry(models.Model):
    """One item in the index. ``version`` tells which text of the item it holds."""

    generation = models.PositiveIntegerField()
    item = models.ForeignKey(PublishedItem, models.CASCADE, related_name="search_entries")
    version = models.PositiveIntegerField()
    locale = models.CharField(max_length=8)
    kind = models.CharField(max_length=16, choices=Kind)
    source_code = models.CharField(max_length=32)
    document_type = models.CharField(max_length=16, choices=DocumentType, blank=True)
    issuer_code = models.CharField(max_length=32, blank=True)
    year = models.PositiveSmallIntegerField()
    published_at = models.DateTimeField()
    # Summary and body as one text without markup, a paragraph a line: highlights are cut from it.
    text = models.TextField()

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["generation", "item"], name="one_entry_per_generation")]
        indexes = [models.Index(fields=["generation", "locale", "-published_at", "-item"], name="entry_newest")]

    def __str__(self) -> str:
        return f"{self.item_id} ({self.version})"


class DraftEntryQuerySet(models.QuerySet["DraftEntry"]):
    """Reads of the drafts' index."""

    def readable_by(self, user: Any) -> DraftEntryQuerySet:
        """Entries of texts that exist for this person: the rule of ``editorial.permissions.may_read``."""
        return self.filter(readable_texts(user))


class DraftEntry(models.Model):
    """The latest text of a page, out or not, for the people who work on it. Written by ``search.draft_index`` only.

    A table of its own, with words of its own (``search_draft_terms``): no question of a reader is ever put to it.
    """

    page = models.OneToOneField(ContentPage, models.CASCADE, primary_key=True, related_name="+")
    # Of which text the words are: autosave writes a revision anew in its place, so its moment counts too.
    revision_id = models.BigIntegerField()
    saved_at = models.DateTimeField()
    kind = models.CharField(max_length=16, choices=Kind)
    title = models.CharField(max_length=255)
    text = models.TextField()

    objects = DraftEntryQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["-saved_at", "-page"], name="draft_newest")]

    def __str__(self) -> str:
        return self.title


class KnownWord(models.Model):
    """A word that some text has, folded: what a mistyped word may have meant. Only ever added to between rebuilds.

    ``generation``: the newest of the index that has a text with it.
    """

    word = models.CharField(max_length=32, unique=True)
    generation = models.PositiveIntegerField(default=1)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.word


class SearchCount(models.Model):
    """How often a question was asked on a day, how often it found nothing, and how often nothing but near misses.

    Written by ``search.counting`` only. ``groups``: a bit for each of the groups of sign-ins that asked; who asked is not known.
    """

    day = models.DateField()
    query = models.CharField(max_length=100)
    asked = models.PositiveIntegerField(default=0)
    in_vain = models.PositiveIntegerField(default=0)
    only_near = models.PositiveIntegerField(default=0)
    groups = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["day", "query"], name="one_count_per_day_and_query")]

    def __str__(self) -> str:
        return f"{self.day}: {self.query}"


class FilePage(models.Model):
    """The text of one page of a file, by the SHA-256 of the file; page 0 of what has no pages."""

    sha256 = models.CharField(max_length=64)
    page = models.PositiveIntegerField()
    text = models.TextField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["sha256", "page"], name="one_row_per_page_of_a_file")]

    def __str__(self) -> str:
        return f"{self.sha256[:12]}, {self.page}"


class FileState(models.Model):
    """How far a file has come into the index, by its SHA-256. Written by ``search.file_index`` only.

    A row is made when the file goes out, and stays. One file is read at a time: ``begun_at`` tells when, ``tries`` how
    often. A file that could not be read, or not to its end, says why in ``problem``.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    tries = models.PositiveSmallIntegerField(default=0)
    is_being_read = models.BooleanField(default=False)
    begun_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True)
    # Elasticsearch does not have its text yet.
    waits_for_elasticsearch = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["is_being_read"], condition=models.Q(is_being_read=True), name="one_file_is_read_at_a_time"
            )
        ]
        indexes = [
            models.Index(fields=["begun_at", "sha256"], condition=models.Q(done_at=None), name="file_waits"),
            models.Index(
                fields=["sha256"], condition=models.Q(waits_for_elasticsearch=True), name="file_waits_for_elasticsearch"
            ),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class Abbreviation(models.Model):
    """A short form that an operator added to the standard ones (``search.abbreviations``)."""

    short = models.CharField(
        _("viết tắt"), max_length=16, help_text=_("Ví dụ: BCĐ. Hoa, thường và dấu không quan trọng.")
    )
    long = models.CharField(_("viết đầy đủ"), max_length=120, help_text=_("Ví dụ: ban chỉ đạo."))

    class Meta:
        verbose_name = _("từ viết tắt")
        verbose_name_plural = _("từ viết tắt")
        ordering = ["short", "long"]
        constraints = [
            models.UniqueConstraint(
                fields=["short", "long"],
                name="one_row_per_abbreviation",
                violation_error_message=_("Từ viết tắt này đã có với đúng nghĩa ấy."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.short}: {self.long}"
