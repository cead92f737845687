"""scharrel rules compare: what several rule packs would have left one member of a real period."""

from pathlib import Path
from typing import Annotated, Any

import typer

from scharrel.cli.arguments import open_coop, read_month, require_members, today
from scharrel.cli.as_json import fields, print_json
from scharrel.cli.options import COOP, JSON
from scharrel.cli.packs import named_pack
from scharrel.cli.report.common import show_table
from scharrel.cli.screen import console, fail, print_text, stop_on_errors, words
from scharrel.core.money import CENT
from scharrel.core.month import Month, months
from scharrel.operations.compare_packs import Comparison, compare_packs
from scharrel.operations.opening import open_books
from scharrel.text.sentences import fact_called
from scharrel.text.table import filled_bar
from scharrel.text.words import visible

_MEMBER = typer.Argument(metavar=words("metavar.member"), help=words("help.compare-member"))
_PACKS = typer.Argument(metavar=words("metavar.pack"), help=words("help.compare-packs"))
_FROM = typer.Option("--from", metavar=words("metavar.month"), help=words("help.report-from"))
_TO = typer.Option("--to", metavar=words("metavar.month"), help=words("help.report-to"))


def command(
    member: Annotated[str, _MEMBER],
    packs: Annotated[list[str] | None, _PACKS] = None,
    since: Annotated[str | None, _FROM] = None,
    until: Annotated[str | None, _TO] = None,
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    last = read_month(until) if until else Month.of(today()).plus(-1)
    first = read_month(since) if since else last.plus(-11)
    period = {"first": words.month(first), "last": words.month(last)}
    if first > last:
        fail(words("error.period", **period), status=2)
    books = open_books(open_coop(coop))
    require_members(books, [member])
    holder = books.holders[member]
    if not holder.person:
        fail(words("error.compare-person", name=holder.name), status=2)
    if not any(holder.active(month) for month in months(first, last)):
        fail(words("error.simulate-no-member", name=holder.name, **period), status=2)
    chosen = [named_pack(books, name) for name in packs] if packs else list(books.packs.values())
    found = compare_packs(books, holder, chosen, first, last, today())
    stop_on_errors(found.problems)
    titles = {pack.id: pack.title for pack in chosen}
    if as_json:
        print_json(_json(member, first, last, found))
        return
    screen = console()
    print_text(screen, words("compare.title", name=holder.name, **period), style="bold")
    if found.rows:
        screen.print()
        show_table(screen, _rows(found))
        screen.print()
        screen.out(words("compare.kept-drawn"), style="bold")
        most = max(found.rows[0].sums.kept, CENT)
        drawn = [
            [
                visible(row.pack.title),
                filled_bar(row.sums.kept, most, screen.encoding),
                words.amount(row.sums.kept),
            ]
            for row in found.rows
        ]
        show_table(screen, [["", "", words("compare.kept")], *drawn], (0, 1))
        screen.print()
        print_text(screen, words("compare.how"))
    for pack, since_then in found.early.items():
        told = words("compare.early", pack=titles[pack], month=words.month(since_then))
        print_text(screen, told, style="dim")
    for row in (row for row in found.rows if row.unsaid):
        facts = ", ".join(fact_called(words, fact) for fact in row.unsaid)
        told = words("compare.unsaid", pack=row.pack.title, name=holder.name, facts=facts)
        print_text(screen, told, style="dim")
    if found.unfit:
        screen.print()
        print_text(screen, words("compare.unfit"))
        for pack, problem in found.unfit.items():
            why = words.problem(problem) if problem else words("compare.not-for-one")
            print_text(screen, f"{visible(titles[pack])}: {why}", "  ", hang="    ", style="dim")


def _rows(found: Comparison) -> list[list[str]]:
    head = [words(f"compare.{key}") for key in ("rules", "kept", "pot", "lowest", "below", "saved")]
    return [
        head,
        *(
            [
                visible(row.pack.title),
                words.amount(row.sums.kept),
                words.amount(row.pot),
                f"{words.amount(row.lowest)} {words.month_and_year(row.lowest_month)}",
                str(row.below),
                words.amount(row.sums.saved),
            ]
            for row in found.rows
        ),
    ]


def _json(member: str, first: Month, last: Month, found: Comparison) -> dict[str, Any]:
    return {
        "member": member,
        "from": first,
        "to": last,
        "packs": [
            {
                "pack": row.pack.id,
                "own_costs": row.sums.own,
                **fields(row.sums, "kept", "saved", "months"),
                **fields(row, "pot", "lowest", "lowest_month", "below"),
            }
            for row in found.rows
        ],
        "unfit": sorted(found.unfit),
    }
