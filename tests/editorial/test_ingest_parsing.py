"""Feeds are read as items, whatever state they are in."""

import unicodedata

import pytest

from editorial.ingest.fetching import PACKAGE_FOLDER
from editorial.ingest.parsing import MOST_ITEMS, UnreadableFeed, parse_feed


def rss(*items, head='<?xml version="1.0" encoding="UTF-8"?>'):
    body = "".join(f"<item>{item}</item>" for item in items)
    return f'{head}<rss version="2.0"><channel><title>Kênh</title><link>https://a.vn/</link>{body}</channel></rss>'.encode()


def only(*args, **kwargs):
    [item] = parse_feed(rss(*args, **kwargs)).items
    return item


def test_the_demo_feeds_are_whole():
    counts = {path.name: parse_feed(path.read_bytes()) for path in sorted(PACKAGE_FOLDER.glob("*.xml"))}
    assert {name: (len(parsed.items), parsed.errors) for name, parsed in counts.items()} == {
        "bao-thai-binh-doi-song.xml": (5, []),
        "bao-thai-binh-tin-tuc.xml": (6, []),
        "to-chuc-hoi-dap.xml": (2, []),
        "tuyen-giao-chuyen-de.xml": (2, []),
    }
    for parsed in counts.values():
        for item in parsed.items:
            assert item.title
            assert item.summary
            assert item.html
            for text in (item.title, item.summary, item.author, item.html):
                assert unicodedata.is_normalized("NFC", text)


def test_an_item_is_named_by_its_id_else_its_link_else_what_it_says():
    assert only("<title>T</title><guid>g-1</guid><link>https://a.vn/1</link>").guid == "g-1"
    assert only("<title>T</title><link>https://a.vn/1</link>").guid == "https://a.vn/1"
    bare = only("<title>T</title><description>D</description>")
    assert bare.guid == f"sha256:{only('<title>T</title><description>D</description>').guid[7:]}"
    assert len(bare.guid) == 71
    assert only("<title>T2</title><description>D</description>").guid != bare.guid
    assert len(only(f"<title>T</title><guid>{'g' * 300}</guid>").guid) == 71


def test_a_text_without_title_gets_its_opening_words():
    assert only("<description>&lt;p&gt;Chỉ có chữ&lt;/p&gt;</description>").title == "Chỉ có chữ"


def test_an_empty_item_is_told_and_the_others_are_kept():
    parsed = parse_feed(rss("<guid>rong</guid>", "<title>T</title><guid>g</guid>"))
    assert [item.guid for item in parsed.items] == ["g"]
    assert parsed.errors == ["Tin “rong” không có tiêu đề và nội dung."]


def test_columns_are_never_overrun():
    item = only(f"<title>{'dài ' * 200}</title><author>{'tên ' * 90}</author><description>{'ý ' * 900}</description>")
    assert (len(item.title) <= 255, len(item.author) <= 128, len(item.summary) <= 600) == (True, True, True)


def test_the_same_guid_twice_counts_once():
    parsed = parse_feed(rss("<title>A</title><guid>g</guid>", "<title>B</title><guid>g</guid>"))
    assert [item.title for item in parsed.items] == ["A"]


def test_too_many_items_are_cut_and_told():
    parsed = parse_feed(rss(*(f"<title>T{n}</title><guid>{n}</guid>" for n in range(MOST_ITEMS + 5))))
    assert len(parsed.items) == MOST_ITEMS
    assert parsed.errors == ["Kênh có 205 tin, chỉ lấy 200 tin đầu."]


def test_utf8_is_assumed_where_nothing_is_declared():
    assert only("<title>Đảng ủy xã</title><guid>g</guid>", head="").title == "Đảng ủy xã"


def test_relative_links_become_whole():
    item = only("<title>T</title><description>&lt;a href=&quot;/tin/1&quot;&gt;đây&lt;/a&gt;</description>")
    assert "/tin/1" in item.html
    [item] = parse_feed(
        rss("<title>T</title><description>&lt;a href=&quot;/tin/1&quot;&gt;đây&lt;/a&gt;</description>"),
        url="https://b.vn/rss",
    ).items
    assert item.html == '<a href="https://b.vn/tin/1">đây</a>'


@pytest.mark.parametrize("content", [b"", b"<html><body>404</body></html>", b"\x89PNG\r\n", b"/etc/passwd", b"{}"])
def test_what_is_no_feed_is_refused(content):
    with pytest.raises(UnreadableFeed, match="không phải là RSS hay Atom"):
        parse_feed(content)


def test_entities_are_not_expanded():
    bomb = (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(8))
        + '<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    )
    for entity in ("&i;", "&f;"):
        try:
            parsed = parse_feed(rss(f"<title>T{entity}</title><guid>g</guid>", head=bomb))
        except UnreadableFeed:
            continue
        for item in parsed.items:
            assert "root:" not in item.title
            assert "aaaa" not in item.title
