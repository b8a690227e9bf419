"""HTML from outside becomes a body of ours, and nothing of what it tries gets through."""

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from wagtail.rich_text import RichText

from editorial.ingest.body import body_from_html
from editorial.ingest.plain import composed, one_line, shortened

TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)([^>]*)>")
HREF = re.compile(r' href="((?:https?|mailto|tel):[^"]*)"')


def plain(blocks):
    return [(kind, value.source if isinstance(value, RichText) else value) for kind, value in blocks]


def assert_harmless(blocks):
    for kind, value in blocks:
        assert kind in {"text", "heading", "quote"}
        if kind != "text":
            assert value["text"].strip()
            continue
        source = value.source
        assert unicodedata.is_normalized("NFC", source)
        opened = []
        for closing, name, attributes in TAG.findall(source):
            assert name in {"p", "b", "i", "a", "ul", "ol", "li", "br"}
            if name == "a" and not closing:
                assert HREF.fullmatch(attributes)
            elif name == "br":
                assert attributes == "/"
                continue
            else:
                assert attributes == ""
            if closing:
                assert opened.pop() == name
            else:
                opened.append(name)
        assert opened == []
        assert "<" not in TAG.sub("", source)


@pytest.mark.parametrize(
    ("html", "blocks"),
    [
        ("", []),
        ("chữ trần", [("text", "<p>chữ trần</p>")]),
        ("<div>một</div><div>hai</div>", [("text", "<p>một</p><p>hai</p>")]),
        ("<p>một<br>hai</p>", [("text", "<p>một<br/>hai</p>")]),
        ("<p>a &lt; b &amp; c</p>", [("text", "<p>a &lt; b &amp; c</p>")]),
        ("<p><strong>đậm</strong> và <em>nghiêng</em></p>", [("text", "<p><b>đậm</b> và <i>nghiêng</i></p>")]),
        (
            '<p><a href="https://a.vn/?x=1&amp;y=2" onclick="x()">đây</a></p>',
            [("text", '<p><a href="https://a.vn/?x=1&amp;y=2">đây</a></p>')],
        ),
        ('<a href="/trong-trang">đây</a>', [("text", "<p>đây</p>")]),
        ("<h1>To</h1><p>x</p>", [("heading", {"text": "To", "level": "2"}), ("text", "<p>x</p>")]),
        ("<h4>Nhỏ <b>đậm</b></h4>", [("heading", {"text": "Nhỏ đậm", "level": "3"})]),
        ("<ul><li>a</li><li><b>b</b></li></ul>", [("text", "<ul><li>a</li><li><b>b</b></li></ul>")]),
        ("<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>", [("text", "<ol><li>a</li><li>b</li><li>c</li></ol>")]),
        ("<p>x</p><blockquote><p>a</p><p>b</p></blockquote>y",
         [("text", "<p>x</p>"), ("quote", {"text": "a\nb", "attribution": ""}), ("text", "<p>y</p>")]),
        ('<p>x<img src="/a.jpg" alt="Cánh đồng">y</p>', [("text", "<p>x</p><p>[Ảnh: Cánh đồng]</p><p>y</p>")]),
        ("<table><tr><td>a</td><td>b</td></tr></table>", [("text", "<p>a | b</p>")]),
        ("<script>x</script><iframe>y</iframe><style>z</style><svg><text>t</text></svg>", []),
        ("<b><p>a</p><p>c</p></b>", [("text", "<p><b>a</b></p><p><b>c</b></p>")]),
    ],
)  # fmt: skip
def test_html_becomes_blocks(html, blocks):
    found = body_from_html(html)
    assert plain(found) == blocks
    assert_harmless(found)


PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<b>", "</b>", "<i", ">", "<a href='javascript:alert(1)'>", '<a href="https://a.vn">', "</a>",
        "<a href=' data:text/html,x'>", "<a href='JaVaScRiPt&colon;x'>", "<ul>", "</ul>", "<ol>", "<li>", "</li>",
        "<h2>", "</h2>", "<blockquote>", "</blockquote>", "<script>", "</script>", "<style>", "<iframe src=x>",
        "</iframe>",
        "<svg/onload=alert(1)>", "<math><mtext>", "<img src=x onerror=alert(1) alt='&lt;script&gt;'>", "<br>",
        "<table>",
        "<td>", "<tr>", "</table>", "<!--", "-->", "<![CDATA[", "]]>", "&lt;script&gt;", "&#x3c;", "&amp;lt;", "\x00",
        "\ud800", "chữ", "a\u0302\u0323", " ", "\n", '"', "'", "<p onclick=x style='y'>", "<template>", "<noscript>",
        "<form action=x><input autofocus onfocus=y>", "<base href=//x>", "<meta http-equiv=refresh>",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=200)))
@example("<b>" * 300 + "x")
@example("<noscript><p title='</noscript><img src=x onerror=alert(1)>'>")
@example("<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>")
def test_hostile_html_is_harmless(html):
    assert_harmless(body_from_html(html))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(["<p>", "</p>", "<b>", "</div>", "<h2>", "</h2>", "<li>", "<ul>", "</ul>", "<td>", "MỐC "]),
        max_size=30,
    )
)
def test_no_word_of_the_text_is_lost(pieces):
    html = "".join(pieces)
    found = "".join(v.source if k == "text" else v["text"] for k, v in body_from_html(html))
    assert found.count("MỐC") == html.count("MỐC")


def test_deep_nesting_is_read_in_bounded_time():
    assert_harmless(body_from_html("<div><ul><li>" * 20_000 + "đáy"))


def test_vietnamese_text_is_composed():
    decomposed = unicodedata.normalize("NFD", "Đảng bộ xã Vũ Quý")
    assert decomposed != composed(decomposed) == "Đảng bộ xã Vũ Quý"
    assert body_from_html(f"<p>{decomposed}</p>")[0][1].source == "<p>Đảng bộ xã Vũ Quý</p>"


def test_one_line_has_no_markup():
    assert one_line("<p>Tin</p><p>vui &amp; mới\x00</p><script>x</script>") == "Tin vui & mới"
    assert one_line("AT&amp;T 5 < 6") == "AT&T 5 < 6"


def test_a_long_text_is_cut_between_words():
    assert shortened("một hai ba bốn", 12) == "một hai ba…"
    assert shortened("một hai ba bốn", 14) == "một hai ba bốn"
    assert shortened("x" * 20, 10) == "x" * 9 + "…"
