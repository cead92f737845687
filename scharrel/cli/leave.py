"""scharrel member leave: a membership ends with a month, and what it leaves open."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scharrel.cli.arguments import fail_without_month, open_coop, read_month, require_members, today
from scharrel.cli.options import COOP, DRY_RUN
from scharrel.cli.screen import console, fail, print_indented, print_text, stop_on_errors, words
from scharrel.cli.writing import writing_in
from scharrel.core.month import Month

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scharrel.ledger.books import Books
    from scharrel.operations.leave import Leaving

_MEMBER = typer.Argument(metavar=words("metavar.member"), help=words("help.member-leave-id"))
_MONTH = typer.Argument(metavar=words("metavar.month"), help=words("help.member-leave-month"))


def command(
    member: Annotated[str, _MEMBER],
    month: Annotated[str, _MONTH],
    dry_run: Annotated[bool, DRY_RUN] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.operations.leave import leave
    from scharrel.operations.opening import open_books

    asked = read_month(month, ahead=True)
    where = open_coop(coop)
    register = where.shown(where.register)
    with writing_in(where, "member leave", alone=not dry_run):
        books = open_books(where)
        require_members(books, [member])
        who = books.holders[member]
        if not who.person:
            fail(words("error.not-a-member", name=who.name), status=2)
        if books.closed and asked <= books.closed:
            values = {"month": words.month(asked), "open": words.month(books.closed.plus(1))}
            fail(words("error.leave-closed", **values), status=2)
        gone = who.departures()
        last = min((month for month in gone if month >= asked), default=None)
        if last := last or (None if who.active(asked) else max(gone, default=None)):
            said = who.said("left", last)
            values = {"name": who.name, "month": words.month(last), "path": register}
            fail(words("error.leaves-already", **values, line=said.line if said else 1), status=2)
        if not who.active(asked):
            fail_without_month(who, asked)
        done = leave(books, who, asked, today(), write=not dry_run)
    if after := [p for p in done.problems if p.code == "after-leaving"]:
        last_booked = max(after, key=lambda p: p.values["month"])
        month_booked = words.month(Month.parse(last_booked.values["month"]))
        place = f"{last_booked.file}:{last_booked.line}"
        fail(words("error.leave-bookings", name=who.name, month=month_booked, place=place), status=2)
    stop_on_errors(list(done.problems))
    screen = console()
    values = {"name": who.name, "month": words.month(asked), "path": register}
    key = "leave.would" if dry_run else "leave.done"
    print_text(screen, words(key, **values, first=done.first, last=done.last))
    later = "-later" if asked.last_day >= today() else ""
    if still := [*_open(books, done)]:
        print_text(screen, words(f"leave.open{later}"))
        for line in still:
            print_indented(screen, f"  {line}")
    print_text(screen, words(f"leave.next{later}", month=str(asked), name=words.month(asked)))
    if not dry_run:
        print_text(screen, words("leave.undo", path=register))


def _open(books: "Books", done: "Leaving") -> "Iterator[str]":
    """What the membership leaves open."""
    from scharrel.text.accounts import account_name
    from scharrel.text.sentences import left_open

    assert done.allocation
    for name, amount in left_open(words, done.allocation):
        key = "paper.left_open_line" if amount > 0 else "paper.left_open_back"
        yield words(key, label=name, amount=words.money(abs(amount)))
    for account, amount in done.pots.items():
        yield words(
            "leave.pot", account=account_name(words, books.chart, account), amount=words.money(amount)
        )
    if done.in_hand:
        key = "in-hand" if done.in_hand > 0 else "laid-out"
        yield words(f"leave.{key}", amount=words.money(abs(done.in_hand)))
    for one in done.invoices:
        key = "invoice" if one.number else "draft"
        yield words(f"leave.{key}", number=one.number, amount=words.money(one.open))
