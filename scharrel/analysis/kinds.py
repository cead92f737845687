"""The kinds of members that a pack tells apart: what it asks of the register, behind `when`, `by` and
`until`, and the age."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations, islice, product
from math import prod

from scharrel.core.month import Month
from scharrel.core.pack import Facts, FactValue, NoValueError, Pack, Step

MAX_KINDS, MAX_COMBINED = 64, 256
"""Kinds of members that are looked at, and ways of combining facts that are gone through to find them; a
pack with more facts than this tells nobody much."""

BORN = "born"
YOUNG, OLD = date(2999, 1, 1), date(1900, 1, 1)
"""Birthdays of someone who never reaches an age, and of someone who has."""

LASTS, OVER = date(2999, 12, 31), date(1900, 12, 31)
"""Last days of a permission that goes on, and of one that does not."""


def kinds(pack: Pack, month: Month) -> list[Facts]:
    """Every kind of member that the pack tells apart in the month, those for whom most happens first; of
    too many, those who matter to each step and each two steps."""
    every = _every_kind(pack, month)
    return list(islice(_told_apart(pack, month, _some(pack)), MAX_KINDS)) if every is None else every


def too_many_kinds(pack: Pack, month: Month) -> bool:
    """Whether not every kind of member is looked at."""
    return _every_kind(pack, month) is None


def _every_kind(pack: Pack, month: Month) -> list[Facts] | None:
    values = facts_asked(pack)
    if prod(map(len, values.values())) > MAX_COMBINED:
        return None
    combined = (dict(zip(values, chosen, strict=True)) for chosen in product(*values.values()))
    found = list(_told_apart(pack, month, combined))
    return found if len(found) <= MAX_KINDS else None


def _told_apart(pack: Pack, month: Month, combined: Iterable[Facts]) -> Iterator[Facts]:
    seen: set[object] = {None}
    for facts in combined:
        alike = _alike(pack, month, facts)
        if alike not in seen:
            seen.add(alike)
            yield facts


def telling_kinds(
    pack: Pack, month: Month, steps: Sequence[Step]
) -> list[tuple[tuple[bool, ...], list[Facts]]]:
    """For each choice of these steps that members can have open, and each set of their figures: the kind with
    least else, and that with most if it has more."""
    found: dict[object, list[Facts]] = {}
    for facts in kinds(pack, month):
        figures = tuple(param.figure(month, facts).value for step in steps for param in step.params())
        found.setdefault((choice(steps, facts), figures), []).append(facts)

    def how_much(facts: Facts) -> int:
        return sum(choice(pack.steps, facts))

    telling = []
    for alike in found.values():
        least, most = min(alike, key=how_much), max(alike, key=how_much)
        both = [least] if how_much(least) == how_much(most) else [least, most]
        telling.append((choice(steps, least), both))
    return telling


def choice(steps: Sequence[Step], facts: Facts) -> tuple[bool, ...]:
    """Which of the steps are open to this kind of member."""
    return tuple(stands_open(step, facts) for step in steps)


def stands_open(step: Step, facts: Facts) -> bool:
    """Whether no condition, permission or age stops the step for this kind of member."""
    return (
        all(facts.get(fact) == value for fact, value in step.when)
        and (step.until is None or facts[step.until] == LASTS)
        and (step.min_age is None or facts["born"] == OLD)
    )


def facts_asked(pack: Pack) -> dict[str, list[FactValue]]:
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
    values |= {fact: [LASTS, OVER] for fact in sorted(pack.permissions())}
    if any(step.min_age is not None for step in pack.steps):
        values["born"] = [OLD, YOUNG]
    return values


def _cases(values: Sequence[tuple[Month, Decimal | Mapping[str, Decimal]]]) -> list[str]:
    return list(dict.fromkeys(case for _, found in values if isinstance(found, Mapping) for case in found))


def _some(pack: Pack) -> Iterator[Facts]:
    """Those for whom most happens and least, and those who have just one or two steps open."""
    values = facts_asked(pack)
    most: Facts = {fact: known[0] for fact, known in values.items()}
    least: Facts = {fact: known[-1] for fact, known in values.items()}
    yield from (most, least)
    conditional = [
        {**dict(step.when), **({step.until: LASTS} if step.until else {})}
        for step in pack.steps
        if step.when or step.until
    ]
    for first, second in [*zip(conditional, conditional, strict=True), *combinations(conditional, 2)]:
        yield {**least, **first, **second}
    yield from ({**most, fact: value} for fact, known in values.items() for value in known)


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
