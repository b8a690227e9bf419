"""The same link by push, for who has the app: it opens the pages of the link, and those ask for a code as always."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from editorial.enums import LinkEnd
from editorial.models import ReviewLink
from editorial.phone_review.access import standing
from editorial.phone_review.sending import PUSHED
from editorial.phone_review.tokens import signed_token, url_of
from messaging.subjects import Subject, subject


@subject(PUSHED)
def waiting(link_id: str) -> Subject | None:
    """A link that still leads to something, for its person alone. Locked screens are read by others: no title stands there."""
    links = ReviewLink.objects.open(timezone.now()).select_related("person", "page", "revision", "step", "request")
    link = links.filter(pk=int(link_id)).first()
    if link is None:
        return None
    found = standing(link)
    if isinstance(found, LinkEnd):
        return None
    with override("vi"):
        text = _("Có %(kind)s chờ đồng chí duyệt. Mở để đọc và quyết định.") % {"kind": str(found.kind).lower()}
    return Subject(
        audience=frozenset(),
        text=text,
        accounts=frozenset({link.person_id}),
        data={"url": url_of(signed_token(link))},
    )
