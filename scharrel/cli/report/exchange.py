"""scharrel report exchange: the yearly list of what members did for each other, and their balances."""

import re
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from scharrel.cli.context import (
    console,
    fail,
    open_coop,
    print_json,
    require_members,
    say,
    stop_on_errors,
    today,
    words,
)
from scharrel.cli.options import COOP, JSON, LANG, MEMBERS
from scharrel.core.barter import Balance, Exchange, balances

_YEAR = typer.Argument(
    metavar=f"[{words('metavar.year')}]",
    help=words("help.report-exchange-year"),
    show_default=False,
)
_FORMAT = typer.Option("--format", metavar=words("metavar.format"), help=words("help.report-exchange-format"))
_FORMATS = ("txt", "csv")


def exchange(
    year: Annotated[str | None, _YEAR] = None,
    member: Annotated[list[str] | None, MEMBERS] = None,
    form: Annotated[str, _FORMAT] = "txt",
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
    lang: Annotated[str | None, LANG] = None,  # noqa: ARG001 (read before the command line is)
) -> None:
    from scharrel.checks.barter import all_exchanges, both_problems
    from scharrel.checks.members import read_ledgers
    from scharrel.operations.opening import open_books

    if form not in _FORMATS:
        fail(words("error.format", form=form, forms=", ".join(_FORMATS)), status=2)
    if year is not None and not re.fullmatch("20[0-9]{2}", year):
        fail(words("error.year", text=year), status=2)
    books = open_books(open_coop(coop))
    require_members(books, member)
    now = today()
    people = [member.id for member in books.members.values() if member.person]
    ledgers, problems = read_ledgers(books, people, now)
    stop_on_errors([*problems, *both_problems(books.members, ledgers)])
    found = all_exchanges(ledgers)
    asked = int(year) if year else max((e.day.year for e in found), default=now.year)
    only = frozenset(member or ())
    shown = [e for e in found if e.day.year == asked and (not only or only & {e.giver, e.taker})]
    standing = [b for b in balances(found, asked) if not only or b.member in only]
    places = {e: f"{books.coop.shown(books.coop.ledger(e.giver))}:{e.line}" for e in shown}
    if as_json:
        print_json(
            {
                "year": asked,
                "exchanges": [
                    {
                        "date": str(e.day), "giver": e.giver, "taker": e.taker, "what": e.text,
                        "amount": _plain(e.amount), "commodity": e.commodity, "booking": places[e],
                    }
                    for e in shown
                ],
                "balances": [
                    {
                        "member": b.member, "commodity": b.commodity, "start": _plain(b.start),
                        "given": _plain(b.given), "taken": _plain(b.taken), "end": _plain(b.end),
                    }
                    for b in standing
                ],
            }
        )  # fmt: skip
    elif form == "csv":
        _csv(shown, places)
    else:
        names = {m.id: m.name for m in books.members.values()}
        _show(
            f"{words('exchange.title', year=asked)} · {books.title}", names, shown, standing, whole=not only
        )


def _plain(amount: Decimal) -> str:
    """The quantity as programs read it, without zeros that say nothing."""
    return format(amount.normalize() + 0, "f")


def _csv(shown: Sequence[Exchange], places: Mapping[Exchange, str]) -> None:
    import csv

    from scharrel.text.words import visible

    write = csv.writer(sys.stdout, lineterminator="\n").writerow
    write(words(f"exchange.{key}") for key in ("day", "giver", "taker", "what", "amount", "unit", "booking"))
    for e in shown:
        text = visible(e.text)
        # A spreadsheet would take such a text for a formula.
        text = f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
        write((e.day, e.giver, e.taker, text, _plain(e.amount), e.commodity, places[e]))


def _show(
    title: str,
    names: Mapping[str, str],
    shown: Sequence[Exchange],
    standing: Sequence[Balance],
    *,
    whole: bool,
) -> None:
    from scharrel.text.exchanges import balance_rows, exchange_rows
    from scharrel.text.table import columns
    from scharrel.text.words import visible

    screen = console()
    screen.out(visible(title), style="bold")
    if not shown:
        say(screen, words("exchange.none"))
    else:
        heading, *lines = columns(exchange_rows(words, names, shown), (0, 1, 2, 3), screen.width)
        screen.out(heading, style="dim")
        screen.out("\n".join(lines))
    for unit in dict.fromkeys(b.commodity for b in standing):
        of_unit = [b for b in standing if b.commodity == unit]
        screen.out("\n" + words("exchange.balances", unit=visible(unit)), style="bold")
        rows = balance_rows(words, names, of_unit, whole=whole)
        heading, *lines = columns(rows, (0,), screen.width)
        screen.out(heading, style="dim")
        screen.out("\n".join(lines))
    if standing:
        screen.print()
        say(screen, words("exchange.means"))
    say(screen, words("exchange.outside"), style="dim")
