"""The fonts of a document: their files, and which signs they can show.

FiraGO sets Latin, Greek, Cyrillic, Arabic, Hebrew, Thai, Georgian and Devanagari; Noto what it lacks.
"""

import io
import re
import struct
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, BinaryIO

LACKING = "\N{REPLACEMENT CHARACTER}"
"""What stands on paper for a sign that no font has."""

FAMILIES = (
    "FiraGO", "Noto Sans", "Noto Sans Ethiopic", "Noto Sans Armenian", "Noto Sans Arabic", "Noto Sans Hebrew",
    "Noto Sans Georgian", "Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Gurmukhi",
    "Noto Sans Gujarati", "Noto Sans Oriya", "Noto Sans Tamil", "Noto Sans Telugu", "Noto Sans Kannada",
    "Noto Sans Malayalam", "Noto Sans Sinhala", "Noto Sans Thai", "Noto Sans Lao", "Noto Sans Myanmar",
    "Noto Sans Khmer", "Noto Emoji", "Noto Sans Symbols", "Noto Sans Symbols2", "Noto Sans Math",
    "Noto Sans CJK SC",
)  # fmt: skip
"""In the order in which a sign is looked for."""

_PACKED = {
    "figo": "FiraGO-Regular.ttf", "figbo": "FiraGO-Bold.ttf",
    "symbol2": "NotoSansSymbols2-Regular.ttf", "math": "NotoSansMath-Regular.ttf",
}  # fmt: skip
_OTHER = r"[^ -~\xa0-\u017f\t\r\n–—‘’“”„…€·•−→]"
_MARKED = re.compile(rf"[ -~\xa0-\u017f]?{_OTHER}+")
"""Signs that are not in everyday use in Dutch, with the one before them: a mark may belong to that."""
_UNSEEN = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\U000e0000-\U000e0fff]"
)
"""What a font need not have, since nothing is drawn."""
_TONE = re.compile("[\U0001f3fb-\U0001f3ff]")


def write_fonts(folder: Path) -> None:
    """The fonts that lie packed in a module, as files."""
    from pymupdf_fonts import myfont

    for font, name in _PACKED.items():
        Path(folder, name).write_bytes(myfont(font))


def font_folders() -> list[Path]:
    """Where the others lie."""
    import manimgx_fonts
    import noto_cjk_sans_otc

    return [Path(str(module.__file__)).parent for module in (manimgx_fonts, noto_cjk_sans_otc)]


def on_paper(text: str) -> str:
    """The text, as long as it was, with LACKING for every sign that the fonts cannot show."""
    return _MARKED.sub(lambda found: "".join(map(_shown, _clusters(found[0]))), text)


def everyday(text: str) -> str:
    """The text with LACKING for every sign that is not in everyday use in Dutch."""
    return re.sub(_OTHER, LACKING, unicodedata.normalize("NFC", text))


def _clusters(text: str) -> Iterator[str]:
    """The text in pieces that one font has to show as a whole."""
    piece = ""
    for sign in text:
        joined = (
            unicodedata.category(sign).startswith("M")
            or _UNSEEN.match(sign)
            or _TONE.match(sign)
            or piece.endswith("\N{ZERO WIDTH JOINER}")
        )
        if piece and not joined:
            yield piece
            piece = ""
        piece += sign
    yield piece


@lru_cache(maxsize=4096)
def _shown(piece: str) -> str:
    if _some_font_has(piece):
        return piece
    return "".join(sign if sign == piece[0] and _some_font_has(sign) else LACKING for sign in piece)


def _have(font: frozenset[int], piece: str) -> bool:
    # A shaper may take a letter apart, or put it together, to find it.
    forms = (piece, unicodedata.normalize("NFC", piece), unicodedata.normalize("NFD", piece))
    return any(all(ord(sign) in font or _UNSEEN.match(sign) for sign in form) for form in forms)


def _some_font_has(piece: str) -> bool:
    # The first font has most of what is written, and the others take time to look at.
    return any(_have(_signs_of(font), piece) for font in (*_PACKED, *_others()))


@cache
def _others() -> list[Path]:
    paths = [path for folder in font_folders() for path in sorted(folder.glob("Noto*"))]
    return [path for path in paths if "Italic" not in path.name]


@cache
def _signs_of(font: str | Path) -> frozenset[int]:
    """What the font has, without what an archive refuses: signs to which anyone gives a meaning."""
    with _opened(font) as file:
        return frozenset(
            sign for sign in _mapped(file) if unicodedata.category(chr(sign)) not in ("Co", "Cf", "Cc")
        )


def _opened(font: str | Path) -> BinaryIO:
    if isinstance(font, Path):
        return font.open("rb")
    from pymupdf_fonts import myfont

    return io.BytesIO(myfont(font))


def _mapped(font: BinaryIO) -> Iterator[int]:
    """The code points for which an OpenType font has a glyph, from its `cmap`."""
    with font:

        def read(at: int, form: str) -> tuple[Any, ...]:
            font.seek(at)
            return struct.unpack(">" + form, font.read(struct.calcsize(">" + form)))

        start = read(12, "L")[0] if read(0, "L")[0] == 0x74746366 else 0  # a collection's first font
        tables = (read(start + 12 + 16 * nth, "4sLLL") for nth in range(read(start + 4, "H")[0]))
        cmap = next(where for tag, _, where, _ in tables if tag == b"cmap")
        subtables = [read(cmap + 4 + 8 * nth, "HHL")[2] for nth in range(read(cmap + 2, "H")[0])]
        forms = {read(cmap + where, "H")[0]: cmap + where for where in subtables}
        if 12 in forms:
            count = read(forms[12] + 12, "L")[0]
            groups = read(forms[12] + 16, f"{3 * count}L")
            for first, last, glyph in zip(groups[::3], groups[1::3], groups[2::3], strict=True):
                yield from range(first + (glyph == 0), last + 1)
            return
        at = forms[4]
        count = read(at + 6, "H")[0] // 2
        lasts, firsts, deltas, offsets = (
            read(at + 14 + skip, f"{count}H") for skip in (0, 2 * count + 2, 4 * count + 2, 6 * count + 2)
        )
        for nth, (first, last, delta, offset) in enumerate(zip(firsts, lasts, deltas, offsets, strict=True)):
            for sign in range(first, min(last, 0xFFFE) + 1):
                here = at + 16 + 6 * count + 2 * nth + offset + 2 * (sign - first)
                if (read(here, "H")[0] if offset else sign + delta) & 0xFFFF:
                    yield sign
