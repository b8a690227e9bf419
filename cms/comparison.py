"""How blocks are compared where Wagtail would see nothing, or show a code: in what was chosen, not written."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail.admin.compare import StructBlockComparison, TextDiff, get_comparison_class_for_block
from wagtail.blocks import ChoiceBlock, ChooserBlock


class ChosenStructComparison(StructBlockComparison):
    """A struct with something chosen in it: a picture or file is told by its title and number, a choice by its words.

    Wagtail compares the words that a block shows, and a picture shows none.
    """

    def htmlvalue(self, val: Any) -> SafeString:
        return self._rows(lambda name, block: self._plain(block, val[name]))

    def htmldiff(self) -> SafeString:
        return self._rows(lambda name, block: self._difference(block, self.val_a[name], self.val_b[name]))

    def _rows(self, shown: Any) -> SafeString:
        rows = [(block.label, shown(name, block)) for name, block in self.block.child_blocks.items()]
        return format_html("<dl>\n{}\n</dl>", format_html_join("\n", "    <dt>{}</dt>\n    <dd>{}</dd>", rows))

    def _plain(self, block: Any, val: Any) -> str:
        if isinstance(block, ChooserBlock | ChoiceBlock):
            return _named(block, val)
        return get_comparison_class_for_block(block)(block, True, True, val, val).htmlvalue(val)

    def _difference(self, block: Any, val_a: Any, val_b: Any) -> Any:
        if not isinstance(block, ChooserBlock | ChoiceBlock):
            return get_comparison_class_for_block(block)(block, True, True, val_a, val_b).htmldiff()
        if val_a == val_b:
            return _named(block, val_b)
        return TextDiff([("deletion", _named(block, val_a)), ("addition", _named(block, val_b))]).to_html()


def _named(block: Any, chosen: Any) -> str:
    if isinstance(block, ChoiceBlock):
        return str(dict(block.field.choices).get(chosen, chosen))
    return _("%(title)s (số %(id)s)") % {"title": chosen, "id": chosen.pk} if chosen else "–"
