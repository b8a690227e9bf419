"""Pictures drawn for the demo, with the words for those who do not see them, and files to go with documents."""

from __future__ import annotations

import io
import math
from collections.abc import Callable

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw, ImageFont

from cms.models import Attachment, Picture
from demo.pdf import FONT_FILE, make_pdf

WIDTH, HEIGHT = 1280, 800
Colour = tuple[int, int, int]


def picture(name: str) -> tuple[Picture, str]:
    """The picture of this name and its description, drawn when it is first asked for."""
    title, alt, draw = SCENES[name]
    found = Picture.objects.filter(title=title).first()
    if found is None:
        image = Image.new("RGB", (WIDTH, HEIGHT))
        draw(image, ImageDraw.Draw(image))
        packed = io.BytesIO()
        image.save(packed, "JPEG", quality=86)
        found = Picture.objects.create(title=title, file=ContentFile(packed.getvalue(), f"{name}.jpg"))
    return found, alt


def attachment(title: str, file_name: str, paragraphs: list[str]) -> Attachment:
    """The PDF of this title, made when it is first asked for."""
    found = Attachment.objects.filter(title=title).first()
    if found is None:
        found = Attachment(title=title, file=ContentFile(make_pdf(paragraphs), file_name))
        found.save()
    return found


def _sky(image: Image.Image, draw: ImageDraw.ImageDraw, top: Colour, bottom: Colour, until: int = HEIGHT) -> None:
    for y in range(until):
        share = y / until
        draw.line([(0, y), (WIDTH, y)], fill=tuple(int(a + (b - a) * share) for a, b in zip(top, bottom, strict=True)))


def _rice_field(image: Image.Image, draw: ImageDraw.ImageDraw) -> None:
    _sky(image, draw, (126, 188, 226), (250, 240, 214), 380)
    draw.ellipse([930, 90, 1050, 210], fill=(255, 226, 140))
    for row in range(14):
        y = 380 + row * 30
        shade = 150 - row * 5
        draw.rectangle([0, y, WIDTH, y + 30], fill=(shade - 20, shade + 40, 70))
        for x in range(-20 + row % 2 * 20, WIDTH, 40):
            draw.line([(x, y + 28), (x + 6, y + 6)], fill=(230, 205, 90), width=3)
    for x, height in ((110, 120), (170, 150), (1130, 140)):
        draw.rectangle([x - 5, 380 - height // 2, x + 5, 384], fill=(96, 74, 54))
        draw.ellipse([x - 46, 380 - height, x + 46, 380 - height // 3], fill=(52, 118, 72))


def _sea(image: Image.Image, draw: ImageDraw.ImageDraw) -> None:
    _sky(image, draw, (247, 178, 120), (255, 232, 190), 430)
    draw.ellipse([560, 330, 720, 490], fill=(255, 206, 106))
    for y in range(430, 640):
        draw.line([(0, y), (WIDTH, y)], fill=(40 + (y - 430) // 4, 110 + (y - 430) // 4, 140))
    draw.rectangle([0, 640, WIDTH, HEIGHT], fill=(226, 200, 156))
    for wave in range(6):
        points = [(x, 460 + wave * 32 + 6 * math.sin(x / 50 + wave)) for x in range(0, WIDTH + 10, 10)]
        draw.line(points, fill=(236, 226, 206), width=3)
    draw.polygon([(850, 520), (1040, 520), (1000, 565), (890, 565)], fill=(110, 66, 44))
    draw.polygon([(940, 380), (940, 512), (1030, 512)], fill=(250, 248, 240))


def _road(image: Image.Image, draw: ImageDraw.ImageDraw) -> None:
    _sky(image, draw, (150, 205, 232), (236, 246, 244), 420)
    draw.rectangle([0, 420, WIDTH, HEIGHT], fill=(118, 172, 92))
    draw.polygon([(590, 420), (690, 420), (960, HEIGHT), (320, HEIGHT)], fill=(190, 186, 178))
    for place in range(7):
        y = 450 + place * place * 9
        for side in (-1, 1):
            x = 640 + side * (90 + place * 62)
            size = 16 + place * 9
            draw.rectangle([x - size // 8, y - size, x + size // 8, y + size // 2], fill=(104, 82, 60))
            draw.ellipse([x - size, y - 2 * size, x + size, y - size // 3], fill=(206, 84, 104))
    for x in (90, 1000):
        draw.rectangle([x, 330, x + 190, 430], fill=(246, 226, 190))
        draw.polygon([(x - 20, 334), (x + 95, 260), (x + 210, 334)], fill=(176, 72, 52))
        draw.rectangle([x + 75, 370, x + 115, 430], fill=(110, 76, 56))


def _lotus(image: Image.Image, draw: ImageDraw.ImageDraw) -> None:
    _sky(image, draw, (196, 224, 214), (96, 150, 140))
    for x, y, size in ((210, 650, 190), (960, 690, 230), (620, 720, 160)):
        draw.ellipse([x - size, y - size // 3, x + size, y + size // 3], fill=(58, 122, 84))
    draw.line([(640, 760), (640, 470)], fill=(60, 110, 76), width=14)
    for angle in (-64, -44, -24, 24, 44, 64, 0):
        turn = math.radians(angle)
        tip = (640 + 250 * math.sin(turn), 500 - 250 * math.cos(turn))
        left = (640 + 90 * math.cos(turn) + 90 * math.sin(turn), 490 + 90 * math.sin(turn) - 90 * math.cos(turn))
        right = (640 - 90 * math.cos(turn) + 90 * math.sin(turn), 490 - 90 * math.sin(turn) - 90 * math.cos(turn))
        draw.polygon([(640, 500), left, tip, right], fill=(240 - abs(angle) // 2, 150 - abs(angle) // 2, 176))
    draw.ellipse([600, 440, 680, 500], fill=(240, 208, 96))


def _hall(image: Image.Image, draw: ImageDraw.ImageDraw) -> None:
    _sky(image, draw, (126, 30, 34), (170, 46, 42))
    draw.rectangle([0, 560, WIDTH, HEIGHT], fill=(92, 58, 44))
    centre, radius = (640, 260), 130
    star = [
        (
            centre[0] + (radius if point % 2 == 0 else radius * 0.4) * math.sin(point * math.pi / 5),
            centre[1] - (radius if point % 2 == 0 else radius * 0.4) * math.cos(point * math.pi / 5),
        )
        for point in range(10)
    ]
    draw.polygon(star, fill=(250, 214, 70))
    for row in range(4):
        for seat in range(15 - row % 2):
            x, y = 60 + seat * 84 + row % 2 * 42, 560 + row * 62
            draw.ellipse([x - 20, y - 26, x + 20, y + 14], fill=(54, 40, 38))
            draw.rounded_rectangle([x - 34, y + 10, x + 34, y + 70], 16, fill=(70 + row * 12, 78 + row * 12, 92))


def _books(image: Image.Image, draw: ImageDraw.ImageDraw) -> None:
    _sky(image, draw, (240, 232, 214), (216, 198, 168))
    draw.rectangle([0, 640, WIDTH, HEIGHT], fill=(140, 96, 62))
    x = 240
    for width, height, colour in (
        (70, 390, (160, 40, 40)), (54, 340, (32, 84, 110)), (84, 420, (58, 104, 72)), (60, 360, (196, 150, 62)),
        (76, 400, (120, 60, 84)), (50, 330, (70, 70, 84)), (90, 430, (150, 52, 44)), (58, 350, (44, 98, 96)),
    ):  # fmt: skip
        draw.rectangle([x, 640 - height, x + width, 640], fill=colour)
        draw.rectangle([x + 8, 640 - height + 40, x + width - 8, 640 - height + 52], fill=(240, 220, 170))
        x += width + 8
    draw.polygon([(850, 640), (1000, 590), (1150, 640), (1000, 660)], fill=(250, 248, 240))


def _bulletin_cover(image: Image.Image, draw: ImageDraw.ImageDraw) -> None:
    _sky(image, draw, (172, 28, 36), (120, 18, 30))
    for ring in range(6):
        size = 220 + ring * 60
        draw.arc([900 - size, 700 - size, 900 + size, 700 + size], 180, 330, fill=(236, 190, 90), width=4)
    for text, y, size in (("BẢN TIN NỘI BỘ", 180, 92), ("Tỉnh ủy Thái Bình", 310, 54)):
        draw.text((96, y), text, font=ImageFont.truetype(str(FONT_FILE), size), fill=(252, 232, 180))
    draw.rectangle([96, 410, 420, 418], fill=(252, 232, 180))


SCENES: dict[str, tuple[str, str, Callable[[Image.Image, ImageDraw.ImageDraw], None]]] = {
    "canh-dong": (
        "Cánh đồng lúa chín",
        "Tranh vẽ cánh đồng lúa chín vàng dưới nắng sớm, xa xa có mấy lùm cây.",
        _rice_field,
    ),
    "bien": ("Biển Đồng Châu", "Tranh vẽ mặt biển lúc bình minh, một thuyền buồm trắng gần bãi cát.", _sea),
    "duong-lang": (
        "Đường làng",
        "Tranh vẽ con đường làng bê tông thẳng tắp, hai bên trồng hoa, có hai ngôi nhà ngói đỏ.",
        _road,
    ),
    "hoa-sen": ("Hoa sen", "Tranh vẽ một bông sen hồng nở giữa hồ, xung quanh là lá sen xanh.", _lotus),
    "hoi-truong": (
        "Hội trường",
        "Tranh vẽ hội trường phông đỏ có ngôi sao vàng, đại biểu ngồi kín các hàng ghế.",
        _hall,
    ),
    "sach": ("Kệ sách", "Tranh vẽ một hàng sách nhiều màu trên bàn gỗ, bên cạnh là cuốn sách đang mở.", _books),
    "bia-ban-tin": (
        "Bìa bản tin nội bộ",
        "Bìa bản tin nội bộ của Tỉnh ủy Thái Bình, chữ vàng trên nền đỏ.",
        _bulletin_cover,
    ),
}
