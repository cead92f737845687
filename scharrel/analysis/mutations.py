"""A pack with one thing changed: whoever wrote its cases should have one that then comes out otherwise.

Changes that make no difference whatever is booked are left out: a figure for months in which no step can use
it, half a cent where there are only whole ones, a leftover carried by a step that always gets what it asks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from scharrel.analysis.cases import first_noticed
from scharrel.analysis.changed import LIMITS, Mutation, Place, nudged, values_of
from scharrel.analysis.step_changes import can_be_short, earliest, never_together, of_step
from scharrel.core.case import Case
from scharrel.core.month import Month
from scharrel.core.pack import Band, Pack, Param, Step


class Noticed(NamedTuple):
    """How many changes were tried, and those that no case notices."""

    tried: int
    unnoticed: list[Mutation]


def try_all(pack: Pack, cases: Sequence[Case]) -> Noticed:
    """Put every change of the pack to the cases, which hold for the pack as it is."""
    first = list(cases)
    unnoticed = []
    tried = 0
    for mutation in mutations(pack):
        tried += 1
        noticed = first_noticed(mutation.pack, first)
        if noticed is None:
            unnoticed.append(mutation)
        else:
            # The next change is like this one, so the same case will most likely notice it.
            first.remove(noticed)
            first.insert(0, noticed)
    return Noticed(tried, unnoticed)


def mutations(pack: Pack) -> Iterator[Mutation]:
    """Every change that makes a difference, in the order of the pack's parts."""
    yield from _of_pack(pack)
    for param in {param.id: param for step in pack.steps for param in step.params()}.values():
        yield from _of_param(pack, param)
    for nth in range(len(pack.steps)):
        yield from of_step(pack, nth)
    yield from _of_order(pack)


# -- the pack itself and its parameters


def _of_pack(pack: Pack) -> Iterator[Mutation]:
    dates = {"valid_from": pack.valid_from, "valid_until": pack.valid_until}
    for key, month in dates.items():
        for moved in (month.plus(-1), month.plus(1)) if month else ():
            changed: dict[str, Any] = {key: moved}
            yield Mutation("change", Place("pack", key), replace(pack, **changed), "", key, month, moved)
    for role in pack.pool:
        left = tuple(other for other in pack.pool if other != role)
        yield Mutation("drop", Place("pack", "pool"), replace(pack, pool=left), "", "pool", role)


def _of_param(pack: Pack, param: Param) -> Iterator[Mutation]:
    course = _course(pack, param, param)

    def mutated(values: Sequence[Any]) -> Pack | None:
        """The pack with these values, if that makes a difference in any month."""
        new = replace(param, values=tuple(sorted(values, key=lambda row: row[0])))
        return None if _course(pack, param, new) == course else _with_param(pack, param, new)

    for nth, (since, value) in enumerate(param.values):
        before, after = param.values[:nth], param.values[nth + 1 :]
        place = Place(f"param.{param.id}", "values", having=f"from = {since.first_day}")
        choices = value if isinstance(value, Mapping) else {"": value}
        for choice, figure in choices.items():
            for becomes in nudged(figure, param.unit):
                changed = {**choices, choice: becomes} if isinstance(value, Mapping) else becomes
                if new := mutated([*before, (since, changed), *after]):
                    yield Mutation(
                        "figure", place, new, param.id, param.id, figure, becomes, param.unit, since, choice
                    )
        for later in (-1, 1):
            moved = since.plus(later)
            if new := mutated([*before, (moved, value), *after]):
                yield Mutation("since", place, new, param.id, param.id, since, moved)


def _course(pack: Pack, param: Param, new: Param) -> list[tuple[Month, Any]]:
    """The months in which the new values of the parameter change, as far as they matter, and to what."""
    users = [step for step in pack.steps if param in step.params()]
    starts = [earliest(pack, step) for step in users]
    first = None if None in starts else min(start for start in starts if start)
    course: list[tuple[Month, Any]] = []
    for since, value in new.values:
        if pack.valid_until and since > pack.valid_until:
            break
        start = max(since, first) if first else since
        if course and start.number == 1 and all(_for_later(step, param) for step in users):
            start = start.plus(1)
        while course and course[-1][0] >= start:
            course.pop()
        if not course or course[-1][1] != value:
            course.append((start, value))
    return course


def _for_later(step: Step, param: Param) -> bool:
    """Whether the step uses it for a year's cap only, which in January can never be reached before the
    month's: what counts for the one then counts for the other."""
    if step.cap_year is not param or step.params().count(param) > 1 or step.cap_month is None:
        return False
    return max(values_of(step.cap_month)) <= min(values_of(param))


def _with_param(pack: Pack, old: Param, new: Param) -> Pack:
    def put(operand: Any) -> Any:
        return new if operand is old else operand

    steps = tuple(
        replace(
            step,
            operand=put(step.operand),
            bands=tuple(Band(put(band.start), put(band.rate)) for band in step.bands),
            **{field: put(getattr(step, field)) for field in LIMITS},
        )
        for step in pack.steps
    )
    return replace(pack, steps=steps, params={**pack.params, new.id: new})


def _of_order(pack: Pack) -> Iterator[Mutation]:
    """Neighbours in the other order, where that makes a difference and neither refers to the other."""
    steps = pack.steps
    for nth in range(len(steps) - 2):
        one, other = steps[nth], steps[nth + 1]
        if f"after.{one.id}" == other.base or one.id in (other.after, other.not_with):
            continue
        if never_together(one, other):
            continue
        swapped = (*steps[:nth], other, one, *steps[nth + 2 :])
        looked_at = {f"after.{one.id}", f"after.{other.id}"} & {later.base for later in steps[nth + 2 :]}
        if one.own or other.own:
            # Own costs take nothing: only what is left after them is another in the other order.
            looked_at &= {f"after.{one.id if one.own else other.id}"}
            if not looked_at or (one.own and other.own):
                continue
        if looked_at or any(can_be_short(order, at) for order in (steps, swapped) for at in (nth, nth + 1)):
            place = Place("step", "id", nth + 1)
            yield Mutation("order", place, replace(pack, steps=swapped), one.id, "id", one.id, other.id)
