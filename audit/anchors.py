"""Copies of the chain's end outside the database: who rewrites the chain cannot rewrite these with it.

An anchor is an object of its own whose name says all, ``audit-anchors/<number>-<digest>.json``, in a folder under
VAR_DIR and, where one is set, in the bucket of the media. None is ever written over. That a store is away never stops
an act from being recorded: it is noted in ``AnchorStore``, shown by ``/readyz`` and ``check``, and made up for.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import logging
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.utils import timezone

from audit.models import AnchorStore, AuditEntry, AuditHead

logger = logging.getLogger("sotay.audit")

PREFIX = "audit-anchors/"
NAME = re.compile(r"(\d{12})-([0-9a-f]{64})\.json\Z")
# So many entries after the last anchor a task is asked for, however soon that is; the rest comes by the clock.
EVERY = 100
LATE_AFTER = datetime.timedelta(minutes=15)


@dataclasses.dataclass(frozen=True, order=True)
class Anchor:
    """The end of the chain as it stood once."""

    seq: int
    digest: str

    @property
    def name(self) -> str:
        """The object's name: sorted as the numbers are, and nothing need be opened to compare it."""
        return f"{self.seq:012d}-{self.digest}.json"

    def body(self) -> bytes:
        """What lies in the object, for people."""
        facts = {"seq": self.seq, "digest": self.digest, "at": timezone.now().isoformat()}
        return json.dumps(facts).encode() + b"\n"


class Store(Protocol):
    """A place that keeps anchors."""

    name: str

    def put(self, anchor: Anchor) -> None:
        """Keep an anchor; nothing where it is kept already. Raises whatever the place raises when it is away."""

    def after(self, seq: int) -> Iterator[Anchor]:
        """The anchors with a greater number, in order."""


class Folder:
    """A folder of this machine. Files are made, never opened for writing again, and written through to the disk."""

    name = "folder"

    def __init__(self, path: Path) -> None:
        self.path = path

    def put(self, anchor: Anchor) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        half = self.path / f".{anchor.name}.{os.getpid()}"
        half.write_bytes(anchor.body())
        half.chmod(0o440)
        with half.open("rb") as file:
            os.fsync(file.fileno())
        try:
            os.link(half, self.path / anchor.name)  # fails where the name exists: whole or not at all, and only once
        except FileExistsError:
            pass
        finally:
            half.unlink()
        folder = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def after(self, seq: int) -> Iterator[Anchor]:
        names = sorted(os.listdir(self.path)) if self.path.is_dir() else []
        yield from (anchor for anchor in map(_anchor_named, names) if anchor and anchor.seq > seq)


class Bucket:
    """An S3 bucket. ``If-None-Match: *`` makes the server itself refuse to write over an anchor."""

    name = "s3"

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket

    @property
    def client(self) -> Any:
        """A client that does not wait long: the next round comes in minutes."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=settings.S3_ENDPOINT_URL or None,
            aws_access_key_id=settings.AWS_ACCESS_KEY_ID,
            aws_secret_access_key=settings.AWS_SECRET_ACCESS_KEY,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=5,
                read_timeout=10,
                retries={"total_max_attempts": 2},
            ),
        )

    def put(self, anchor: Anchor) -> None:
        from botocore.exceptions import ClientError

        try:
            self.client.put_object(
                Bucket=self.bucket,
                Key=PREFIX + anchor.name,
                Body=anchor.body(),
                ContentType="application/json",
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 412:  # 412: it is there
                raise

    def after(self, seq: int) -> Iterator[Anchor]:
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=PREFIX, StartAfter=f"{PREFIX}{seq + 1:012d}"
        )
        for page in pages:
            for each in page.get("Contents", []):
                if anchor := _anchor_named(each["Key"].removeprefix(PREFIX)):
                    yield anchor


def digest_of(anchors: Iterable[Anchor]) -> str:
    """SHA-256 of these anchors' names, in order."""
    return hashlib.sha256("\n".join(anchor.name for anchor in sorted(anchors)).encode()).hexdigest()


def stores() -> list[Store]:
    """The places where this installation keeps its anchors."""
    found: list[Store] = [Folder(Path(settings.AUDIT_ANCHORS_FOLDER))]
    if settings.AUDIT_ANCHORS_BUCKET:
        found.append(Bucket(settings.AUDIT_ANCHORS_BUCKET))
    return found


def anchor_head() -> None:
    """Keep the chain's end in every store, and in one that was away also what the others got meanwhile. Never raises
    because of a store."""
    head = AuditHead.objects.filter(pk=1).first()
    if head is None or head.seq == 0:
        return
    everywhere = stores()
    for store in everywhere:
        state, _made = AnchorStore.objects.get_or_create(name=store.name)
        if state.seq == head.seq and state.failed_at is None:
            continue
        try:
            if state.seq > head.seq:
                raise RuntimeError(f"the audit ends at {head.seq}, but {state.seq} was anchored: its tail was cut off")
            for anchor in sorted({*_made_up_for(store, state, everywhere), Anchor(head.seq, head.digest)}):
                store.put(anchor)
        except Exception as error:  # whatever it is, the other store must get its anchor, and people must be told
            logger.exception("audit: no anchor in %s", store.name)
            _note(state, failed_at=state.failed_at or timezone.now(), error=str(error)[:1000])
        else:
            _note(state, seq=head.seq, at=timezone.now(), failed_at=None, error="")


def troubles() -> list[str]:
    """What is wrong with the anchors, a sentence for each store; none while every store has what is 15 minutes old."""
    late = timezone.now() - LATE_AFTER
    newest_due = AuditEntry.objects.filter(at__lte=late).order_by("-at").values_list("seq", flat=True).first() or 0
    known = {state.name: state for state in AnchorStore.objects.all()}
    found = []
    for store in stores():
        state = known.get(store.name) or AnchorStore(name=store.name)
        if state.seq < newest_due:
            found.append(f"{store.name}: {state.error or f'nothing anchored after entry {state.seq}'}")
        elif state.failed_at is not None and state.failed_at <= late:
            found.append(f"{store.name}: {state.error}")
    return found


def _made_up_for(store: Store, state: AnchorStore, everywhere: list[Store]) -> set[Anchor]:
    """What other stores got while this one was away."""
    found: set[Anchor] = set()
    if state.failed_at is None:
        return found
    for other in everywhere:
        if other is not store:
            try:
                found.update(other.after(state.seq))
            except Exception:  # noqa: BLE001 - it has its own turn to say so
                logger.warning("audit: anchors in %s cannot be read", other.name)
    return found


def _note(state: AnchorStore, **facts: Any) -> None:
    for name, value in facts.items():
        setattr(state, name, value)
    state.save(update_fields=list(facts))


def _anchor_named(name: str) -> Anchor | None:
    match = NAME.match(name)
    return Anchor(int(match[1]), match[2]) if match else None
