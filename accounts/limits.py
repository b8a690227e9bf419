"""How often something may be tried. Counted in the cache, which all processes share where REDIS_URL is set."""

from __future__ import annotations

import dataclasses
import hashlib
import time

from django.core.cache import cache


@dataclasses.dataclass(frozen=True)
class Limit:
    """At most ``count`` in each ``seconds``. Windows are short: who is over one waits, and is not locked out."""

    name: str
    count: int
    seconds: int

    def is_over(self, who: str) -> bool:
        """Whether this one has used up the present window."""
        return int(cache.get(self._key(who), 0)) >= self.count

    def hit(self, who: str) -> int:
        """Count one more, and return how many there are in the present window."""
        key = self._key(who)
        cache.add(key, 0, self.seconds * 2)
        try:
            return cache.incr(key)
        except ValueError:  # the window's entry was dropped between the two calls
            cache.set(key, 1, self.seconds * 2)
            return 1

    def _key(self, who: str) -> str:
        # Whoever is counted may have typed anything, and not all stores of a cache take all letters in a key.
        digest = hashlib.sha256(who.encode("utf-8", "surrogatepass")).hexdigest()
        return f"limit:{self.name}:{digest}:{int(time.time()) // self.seconds}"


# Failures from one address. A village hall of members shares one, so it is wide, counts no success, and lasts a minute;
# the account itself is held by django-axes after five failures from one address.
FAILURES_PER_ADDRESS = Limit("sign-in-failures", count=30, seconds=60)
# Wrong passwords in the audit. Of one account from one address the first, the tenth, the hundredth in an hour is written,
# with its number; of everyone so many a minute: who guesses from a thousand addresses does not fill the chain.
WRITTEN_PER_ACCOUNT = Limit("failures-written", count=1, seconds=3600)
WRITTEN = Limit("all-failures-written", count=300, seconds=60)
# A phone renews its token every ten minutes; one that does so this often is broken or not a phone.
REFRESHES_PER_SESSION = Limit("refreshes", count=20, seconds=60)

# Codes that are asked for. With five tries at each, one account can be guessed at fifty times a day, out of a million.
CODES_PER_ACCOUNT = Limit("codes", count=5, seconds=3600)
CODES_PER_ACCOUNT_A_DAY = Limit("codes-a-day", count=10, seconds=86_400)
# A hall, or a mobile operator, has many members behind one address.
CODES_PER_ADDRESS = Limit("codes-from-address", count=120, seconds=60)
# What all may ask for: 50,000 learners within weeks stay far below, and a flood does not empty the purse for messages.
CODES = Limit("all-codes", count=1000, seconds=60)
# Wrong codes of all: whoever guesses at many accounts from many addresses gets no further than this.
WRONG_CODES = Limit("wrong-codes", count=300, seconds=60)
