"""scharrel letter add: what the municipality's specification says, by options, or asked for at a terminal."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scharrel.cli.arguments import (
    amount_or_why,
    day_or_why,
    fail_without_month,
    month_or_why,
    open_coop,
    read_amount,
    read_day,
    read_month,
    require_members,
    today,
)
from scharrel.cli.asking import StoppedAsking, ask
from scharrel.cli.options import COOP
from scharrel.cli.screen import console, fail, print_indented, print_text, stop_on_errors, with_near, words
from scharrel.cli.writing import writing_in
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.names import nearest
from scharrel.core.specifications import BENEFIT, EXEMPT, HOLIDAY, OFFSET, REPORTED, SPECIFIED, Specification

if TYPE_CHECKING:
    from scharrel.ledger.books import Books

_MEMBER = typer.Argument(
    metavar=f"[{words('metavar.member')}]", help=words("help.letter-member"), show_default=False
)
_MONTH = typer.Argument(
    metavar=f"[{words('metavar.month')}]", help=words("help.letter-month"), show_default=False
)


def _option(name: str, metavar: str = "EUR") -> object:
    return typer.Option(f"--{name}", metavar=metavar, help=words(f"help.letter-{name}"))


def command(
    member: Annotated[str | None, _MEMBER] = None,
    month: Annotated[str | None, _MONTH] = None,
    day: Annotated[str | None, _option("date", words("metavar.date"))] = None,
    reported: Annotated[str | None, _option("reported")] = None,
    exempt: Annotated[str | None, _option("exempt")] = None,
    offset: Annotated[str | None, _option("offset")] = None,
    benefit: Annotated[str | None, _option("benefit")] = None,
    holiday: Annotated[str | None, _option("holiday")] = None,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.operations.opening import open_books
    from scharrel.operations.specifications import add_letter

    where = open_coop(coop)
    books = open_books(where)
    stop_on_errors(books.problems)
    if member is None:
        if not sys.stdin.isatty():
            fail(words("error.letter-terminal"), status=2)
        letter = _asked(books)
    else:
        require_members(books, [member])
        if month is None:
            fail(words("error.letter-month", member=member), status=2)
        about = read_month(month)
        if not books.holders[member].active(about):
            fail_without_month(books.holders[member], about)
        if day is None:
            fail(words("error.letter-no-date"), status=2)
        if wrong := _wrong_date(day, about):
            fail(wrong, status=2)
        said = {REPORTED: reported, EXEMPT: exempt, OFFSET: offset, BENEFIT: benefit, HOLIDAY: holiday}
        amounts = {name: read_amount(text) for name, text in said.items() if text is not None}
        if not amounts:
            fail(words("error.letter-no-amount"), status=2)
        letter = Specification(read_day(day), 1, member, about, amounts)
    with writing_in(where, "letter add"):
        problems = add_letter(open_books(where), letter)
    if problems:
        fail(words.problem(problems[0]), status=2)
    values = {"day": words.day(letter.day), "month": words.month(letter.month)}
    print_text(console(), words("specification.added", **values, path=where.shown(where.register)))
    print_text(console(), words("specification.next", member=letter.member, month=letter.month))


def _wrong_date(text: str, month: Month) -> str:
    """What is wrong with the date of a letter about the month; empty if nothing is."""
    day, wrong = day_or_why(text)
    if day is None:
        return wrong
    if day > today():
        return words("error.letter-date", text=text)
    if day < month.first_day:
        return words("problem.specification-early", day=words.day(day), month=words.month(month))
    return ""


def _asked(books: "Books") -> Specification:
    print_indented(console(), words("specification.ask.how"))
    known = [member.id for member in books.holders.values() if member.person]
    member = _ask(words("specification.ask.member"), lambda said: _wrong_member(said, known), known)
    holder = books.holders[member]
    said = _ask(words("specification.ask.month"), lambda said: _wrong_month(books, member, said))
    month = read_month(said)
    print_indented(console(), f"  {holder.name}, {words.month(month)}")
    day = _ask(words("specification.ask.date"), lambda said: _wrong_date(said, month))
    while True:
        amounts = {}
        for name in SPECIFIED:
            if text := _ask(f"{words(f'specification.amount.{name}')}?", _wrong_amount):
                amounts[name] = read_amount(text)
        if amounts:
            return Specification(read_day(day), 1, member, month, amounts)
        print_indented(console(), f"  {words('error.letter-no-amount')}")


def _wrong_member(said: str, known: list[str]) -> str:
    if said in known:
        return ""
    near = nearest(said, known)
    return with_near(words("error.no-member", member=said), near, words("otherwise.no-member"))


def _wrong_month(books: "Books", member: str, said: str) -> str:
    month, wrong = month_or_why(said)
    if month is None:
        return wrong
    if not books.holders[member].active(month):
        return words("problem.specification-outside", member=member, month=words.month(month))
    return ""


def _wrong_amount(said: str) -> str:
    amount, wrong = amount_or_why(said) if said else (ZERO, "")
    return words("error.amount", text=said) if amount and amount < 0 else wrong


def _ask(prompt: str, wrong: Callable[[str], str], choices: Sequence[str] = ()) -> str:
    """An answer with which nothing is wrong; whoever stops has written nothing."""
    while True:
        try:
            said = ask(prompt, choices)
        except StoppedAsking:
            raise SystemExit(1) from None
        if not (message := wrong(said)):
            return said
        print_indented(console(), f"  {message}")
