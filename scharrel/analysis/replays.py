"""Months gone through under a pack, and what its steps do there when some of them are changed.

A step sees what is left for it, what the steps before it took, and its own past. So as long as the changed
steps take what they took before, all others do too, and only the changed ones have to be asked again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property
from typing import NamedTuple

from scharrel.core.engine import Waterfall, close
from scharrel.core.facts import MonthFacts
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.pack import NoValueError, Pack
from scharrel.core.state import State, StepState
from scharrel.core.trace import StepResult


class ReplayedMonth(NamedTuple):
    """A month under the pack: how the member stood `before` it, the waterfall before each step but the
    closing one, and what each step took: nothing where the pack is not in force, or a figure has
    `no_value`."""

    facts: MonthFacts
    before: State
    stages: Sequence[Waterfall] = ()
    results: Sequence[StepResult] = ()
    no_value: bool = False


class Again(NamedTuple):
    """A month of which changed steps are asked again: what they now take, by their positions, and their
    pasts."""

    passed: ReplayedMonth
    taken: Mapping[int, StepResult]
    pasts: Mapping[int, StepState]

    def pairs(self) -> Iterator[tuple[StepResult, StepResult]]:
        """What each step took, and takes when it is changed."""
        for nth, result in self.taken.items():
            yield self.passed.results[nth], result

    def before(self, changed: Pack) -> State:
        """How the member stands before the month under the changed pack."""
        state = self.passed.before.copy()
        for nth, past in self.pasts.items():
            step = changed.steps[nth]
            state.steps[changed.id, step.id] = past
            if step.kind == "input" and step.role:
                state.waiting[step.role] = past.shortfall
        return state


class Replay:
    """A member's months under a pack, gone through when they are first looked at."""

    def __init__(self, pack: Pack, months: Sequence[MonthFacts], before: State):
        self.pack = pack
        self.months = months
        self.before = before

    @cached_property
    def passed(self) -> list[ReplayedMonth]:
        return list(self._pass())

    def since(self, differs: Callable[[Month], bool]) -> Sequence[ReplayedMonth]:
        """The months from the first that differs on."""
        nth = next((nth for nth, facts in enumerate(self.months) if differs(facts.month)), None)
        return () if nth is None else self.passed[nth:]

    def _pass(self) -> Iterator[ReplayedMonth]:
        state = self.before
        for facts in self.months:
            before = state
            if not self.pack.holds_in(facts.month):
                yield ReplayedMonth(facts, before)
                continue
            try:
                waterfall, stages = Waterfall(self.pack, facts, before), []
                for step in self.pack.steps[:-1]:
                    stages.append(waterfall.under(self.pack))
                    waterfall.pay(waterfall.take(step))
            except NoValueError:
                yield ReplayedMonth(facts, before, no_value=True)
                continue
            allocation, state = close(waterfall.division(""))
            yield ReplayedMonth(facts, before, stages, allocation.steps)


def changed_steps(pack: Pack, changed: Pack) -> list[int] | None:
    """Which steps do something else in the changed pack; nothing where not only steps are changed, or the
    closing one, which takes what others leave."""
    if replace(changed, steps=pack.steps, params=pack.params) != pack:
        return None
    found: dict[str, int] = {}
    for nth, (was, step) in enumerate(zip(pack.steps, changed.steps, strict=True)):
        if was.id != step.id:
            return None
        if was != step or step.after in found:
            found[step.id] = nth
    return None if pack.steps[-1].id in found else list(found.values())


def asked_again(changed: Pack, steps: Sequence[int], months: Sequence[ReplayedMonth]) -> Iterator[Again]:
    """What these steps take in the months when they are changed: true up to the first month in which one
    takes something else. NoValueError where a changed figure has no value."""
    if not months:
        return
    pasts = {nth: months[0].before.of(changed.id, changed.steps[nth]) for nth in steps}
    year = months[0].before.year
    for passed in months:
        if not passed.stages:
            continue
        month = passed.facts.month
        if month.year != year:
            pasts = {nth: past.in_new_year() for nth, past in pasts.items()}
            year = month.year
        taken = {}
        for nth, past in pasts.items():
            step, stage = changed.steps[nth], passed.stages[nth]
            taken[nth] = (stage.under(changed) if step.after else stage).take(step, past)
        yield Again(passed, taken, pasts)
        pasts = {
            nth: pasts[nth].after(result.paid, month, result.base or ZERO, result.shortfall)
            for nth, result in taken.items()
        }


def paid_to(result: StepResult) -> object:
    """Who gets how much by a step, and on which account."""
    step = result.step
    return result.paid and (result.paid, step.id, step.party, step.to, step.reduction)


def says_else(pack: Pack, changed: Pack) -> Callable[[Month], bool]:
    """Whether the changed pack may do something else in a month, as far as dated figures tell."""
    pairs = [(param, changed.params[name]) for name, param in pack.params.items()]
    pairs = [(was, becomes) for was, becomes in pairs if was is not becomes]

    @cache
    def differs(month: Month) -> bool:
        rows = [(was.in_force(month), becomes.in_force(month)) for was, becomes in pairs]
        different = any((was and was[1]) != (becomes and becomes[1]) for was, becomes in rows)
        return not rows or (different and pack.holds_in(month))

    return differs
