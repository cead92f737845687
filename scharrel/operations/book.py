"""Booking what a member says: how it would stand and what it changes, and writing it into the member's own
ledger whole or not at all."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.across import HandBooking
from scharrel.core.chart import Chart
from scharrel.core.facts import Holder
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.problems import Problem, errors, in_order
from scharrel.core.trace import Allocation
from scharrel.ledger.bank_lines import hand_bookings, read_bank_book
from scharrel.ledger.books import Books
from scharrel.ledger.ledger import Ledger
from scharrel.ledger.reading import ledger_in
from scharrel.operations.divide import divide_group
from scharrel.operations.receipts import with_receipts
from scharrel.store.elsewhere import with_elsewhere
from scharrel.store.own_ledger import add_to_ledger, layout_of, open_elsewhere, with_booking
from scharrel.store.text import Text, read_text
from scharrel.treasury.cash_book import (
    Event,
    event_lines,
)
from scharrel.treasury.recognition import can_confirm, unconfirmed
from scharrel.treasury.standing import standing_of


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
