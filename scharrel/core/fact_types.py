"""The types that rules ask of the facts of a holder."""

from collections.abc import Sequence
from datetime import date

from scharrel.core.pack import Pack, Param


def wanted(pack: Pack) -> dict[str, list[type]]:
    """The types that each fact can have of which the pack asks something, but for the day of birth."""
    found: dict[str, list[type]] = {}
    for step in pack.steps:
        for fact, value in step.when:
            found.setdefault(fact, []).append(type(value))
        if step.until:
            found.setdefault(step.until, []).append(date)
    for fact in _by(pack):
        found.setdefault(fact, []).append(str)
    return found


def fits_asked(pack: Pack, fact: str, kinds: Sequence[type], value: object) -> bool:
    """Whether the value has one of the types that the pack asks of the fact; FALSE takes back a word, unless
    figures are chosen by it."""
    return isinstance(value, tuple(kinds)) or (value is False and str in kinds and fact not in _by(pack))


def _by(pack: Pack) -> set[str]:
    named = [param for step in pack.steps for param in step.params()]
    named += [limit.year for limit in pack.year_limits if isinstance(limit.year, Param)]
    return {param.by for param in named if param.by}
