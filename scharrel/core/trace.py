"""What came out of a month and why: enough to explain every cent without computing it again."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.depreciation import WrittenOff
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.pack import KEPT_PARTIES, LIMITS, PARTIES, Figure, Pack, Step
from scharrel.core.period import Period

REASONS = (
    "not-deductible", "condition", "age", "months-used", "not-approved", *LIMITS, "pool-empty",
    "below-threshold",
)  # fmt: skip
"""What can make a step pay less than its amount kind asks."""


class Limit(NamedTuple):
    """Something that lowered what a step asked. Amounts in euros.

    `code` is one of REASONS; `used` is what had filled the limit before, `cause` the modifier behind a
    condition (when, until, not_with or after).
    """

    code: str
    before: Decimal
    after: Decimal
    figure: Figure | None = None
    used: Decimal = ZERO
    cause: str = ""


class LimitLevel(NamedTuple):
    """How far one of LIMITS (`code`) had been filled before the month's payment, in euros."""

    code: str
    figure: Figure
    used: Decimal


class Part(NamedTuple):
    """What someone who takes part in a project gets of what it shares, in euros, and by what weight."""

    member: str
    name: str
    weight: Decimal
    amount: Decimal


class Received(NamedTuple):
    """What comes in from another ledger: with a member a part of a project, with a sub-cooperative what a
    member or project pays to it. From whom (`project`, and the name), by which pack and step, on which
    account and so in which role, owed on which other account, in euros. `shared` is how the project shared
    it."""

    project: str
    name: str
    pack: str
    step: str
    account: str
    role: str
    against: str
    amount: Decimal
    shared: "StepResult | None" = None


class StepResult(NamedTuple):
    """One step of one month. Amounts in euros, exact until `paid`, which is whole cents.

    `limits` are those that lowered what was asked, `levels` all of LIMITS that the
    step has, with what had filled each before this month's payment.

    `wanted` is what the amount kind asked, `waiting` the shortfall carried in, `shortfall` the
    one carried out. `base` is what the rate looked at; over a year, `year_before` is the sum of
    the bases before this month. `units` is the quantity behind a `per` step. A part of a share has
    `shared`, what all members together divided. In a settled period `definitive` is the month's part
    of what is due for it, and nothing else was asked. `parts` is what a project shares, by member;
    `written` what is written off on the role of an input.
    """

    step: Step
    paid: Decimal
    left_before: Decimal
    wanted: Decimal = ZERO
    waiting: Decimal = ZERO
    shortfall: Decimal = ZERO
    base: Decimal | None = None
    year_before: Decimal = ZERO
    units: Decimal | None = None
    figure: Figure | None = None
    above: Figure | None = None
    bands: tuple[tuple[Figure, Figure], ...] = ()
    limits: tuple[Limit, ...] = ()
    levels: tuple[LimitLevel, ...] = ()
    shared: Decimal | None = None
    target: Figure | None = None
    months_used: int = 0
    year_used: Decimal = ZERO
    life_used: Decimal = ZERO
    definitive: Decimal | None = None
    parts: tuple[Part, ...] = ()
    written: tuple[WrittenOff, ...] = ()

    @property
    def why(self) -> list[str]:
        """The codes of the limits, in the order in which they applied."""
        return [limit.code for limit in self.limits]

    @property
    def own(self) -> Decimal:
        """What was booked on an input and is neither paid nor asked again: the member's own cost, in euros.

        With what it paid, and the change of what waits, it adds up to what was booked.
        """
        if self.step.kind != "input" or self.definitive is not None:
            return ZERO
        return self.wanted + self.waiting - self.paid - self.shortfall


class Worn(NamedTuple):
    """What is written off of all that stands on one account, on another, in euros; `step` is the step that
    takes it, or its role where none does."""

    step: str
    account: str
    expense: str
    amount: Decimal


class LeftOpen(NamedTuple):
    """What no later month takes up where a membership ends, in euros: a loss, or what a step still had to pay
    or, below zero, had come back; that of a `role` which the rules have no step for any more."""

    amount: Decimal
    step: Step | None = None
    role: str = ""


class Allocation(NamedTuple):
    """One member's month divided. Amounts in euros.

    `came_in` is what the pool's roles booked, with what was `received` from other ledgers; `carried` the
    negative pool of earlier months (zero or below); `pool` what was divided, never below zero;
    `written` what was written off. Where the municipality settles by the quarter or year, `period` is that,
    and `provisional` whether that has yet to happen. `last` says that the membership ends with the month,
    and `waiting` is then what is short of inputs that the rules do not have, by role.
    """

    member: str
    month: Month
    pack: Pack
    came_in: Decimal
    carried: Decimal
    pool: Decimal
    steps: tuple[StepResult, ...]
    balances: Mapping[str, Decimal]
    received: tuple[Received, ...] = ()
    written: tuple[WrittenOff, ...] = ()
    period: Period | None = None
    provisional: bool = False
    last: bool = False
    waiting: tuple[tuple[str, Decimal], ...] = ()

    def after(self, month: Month) -> "Allocation":
        """A later month of who is no member any more: nothing is divided, and the balances stand."""
        return Allocation(self.member, month, self.pack, ZERO, ZERO, ZERO, (), self.balances)

    @property
    def loss(self) -> Decimal:
        """The negative pool that the month leaves behind, in euros."""
        return max(-(self.came_in + self.carried), ZERO)

    @property
    def left_open(self) -> tuple[LeftOpen, ...]:
        """What stays open where the membership ends with the month: the loss first."""
        if not self.last:
            return ()
        found = [LeftOpen(self.loss), *(LeftOpen(r.shortfall, r.step) for r in self.steps)]
        found += [LeftOpen(amount, role=role) for role, amount in self.waiting]
        return tuple(entry for entry in found if entry.amount)

    @property
    def worn(self) -> tuple[Worn, ...]:
        """What is written off, by account."""
        taking = {r.step.role: r.step.id for r in self.steps if r.step.kind == "input"}
        sums: dict[tuple[str, str, str], Decimal] = {}
        for entry in self.written:
            bought = entry.purchase
            key = taking.get(bought.role, bought.role), bought.account, bought.expense
            sums[key] = sums.get(key, ZERO) + entry.amount
        return tuple(Worn(*key, amount) for key, amount in sorted(sums.items()) if amount)

    @property
    def keep(self) -> Decimal:
        """What the member keeps: the steps whose party is the member or the member's own pot."""
        return total(s.paid for s in self.steps if s.step.party in KEPT_PARTIES)

    @property
    def own(self) -> Decimal:
        """What the member spent that does not count, in euros."""
        return total(s.own for s in self.steps)

    @property
    def posted(self) -> tuple[StepResult, ...]:
        """The steps that are booked: inputs stand in the ledger already."""
        return tuple(s for s in self.steps if s.step.to is not None and s.paid)

    @property
    def from_outside(self) -> Decimal:
        """What came in from outside: not from another ledger."""
        return self.came_in - total(r.amount for r in self.received if r.role in self.pack.pool)

    def paid_to(self, party: str) -> Decimal:
        """What the steps with this party paid together."""
        return total(s.paid for s in self.steps if s.step.party == party)


class PotLevel(NamedTuple):
    """How full a pot with a target is, in euros."""

    balance: Decimal
    target: Decimal


class Summary(NamedTuple):
    """One row of the month: what came to whom. Amounts in euros, `paid` by party."""

    member: str
    pool: Decimal
    paid: Mapping[str, Decimal]
    keep: Decimal
    pots: tuple[PotLevel, ...]


def unsettled(allocations: Iterable[Allocation]) -> list[Period]:
    """The periods, each once, that the municipality has yet to settle and in which something was divided."""
    return sorted({a.period for a in allocations if a.provisional and a.period and a.pool})


def summary_of(allocation: Allocation) -> Summary:
    """The month in one row."""
    pots = tuple(
        PotLevel(allocation.balances.get(result.step.to or "", ZERO), result.target.value)
        for result in allocation.steps
        if result.step.party == "pot" and result.target is not None
    )
    paid = {party: allocation.paid_to(party) for party in PARTIES}
    return Summary(allocation.member, allocation.pool, paid, allocation.keep, pots)
