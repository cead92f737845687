"""scharrel report exchange: the yearly list of what members did for each other, and their balances."""

from pathlib import Path
from typing import Annotated

import typer

from scharrel.checks.barter import all_barter, both_problems
from scharrel.checks.members import read_ledgers
from scharrel.cli.arguments import choose, open_coop, read_year, require_members, today
from scharrel.cli.as_csv import check_csv_form, print_csv
from scharrel.cli.as_json import fields, print_json, trimmed
from scharrel.cli.options import COOP, CSV, JSON, MEMBERS
from scharrel.cli.report.common import show_table
from scharrel.cli.screen import console, print_text, stop_on_errors, words
from scharrel.operations.opening import open_books
from scharrel.reports.barter import balance_rows, barter_balances, barter_rows
from scharrel.text.words import unit_name, visible

_YEAR = typer.Argument(
    metavar=f"[{words('metavar.year')}]", help=words("help.report-exchange-year"), show_default=False
)
_FORMAT = typer.Option("--format", metavar=words("metavar.format"), help=words("help.report-exchange-format"))
_FORMATS = ("txt", "csv")
_COLUMNS = ("date", "giver", "taker", "what", "amount", "commodity", "booking")


def command(
    year: Annotated[str | None, _YEAR] = None,
    member: Annotated[list[str] | None, MEMBERS] = None,
    form: Annotated[str, _FORMAT] = "txt",
    as_json: Annotated[bool, JSON] = False,
    as_csv: Annotated[str | None, CSV] = None,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    choose(form, _FORMATS)
    check_csv_form(as_csv, json=as_json)
    asked = read_year(year)
    books = open_books(open_coop(coop))
    require_members(books, member)
    people = [member.id for member in books.holders.values() if member.person]
    ledgers, problems = read_ledgers(books, people, today())
    found = all_barter(ledgers)
    stop_on_errors([*problems, *both_problems(books, found)])
    asked = asked or max((b.day.year for b in found), default=today().year)
    only = frozenset(member or ())
    shown = [b for b in found if b.day.year == asked and (not only or only & {b.giver, b.taker})]
    balances = [b for b in barter_balances(found, asked) if not only or b.member in only]
    places = {b: ledgers[b.giver].text.where(b.line) for b in shown}
    rows = [
        {
            "date": b.day,
            **fields(b, "giver", "taker"),
            "what": b.text,
            "amount": trimmed(b.amount),
            "commodity": b.commodity,
            "booking": places[b],
        }
        for b in shown
    ]
    if as_json:
        print_json(
            {
                "year": asked,
                "exchanges": rows,
                "balances": [
                    fields(b, "member", "commodity")
                    | {key: trimmed(getattr(b, key)) for key in ("start", "given", "taken", "end")}
                    for b in balances
                ],
            }
        )
        return
    if as_csv or form == "csv":
        print_csv(as_csv or "en", _COLUMNS, rows)
        return
    names = {m.id: m.name for m in books.holders.values()}
    screen = console()
    screen.out(visible(f"{words('exchange.title', year=asked)} · {books.title}"), style="bold")
    if shown:
        show_table(screen, barter_rows(words, names, shown), (0, 1, 2, 3))
    else:
        print_text(screen, words("exchange.none"))
    for unit in dict.fromkeys(b.commodity for b in balances):
        screen.out("\n" + words("exchange.balances", unit=unit_name(words, unit)), style="bold")
        of_unit = [b for b in balances if b.commodity == unit]
        show_table(screen, balance_rows(words, names, of_unit, whole=not only))
    if balances:
        screen.print()
        print_text(screen, words("exchange.means"))
    print_text(screen, words("exchange.outside"), style="dim")
