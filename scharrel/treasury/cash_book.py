"""What happened, as a person says it, and the postings that it is in a cash book."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from scharrel.core.chart import Chart
from scharrel.core.facts import Movement
from scharrel.core.money import CENT, ZERO, to_cents
from scharrel.core.month import Month
from scharrel.treasury.accounts import RATES_IN_FORCE
from scharrel.treasury.invoices import due_account
from scharrel.treasury.recognition import as_percent, other_side, vat_accounts, without_vat

EventKind = Literal["in", "out", "hours", "km", "pot"]
EVENT_KINDS: tuple[EventKind, ...] = ("in", "out", "hours", "km", "pot")
IN_EUROS: tuple[EventKind, ...] = ("in", "out", "pot")

KILOMETRES = "KM"
"""The commodity of kilometres."""


class Event(NamedTuple):
    """Something that came in, went out, was done or driven, or was taken from a pot. `amount` is what was
    paid, in euros with VAT (below zero: paid back), or the hours or kilometres; `account` what it is booked
    on: income, costs, the pot, or that of the hours; `other` the other side: cash, a bank's account, or that
    against which hours are booked. `rate` is the rate of VAT in the amount, `earned` the day of the work if
    that is another, `by` the word for where the money is: one's own may stand on the same account as cash.
    What is to be invoiced has the short name of the `customer`, is owed on `other`, and has in `vat` why
    there is no VAT in it: `exempt` or `reverse`, or nothing."""

    kind: EventKind
    amount: Decimal
    day: date
    account: str
    other: str
    who: str = ""
    what: str = ""
    rate: Decimal = Decimal(0)
    project: str = ""
    purpose: str = ""
    reason: str = ""
    earned: date | None = None
    by: str = ""
    customer: str = ""
    vat: str = ""

    @property
    def counted_in(self) -> Month:
        """The month in which it counts."""
        return Month.of(self.earned or self.day)

    @property
    def through_other(self) -> Decimal:
        """What it puts on the other side, in euros: below zero where that pays."""
        return self.amount if self.kind == "in" else -self.amount


class EventLeg(NamedTuple):
    """A posting of an event; the amount is open on the last one. `vat` is what has to stand below it."""

    account: str
    amount: Decimal | None
    unit: str = "EUR"
    vat: str = ""


def legs_of(event: Event, chart: Chart) -> list[EventLeg]:
    """The postings; what VAT there is split off to the cent, with one rounding."""
    if event.kind in ("hours", "km"):
        unit = chart.accounts[event.account].currencies[0]
        return [EventLeg(event.account, event.amount, unit), EventLeg(event.other, None)]
    if event.customer:
        return _invoiced(event, chart)
    parts = other_side(event.through_other, event.account, event.rate or None, chart)
    return [*(EventLeg(part.account, part.amount) for part in parts), EventLeg(event.other, None)]


def _invoiced(event: Event, chart: Chart) -> list[EventLeg]:
    """The postings of what is to be invoiced: the rate stands there where the account of the VAT has none."""
    owed = EventLeg(event.other, None)
    if not event.rate:
        return [EventLeg(event.account, -event.amount, vat=event.vat), owed]
    net, rate = without_vat(event.amount, event.rate), as_percent(event.rate)
    due = due_account(chart, rate)
    sold = EventLeg(event.account, -net, vat="" if chart.vat(due) == rate else rate)
    return [sold, EventLeg(due, net - event.amount), owed]


def invoice_rates(chart: Chart, day: date) -> list[str]:
    """The rates of VAT that an invoice can have by the chart, as they are said: `21%`."""
    return [word for word in map(as_percent, RATES_IN_FORCE) if chart.open_on(due_account(chart, word), day)]


def invoice_totals(amount: Decimal, rate: Decimal) -> tuple[Decimal, ...]:
    """The amount, if an invoice can come to it: its VAT is the rate of what is sold, in whole cents. Else
    what comes nearest, below and above. Euros with VAT."""
    net = without_vat(amount, rate)
    found = [one + to_cents(one * rate, "half-up") for one in (net - CENT, net, net + CENT)]
    below, above = max(one for one in found if one <= amount), min(one for one in found if one >= amount)
    return (amount,) if amount in found else (below, above) if below > ZERO else (above,)


def metadata_of(event: Event) -> list[str]:
    """What stands below the first line: what it is for, and when it was earned."""
    worked = str(event.earned) if event.earned and event.earned != event.day else ""
    said = [
        ("invoice", f'"{event.customer}"' if event.customer else ""),
        ("delivered", worked if event.customer else ""),
        ("earned", worked),
        *((key, f'"{quoted_text(value)}"' if value else "") for key, value in (
            ("project", event.project), ("reason", event.reason), ("purpose", event.purpose)
        )),
    ]  # fmt: skip
    return [f"{key}: {value}" for key, value in said if value]


def quoted_text(text: str) -> str:
    """The text as it can stand between quotation marks, on one line."""
    shown = "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
    return shown.replace("\\", "\\\\").replace('"', '\\"')


def event_lines(event: Event, chart: Chart, indent: str, end: int) -> list[str]:
    """The booking as lines of a ledger: amounts end in column `end`, as far as accounts leave room."""
    said = [f'"{quoted_text(text)}"' for text in (event.who, event.what) if text] or ['""']
    lines = [" ".join([str(event.day), "*", *said]), *(indent + line for line in metadata_of(event))]
    legs = legs_of(event, chart)
    parts = [(f"{indent}{leg.account}", _number(leg)) for leg in legs]
    end = max(end, *(len(start) + 2 + len(number) for start, number in parts if number))
    for leg, (start, number) in zip(legs, parts, strict=True):
        lines.append(f"{start}{number.rjust(end - len(start))} {leg.unit}" if number else start)
        lines += [f'{indent * 2}vat: "{leg.vat}"'] if leg.vat else []
    return lines


def _number(leg: EventLeg) -> str:
    if leg.amount is None:
        return ""
    return f"{leg.amount:.2f}" if leg.unit == "EUR" else f"{leg.amount.normalize() + 0:f}"


def event_of(movements: Sequence[Movement], chart: Chart) -> Event | None:
    """The event that a booking of these postings is, if it is one that can be said so."""
    first = movements[0]
    who, _, what = first.text.partition(" · ")
    said = Event("in", Decimal(0), first.day, "", "", who, what, earned=first.earned)
    said = said._replace(project=first.project, purpose=first.purpose, reason=first.reason)
    if {m.currency for m in movements} != {"EUR"}:
        return _done(movements, chart, said)
    vat = [m for m in movements if chart.role(m.account) == "vat"]
    rest = [m for m in movements if m not in vat]
    if len(rest) != 2 or len(vat) > 1 or first.lifetime or first.grant:
        return None
    base, money = sorted(rest, key=lambda m: m.account.startswith("Assets:"))
    kinds: dict[str, EventKind] = {"Income": "in", "Expenses": "out", "Liabilities": "pot"}
    kind = kinds.get(base.account.partition(":")[0])
    if kind is None or not money.account.startswith("Assets:"):
        return None
    rate = _rate_of(base, vat, kind, chart)
    if rate is None:
        return None
    amount = money.amount if kind == "in" else -money.amount
    return said._replace(kind=kind, amount=amount, account=base.account, other=money.account, rate=rate)


def _done(movements: Sequence[Movement], chart: Chart, said: Event) -> Event | None:
    """What was done or driven, from one account that has a role to one that has none."""
    done = [m for m in movements if chart.role(m.account)]
    other = [m for m in movements if not chart.role(m.account)]
    if len(done) != 1 or len(other) != 1 or movements[0].partner:
        return None
    kind: EventKind = "km" if done[0].currency == KILOMETRES else "hours"
    return said._replace(kind=kind, amount=done[0].amount, account=done[0].account, other=other[0].account)


def _rate_of(base: Movement, vat: Sequence[Movement], kind: EventKind, chart: Chart) -> Decimal | None:
    """The rate in a booking that has VAT at one of the rates in force; zero without."""
    if not vat:
        return Decimal(0)
    due = abs(vat[0].amount)
    rates = (r for r in RATES_IN_FORCE if abs(abs(base.amount) * r - due) < CENT)
    rate = next(rates, None)
    fits = rate is not None and kind != "pot" and bool(vat_accounts(chart, base.account, rate))
    return rate if fits else None


def said_rates(chart: Chart, account: str) -> list[str]:
    """The rates of VAT for which the chart has an account, as they are said: `21%`."""
    return [as_percent(rate) for rate in RATES_IN_FORCE if vat_accounts(chart, account, rate)]
