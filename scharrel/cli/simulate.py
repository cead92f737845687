"""scharrel simulate: real books under a proposed pack, beside what was."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from scharrel.analysis.goal import Found, Goal
from scharrel.analysis.simulation import (
    Compared,
    Pair,
    Setting,
    by_member,
    compared_in_all,
    most_different,
    whom,
    with_figures,
)
from scharrel.cli.arguments import open_coop, read_month, require_members, today
from scharrel.cli.as_json import fields, print_json
from scharrel.cli.figures import read_figures
from scharrel.cli.options import COOP, JSON
from scharrel.cli.packs import named_pack
from scharrel.cli.screen import console, fail, print_text, progress_bar, stop_on_errors, to_stderr, words
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.pack import PARTIES, Pack
from scharrel.ledger.books import Books
from scharrel.operations.opening import open_books
from scharrel.operations.simulate import Baseline, reach, read_history, simulate
from scharrel.text.simulation import (
    cases,
    figure_typed,
    gain_sentences,
    member_table,
    remarks,
    setting_sentences,
    total_table,
)
from scharrel.text.simulation import sought as sought_sentences

YEAR = 12
EXPLAINED = 3

_PACK = typer.Argument(metavar=words("metavar.pack"), help=words("help.simulate-pack"))
_FROM = typer.Option("--from", metavar=words("metavar.month"), help=words("help.simulate-from"))
_TO = typer.Option("--to", metavar=words("metavar.month"), help=words("help.simulate-to"))
_MEMBERS = typer.Option("--member", metavar="ID", help=words("help.simulate-member"))
_SET = typer.Option("--set", metavar=words("metavar.name-figure"), help=words("help.simulate-set"))
_GOAL = typer.Option("--goal-seek", metavar=words("metavar.party-eur"), help=words("help.simulate-goal"))


class Sought(NamedTuple):
    """What a figure was looked for, and what was found."""

    goal: Goal
    found: Found


def command(
    pack: Annotated[str, _PACK],
    first: Annotated[str | None, _FROM] = None,
    last: Annotated[str | None, _TO] = None,
    member: Annotated[list[str] | None, _MEMBERS] = None,
    figures: Annotated[list[str] | None, _SET] = None,
    goal_seek: Annotated[str | None, _GOAL] = None,
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    begin, end = _period(first, last)
    books = open_books(open_coop(coop))
    require_members(books, member)
    named = named_pack(books, pack)
    settings, goal = read_figures(named, figures or [], goal_seek)
    instead = whom(books.holders.values(), named.id, begin, end, member or ())
    _require_anyone(books, named, instead, begin, end)
    tried = with_figures(named, settings, begin)
    history = read_history(books, tried, instead, begin, end, today())
    stop_on_errors(history.problems)
    reached = None
    if goal:
        with progress_bar(words("progress.seeking")) as progress:
            outcome = reach(history, named, settings, goal, progress)
        if outcome is None:
            party = words(f"simulate.party.{goal.party}")
            fail(words("error.goal-unmoved", param=goal.sought.name, party=party), status=2)
        found, settings = outcome
        reached = Sought(goal, found)
        tried = with_figures(named, settings, begin)
    pairs = simulate(history, tried)
    if as_json:
        print_json(_json(history, tried, settings, reached, pairs))
        return
    _show(books, history, tried, settings, reached, pairs)
    if end >= Month.of(today()):
        to_stderr(words("table.not-ended", month=words.month(end)))


def _period(first: str | None, last: str | None) -> tuple[Month, Month]:
    """The months asked for; otherwise the twelve up to the last one that has ended."""
    end = read_month(last) if last else Month.of(today()).plus(-1)
    begin = read_month(first) if first else max(end.plus(1 - YEAR), Month(1, 1))
    if begin > end:
        fail(words("error.period", first=words.month(begin), last=words.month(end)), status=2)
    return begin, end


def _require_anyone(
    books: Books, pack: Pack, instead: dict[str, str | None], first: Month, last: Month
) -> None:
    period = {"first": words.month(first), "last": words.month(last)}
    if not instead:
        fail(words("error.simulate-no-one", pack=pack.id, **period), status=2)
    for who in (books.holders[member] for member in instead):
        if not any(who.active(first.plus(nth)) for nth in range(last.since(first) + 1)):
            fail(words("error.simulate-no-member", name=who.name, **period), status=2)


def _json(
    history: Baseline, pack: Pack, settings: list[Setting], sought: Sought | None, found: list[Pair]
) -> dict[str, Any]:
    units = {setting.name: pack.params[setting.param].unit for setting in settings}
    return {
        "pack": pack.id,
        "from": history.first,
        "to": history.last,
        "set": {s.name: figure_typed(units[s.name], s.value) for s in settings},
        "goal": sought
        and {
            **fields(sought.goal, "party", "amount"),
            "param": sought.goal.sought.name,
            **fields(sought.found, "total", "lowest", "highest", "steady"),
        },
        "totals": _amounts(compared_in_all(found)),
        "members": [{"member": row.member, **_amounts(row)} for row in by_member(found)],
        "differences": [_month(pair) for pair in found if pair.moved],
    }


def _each(was: Decimal, becomes: Decimal) -> dict[str, Decimal]:
    return {"was": was, "becomes": becomes, "difference": becomes - was}


def _amounts(row: Compared) -> dict[str, Any]:
    was, becomes = row.was, row.becomes
    return {
        "pool": _each(was.pool, becomes.pool),
        "paid": {party: _each(was.paid[party], becomes.paid[party]) for party in PARTIES},
        "keep": _each(was.keep, becomes.keep),
    }


def _month(pair: Pair) -> dict[str, Any]:
    before = {result.step.id: result for result in pair.was.steps}
    after = {result.step.id: result for result in pair.becomes.steps}
    return {
        **fields(pair.was, "member", "month"),
        "packs": {"was": pair.was.pack.id, "becomes": pair.becomes.pack.id},
        "keep": _each(pair.was.keep, pair.becomes.keep),
        "steps": [
            {
                "id": step,
                **_each(*(of[step].paid if step in of else ZERO for of in (before, after))),
                "why": {
                    when: of[step].why if step in of else []
                    for when, of in (("was", before), ("becomes", after))
                },
            }
            for step in dict.fromkeys((*before, *after))
        ],
    }


def _show(
    books: Books,
    history: Baseline,
    pack: Pack,
    settings: list[Setting],
    sought: Sought | None,
    found: list[Pair],
) -> None:
    screen = console()
    names = {member.id: member.name for member in books.holders.values()}
    period = {"first": words.month(history.first), "last": words.month(history.last)}
    print_text(screen, words("simulate.title", coop=books.title, **period), style="bold")
    print_text(screen, words("simulate.rules", pack=pack.title))
    if sought:
        value = next(s.value for s in settings if s.name == sought.goal.sought.name)
        for sentence in sought_sentences(words, pack, sought.goal, sought.found, value):
            print_text(screen, sentence)
    for sentence in setting_sentences(words, pack, settings, history.first):
        print_text(screen, sentence)
    all_of_it, rows = compared_in_all(found), by_member(found)
    heading, body, keep = total_table(words, all_of_it, screen.width)
    screen.out("\n" + heading, style="dim")
    screen.out("\n".join(body))
    screen.out(keep, style="bold")
    screen.print()
    for sentence in gain_sentences(words, all_of_it, rows):
        print_text(screen, sentence)
    heading, body = member_table(words, names, rows, screen.width)
    screen.out("\n" + words("simulate.members"), style="bold")
    screen.out(heading, style="dim")
    screen.out("\n".join(body))
    if explained := list(cases(words, names, most_different(found, EXPLAINED))):
        screen.out("\n" + words("simulate.cases"), style="bold")
        for case in explained:
            screen.print()
            print_text(screen, case.title, style="bold")
            for step, reasons in case.steps:
                print_text(screen, step, "   ")
                for text in reasons:
                    print_text(screen, text, "     ", style="dim")
    renamed = pack.id not in books.packs
    if sentences := list(remarks(words, pack, found, names, history.last, renamed=renamed)):
        screen.print()
        for sentence in sentences:
            print_text(screen, sentence)
