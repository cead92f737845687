"""The waterfall of one month: a pool, divided step by step in the order of the pack.

    step takes min(asked, left)
    asked = amount kind + shortfall, then condition, age, months, caps, target, rounding

The contract is section 4 of the formats page; the words there are the words here.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from scharrel.core.depreciation import WrittenOff
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
    waterfall = Waterfall(pack, facts, before, settled=settled)
    for step in pack.steps[:-1]:
        due = definitive.get(step.id)
        waterfall.pay(waterfall.take(step) if due is None else waterfall.settle(step, due))
    return waterfall.division(member)


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


class _Wish(NamedTuple):
    """What the amount kind of a step asks, and by what; the words are those of StepResult."""

    wanted: Decimal
    figure: Figure | None = None
    base: Decimal | None = None
    year_before: Decimal = ZERO
    units: Decimal | None = None
    above: Figure | None = None
    bands: tuple[tuple[Figure, Figure], ...] = ()
    limits: tuple[Limit, ...] = ()
    written: tuple[WrittenOff, ...] = ()


class Waterfall:
    """The month while it is being divided: what is `left` of the pool after the steps that were paid."""

    def __init__(self, pack: Pack, facts: MonthFacts, before: State, *, settled: bool = False):
        self.pack = pack
        self.facts = facts
        self.settled = settled
        self.state = before.opened(facts)
        self.carried = before.deficit
        self.came_in = total(facts.roles.get(role, ZERO) for role in pack.pool)
        self.net = self.came_in + self.carried
        self.pool = self.left = max(self.net, ZERO)
        self.left_after: dict[str, Decimal] = {}
        self.paid: dict[str, Decimal] = {}
        self.done: list[StepResult] = []

    def take(self, step: Step, past: StepState | None = None) -> StepResult:
        """What a step takes of what it asks, as far as there is any; with another past than its own, if
        that is given."""
        state = past or self.state.of(self.pack.id, step)
        wish = self._wanted(step, state)
        levels = self._levels(step, state)
        asked, limits, stopped = self._limited(step, state, wish, levels)
        asked = to_cents(asked, step.rounding)
        paid = min(asked, self.left)
        if self.net < 0 and paid < 0:
            paid = ZERO
        if paid < asked:
            limits.append(Limit("pool-empty", asked, paid))
        return StepResult(
            step,
            paid,
            self.left,
            wish.wanted,
            state.shortfall,
            self._shortfall(step, state.shortfall, asked - paid, stopped),
            wish.base,
            wish.year_before,
            wish.units,
            wish.figure,
            wish.above,
            wish.bands,
            tuple(limits),
            levels,
            target=self._figure(step.target) if step.target is not None else None,
            months_used=state.months_used,
            year_used=state.year_paid,
            life_used=state.life_paid,
            written=wish.written,
        )

    def settle(self, step: Step, due: Decimal) -> StepResult:
        """What a step takes of what is definitively due, whatever it would ask by itself; the year to date
        goes on counting what it was asked of, and what was short is over."""
        state = self.state.of(self.pack.id, step)
        wish = self._wanted(step, state)
        paid = min(due, self.left)
        limits = (Limit("pool-empty", due, paid),) if paid < due else ()
        return StepResult(
            step,
            paid,
            self.left,
            wanted=due,
            limits=limits,
            base=wish.base,
            year_before=wish.year_before,
            months_used=state.months_used,
            definitive=due,
        )

    def pay(self, result: StepResult) -> None:
        """Let the step have what it takes; the next comes after it."""
        step, paid = result.step, result.paid
        self.state.pay(self.pack.id, step, paid, self.facts.month, result.base or ZERO, result.shortfall)
        self.left -= paid
        self.left_after[step.id] = self.left
        self.paid[step.id] = paid
        self.done.append(result)

    def under(self, pack: Pack) -> "Waterfall":
        """The month as it is now, kept for asking steps under this pack; a step looks at earlier ones
        only, so what is paid later does no harm."""
        kept = object.__new__(Waterfall)
        kept.__dict__.update(self.__dict__, pack=pack, state=self.state.copy())
        return kept

    def division(self, member: str) -> Division:
        """What there is when every step but the closing one is paid."""
        state = self.state.with_deficit(min(self.net, ZERO))
        return Division(
            member,
            self.pack,
            self.facts,
            self.came_in,
            self.carried,
            self.pool,
            tuple(self.done),
            self.left,
            state,
        )

    def _wanted(self, step: Step, state: StepState) -> _Wish:
        """What the amount kind asks, before any limit but `above`."""
        role = self.facts.roles.get(step.role, ZERO) if step.role else ZERO
        if step.kind == "input":
            return _Wish(role, written=tuple(w for w in self.facts.written if w.purchase.role == step.role))
        figure = self._figure(step.operand) if step.operand is not None else None
        if step.kind == "amount" and figure:
            return _Wish(figure.value, figure)
        if step.kind == "per" and figure:
            return _Wish(max(role * figure.value, ZERO), figure, units=role)
        base = self._base(step.base)
        above = self._figure(step.above) if step.above is not None else None
        bands = tuple([(self._figure(start), self._figure(rate)) for start, rate in step.bands])
        start = above.value if above else ZERO
        year_before = state.year_base if step.over_year else ZERO

        def due(amount: Decimal) -> Decimal:
            if figure:
                return max(amount - start, ZERO) * figure.value
            return _in_bands(bands, amount)

        reached = year_before + base
        wanted = max(due(reached) - due(year_before), ZERO)
        nothing_above = above is not None and base != 0 and reached <= start
        limits = (Limit("below-threshold", base, ZERO, above),) if nothing_above else ()
        return _Wish(wanted, figure, base, year_before, above=above, bands=bands, limits=limits)

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
        return tuple([LimitLevel(kind, self._figure(operand), used[kind]) for kind, operand in limits])

    def _limited(
        self, step: Step, state: StepState, wish: _Wish, levels: tuple[LimitLevel, ...]
    ) -> tuple[Decimal, list[Limit], bool]:
        """What is asked after the limits in the contract's order, and whether one stopped the step."""
        asked = wish.wanted + state.shortfall
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
        if step.when and any(facts.get(fact) != value for fact, value in step.when):
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
