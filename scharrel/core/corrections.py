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

from scharrel.core.facts import Holder
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
    def shown(self) -> str:
        return f"{'+' if self.new else '−'} {self.mark.shown}"


class Turned(NamedTuple):
    """Something else that a month rests on and that is not what it was when the month was closed: its kind
    (see `Basis.rests`, or "facts"), its name, and what it was and is, as far as that is known."""

    kind: str
    name: str
    was: str = ""
    now: str = ""

    @property
    def shown(self) -> str:
        said = f": {self.was or '-'} → {self.now or '-'}" if self.was or self.now else ""
        return f"± {self.kind} {self.name}{said}"


_BY_THEMSELVES = frozenset({"approval", "quote", "received", "rules"})
"""Kinds of which one that is new is a change too."""

Cause = Change | Turned
"""What can be behind a correction."""


RESTS_ON = frozenset({"chart", "rules", "settlement", "approval", "grant", "quote", "received"})
"""What a month rests on beside bookings and facts, by kind."""


class Basis(NamedTuple):
    """What a month rests on for a member: the bookings, a digest of the facts, and by kind and name whatever
    else it `rests` on: roles of the chart, settlements and so on. None in a seal of before that was sealed.
    """

    bookings: tuple[Mark, ...]
    facts: str
    rests: Mapping[str, Mapping[str, str]] | None = None


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

    `because` names what changed, in that month or in the earlier one that works through;
    `settles` is what the settlement of the year, or else of the `period`, rests on, if it belongs to one.
    """

    of: Month
    pack: str
    step: str
    account: str
    was: Decimal
    becomes: Decimal
    because: tuple[Cause, ...] = ()
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
    who: str,
    now: Callable[[Month, Basis], Basis],
) -> list[Correction]:
    """What has to be posted in the open month so that every closed month comes out right.

    In the order of the months and of the steps. `now` gives what a month rests on by now, in the terms of
    what was sealed of it.
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
    changed = changed_since(who, seals, now)
    return [c._replace(because=_because(changed, c.of)) for c in found]


def changed_since(
    who: str, seals: Sequence[Sealed], now: Callable[[Month, Basis], Basis]
) -> dict[Month, tuple[Cause, ...]]:
    """What changed since the months were closed, by month."""
    return {month: _causes(who, basis, now(month, basis)) for month, basis in known(seals).items()}


def followed(
    group: Sequence[Holder],
    corrected: Mapping[str, Sequence[Correction]],
    changed: Callable[[str], Mapping[Month, tuple[Cause, ...]]],
) -> dict[str, list[Correction]]:
    """The corrections of members who were divided together, each with what is behind it also where that is
    in another ledger: what a project divides, the hours by which it does, what a member contributes.

    `group` has projects before those who take part, and sub-cooperatives after their members. What comes in
    from another ledger has its cause there; a step without a cause of its own has that of what came in, in
    its month or the first one before it. When none of that tells, it is what `changed` of the project, or of
    those with whom was shared, as far as that is no matter between others: their work, roles, the register.
    """
    behind: dict[tuple[Month, str], dict[Cause, None]] = {}
    for c in (c for made in corrected.values() for c in made if c.project):
        # A project is divided by what others than the member booked too, in that month and no money.
        work = (cause for cause in c.because if _is_work(cause, c.of))
        behind.setdefault((c.of, c.project), {}).update(dict.fromkeys(work))

    def elsewhere(c: Correction, others: Sequence[str]) -> tuple[Cause, ...]:
        open_to_all: dict[Month, tuple[Cause, ...]] = {}
        for other in others:
            for month, causes in changed(other).items():
                told = (cause for cause in causes if isinstance(cause, Turned) or _is_work(cause, month))
                open_to_all[month] = tuple(dict.fromkeys((*open_to_all.get(month, ()), *told)))
        return _because(open_to_all, c.of)

    found: dict[str, list[Correction]] = {}
    for member in group:
        came_in: dict[Month, tuple[Cause, ...]] = {}
        told = []
        for c in corrected.get(member.id, ()):
            causes = (tuple(behind[c.of, c.project]) or elsewhere(c, [c.project])) if c.project else ()
            came_in[c.of] = tuple(dict.fromkeys((*came_in.get(c.of, ()), *causes)))
            told.append(c._replace(because=causes) if causes else c)
        others = [other.id for other in group if other != member]
        found[member.id] = [
            c if c.because else c._replace(because=_because(came_in, c.of) or elsewhere(c, others))
            for c in told
        ]
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


def booked_corrections(seals: Sequence[Sealed]) -> dict[Month, list[Correction]]:
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


def _is_work(cause: Cause, of: Month) -> bool:
    """Whether it is about hours and the like in the month, and not about money; roles may be about both."""
    if isinstance(cause, Turned):
        return cause.kind == "chart"
    return Month.of(cause.mark.day) == of and any(unit != "EUR" for _, _, unit in cause.mark.legs)


def _because(changed: Mapping[Month, tuple[Cause, ...]], of: Month) -> tuple[Cause, ...]:
    """What changed in the month, or in the first month before it in which something did."""
    earlier = [changes for month, changes in sorted(changed.items()) if month <= of and changes]
    return changed.get(of) or (earlier[0] if earlier else ())


def _causes(who: str, sealed: Basis, now: Basis) -> tuple[Cause, ...]:
    gone, new = changed_bookings(sealed.bookings, now.bookings)
    return (
        *(Change(False, mark) for mark in gone),
        *(Change(True, mark) for mark in new),
        *turned(who, sealed, now),
    )


def turned(who: str, sealed: Basis, now: Basis) -> Iterator[Turned]:
    """What but bookings is not as it was sealed. What a booking, a settlement or a grant brings with it is
    told as that."""
    if sealed.rests is not None and now.rests is not None:
        for kind in sorted(sealed.rests.keys() | now.rests.keys()):
            was, becomes = sealed.rests.get(kind, {}), now.rests.get(kind, {})
            for name in sorted(was.keys() | becomes.keys() if kind in _BY_THEMSELVES else was):
                if was.get(name) != becomes.get(name):
                    yield Turned(kind, name, was.get(name, ""), becomes.get(name, ""))
    if now.facts != sealed.facts:
        yield Turned("facts", who)


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
