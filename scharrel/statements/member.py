"""The member's statement of a month: every cent, in words that the member knows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from scharrel.statements.member_bookings import BookedRow, Payout, booked_rows, otherwise_banked, payouts
from scharrel.statements.seal import month_figures
from scharrel.text.accounts import pot_name
from scharrel.text.corrections import because
from scharrel.text.grounds import since, sources
from scharrel.text.outlook import short_lines
from scharrel.text.periods import provisional, provisional_of_step
from scharrel.text.pots import purpose, spendable
from scharrel.text.sentences import closing, label, left_open, opening, own_costs, quantity, sentences
from scharrel.text.words import Words, capital

HUNDRED = Decimal(100)


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
    `ahead` what the months after it ask, `unpaid` what was sold and counts when it is paid."""

    coop: str
    name: str
    address: str
    month: Month
    pack: str
    open_still: bool
    restated_in: Sequence[Month]
    here: bool
    left_open: Sequence[tuple[str, Decimal]]
    lead: str
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
    banked: Sequence[str]
    vat: Decimal
    ledger: str
    allocation: Allocation
    kept_on: Mapping[str, Decimal]
    called: Mapping[str, str]
    ahead: Sequence[str] = ()
    unpaid: Sequence[Movement] = ()

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
    rows = list(booked_rows(words, data, counted))
    paid_out = list(payouts(data, accounts))
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
        lead=_lead(words, month) if data.here else words("paper.member_lead_left"),
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
        reduction=_instead(month),
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
        banked=list(otherwise_banked(words, data, {row.place for row in rows}, paid_out)),
        vat=total(m.amount for m in counted if data.roles[m.account] == "vat"),
        ledger=data.source.shown,
        allocation=month,
        ahead=tuple(short_lines(words, data.outlook)) if data.outlook else (),
        unpaid=data.unpaid,
        kept_on={account: month.balances.get(account, ZERO) for account in _kept_on(data)},
        called=data.called,
    )


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


def _instead(month: Allocation) -> Decimal:
    """What the member gets in place of benefit, in euros."""
    return total(r.paid for r in month.steps if r.step.reduction)


def _lead(words: Words, month: Allocation) -> str:
    """The month in a sentence."""
    instead = _instead(month)
    way = "_loss" if month.came_in < 0 else "_nothing" if not month.came_in else "_instead" if instead else ""
    amounts = {"came_in": abs(month.came_in), "keep": month.keep, "instead": instead}
    return words(f"paper.member_lead{way}", **{name: words.money(n) for name, n in amounts.items()})


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
            capital(label(words, paying[0].step) if paying else pot_name(data.called, account)),
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
