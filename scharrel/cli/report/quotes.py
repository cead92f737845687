"""scharrel report quotes: what was offered to customers, and what became of it."""

from itertools import groupby
from pathlib import Path
from typing import Annotated

from scharrel.checks.across import across_of, with_others
from scharrel.checks.treasury import read_all_ledgers
from scharrel.cli.arguments import open_coop, require_members, today
from scharrel.cli.as_csv import check_csv_form, print_csv
from scharrel.cli.as_json import fields, print_json
from scharrel.cli.options import COOP, CSV, JSON, MEMBERS
from scharrel.cli.screen import console, print_text, stop_on_errors, words
from scharrel.operations.opening import open_books
from scharrel.reports.quotes import NAMES_ON_QUOTES, TEXT_COLUMNS, quote_rows, quote_sentences, quote_statuses
from scharrel.text.table import columns
from scharrel.text.words import visible

_COLUMNS = (
    "number", "date", "customer", "member", "amount", "invoiced", "owed", "state", "place",
)  # fmt: skip


def command(
    member: Annotated[list[str] | None, MEMBERS] = None,
    as_json: Annotated[bool, JSON] = False,
    as_csv: Annotated[str | None, CSV] = None,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    check_csv_form(as_csv, json=as_json)
    books = open_books(open_coop(coop))
    require_members(books, member)
    ledgers, problems = read_all_ledgers(books, today())
    found_across = (across_of(books, holder, ledger) for holder, ledger in ledgers.items())
    stop_on_errors(list(with_others(books, problems, found_across, today())))
    found = quote_statuses({h: ledger for h, ledger in ledgers.items() if not member or h in member})
    if as_json or as_csv:
        rows = [
            {
                "number": s.quote.number,
                "date": s.quote.day,
                "customer": s.quote.customer,
                "member": s.holder,
                "amount": s.quote.amount,
                **fields(s, "invoiced", "owed", "state"),
                "place": ledgers[s.holder].text.where(s.quote.line),
            }
            for s in found
        ]
        if as_csv:
            print_csv(as_csv, _COLUMNS, rows)
        else:
            print_json({"quotes": rows})
        return
    screen = console()
    screen.out(f"{words('quotes.title')} · {visible(books.title)}", style="bold")
    if not found:
        print_text(screen, words("quotes.none"))
        return
    heading, *lines = columns(quote_rows(words, found), TEXT_COLUMNS, screen.width, NAMES_ON_QUOTES)
    for holder, of_holder in groupby(zip(found, lines, strict=True), lambda pair: pair[0].holder):
        screen.out("\n" + visible(books.names[holder]), style="bold")
        screen.out(heading, style="dim")
        screen.out("\n".join(line for _, line in of_holder))
    screen.print()
    for sentence in quote_sentences(words, found):
        print_text(screen, sentence)
    print_text(screen, words("quotes.means"), style="dim")
