"""Compiles the message catalogues: every .po beside it and in locale_upstream/ becomes the .mo that Django reads.

With polib, so that nothing but the requirements is needed: no gettext of the system, in development as in the image.
"""

from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]

for folder in ("locale", "locale_upstream"):
    for catalogue in sorted((ROOT / folder).rglob("*.po")):
        polib.pofile(str(catalogue)).save_as_mofile(str(catalogue.with_suffix(".mo")))
