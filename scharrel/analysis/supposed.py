"""The member that is supposed where none is named: what a pack asks of facts, and what it knows of them."""

from collections.abc import Iterable, Mapping
from datetime import date

from scharrel.analysis.kinds import BORN
from scharrel.core.month import Month
from scharrel.core.pack import Facts, FactValue, Pack, Step

NEVER_ENDS = date.max
"""The last day of a permission that is supposed to go on."""


def values_by(pack: Pack) -> dict[str, tuple[str, ...]]:
    """The facts by which figures of the pack differ, and the values for which it has one."""
    found: dict[str, dict[str, None]] = {}
    for param in (param for step in pack.steps for param in step.params()):
        for _, value in param.values:
            if param.by and isinstance(value, Mapping):
                found.setdefault(param.by, {}).update(dict.fromkeys(value))
    return {fact: tuple(values) for fact, values in found.items()}


def conditions(pack: Pack) -> dict[str, tuple[FactValue, ...]]:
    """The facts that steps make a condition of, and the values that they ask."""
    found: dict[str, dict[FactValue, None]] = {}
    for step in pack.steps:
        for fact, value in step.when:
            found.setdefault(fact, {})[value] = None
    return {fact: tuple(values) for fact, values in found.items()}


def age(packs: Iterable[Pack]) -> int:
    """The age from which no step of these waits for a birthday; 0 where none does."""
    return max((step.min_age or 0 for pack in packs for step in pack.steps), default=0)


def supposed(packs: Iterable[Pack], first: Month) -> Facts:
    """A member for whom as much as possible holds: the first value that every pack knows of what figures
    differ by, TRUE for what has to be true, every permission, and from the first month on old enough for
    everything."""
    packs = tuple(packs)
    facts: dict[str, FactValue] = {}
    for pack in packs:
        for fact, asked in conditions(pack).items():
            facts.setdefault(fact, True if isinstance(asked[0], bool) else asked[0])
        facts.update(dict.fromkeys(sorted(pack.permissions()), NEVER_ENDS))
    for fact, known in _known_by_all(packs).items():
        facts[fact] = known[0]
    if old := age(packs):
        facts[BORN] = date(first.year - old - 1, 1, 1)
    return facts


def _known_by_all(packs: tuple[Pack, ...]) -> dict[str, tuple[str, ...]]:
    """Where no value is known by all, those of the first pack."""
    found: dict[str, tuple[str, ...]] = {}
    for pack in packs:
        for fact, known in values_by(pack).items():
            shared = tuple(value for value in found.get(fact, known) if value in known)
            found[fact] = shared or found[fact]
    return found


def quantities(pack: Pack) -> dict[str, Step]:
    """The roles beside the pool on which the pack counts something, and the first step that does."""
    found: dict[str, Step] = {}
    for step in pack.steps:
        based = () if step.base == "pool" or step.base.startswith("after.") else (step.base,)
        for role in (*((step.role,) if step.role else ()), *based, *step.counts):
            if role not in pack.pool:
                found.setdefault(role, step)
    return found
