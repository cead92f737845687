"""What each step of a month pays as a function of one role: straight pieces with exact corners.

The engine itself is run, on a `Line` instead of an amount: a value that moves along a straight line while
the role grows. Every comparison that the engine makes of it holds up to some amount; the nearest of these is
where the piece ends. So nothing of the rules is written twice, and nothing is sampled.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from scharrel.core.engine import close, divide
from scharrel.core.facts import MonthFacts
from scharrel.core.money import ZERO
from scharrel.core.pack import KEPT_PARTIES, Pack
from scharrel.core.state import State
from scharrel.core.trace import StepResult

MAX_PIECES = 10_000
"""A pack that bends more often is not one that people wrote."""


class Watch:
    """Up to what distance everything that was compared stays as it is; none is for ever."""

    def __init__(self) -> None:
        self.reach: Fraction | None = None

    def holds_for(self, distance: Fraction) -> None:
        if self.reach is None or distance < self.reach:
            self.reach = distance


class Line:
    """A number that changes with the role: `value` here, `slope` for each unit more.

    It compares as it does just to the right of here.
    """

    __slots__ = ("slope", "value", "watch")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: Fraction, slope: Fraction, watch: Watch):
        self.value = value
        self.slope = slope
        self.watch = watch

    def __add__(self, other: Any) -> "Line":
        if isinstance(other, Line):
            return Line(self.value + other.value, self.slope + other.slope, self.watch)
        return Line(self.value + Fraction(other), self.slope, self.watch)

    __radd__ = __add__

    def __neg__(self) -> "Line":
        return Line(-self.value, -self.slope, self.watch)

    def __sub__(self, other: Any) -> "Line":
        return self.__add__(-other)

    def __rsub__(self, other: Any) -> "Line":
        negative = self.__neg__()
        return negative.__add__(other)

    def __mul__(self, factor: Any) -> "Line":
        exact = Fraction(factor)
        return Line(self.value * exact, self.slope * exact, self.watch)

    __rmul__ = __mul__

    def _sign(self, other: Any) -> int:
        """Whether it is above (1), on (0) or below (-1) the other just to the right of here."""
        apart = self - other
        if apart.value and apart.slope and (apart.value > 0) != (apart.slope > 0):
            self.watch.holds_for(-apart.value / apart.slope)
        decides: Fraction = apart.value or apart.slope
        return int(decides > 0) - int(decides < 0)

    def __lt__(self, other: Any) -> bool:
        return self._sign(other) < 0

    def __le__(self, other: Any) -> bool:
        return self._sign(other) <= 0

    def __gt__(self, other: Any) -> bool:
        return self._sign(other) > 0

    def __ge__(self, other: Any) -> bool:
        return self._sign(other) >= 0

    def __eq__(self, other: object) -> bool:
        return self._sign(other) == 0

    def __bool__(self) -> bool:
        return self._sign(0) != 0


class Paid(NamedTuple):
    """What one step pays along a piece: euros at its start, and of each euro more (a fraction).

    `base` is the same of what its rate looks at over the year so far, `why` the limits that hold.
    """

    step: str
    start: Fraction
    slope: Fraction
    why: frozenset[str]
    base: tuple[Fraction, Fraction] | None = None

    def plus(self, later: "Paid") -> "Paid":
        """Together with what the step pays in a later month."""
        return self._replace(
            start=self.start + later.start, slope=self.slope + later.slope, why=self.why | later.why
        )


class Piece(NamedTuple):
    """A straight stretch: from `start` to `end` euros of the role (no end: for ever), where `bends` is the
    step that changes at the end. `keep` is what the member keeps at the start, `kept` of each euro more."""

    start: Fraction
    end: Fraction | None
    bends: str
    steps: tuple[Paid, ...]
    keep: Fraction
    kept: Fraction

    def keep_at(self, amount: Fraction) -> Fraction:
        return self.keep + (amount - self.start) * self.kept

    def paid_at(self, amount: Fraction) -> list[Fraction]:
        """What each step pays at an amount on this piece."""
        return [step.start + (amount - self.start) * step.slope for step in self.steps]


def exact(pack: Pack) -> Pack:
    """The pack without its rounding, which would hide the slopes."""
    return replace(pack, steps=tuple(replace(step, rounding=None) for step in pack.steps))


def pieces(
    pack: Pack, facts: MonthFacts, before: State, role: str, later: Sequence[MonthFacts] = ()
) -> Iterator[Piece]:
    """What every step pays for any amount from zero up on the role, everything else as in `facts`.

    With `later` months, which stay as they are, what is paid and kept in them is added. The last piece has
    no end: what holds on all of them holds for every amount.
    """
    unrounded = exact(pack)
    start: Fraction | None = Fraction(0)
    held: Piece | None = None
    for _ in range(MAX_PIECES):
        if start is None:
            break
        piece = _piece(unrounded, facts, before, role, later, start)
        if held and _goes_on(held, piece):
            held = held._replace(end=piece.end)
        else:
            if held:
                yield held._replace(bends=_bends(held, piece))
            held = piece
        start = piece.end
    if held:
        yield held


def _piece(
    pack: Pack, facts: MonthFacts, before: State, role: str, later: Sequence[MonthFacts], start: Fraction
) -> Piece:
    watch = Watch()
    amount: Any = Line(start, Fraction(1), watch)
    roles = {**facts.roles, role: facts.roles.get(role, ZERO) + amount}
    allocation, state = close(divide("", pack, facts._replace(roles=roles), before))
    steps = [_paid(result) for result in allocation.steps]
    for month in later:
        allocation, state = close(divide("", pack, month, state))
        steps = [paid.plus(_paid(result)) for paid, result in zip(steps, allocation.steps, strict=True)]
    kept = [paid for paid, step in zip(steps, pack.steps, strict=True) if step.party in KEPT_PARTIES]
    return Piece(
        start,
        None if watch.reach is None else start + watch.reach,
        "",
        tuple(steps),
        sum((paid.start for paid in kept), Fraction(0)),
        sum((paid.slope for paid in kept), Fraction(0)),
    )


def _paid(result: StepResult) -> Paid:
    base = None if result.base is None else _line(result.base + result.year_before)
    return Paid(result.step.id, *_line(result.paid), frozenset(result.why), base)


def _line(amount: Decimal | Line) -> tuple[Fraction, Fraction]:
    return (amount.value, amount.slope) if isinstance(amount, Line) else (Fraction(amount), Fraction(0))


def _goes_on(held: Piece, piece: Piece) -> bool:
    """Whether nothing changed but a comparison without effect."""
    return not _bends(held, piece)


def _bends(held: Piece, piece: Piece) -> str:
    """The first step that goes on otherwise, or with another limit, from where the next piece starts."""
    for step, before, there in zip(piece.steps, held.steps, held.paid_at(piece.start), strict=True):
        if (step.slope, step.start, step.why) != (before.slope, there, before.why):
            return step.step
    return ""
