"""Real books under a proposed pack: who is under it, with which figures, and what it moves."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.facts import Holder, HolderDirective
from scharrel.core.money import ZERO
from scharrel.core.month import Month, months
from scharrel.core.pack import KEPT_PARTIES, PARTIES, Facts, Pack, Param
from scharrel.core.trace import Allocation

PROPOSED = "proposal/"
"""Under this name the register refers to the proposal: no file of a pack can have it."""


class Setting(NamedTuple):
    """A figure tried out: of this parameter, in this case if it has a value by case. Euros, or a fraction."""

    param: str
    case: str
    value: Decimal

    @property
    def name(self) -> str:
        return f"{self.param}.{self.case}" if self.case else self.param


class Totals(NamedTuple):
    """What was divided, and what of it came to whom by party, in euros."""

    pool: Decimal
    paid: Mapping[str, Decimal]

    @property
    def keep(self) -> Decimal:
        return sum((self.paid[party] for party in KEPT_PARTIES), ZERO)


class Pair(NamedTuple):
    """A month of a member as it was, and as it would have been."""

    was: Allocation
    becomes: Allocation

    @property
    def gained(self) -> Decimal:
        """What the member would keep more, in euros."""
        return self.becomes.keep - self.was.keep

    @property
    def moved(self) -> Decimal:
        """How many euros would go to another party."""
        apart = (abs(self.becomes.paid_to(party) - self.was.paid_to(party)) for party in PARTIES)
        return sum(apart, ZERO) / 2


class Compared(NamedTuple):
    """The months of one member together, or of all if there is no name."""

    member: str
    was: Totals
    becomes: Totals

    @property
    def gained(self) -> Decimal:
        return self.becomes.keep - self.was.keep

    def difference(self, party: str) -> Decimal:
        """What the party would get more, in euros."""
        return self.becomes.paid[party] - self.was.paid[party]


def whom(
    members: Iterable[Holder], pack: str, first: Month, last: Month, only: Collection[str]
) -> dict[str, str | None]:
    """Who would be under the proposal, and of which pack it takes the place.

    Members named in `only` are under it whatever pack they had (None). With no one named, it takes the
    place of the pack with its own id, for everyone who was under that in the period.
    """
    if only:
        return dict.fromkeys(sorted(only))
    return {
        member.id: pack
        for member in members
        if any(member.active(m) and member.facts(m).get("rules") == pack for m in months(first, last))
    }


def under(member: Holder, instead_of: str | None, first: Month) -> Holder:
    """The member as the register would have them, with the proposal in place of a pack, or of any, from
    the month on."""

    def changed(values: Facts) -> Facts:
        if "rules" in values and instead_of in (None, values["rules"]):
            return {**values, "rules": PROPOSED}
        return values

    earlier = [d for d in member.directives if Month.of(d.day) < first]
    later = [d._replace(values=changed(d.values)) for d in member.directives if Month.of(d.day) >= first]
    held = [
        HolderDirective(first.first_day, d.line, changed({"rules": member.facts(first.plus(-1))["rules"]}))
        for d in earlier[-1:]
    ]
    return replace(member, directives=(*earlier, *held, *later), _in_force={})


def with_figures(pack: Pack, settings: Sequence[Setting], first: Month) -> Pack:
    """The pack with these figures from the month on, whatever values would come later."""
    params = dict(pack.params)
    for setting in settings:
        params[setting.param] = _set(params[setting.param], setting, first)

    return pack.with_params(params)


def _set(param: Param, setting: Setting, first: Month) -> Param:
    if not param.by:
        return replace(param, values=((first, setting.value),))
    held = [value for since, value in param.values if since <= first]
    rows = [(first, held[-1] if held else {}), *((s, value) for s, value in param.values if s > first)]
    values = tuple((s, {**row, setting.case: setting.value}) for s, row in rows if isinstance(row, Mapping))
    return replace(param, values=values)


def pairs(was: Iterable[Allocation], becomes: Iterable[Allocation], first: Month, last: Month) -> list[Pair]:
    """Every month of every member in the period, by member and month."""
    then = {(a.member, a.month): a for a in becomes}
    found = [Pair(a, then[a.member, a.month]) for a in was if first <= a.month <= last]
    return sorted(found, key=lambda pair: (pair.was.member, pair.was.month))


def compared_in_all(found: Sequence[Pair], member: str = "") -> Compared:
    """All of these months added up."""
    return Compared(member, sum_up(p.was for p in found), sum_up(p.becomes for p in found))


def sum_up(allocations: Iterable[Allocation]) -> Totals:
    """Every euro once: what a project shares is counted where it comes in."""
    pool, paid = ZERO, dict.fromkeys(PARTIES, ZERO)
    for allocation in allocations:
        pool += allocation.pool
        for result in allocation.steps:
            if result.parts:
                pool -= result.paid
                continue
            paid[result.step.party] += result.paid
    return Totals(pool, paid)


def by_member(found: Sequence[Pair]) -> list[Compared]:
    """Each member's months added up; who would gain most first. A project is no member."""
    months_of: dict[str, list[Pair]] = {}
    for pair in _of_members(found):
        months_of.setdefault(pair.was.member, []).append(pair)
    rows = [compared_in_all(own, member) for member, own in months_of.items()]
    return sorted(rows, key=lambda row: (-row.gained, row.member))


def most_different(found: Sequence[Pair], count: int) -> list[Pair]:
    """Of the members for whom most would change, the month in which most would: each member once."""
    own: dict[str, Pair] = {}
    apart: dict[str, tuple[Decimal, Decimal]] = {}
    for pair in _of_members(found):
        member, (gained, moved) = pair.was.member, (pair.gained, pair.moved)
        before = apart.get(member, (ZERO, ZERO))
        apart[member] = before[0] + gained, before[1] + moved
        if (abs(gained), moved) > (abs(own[member].gained), own[member].moved) if member in own else moved:
            own[member] = pair
    order = sorted(own, key=lambda member: (-abs(apart[member][0]), -apart[member][1], member))
    return [own[member] for member in order[:count]]


def _of_members(found: Iterable[Pair]) -> Iterable[Pair]:
    return (pair for pair in found if not pair.was.pack.for_projects)
