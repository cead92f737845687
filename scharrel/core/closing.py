"""Closed months: what was posted stays, and what it should have been is corrected in the open month.

Everything is still divided from the beginning, as the ledgers and rules are now. What a closed month
should have paid, less all that was posted for it, is its correction; so the postings together are always
what dividing everything at once gives.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.trace import Allocation


class Posted(NamedTuple):
    """What was posted for the month `of`, in euros: one step of one pack to one account."""

    of: Month
    pack: str
    step: str
    account: str
    amount: Decimal


class Mark(NamedTuple):
    """A booking as it was when its month was closed: a digest of all of it, and enough to name it."""

    digest: str
    shown: str


class Sealed(NamedTuple):
    """One member's closed month: the pack, digests of the allocation file (empty when there was none),
    of the rules and the facts as they held, the bookings that it rests on, and what was posted. Someone
    who was no member then, but for whom something was corrected, has no pack."""

    month: Month
    allocation: str
    pack: str
    rules: str
    facts: str
    bookings: tuple[Mark, ...]
    posted: tuple[Posted, ...]


class Correction(NamedTuple):
    """A step of a closed month: what all postings for it came to, and what it becomes, in euros."""

    of: Month
    pack: str
    step: str
    account: str
    was: Decimal
    becomes: Decimal

    @property
    def difference(self) -> Decimal:
        return self.becomes - self.was


def corrections(
    allocations: Iterable[Allocation], seals: Sequence[Sealed], closed: Month | None
) -> list[Correction]:
    """What has to be posted in the open month so that every closed month comes out right."""
    if closed is None:
        return []
    Key = tuple[Month, str, str, str]
    was: dict[Key, Decimal] = {}
    becomes: dict[Key, Decimal] = {}
    for seal in seals:
        for entry in seal.posted:
            key = (entry.of, entry.pack, entry.step, entry.account)
            was[key] = was.get(key, ZERO) + entry.amount
    for allocation in allocations:
        if allocation.month <= closed:
            for entry in postings(allocation):
                becomes[entry.of, entry.pack, entry.step, entry.account] = entry.amount
    return [
        Correction(*key, was.get(key, ZERO), becomes.get(key, ZERO))
        for key in sorted(was.keys() | becomes.keys())
        if was.get(key, ZERO) != becomes.get(key, ZERO)
    ]


def postings(allocation: Allocation) -> Iterator[Posted]:
    """What an allocation posts."""
    for result in allocation.posted:
        yield Posted(allocation.month, allocation.pack.id, result.step.id, str(result.step.to), result.paid)


def changed_bookings(sealed: Sequence[Mark], now: Sequence[Mark]) -> tuple[list[Mark], list[Mark]]:
    """The bookings that are gone since the month was closed, and those that are new."""
    before, after = [mark.digest for mark in sealed], [mark.digest for mark in now]
    gone, new = list(sealed), list(now)
    for mark in now:
        if mark.digest in before:
            before.remove(mark.digest)
            gone.remove(next(g for g in gone if g.digest == mark.digest))
    for mark in sealed:
        if mark.digest in after:
            after.remove(mark.digest)
            new.remove(next(n for n in new if n.digest == mark.digest))
    return gone, new
