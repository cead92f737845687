"""Whether a statement still agrees with the books: made anew from them, and compared."""

import difflib
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from scharrel.core.month import Month
from scharrel.core.period import SPANS, Period
from scharrel.core.problems import Problem, errors
from scharrel.ledger.books import Books
from scharrel.operations.annual import annual_paper, book_year
from scharrel.operations.pay import run_paper
from scharrel.operations.statements import state_all
from scharrel.operations.vat import vat_of, vat_paper
from scharrel.statements.documents import BrokenTemplateError
from scharrel.statements.making import PAYMENT_KIND, RUN, VAT_KIND, Order, place_of
from scharrel.statements.pdf import typesetters_world
from scharrel.statements.reading import NOT_A_PDF, NoStatementError, ReadBack, read_back
from scharrel.statements.seal import Seal
from scharrel.statements.seen import Alteration, additions, looks

MAX_DIFFERENCES = 20
_INPUTS = ("came-in", "turnover", "costs", "pool")


class StatementDifference(NamedTuple):
    """A figure or a line of the statement that is other than the books say; empty where it is missing."""

    name: str
    stated: str
    books: str


class Verdict(NamedTuple):
    """What came of comparing. `identical` is to the byte; `seen` is what a reader sees that the program did
    not make; `causes` are keys of what may lie behind it."""

    statement: ReadBack
    identical: bool
    figures: list[StatementDifference]
    lines: list[StatementDifference]
    seen: list[Alteration]
    causes: list[str]
    problems: list[Problem]


def verify(books: Books, data: bytes, today: date) -> Verdict:
    """Compare a statement with the books; NoStatementError if it is none, or of nobody in these books."""
    stated = read_back(data)
    seal = stated.seal
    try:
        month = Month.parse(seal.month)
        made_on = date.fromisoformat(seal.made) if seal.made else today
    except ValueError as error:
        raise NoStatementError from error
    if seal.member and seal.kind != PAYMENT_KIND and seal.member not in books.holders:
        raise NoStatementError
    kind = "municipality" if seal.kind == "cover" else seal.kind
    with tempfile.TemporaryDirectory(prefix="scharrel-") as folder, typesetters_world() as world:
        only = frozenset({seal.member} if seal.member else ())
        order = Order(
            month, (kind,), stated.form, seal.lang, only, today, books.coop.templates, world,
            posted=False, made=made_on,
        )  # fmt: skip
        made, problems = _made_anew(books, seal, order, Path(folder, "statements"))
    if errors(problems):
        return Verdict(stated, False, [], [], [], [], problems)
    if made is None:
        raise NoStatementError
    if made == data:
        return Verdict(stated, True, [], [], [], [], problems)
    anew = made
    now = read_back(anew)
    figures = _figures(seal.figures, now.seal.figures) if stated.sealed else []
    lines = _lines(stated.lines, now.lines)
    seen = _seen(data, anew, same=not figures and not lines) if stated.form == "pdf" else []
    return Verdict(stated, False, figures, lines, seen, _causes(stated, now, figures), problems)


def _made_anew(books: Books, seal: Seal, order: Order, out: Path) -> tuple[bytes | None, list[Problem]]:
    """The statement as the books now make it, if there is one, and what is wrong with them."""
    if seal.kind == "annual":
        found, problems = book_year(books, order.month.year, order.today, lambda *_: None, posted=False)
        try:
            return annual_paper(books, found, order) if found else None, problems
        except BrokenTemplateError as broken:
            return None, [*problems, broken.problem]
    if seal.kind.startswith(VAT_KIND):
        span = next(span for span in SPANS if seal.kind == f"{VAT_KIND}{span}")
        returned = vat_of(books, Period.of(span, order.month))
        if errors(returned.problems):
            return None, returned.problems
        return vat_paper(books, returned, order), returned.problems
    if seal.kind == PAYMENT_KIND:
        try:
            return run_paper(books, seal.member.removeprefix(RUN), order)
        except BrokenTemplateError as broken:
            return None, [broken.problem]
    done = state_all(books, order, out, lambda *_: None)
    made = out / place_of(seal.kind, seal.member, order.form)
    return made.read_bytes() if made.is_file() else None, done.problems


def _seen(data: bytes, anew: bytes, *, same: bool) -> list[Alteration]:
    """What was added to the statement; and how it looks, if it says what it should."""
    try:
        found = additions(data, anew)
        if same and not any(seen.what in ("pages", "shape") for seen in found):
            found += looks(data, anew)
    except NOT_A_PDF as error:
        raise NoStatementError from error
    return found


def _figures(stated: Mapping[str, str], books: Mapping[str, str]) -> list[StatementDifference]:
    names = sorted(stated.keys() | books.keys())
    return [
        StatementDifference(name, stated.get(name, ""), books.get(name, ""))
        for name in names
        if stated.get(name) != books.get(name)
    ]


def _lines(stated: list[str], books: list[str]) -> list[StatementDifference]:
    found: list[StatementDifference] = []
    matcher = difflib.SequenceMatcher(None, stated, books, autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        if what != "equal":
            found.append(StatementDifference("", " ".join(stated[a:b]).strip(), " ".join(books[c:d]).strip()))
    return found[:MAX_DIFFERENCES]


def _causes(stated: ReadBack, now: ReadBack, figures: list[StatementDifference]) -> list[str]:
    if not stated.sealed:
        return []
    causes = []
    if stated.seal.packs != now.seal.packs:
        causes.append("rules")
    if any(word in difference.name for difference in figures for word in _INPUTS):
        causes.append("bookings")
    if figures and not causes:
        causes.append("earlier")
    if stated.seal.version != now.seal.version:
        causes.append("version")
    return causes
