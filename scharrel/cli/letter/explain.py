"""scharrel letter explain: why the municipality's letter says something else, and a letter to be signed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from scharrel.cli.arguments import fail_without_month, group_of, open_coop, read_month, today
from scharrel.cli.as_json import fields, nonempty, print_json
from scharrel.cli.options import COOP, JSON
from scharrel.cli.report.common import show_table
from scharrel.cli.screen import console, fail, print_indented, print_text, stop_on_errors, words
from scharrel.core.specifications import at_stake
from scharrel.operations.opening import open_books
from scharrel.operations.specifications import ExplainedLetter, explain_letter, letters_about
from scharrel.text.grounds import notices
from scharrel.text.periods import provisional
from scharrel.text.specifications import (
    SaidMistake,
    amount_rows_of,
    consequence,
    said_mistakes,
    verdict,
)
from scharrel.text.words import visible

_MEMBER = typer.Argument(metavar=words("metavar.member"), help=words("help.letter-member"))
_MONTH = typer.Argument(metavar=words("metavar.month"), help=words("help.letter-month"))
_DRAFT = typer.Option("--draft", metavar=words("metavar.file"), help=words("help.letter-draft"))


def command(
    member: Annotated[str, _MEMBER],
    month: Annotated[str, _MONTH],
    draft: Annotated[Path | None, _DRAFT] = None,
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    asked = read_month(month)
    where = open_coop(coop)
    books = open_books(where)
    group = group_of(books, member)
    who = books.holders[member]
    stop_on_errors(books.problems)
    if not who.active(asked):
        fail_without_month(who, asked)
    about = letters_about(books, member, asked)
    if not about:
        values = {"name": who.name, "member": member, "month": words.month(asked), "text": asked}
        fail(words("error.no-letter", **values), status=2)
    found, problems = explain_letter(books, group, about[-1], today())
    stop_on_errors(problems)
    assert found is not None
    register = where.shown(where.register)
    said = [
        said_mistakes(words, who, found.month, found.ledger, books.chart, register, each)
        for each in found.found
    ]
    if draft is not None:
        _write(books, found, said, draft)
    if as_json:
        print_json(_plain(found, said, register))
        return
    _show(found, said, len(about))
    if draft is not None:
        print_text(console(), words("specification.drafted", path=draft))
    elif found.more and not found.as_reported:
        print_text(console(), words("specification.draft-how", member=member, month=asked))


def _write(books: Any, found: ExplainedLetter, said: Sequence[Sequence[SaidMistake]], path: Path) -> None:
    """The letter to the municipality."""
    from scharrel.cli.writing import writing_in
    from scharrel.operations.objection import write_objection

    if not found.more or found.as_reported:
        fail(words("error.letter-right"), status=2)
    if path.suffix not in (".pdf", ".txt"):
        fail(words("error.draft-form", path=path), status=2)
    if path.exists():
        fail(words("error.draft-exists", path=path), status=2)
    with writing_in(books.coop, "letter explain", alone=False):
        stop_on_errors(write_objection(words, books, found, said, today(), path))


def _show(found: ExplainedLetter, said: Sequence[Sequence[SaidMistake]], count: int) -> None:
    screen = console()
    letter = found.letter
    values = {"name": found.member.name, "month": words.month(letter.month), "day": words.day(letter.day)}
    print_text(screen, words("specification.title", **values), style="bold")
    for notice in notices(words, found.member, [found.month.pack]):
        print_text(screen, notice)
    if count > 1:
        print_text(screen, words("specification.older", count=count))
    if late := provisional(words, found.month):
        print_text(screen, late)
    heads = [words(f"specification.head.{key}") for key in ("amount", "letter", "books", "more")]
    rows = list(amount_rows_of(words, letter, found.books))
    show_table(screen, [heads, *rows])
    if any(not row[2] for row in rows):
        print_text(screen, words("specification.unknown"), style="dim")
    screen.print()
    if found.as_reported:
        print_text(screen, words("specification.as-reported"))
        return
    print_text(screen, verdict(words, letter, found.books, found.found), style="bold")
    for number, mistakes in enumerate(said, 1):
        if len(said) > 1:
            screen.print()
            print_text(screen, words("specification.way", number=number), style="bold")
        for mistake in mistakes:
            _show_mistake(screen, mistake)
    if found.more:
        screen.print()
        for sentence in consequence(words, letter, found.more, today()):
            print_text(screen, sentence)


def _show_mistake(screen: Any, mistake: SaidMistake) -> None:
    print_indented(screen, f" - {mistake.sentence}")
    for ground in mistake.grounds:
        print_text(screen, ground, "   ", style="dim")
    for booking in mistake.bookings:
        said = f"{words.day(booking.day)}  {words.money(booking.amount)}  {visible(booking.text)}"
        screen.print(f"   - {said}", style="dim", soft_wrap=True)
        screen.print(f"     {booking.where}", style="dim", soft_wrap=True)


def _plain(found: ExplainedLetter, said: Sequence[Sequence[SaidMistake]], register: str) -> dict[str, Any]:
    """The letter, the books and what explains the difference, as programs read it."""
    letter = found.letter
    return {
        **fields(letter, "member", "month", "day", "objection_until"),
        "directive": f"{register}:{letter.line}",
        "pack": found.month.pack.id,
        **nonempty(provisional=found.month.provisional and found.month.period),
        "letter": letter.amounts,
        "books": found.books,
        "difference": found.more,
        "at_stake": at_stake(found.more),
        "agrees": not found.more if set(letter.amounts) & set(found.books) else None,
        "as_reported": bool(found.as_reported),
        "explanations": [
            [
                {
                    **fields(deviation, "code", "name", "amount"),
                    **fields(mistake, "sentence", "grounds"),
                    "bookings": [each._asdict() for each in mistake.bookings],
                }
                for deviation, mistake in zip(explanation.deviations, mistakes, strict=True)
            ]
            for explanation, mistakes in zip(found.found, said, strict=True)
        ],
    }
