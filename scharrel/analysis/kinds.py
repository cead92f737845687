"""The kinds of members that a pack tells apart: what it asks of the register, behind `when` and `by`, and
the age."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations_with_replacement, islice, product
from math import prod

from scharrel.core.month import Month
from scharrel.core.pack import Facts, FactValue, NoValueError, Pack, Step

MAX_KINDS = 128
"""Kinds of members that are looked at; a pack with more facts than this tells nobody much."""

YOUNG, OLD = date(2999, 1, 1), date(1900, 1, 1)
"""Birthdays of someone who never reaches an age, and of someone who has."""


def kinds(pack: Pack, month: Month) -> list[Facts]:
    """Every kind of member that the pack tells apart in the month, those for whom most happens first; of
    too many, those who matter to each step and each two steps."""
    found: dict[object, Facts] = {}
    for facts in _all_or_some(pack, _values(pack)):
        alike = _alike(pack, month, facts)
        if alike is not None:
            found.setdefault(alike, facts)
    return list(found.values())


def too_many_kinds(pack: Pack) -> bool:
    """Whether not every kind of member is looked at."""
    return prod(map(len, _values(pack).values())) > MAX_KINDS


def telling_kinds(pack: Pack, month: Month, steps: Sequence[Step]) -> dict[tuple[bool, ...], list[Facts]]:
    """For each choice of these steps that members can have open, the kind with least else, and that with
    most if it has more."""
    found: dict[tuple[bool, ...], list[Facts]] = {}
    for facts in kinds(pack, month):
        found.setdefault(choice(steps, facts), []).append(facts)

    def how_much(facts: Facts) -> int:
        return sum(choice(pack.steps, facts))

    for alike in found.values():
        least, most = min(alike, key=how_much), max(alike, key=how_much)
        alike[:] = [least] if how_much(least) == how_much(most) else [least, most]
    return found


def choice(steps: Sequence[Step], facts: Facts) -> tuple[bool, ...]:
    """Which of the steps are open to this kind of member."""
    return tuple(stands_open(step, facts) for step in steps)


def stands_open(step: Step, facts: Facts) -> bool:
    """Whether neither a condition nor the age stops the step for this kind of member."""
    return all(facts.get(fact) == value for fact, value in step.when) and (
        step.min_age is None or facts["born"] == OLD
    )


def _values(pack: Pack) -> dict[str, list[FactValue]]:
    """Every value of each fact that makes a difference, one that opens a step first."""
    values: dict[str, list[FactValue]] = {}
    for step in pack.steps:
        for fact, value in step.when:
            other: FactValue = not value if isinstance(value, bool) else "-"
            for option in (value, other):
                if option not in values.setdefault(fact, []):
                    values[fact].append(option)
        for param in step.params():
            if param.by:
                known = values.setdefault(param.by, [])
                known += [case for case in _cases(param.values) if case not in known]
    if any(step.min_age is not None for step in pack.steps):
        values["born"] = [OLD, YOUNG]
    return values


def _cases(values: Sequence[tuple[Month, Decimal | Mapping[str, Decimal]]]) -> list[str]:
    return list(dict.fromkeys(case for _, found in values if isinstance(found, Mapping) for case in found))


def _all_or_some(pack: Pack, values: Mapping[str, Sequence[FactValue]]) -> Iterator[Facts]:
    if not too_many_kinds(pack):
        for chosen in product(*values.values()):
            yield dict(zip(values, chosen, strict=True))
        return
    most: Facts = {fact: known[0] for fact, known in values.items()}
    least: Facts = {fact: known[-1] for fact, known in values.items()}
    yield from (most, least)
    yield from ({**most, fact: value} for fact, known in values.items() for value in known)
    two = combinations_with_replacement([step for step in pack.steps if step.when], 2)
    yield from islice(({**least, **dict(a.when), **dict(b.when)} for a, b in two), MAX_KINDS)


def _alike(pack: Pack, month: Month, facts: Facts) -> object:
    """What is the same for members whom the pack treats alike; nothing where a figure has no value."""
    try:
        return tuple(
            (
                stands_open(step, facts),
                tuple(param.figure(month, facts).value for param in step.params()),
            )
            for step in pack.steps
        )
    except NoValueError:
        return None
