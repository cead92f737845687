"""scharrel report better-off: what a period brought the members, the cooperative and the municipality."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from scharrel.cli.arguments import open_coop, read_month, require_members, today
from scharrel.cli.as_csv import check_csv_form, print_csv
from scharrel.cli.as_json import fields, print_json, trimmed
from scharrel.cli.options import COOP, CSV, JSON, MEMBERS
from scharrel.cli.report.common import divided, show_table
from scharrel.cli.screen import console, fail, print_text, words
from scharrel.core.month import Month
from scharrel.ledger.books import Books
from scharrel.operations.opening import open_books
from scharrel.reports.better_off import (
    SMALLEST,
    MemberPeriod,
    PeriodSums,
    better_off_sentence,
    development_rows,
    goal_lines,
    goals,
    grouped,
    member_period,
    money_rows,
    period_sums,
    total_lines,
    unknown_benefit_hidden,
)
from scharrel.text.periods import part_lines
from scharrel.text.words import visible

_FROM = typer.Option("--from", metavar=words("metavar.month"), help=words("help.report-from"))
_TO = typer.Option("--to", metavar=words("metavar.month"), help=words("help.report-to"))
_ANONYMOUS = typer.Option("--anonymous", help=words("help.report-anonymous"))

_MEMBER_COLUMNS = ("member", "rules", "better_off", "left", "left_for")


def command(
    since: Annotated[str | None, _FROM] = None,
    until: Annotated[str | None, _TO] = None,
    member: Annotated[list[str] | None, MEMBERS] = None,
    anonymous: Annotated[bool, _ANONYMOUS] = False,
    as_json: Annotated[bool, JSON] = False,
    as_csv: Annotated[str | None, CSV] = None,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    check_csv_form(as_csv, json=as_json)
    last = read_month(until) if until else Month.of(today()).plus(-1)
    first = read_month(since) if since else last.plus(-11)
    if first > last:
        fail(words("error.period", first=str(first), last=str(last)), status=2)
    if anonymous and member:
        fail(words("error.anonymous-member"), status=2)
    books = open_books(open_coop(coop))
    require_members(books, member)
    results = _results(books, first, last)
    people = [r for r in results if r.participant and (not member or r.member in member)]
    groups = grouped(people) if anonymous else []
    if groups is None:
        fail(words("error.too-few", count=SMALLEST), status=2)
    groups = [(title, unknown_benefit_hidden(sums)) for title, sums in groups]
    everyone = period_sums(s for _, s in groups) if anonymous else period_sums(r.sums for r in people)
    if not member:
        whole = period_sums(r.sums for r in results)
        everyone = everyone._replace(saved=whole.saved, coop=whole.coop, community=whole.community)
    unsettled = sorted({period for r in (people if member else results) for period in r.provisional})
    reached = {} if member else goals(people, anonymous=anonymous)
    if as_csv:
        people_rows = [_member(r) for r in people]
        group_rows = [{"rules": title or None} | _plain(sums) for title, sums in groups]
        known = ["rules", *_plain(everyone)] if anonymous else [*_MEMBER_COLUMNS, *_plain(everyone)]
        columns = [key for key in known if anonymous or key != "members"]
        print_csv(as_csv, columns, group_rows if anonymous else people_rows)
        return
    if as_json:
        print_json(
            {"from": first, "to": last}
            | (
                {
                    "smallest_group": SMALLEST,
                    "groups": [{"rules": title or None} | _plain(s) for title, s in groups],
                }
                if anonymous
                else {"members": [_member(r) for r in people]}
            )
            | {"provisional": unsettled}
            | ({} if member else {"together": _plain(everyone), "goals": reached})
        )
        return
    screen = console()
    title = words("better-off.title", coop=books.title, first=words.month(first), last=words.month(last))
    screen.out(visible(title), style="bold")
    if anonymous:
        rows = [(title or words("better-off.others"), sums) for title, sums in groups]
    else:
        rows = [(books.holders[r.member].name, r.sums) for r in people]
    if not rows:
        print_text(screen, words("better-off.nobody"))
    for table in (money_rows, development_rows) if rows else ():
        screen.print()
        show_table(screen, table(words, rows, people=not anonymous))
    if member and rows:
        screen.print()
        for name, sums in rows:
            print_text(screen, better_off_sentence(words, visible(name), sums))
    elif rows:
        screen.out("\n" + words("better-off.together"), style="bold")
        for line in total_lines(words, everyone):
            print_text(screen, line)
        screen.out("\n" + words("better-off.goals"), style="bold")
        for line in goal_lines(words, everyone, reached):
            print_text(screen, line)
    for line in part_lines(words, unsettled, first, last):
        screen.print()
        print_text(screen, line, style="dim")


def _results(books: Books, first: Month, last: Month) -> list[MemberPeriod]:
    """What the period brought everyone who has a ledger."""
    found = []
    for group, outcome in divided(books, last):
        for member in group:
            own = [a for a in outcome.allocations if a.member == member.id]
            ledger = outcome.ledgers[member.id]
            found.append(member_period(member, own, ledger, books.chart.spending, first, last))
    return sorted(result for result in found if result)


def _plain(sums: PeriodSums) -> dict[str, Any]:
    """What a period brought as programs read it: people, months, euros, and hours."""
    return {
        **fields(sums, "members", "months"),
        "months_better": sums.better,
        "kept": sums.kept,
        "own_costs": sums.own,
        **fields(sums, "net", "pot", "withdrawn", "saved", "earned_back", "benefit"),
        "part": None if sums.part is None else str(sums.part.quantize(Decimal("0.001"))),
        "hours": trimmed(sums.hours),
        **fields(sums, "study", "coop", "community"),
    }


def _member(result: MemberPeriod) -> dict[str, Any]:
    return (
        {"member": result.member, "rules": result.pack, "better_off": result.sums.net > 0}
        | {key: value for key, value in _plain(result.sums).items() if key != "members"}
        | {"left": result.left, "left_for": result.left_for or None}
    )
