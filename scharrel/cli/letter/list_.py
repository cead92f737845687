"""scharrel letter list: which of the municipality's letters say something else than the books."""

from pathlib import Path
from typing import Annotated

from scharrel.cli.arguments import open_coop, today
from scharrel.cli.as_csv import check_csv_form, print_csv
from scharrel.cli.as_json import fields, print_json
from scharrel.cli.options import COOP, CSV, JSON
from scharrel.cli.report.common import show_table
from scharrel.cli.screen import console, print_text, stop_on_errors, words
from scharrel.operations.opening import open_books
from scharrel.operations.specifications import open_letters

_COLUMNS = ("member", "month", "day", "since", "amount", "objection_until")


def command(
    as_json: Annotated[bool, JSON] = False,
    as_csv: Annotated[str | None, CSV] = None,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    check_csv_form(as_csv, json=as_json)
    books = open_books(open_coop(coop))
    found, problems = open_letters(books, today())
    stop_on_errors(problems)
    if as_json or as_csv:
        about = ("member", "month", "day", "objection_until")
        rows = [{**fields(each.letter, *about), **fields(each, "since", "amount")} for each in found]
        if as_csv:
            print_csv(as_csv, _COLUMNS, rows)
        else:
            print_json({"letters": rows})
        return
    screen = console()
    print_text(screen, words("specification.list.title", coop=books.title), style="bold")
    if not found:
        print_text(screen, words("specification.list.none"))
        return
    table = [[words(f"specification.list.{key}") for key in ("name", "month", "since", "amount", "until")]]
    for each in found:
        until = words.day(each.letter.objection_until)
        if each.letter.objection_until < today():
            until = words("specification.list.over", day=until)
        month, since = words.month(each.letter.month), words.day(each.since)
        table.append([each.name, month, since, words.amount(each.amount), until])
    show_table(screen, table, (0, 1, 2, 4))
    screen.print()
    print_text(screen, words("specification.list.means"), style="dim")
