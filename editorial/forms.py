"""The forms of this room's own screens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateTimeInput

from editorial.models import CommitteeApproval, Release
from organizations.models import Organization


class ReleaseForm(forms.ModelForm):
    """What a release is called, who approves it, and when it goes out. Saved by the action alone."""

    class Meta:
        model = Release
        fields = ["title", "note", "organization", "required", "due_at", "all_languages"]
        widgets = {"due_at": AdminDateTimeInput, "note": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"due_at": _("Để trống: phát hành ngay khi đủ phê duyệt.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The committees at which the sources' ways end: no other could let their items out.
        ends = CommitteeApproval.objects.filter(active=True).values("organization")
        committees = Organization.objects.filter(pk__in=ends)
        choice = self.fields["organization"]
        choice.queryset = committees  # type: ignore[attr-defined]
        choice.empty_label = None  # type: ignore[attr-defined]
