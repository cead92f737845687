"""Worked examples put to a pack: where does something else come out than they expect?"""

from collections.abc import Iterable, Iterator
from decimal import Decimal, localcontext
from typing import NamedTuple

from scharrel.analysis.replays import Replay, asked_again, changed_steps, paid_to, says_else
from scharrel.core.case import Case, CaseMonth, Expected, What
from scharrel.core.engine import close, divide
from scharrel.core.facts import MonthFacts
from scharrel.core.money import EXACT, ZERO, total
from scharrel.core.month import Month
from scharrel.core.pack import NoValueError, Pack, Step
from scharrel.core.state import State
from scharrel.core.trace import Allocation
from scharrel.treasury.received import OpenSale, PaidAmount, shares_of


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
        return list(_differences(pack, case, _months(pack, case), _start(case)))


def replayed(pack: Pack, case: Case) -> Replay:
    """The months of a case under a pack for which it holds."""
    return Replay(pack, [facts for _, facts in _months(pack, case)], _start(case))


def noticed_by(case: Case, replay: Replay, changed: Pack) -> bool:
    """Whether the case, which holds for the pack that was replayed, does not for the changed one."""
    months = replay.since(says_else(replay.pack, changed))
    if not months:
        return False
    steps = changed_steps(replay.pack, changed)
    with localcontext(EXACT):
        if steps is None:
            return _fails(changed, case, months[0].facts.month, months[0].before)
        try:
            for again in asked_again(changed, steps, months):
                month = again.passed.facts.month
                for was, becomes in again.pairs():
                    if was.paid != becomes.paid and _says(case, month, "paid", was.step):
                        return True
                    if was.why != becomes.why and _says(case, month, "why", was.step):
                        return True
                    if paid_to(was) != paid_to(becomes):
                        return _fails(changed, case, month, again.before(changed))
        except NoValueError:
            return True
    return False


def _says(case: Case, month: Month, what: What, step: Step) -> bool:
    """Whether the case expects this of the step in the month."""
    given = next((given for given in case.months if given.month == month), None)
    return given is not None and (what, step.id) in [(e.what, e.name) for e in given.expected]


def _fails(pack: Pack, case: Case, since: Month, state: State) -> bool:
    """Whether the case does not hold from this month on, before which the member stands like this."""
    months = [(given, facts) for given, facts in _months(pack, case) if facts.month >= since]
    return next(_differences(pack, case, months, state), None) is not None


def _differences(
    pack: Pack, case: Case, months: Iterable[tuple[CaseMonth, MonthFacts]], state: State
) -> Iterator[CaseDifference]:
    named = {given.month for given in case.months}
    for given, facts in months:
        month = facts.month
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
            division = divide("", pack, facts, state)
        except NoValueError as missing:
            yield CaseDifference(case, month, given.line, param=missing.param.id)
            return
        allocation, state = close(division)
        for expected in given.expected:
            if expected.what != "in_force":
                computed = _computed(allocation, expected)
                if computed != expected.value:
                    yield CaseDifference(case, month, expected.line, expected, computed, allocation)


def _start(case: Case) -> State:
    return State.new()._replace(balances=dict(case.balances))


def _months(pack: Pack, case: Case) -> Iterator[tuple[CaseMonth, MonthFacts]]:
    """Every month from the first to the last, with what the case says of it."""
    named = {given.month: given for given in case.months}
    facts = case.facts
    counted = [*_sold(case, by_payment=pack.by_payment)]
    for month in case.span:
        given = named.get(month) or CaseMonth(month, case.line, {}, {}, {}, ())
        facts = {**facts, **given.facts}
        roles = dict(given.roles)
        for when, role, amount in counted:
            if when == month:
                roles[role] = roles.get(role, ZERO) + amount
        yield given, MonthFacts(month, facts, roles, given.accounts, approved=given.approved)


def _sold(case: Case, *, by_payment: bool) -> Iterator[tuple[Month, str, Decimal]]:
    """What counts when of what was sold on account, by role: as far as it is paid, the oldest first, or at
    once."""
    of_all = frozenset({""})
    sales: list[OpenSale] = []
    for given in case.months:
        whole = total(given.sold.values()) + given.vat
        if given.sold and by_payment:
            sales.append(OpenSale(given.month, given.month.first_day, whole, whole, of_all))
        elif given.sold:
            yield from ((given.month, role, amount) for role, amount in given.sold.items())
    came = [
        PaidAmount(given.month.first_day, given.received, of_all) for given in case.months if given.received
    ]
    shares = shares_of(sales, came)
    for given in case.months:
        for share in shares.get(given.month, ()):
            for role, amount in given.sold.items():
                yield Month.of(share.day), role, share.of_amount(amount)


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
