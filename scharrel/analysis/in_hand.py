"""What someone has in hand by month who earns something in some of them.

It is what an outlook counts: the benefit that is paid in a month, lowered for what was earned some months
before and less what is kept as holiday allowance, and what the cooperative pays in it of the month before.
The norm is the same benefit, not lowered. Savings do not count, nor does the holiday allowance when it comes.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from scharrel.analysis.finding import Pattern, PatternMonth
from scharrel.core.engine import close, divide
from scharrel.core.facts import Amounts, Holder, HolderDirective, MonthFacts, Settlement
from scharrel.core.history import replay
from scharrel.core.money import ZERO, share_out, total
from scharrel.core.month import Month, months
from scharrel.core.pack import Facts, Pack
from scharrel.core.period import Period
from scharrel.core.settling import settled_steps
from scharrel.core.state import State
from scharrel.core.trace import Allocation
from scharrel.treasury.outlook import PAID_AFTER, MonthInHand, PaymentTimes, nth_day
from scharrel.treasury.payments import MEMBER, accounts_paid

TOGETHER = PaymentTimes(0, 0, PAID_AFTER, ZERO)
"""What is taken where the register does not say when money comes: that the benefit is lowered in the month in
which the cooperative pays what lowers it. What is found then is due to the rules alone."""


class Cash(NamedTuple):
    """What the division of a month does, in euros: what goes off a benefit, and what the member is paid."""

    lowered: Decimal = ZERO
    given: Decimal = ZERO


class IncomeYear(NamedTuple):
    """Months in which a member of one kind, who is new, may earn something on a role. Where it is a `period`
    the municipality settles that, and only what comes of the settlement is looked at."""

    pack: Pack
    facts: Facts
    times: PaymentTimes
    role: str
    first: Month
    length: int
    period: Period | None = None

    def cash(self, allocation: Allocation) -> Cash:
        accounts = accounts_paid([self.pack], MEMBER)
        lowered = total(result.paid for result in allocation.steps if result.step.reduction)
        return Cash(lowered, total(r.paid for r in allocation.posted if r.step.to in accounts))

    def in_hand(self, cash: Sequence[Cash], month: Month) -> MonthInHand:
        """What there is in a month, by what the months from the first on do."""

        def of(earned: Month) -> Cash:
            nth = earned.since(self.first)
            return cash[nth] if 0 <= nth < len(cash) else Cash()

        earned = month.plus(-self.times.lag)
        known = max(earned, self.first)
        benefit = self.times.benefit_for(self.pack, self.facts, known, of(earned).lowered)
        assert benefit is not None
        return benefit.in_hand(month, of(month.plus(-PAID_AFTER)).given)

    def norm(self, earned: Month) -> Decimal:
        """The whole benefit that is lowered for what is earned in the month."""
        return self.pack.benefit(earned.plus(self.times.reduced_after), self.facts) or ZERO

    @property
    def most(self) -> Decimal:
        """What can be missing in a month at most: all that is paid of the benefit."""
        lowered = months(self.first.plus(self.times.lag), self.first.plus(self.length + self.times.lag))
        return max(self.in_hand((), month).least for month in lowered)


class Path(NamedTuple):
    """The beginning of a pattern of income: what was earned in each month, what that did, and how the member
    stands."""

    earned: tuple[Decimal, ...]
    cash: tuple[Cash, ...]
    state: State


def divided(year: IncomeYear, path: Path, amount: Decimal) -> tuple[Allocation, State]:
    """The path's next month, in which this is earned."""
    month = year.first.plus(len(path.earned))
    facts = MonthFacts(month, year.facts, {year.role: amount} if amount else {}, {})
    return close(divide("", year.pack, facts, path.state))


def with_month(year: IncomeYear, path: Path, amount: Decimal) -> Path:
    """The path with one month more."""
    allocation, state = divided(year, path, amount)
    return Path((*path.earned, amount), (*path.cash, year.cash(allocation)), state)


def months_of(year: IncomeYear, earned: Sequence[Decimal]) -> tuple[tuple[Cash, ...], Month]:
    """What the months do, and the month in which the benefit is lowered for the last of it, if nothing is
    earned after these months: for the last of them, or for the settlement of the period."""
    if year.period is not None:
        cash = _settled(year, year.period, earned)
    else:
        path = Path((), (), State.new())
        for amount in earned:
            path = with_month(year, path, amount)
        cash = path.cash
    return cash, year.first.plus(len(cash) - 1 + year.times.lag)


def pattern_of(year: IncomeYear, earned: Sequence[Decimal]) -> Pattern:
    """The pattern by month, from the first with earnings to the one in which the benefit is lowered last."""
    cash, last = months_of(year, earned)
    begun = next(nth for nth, amount in enumerate(earned) if amount)
    by_month = dict(enumerate(earned))
    told = [
        PatternMonth(by_month.get(month.since(year.first), ZERO), year.in_hand(cash, month))
        for month in months(year.first.plus(begun), last)
    ]
    day = nth_day(last, year.times.paid_on) if year.times.paid_on else None
    return Pattern(year.facts, year.role, tuple(told), day)


def _settled(year: IncomeYear, period: Period, earned: Sequence[Decimal]) -> tuple[Cash, ...]:
    """What the months of a period do, and the month after it: then the period is settled as if all had been
    earned evenly over its months, what that changes is put right, and nothing is earned."""
    amounts = dict(zip(period.months(), earned, strict=False))
    evenly = share_out(total(earned), {str(month): Decimal(1) for month in period.months()})
    even = _replayed(year, {Month.parse(month): part for month, part in evenly.items()})
    of_town = {step.id for step in year.pack.steps if step.party == "municipality"}
    due = tuple(
        (step, total(r.paid for allocation in even for r in allocation.steps if r.step.id == step))
        for step in settled_steps(year.pack, period)
        if step in of_town
    )
    settlement = Settlement(period.last.last_day, 1, period, due, "")
    was = [year.cash(allocation) for allocation in _replayed(year, amounts)]
    becomes = [year.cash(allocation) for allocation in _replayed(year, amounts, (settlement,))]
    put_right = Cash(
        max(total(each.lowered for each in becomes) - total(each.lowered for each in was), ZERO),
        max(total(each.given for each in becomes) - total(each.given for each in was), ZERO),
    )
    return (*was, put_right)


def _replayed(
    year: IncomeYear, amounts: Mapping[Month, Decimal], settlements: tuple[Settlement, ...] = ()
) -> list[Allocation]:
    facts = {**year.facts, "rules": year.pack.id}
    member = Holder("", (HolderDirective(year.first.first_day, 1, facts),), settlements=settlements)
    roles = {month: {year.role: amount} for month, amount in amounts.items() if amount}
    last = year.first.plus(year.length - 1)
    return list(replay([member], {"": Amounts(roles, {})}, {year.pack.id: year.pack}, last))
