"""People's names: how they are split and how they are looked for."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """Lower case, no accents, d for đ, single spaces: ``Đặng Thị Hòa`` becomes ``dang thi hoa``."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.split())


def split_name(full_name: str) -> tuple[str, str]:
    """Family and middle names, and the given name: ``Đặng Thị Hòa`` is ``("Đặng Thị", "Hòa")``."""
    family, _, given = " ".join(full_name.split()).rpartition(" ")
    return family, given
