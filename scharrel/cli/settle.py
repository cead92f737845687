"""scharrel settle: the definitive figures of a year or a quarter beside what its months booked."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scharrel.cli.arguments import group_of, open_coop, read_period, today
from scharrel.cli.as_json import fields, print_json
from scharrel.cli.options import COOP, JSON
from scharrel.cli.screen import console, fail, print_indented, print_text, progress_bar, stop_on_errors, words
from scharrel.cli.writing import writing_in
from scharrel.core.month import Month
from scharrel.core.period import Period
from scharrel.core.settling import ends, packs_in, settled_steps
from scharrel.text.periods import period_name

if TYPE_CHECKING:
    from scharrel.ledger.books import Books

_PERIOD = typer.Argument(metavar=words("metavar.period"), help=words("help.settle-period"))
_MEMBER = typer.Option("--member", metavar="ID", help=words("help.settle-member"))


def command(
    period: Annotated[str, _PERIOD],
    member: Annotated[str, _MEMBER],
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    # What makes documents is loaded when it runs, so that help comes at once.
    from scharrel.checks.books import in_books
    from scharrel.operations.allocate import allocate_all
    from scharrel.operations.opening import open_books
    from scharrel.operations.statements import state_all
    from scharrel.statements.making import Order
    from scharrel.statements.pdf import typesetters_world
    from scharrel.text.changes import settlement_lines

    settled = read_period(period, ("quarter", "year"))
    where = open_coop(coop)
    with writing_in(where, "settle"):
        books = open_books(where)
        stop_on_errors(in_books(books, group_of(books, member), today()))
        booked_in = _booked_in(books, settled, member)
        kind = "settlement" if settled.span == "year" else "quarter"
        only = frozenset({member})
        with typesetters_world() as world, progress_bar(words("progress.stating")) as progress:
            booked = allocate_all(books, booked_in, only, today(), write=True, whole=False, progress=progress)
            stop_on_errors(booked.problems)
            target = where.statements / str(settled.last)
            order = Order(
                settled.last, (kind,), "pdf", words.lang, only, today(), where.templates, world
            )  # fmt: skip
            done = state_all(books, order, target, progress)
    stop_on_errors(done.problems)
    path = target / kind / f"{member}.pdf"
    if as_json:
        settling = [c for _, c in booked.corrections if c.settles and settled.covers(c.of)]
        rows = [fields(c, "of", "pack", "step", "account", "was", "becomes") for c in settling]
        file = where.shown(path)
        print_json({"period": settled, "member": member, "booked_in": booked_in, "steps": rows, "file": file})
        return
    screen = console()
    for line in settlement_lines(words, books, settled, booked.corrections):
        print_indented(screen, line)
    print_text(screen, words("settle.done", path=where.shown(path)))


def _booked_in(books: "Books", period: Period, member: str) -> Month:
    """The first open month, if something is definitive about the period; otherwise it says what is needed."""
    who = books.holders[member]
    if books.closed and who.settlement(period):
        return books.closed.plus(1)
    packs = packs_in(who, books.packs, period)
    if period.span == "quarter" and packs and not any(pack.settled == "quarter" for pack in packs):
        values = {"name": who.name, "member": member, "year": period.first.year}
        fail(words("error.no-quarter", period=str(period), **values), status=1)
    last = ends(who, period)
    if books.closed is None or books.closed < last:
        fail(words("error.settlement-open", period=str(period), month=str(last)), status=1)
    steps = [step for pack in packs for step in settled_steps(pack, period)]
    name = period_name(words, period)
    fail(
        words(
            "error.no-settlement",
            name=who.name,
            period=name,
            line=f'{today()} custom "settlement" "{member}" "{period}"',
            source=words(f"period.source-{period.span}", period=name),
            step=steps[0] if steps else "tax",
        ),
        status=1,
    )
