"""Pictures and voice notes of an anonymous author have nothing in them but what is seen and heard."""

from __future__ import annotations

import hashlib
import io
import struct

import pytest
from PIL import Image

from handbook.feedback import voices
from handbook.feedback.pictures import picture_alone
from handbook.feedback.voices import sound_alone

NAME = "Nguyễn Văn An, iPhone của An".encode()
PICTURE_IN_TAG = b"\xff\xfb\x90\x00" + b"\x11" * 413  # a tag whose picture looks like sound


def frame(sound):
    """A frame of MPEG 1, Layer III, 128 kbit/s, 44100 Hz: 417 bytes."""
    return b"\xff\xfb\x90\x00" + sound * 413


FRAMES = [frame(b"\x01"), frame(b"\x02"), frame(b"\x03")]
TABLE = b"\xff\xfb\x90\x00" + bytes(32) + b"Info" + b"LAME3.100 " + NAME + bytes(413 - 46 - len(NAME))


def mp3(frames=FRAMES, tag=NAME + PICTURE_IN_TAG * 2):
    size = len(tag)
    head = b"ID3\x04\x00\x00" + bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127])
    return head + tag + TABLE + b"".join(frames) + b"TAG" + NAME.ljust(125, b"\0")


def box(kind, *parts):
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def m4a(handler=b"soun", extra=b"", sound=b"s" * 40):
    """As a phone makes it: with times, the place, the name of who records, and of the purchase."""
    description = bytes(28) + box(b"esds", b"decoder") + box(b"pinf", NAME)
    tables = box(
        b"stbl", box(b"stsd", bytes(4), struct.pack(">I", 1), box(b"mp4a", description)), box(b"stco", b"offset")
    )
    places = box(b"dinf", box(b"dref", bytes(4), struct.pack(">I", 1), box(b"url ", bytes(4), NAME)))
    media = box(
        b"mdia",
        box(b"mdhd", bytes(4), b"TIMETIME", b"rest"),
        box(b"hdlr", bytes(8), handler, bytes(12), NAME),
        box(b"minf", places, tables),
    )
    track = box(b"trak", box(b"tkhd", b"\x01\0\0\0", b"TIMETIMETIMETIME", b"rest"), media)
    movie = box(
        b"moov", box(b"mvhd", bytes(4), b"TIMETIME", b"rest"), track, box(b"udta", box(b"\xa9xyz", NAME)), extra
    )
    return box(b"ftyp", b"M4A 0000") + movie + box(b"uuid", NAME) + box(b"mdat", sound)


def page(number, *packets, serial=b"same"):
    """A page of whole packets."""
    lengths = bytes(each for packet in packets for each in [255] * (len(packet) // 255) + [len(packet) % 255])
    head = b"OggS\0\0" + bytes(8) + serial + struct.pack("<I", number)
    whole = head + bytes(4) + bytes([len(lengths)]) + lengths + b"".join(packets)
    return whole[:22] + struct.pack("<I", voices._checksum(whole)) + whole[26:]


def remarks(*of):
    return (
        struct.pack("<I", 4)
        + b"Lavf"
        + struct.pack("<I", len(of))
        + b"".join(struct.pack("<I", len(r)) + r for r in of)
    )


OPUS = [b"OpusHead" + b"x" * 11, b"OpusTags" + remarks(b"ARTIST=" + NAME * 9)]
VORBIS = [b"\x01vorbis" + b"x" * 23, b"\x03vorbis" + remarks(b"LOCATION=" + NAME) + b"\x01"]


def ogg(packets=OPUS, *more):
    head, tags = packets
    return page(0, head) + page(1, tags, b"setup") + page(2, b"sound" * 20) + b"".join(more)


FILES = {
    "mp3": ("audio/mpeg", mp3()),
    "m4a": ("audio/mp4", m4a()),
    "opus": ("audio/ogg", ogg()),
    "vorbis": ("audio/ogg", ogg(VORBIS)),
}


@pytest.mark.parametrize("kind", FILES)
def test_no_name_is_left_and_no_two_are_the_same(kind):
    content_type, file = FILES[kind]
    assert NAME in file
    first, second = sound_alone(file, content_type), sound_alone(file, content_type)
    for word in (NAME, b"Nguy", b"iPhone", b"TIME", b"LAME", b"Lavf"):
        assert word not in first
    assert len({hashlib.sha256(each).digest() for each in (file, first, second)}) == 3
    # What is clean already comes out as another file all the same.
    assert sound_alone(first, content_type) != first


def test_of_mp3_the_frames_are_left():
    clean = sound_alone(mp3(), "audio/mpeg")
    assert clean[:-32] == b"".join(FRAMES)


def test_of_m4a_everything_stays_where_it_was():
    """The table of places points into the file by number."""
    file = m4a()
    clean = sound_alone(file, "audio/mp4")
    assert clean.index(b"s" * 40) == file.index(b"s" * 40)
    for kept in (b"decoder", b"offset", b"esds", b"soun", b"rest"):
        assert clean.index(kept) == file.index(kept)
    assert len(clean) == len(file) + 24


@pytest.mark.parametrize("packets", [OPUS, VORBIS])
def test_of_ogg_one_remark_is_left_that_says_nothing(packets):
    clean = sound_alone(ogg(packets), "audio/ogg")
    assert len(clean) == len(ogg(packets))
    assert b"setup" in clean and b"sound" * 20 in clean
    for begin, _segments, _body, after in voices._pages(clean):
        whole = clean[begin:after]
        assert whole[22:26] == struct.pack("<I", voices._checksum(whole[:22] + bytes(4) + whole[26:]))
    name = packets[1][: 8 if packets is OPUS else 7]
    maker = clean[clean.index(name) + len(name) :]
    length = struct.unpack("<I", maker[:4])[0]
    assert maker[4 + length : 8 + length] == bytes(4)  # how many other remarks
    assert length == len(packets[1]) - len(name) - 8 - (packets is VORBIS)


def test_the_checksum_is_that_of_ogg():
    """Of the standard's polynomial, begun with nothing: the known value of nine digits."""
    assert voices._checksum(b"123456789") == 0x89A1897F


@pytest.mark.parametrize(
    ("content_type", "file"),
    [
        ("audio/mpeg", b"ID3" + b"x" * 50),
        ("audio/mpeg", b"\xff\xfb\x90\x00" + b"x" * 50),
        ("audio/mpeg", TABLE),
        ("audio/mp4", box(b"ftyp", b"M4A 0000") + b"0" * 20),
        ("audio/mp4", m4a()[:-60]),
        ("audio/mp4", box(b"ftyp", b"M4A 0000")),
        ("audio/mp4", m4a(handler=b"vide")),
        ("audio/mp4", m4a(extra=box(b"trak", box(b"mdia", box(b"hdlr", bytes(8), b"vide", bytes(12)))))),
        ("audio/ogg", b"OggS" + b"0" * 20),
        ("audio/ogg", ogg([b"fishead", b"tags"])),
        ("audio/ogg", ogg(OPUS, page(0, b"another", serial=b"else"))),
        ("audio/ogg", page(0, OPUS[0])),
    ],
)
def test_what_is_broken_or_more_than_sound_is_refused(content_type, file):
    with pytest.raises(ValueError):
        sound_alone(file, content_type)


@pytest.mark.parametrize(("content_type", "kind"), [("image/jpeg", "JPEG"), ("image/png", "PNG")])
def test_a_picture_is_never_the_file_that_came(content_type, kind):
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, kind, quality=85)
    first = picture_alone(out.getvalue(), content_type)
    again = picture_alone(first, content_type)
    assert len({out.getvalue(), first, again}) == 3
    with Image.open(io.BytesIO(again)) as picture:
        assert (picture.size, picture.getpixel((5, 5))[:3]) in [((40, 30), (254, 0, 0)), ((40, 30), (255, 0, 0))]
