"""How often one may ask. Answers that lie ready are not counted: to count them costs more than to give them."""

from __future__ import annotations

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.limits import Limit
from accounts.models import User
from api.caller import Caller
from api.errors import RequestRefused
from api.prepared import Operation
from audit.enums import RefusalCode
from audit.readings import ASK_API, record_forbidden

# A phone that syncs after weeks asks some dozens of times; a person reading, some a minute.
PER_PERSON = Limit("requests-per-person", count=300, seconds=60)
# A village hall on one address, everybody with the app open but not yet signed in.
PER_ADDRESS = Limit("requests-per-address", count=1200, seconds=60)
# Every phone begins its evening with a refresh, and thousands share the address of a mobile operator. A refresh is
# counted by its session, and by its address where it brings no token of ours (``accounts.actions.refresh``).
COUNTED_ELSEWHERE = frozenset({"refreshSession"})


def refuse_excess(request: HttpRequest, caller: Caller, operation: Operation) -> None:
    """Count one request of this caller; raise RequestRefused (429) where there were too many in this minute."""
    if operation.root_names != COUNTED_ELSEWHERE:
        count(request, caller)


def count(request: HttpRequest, caller: Caller) -> None:
    """The same for a request of any kind."""
    if not settings.API_RATE_LIMITS:
        return
    if caller.user_id is not None:
        limit, who = PER_PERSON, str(caller.user_id)
    else:
        limit, who = PER_ADDRESS, get_client_ip_address(request) or ""
    if (asked := limit.hit(who)) > limit.count:
        if caller.user_id is not None and asked == limit.count + 1:
            # The first refusal of a minute, of someone who is signed in.
            actor = User.objects.get(pk=caller.user_id)
            record_forbidden(request, act=ASK_API, actor=actor, channel="api", code=RefusalCode.RATE_LIMITED)
        raise RequestRefused(
            _("Bạn gửi quá nhiều yêu cầu. Hãy đợi một phút rồi thử lại."),
            status=429,
            code=RefusalCode.RATE_LIMITED.value,
        )
