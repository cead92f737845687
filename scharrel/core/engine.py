"""The waterfall of one month: a pool, divided step by step in the order of the pack.

    step takes min(asked, left)
    asked = amount kind + shortfall, then condition, age, months, caps, target, rounding

The contract is section 4 of the formats page; the words there are the words here.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from scharrel.core.facts import MonthFacts
from scharrel.core.money import ZERO, to_cents, total
from scharrel.core.month import Month
from scharrel.core.pack import Figure, Operand, Pack, Param, Step
from scharrel.core.state import State, StepState
from scharrel.core.trace import Allocation, Limit, LimitLevel, Part, StepResult


class Division(NamedTuple):
    """A month up to its closing step: what is `left` goes to the member or is shared."""

    member: str
    pack: Pack
    facts: MonthFacts
    came_in: Decimal
    carried: Decimal
    pool: Decimal
    done: tuple[StepResult, ...]
    left: Decimal
    state: State


def divide(
    member: str,
    pack: Pack,
    facts: MonthFacts,
    before: State,
    definitive: Mapping[str, Decimal] = MappingProxyType({}),
    *,
    settled: bool = False,
) -> Division:
    """Run every step but the closing one; NoValueError when a parameter has no value.

    `definitive` has, by step, what is due in this month of a year that is settled. With `settled` the
    municipality's steps are done with all that came before, at what they took.
    """
    state = before.opened(facts)
    came_in = total(facts.roles.get(role, ZERO) for role in pack.pool)
    net = came_in + before.deficit
    pool = left = max(net, ZERO)
    waterfall = _Waterfall(pack, facts, state, negative=net < 0, pool=pool, settled=settled)
    done = []
    for step in pack.steps[:-1]:
        due = definitive.get(step.id)
        result = waterfall.take(step, left) if due is None else waterfall.settle(step, due, left)
        left -= result.paid
        waterfall.left_after[step.id] = left
        done.append(result)
    state = state.with_deficit(min(net, ZERO))
    return Division(member, pack, facts, came_in, before.deficit, pool, tuple(done), left, state)


def close(
    division: Division,
    received: Decimal | None = None,
    shared: Decimal | None = None,
    parts: tuple[Part, ...] = (),
) -> tuple[Allocation, State]:
    """Pay the closing step: all that is left, what the member received of a share, or the `parts` of those
    who take part in a project."""
    step = division.pack.steps[-1]
    paid = division.left if received is None else received
    state = division.state
    units = division.facts.roles.get(step.role, ZERO) if step.role else None
    last = StepResult(step, paid, division.left, division.left, units=units, shared=shared, parts=parts)
    state.pay(division.pack.id, step, paid, division.facts.month)
    allocation = Allocation(
        division.member,
        division.facts.month,
        division.pack,
        division.came_in,
        division.carried,
        division.pool,
        (*division.done, last),
        dict(state.balances),
        written=division.facts.written,
    )
    return allocation, state


class _Waterfall:
    """The month while it is being divided."""

    def __init__(
        self,
        pack: Pack,
        facts: MonthFacts,
        state: State,
        *,
        negative: bool,
        pool: Decimal,
        settled: bool,
    ):
        self.pack = pack
        self.facts = facts
        self.state = state
        self.negative = negative
        self.pool = pool
        self.settled = settled
        self.left_after: dict[str, Decimal] = {}
        self.paid: dict[str, Decimal] = {}

    def take(self, step: Step, left: Decimal) -> StepResult:
        """Let one step take what it asks, as far as there is any."""
        state = self.state.of(self.pack.id, step)
        wish = self._wanted(step, state)
        levels = self._levels(step, state)
        asked, limits, stopped = self._limited(step, state, wish, levels)
        asked = to_cents(asked, step.rounding)
        paid = min(asked, left)
        if self.negative and paid < 0:
            paid = ZERO
        if paid < asked:
            limits.append(Limit("pool-empty", asked, paid))
        shortfall = self._shortfall(step, wish.waiting, asked - paid, stopped)
        self.state.pay(self.pack.id, step, paid, self.facts.month, wish.base or ZERO, shortfall)
        self.paid[step.id] = paid
        return wish._replace(
            paid=paid,
            left_before=left,
            limits=tuple(limits),
            levels=levels,
            shortfall=shortfall,
            target=self._figure(step.target) if step.target is not None else None,
        )

    def settle(self, step: Step, due: Decimal, left: Decimal) -> StepResult:
        """Let a step take what is definitively due, whatever it would ask by itself; the year to date goes
        on counting what it was asked of, and what was short is over."""
        state = self.state.of(self.pack.id, step)
        wish = self._wanted(step, state)
        paid = min(due, left)
        limits = (Limit("pool-empty", due, paid),) if paid < due else ()
        self.state.pay(self.pack.id, step, paid, self.facts.month, wish.base or ZERO)
        self.paid[step.id] = paid
        return StepResult(
            step,
            paid,
            left,
            wanted=due,
            limits=limits,
            base=wish.base,
            year_before=wish.year_before,
            months_used=state.months_used,
            definitive=due,
        )

    def _wanted(self, step: Step, state: StepState) -> StepResult:
        """What the amount kind asks, before any limit but `above`."""
        role = self.facts.roles.get(step.role, ZERO) if step.role else ZERO
        figure = self._figure(step.operand) if step.operand is not None else None
        asking = partial(
            StepResult,
            step,
            ZERO,
            ZERO,
            waiting=state.shortfall,
            figure=figure,
            months_used=state.months_used,
            year_used=state.year_paid,
            life_used=state.life_paid,
        )
        if step.kind == "input":
            written = tuple(w for w in self.facts.written if w.purchase.role == step.role)
            return asking(wanted=role, written=written)
        if step.kind == "amount" and figure:
            return asking(wanted=figure.value)
        if step.kind == "per" and figure:
            return asking(wanted=max(role * figure.value, ZERO), units=role)
        base = self._base(step.base)
        above = self._figure(step.above) if step.above is not None else None
        bands = tuple((self._figure(start), self._figure(rate)) for start, rate in step.bands)
        start = above.value if above else ZERO
        year_before = state.year_base if step.over_year else ZERO

        def due(amount: Decimal) -> Decimal:
            if figure:
                return max(amount - start, ZERO) * figure.value
            return _in_bands(bands, amount)

        reached = year_before + base
        wanted = max(due(reached) - due(year_before), ZERO)
        nothing_above = above is not None and base != 0 and reached <= start
        return asking(
            wanted=wanted,
            base=base,
            year_before=year_before,
            above=above,
            bands=bands,
            limits=(Limit("below-threshold", base, ZERO, above),) if nothing_above else (),
        )

    def _levels(self, step: Step, state: StepState) -> tuple[LimitLevel, ...]:
        """The limits of the step, in the contract's order, as far as they are filled."""
        if not (limits := step.limits()):
            return ()
        month, year, life = self.state.counted(step, self.facts)
        used = {
            "cap-month": month,
            "cap-year": year + state.year_paid,
            "cap-life": life + state.life_paid,
            "target": self.state.balances.get(step.to or "", ZERO),
        }
        return tuple(LimitLevel(kind, self._figure(operand), used[kind]) for kind, operand in limits)

    def _limited(
        self, step: Step, state: StepState, wish: StepResult, levels: tuple[LimitLevel, ...]
    ) -> tuple[Decimal, list[Limit], bool]:
        """What is asked after the limits in the contract's order, and whether one stopped the step."""
        asked = wish.wanted + wish.waiting
        limits = list(wish.limits)
        if stop := self._stop(step, state):
            code, cause = stop
            if asked > 0:
                limits.append(Limit(code, asked, ZERO, used=Decimal(state.months_used), cause=cause))
            return ZERO, limits, True
        if step.approval and step.kind == "input" and self.facts.approved is not None:
            counts = asked - wish.wanted + self.facts.approved.get(step.role or "", ZERO)
            if counts < asked:
                limits.append(Limit("not-approved", asked, counts))
            asked = counts
        for code, figure, used in levels:
            room = max(figure.value - used, ZERO)
            if asked > room:
                limits.append(Limit(code, asked, room, figure, used))
                asked = room
        return asked, limits, False

    def _stop(self, step: Step, state: StepState) -> tuple[str, str] | None:
        """What keeps the step from asking anything this month: the code and the modifier."""
        facts = self.facts.facts
        if step.own:
            return "not-deductible", "own"
        if any(facts.get(fact) != value for fact, value in step.when):
            return "condition", "when"
        if step.until and not lasts(facts.get(step.until), self.facts.month):
            return "condition", "until"
        if step.not_with and self.paid.get(step.not_with, ZERO) > 0:
            return "condition", "not_with"
        if step.after and not self._used_up(step.after):
            return "condition", "after"
        if step.min_age is not None and not _reached(step.min_age, facts.get("born"), self.facts.month):
            return "age", "min_age"
        if state.used_up(step, self.facts.month):
            return "months-used", "max_months"
        return None

    def _used_up(self, step_id: str) -> bool:
        step = next(step for step in self.pack.steps if step.id == step_id)
        if self.paid.get(step_id, ZERO) > 0:
            return False
        return self.state.of(self.pack.id, step).used_up(step, self.facts.month)

    def _shortfall(self, step: Step, waiting: Decimal, unpaid: Decimal, stopped: bool) -> Decimal:
        """What is asked again next month: a refund is never lost, the rest only with `carry`."""
        if self.settled and step.party == "municipality":
            return ZERO
        if stopped:
            return waiting
        return unpaid if step.carry else min(unpaid, ZERO)

    def _base(self, base: str) -> Decimal:
        if base == "pool":
            return self.pool
        if base.startswith("after."):
            return self.left_after[base.removeprefix("after.")]
        return self.facts.roles.get(base, ZERO)

    def _figure(self, operand: Operand) -> Figure:
        if isinstance(operand, Param):
            return operand.figure(self.facts.month, self.facts.facts)
        return Figure(operand)


def _in_bands(bands: tuple[tuple[Figure, Figure], ...], amount: Decimal) -> Decimal:
    """Each slice of the amount at its own rate."""
    due = ZERO
    for position, (start, rate) in enumerate(bands):
        end = bands[position + 1][0].value if position + 1 < len(bands) else amount
        due += max(min(amount, end) - start.value, ZERO) * rate.value
    return due


def lasts(until: object, month: Month) -> bool:
    """Whether a permission up to this day covers the month: it does if it covers the first of it."""
    return isinstance(until, date) and until >= month.first_day


def _reached(age: int, born: object, month: Month) -> bool:
    """Whether the birthday falls in this month or an earlier one; an unknown age is not reached."""
    year, number = getattr(born, "year", None), getattr(born, "month", None)
    return year is not None and number is not None and (year + age, number) <= month


def left_of(divisions: Mapping[str, Division]) -> Decimal:
    """What the members of a collective pack have to share this month."""
    return total(division.left for division in divisions.values())
