"""Worked examples put to a pack: where does something else come out than they expect?"""

from collections.abc import Iterator, Sequence
from decimal import Decimal, localcontext
from typing import NamedTuple

from scharrel.core.case import Case, CaseMonth, Expected
from scharrel.core.engine import close, divide
from scharrel.core.facts import MonthFacts
from scharrel.core.money import EXACT, ZERO
from scharrel.core.month import Month
from scharrel.core.pack import NoValueError, Pack
from scharrel.core.state import State
from scharrel.core.trace import Allocation


class CaseDifference(NamedTuple):
    """A month that comes out otherwise than a case says, and how it was divided.

    When it could not be divided nothing is computed: the pack is not in force, or this parameter has no
    value.
    """

    case: Case
    month: Month
    line: int
    expected: Expected | None = None
    computed: Decimal | tuple[str, ...] | bool | None = None
    allocation: Allocation | None = None
    param: str = ""


def case_differences(pack: Pack, case: Case) -> list[CaseDifference]:
    """Everything in which the pack does not do what the case expects."""
    with localcontext(EXACT):
        return list(_differences(pack, case))


def holds(pack: Pack, case: Case) -> bool:
    """Whether the pack does all that the case expects."""
    with localcontext(EXACT):
        return next(_differences(pack, case), None) is None


def first_noticed(pack: Pack, cases: Sequence[Case]) -> Case | None:
    """The first case that does not hold."""
    return next((case for case in cases if not holds(pack, case)), None)


def _differences(pack: Pack, case: Case) -> Iterator[CaseDifference]:
    state = State.new()._replace(balances=dict(case.balances))
    named = {given.month: given for given in case.months}
    facts = case.facts
    for month in case.span:
        given = named.get(month) or CaseMonth(month, case.line, {}, {}, {}, ())
        facts = {**facts, **given.facts}
        in_force = pack.holds_in(month)
        asked = [expected for expected in given.expected if expected.what == "in_force"]
        for expected in asked:
            if expected.value != in_force:
                yield CaseDifference(case, month, expected.line, expected, in_force)
        if not in_force:
            if month in named and not asked:
                yield CaseDifference(case, month, given.line)
            continue
        try:
            month_facts = MonthFacts(month, facts, given.roles, given.accounts, approved=given.approved)
            division = divide("", pack, month_facts, state)
        except NoValueError as missing:
            yield CaseDifference(case, month, given.line, param=missing.param.id)
            return
        allocation, state = close(division)
        for expected in given.expected:
            if expected.what != "in_force":
                computed = _computed(allocation, expected)
                if computed != expected.value:
                    yield CaseDifference(case, month, expected.line, expected, computed, allocation)


def _computed(allocation: Allocation, expected: Expected) -> Decimal | tuple[str, ...]:
    if expected.what in ("paid", "why"):
        result = next(result for result in allocation.steps if result.step.id == expected.name)
        return result.paid if expected.what == "paid" else tuple(sorted(result.why))
    if expected.what == "party":
        return allocation.paid_to(expected.name)
    if expected.what == "balances":
        return allocation.balances.get(expected.name, ZERO)
    if expected.what == "reduction":
        return sum((result.paid for result in allocation.steps if result.step.reduction), ZERO)
    return allocation.keep
