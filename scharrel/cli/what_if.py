"""scharrel what-if: a member's month as it would be with more turnover."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from scharrel.analysis.what_if import WhatIf, what_if
from scharrel.cli.arguments import fail_without_month, group_of, open_coop, read_amount, read_month, today
from scharrel.cli.as_json import fields, print_json
from scharrel.cli.options import COOP, JSON
from scharrel.cli.screen import console, fail, print_text, stop_on_errors, to_stderr, words
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.pack import Pack
from scharrel.text.sentences import opening
from scharrel.text.what_if import outcome, supposition, table

_MEMBER = typer.Argument(metavar=words("metavar.member"), help=words("help.explain-member"))
_TURNOVER = typer.Option("--turnover", metavar="EUR", help=words("help.what-if-turnover"))
_COSTS = typer.Option("--costs", metavar="EUR", help=words("help.what-if-costs"))
_MONTH = typer.Option("--month", metavar=words("metavar.month"), help=words("help.what-if-month"))


def command(
    member: Annotated[str, _MEMBER],
    turnover: Annotated[str | None, _TURNOVER] = None,
    costs: Annotated[str | None, _COSTS] = None,
    month: Annotated[str | None, _MONTH] = None,
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    from scharrel.operations.divide import divide_group
    from scharrel.operations.opening import open_books

    if turnover is None and costs is None:
        fail(words("error.what-if-nothing", member=member), status=2)
    more = read_amount(turnover) if turnover is not None else None
    spent = read_amount(costs) if costs is not None else None
    named = read_month(month) if month else None
    books = open_books(open_coop(coop))
    group = group_of(books, member)
    who = books.holders[member]
    # Whoever asks has the job in hand now; someone registered ahead has it in their first month.
    asked = named or max(Month.of(today()), who.first)
    divided = divide_group(books, group, asked, today(), sealed=False)
    stop_on_errors(divided.problems)
    if not who.active(asked):
        fail_without_month(who, asked)
    pack = books.packs[str(who.facts(asked)["rules"])]
    amounts = {m.id: divided.ledgers[m.id].amounts for m in group}
    what = what_if(group, amounts, books.packs, who, asked, _extra(pack, more, spent))
    assert what  # it is a month of the member
    if as_json:
        print_json(_json(what, more, spent))
    else:
        _show(who.name, what, more, spent)
        if asked >= Month.of(today()):
            to_stderr(words("table.not-ended", month=words.month(asked)))


def _extra(pack: Pack, turnover: Decimal | None, costs: Decimal | None) -> Mapping[str, Decimal]:
    """The euros that are supposed, by role: turnover on the first role of the pool."""
    if costs is not None and not any(step.kind == "input" and step.role == "costs" for step in pack.steps):
        fail(words("error.what-if-costs", pack=pack.title), status=2)
    extra = {pack.pool[0]: turnover or ZERO}
    return extra if costs is None else {**extra, "costs": costs}


def _json(what: WhatIf, turnover: Decimal | None, costs: Decimal | None) -> dict[str, Any]:
    def each(now: Decimal, then: Decimal) -> dict[str, Decimal]:
        return {"now": now, "then": then, "difference": then - now}

    now, then = what.now, what.then
    next_euro, bend, *_ = (*what.ahead, None, None)
    return {
        **fields(then, "member", "month"),
        "pack": then.pack.id,
        "turnover": turnover or ZERO,
        "costs": costs or ZERO,
        "pool": each(now.pool, then.pool),
        "steps": [
            {"id": b.step.id, **each(a.paid, b.paid), "why": {"now": a.why, "then": b.why}}
            for a, b in what.steps
        ],
        "keep": each(now.keep, then.keep),
        "pots": {
            account: each(now.balances.get(account, ZERO), then.balances.get(account, ZERO))
            for account in then.pack.pots()
        },
        "next_euro": next_euro and str(next_euro.stretch.kept),
        "bend": bend
        and {
            "extra": bend.stretch.start,
            "kept": str(bend.stretch.kept),
            "step": bend.step,
            "begins": sorted(bend.begins),
            "ends": sorted(bend.ends),
        },
        "others": what.others,
    }


def _show(name: str, what: WhatIf, turnover: Decimal | None, costs: Decimal | None) -> None:
    screen = console()
    month, pack = words.month(what.now.month), what.now.pack.title
    print_text(screen, words("explain.title", name=name, month=month, pack=pack), style="bold")
    for sentence in (*opening(words, what.now), supposition(words, turnover, costs)):
        print_text(screen, sentence)
    found = table(words, what, screen.width)
    screen.out("\n" + found.heading, style="dim")
    for line in found.steps:
        screen.out(line)
    screen.out(found.keep, style="bold")
    for line in found.pots:
        screen.out(line)
    screen.print()
    for sentence in outcome(words, what):
        print_text(screen, sentence)
