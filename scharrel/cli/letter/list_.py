"""scharrel letter list: which of the municipality's letters say something else than the books."""

import csv
import sys
from pathlib import Path
from typing import Annotated

import typer

from scharrel.cli.arguments import open_coop, today
from scharrel.cli.as_json import fields, print_json
from scharrel.cli.options import COOP, JSON
from scharrel.cli.report.common import show_table
from scharrel.cli.screen import console, print_text, stop_on_errors, words
from scharrel.core.money import plain
from scharrel.operations.opening import open_books
from scharrel.operations.specifications import open_letters

_CSV = typer.Option("--csv", help=words("help.letter-csv"))
CSV_COLUMNS = ("member", "month", "since", "day", "amount", "objection_until")


def command(
    as_json: Annotated[bool, JSON] = False,
    as_csv: Annotated[bool, _CSV] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    books = open_books(open_coop(coop))
    found, problems = open_letters(books, today())
    stop_on_errors(problems)
    if as_json:
        about = ("member", "month", "day", "objection_until")
        print_json({"letters": [{**fields(o.letter, *about), **fields(o, "since", "amount")} for o in found]})
        return
    if as_csv:
        write = csv.writer(sys.stdout, lineterminator="\n").writerow
        write(CSV_COLUMNS)
        for each in found:
            letter, amount = each.letter, plain(each.amount)
            write((letter.member, letter.month, each.since, letter.day, amount, letter.objection_until))
        return
    screen = console()
    print_text(screen, words("specification.list.title", coop=books.title), style="bold")
    if not found:
        print_text(screen, words("specification.list.none"))
        return
    rows = [[words(f"specification.list.{key}") for key in ("name", "month", "since", "amount", "until")]]
    for each in found:
        until = words.day(each.letter.objection_until)
        if each.letter.objection_until < today():
            until = words("specification.list.over", day=until)
        month, since = words.month(each.letter.month), words.day(each.since)
        rows.append([each.name, month, since, words.amount(each.amount), until])
    show_table(screen, rows, (0, 1, 2, 4))
    screen.print()
    print_text(screen, words("specification.list.means"), style="dim")
