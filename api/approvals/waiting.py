"""What waits for a person: drafts at their steps and requests to their committees, in one list by how long they wait."""

from __future__ import annotations

from typing import Any

from api.approvals.rows import JOINS, approval_rows, request_rows
from api.connections import LONGEST_ASKED, LONGEST_WAITING, bad_cursor, refuse_bad_first
from api.ids import BadId, read_signed, signed
from editorial.models import ApprovalRequest
from editorial.models.steps import undecided_by

CURSOR = "cursor.waiting"


def waiting_page(user: Any, *, first: int, after: str | None) -> dict[str, Any]:
    """One page of the list. The cursor holds a place in both of the lists that it is merged from.

    Raises Refused INVALID where ``first`` is not 1..100 or ``after`` is no cursor of this list.
    """
    refuse_bad_first(first)
    steps = LONGEST_WAITING.apply(undecided_by(user).select_related(*JOINS))
    requests = LONGEST_ASKED.apply(ApprovalRequest.objects.undecided_by(user).with_count().select_related("asked_by"))
    place = list(_place(after))
    if place[0]:
        steps = steps.filter(LONGEST_WAITING.after(place[0]))
    if place[1]:
        requests = requests.filter(LONGEST_ASKED.after(place[1]))
    found: list[tuple[Any, int, Any]] = [(each.started_at, 0, each) for each in steps[: first + 1]]
    found += [(each.asked_at, 1, each) for each in requests[: first + 1]]
    found.sort(key=lambda each: each[:2])
    shown = found[:first]
    nodes = {
        0: iter(approval_rows([row for _at, kind, row in shown if kind == 0])),
        1: iter(request_rows([row for _at, kind, row in shown if kind == 1])),
    }
    edges = []
    for _at, kind, row in shown:
        place[kind] = (LONGEST_WAITING, LONGEST_ASKED)[kind].cursor(row)
        edges.append({"cursor": signed(CURSOR, *place), "node": next(nodes[kind])})
    return {
        "edges": edges,
        "page_info": {"has_next_page": len(found) > first, "end_cursor": edges[-1]["cursor"] if edges else None},
    }


def _place(after: str | None) -> tuple[str, str]:
    if after is None:
        return "", ""
    try:
        steps, requests = read_signed(CURSOR, after)
    except BadId:
        raise bad_cursor() from None
    return steps, requests
