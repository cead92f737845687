"""What earlier months leave behind: recomputed from the ledgers at every run, never stored."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple, Self

from scharrel.core.facts import MonthFacts
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.pack import Step


class StepState(NamedTuple):
    """One step of one pack. Amounts in euros; `months_used` counts the months in which it paid."""

    months_used: int = 0
    first_paid: Month | None = None
    year_paid: Decimal = ZERO
    life_paid: Decimal = ZERO
    year_base: Decimal = ZERO
    shortfall: Decimal = ZERO

    def used_up(self, step: Step, month: Month) -> bool:
        """Whether the step's months are over."""
        if step.max_months is None:
            return False
        if step.consecutive:
            return self.first_paid is not None and month.since(self.first_paid) >= step.max_months
        return self.months_used >= step.max_months

    def after(self, paid: Decimal, month: Month, base: Decimal, shortfall: Decimal) -> "StepState":
        """The step after it paid this in the month."""
        return StepState(
            self.months_used + (paid > 0),
            self.first_paid or (month if paid > 0 else None),
            self.year_paid + paid,
            self.life_paid + paid,
            self.year_base + base,
            shortfall,
        )

    def in_new_year(self) -> "StepState":
        """The step with nothing of the year yet."""
        return self._replace(year_paid=ZERO, year_base=ZERO)


class State(NamedTuple):
    """One member between two months. `balances` belong to the account, `waiting` (shortfalls of
    inputs) to the role, `steps` to (pack, step); `deficit` is a negative pool, zero or below."""

    year: int
    deficit: Decimal
    steps: dict[tuple[str, str], StepState]
    waiting: dict[str, Decimal]
    balances: dict[str, Decimal]
    counted_year: dict[str, Decimal]
    counted_life: dict[str, Decimal]

    @classmethod
    def new(cls) -> Self:
        """A member before the first month."""
        return cls(0, ZERO, {}, {}, {}, {}, {})

    def opened(self, facts: MonthFacts) -> "State":
        """The state in which a month is divided: its bookings counted, a new year started."""
        same_year = self.year == facts.month.year
        steps = (
            dict(self.steps) if same_year else {key: state.in_new_year() for key, state in self.steps.items()}
        )
        return State(
            facts.month.year,
            self.deficit,
            steps,
            dict(self.waiting),
            _added(self.balances, facts.accounts),
            _added(self.counted_year if same_year else {}, facts.roles),
            _added(self.counted_life, facts.roles),
        )

    def of(self, pack: str, step: Step) -> StepState:
        """The step's own state, with the shortfall of its input wherever that arose."""
        state = self.steps.get((pack, step.id), StepState())
        if step.kind == "input" and step.role:
            waiting = self.waiting.get(step.role, ZERO)
            return state if waiting == state.shortfall else state._replace(shortfall=waiting)
        return state

    def counted(self, step: Step, facts: MonthFacts) -> tuple[Decimal, Decimal, Decimal]:
        """What amounts from elsewhere have filled of the step's month, year and life."""
        if not step.counts:
            return ZERO, ZERO, ZERO
        month = total(facts.roles.get(role, ZERO) for role in step.counts)
        year = total(self.counted_year.get(role, ZERO) for role in step.counts)
        life = total(self.counted_life.get(role, ZERO) for role in step.counts)
        return max(month, ZERO), max(year, ZERO), max(life, ZERO)

    def pay(
        self,
        pack: str,
        step: Step,
        paid: Decimal,
        month: Month,
        base: Decimal = ZERO,
        shortfall: Decimal = ZERO,
    ) -> None:
        """Note what a step paid; only for a state that `opened` made for this month."""
        old = self.steps.get((pack, step.id), StepState())
        self.steps[pack, step.id] = old.after(paid, month, base, shortfall)
        if step.kind == "input" and step.role:
            self.waiting[step.role] = shortfall
        if step.to:
            self.balances[step.to] = self.balances.get(step.to, ZERO) + paid

    def copy(self) -> "State":
        """The same state, that stays so when something is paid."""
        copied = dict(self.steps), dict(self.waiting), dict(self.balances)
        return State(self.year, self.deficit, *copied, self.counted_year, self.counted_life)

    def with_deficit(self, deficit: Decimal) -> "State":
        """The same state with this negative pool to carry."""
        return self._replace(deficit=deficit)


def _added(sums: dict[str, Decimal], more: Mapping[str, Decimal]) -> dict[str, Decimal]:
    added = dict(sums)
    for key, amount in more.items():
        added[key] = added.get(key, ZERO) + amount
    return added
