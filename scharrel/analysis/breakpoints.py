"""Where what the member keeps bends or jumps, and which step makes it do so."""

from collections.abc import Iterator
from decimal import localcontext
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from scharrel.analysis.lines import Piece, pieces
from scharrel.core.facts import MonthFacts
from scharrel.core.money import EXACT
from scharrel.core.month import Month
from scharrel.core.pack import Pack, Step
from scharrel.core.state import State

CAUSES = (
    "starts", "ends", "changes", "paid", "enough", "empty", "cap-month", "cap-year", "cap-life", "target",
    "deficit",
)  # fmt: skip
"""What can happen at a bend."""

_LIMITS = ("target", "cap-month", "cap-year", "cap-life")
_STOPS = frozenset({"condition", "age", "months-used"})


class Breakpoint(NamedTuple):
    """A corner or a jump, at so many euros of what comes in: what is kept just before it and just after.

    `step` is the one that changes there, in the way that `cause` says, and takes `takes` of each euro more.
    """

    at: Fraction
    before: Fraction
    after: Fraction
    cause: str
    step: Step
    takes: Fraction

    @property
    def jumps(self) -> bool:
        return self.before != self.after


class Curve(NamedTuple):
    """What is kept under a pack in a month: straight pieces from zero up, and the bends between them.

    `facts` is all that is known of the month but what comes in.
    """

    pack: Pack
    facts: MonthFacts
    pieces: tuple[Piece, ...]
    bends: tuple[Breakpoint, ...]

    @property
    def month(self) -> Month:
        return self.facts.month


def curve(pack: Pack, facts: MonthFacts, before: State) -> Curve:
    """What the member keeps for any amount of the pack's first role, from nothing in the pool on;
    everything else is as in `facts`.

    Stretches along which only others get something else are one. NoValueError when a parameter has no value.
    """
    roles = {role: amount for role, amount in facts.roles.items() if role not in pack.pool}
    facts = facts._replace(roles=roles)
    with localcontext(EXACT):
        found = list(pieces(pack, facts, before, pack.pool[0]))
    zero = Fraction(-before.deficit)
    straight = found[:1]
    bends = []
    for was, piece in pairwise(found):
        if (piece.keep, piece.kept) == (was.keep_at(piece.start), was.kept):
            straight[-1] = straight[-1]._replace(end=piece.end)
        else:
            bends.append(_bend(pack, was, piece, deficit=piece.start == zero))
            straight.append(piece)
    return Curve(pack, facts, tuple(straight), tuple(bends))


def _bend(pack: Pack, was: Piece, piece: Piece, *, deficit: bool) -> Breakpoint:
    """The first step that pays otherwise is the one that the later ones follow."""
    cause, step, takes = next(_changes(pack, was, piece))
    return Breakpoint(
        piece.start, was.keep_at(piece.start), piece.keep, "deficit" if deficit else cause, step, takes
    )


def _changes(pack: Pack, was: Piece, piece: Piece) -> Iterator[tuple[str, Step, Fraction]]:
    for step, old, new, paid in zip(
        pack.steps, was.steps, piece.steps, was.paid_at(piece.start), strict=True
    ):
        if (new.slope, new.start) != (old.slope, paid):
            more = new.slope > old.slope or new.start > paid
            yield _cause(old.why, new.why, old.slope, new.slope, more=more), step, new.slope


def _cause(old: frozenset[str], new: frozenset[str], was: Fraction, takes: Fraction, *, more: bool) -> str:
    came, went = new - old, old - new
    if limit := next((code for code in _LIMITS if code in came), None):
        return limit
    if came & _STOPS:
        return "ends"
    if "pool-empty" in came:
        return "empty"
    if "pool-empty" in went:
        return "enough" if takes else "paid"
    if not was and more:
        return "starts"
    return "ends" if not takes and not more else "changes"
