"""Every write of this room, with what refuses it: a file begins, comes in pieces, and is taken by a room above, or goes again.

A piece counts with one compare-and-set of ``received``: of two phones, or of one that asks twice, one moves it on, and
the other is told where it stands now. What of a piece came before the line broke is kept.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import shutil
import tempfile
import unicodedata
import uuid
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import lock_order, record
from audit.enums import RefusalCode
from audit.refusals import Refused
from uploads.content import is_what_it_says
from uploads.enums import CONTENT_TYPES, LARGEST, LIFE, MOST_A_DAY, MOST_PIECES, MOST_WAITING
from uploads.models import Upload, UploadPiece, extension_of

ACT = "upload_file"
DAY = datetime.timedelta(days=1)


@transaction.atomic
def begin_upload(*, actor: User, name: str, size: int) -> Upload:
    """Begin a file of this name and size in bytes.

    Raises Refused: INVALID for a kind (field ``name``) or size (``size``) that is not taken, RATE_LIMITED for who has
    too many files waiting, or sent too much within a day.
    """
    name = _tidy(name)
    content_type = CONTENT_TYPES.get(extension_of(name))
    if content_type is None:
        message = _("Tệp “%(name)s” không thuộc loại gửi được: %(types)s.")
        raise _refused(RefusalCode.INVALID, message % {"name": name, "types": ", ".join(CONTENT_TYPES)}, "name")
    if not 0 < size <= LARGEST:
        message = _("Tệp “%(name)s” trống hoặc lớn quá 20 MB. Hãy chọn tệp khác.")
        raise _refused(RefusalCode.INVALID, message % {"name": name}, "size")
    User.objects.select_for_update().get(
        pk=actor.pk
    )  # of two phones of a person the second counts what the first began
    now = timezone.now()
    if Upload.objects.of(actor, now).filter(taken_at=None).count() >= MOST_WAITING:
        message = _("Đồng chí đã tải lên %(n)d tệp chưa dùng. Hãy gửi hoặc bỏ bớt rồi tải tiếp.")
        raise _refused(RefusalCode.RATE_LIMITED, message % {"n": MOST_WAITING}, "size")
    today = Upload.objects.filter(owner=actor, created_at__gt=now - DAY)
    if (today.aggregate(bytes=Sum("size"))["bytes"] or 0) + size > MOST_A_DAY:
        raise _refused(RefusalCode.RATE_LIMITED, _("Hôm nay đã tải lên 200 MB. Hãy đợi đến ngày mai."), "size")
    return Upload.objects.create(
        owner=actor, name=name, content_type=content_type, size=size, created_at=now, expires_at=now + LIFE
    )


def own_upload(*, actor: User, upload_id: uuid.UUID) -> Upload:
    """An upload as it stands. Raises Refused NOT_FOUND for all but the actor's own."""
    found = Upload.objects.of(actor, timezone.now()).filter(pk=upload_id).select_related("owner").first()
    if found is None:
        raise _not_found()
    return found


def refuse_misplaced(*, actor: User, upload_id: uuid.UUID, offset: int, length: int) -> Upload:
    """The upload, where a piece of this length may follow at this offset; raises Refused as ``add_piece`` does."""
    upload = own_upload(actor=actor, upload_id=upload_id)
    if offset != upload.received:
        raise _moved()
    if offset + length > upload.size:
        raise Refused(RefusalCode.INVALID, _("Tệp gửi lên dài hơn đã báo. Hãy tải lên lại từ đầu."), field="size")
    return upload


def add_piece(*, actor: User, upload_id: uuid.UUID, offset: int, piece: IO[bytes]) -> Upload:
    """Add the bytes that begin at this offset; with the last the file is looked at and kept.

    Raises Refused: NOT_FOUND where there is no such upload of theirs, CONFLICT where it does not stand at this offset
    (``offset``), INVALID for more bytes than were announced (``size``), and for a file that is not what its name says
    (``name``): that one is gone then.
    """
    length = piece.seek(0, 2)
    piece.seek(0)
    upload = refuse_misplaced(actor=actor, upload_id=upload_id, offset=offset, length=length)
    if not length:
        return upload
    if offset + length < upload.size:
        return _keep_piece(upload, offset, length, piece)
    return _keep_whole(upload, offset, length, piece)


@transaction.atomic
def cancel_upload(*, actor: User, upload_id: uuid.UUID) -> None:
    """Throw away what was sent of a file. Raises Refused NOT_FOUND, also where a room has taken it."""
    upload = own_upload(actor=actor, upload_id=upload_id)
    if not Upload.objects.filter(pk=upload.pk, taken_at=None).delete()[0]:
        raise _not_found()
    transaction.on_commit(lambda: _forget_files(upload.pk))


@transaction.atomic
def take_upload(*, actor: User, upload_id: uuid.UUID) -> Upload:
    """Make a whole file the calling room's own, once: the room keeps its ``storage_name``, and drops it when it may.

    For the acts of rooms above, in their transaction: where that is rolled back, the file is there to be taken again.
    Raises Refused NOT_FOUND where there is none, it is not whole, or it was taken.
    """
    now = timezone.now()
    mine = Upload.objects.of(actor, now).filter(pk=upload_id, taken_at=None).exclude(storage_name="")
    if not mine.update(taken_at=now):
        raise _not_found()
    return Upload.objects.get(pk=upload_id)


def drop_expired() -> int:
    """Forget uploads whose time is over, with the files that nobody took; how many. Safe many at a time."""
    done = 0
    for upload in Upload.objects.filter(expires_at__lte=timezone.now()).order_by("expires_at")[:500]:
        # The files first: killed between the two, the row leads here again.
        _forget_files(upload.pk, kept=upload.storage_name if upload.taken_at else "")
        done += Upload.objects.filter(pk=upload.pk).delete()[1].get("uploads.Upload", 0)
    return done


def _keep_piece(upload: Upload, offset: int, length: int, piece: IO[bytes]) -> Upload:
    if upload.pieces.count() >= MOST_PIECES:
        raise Refused(RefusalCode.INVALID, _("Tệp đến thành quá nhiều mảnh nhỏ. Hãy tải lên lại từ đầu."), field="size")
    stored = default_storage.save(f"{_folder(upload.pk)}/{offset}-{uuid.uuid4().hex}", File(piece))
    try:
        with transaction.atomic():
            _move_on(upload, offset, received=offset + length)
            UploadPiece.objects.create(upload=upload, offset=offset, size=length, storage_name=stored)
    except Exception:
        default_storage.delete(stored)
        raise
    upload.received = offset + length
    return upload


def _keep_whole(upload: Upload, offset: int, length: int, piece: IO[bytes]) -> Upload:
    """Put the pieces together and look at what they are. Killed here, the phone sends its last piece again."""
    with tempfile.TemporaryFile() as whole:
        try:
            for each in upload.pieces.filter(offset__lt=offset):
                with default_storage.open(each.storage_name) as before:
                    shutil.copyfileobj(before, whole)
        except FileNotFoundError as error:  # its pieces go when another request has put it together
            raise _moved() from error
        shutil.copyfileobj(piece, whole)
        if whole.tell() != upload.size:
            raise _moved()
        if not is_what_it_says(whole, upload.extension):
            _throw_away(upload)
            message = _("Nội dung tệp “%(name)s” không đúng với đuôi tên. Hãy chọn tệp khác.")
            raise _refused(RefusalCode.INVALID, message % {"name": upload.name}, "name")
        digest = hashlib.file_digest(whole, "sha256").hexdigest()
        whole.seek(0)
        # The name tells nothing to who sees it in the store, and cannot be guessed.
        stored = default_storage.save(f"{_folder(upload.pk)}/{uuid.uuid4().hex}.{upload.extension}", File(whole))
    try:
        with transaction.atomic():
            lock_order()
            _move_on(upload, offset, received=upload.size, storage_name=stored, sha256=digest)
            upload.pieces.all().delete()
            record(ACT, actor=upload.owner, target=upload, detail={"sha256": digest, "bytes": upload.size})
    except Exception:
        default_storage.delete(stored)
        raise
    _forget_files(upload.pk, kept=stored)
    upload.refresh_from_db()
    return upload


def _move_on(upload: Upload, offset: int, **facts: object) -> None:
    if not Upload.objects.filter(pk=upload.pk, received=offset).update(**facts):
        raise _moved()


@transaction.atomic
def _throw_away(upload: Upload) -> None:
    Upload.objects.filter(pk=upload.pk).delete()
    transaction.on_commit(lambda: _forget_files(upload.pk))


def _folder(upload_id: uuid.UUID) -> str:
    return f"uploads/{upload_id}"


def _forget_files(upload_id: uuid.UUID, *, kept: str = "") -> None:
    """Delete all that lies in an upload's folder, also what a killed process left there unrecorded."""
    folder = _folder(upload_id)
    try:
        _folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        if f"{folder}/{name}" != kept:
            default_storage.delete(f"{folder}/{name}")
    if not kept:
        with contextlib.suppress(OSError):  # another request wrote into it meanwhile
            default_storage.delete(folder)


def _tidy(name: str) -> str:
    """A name that is safe to show and to save under: NFC, in one line, no part of a path."""
    shown = "".join(letter if letter.isprintable() else " " for letter in unicodedata.normalize("NFC", name))
    return " ".join(shown.replace("/", "-").replace("\\", "-").split())[-255:]


def _refused(code: RefusalCode, message: str, field: str) -> Refused:
    return Refused(code, message, field=field, act=ACT)


def _not_found() -> Refused:
    return Refused(RefusalCode.NOT_FOUND, _("Không tìm thấy tệp đang tải lên này. Hãy tải lên lại."), field="id")


def _moved() -> Refused:
    return Refused(
        RefusalCode.CONFLICT, _("Tệp đang tải lên đã đi tiếp. Hãy hỏi lại vị trí rồi gửi tiếp."), field="offset"
    )
