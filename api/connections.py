"""Lists: Relay connections whose cursors name a row, never a count of rows, so page 500 costs what page 1 costs."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import graphene
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from api.ids import BadId, read_signed, signed
from api.limits import MAX_FIRST
from audit.enums import RefusalCode
from audit.refusals import Refused


class PageInfo(graphene.ObjectType):
    """Whether there is more, and from where to ask for it."""

    has_next_page = graphene.Boolean(required=True, description="Whether more rows follow.")
    end_cursor = graphene.String(description="Give this as `after` to get the next page; null where the page is empty.")


@dataclasses.dataclass(frozen=True)
class Order:
    """The order of a list: a column and, where that ties, the key. ``name`` keeps cursors of one list from another."""

    name: str
    column: str
    key: str
    descending: bool
    read_column: Callable[[str], Any]
    read_key: Callable[[str], Any]

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows in this order."""
        sign = "-" if self.descending else ""
        return rows.order_by(f"{sign}{self.column}", f"{sign}{self.key}")

    def cursor(self, row: Any) -> str:
        """The place of a row in this list."""
        return signed(f"cursor.{self.name}", getattr(row, self.column).isoformat(), str(getattr(row, self.key)))

    def after(self, cursor: str) -> Q:
        """The rows that follow a place. Raises Refused INVALID where the cursor is not one of this list's."""
        try:
            column, key = read_signed(f"cursor.{self.name}", cursor)
        except BadId:
            raise bad_cursor() from None
        than = "lt" if self.descending else "gt"
        value = self.read_column(column)
        # The first condition is what the index can start from; the second settles ties.
        return Q(**{f"{self.column}__{than}e": value}) & (
            Q(**{f"{self.column}__{than}": value}) | Q(**{f"{self.key}__{than}": self.read_key(key)})
        )


NEWEST = Order("articles", "first_published_at", "id", True, datetime.datetime.fromisoformat, uuid.UUID)
ISSUED = Order("documents", "issued_on", "id", True, datetime.date.fromisoformat, uuid.UUID)
LAST_USED = Order("devices", "last_used_at", "id", True, datetime.datetime.fromisoformat, uuid.UUID)
NOTICES = Order("notices", "sent_at", "id", True, datetime.datetime.fromisoformat, uuid.UUID)
FEEDBACK = Order("feedback", "created_at", "id", True, datetime.datetime.fromisoformat, uuid.UUID)
CONSULTATIONS = Order("consultations", "opens_at", "id", True, datetime.datetime.fromisoformat, uuid.UUID)
FEEDBACK_DUE = Order("feedback_due", "due_at", "id", False, datetime.datetime.fromisoformat, uuid.UUID)
LONGEST_WAITING = Order("approvals", "started_at", "pk", False, datetime.datetime.fromisoformat, int)
LONGEST_ASKED = Order("requests", "asked_at", "id", False, datetime.datetime.fromisoformat, uuid.UUID)


def bad_cursor() -> Refused:
    """What someone gets whose ``after`` was not given out by this list."""
    return Refused(RefusalCode.INVALID, _("Vị trí trang (after) không hợp lệ. Hãy tải lại từ đầu."), field="after")


def refuse_bad_first(first: int) -> None:
    """Raise Refused INVALID where ``first`` is not 1..100."""
    if not 1 <= first <= MAX_FIRST:
        raise Refused(
            RefusalCode.INVALID,
            _("Số mục mỗi trang (first) phải từ 1 đến %(most)d.") % {"most": MAX_FIRST},
            field="first",
        )


def page_of(
    rows: QuerySet[Any], order: Order, *, first: int, after: str | None, node: Callable[[Sequence[Any]], Sequence[Any]]
) -> dict[str, Any]:
    """One page of a list. ``node`` turns all rows of the page into what is shown of them, at once.

    Raises Refused INVALID where ``first`` is not 1..100 or ``after`` is no cursor of this list.
    """
    refuse_bad_first(first)
    rows = order.apply(rows)
    if after is not None:
        rows = rows.filter(order.after(after))
    found = list(rows[: first + 1])
    shown = found[:first]
    cursors = [order.cursor(row) for row in shown]
    return {
        "edges": [{"cursor": cursor, "node": each} for cursor, each in zip(cursors, node(shown), strict=True)],
        "page_info": {"has_next_page": len(found) > first, "end_cursor": cursors[-1] if cursors else None},
    }


def connection(node: type[graphene.ObjectType], name: str) -> type[graphene.ObjectType]:
    """The connection type of a node type, with its edge type."""
    edge = type(
        f"{name}Edge",
        (graphene.ObjectType,),
        {
            "__doc__": "A row of the list.",
            "cursor": graphene.String(required=True, description="The row's place in the list."),
            "node": graphene.Field(node, required=True, description="The row itself."),
        },
    )
    return type(
        f"{name}Connection",
        (graphene.ObjectType,),
        {
            "__doc__": "A page of a list.",
            "edges": graphene.List(graphene.NonNull(edge), required=True, description="The rows of this page."),
            "page_info": graphene.Field(PageInfo, required=True, description="Whether there is more."),
        },
    )
