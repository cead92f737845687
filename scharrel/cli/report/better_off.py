"""scharrel report better-off: what a period brought the members, the cooperative and the municipality."""

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scharrel.cli.context import (
    console,
    fail,
    open_coop,
    print_json,
    progress_bar,
    read_month,
    require_members,
    say,
    stop_on_errors,
    today,
    words,
)
from scharrel.cli.options import COOP, JSON, LANG, MEMBERS
from scharrel.core.better_off import (
    SMALLEST,
    Booked,
    Result,
    Standing,
    goals,
    grouped,
    result_of,
    together,
    unknown_benefit_hidden,
)
from scharrel.core.money import plain
from scharrel.core.month import Month

if TYPE_CHECKING:
    from scharrel.ledger.books import Books

_FROM = typer.Option("--from", metavar=words("metavar.month"), help=words("help.report-from"))
_TO = typer.Option("--to", metavar=words("metavar.month"), help=words("help.report-to"))
_ANONYMOUS = typer.Option("--anonymous", help=words("help.report-anonymous"))


def better_off(
    since: Annotated[str | None, _FROM] = None,
    until: Annotated[str | None, _TO] = None,
    member: Annotated[list[str] | None, MEMBERS] = None,
    anonymous: Annotated[bool, _ANONYMOUS] = False,
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
    lang: Annotated[str | None, LANG] = None,  # noqa: ARG001 (read before the command line is)
) -> None:
    from scharrel.operations.opening import open_books
    from scharrel.text.periods import part_lines

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
    groups = [(title, unknown_benefit_hidden(standing)) for title, standing in groups]
    total = together(s for _, s in groups) if anonymous else together(r.standing for r in people)
    if not member:
        whole = together(r.standing for r in results)
        total = total._replace(saved=whole.saved, coop=whole.coop, community=whole.community)
    unsettled = sorted({period for r in (people if member else results) for period in r.provisional})
    if as_json:
        print_json(
            {"from": str(first), "to": str(last)}
            | (
                {
                    "smallest_group": SMALLEST,
                    "groups": [{"rules": title or None} | _plain(s) for title, s in groups],
                }
                if anonymous
                else {"members": [_member(r) for r in people]}
            )
            | {"provisional": [str(period) for period in unsettled]}
            | ({} if member else {"together": _plain(total), "goals": goals(people, anonymous=anonymous)})
        )
        return
    _show(books, (first, last), people, groups if anonymous else None, total, whole=not member)
    screen = console()
    for line in part_lines(words, unsettled, first, last):
        screen.print()
        say(screen, line, style="dim")


def _results(books: "Books", first: Month, last: Month) -> list[Result]:
    """What the period brought everyone who has a ledger."""
    from scharrel.operations.divide import divide_group

    problems, found = [], []
    with progress_bar(words("progress.reading")) as progress:
        groups = books.groups()
        for done, group in enumerate(groups, 1):
            outcome = divide_group(books, group, last, today())
            problems += outcome.problems
            for member in group:
                ledger = outcome.ledgers[member.id]
                own = [a for a in outcome.allocations if a.member == member.id]
                booked = Booked(ledger.amounts, ledger.movements, ledger.roles)
                found.append(result_of(member, own, booked, books.chart.spending, first, last))
            progress(done, len(groups))
    stop_on_errors(problems)
    return sorted(result for result in found if result)


def _plain(standing: Standing) -> dict[str, Any]:
    """A standing as programs read it: euros as strings, people and months as numbers."""
    part = standing.part
    return {
        "members": standing.members,
        "months": standing.months,
        "months_better": standing.better,
        "kept": plain(standing.kept),
        "own_costs": plain(standing.own),
        "net": plain(standing.net),
        "pot": plain(standing.pot),
        "withdrawn": plain(standing.withdrawn),
        "saved": plain(standing.saved),
        "earned_back": plain(standing.earned_back),
        "benefit": plain(standing.benefit),
        "part": None if part is None else str(part.quantize(Decimal("0.001"))),
        "hours": format(standing.hours.normalize() + 0, "f"),
        "study": plain(standing.study),
        "coop": plain(standing.coop),
        "community": plain(standing.community),
    }


def _member(result: Result) -> dict[str, Any]:
    told = {key: value for key, value in _plain(result.standing).items() if key != "members"}
    return (
        {"member": result.member, "rules": result.pack, "better_off": result.standing.net > 0}
        | told
        | {
            "left": str(result.left) if result.left else None,
            "left_for": result.left_for or None,
        }
    )


def _show(
    books: "Books",
    period: tuple[Month, Month],
    people: list[Result],
    groups: list[tuple[str, Standing]] | None,
    total: Standing,
    *,
    whole: bool,
) -> None:
    from scharrel.text.better_off import development_rows, goal_lines, money_rows, total_lines, verdict
    from scharrel.text.table import columns
    from scharrel.text.words import visible

    screen = console()
    title = words(
        "better-off.title", coop=books.title, first=words.month(period[0]), last=words.month(period[1])
    )
    screen.out(visible(title), style="bold")
    if not people:
        say(screen, words("better-off.nobody"))
        return
    if groups is None:
        rows = [(books.members[r.member].name, r.standing) for r in people]
    else:
        rows = [(title or words("better-off.others"), standing) for title, standing in groups]
    for table in (money_rows, development_rows):
        heading, *lines = columns(table(words, rows, people=groups is None), (0,), screen.width)
        screen.out("\n" + heading, style="dim")
        screen.out("\n".join(lines))
    if not whole:
        screen.print()
        for result in people:
            say(screen, verdict(words, visible(books.members[result.member].name), result.standing))
        return
    screen.out("\n" + words("better-off.together"), style="bold")
    for line in total_lines(words, total):
        say(screen, line)
    screen.out("\n" + words("better-off.goals"), style="bold")
    for line in goal_lines(words, total, goals(people, anonymous=groups is not None)):
        say(screen, line)
