"""Voice notes of an anonymous author: the sound, and nothing that a phone wrote beside it (ADR 0018).

Each kind is taken apart by what a player needs of it; whatever else lies in the file is left out or blanked, known to us or
not. All functions raise ValueError for what is no such file. The last bytes are a number of our own: no two that come out
are the same, so none is known again by the hash of what was sent.
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import Callable, Iterator

RANDOM = 16  # bytes


def sound_alone(file: bytes, content_type: str) -> bytes:
    """The voice note of this kind with nothing but its sound."""
    try:
        return VOICES[content_type](file)
    except (IndexError, struct.error) as error:  # it ends in the middle of something
        raise ValueError("cut off") from error


# --- MP3: frame after frame, and nothing between them

BITRATES = {  # kbit/s of Layer III by the number in a frame's head, of MPEG 1 and of the lower two
    1: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
RATES = (44100, 48000, 32000)  # Hz of MPEG 1; the others have a half and a quarter
# What an encoder puts into the sound of the first frame: lengths and its own name.
TABLES = (b"Xing", b"Info", b"VBRI")
TABLE_WITHIN = 44  # bytes from the beginning of a frame


def _mp3(file: bytes) -> bytes:
    frames = list(_frames(file))
    if frames and any(table in frames[0][:TABLE_WITHIN] for table in TABLES):
        del frames[0]
    if not frames:
        raise ValueError("no sound")
    return b"".join(frames) + secrets.token_hex(RANDOM).encode()


def _frames(file: bytes) -> Iterator[bytes]:
    """The frames that another follows, or the end of the file."""
    # A tag before the sound may have a picture in it that looks like sound.
    at = 10 + _tag_length(file[6:10]) if file.startswith(b"ID3") else 0
    while (at := file.find(b"\xff", at)) >= 0:
        length = _length_of(file[at : at + 4])
        after = at + length
        if length and after <= len(file) and (after + 4 > len(file) or _ends_sound(file, after)):
            yield file[at:after]
            at = after
        else:
            at += 1


def _tag_length(given: bytes) -> int:
    """Seven bits of each byte."""
    length = 0
    for byte in given:
        length = length << 7 | byte & 127
    return length


def _ends_sound(file: bytes, at: int) -> bool:
    """Whether a frame may end here: before another, or before the tags at the end of a file."""
    return bool(_length_of(file[at : at + 4])) or file[at : at + 3] in (b"TAG", b"APE", b"LYR", b"ID3", b"3DI")


def _length_of(head: bytes) -> int:
    """How many bytes a frame of Layer III has, by its first four; 0 where it is none."""
    bits = int.from_bytes(head) if len(head) == 4 else 0
    version, layer, bitrate, rate = bits >> 19 & 3, bits >> 17 & 3, bits >> 12 & 15, bits >> 10 & 3
    if bits >> 21 != 0x7FF or version == 1 or layer != 1 or bitrate in (0, 15) or rate == 3:
        return 0
    hertz = RATES[rate] // {3: 1, 2: 2, 0: 4}[version]
    first = version == 3
    kilobits = BITRATES[1 if first else 2][bitrate - 1]
    return (144 if first else 72) * kilobits * 1000 // hertz + (bits >> 9 & 1)


# --- M4A: boxes in boxes; where each lies does not change, for others point there

OPENED = {b"moov", b"trak", b"edts", b"mdia", b"minf", b"dinf", b"stbl", b"mvex", b"moof", b"traf"}
KEPT = frozenset(
    b"ftyp styp mdat elst smhd stts stsc stsz stz2 stco co64 stss ctts sgpd sbgp"
    b" trex mehd mfhd tfhd tfdt trun sidx".split()
)
TIMED = {b"mvhd", b"tkhd", b"mdhd"}  # begin with the times of making and changing
HANDLERS = (b"soun", b"alis", b"url ")  # of sound, and of where its bytes lie
KEPT_OF_SOUND = {b"esds", b"wave", b"chan", b"alac", b"btrt", b"dOps"}
SOUND_HEAD = {0: 28, 1: 44, 2: 64}  # bytes before the boxes of a description of sound, by its version


def _m4a(file: bytes) -> bytes:
    out = bytearray(file)
    kinds = _clean_boxes(out, 0, len(out))
    if not {b"ftyp", b"moov", b"mdat"} <= kinds:
        raise ValueError("no sound")
    return bytes(out) + struct.pack(">I4s", 8 + RANDOM, b"free") + secrets.token_bytes(RANDOM)


def _clean_boxes(out: bytearray, start: int, end: int) -> set[bytes]:
    """Blank what no player needs of the boxes between these places; the kinds that are there."""
    kinds = set()
    for kind, begin, body, after in _boxes(out, start, end):
        kinds.add(kind)
        if kind in OPENED:
            _clean_boxes(out, body, after)
        elif kind in TIMED:
            _blank(out, body + 4, body + (20 if out[body] == 1 else 12))
        elif kind == b"hdlr":
            if out[body + 8 : body + 12] not in HANDLERS:
                raise ValueError("more than sound")
            _blank(out, body + 24, after)
        elif kind == b"stsd":
            for _kind, _begin, sound, sound_end in _boxes(out, body + 8, after):
                head = SOUND_HEAD.get(int.from_bytes(out[sound + 8 : sound + 10]), 0)
                if not head:
                    raise ValueError("unknown sound")
                _keep_only(out, sound + head, sound_end, KEPT_OF_SOUND)
        elif kind == b"dref":
            for _kind, _begin, place, place_end in _boxes(out, body + 8, after):
                _blank(out, place + 4, place_end)
        elif kind not in KEPT:
            out[begin + 4 : begin + 8] = b"free"
            _blank(out, body, after)
    return kinds


def _keep_only(out: bytearray, start: int, end: int, kept: set[bytes]) -> None:
    for kind, begin, body, after in _boxes(out, start, end):
        if kind not in kept:
            out[begin + 4 : begin + 8] = b"free"
            _blank(out, body, after)


def _boxes(out: bytearray, start: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Kind, begin, begin of the body and end of each box."""
    at = start
    while at < end:
        size, kind = struct.unpack_from(">I4s", out, at)
        body = at + 8
        if size == 1:
            (size,), body = struct.unpack_from(">Q", out, body), body + 8
        after = end if size == 0 else at + size
        if not body <= after <= end:
            raise ValueError("cut off")
        yield kind, at, body, after
        at = after


def _blank(out: bytearray, start: int, end: int) -> None:
    out[start:end] = bytes(max(end - start, 0))


# --- OGG: pages of packets; the second packet is of remarks

REMARKS = {b"OpusHead": (b"OpusTags", b""), b"\x01vorbis": (b"\x03vorbis", b"\x01")}
LONGEST_REMARKS = 1_000_000  # bytes; with a picture in them


def _ogg(file: bytes) -> bytes:
    out = bytearray()
    places: list[list[int]] = [[], []]  # where the bytes of the first two packets lie
    packet, serial = 0, b""
    pages: list[tuple[int, int]] = []
    for begin, segments, body, after in _pages(file):
        if pages and file[begin + 14 : begin + 18] != serial:
            raise ValueError("more than sound")
        serial = file[begin + 14 : begin + 18]
        pages.append((begin, after))
        at = body
        for length in segments:
            if packet < len(places):
                places[packet] += range(at, at + length)
                if len(places[packet]) > LONGEST_REMARKS:
                    raise ValueError("too long")
            at += length
            packet += length < 255
    out += file[: pages[-1][1]]
    kind = next((each for each in REMARKS if bytes(file[at] for at in places[0][:8]).startswith(each)), b"")
    name, ending = REMARKS.get(kind, (b"", b""))
    room = len(places[1]) - len(name) - 8 - len(ending)
    if not name or room < 0 or bytes(file[at] for at in places[1][: len(name)]) != name:
        raise ValueError("unknown sound")
    # One remark is left, on who made the file: our number, as long as all of them were.
    maker = secrets.token_hex(RANDOM).encode()[:room].ljust(room, b"-")
    for at, byte in zip(places[1], name + struct.pack("<I", room) + maker + bytes(4) + ending, strict=True):
        out[at] = byte
    for begin, after in pages:
        if places[1][0] < after and begin <= places[1][-1]:
            out[begin + 22 : begin + 26] = bytes(4)
            out[begin + 22 : begin + 26] = struct.pack("<I", _checksum(out[begin:after]))
    return bytes(out)


def _pages(file: bytes) -> Iterator[tuple[int, bytes, int, int]]:
    """Begin, lengths of segments, begin of the body and end of each whole page."""
    at = 0
    while file[at : at + 4] == b"OggS":
        body = at + 27 + file[at + 26]
        segments = file[at + 27 : body]
        after = body + sum(segments)
        if after > len(file):
            return
        yield at, segments, body, after
        at = after


def _checksum(page: bytes | bytearray) -> int:
    """The checksum of a page whose own is blank."""
    found = 0
    for byte in page:
        found = (found << 8 & 0xFFFFFFFF) ^ CHECKSUMS[found >> 24 ^ byte]
    return found


def _checksum_of(byte: int) -> int:
    found = byte << 24
    for _bit in range(8):
        found = (found << 1 & 0xFFFFFFFF) ^ (0x04C11DB7 if found & 0x80000000 else 0)
    return found


CHECKSUMS = tuple(map(_checksum_of, range(256)))
VOICES: dict[str, Callable[[bytes], bytes]] = {"audio/mpeg": _mp3, "audio/mp4": _m4a, "audio/ogg": _ogg}
