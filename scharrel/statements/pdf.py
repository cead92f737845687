"""Typst source to PDF: archival (PDF/A-3a), accessible (PDF/UA-1), the same bytes every time."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

STANDARDS: Any = ["a-3a", "ua-1"]

_FONTS = {"figo": "FiraGO-Regular.ttf", "figbo": "FiraGO-Bold.ttf"}
_PACKAGE = re.compile(r'"@')
_PLACE = re.compile(r":(\d+):\d+")


class TypesettingError(Exception):
    """Source that cannot be set: the line of the source, and what Typst says of it."""

    def __init__(self, line: str, reason: str):
        super().__init__(reason)
        self.line = line
        self.reason = reason


class Typesetter:
    """Typst with the program's own fonts: a folder for its world, and no way out of it."""

    def __init__(self, world: Path):
        import typst

        self.error: Any = typst.TypstError
        fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(world)])
        self.compiler = typst.Compiler(
            root=str(world), font_paths=fonts, package_path=str(world), package_cache_path=str(world)
        )

    def pdf(self, source: str) -> bytes:
        """The document; TypesettingError where the source is wrong."""
        if found := _PACKAGE.search(source):
            line = source.count("\n", 0, found.start())
            raise TypesettingError(source.split("\n")[line], "packages are not available")
        try:
            made = self.compiler.compile(source.encode(), format="pdf", pdf_standards=STANDARDS, timestamp=0)
        except self.error as error:
            place = _PLACE.search(error.diagnostic)
            lines = source.split("\n")
            number = min(int(place[1]), len(lines)) if place else 1
            raise TypesettingError(lines[number - 1], " ".join([error.message, *error.hints])) from error
        assert isinstance(made, bytes)
        return made


@contextmanager
def typesetters_world() -> Iterator[Path]:
    """The folder that a typesetter needs, with its fonts and nothing else, while it lasts."""
    from pymupdf_fonts import myfont

    with tempfile.TemporaryDirectory(prefix="scharrel-") as world:
        for font, name in _FONTS.items():
            Path(world, name).write_bytes(myfont(font))
        yield Path(world)
