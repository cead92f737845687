"""Views rendered by the templates: the cooperative's own first, the packaged ones after.

Templates run in Jinja's sandbox. Whatever they print is escaped for the format, unless it comes from
one of the format's own macros.
"""

import difflib
import json
import os
import re
import textwrap
import traceback
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FunctionLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup
from rich.cells import cell_len

from scharrel.core.problems import Problem
from scharrel.formats.epc import qr_drawing
from scharrel.statements.seal import Seal
from scharrel.statements.templates import template_text, words_name
from scharrel.text.fonts import FAMILIES
from scharrel.text.table import column_widths, in_columns
from scharrel.text.words import Words, catalogue, unit_name, visible

WIDTH = 78
"""Characters on a line of a text document."""

_FSI, _PDI = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
_OWN = re.compile(r"\{(\w+)\}")
_BLANKS = re.compile(r"\n{3,}")


class BrokenTemplateError(Exception):
    """A template that cannot be used, as a problem with its file and line."""

    def __init__(self, problem: Problem):
        super().__init__(problem.code)
        self.problem = problem


def isolated(text: str) -> str:
    """The text on one line, without anything that steers; writing from right to left stays inside."""
    shown = visible(text)
    if not shown.isascii() and any(
        unicodedata.bidirectional(character) in ("R", "AL") for character in shown
    ):
        return f"{_FSI}{shown}{_PDI}"
    return shown


def typst_literal(text: str) -> Markup:
    """The text as a string of Typst: nothing in it is markup, code or the name of a package."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("@", "\\u{40}").replace("\n", "\\n")
    return Markup('"' + escaped + '"')


def _for_typst(value: object) -> Markup:
    return Markup(f"#{typst_literal(isolated(str(value)))};")


def _for_text(value: object) -> Markup:
    return Markup(isolated(str(value)))


def _for_html(value: object) -> str:
    return isolated(str(value))


_ESCAPES: dict[str, Callable[[object], object]] = {"pdf": _for_typst, "txt": _for_text, "html": _for_html}


class Documents:
    """The templates of one language and format."""

    def __init__(self, folder: Path, words: Words, form: str):
        self.folder = folder
        self.words = words
        self.form = form
        self.environment = ImmutableSandboxedEnvironment(
            loader=ChoiceLoader([FunctionLoader(partial(_own, folder)), FunctionLoader(_packaged)]),
            autoescape=True,
            finalize=_escaping(_ESCAPES[form]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self.drawings = self.environment.overlay(finalize=_escaping(_for_html))
        self.environment.globals |= {
            "lang": words.lang, "macros": f"{form}.j2",
            "aligned": _aligned, "wrapped": _wrapped, "svg": self._svg, "qr": self._qr,
            "families": FAMILIES,
        }  # fmt: skip
        filters: dict[str, Callable[..., Any]] = {
            "money": words.money,
            "amount": lambda number: words.number(number, "#,##0.00"),
            "number": words.number,
            "rate": words.rate,
            "cents": lambda fraction: words.number(fraction * 100, "#,##0.#"),
            "month": words.month,
            "day": words.day,
            "short_day": words.short_day,
            "short_hash": lambda digest: digest.rpartition(":")[2][:8],
            "short_month": words.month_and_year,
            "month_name": lambda month: words.short_month(month.first_day),
            "unit": partial(unit_name, words),
            "fill": _fill,
            "literal": lambda text: typst_literal(isolated(str(text))),
            "source": lambda text: typst_literal(str(text)),
            "base64": lambda data: Markup(b64encode(data).decode()),
            "bytes": lambda data: Markup(f"bytes(({', '.join(map(str, data))},))"),
            "in_page": _in_page,
            "bare": _bare,
        }
        self.environment.filters |= filters
        self.environment.globals["w"] = w = self._paper_words()
        # A copy of a template from before `w` was there of itself imports it.
        self.environment.globals["texts"] = self.environment.from_string(
            "".join(f"{{% set {name} = w.{name} %}}" for name in vars(w))
        )

    def _paper_words(self) -> SimpleNamespace:
        """The words on paper, and over them those that stand in the cooperative's own file of words."""
        found = dict(catalogue(self.words.lang)["paper"])
        name = words_name(self.words.lang)
        if os.path.lexists(self.folder / name):
            with self._placed(name):
                for key, own in vars(self.environment.get_template(name).module).items():
                    if key in found:
                        found[key] = found[key] | own if isinstance(own, dict) else own
        return SimpleNamespace(**found)

    def render(
        self,
        kind: str,
        view: object,
        seal: Seal | None,
        notices: Sequence[str] = (),
        titles: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """The document as source: HTML, plain text, or Typst; `notices` stand at its head, `titles` are
        those of the rules by id. BrokenTemplateError names file and line."""
        values = {"view": view, "seal": seal, "notices": notices, "titles": titles}
        text = self._render(self.environment, f"{kind}.j2", **values)
        return _BLANKS.sub("\n\n", text) if self.form == "txt" else text

    def _svg(self, name: str, **values: Any) -> str | Markup:
        """A drawing; on a page it is part of it, elsewhere a text."""
        drawing = self.drawing(name, **values)
        return Markup(drawing) if self.form == "html" else drawing

    def _qr(self, text: str) -> str | Markup:
        drawing = qr_drawing(text)
        return Markup(drawing) if self.form == "html" else drawing

    def drawing(self, name: str, **values: Any) -> str:
        """A drawing by itself; BrokenTemplateError names file and line."""
        return self._render(self.drawings, name, **values)

    def _render(self, environment: Environment, name: str, **values: Any) -> str:
        with self._placed(name):
            return environment.get_template(name).render(**values)

    @contextmanager
    def _placed(self, name: str) -> Iterator[None]:
        """Whatever goes wrong in a template, as a BrokenTemplateError with its file and line."""
        try:
            yield
        except TemplateSyntaxError as error:
            raise self._broken(error.name or name, error.lineno, error.message or "") from error
        except TemplateNotFound as error:
            raise self._broken(name, 1, f"{error.message}") from error
        except (TemplateError, SecurityError) as error:
            raise self._broken(*_place(error, name), str(error)) from error
        except (TypeError, ValueError, AttributeError, KeyError, ArithmeticError, RecursionError) as error:
            raise self._broken(*_place(error, name), f"{type(error).__name__}: {error}") from error

    def from_source(self, kind: str, line: str, reason: str) -> BrokenTemplateError:
        """The template and line from which a line of the document's source most likely came."""
        names = [f"{kind}.j2", f"{self.form}.j2"]
        lines = [
            (name, number, text.strip())
            for name in names
            for number, text in enumerate(self._source(name).split("\n"), 1)
        ]
        near = difflib.get_close_matches(line.strip(), [text for *_, text in lines if text], 1, 0.1)
        name, number, _ = next((entry for entry in lines if entry[2] == (near or [""])[0]), (names[0], 1, ""))
        return self._broken(name, number, reason)

    def _broken(self, name: str, line: int, reason: str) -> BrokenTemplateError:
        own = (self.folder / name).is_file()
        lines = self._source(name).split("\n")
        excerpt = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        place, code = (
            (f"templates/{name}", "template") if own else (f"scharrel/templates/{name}", "own-template")
        )
        return BrokenTemplateError(Problem(place, max(line, 1), code, {"reason": reason}, excerpt=excerpt))

    def _source(self, name: str) -> str:
        try:
            loader = self.environment.loader
            return loader.get_source(self.environment, name)[0] if loader else ""
        except TemplateError:
            return ""


def _escaping(escape: Callable[[object], object]) -> Callable[[object], object]:
    """Escape what is printed, unless a macro of the format made it."""
    return lambda value: value if hasattr(value, "__html__") else escape(value)


def _own(folder: Path, name: str) -> tuple[str, str, Callable[[], bool]] | None:
    """A template of the cooperative's; a link to somewhere else is none."""
    path = folder / Path(name).name
    if folder.is_symlink() or path.is_symlink():
        raise TemplateSyntaxError("a template cannot be a link", 1, name)
    try:
        return (path.read_text("utf-8"), str(path), lambda: True) if path.is_file() else None
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateSyntaxError(str(error), 1, name) from error


def _packaged(name: str) -> tuple[str, str, Callable[[], bool]] | None:
    """A template that came with the program."""
    text = template_text(Path(name).name)
    return None if text is None else (text, name, lambda: True)


def _place(error: BaseException, name: str) -> tuple[str, int]:
    """The template and line in which something went wrong: the innermost that the error passed."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.endswith(".j2"):
            return Path(frame.filename).name, frame.lineno or 1
    return name, 1


def _fill(text: str, /, **values: object) -> str:
    """The text with its {names} filled in; a name that is not known is an error."""
    return _OWN.sub(lambda found: str(values[found[1]]), text)


def _bare(number: Decimal | int) -> Markup:
    """A number as code has it."""
    return Markup(f"{number:f}" if isinstance(number, Decimal) else f"{number:d}")


def _in_page(text: str) -> Markup:
    """JSON that can stand inside a page without ending it."""
    json.loads(text)
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))


def _wrapped(text: object, indent: int = 0, hang: int = 0, tail: object = "") -> Markup:
    """The text in lines that fit, each with so many spaces before it; all but the first hang further in."""
    lines = textwrap.wrap(
        # Joined here: a template that joins text and markup has the text escaped.
        isolated(str(text)) + str(tail),
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hang),
    )
    return Markup("\n".join(lines))


def _aligned(head: Sequence[object], rows: Sequence[Sequence[object]], align: str) -> Markup:
    """A table in columns that line up: `align` has r for a column of numbers.

    Where a line has no room for a text, that stands on lines of its own: the first column's above the
    rest, another's below it in its column. Where the numbers leave no room, the columns move closer.
    """
    cells = [[isolated(str(cell)) for cell in row] for row in [head, *rows]]
    widths = column_widths(cells)
    gap = 2
    excess = sum(widths) + gap * (len(widths) - 1) - WIDTH
    if excess > 0:
        longest = max((width, nth) for nth, width in enumerate(widths) if align[nth] != "r")[1]
        least = max(cell_len(cells[0][longest]), min(widths[longest], 12))
        if widths[longest] - excess < least:
            gap, least = 1, cell_len(cells[0][longest])
            excess = sum(widths) + len(widths) - 1 - WIDTH
        widths[longest] = max(widths[longest] - max(excess, 0), least)
    return Markup("\n".join(line for row in cells for line in _lines(row, widths, align, gap)))


def _lines(cells: Sequence[str], widths: Sequence[int], align: str, gap: int) -> Iterator[str]:
    fitting = ["" if cell_len(cell) > width else cell for cell, width in zip(cells, widths, strict=True)]
    if fitting[0] != cells[0]:
        yield from textwrap.wrap(cells[0], WIDTH)
    yield in_columns(fitting, widths, [nth for nth, side in enumerate(align) if side != "r"], gap)
    for nth in range(1, len(cells)):
        if fitting[nth] != cells[nth]:
            before = " " * (sum(widths[:nth]) + gap * nth)
            yield from textwrap.wrap(cells[nth], WIDTH, initial_indent=before, subsequent_indent=before)
