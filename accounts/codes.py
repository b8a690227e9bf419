"""One-time codes: made, kept as a digest, tried a few times, and spent once.

A holder has at most one code of a kind, in one row: a new one takes the place of the former. The digest is keyed with
the server's key and bound to kind and holder, so the table alone tells no code, not even one of six digits.
"""

from __future__ import annotations

import dataclasses
import datetime
import secrets
import unicodedata
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.enums import CodePurpose
from accounts.models import OneTimeCode

# Whose tries are counted where there is nobody: an unknown name must cost the same writes as a known one.
NOBODY = 0
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Kind:
    """What codes of a purpose look like, how long they are good for at least, and how often one may be tried."""

    purpose: CodePurpose
    alphabet: str
    length: int
    lifetime: datetime.timedelta
    tries: int
    group: int
    # Letters that are read for one of the alphabet.
    read_as: Mapping[int, int] = dataclasses.field(default_factory=dict)

    def random(self) -> str:
        """A new code, as it is kept."""
        return "".join(secrets.choice(self.alphabet) for _ in range(self.length))

    def derived(self, seed: str) -> str:
        """The code of this seed: always the same, and not to be found without the server's key."""
        rest = int.from_bytes(_hmac(f"seed.{self.purpose}", seed))
        letters = []
        for _ in range(self.length):
            rest, letter = divmod(rest, len(self.alphabet))
            letters.append(self.alphabet[letter])
        return "".join(letters)

    def shown(self, code: str) -> str:
        """The code as people read it: in groups."""
        return "-".join(code[start : start + self.group] for start in range(0, len(code), self.group))

    def tidy(self, typed: str) -> str:
        """What was typed, without spaces and dashes, in capitals, in the letters of the alphabet."""
        letters = unicodedata.normalize("NFKC", typed[:100]).upper().translate(self.read_as)
        return "".join(letter for letter in letters if letter.isalnum())


SIGN_IN = Kind(
    purpose=CodePurpose.SIGN_IN,
    alphabet="0123456789",
    length=6,
    lifetime=datetime.timedelta(minutes=10),
    tries=5,
    group=6,
)
# For who has opened a link to a text (``editorial.phone_review``); the holder is the link, not the person.
REVIEW = dataclasses.replace(SIGN_IN, purpose=CodePurpose.REVIEW)
# No two of these look alike in print. What looks like one of them is read as it; 0, 1, I, L, O and Q look like none.
ACTIVATION = Kind(
    purpose=CodePurpose.ACTIVATION,
    alphabet="23456789ACDEFHJKMNPRTVWXY",
    length=10,
    lifetime=datetime.timedelta(days=30),
    tries=20,
    group=5,
    read_as=str.maketrans("BGSZU", "8652V"),
)


def issue(kind: Kind, holder: int, code: str, *, at: datetime.datetime) -> bool:
    """Put a code in force that was asked for at this time. False where one asked for later is in force already.

    The same code again changes nothing: a task that runs twice neither revives a spent code nor forgets its tries.
    """
    digest = digest_of(kind, holder, code)
    row = {"digest": digest, "issued_at": at, "expires_at": at + kind.lifetime, "tries": 0, "used_at": None}
    found, created = OneTimeCode.objects.get_or_create(purpose=kind.purpose, holder=holder, defaults=row)
    if created or OneTimeCode.objects.filter(pk=found.pk, issued_at__lt=at).update(**row):
        return True
    found.refresh_from_db()
    return found.digest == digest


@transaction.atomic
def issue_many(
    kind: Kind, holders: Iterable[int], *, at: datetime.datetime, until: datetime.datetime
) -> dict[int, str]:
    """Give each of these holders a new code, in one statement; returns the codes, by holder."""
    issued = {holder: kind.random() for holder in holders}
    OneTimeCode.objects.bulk_create(
        [
            OneTimeCode(
                purpose=kind.purpose,
                holder=holder,
                digest=digest_of(kind, holder, code),
                issued_at=at,
                expires_at=until,
            )
            for holder, code in issued.items()
        ],
        update_conflicts=True,
        unique_fields=["purpose", "holder"],
        update_fields=["digest", "issued_at", "expires_at", "tries", "used_at"],
    )
    return issued


def tried(kind: Kind, holder: int, typed: str) -> str | None:
    """Count a try at the holder's code. Returns the digest where it was right, for ``spend``.

    One read and one write, whether there is a code or not; so the time it takes does not tell. Of tries at the same time
    each takes one of those that are left. Must be committed whatever follows: never inside a transaction that may fail.
    """
    digest = digest_of(kind, holder, kind.tidy(typed))
    rows = {row.holder: row for row in OneTimeCode.objects.filter(purpose=kind.purpose, holder__in=(holder, NOBODY))}
    row = rows.get(holder)
    if row is not None and holder != NOBODY and row.is_live(kind.tries):
        counted, live = row, True
    else:
        counted, live = rows.get(NOBODY) or _nobody(kind), False
    took = OneTimeCode.objects.filter(pk=counted.pk, digest=counted.digest, used_at=None, tries__lt=kind.tries).update(
        tries=F("tries") + (1 if live else 0)
    )
    right = constant_time_compare(counted.digest, digest)
    return digest if live and took and right else None


def spend(kind: Kind, holder: int, digest: str) -> bool:
    """Use the code up. False where it was used, or replaced, since it was tried; of two at once one gets True."""
    now = timezone.now()
    rows = OneTimeCode.objects.filter(purpose=kind.purpose, holder=holder, digest=digest, used_at=None)
    return bool(rows.filter(expires_at__gt=now).update(used_at=now))


def void(kind: Kind, holder: int) -> None:
    """Whatever code the holder has is good for nothing from now on."""
    OneTimeCode.objects.filter(purpose=kind.purpose, holder=holder, used_at=None).update(used_at=timezone.now())


def digest_of(kind: Kind, holder: int, code: str) -> str:
    """What is stored of a code."""
    return _hmac(kind.purpose, f"{holder}:{code}").hex()


def _nobody(kind: Kind) -> OneTimeCode:
    row = {"digest": "", "issued_at": EPOCH, "expires_at": EPOCH}
    return OneTimeCode.objects.get_or_create(purpose=kind.purpose, holder=NOBODY, defaults=row)[0]


def _hmac(purpose: str, text: str) -> bytes:
    return salted_hmac(f"accounts.codes.{purpose}", text.encode("utf-8", "surrogatepass"), algorithm="sha256").digest()
