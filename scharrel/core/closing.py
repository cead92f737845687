"""Closed months: what was posted stays, and what it should have been is corrected in the open month.

Everything is still divided from the beginning, as the ledgers and rules are now. What a closed month
should have paid, less all that was posted for it, is its correction; so the postings together are always
what dividing everything at once gives.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.facts import Member
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.trace import Allocation


class Posted(NamedTuple):
    """What was posted for the month `of`, in euros: one step of one pack to one account.

    `settles` is what the settlement of its year rested on, if it was posted for that, or that of the
    `period` if there is one. What came in from another ledger (`project`: a project, or who pays to a
    sub-cooperative) is posted `against` the account on which it is owed there, what is written off against
    that of the cost; anything else against the appropriation account.
    """

    of: Month
    pack: str
    step: str
    account: str
    amount: Decimal
    settles: str = ""
    project: str = ""
    against: str = ""
    period: str = ""

    @property
    def key(self) -> "Key":
        return self.of, self.pack, self.step, self.account, self.project, self.against


Key = tuple[Month, str, str, str, str, str]
"""What postings of one thing have in common: month, pack, step, account, project and other account."""


class Mark(NamedTuple):
    """A booking as it was when its month was closed: a digest of all of it, and enough to name it."""

    digest: str
    day: date
    legs: tuple[tuple[str, Decimal, str], ...]

    @property
    def shown(self) -> str:
        """The day, and account, amount and currency of each leg."""
        return f"{self.day} " + ", ".join(
            f"{account} {number:f} {unit}" for account, number, unit in self.legs
        )


class Change(NamedTuple):
    """A booking that is new since its month was closed, or gone."""

    new: bool
    mark: Mark

    @property
    def is_work(self) -> bool:
        """Whether it is about hours and the like, and not about money."""
        return any(unit != "EUR" for _, _, unit in self.mark.legs)

    @property
    def shown(self) -> str:
        return f"{'+' if self.new else '−'} {self.mark.shown}"


class Basis(NamedTuple):
    """What a month rests on for a member: the bookings, and a digest of the facts."""

    bookings: tuple[Mark, ...]
    facts: str


class Sealed(NamedTuple):
    """One member's closed month: the pack, digests of the allocation file (empty when there was none),
    of the rules as they held, what it rests on, and what was posted. `revised` has what earlier closed
    months rest on where that changed since, so what was corrected is known from then on. Someone who was
    no member then, but for whom something was corrected, has no pack."""

    month: Month
    allocation: str
    pack: str
    rules: str
    basis: Basis
    revised: tuple[tuple[Month, Basis], ...]
    posted: tuple[Posted, ...]


class Correction(NamedTuple):
    """A step of a closed month: what all postings for it came to, and what it becomes, in euros.

    `because` names the bookings that changed, of that month or of the earlier one that works through;
    `settles` is what the settlement of the year, or else of the `period`, rests on, if it belongs to one.
    """

    of: Month
    pack: str
    step: str
    account: str
    was: Decimal
    becomes: Decimal
    because: tuple[Change, ...] = ()
    settles: str = ""
    project: str = ""
    against: str = ""
    period: str = ""

    @property
    def difference(self) -> Decimal:
        return self.becomes - self.was

    @property
    def settled(self) -> str:
        """The period by whose settlement it is booked; empty for a correction by itself."""
        return (self.period or str(self.of.year)) if self.settles else ""


def corrections(
    allocations: Sequence[Allocation],
    seals: Sequence[Sealed],
    closed: Month | None,
    marks: Callable[[Month], Sequence[Mark]],
) -> list[Correction]:
    """What has to be posted in the open month so that every closed month comes out right.

    In the order of the months and of the steps. `marks` gives the bookings of a month as they are now.
    """
    if closed is None:
        return []
    was: dict[Key, Decimal] = {}
    becomes: dict[Key, Decimal] = {}
    for seal in seals:
        for entry in seal.posted:
            was[entry.key] = was.get(entry.key, ZERO) + entry.amount
    for allocation in allocations:
        if allocation.month <= closed:
            for entry in postings(allocation):
                becomes[entry.key] = entry.amount
    steps = {a.month: [result.step.id for result in a.steps] for a in allocations}

    def place(key: Key) -> tuple[Month, str, int, str]:
        of, pack, step, *_ = key
        order = steps.get(of, [])
        return of, pack, order.index(step) if step in order else len(order), step

    found = [
        _correction(key, was.get(key, ZERO), becomes.get(key, ZERO))
        for key in sorted(was.keys() | becomes.keys(), key=place)
        if was.get(key, ZERO) != becomes.get(key, ZERO)
    ]
    if not found:
        return []
    changed = {month: _changes(basis.bookings, marks(month)) for month, basis in known(seals).items()}
    return [c._replace(because=_because(changed, c.of)) for c in found]


def followed(
    group: Sequence[Member], corrected: Mapping[str, Sequence[Correction]]
) -> dict[str, list[Correction]]:
    """The corrections of members who were divided together, each with what is behind it also where that is
    in another ledger: what a project divides, the hours by which it does, what a member contributes.

    `group` has projects before those who take part, and sub-cooperatives after their members. What comes in
    from another ledger has its cause there; a step without a cause of its own has that of what came in, in
    its month or the first one before it.
    """
    behind: dict[tuple[Month, str], dict[Change, None]] = {}
    for c in (c for made in corrected.values() for c in made if c.project):
        # A project is divided by what others than the member booked too, in that month and no money.
        work = (change for change in c.because if change.is_work and Month.of(change.mark.day) == c.of)
        behind.setdefault((c.of, c.project), {}).update(dict.fromkeys(work))
    found: dict[str, list[Correction]] = {}
    for member in group:
        came_in: dict[Month, tuple[Change, ...]] = {}
        told = []
        for c in corrected.get(member.id, ()):
            causes = tuple(behind[c.of, c.project]) if c.project else ()
            came_in[c.of] = tuple(dict.fromkeys((*came_in.get(c.of, ()), *causes)))
            told.append(c._replace(because=causes) if causes else c)
        found[member.id] = [c if c.because else c._replace(because=_because(came_in, c.of)) for c in told]
        for c in found[member.id]:
            behind.setdefault((c.of, member.id), {}).update(dict.fromkeys(c.because))
    return found


def known(seals: Sequence[Sealed]) -> dict[Month, Basis]:
    """What each closed month rests on, as far as the last month that was closed knows."""
    found: dict[Month, Basis] = {}
    for seal in seals:
        found[seal.month] = seal.basis
        found |= dict(seal.revised)
    return found


def booked(seals: Sequence[Sealed]) -> dict[Month, list[Correction]]:
    """The corrections that closed months hold, by the month in which they were booked."""
    found: dict[Month, list[Correction]] = {}
    totals: dict[Key, Decimal] = {}
    for seal in seals:
        for entry in seal.posted:
            was = totals.get(entry.key, ZERO)
            totals[entry.key] = was + entry.amount
            if entry.of != seal.month:
                found.setdefault(seal.month, []).append(
                    _correction(entry.key, was, totals[entry.key])._replace(
                        settles=entry.settles, period=entry.period
                    )
                )
    return found


def _correction(key: Key, was: Decimal, becomes: Decimal) -> Correction:
    of, pack, step, account, project, against = key
    return Correction(of, pack, step, account, was, becomes, project=project, against=against)


def _because(changed: Mapping[Month, tuple[Change, ...]], of: Month) -> tuple[Change, ...]:
    """What changed in the month, or in the first month before it in which something did."""
    earlier = [changes for month, changes in sorted(changed.items()) if month <= of and changes]
    return changed.get(of) or (earlier[0] if earlier else ())


def _changes(sealed: Sequence[Mark], now: Sequence[Mark]) -> tuple[Change, ...]:
    gone, new = changed_bookings(sealed, now)
    return (*(Change(False, mark) for mark in gone), *(Change(True, mark) for mark in new))


def postings(allocation: Allocation) -> Iterator[Posted]:
    """What an allocation posts: what is written off, what came in from other ledgers, and what the steps
    pay."""
    for w in allocation.worn:
        yield Posted(allocation.month, allocation.pack.id, w.step, w.account, w.amount, against=w.expense)
    for r in allocation.received:
        yield Posted(allocation.month, r.pack, r.step, r.account, r.amount, "", r.project, r.against)
    for result in allocation.posted:
        yield Posted(allocation.month, allocation.pack.id, result.step.id, str(result.step.to), result.paid)


def changed_bookings(sealed: Sequence[Mark], now: Sequence[Mark]) -> tuple[list[Mark], list[Mark]]:
    """The bookings that are gone since the month was closed, and those that are new."""
    return _without(sealed, now), _without(now, sealed)


def _without(marks: Sequence[Mark], others: Sequence[Mark]) -> list[Mark]:
    """The bookings that the others do not have, or have less often."""
    left = Counter(mark.digest for mark in others)
    found = []
    for mark in marks:
        if left[mark.digest]:
            left[mark.digest] -= 1
        else:
            found.append(mark)
    return found
