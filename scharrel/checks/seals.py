"""Seals that are lost, rewritten or put back: held against each other, and against what else knows of them.

The months' seals are a chain, and `ledgers/closed.json` has their digests a second time. Members' seals, and
allocations that correct closed months, know that a month was closed as well.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from scharrel.core.facts import Holder
from scharrel.core.month import Month, months
from scharrel.core.problems import Problem
from scharrel.store.allocations import corrections_in, written_months
from scharrel.store.digests import digest_of
from scharrel.store.durable import read_written
from scharrel.store.paths import Coop
from scharrel.store.seals import (
    BrokenSealError,
    Chain,
    Seals,
    chain_path,
    chain_text,
    digest_of_seal,
    member_seal_path,
    read_seal,
)


class SealFinding(NamedTuple):
    """Something in a closed month that is not as it was sealed: where, what, and the month."""

    file: str
    code: str
    month: Month
    detail: str = ""
    line: int = 0


STOPS = {
    "missing-month": "lost-seal", "lost-month": "lost-seal", "missing-seal": "lost-seal",
    "broken-seal": "broken-seal", "broken-second": "broken-seal",
    "changed-seal": "other-seal", "broken-chain": "other-seal",
    "seals-differ": "other-seal", "unknown-seal": "other-seal",
}  # fmt: skip
"""What stops every command, by what `audit` says of it; the second place is written again by `close`."""


def seal_problems(coop: Coop, seals: Seals) -> Iterator[Problem]:
    """What is wrong with the seals by which months stay closed."""
    for finding in seal_findings(coop, seals):
        if code := STOPS.get(finding.code):
            yield Problem(finding.file, 1, code, {"month": str(finding.month)})


def seal_findings(coop: Coop, seals: Seals) -> Iterator[SealFinding]:
    """What is wrong with the months' seals and the second place, and members' seals that should not be there
    or should."""
    if not seals.closed:
        if not seals.readable:
            yield SealFinding(coop.shown(coop.closings), "broken-second", Month(1, 1))
        return
    yield from _second_findings(coop, seals, seals.closed)
    yield from _lost_months(coop, seals)
    last = max(seals.chains, default=None)
    for month, (chain, text) in seals.chains.items():
        shown = coop.shown(chain_path(coop, month))
        if digest_of(text.encode()) != seals.known.get(month, digest_of(text.encode())):
            yield SealFinding(shown, "seals-differ", month, coop.shown(coop.closings))
        if chain is None:
            yield SealFinding(shown, "broken-seal", month)
            continue
        if chain.month != month or chain_text(chain) != text:
            yield SealFinding(shown, "changed-seal", month)
        if (before := month.plus(-1)) in seals.chains:
            earlier = coop.shown(chain_path(coop, before))
            if chain.previous != digest_of(seals.chains[before][1].encode()):
                yield SealFinding(earlier, "broken-chain", month)
                if month == last:
                    yield SealFinding(shown, "seals-differ", month, earlier)
        for member in chain.members:
            if month not in seals.members.get(member, ()):
                yield SealFinding(coop.shown(member_seal_path(coop, member, month)), "missing-seal", month)
    for member, found in seals.members.items():
        for month in found:
            chain = seals.chains.get(month, (None, ""))[0]
            if chain and member not in chain.members:
                yield SealFinding(coop.shown(member_seal_path(coop, member, month)), "unknown-seal", month)


def _second_findings(coop: Coop, seals: Seals, closed: Month) -> Iterator[SealFinding]:
    shown = coop.shown(coop.closings)
    if not seals.readable:
        yield SealFinding(shown, "broken-second", closed)
        return
    busy = seals.second.closing if seals.second else None
    for month, (chain, _) in seals.chains.items():
        if month in seals.known or (busy and month <= busy):
            continue
        if chain and not _of_earlier_version(coop, month, chain):
            yield SealFinding(shown, "old-second" if seals.second else "missing-second", month)


def _of_earlier_version(coop: Coop, month: Month, chain: Chain) -> bool:
    """Whether the month was closed by a version that knew of no second place."""
    for member in chain.members:
        with suppress(BrokenSealError):
            return read_seal(member_seal_path(coop, member, month)).basis.rests is None
    return True


def _lost_months(coop: Coop, seals: Seals) -> Iterator[SealFinding]:
    """Months that were closed and have no seal."""
    known = {month: coop.shown(coop.closings) for month in seals.known}
    for month, member in seals.members_only.items():
        known.setdefault(month, coop.shown(member_seal_path(coop, member, month)))
    lost = known.keys() - seals.chains.keys()
    last = max(seals.chains, default=None)
    if last:
        first = min(seals.chains)
        chain, _ = seals.chains[first]
        lost |= set(months(first, last)) - seals.chains.keys()
        lost |= {first.plus(-1)} if chain and chain.previous else set()
    for month in sorted(lost):
        shown = coop.shown(chain_path(coop, month))
        if last and month < last:
            yield SealFinding(shown, "missing-month", month)
        else:
            yield SealFinding(shown, "lost-month", month, known[month])


def written_findings(coop: Coop, seals: Seals) -> Iterator[SealFinding]:
    """Members' seals that are not those of their month, and the allocations that they are about."""
    last = max(seals.chains, default=None)
    for month, (chain, _) in seals.chains.items():
        for member, digest in chain.members.items() if chain else ():
            path = member_seal_path(coop, member, month)
            if not path.is_file():
                continue
            if digest_of_seal(path) != digest:
                yield SealFinding(coop.shown(path), "changed-seal", month)
                if month == last:
                    # No later seal vouches for the month's own: it may just as well be that one.
                    yield SealFinding(
                        coop.shown(chain_path(coop, month)), "seals-differ", month, coop.shown(path)
                    )
            try:
                seal = read_seal(path)
            except BrokenSealError:
                continue
            allocation = coop.allocation(member, month)
            if not allocation.is_file():
                if seal.allocation:
                    yield SealFinding(coop.shown(allocation), "missing-allocation", month)
            elif digest_of(allocation.read_bytes()) != seal.allocation:
                yield SealFinding(coop.shown(allocation), "changed-allocation", month)


def corrected_unsealed(coop: Coop, members: Iterable[Holder], closed: Month | None) -> Iterator[Problem]:
    """Allocations that put right closed months, in a month that is not the first open one: the month before
    it was closed."""
    for member in members:
        for month, path in written_months(coop, member.id).items():
            first_open = str(closed.plus(1)) if closed else ""
            if month > first_open and corrections_in(read_written(path) or ""):
                before = Month.parse(month).plus(-1)
                shown = coop.shown(chain_path(coop, before))
                yield Problem(shown, 1, "seal-of-corrected", {"month": str(before), "file": coop.shown(path)})
                break
