"""scharrel settle: the definitive figures of a year beside what its months booked."""

import re
from pathlib import Path
from typing import Annotated

import typer

from scharrel.cli.context import (
    console,
    fail,
    open_coop,
    progress_bar,
    require_members,
    stop_on_errors,
    today,
    words,
    writing_in,
)
from scharrel.cli.options import COOP, LANG
from scharrel.core.month import Month

_YEAR = typer.Argument(metavar="YEAR", help=words("help.settle-year"))
_MEMBER = typer.Option("--member", metavar="ID", help=words("help.settle-member"))


def settle(
    year: Annotated[str, _YEAR],
    member: Annotated[str, _MEMBER],
    coop: Annotated[Path | None, COOP] = None,
    lang: Annotated[str | None, LANG] = None,  # noqa: ARG001 (read before the command line is)
) -> None:
    from scharrel.allocating import allocate_all
    from scharrel.files.gather import read_books
    from scharrel.statements.making import Order
    from scharrel.statements.pdf import typesetters_world
    from scharrel.stating import state_all
    from scharrel.text.changes import settlement_lines

    if not re.fullmatch("20[0-9]{2}", year):
        fail(words("error.year", text=year), status=2)
    where = open_coop(coop)
    with writing_in(where, "settle"):
        books = read_books(where)
        require_members(books, [member])
        stop_on_errors(books.problems)
        december = Month(int(year), 12)
        if books.closed is None or books.members[member].settlement(december.year) is None:
            if books.closed is None or books.closed < december:
                fail(words("error.settlement-open", year=year, month=str(december)), status=1)
            line = f'{today()} custom "settlement" "{member}" "{year}"'
            fail(
                words("error.no-settlement", name=books.members[member].name, year=year, line=line), status=1
            )
        booked_in = books.closed.plus(1)
        only = frozenset({member})
        with typesetters_world() as world, progress_bar(words("progress.stating")) as progress:
            booked = allocate_all(books, booked_in, only, today(), write=True, whole=False, progress=progress)
            stop_on_errors(booked.problems)
            target = where.statements / str(december)
            order = Order(december, ("settlement",), "pdf", words.lang, only, today(), where.templates, world)
            done = state_all(books, order, target, progress)
    stop_on_errors(done.problems)
    screen = console()
    for line in settlement_lines(words, books, december.year, booked.corrections):
        screen.print(line, soft_wrap=True)
    path = target / "settlement" / f"{member}.pdf"
    screen.print(words("settle.done", path=where.shown(path)), soft_wrap=True)
