"""The editing form of content."""

from __future__ import annotations

from typing import Any

from wagtail.admin.forms import WagtailAdminPageForm


class ContentPageForm(WagtailAdminPageForm):
    """Saves an unfinished draft as it is; on submission asks for everything that readers need."""

    is_unfinished = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.source_id is None and self.parent_page is not None:
            # A new page asks its source what is missing before it is saved below that source's index.
            self.instance.source = self.parent_page.specific.source

    def defer_required_fields(self) -> None:
        """Wagtail calls this when the draft is only being saved."""
        super().defer_required_fields()
        self.is_unfinished = True

    def _post_clean(self) -> None:
        super()._post_clean()
        if "addressed_to" in self.cleaned_data:  # many-to-many values reach the page only when it is saved
            self.instance.addressed_to = self.cleaned_data["addressed_to"]
        if self.is_unfinished or self.errors:
            return
        for field, message in self.instance.shortcomings():
            self.add_error(field if field in self.fields else None, message)
