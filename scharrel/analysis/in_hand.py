"""What someone has in hand by month who earns something in some of them.

It is what an outlook counts: the benefit that is paid in a month, lowered for what was earned some months
before and less what is kept as holiday allowance, and what the cooperative pays in it of the month before.
The norm is the same benefit, not lowered. Savings do not count, nor does the holiday allowance when it comes.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from scharrel.analysis.finding import Pattern, PatternMonth
from scharrel.core.engine import close, divide
from scharrel.core.facts import MonthFacts, Settlement
from scharrel.core.money import ZERO, share_out, total
from scharrel.core.month import Month, months
from scharrel.core.pack import Facts, Pack
from scharrel.core.period import Period
from scharrel.core.settling import by_month, settled_steps
from scharrel.core.state import State
from scharrel.core.trace import Allocation
from scharrel.treasury.outlook import PAID_AFTER, MonthInHand, PaymentTimes, nth_day

TOGETHER = PaymentTimes(0, 0, PAID_AFTER, ZERO)
"""What is taken where the register does not say when money comes: that the benefit is lowered in the month in
which the cooperative pays what lowers it. What is found then is due to the rules alone."""


DueByMonth = Mapping[Month, Mapping[str, Decimal]]
"""What is definitively due in the months of a period that is settled, by step, in euros."""


class Cash(NamedTuple):
    """What the division of a month does, in euros: what goes off a benefit, and what the member is paid."""

    lowered: Decimal = ZERO
    given: Decimal = ZERO


class IncomeYear(NamedTuple):
    """Months in which a member of one kind, who is new, may earn something on a role; `paid_out` are the
    accounts of what the cooperative pays. Where it is a `period` the municipality settles that, and only what
    comes of the settlement is looked at."""

    pack: Pack
    facts: Facts
    times: PaymentTimes
    role: str
    paid_out: frozenset[str]
    first: Month
    length: int
    period: Period | None = None

    def cash(self, allocation: Allocation) -> Cash:
        lowered = total(result.paid for result in allocation.steps if result.step.reduction)
        return Cash(lowered, total(r.paid for r in allocation.posted if r.step.to in self.paid_out))

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
    """The beginning of a pattern of income: what was earned in each month, how that was divided, and how the
    member stands."""

    earned: tuple[Decimal, ...] = ()
    months: tuple[Allocation, ...] = ()
    cash: tuple[Cash, ...] = ()
    state: State = State.new()

    def after(self, year: IncomeYear, *earned: Decimal, due: DueByMonth = MappingProxyType({})) -> "Path":
        """The path with these months more; `due` is what is definitively due in a month, by step."""
        path = self
        for amount in earned:
            allocation, state = month_divided(year, path, amount, due)
            cash = (*path.cash, year.cash(allocation))
            path = Path((*path.earned, amount), (*path.months, allocation), cash, state)
        return path


def month_divided(
    year: IncomeYear, path: Path, amount: Decimal, due: DueByMonth = MappingProxyType({})
) -> tuple[Allocation, State]:
    """The path's next month, in which this is earned."""
    month = year.first.plus(len(path.earned))
    facts = MonthFacts(month, year.facts, {year.role: amount} if amount else {}, {})
    return close(divide("", year.pack, facts, path.state, due.get(month, {})))


def cash_until(year: IncomeYear, path: Path) -> tuple[tuple[Cash, ...], Month]:
    """What the months do, and the month in which the benefit is lowered for the last of them, or for the
    settlement of the period, if nothing more is earned."""
    cash = path.cash if year.period is None else _settled(year, year.period, path)
    return cash, year.first.plus(len(cash) - 1 + year.times.lag)


def pattern_of(year: IncomeYear, earned: Sequence[Decimal]) -> Pattern:
    """The pattern by month, from the first with earnings to the one in which the benefit is lowered last."""
    cash, last = cash_until(year, Path().after(year, *earned))
    begun = next(nth for nth, amount in enumerate(earned) if amount)
    by_nth = dict(enumerate(earned))
    told = [
        PatternMonth(by_nth.get(month.since(year.first), ZERO), year.in_hand(cash, month))
        for month in months(year.first.plus(begun), last)
    ]
    day = nth_day(last, year.times.paid_on) if year.times.paid_on else None
    return Pattern(year.facts, year.role, tuple(told), day)


def _settled(year: IncomeYear, period: Period, path: Path) -> tuple[Cash, ...]:
    """What the months of a period do, and the month after it: then the period is settled as if all had been
    earned evenly over its months, what that changes is put right, and nothing is earned."""
    was = path.after(year, *[ZERO] * (year.length - len(path.earned)))
    parts = share_out(total(path.earned), {str(month): Decimal(1) for month in period.months()})
    even = Path().after(year, *(parts[str(month)] for month in period.months()))
    of_town = {step.id for step in year.pack.steps if step.party == "municipality"}
    due = tuple(
        (step, total(r.paid for month in even.months for r in month.steps if r.step.id == step))
        for step in settled_steps(year.pack, period)
        if step in of_town
    )
    definitive = by_month(Settlement(period.last.last_day, 1, period, due, ""), was.months)
    becomes = Path().after(year, *was.earned, due=definitive)
    lowered = total(now.lowered - then.lowered for now, then in zip(becomes.cash, was.cash, strict=True))
    given = total(now.given - then.given for now, then in zip(becomes.cash, was.cash, strict=True))
    return (*was.cash, Cash(max(lowered, ZERO), max(given, ZERO)))
