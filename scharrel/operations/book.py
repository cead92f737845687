"""Booking what a member says: what there is to choose, how it would stand and what it changes, and writing it
into the member's own ledger whole or not at all."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from scharrel.core.across import HandBooking
from scharrel.core.chart import Chart
from scharrel.core.facts import Holder
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.pack import Facts, Pack
from scharrel.core.problems import Problem, errors, in_order
from scharrel.core.quotes import RECEIVABLE
from scharrel.core.trace import Allocation
from scharrel.ledger.bank_lines import hand_bookings, read_bank_book
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.ledger.reading import ledger_in, read_ledger
from scharrel.operations.divide import divide_group
from scharrel.operations.receipts import with_receipts
from scharrel.store.elsewhere import with_elsewhere
from scharrel.store.own_ledger import add_to_ledger, layout_of, open_elsewhere, with_booking
from scharrel.store.text import Text, read_text
from scharrel.treasury.accounts import IN_HAND, ROUNDING
from scharrel.treasury.cash_book import (
    EVENT_KINDS,
    KILOMETRES,
    Event,
    EventKind,
    event_lines,
    event_of,
    invoice_rates,
    said_rates,
)
from scharrel.treasury.invoices import facts_on
from scharrel.treasury.recognition import can_confirm, unconfirmed
from scharrel.treasury.standing import standing_of


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


class Effect(NamedTuple):
    """What a month is by it: what is kept, before and after, in euros, and what is in the pots after it.
    `closed` says that the month is: it is put right in the first open one."""

    month: Month
    was: Decimal
    becomes: Decimal
    pots: dict[str, Decimal]
    closed: bool

    @property
    def more(self) -> Decimal:
        """What is kept more by it, in euros."""
        return self.becomes - self.was


class Planned(NamedTuple):
    """Events as they would stand in the ledger of `holder`: what it was and becomes, and the first lines with
    the text of each. `problems` keep it from being written, `told` is what is noticed, `unknown` why nothing
    can be said of what is kept; `by_bank` are bookings that the bank is still to confirm."""

    holder: str
    shown: str
    was: bytes
    becomes: bytes
    entries: Sequence[tuple[int, str]]
    problems: Sequence[Problem]
    told: Sequence[Problem] = ()
    effects: Sequence[Effect] = ()
    unknown: Sequence[Problem] = ()
    by_bank: Sequence[HandBooking] = ()
    events: Sequence[Event] = ()


def plan_bookings(books: Books, who: Holder, events: Sequence[Event], today: date) -> Planned:
    """How these events would stand in the ledger, what stands against it, and what it does."""
    text = read_text(books.coop, books.coop.ledger(who.id))
    shown, was = text.shown, text.data
    standing = [p for p in errors(books.problems) if not p.file.startswith("rules/")]
    before = ledger_in(with_elsewhere(books.coop, who.id, text), who.id, books.chart)
    unread = errors(text.problems) or ([] if before.movements else errors(before.problems))
    if standing or unread or not events:
        return Planned(who.id, shown, was, was, (), in_order([*standing, *unread]))
    for last in (False, True):  # between others it may stand in the middle of a text
        said, entries = _with_events(was.decode(), events, books.chart, last=last)
        becomes = said.encode()
        after_text = with_elsewhere(books.coop, who.id, Text(becomes, [], shown=shown))
        after = ledger_in(after_text, who.id, books.chart)
        lines = {line for line, _ in entries}
        if whole := _only_added(before, after, lines):
            break
    planned = Planned(who.id, shown, was, becomes, entries, (), events=events)
    group = next(group for group in books.groups() if any(m.id == who.id for m in group))
    months = sorted({event.counted_in for event in events})
    through = max(months)
    by_payment = any(pack.by_payment for pack in books.packs.values())
    then, now = (
        divide_group(read, group, through, today, sealed=False, instead={who.id: ledger})
        for read, ledger in (
            (books, before),
            (with_receipts(books, {who.id: after}) if by_payment else books, after),
        )
    )
    new = _new(then.problems, now.problems)
    wrong = errors(new)
    if not whole and not wrong:
        wrong = errors(now.problems)[:1] or [Problem(shown, entries[0][0], "ledger-changed")]
    outstanding, at_bank = _at_bank(books, who, before, after)
    if wrong or at_bank:
        return planned._replace(problems=in_order([*wrong, *at_bank]))
    warned = [p for p in new if p.warning]
    planned = planned._replace(told=in_order(warned), by_bank=outstanding)
    if stopping := errors(now.problems):
        return planned._replace(unknown=in_order(stopping))
    if not who.person:
        return planned
    of_month = [{a.month: a for a in outcome.allocations if a.member == who.id} for outcome in (then, now)]
    closed = books.closed if books.closed and not books.never_sealed(who) else None
    effects = [
        _effect(*(found[month] for found in of_month), closed=bool(closed and month <= closed))
        for month in months
        if all(month in found for found in of_month)
    ]
    return planned._replace(effects=effects)


def hindrances(books: Books, who: Holder, today: date) -> list[Problem]:
    """What keeps anything from being booked now, whatever it is."""
    is_open = open_elsewhere(books.coop, who.id)
    return [*plan_bookings(books, who, [], today).problems, *([is_open] if is_open else [])]


def _effect(was: Allocation, becomes: Allocation, *, closed: bool) -> Effect:
    pots = {pot: becomes.balances.get(pot, ZERO) for pot in becomes.pack.pots()}
    return Effect(becomes.month, was.keep, becomes.keep, pots, closed)


def _only_added(before: Ledger, after: Ledger, lines: Collection[int]) -> bool:
    """Whether all that was booked is as it was, and each of these lines begins a booking."""
    was, now = (
        Counter(moved._replace(line=0) for moved in ledger.movements if moved.line not in mine)
        for ledger, mine in ((before, ()), (after, lines))
    )
    return was == now and {*lines} <= {moved.line for moved in after.movements}


def _with_events(
    text: str, events: Iterable[Event], chart: Chart, *, last: bool
) -> tuple[str, list[tuple[int, str]]]:
    """The ledger with these events, and where each of them begins, with its text."""
    layout = layout_of(text)
    placed: list[tuple[int, str]] = []
    for event in sorted(events, key=lambda event: event.day):
        entry = event_lines(event, chart, layout.indent, layout.end)
        more = text.count("\n")
        text, line = with_booking(text, entry, event.day, last=last)
        more = text.count("\n") - more
        placed = [(at + more if at >= line else at, said) for at, said in placed]
        placed.append((line, "\n".join(entry)))
    return text, sorted(placed)


def _new(before: Iterable[Problem], after: Iterable[Problem]) -> list[Problem]:
    """The problems that were not there before; those that were may stand on another line by now."""
    known = Counter((p.file, p.code, p.excerpt.strip()) for p in before)
    found = []
    for problem in after:
        key = problem.file, problem.code, problem.excerpt.strip()
        if known[key]:
            known[key] -= 1
        else:
            found.append(problem)
    return found


def _at_bank(
    books: Books, who: Holder, before: Ledger, after: Ledger
) -> tuple[list[HandBooking], list[Problem]]:
    """The new bookings on accounts of the bank that a statement is still to confirm; and what is wrong with
    those that the bank's lines have already, or should have had."""
    waiting, wrong = [], []
    for account in books.banks_of(who.id):
        known = Counter(_same(one) for one in hand_bookings(before, who.id, [account]))
        made = list(hand_bookings(after, who.id, [account]))
        new = []
        for one in made:
            known[_same(one)] -= 1
            new += [one] if known[_same(one)] < 0 else []
        if not new:
            continue
        book, _ = read_bank_book(books.coop, account, books.chart, books.holders)
        theirs = tuple(line for line in book.lines if not line.booked or line.holder == who.id)
        stands = standing_of(book._replace(lines=theirs), made)
        left = unconfirmed(made, book.lines)
        for one in (booking for booking in new if booking in left):
            fits = [
                line for line in book.lines if can_confirm(line.day, line.amount, one) and not line.booked
            ]
            open_line = next((line for line in fits if not line.settled), None)
            mine = next((line for line in fits if line.settled and line.holder == who.id), None)
            values = {"account": account.name, "day": str(one.day), "amount": str(one.amount)}
            if mine and not open_line:
                place = f"{mine.file}:{mine.line}"
                wrong.append(Problem(one.file, one.line, "book-at-bank", {**values, "place": place}))
            elif stands.overdue(one) and not open_line:
                values["to"] = str(stands.to)
                wrong.append(Problem(one.file, one.line, "book-not-at-bank", values))
            else:
                waiting.append(one)
    return waiting, wrong


def _same(one: HandBooking) -> tuple[date, Decimal, str]:
    return one.day, one.amount, one.text


def write_planned(books: Books, planned: Planned) -> Problem | None:
    """Write it into the ledger, to stay, unless that was opened or changed in the meantime; only for the one
    writer. WriteError leaves the ledger as it was."""
    return add_to_ledger(books.coop, planned.holder, planned.was, planned.becomes, said_entries(planned))


def said_entries(planned: Planned) -> str:
    """The new entries as text."""
    return "\n\n".join(entry for _, entry in planned.entries)


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
