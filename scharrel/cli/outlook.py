"""scharrel outlook: what a member has by day in the months ahead."""

import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scharrel.cli.arguments import group_of, open_coop, read_amount, require_members, today
from scharrel.cli.as_json import fields, print_json
from scharrel.cli.options import COOP, JSON
from scharrel.cli.screen import console, fail, print_text, stop_on_errors, words
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.names import COOP_ID
from scharrel.operations.divide import divide_group
from scharrel.operations.opening import open_books
from scharrel.operations.outlook import look_ahead
from scharrel.plot.days import days_chart
from scharrel.plot.terminal import signs_for
from scharrel.text.grounds import cited, notices
from scharrel.text.outlook import (
    flow_how,
    flow_name,
    low_lines,
    month_lines,
    notice_lines,
    place_line,
    uncounted_line,
)
from scharrel.text.words import visible
from scharrel.treasury.outlook import Outlook, by_day
from scharrel.treasury.remedies import LowDay, buffer_notice, low_day

if TYPE_CHECKING:
    from rich.console import Console

    from scharrel.ledger.books import Books

MOST_MONTHS = 12
_HEIGHT = 7
_WIDEST = 80

_MEMBER = typer.Argument(metavar=words("metavar.member"), help=words("help.explain-member"))
_MONTHS = typer.Option("--months", metavar="N", help=words("help.outlook-months"))
_BALANCE = typer.Option("--balance", metavar="EUR", help=words("help.outlook-balance"))
_NOTICE = typer.Option("--notice", help=words("help.outlook-notice"))


def command(
    member: Annotated[str, _MEMBER],
    ahead: Annotated[int, _MONTHS] = 3,
    balance: Annotated[str | None, _BALANCE] = None,
    notice: Annotated[bool, _NOTICE] = False,
    as_json: Annotated[bool, JSON] = False,
    coop: Annotated[Path | None, COOP] = None,
) -> None:
    if not 1 <= ahead <= MOST_MONTHS:
        fail(words("error.outlook-months", count=ahead, most=MOST_MONTHS), status=2)
    start = read_amount(balance) if balance is not None else None
    books = open_books(open_coop(coop))
    if member == COOP_ID:
        fail(words("error.outlook-person", name=books.title), status=2)
    require_members(books, [member])
    who = books.holders[member]
    if not who.person:
        fail(words("error.outlook-person", name=who.name), status=2)
    outcome = divide_group(books, group_of(books, member), None, today())
    stop_on_errors(outcome.problems)
    found = look_ahead(books, who, outcome, today(), Month.of(today()).plus(ahead))
    low = low_day(found, start or ZERO)
    if notice:
        _print_notice(books, found)
    elif as_json:
        print_json(_json(found, low, start))
    else:
        _show(books, found, low, start)


def _show(books: "Books", found: Outlook, low: LowDay, start: Decimal | None) -> None:
    screen = console()
    who, noted = found.member, dict[str, int]()
    days = {"first": words.day(found.first), "last": words.day(found.last)}
    print_text(screen, words("outlook.title", name=who.name, **days), style="bold")
    for line in notices(words, who, {pack.id: pack for pack in _packs(books, found)}.values()):
        print_text(screen, line)
    if found.flows:
        begins = words("outlook.relative") if start is None else words(
            "outlook.balance", amount=words.money(start)
        )  # fmt: skip
        print_text(screen, begins)
        screen.print()
        balances = by_day(found.flows, start or ZERO, found.first, found.last)
        how = signs_for(getattr(sys.stdout, "encoding", None) or "utf-8")
        for line in days_chart(words, balances, min(screen.width, _WIDEST), _HEIGHT, how):
            screen.out(line)
        screen.print()
        noted = _show_days(screen, found, start or ZERO)
    else:
        print_text(screen, words("outlook.nothing"))
    if found.in_hand:
        key = "laid-out" if found.in_hand < 0 else "in-hand-more" if found.too_much else "in-hand"
        values = {"amount": words.money(abs(found.in_hand)), "more": words.money(found.too_much)}
        screen.print()
        print_text(screen, words(f"outlook.{key}", **values))
    first, *does = low_lines(words, found, low, who.id, relative=start is None)
    if does or any(flow.amount < 0 for flow in found.flows):
        screen.print()
        print_text(screen, first, style="bold")
        _bullets(screen, does)
    below = list(month_lines(words, found, who.id))
    for said, does in below:
        screen.print()
        print_text(screen, said, style="bold")
        _bullets(screen, does)
    if found.months and not below:
        screen.print()
        print_text(screen, words("outlook.none-below"))
    if found.uncounted:
        screen.print()
        print_text(screen, words("outlook.not-title"))
        _bullets(screen, [uncounted_line(words, one) for one in found.uncounted])
    if noted:
        screen.print()
        for line, number in noted.items():
            print_text(screen, f"[{number}] {line}", hang="    ", style="dim")
        print_text(screen, words("outlook.explain", member=who.id, month=found.last_earned))


def _packs(books: "Books", found: Outlook) -> list[Any]:
    facts = found.member.facts(Month.of(found.first))
    pack = books.packs.get(str(facts.get("rules")))
    return [pack] if pack else []


def _bullets(screen: "Console", lines: list[str]) -> None:
    for line in lines:
        print_text(screen, f"- {line}", hang="  ")


def _show_days(screen: "Console", found: Outlook, start: Decimal) -> dict[str, int]:
    """A line for what comes and goes on each day, with what is left; where it stands, by the number there."""
    noted: dict[str, int] = {}
    width = min(screen.width, _WIDEST)
    rows = []
    for flow in found.flows:
        start += flow.amount
        rows.append((flow, words.amount(flow.amount), words.amount(start)))
    heads = words("outlook.head-amount"), words("outlook.head-balance")
    widths = [max(len(heads[nth]), *(len(row[nth + 1]) for row in rows)) for nth in range(2)]
    room = width - sum(widths) - 4 - 9
    screen.out(" " * (9 + room) + f"  {heads[0]:>{widths[0]}}  {heads[1]:>{widths[1]}}", style="dim")
    for flow, amount, left in rows:
        day = words.day_in_month(flow.day).rstrip(".")
        mark = f" [{noted.setdefault(place_line(words, flow), len(noted) + 1)}]"
        name = visible(flow_name(words, flow))
        name = (name if len(name) <= room - len(mark) else name[: room - len(mark) - 1] + "…") + mark
        screen.out(f"{day:<8} {name:<{room}}  {amount:>{widths[0]}}  {left:>{widths[1]}}")
        for line in flow_how(words, flow):
            print_text(screen, line, " " * 9, style="dim")
    return noted


def _print_notice(books: "Books", found: Outlook) -> None:
    notice = buffer_notice(found)
    if notice is None:
        short = any(month.missing for month in found.months)
        print_text(console(), words("outlook.no-right" if short else "outlook.no-notice"))
        return
    payee = books.entries.payees.get("municipality")
    town = str(payee.facts(Month.of(found.first)).get("name", "")) if payee else ""
    entry = books.entries.cooperative
    coop = str(entry.facts(Month.of(found.first)).get("name", "")) if entry else ""
    for line in notice_lines(
        words, found, notice, coop or books.title, town or words("outlook.notice.town"), found.first
    ):
        print_text(console(), line)


def _json(found: Outlook, low: LowDay, start: Decimal | None) -> dict[str, Any]:
    balances = by_day(found.flows, start or ZERO, found.first, found.last)
    return {
        "member": found.member.id,
        "from": found.first,
        "to": found.last,
        "balance": start,
        "days": [
            {
                **fields(flow, "day", "kind", "amount", "expected"),
                "name": flow_name(words, flow),
                "months": list(flow.about),
                "places": list(flow.places),
                "rule": flow.rule and cited(words, flow.rule),
                "how": list(flow_how(words, flow)),
                **(fields(flow, "norm", "reduced", "apart") if flow.kind == "benefit" else {}),
            }
            for flow in found.flows
        ],
        "end": balances[found.last],
        "lowest": {
            "day": low.day,
            "balance": low.balance,
            "do": list(low_lines(words, found, low, found.member.id, relative=start is None))[1:],
        },
        "months": [
            {**fields(month, "month", "benefit", "own", "least", "missing")} for month in found.months
        ],
        "below": [{"message": said, "do": does} for said, does in month_lines(words, found, found.member.id)],
        "in_hand": found.in_hand,
        "too_much": found.too_much,
        "not_counted": [{"code": one.code, "message": uncounted_line(words, one)} for one in found.uncounted],
    }
