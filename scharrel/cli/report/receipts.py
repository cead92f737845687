"""scharrel report receipts: which receipts may go, which are missing, and which no booking names."""

from pathlib import Path
from typing import Annotated, Any

from scharrel.checks.across import across_of, with_others
from scharrel.checks.treasury import read_all_ledgers
from scharrel.cli.arguments import open_coop, today
from scharrel.cli.as_csv import check_csv_form, print_csv
from scharrel.cli.as_json import print_json
from scharrel.cli.options import COOP, CSV, JSON
from scharrel.cli.screen import console, print_text, stop_on_errors, words
from scharrel.core.money import plain
from scharrel.core.receipt_files import RETENTION
from scharrel.operations.opening import open_books
from scharrel.reports.receipts import receipts_report


def command(
    as_json: Annotated[bool, JSON] = False,
    as_csv: Annotated[str | None, CSV] = None,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    check_csv_form(as_csv, json=as_json)
    books = open_books(open_coop(coop))
    ledgers, problems = read_all_ledgers(books, today())
    across = [across_of(books, holder, ledger) for holder, ledger in ledgers.items()]
    stop_on_errors(list(with_others(books, problems, across, today())))
    found = receipts_report(books, [entry for one in across for entry in one.receipts], today())
    if as_json or as_csv:
        missing = [
            {"file": one.file, "line": one.line, "holder": one.holder, "date": one.day, "receipt": one.name}
            for one in found.missing
        ]
        may_go = [{"receipt": name, "year": year} for name, year in found.may_go]
        parts: dict[str, list[Any]] = {"may_go": may_go, "unnamed": list(found.unnamed), "missing": missing}
        if as_csv:
            of_parts = parts | {"unnamed": [{"receipt": name} for name in found.unnamed]}
            rows = ({"part": part, **row} for part, of in of_parts.items() for row in of)
            print_csv(as_csv, ("part", "receipt", "year", "file", "line", "holder", "date"), rows)
        else:
            print_json(parts)
        return
    screen = console()
    screen.out(words("receipts.title"), style="bold")
    print_text(screen, words("receipts.may-go" if found.may_go else "receipts.none-may-go", years=RETENTION))
    for name, year in found.may_go:
        screen.out(f"  {year}  receipts/{name}")
    if found.may_go:
        print_text(screen, words("receipts.land"))
    if found.unnamed:
        print_text(screen, words("receipts.unnamed"))
    for name in found.unnamed:
        screen.out(f"  receipts/{name}")
    if found.missing:
        print_text(screen, words("receipts.missing"))
    for one in found.missing:
        paper = f"receipts/{one.name}" if one.name else words("receipts.no-name", amount=plain(one.cost))
        screen.out(f"  {one.file}:{one.line}  {paper}")
