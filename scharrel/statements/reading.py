"""A statement read back: its seal, and its text line by line."""

import io
import json
import re
from html.parser import HTMLParser
from typing import NamedTuple

from pypdf.errors import DependencyError, PyPdfError
from pypdfium2 import PdfiumError

from scharrel.statements.seal import Seal

ATTACHMENT = "cijfers.json"

_NAME = re.compile(
    r"\((?P<kind>[a-z]+(?:-[a-z]+)?) (?P<month>\d{4}-\d\d)(?: (?P<member>[a-z][a-z0-9-]*))?"
    r" (?P<lang>nl|en)(?: (?P<made>\d{4}-\d\d-\d\d))?\)$"
)
_CHARSET = (
    (("charset", "utf-8"),),
    *(
        (("http-equiv", kind), ("content", f"text/html; charset={name}"))
        for kind in ("Content-Type", "content-type")
        for name in ("UTF-8", "utf-8")
    ),
)
_UNDERSTOOD = frozenset({"html", "head", "body", "tbody"})
_EMPTY = frozenset({"meta", "link", "br", "hr", "img", "input", "col", "wbr"})
_TOGETHER = ("coop", "cover", "annual", "vat-month", "vat-quarter", "vat-year")

NOT_A_PDF = (
    *(PyPdfError, DependencyError, PdfiumError),
    *(KeyError, IndexError, ValueError, TypeError, AttributeError, RecursionError, AssertionError),
)
"""What the readers of PDFs run into in a file that is none."""


class NoStatementError(Exception):
    """The file is not a statement that this program made."""


class ReadBack(NamedTuple):
    """What a statement says of itself. A text document has no figures, only their code."""

    form: str
    seal: Seal
    sealed: bool
    lines: list[str]


def read_back(data: bytes) -> ReadBack:
    """A statement in any format; NoStatementError if it is none."""
    if data.startswith(b"%PDF-"):
        return _from_pdf(data)
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise NoStatementError from error
    if text.lstrip()[:15].lower() == "<!doctype html>":
        page = _Page()
        page.feed(text)
        page.close()
        return ReadBack("html", _seal(page.figures), True, page.lines)
    lines = [line.rstrip() for line in text.rstrip().split("\n")]
    for line in reversed(lines):
        if found := _NAME.search(line.strip()):
            name = found.groupdict(default="")
            seal = Seal(name["kind"], name["member"], name["month"], name["lang"], "", {}, {}, name["made"])
            return ReadBack("txt", _known(seal), False, lines)
    raise NoStatementError


def _from_pdf(data: bytes) -> ReadBack:
    from pypdf import PdfReader

    try:
        reader = PdfReader(io.BytesIO(data))
        attached = reader.attachments[ATTACHMENT][0]
        lines = [line for page in reader.pages for line in page.extract_text().split("\n") if line.strip()]
    except NOT_A_PDF as error:
        raise NoStatementError from error
    return ReadBack("pdf", _seal(attached.decode("utf-8", "replace")), True, lines)


def _seal(text: str) -> Seal:
    try:
        table = json.loads(text)
        kind, member, month, lang, version = (
            str(table[key]) for key in ("kind", "member", "month", "lang", "version")
        )
        packs, figures = ({str(k): str(v) for k, v in table[key].items()} for key in ("packs", "figures"))
        made = str(table.get("made", ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoStatementError from error
    return _known(Seal(kind, member, month, lang, version, packs, figures, made))


def _known(seal: Seal) -> Seal:
    """The seal, if what it says of itself can be true."""
    kinds = ("member", "municipality", "subcooperative", "year", "settlement", "quarter", "payment")
    about_one = seal.kind in kinds and bool(seal.member)
    if not (about_one or (seal.kind in _TOGETHER and not seal.member)) or seal.lang not in ("nl", "en"):
        raise NoStatementError
    return seal


class _Page(HTMLParser):
    """The text of a page and everything around it that a browser acts on, and the figures that lie in it.

    A browser that saves a page leaves out remarks and the ends of some elements, and adds elements that
    were understood.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.figures = ""
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._inside = "figures" if ("id", "cijfers") in attrs else tag
        if attrs and not (tag == "meta" and tuple(attrs) in _CHARSET):
            said = "".join(
                f' {name}="{value}"' if value else f" {name}"
                for name, value in sorted((n, v or "") for n, v in attrs)
            )
            self.lines.append(f"<{tag}{said}>")
        elif not attrs and tag not in _UNDERSTOOD:
            self.lines.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._inside = ""
        if tag not in _UNDERSTOOD | _EMPTY:
            self.lines.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._inside == "figures":
            self.figures += data
        else:
            self.lines += [line.strip() for line in data.split("\n") if line.strip()]
