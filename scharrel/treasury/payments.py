"""What is due to members, the municipality and the tax office; and payment runs with what the bank's lines
say of them."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.corrections import Posted
from scharrel.core.facts import Movement
from scharrel.core.money import ZERO, total
from scharrel.core.names import COOP_ID
from scharrel.core.pack import Pack
from scharrel.formats.records import BankLine
from scharrel.treasury.lines import BookedLine, CounterLeg
from scharrel.treasury.recognition import DAYS_APART, Recognised

MEMBER, MUNICIPALITY, TAX = "member", "municipality", "tax"
RECIPIENTS = (MEMBER, MUNICIPALITY, TAX)
"""To whom a run can pay."""

FEWEST_IN_BATCH = 2
"""Payments of a run that a line without a reference can be the sum of: one alone is known by its account."""

_ID = re.compile(r"(?<![0-9-])\d{4}-\d\d-\d\d-\d{1,4}(?:-\d{2,4})?(?![0-9-])")
_OF_RUN = re.compile(r"(?:payment|returned) (\d{4}-\d\d-\d\d-\d{1,4})(?:-\d{2,4})?(?![0-9-])")
_PAYMENT_ID = re.compile(r"\d{4}(?:-\d+){4}")
_DAYS = timedelta(days=DAYS_APART)
_RETURN = re.compile(r"\b(?:retour|return|rtrn|storno|teruggeboekt|niet uitgevoerd)", re.IGNORECASE)


class Due(NamedTuple):
    """What is due, in euros: `allocated` to the accounts of `to` in the holder's closed months, less what was
    `taken` from these since, less what the holder has in hand. `legs` are the postings that pay it."""

    to: str
    holder: str
    allocated: Decimal
    taken: Decimal
    in_hand: Decimal = ZERO
    legs: tuple[CounterLeg, ...] = ()

    @property
    def owed(self) -> Decimal:
        """What is due before what is in hand is taken off."""
        return self.allocated - self.taken

    @property
    def amount(self) -> Decimal:
        """What is to be paid; below zero nothing is."""
        return self.owed - self.in_hand

    @property
    def to_hand_in(self) -> Decimal:
        """What the holder has in hand and nothing is due for."""
        return min(max(-self.amount, ZERO), max(self.in_hand, ZERO))


class PaymentPart(NamedTuple):
    """The postings of a payment in one holder's book, without the one that is on its way to the bank: what
    stands there is what is paid."""

    holder: str
    legs: tuple[CounterLeg, ...]


class Payment(NamedTuple):
    """One payment of a run, by the name and in the text that the bank was given; `holder` is for whom it is,
    `iban` compact."""

    id: str
    to: str
    holder: str
    name: str
    iban: str
    text: str
    parts: tuple[PaymentPart, ...]

    @property
    def amount(self) -> Decimal:
        return total(leg.amount for part in self.parts for leg in part.legs)

    @property
    def due_again_on(self) -> tuple[str, str]:
        """Whose it is, and on which account, when it comes back."""
        _, holder, account = max(
            (leg.amount, part.holder, leg.account) for part in self.parts for leg in part.legs
        )
        return holder, account


class PaymentRun(NamedTuple):
    """Payments that are ordered together: on which day (`made` when it was written), for what closed months
    up to (empty if none is), from which account of the register, and by the account's number and the name
    that the bank was given; what is on its way stands on `transit`. A run that was `cancelled`, on a day,
    pays nothing; `file` is where it stands."""

    id: str
    day: date
    made: date
    through: str
    bank: str
    iban: str
    name: str
    transit: str
    payments: tuple[Payment, ...]
    cancelled: date | None = None
    file: str = ""

    @property
    def amount(self) -> Decimal:
        return total(payment.amount for payment in self.payments)


def accounts_paid(packs: Collection[Pack], to: str) -> frozenset[str]:
    """The accounts of what is due under these rules to the member, with what lowers a benefit, or to the
    municipality. A pot is none."""
    pots = {account for pack in packs for account in pack.pots()}
    steps = [step for pack in packs for step in pack.steps if step.to]
    found = {str(step.to) for step in steps if (MEMBER if step.reduction else step.party) == to}
    return frozenset(found - pots)


def allocated_to(posted: Iterable[Posted], accounts: Collection[str]) -> dict[str, Decimal]:
    """What these postings of allocations come to on each of the accounts, in euros."""
    sums: dict[str, Decimal] = {}
    for entry in posted:
        for account, amount in ((entry.account, entry.amount), (entry.against, -entry.amount)):
            if account in accounts:
                sums[account] = sums.get(account, ZERO) + amount
    return sums


def due_from(
    to: str,
    holder: str,
    allocated: Mapping[str, Decimal],
    movements: Iterable[Movement],
    owing: Collection[str],
    held: Collection[str] = (),
) -> Due:
    """What is due on the `owing` accounts, with all that was ever booked on them; `held` are those of what
    the holder has in hand."""
    booked: dict[str, Decimal] = {}
    for m in movements:
        if m.currency == "EUR" and (m.account in owing or m.account in held):
            booked[m.account] = booked.get(m.account, ZERO) + owed_by(m)
    owed = {account: allocated.get(account, ZERO) + booked.get(account, ZERO) for account in sorted(owing)}
    in_hand = {account: -booked.get(account, ZERO) for account in sorted(held)}
    legs = [CounterLeg(account, amount) for account, amount in owed.items() if amount]
    legs += [CounterLeg(account, -amount) for account, amount in in_hand.items() if amount]
    given = total(allocated.values())
    return Due(to, holder, given, given - total(owed.values()), total(in_hand.values()), tuple(legs))


def owed_by(movement: Movement) -> Decimal:
    """What the booking makes the cooperative owe more, in euros."""
    return -movement.amount if movement.account.startswith(("Assets:", "Expenses:")) else movement.amount


def run_of(why: str) -> str:
    """The run that a bank's line paid or sent back, or part of it, by its `why:`; empty if it did neither."""
    found = _OF_RUN.match(why)
    return found[1] if found else ""


def like_a_nickname(name: str) -> bool:
    """Whether a bank may not know its client by this name: it is one word."""
    return len(name.split()) == 1


class PaidLines:
    """What the bank's lines say of payments that were ordered: which left the account, which came back."""

    def __init__(self, runs: Sequence[PaymentRun], lines: Iterable[BookedLine]):
        self.payments: dict[Decimal, list[tuple[PaymentRun, Payment]]] = {}
        self.runs: dict[Decimal, list[PaymentRun]] = {}
        for run in runs:
            if not run.cancelled:
                self.runs.setdefault(run.amount, []).append(run)
                for payment in run.payments:
                    self.payments.setdefault(payment.amount, []).append((run, payment))
        self.transit = {run.transit for run in runs}
        self.whys: set[str] = set()
        self.returns: dict[str, BookedLine] = {}
        for line in lines:
            self.note(line)

    def note(self, line: BookedLine) -> None:
        """Take in what one more line says."""
        if line.why.startswith(("payment ", "returned ")):
            what = line.why.partition(":")[0]
            self.whys.add(what)
            if what.startswith("returned "):
                self.returns[what.removeprefix("returned ")] = line
        elif line.settled and any(leg.account in self.transit for leg in line.legs):
            # The treasurer put it on the account of what is on its way.
            by_hand = (
                payment.id
                for run, payment in self.payments.get(-line.amount, ())
                if not self.left(run, payment)
                and (line.iban == payment.iban or (line.holder and line.holder == payment.holder))
            )
            whole = (run.id for run in self.runs.get(-line.amount, ()) if self._unpaid(run))
            if what := next(by_hand, "") or next(whole, ""):
                self.whys.add(f"payment {what}")

    def left(self, run: PaymentRun, payment: Payment) -> bool:
        """Whether the payment is on a statement, by itself or with all of its run."""
        return f"payment {payment.id}" in self.whys or f"payment {run.id}" in self.whys

    def came_back(self, iban: str) -> BookedLine | None:
        """The line by which the last payment that left for this account came back, if it did."""
        left = (
            payment
            for known in self.payments.values()
            for run, payment in known
            if payment.iban == iban and self.left(run, payment)
        )
        last = max((payment.id for payment in left), default="")
        return self.returns.get(last)

    def waiting(self, run: PaymentRun) -> list[Payment]:
        """What of the run is on no statement yet; nothing of one that was cancelled."""
        return [] if run.cancelled else [each for each in run.payments if not self.left(run, each)]

    def _unpaid(self, run: PaymentRun) -> bool:
        return not any(self.left(run, payment) for payment in run.payments)

    def recognise(self, line: BankLine, bank: str) -> list[Recognised]:
        """The payments of runs from this account that the line can be, or their return: by the reference that
        was given with it, else by account and amount, and by the text where that leaves several. A line
        without any of these can be a whole run by its sum."""
        named = _named_in(line)
        if line.amount > 0:
            return self._returned(line, bank, named)
        by_day = line.day + _DAYS
        same = [
            (run, payment)
            for run, payment in self.payments.get(-line.amount, ())
            if run.bank == bank and run.day <= by_day and not self.left(run, payment)
        ]
        found = [(run, payment) for run, payment in same if payment.id in named]
        if not found and not any(map(_PAYMENT_ID.fullmatch, named)):
            same = [(run, payment) for run, payment in same if not named or run.id in named]
            found = [(run, payment) for run, payment in same if payment.iban == line.iban]
        if len(found) > 1:
            said = line.text.casefold()
            found = [(run, payment) for run, payment in found if payment.text.casefold() in said] or found
        if found:
            return [
                _recognised(f"payment {p.id}", p.holder if len(p.parts) == 1 else COOP_ID, run.transit, line)
                for run, p in found
            ]
        whole = [
            run
            for run in self.runs.get(-line.amount, ())
            if run.bank == bank and run.day <= by_day and self._unpaid(run)
        ]
        by_name = [run for run in whole if run.id in named]
        if not named and not line.iban:
            recent = (run for run in whole if run.day >= line.day - _DAYS)
            by_name = [run for run in recent if len(run.payments) >= FEWEST_IN_BATCH]
        return [_recognised(f"payment {run.id}", COOP_ID, run.transit, line) for run in by_name]

    def _returned(self, line: BankLine, bank: str, named: Collection[str]) -> list[Recognised]:
        gone = [
            payment
            for run, payment in self.payments.get(line.amount, ())
            if run.bank == bank and self.left(run, payment) and f"returned {payment.id}" not in self.whys
        ]
        found = [payment for payment in gone if payment.id in named]
        if not found and (line.returned or _RETURN.search(" ".join((line.text, *line.given)))):
            found = [payment for payment in gone if payment.iban == line.iban]
        why = f": {line.returned}" if line.returned else ""
        return [_recognised(f"returned {p.id}{why}", *p.due_again_on, line) for p in found]


def _recognised(why: str, holder: str, account: str, line: BankLine) -> Recognised:
    return Recognised("" if holder == COOP_ID else holder, (CounterLeg(account, -line.amount),), why)


def _named_in(line: BankLine) -> set[str]:
    """The references of payments and runs that were given with the line or stand in its text; also where the
    bank broke one."""
    said = [*line.given, line.text, line.reference]
    return {found for text in said for whole in (text, "".join(text.split())) for found in _ID.findall(whole)}
