"""The member's statement of a month: every cent, in words that the member knows."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.analysis.prospect import Stretch
from scharrel.core.allowances import room
from scharrel.core.facts import Approval, Movement
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.pack import PARTIES, Step
from scharrel.core.pots import withdrawals
from scharrel.core.trace import Allocation, StepResult
from scharrel.statements.data import StatementData, concerns
from scharrel.statements.seal import month_figures
from scharrel.text.grounds import since, sources
from scharrel.text.outlook import short_lines
from scharrel.text.periods import provisional, provisional_of_step
from scharrel.text.pots import purpose, spendable
from scharrel.text.sentences import (
    because,
    closing,
    label,
    left_open,
    opening,
    own_costs,
    quantity,
    sentences,
)
from scharrel.text.words import Words, masked
from scharrel.treasury.accounts import OWN_ROLES, TRANSIT
from scharrel.treasury.payments import owed_by

HUNDRED = Decimal(100)

LONGEST_BANK_TEXT = 70
"""Letters of what a bank's line says."""


class Narrowing(NamedTuple):
    """One step of the waterfall, drawn as a bar that narrows.

    `before` and `after` are what was left before and after the step, as a percentage of the widest.
    """

    label: str
    paid: Decimal
    before: Decimal
    after: Decimal
    sentences: Sequence[str]
    sources: Sequence[str]


class Moved(NamedTuple):
    """What went into a pot or out of it (negative), in euros, and who approved it."""

    day: date
    amount: Decimal
    text: str
    reason: str
    purpose: str
    approvals: Sequence[Approval]


class Pot(NamedTuple):
    """A savings pot or, where nobody earns anything, what is kept for all, at the month's end, in euros;
    `full` is the level as a percentage of the target, `may` says what it may be spent on, if the rules do."""

    label: str
    level: Decimal
    added: Decimal
    target: Decimal | None
    moved: Sequence[Moved]
    may: str

    @property
    def full(self) -> Decimal:
        return _percentage(self.level, self.target or ZERO)

    @property
    def full_before(self) -> Decimal:
        """The level without what the rules added this month."""
        return _percentage(self.level - self.added, self.target or ZERO)


class Used(NamedTuple):
    """A limit in use: months, or euros of a cap; or how many units there are left below it, as they are
    `shown`. `code` is that of the limit."""

    label: str
    code: str
    used: Decimal
    limit: Decimal
    shown: str = ""


class Payout(NamedTuple):
    """What went to the member in euros, and `how`: "hand" is by the member's own ledger, "transfer" was
    ordered at the bank or left it; "back" came back from there, and "cancelled" was never sent."""

    day: date
    amount: Decimal
    how: str


class BookedRow(NamedTuple):
    """A posting that counts in the month: an amount in euros unless `currency` says otherwise, and the line
    of the member's own ledger; none for what the bank brought, of which the `text` says what it put on the
    cooperative's account and `place` where that stands."""

    day: date
    text: str
    account: str
    amount: Decimal
    currency: str
    line: int
    place: str


class YearOnYear(NamedTuple):
    """A party's total of the year to date beside that of the year before, in euros."""

    key: str
    this: Decimal
    last: Decimal


class Corrected(NamedTuple):
    """What a step of an earlier month was and becomes, in euros, and the bookings that caused it; `part` is
    what of the income it is, `figure` its name in the seal."""

    month: Month
    label: str
    was: Decimal
    becomes: Decimal
    reason: str
    part: str = ""
    party: str = ""
    reduction: bool = False
    figure: str = ""

    @property
    def difference(self) -> Decimal:
        return self.becomes - self.was


class MemberView(NamedTuple):
    """What the member's statement shows. Amounts in euros. `here` is false for who left and is told what was
    put right, `earns` under rules that leave nobody anything; `kept_on` has the level of every pot's account,
    `left_open` is what the membership leaves open where it ended, `called` what people call an account,
    `ahead` what the months after it ask."""

    coop: str
    name: str
    address: str
    month: Month
    pack: str
    open_still: bool
    restated_in: Sequence[Month]
    here: bool
    left_open: Sequence[tuple[str, Decimal]]
    came_in: Decimal
    pool: Decimal
    keep: Decimal
    opening: Sequence[str]
    waterfall: Sequence[Narrowing]
    sources: Sequence[str]
    closing: str
    own_costs: str
    earns: bool
    pots: Sequence[Pot]
    stretches: Sequence[Stretch]
    provisional: str
    reduction: Decimal
    to_municipality: Decimal
    to_member: Decimal
    paid_out: Sequence[Payout]
    due: Decimal
    in_hand: Decimal
    limits: Sequence[Used]
    corrections: Sequence[Corrected]
    corrected_reduction: Decimal
    corrected_municipality: Decimal
    corrected_member: Decimal
    has_last_year: bool
    years: Sequence[YearOnYear]
    bookings: Sequence[BookedRow]
    bank_files: Sequence[str]
    banked: Sequence[str]
    vat: Decimal
    ledger: str
    allocation: Allocation
    kept_on: Mapping[str, Decimal]
    called: Mapping[str, str]
    ahead: Sequence[str] = ()

    @property
    def figures(self) -> dict[str, Decimal]:
        """The amounts by which the statement can be checked."""
        own = {f"{self.month} own costs": self.allocation.own} if self.allocation.own else {}
        pots = {f"pot {account}": level for account, level in self.kept_on.items()}
        return month_figures(self.allocation) | own | pots | correction_figures(self.corrections)


def member_view(words: Words, data: StatementData) -> MemberView:
    """Everything on the member's statement of the month."""
    month = data.allocation
    facts = data.member.facts(month.month)
    own = [step for step in month.pack.steps if step.party == "member" or step.reduction]
    accounts = list(dict.fromkeys(step.to for step in own if step.to))
    last_year = data.of_year(month.month.year - 1)
    counted = [m for m in data.counted() if m.currency != "EUR" or m.amount]
    rows = list(_rows(words, data, counted))
    paid_out = list(_paid_out(data, accounts))
    steps = _waterfall(words, month)
    return MemberView(
        coop=data.coop,
        name=data.member.name,
        address=str(facts.get("address", "")),
        month=month.month,
        pack=month.pack.title,
        open_still=data.open_still,
        restated_in=data.restated_in,
        here=data.here,
        left_open=left_open(words, data.allocations[-1]),
        came_in=month.came_in,
        pool=month.pool,
        keep=month.keep,
        opening=tuple(opening(words, month)) if data.here else (),
        waterfall=steps,
        sources=list(dict.fromkeys(source for step in steps for source in step.sources)),
        closing=closing(words, month) if data.here else "",
        own_costs=" ".join(own_costs(words, month)),
        earns=concerns(month),
        pots=tuple(_pots(words, data)),
        stretches=data.stretches,
        provisional=provisional(words, month),
        reduction=total(r.paid for r in month.steps if r.step.reduction),
        to_municipality=total(
            r.paid for r in month.steps if r.step.party == "municipality" and not r.step.reduction
        ),
        to_member=total(r.paid for r in month.posted if r.step.to in accounts),
        paid_out=paid_out,
        due=total(month.balances.get(account, ZERO) for account in accounts),
        in_hand=data.in_hand,
        limits=tuple(used for result in month.steps for used in limits_used(words, result)),
        corrections=corrected(words, data, [data.month]),
        corrected_reduction=_difference(data, lambda step: step.reduction),
        corrected_municipality=_difference(
            data, lambda step: step.party == "municipality" and not step.reduction
        ),
        corrected_member=_difference(data, lambda step: step.to in accounts),
        has_last_year=bool(last_year),
        years=tuple(_compared(data.of_year(month.month.year), last_year)),
        bookings=rows,
        bank_files=sorted({row.place.rpartition(":")[0] for row in rows if row.place}),
        banked=list(_otherwise_banked(words, data, {row.place for row in rows}, paid_out)),
        vat=total(m.amount for m in counted if data.roles[m.account] == "vat"),
        ledger=data.source.shown,
        allocation=month,
        ahead=tuple(short_lines(words, data.outlook)) if data.outlook else (),
        kept_on={account: month.balances.get(account, ZERO) for account in _kept_on(data)},
        called=data.called,
    )


def _rows(words: Words, data: StatementData, counted: Sequence[Movement]) -> Iterator[BookedRow]:
    """What counted in the month; of a bank line the first says what it put on the account."""
    told: set[int] = set()
    for m in counted:
        if data.roles[m.account] in ("vat", *OWN_ROLES):
            continue
        text, line, place = _booking_text(words, m), m.line, ""
        if data.by_bank(m):
            said = [] if line in told else [_moved_at_bank(words, one) for one in data.banked(line)]
            text, place = masked(text, LONGEST_BANK_TEXT), data.source.where(line)
            text = " ".join([text if text.endswith(("…", ".")) or not said else f"{text}.", *said])
            told.add(line)
            line = 0
        yield BookedRow(m.day, text, m.account, m.amount, m.currency, line, place)


def _moved_at_bank(words: Words, movement: Movement) -> str:
    key = "in" if movement.amount > 0 else "out"
    values = {"day": words.day(movement.day), "amount": words.money(abs(movement.amount))}
    return words(f"paper.book_bank_{key}", **values)


def _otherwise_banked(
    words: Words, data: StatementData, told: Collection[str], paid_out: Sequence[Payout]
) -> Iterator[str]:
    """What the bank brought or took for the member in the month, and what is told nowhere else."""
    transferred = {(paid.day, paid.amount) for paid in paid_out if paid.how in ("transfer", "back")}
    for m in data.banked():
        place = data.source.where(m.line)
        if place not in told and (m.day, abs(m.amount)) not in transferred:
            yield f"{_moved_at_bank(words, m)}: {masked(m.text, LONGEST_BANK_TEXT)} ({place})."


def _booking_text(words: Words, movement: Movement) -> str:
    """What the booking says, for which project it was, and when the customer paid what counts of it."""
    about = [movement.project] if movement.project else []
    if movement.paid and movement.earned:
        about.append(words("explain.paid-on", day=words.day(movement.earned)))
    return " ".join([movement.text, *(f"({each})" for each in about)])


def _paid_out(data: StatementData, accounts: Sequence[str]) -> Iterator[Payout]:
    """What went from these accounts to the member in the month, by day; of a payment what the bank pays."""
    of_others = [m for m in data.movements if data.by_bank(m)]
    ordered = _owed_by_line(m for m in of_others if data.roles.get(m.account) == TRANSIT)
    at_bank = _owed_by_line(m for m in of_others if m.account in data.banks)
    dated = [m for account in accounts for m in data.dated(account)]
    for line, m in sorted({m.line: m for m in dated}.items(), key=lambda found: (found[1].day, found[0])):
        taken = -total(one.amount for one in dated if one.line == line)
        if amount := ordered.get(line) or at_bank.get(line):
            back = "cancelled" if line in ordered else "back"
            yield Payout(m.day, abs(amount), "transfer" if amount > 0 else back)
        elif taken > 0:
            yield Payout(m.day, taken, "hand")


def _owed_by_line(movements: Iterable[Movement]) -> Mapping[int, Decimal]:
    """By booking what it makes the cooperative owe more, in euros."""
    sums: dict[int, Decimal] = {}
    for m in movements:
        sums[m.line] = sums.get(m.line, ZERO) + owed_by(m)
    return sums


def _difference(data: StatementData, concerned: Callable[[Step], bool]) -> Decimal:
    """What the month's corrections of these steps come to."""
    found = data.corrections.get(data.month, ())
    return total(e.correction.difference for e in found if e.step and concerned(e.step))


def corrected(
    words: Words, data: StatementData, booked: Iterable[Month], *, private: bool = False
) -> list[Corrected]:
    """What these months put right, in the order of the books; with `private` without the bookings that caused
    it."""
    return [
        Corrected(
            c.of,
            entry.label,
            c.was,
            c.becomes,
            because(words, c._replace(because=()) if private else c, data.called),
            entry.part,
            entry.step.party if entry.step else "",
            bool(entry.step and entry.step.reduction),
            " ".join(
                filter(None, (str(month), "correction", str(c.of), c.pack, c.step, c.project, c.against))
            ),
        )
        for month in booked
        for entry in data.corrections.get(month, ())
        for c in [entry.correction]
    ]


def correction_figures(corrections: Iterable[Corrected]) -> dict[str, Decimal]:
    """The corrections by which a statement can be checked."""
    return {c.figure: c.difference for c in corrections}


def limits_used(words: Words, result: StepResult) -> Iterator[Used]:
    """The limits that the step has used something of."""
    name = label(words, result.step)
    if result.step.max_months and (used := result.months_used + (result.paid > 0)):
        yield Used(name, "months-used", Decimal(used), Decimal(result.step.max_months))
    for level in result.levels:
        if level.code in ("cap-year", "cap-life") and level.used + result.paid > 0:
            yield Used(name, level.code, level.used + result.paid, level.figure.value)
    if left := room(result):
        yield Used(
            name,
            f"room-{left.limit.code}",
            Decimal(left.units),
            left.limit.figure.value,
            quantity(words, result.step, left.units),
        )


def _waterfall(words: Words, month: Allocation) -> list[Narrowing]:
    widest = max((max(r.left_before, r.left_before - r.paid) for r in month.steps), default=ZERO)
    # Where there was nothing to divide, only a step that wanted something has a story to tell.
    told = [r for r in month.steps if month.pool or r.paid or r.waiting or r.limits or r.shortfall]
    return [
        Narrowing(
            label(words, result.step),
            result.paid,
            _percentage(result.left_before, widest),
            _percentage(result.left_before - result.paid, widest),
            (
                *sentences(words, result, month.pack, last=month.last),
                *provisional_of_step(words, month, result),
                *since(words, result, month.pack),
            ),
            list(sources(words, result, month.pack)),
        )
        for result in told
    ]


def _pots(words: Words, data: StatementData) -> Iterator[Pot]:
    month = data.allocation
    approved = {
        withdrawal.movement: withdrawal.approvals
        for withdrawal in withdrawals(data.member, data.allocations, data.movements)
    }
    for account in _kept_on(data):
        paying = [r for r in month.steps if r.step.party in ("pot", "community") and r.step.to == account]
        level = month.balances.get(account, ZERO)
        moved = [
            Moved(m.day, m.amount, m.text, m.reason, purpose(words, m.purpose), approved.get(m, ()))
            for m in data.dated(account)
        ]
        if not (paying or moved or level):
            continue
        added = total(r.paid for r in paying)
        targets = [r.target.value for r in paying if r.target]
        yield Pot(
            label(words, paying[0].step)
            if paying
            else data.called.get(account) or account.rpartition(":")[2],
            level,
            added,
            targets[0] if targets else None,
            moved,
            spendable(words, month.pack.purposes(account)),
        )


def _kept_on(data: StatementData) -> list[str]:
    """The accounts of the pots, or under rules that leave nobody anything of what is kept for all."""
    if concerns(data.allocation):
        return list(data.pot_accounts())
    return list(dict.fromkeys(step.to for step in data.allocation.pack.steps if step.to))


def _compared(this: Sequence[Allocation], last: Sequence[Allocation]) -> Iterator[YearOnYear]:
    yield YearOnYear("turnover", *(total(a.came_in for a in year) for year in (this, last)))
    for party in PARTIES:
        sums = [total(a.paid_to(party) for a in year) for year in (this, last)]
        if any(sums) and party != "member":
            yield YearOnYear(party, *sums)
    yield YearOnYear("keep", *(total(a.keep for a in year) for year in (this, last)))


def _percentage(part: Decimal, whole: Decimal) -> Decimal:
    """The part of the whole, from 0 to 100 and to a tenth: for drawing, never for booking."""
    if whole <= 0:
        return ZERO
    return min(max(part / whole * HUNDRED, ZERO), HUNDRED).quantize(Decimal("0.1"))
