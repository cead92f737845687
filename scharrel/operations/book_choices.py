"""What there is to choose from when a member books something, by the rules, the chart and what was booked
before."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

from scharrel.core.chart import Chart
from scharrel.core.facts import Holder
from scharrel.core.month import Month
from scharrel.core.pack import Facts, Pack
from scharrel.core.quotes import RECEIVABLE
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.ledger.reading import read_ledger
from scharrel.treasury.accounts import IN_HAND, ROUNDING
from scharrel.treasury.cash_book import (
    EVENT_KINDS,
    KILOMETRES,
    Event,
    EventKind,
    event_of,
    invoice_rates,
    said_rates,
)
from scharrel.treasury.invoices import facts_on


class Buyer(NamedTuple):
    """A customer: the name, and whether there is a VAT id, without which VAT cannot be reverse charged, and
    whether it is abroad."""

    name: str
    vat_id: bool
    abroad: bool


class Choices(NamedTuple):
    """What can be booked for someone on a day: the kinds that the rules, the chart and the register leave, by
    kind the accounts, by account the other side of hours and kilometres, where money is (`own` is money that
    the member lays out or has in hand), the rates of VAT by account, what pots may be spent on, the projects,
    and what was booked by hand before, the latest first. What is to be invoiced is owed on
    `receivable` (empty where the chart has no such account) by one of `customers`, by their short names; an
    invoice has one of `invoice_rates`, `exempt` or `reverse`, and if `no_vat` nothing of VAT at all."""

    kinds: Sequence[EventKind]
    accounts: dict[EventKind, list[str]]
    against: dict[str, str]
    money: dict[str, str]
    rates: dict[str, list[str]]
    purposes: dict[str, list[str]]
    projects: dict[str, str]
    earlier: Sequence[Event]
    receivable: str = ""
    customers: Mapping[str, Buyer] = {}
    invoice_rates: Sequence[str] = ()
    no_vat: bool = False

    def names(self) -> list[str]:
        """Everyone from whom or to whom something was booked, the latest first."""
        return list(dict.fromkeys(event.who for event in self.earlier if event.who and event.what))

    def places(self, kind: EventKind | None) -> dict[str, str]:
        """Where money can be, by the words for it; of what came in also with the customer, as `invoice`."""
        owed = kind == "in" and self.receivable and self.customers
        return {**self.money, "invoice": self.receivable} if owed else self.money


def booking_choices(books: Books, who: Holder, day: date) -> Choices:
    """What there is to choose from on that day."""
    chart, month = books.chart, Month.of(day)
    ledger = read_ledger(books.coop, who.id, chart)
    pack = books.packs.get(str(who.facts(month).get("rules")))
    projects = {
        other.id: other.name
        for other in books.holders.values()
        if other.project and any(taking.id == who.id for taking in other.taking_part(month))
    }
    roles = pack.roles() if pack else frozenset()
    for project in projects:
        rules = books.packs.get(str(books.holders[project].facts(month).get("rules")))
        roles |= {step.role for step in rules.steps if step.role and step.kind != "input"} if rules else set()
    earlier = _earlier(ledger, chart)
    accounts, against = _accounts_for(books, pack, roles, day, ledger, earlier)
    counted = (*accounts["in"], *accounts["out"])
    exempt = facts_on(books.entries.cooperative, day).get("vat") == "exempt"
    return Choices(
        [kind for kind in EVENT_KINDS if accounts[kind]],
        accounts,
        against,
        _money(books, day),
        {} if exempt else {account: rates for account in counted if (rates := said_rates(chart, account))},
        {pot: list(pack.purposes(pot)) for pot in accounts["pot"]} if pack else {},
        projects,
        earlier,
        next((n for n in chart.accounts if chart.role(n) == RECEIVABLE and chart.open_on(n, day)), ""),
        {name: _buyer(facts_on(known, day)) for name, known in sorted(books.entries.customers.items())},
        invoice_rates(chart, day),
        exempt,
    )


def _buyer(facts: Facts) -> Buyer:
    return Buyer(str(facts.get("name", "")), bool(facts.get("vat_id")), facts.get("country", "NL") != "NL")


def _accounts_for(
    books: Books, pack: Pack | None, roles: Iterable[str], day: date, ledger: Ledger, earlier: Sequence[Event]
) -> tuple[dict[EventKind, list[str]], dict[str, str]]:
    """By kind the accounts that the rules look at, those in use first; and the other side of hours."""
    chart, roles = books.chart, frozenset(roles)
    found: dict[EventKind, list[str]] = {kind: [] for kind in EVENT_KINDS}
    against: dict[str, str] = {}
    worn = {known.depreciation for known in chart.accounts.values()}
    fed = {step.feeds for one in books.packs.values() for step in one.steps}
    fed |= {one.contributions for one in books.packs.values()}
    for name, known in {**chart.accounts, **ledger.own}.items():
        role = chart.role(name) or ""
        units = set(known.currencies)
        if not (known.opened <= day <= (known.closed or date.max)) or role == ROUNDING:
            continue
        if units and "EUR" not in units:
            if role in roles and name in chart.accounts and (other := _against(chart, name, day)):
                found["km" if KILOMETRES in units else "hours"].append(name)
                against[name] = other
        elif name.startswith("Income:") and role in roles and name not in fed:
            found["in"].append(name)
        elif name.startswith("Expenses:") and role in roles and name not in worn:
            found["out"].append(name)
    found["pot"] = [pot for pot in (pack.pots() if pack else ()) if chart.open_on(pot, day)]
    used = Counter(event.account for event in earlier)
    for kind, names in found.items():
        leaves = [n for n in names if used[n] or not any(o.startswith(f"{n}:") for o in names)]
        found[kind] = sorted(leaves, key=lambda name: -used[name])
    return found, against


def _against(chart: Chart, account: str, day: date) -> str:
    """The account against which hours or kilometres on this one are booked: without a role, of the same
    commodity, and of those the one that is called most like it."""
    units = chart.accounts[account].currencies
    fits = [
        name
        for name, known in chart.accounts.items()
        if name.startswith("Equity:") and known.currencies == units and chart.open_on(name, day)
    ]
    last = account.rpartition(":")[2]
    same = [name for name in fits if name.rpartition(":")[2] == last]
    return (same or fits or [""])[0]


def _money(books: Books, day: date) -> dict[str, str]:
    """Where money is, by the words for it: cash, the bank (more than one by their names), and own money."""
    chart = books.chart
    own = {bank.account: name for name, bank in books.bank_accounts.items()}
    open_ones = [
        name
        for name, known in chart.accounts.items()
        if name.startswith("Assets:") and chart.open_on(name, day) and set(known.currencies) <= {"EUR"}
        and not chart.worn_on(name)
    ]  # fmt: skip
    in_hand = [name for name in open_ones if chart.role(name) == IN_HAND]
    plain = [name for name in open_ones if chart.role(name) is None and name not in own]
    banks = [name for name in open_ones if name in own]
    if not banks:
        banks = [name for name in plain if "bank" in name.casefold()][:1]
    cash = in_hand or [name for name in plain if name not in banks][:1]
    found = {"cash": cash[0]} if cash else {}
    found |= {"bank": banks[0]} if len(banks) == 1 else {own[name]: name for name in banks}
    return found | ({"own": in_hand[0]} if in_hand else {})


def _earlier(ledger: Ledger, chart: Chart) -> list[Event]:
    """What was booked by hand, as events, the latest first."""
    own = (m for m in ledger.movements if ledger.text.own(m.line))
    groups = [list(group) for _, group in groupby(own, key=lambda moved: moved.line)]
    sold = {one.line: one for one in ledger.invoices if one.named and not one.credits}
    found = []
    for group in groups:
        if event := event_of(group, chart):
            if (of := sold.get(group[0].line)) and chart.role(event.other) == RECEIVABLE:
                vat = next((line.rate for line in of.sold if line.rate in ("exempt", "reverse")), "")
                event = event._replace(customer=of.named, vat=vat, by="invoice")
            found.append(event)
    return sorted(found, key=lambda event: event.day, reverse=True)


def again(choices: Choices, today: date) -> Event | None:
    """What was booked a week ago, else the last of all, as it would be today."""
    a_week = [event for event in choices.earlier if (today - event.day).days == 7]
    others = {*choices.money.values(), *choices.against.values()}
    found = [
        event
        for event in (*a_week, *choices.earlier)
        if event.kind in choices.kinds
        and event.account in choices.accounts[event.kind]
        and (event.customer in choices.customers if event.customer else event.other in others)
        and event.amount > 0
    ]
    return found[0]._replace(day=today, earned=None) if found else None
