"""scharrel vat: the VAT return of a period with every booking behind it, and booking it as filed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scharrel.cli.arguments import open_coop, read_period, require_format, today
from scharrel.cli.as_json import print_json
from scharrel.cli.options import COOP, JSON
from scharrel.cli.screen import (
    console,
    fail,
    path_shown,
    print_indented,
    print_text,
    stop_on_errors,
    to_stderr,
    words,
)
from scharrel.cli.writing import writing_in
from scharrel.core.names import COOP_ID

if TYPE_CHECKING:
    from scharrel.ledger.books import Books
    from scharrel.operations.vat import VatBooked
    from scharrel.treasury.vat_return import VatReturn

_PERIOD = typer.Argument(metavar=words("metavar.period"), help=words("help.vat-period"), show_default=False)
_FORMAT = typer.Option("--format", metavar=words("metavar.format"), help=words("help.vat-format"))
_BOOK = typer.Option("--book", help=words("help.vat-book"))


def command(
    period: Annotated[str, _PERIOD],
    as_json: Annotated[bool, JSON] = False,
    book: Annotated[bool, _BOOK] = False,
    form: Annotated[str | None, _FORMAT] = None,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.operations.opening import open_books
    from scharrel.operations.vat import book_vat, vat_of

    asked = read_period(period)
    if form is not None:
        require_format(form)
    if asked.first.first_day > today():
        fail(words("error.vat-ahead", period=period), status=2)
    if book and asked.last.last_day >= today():
        fail(words("error.vat-not-over", period=period, day=words.day(asked.last.last_day)), status=2)
    where = open_coop(coop)
    with writing_in(where, "vat", alone=book):
        books = open_books(where)
        found = vat_of(books, asked)
        stop_on_errors(found.problems)
        booked = book_vat(books, found, today()) if book else None
    if booked:
        stop_on_errors(booked.problems)
    if as_json:
        print_json(_as_plain(found))
    else:
        _show(books, found, booked)
    if form:
        printed = open_books(where) if booked and booked.path else books
        path = _print(printed, vat_of(printed, asked), form)
        to_stderr(words("vat.printed", path=path_shown(path)))


def _print(books: "Books", found: "VatReturn", form: str) -> Path:
    """The return on paper, among the statements."""
    from scharrel.cli.paper import paper_of
    from scharrel.operations.vat import vat_paper

    at = f"{found.period}/vat.{form}"
    _, path = paper_of(
        books, "vat", found.period.last, form, lambda order: vat_paper(books, found, order), at
    )
    assert path
    return path


def _as_plain(found: "VatReturn") -> dict[str, Any]:
    """The return as other programs read it."""
    from scharrel.treasury.vat import INPUT_BOX
    from scharrel.treasury.vat_return import deadline, owed

    boxes: dict[str, Any] = {
        box: {
            "base": there.base,
            "vat": there.vat,
            "filed_base": there.filed.base,
            "filed_vat": there.filed.vat,
            "bookings": [
                {"file": b.file, "line": b.line, "holder": b.holder or COOP_ID, "base": b.base, "vat": b.vat}
                for b in there.behind
            ],
        }
        for box in found.shown
        for there in [found.boxes[box]]
    }
    back = boxes.pop(INPUT_BOX)
    (exact_due, exact_back), (due, whole_back) = found.exact, found.whole
    boxes["5a"] = {"vat": exact_due, "filed_vat": due}
    boxes[INPUT_BOX] = back
    boxes["5g"] = {"vat": exact_due - exact_back, "filed_vat": due - whole_back}
    return {
        "period": found.period,
        "boxes": boxes,
        "questions": [
            {"file": asked.file, "line": asked.line, "message": words.problem(asked)}
            for asked in found.questions
        ],
        "deadline": deadline(found.period),
        "filed": [one.file for one in found.filed],
        "changed": [
            {"period": period, "vat": sum(map(owed, rows))} for period, rows in found.changed.items()
        ],
        "kor": found.kor,
    }


def _show(books: "Books", found: "VatReturn", booked: "VatBooked | None") -> None:
    from scharrel.text.vat import (
        behind_lines,
        box_lines,
        deadline_line,
        note_lines,
        question_lines,
        return_title,
    )

    screen = console()
    print_text(screen, return_title(words, found.period), style="bold")
    for line in deadline_line(words, found.period):
        print_text(screen, line)
    screen.print()
    for line in box_lines(words, found, screen.width):
        screen.print(line, soft_wrap=True)
    screen.print()
    for line in (*question_lines(words, found.questions, screen.width), *note_lines(words, found)):
        print_indented(screen, line)
    if booked and booked.path:
        print_text(screen, words("vat.booked", file=books.coop.shown(booked.path)))
        return
    if booked:
        print_text(screen, words("vat.nothing-new"))
        return
    behind = [*behind_lines(words, found, books.names, screen.width)]
    if behind:
        print_text(screen, words("vat.exact"), style="dim")
    for heading, lines in behind:
        screen.print()
        print_text(screen, heading, style="bold")
        for line in lines:
            screen.print(line, style="dim", soft_wrap=True)
