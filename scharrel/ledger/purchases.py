"""Things bought for longer, as a ledger tells them: with a lifetime, and with what became of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from scharrel.core.chart import Chart
from scharrel.core.depreciation import Purchase
from scharrel.core.facts import Movement
from scharrel.core.money import ZERO
from scharrel.core.names import nearest

LONGEST = 600
"""Months of lifetime beyond which a number is taken for a typing error."""

Say = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Thing:
    """What a booking tells of a thing: its lifetime in months and its name, or the name of one that goes."""

    lifetime: int = 0
    asset: str = ""
    disposes: str = ""


def thing(meta: dict[str, Any], line: int, say: Say) -> Thing | None:
    """What the metadata of a booking says, if it is about a thing at all."""
    if "lifetime" not in meta and "disposes" not in meta:
        return None
    lifetime, months = meta.get("lifetime"), 0
    if isinstance(lifetime, Decimal) and lifetime == lifetime.to_integral_value() and 0 < lifetime <= LONGEST:
        months = int(lifetime)
    elif lifetime is not None:
        say(line, "lifetime", most=str(LONGEST))
    return Thing(months, str(meta.get("asset") or ""), str(meta.get("disposes") or ""))


def bought(movement: Movement, said: Thing, chart: Chart) -> Movement:
    """The posting with what makes it a purchase, if it is one: something put on an account that wears."""
    if said.disposes:
        return movement._replace(disposes=said.disposes)
    expense = chart.worn_on(movement.account)
    if not said.lifetime or expense is None or movement.amount <= 0 or movement.currency != "EUR":
        return movement
    return movement._replace(
        lifetime=said.lifetime, worn_on=expense, asset=said.asset, role=chart.role(expense) or ""
    )


def purchases(movements: Sequence[Movement], chart: Chart, say: Say) -> tuple[Purchase, ...]:
    """Every purchase of the ledger, in the order of the bookings, with what became of it."""
    _look_for_lost_lifetimes(movements, chart, say)
    found: list[Purchase] = []
    names: dict[str, int] = {}
    for m in movements:
        if m.lifetime:
            if m.asset and m.asset in names:
                say(m.line, "asset-twice", asset=m.asset)
            names.setdefault(m.asset, len(found))
            found.append(
                Purchase(
                    m.text, m.account, m.worn_on, m.role, m.counts, m.amount, m.lifetime, m.line, m.asset
                )
            )
    names.pop("", None)
    ended: dict[str, tuple[int, Decimal]] = {}
    for m in movements:
        if not m.disposes:
            continue
        if m.disposes not in names:
            say(m.line, "unknown-asset", asset=m.disposes, near=nearest(m.disposes, names))
            continue
        at = names[m.disposes]
        thing = found[at]
        line, proceeds = ended.get(m.disposes, (m.line, ZERO))
        if line != m.line or m.counts < thing.month:
            say(m.line, "asset-gone", asset=m.disposes)
            continue
        if m.account == thing.account and m.currency == "EUR":
            proceeds -= m.amount
        ended[m.disposes] = line, proceeds
        found[at] = thing._replace(ended=m.counts, proceeds=proceeds)
    return tuple(found)


def _look_for_lost_lifetimes(movements: Sequence[Movement], chart: Chart, say: Say) -> None:
    """Warn of what was bought to be written off and never is: by no lifetime, and by no booking."""
    expenses = {account: chart.worn_on(account) for account in {m.account for m in movements}}
    if not any(expenses.values()):
        return
    by_hand = {m.account for m in movements if m.amount > 0}
    for m in movements:
        expense = expenses[m.account]
        if expense and m.amount > 0 and m.currency == "EUR" and not m.lifetime and expense not in by_hand:
            say(m.line, "no-lifetime", warning=True, account=m.account)
