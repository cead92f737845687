"""Typst source to PDF: archival (PDF/A-3a), accessible (PDF/UA-1), the same bytes every time."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from scharrel.store.durable import WriteError
from scharrel.text.fonts import everyday, font_folders, on_paper, write_fonts

STANDARDS: Any = ["a-3a", "ua-1"]

_PACKAGE = re.compile(r'"@')
_DRAWING = re.compile(r"<svg .*?</svg>", re.DOTALL)
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
        fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(world), *map(str, font_folders())])
        self.compiler = typst.Compiler(
            root=str(world), font_paths=fonts, package_path=str(world), package_cache_path=str(world)
        )

    def pdf(self, source: str) -> bytes:
        """The document, with a replacement for signs that no font has; TypesettingError where the source is
        wrong."""
        source = on_paper(source)
        if found := _PACKAGE.search(source):
            line = source.count("\n", 0, found.start())
            raise TypesettingError(source.split("\n")[line], "packages are not available")
        try:
            return self._set(source)
        except self.error as error:
            # A drawing cannot have signs that join; elsewhere a font may have signs that it cannot join.
            for plain in (_DRAWING.sub(lambda found: everyday(found[0]), source), everyday(source)):
                if plain != source:
                    with suppress(self.error):
                        return self._set(plain)
            place = _PLACE.search(error.diagnostic)
            lines = source.split("\n")
            number = min(int(place[1]), len(lines)) if place else 1
            raise TypesettingError(lines[number - 1], " ".join([error.message, *error.hints])) from error

    def _set(self, source: str) -> bytes:
        made = self.compiler.compile(source.encode(), format="pdf", pdf_standards=STANDARDS, timestamp=0)
        assert isinstance(made, bytes)
        return made


@contextmanager
def typesetters_world() -> Iterator[Path]:
    """The folder that a typesetter needs, with fonts and nothing else, while it lasts; WriteError if there is
    no room for it."""
    with ExitStack() as stack:
        try:
            folder = tempfile.TemporaryDirectory(prefix="scharrel-", ignore_cleanup_errors=True)
            world = Path(stack.enter_context(folder))
            write_fonts(world)
        except OSError as error:
            raise WriteError(Path(tempfile.gettempdir()), error.strerror or str(error)) from error
        yield world
