"""Whether every step, cap, target and band of a pack can ever come into play."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from scharrel.analysis.finding import Finding
from scharrel.analysis.lines import Piece, exact
from scharrel.analysis.situations import (
    MAX_HISTORY,
    Situation,
    barest_kinds,
    live,
    plenty_of,
    uses_up,
)
from scharrel.core.month import Month
from scharrel.core.pack import Operand, Pack, Param, Step


@dataclass(slots=True)
class Reach:
    """What was seen of a pack: steps that paid, limits that held, and for how long a base goes on.

    `limits` has (step, code); `bases` the highest base of each step in euros (none: without end);
    `going_on` the steps that still paid in the last year of a long history.
    """

    paid: set[str] = field(default_factory=set)
    limits: set[tuple[str, str]] = field(default_factory=set)
    bases: dict[str, Fraction | None] = field(default_factory=dict)
    going_on: set[str] = field(default_factory=set)

    def see_pieces(self, found: list[Piece]) -> None:
        """Note what happens within one month, for any turnover."""
        for piece in found:
            for step in piece.steps:
                if step.start or step.slope:
                    self.paid.add(step.step)
                self.limits |= {(step.step, code) for code in step.why}
                if step.base is not None:
                    self._see_base(step.step, *step.base, piece)

    def _see_base(self, step: str, start: Fraction, slope: Fraction, piece: Piece) -> None:
        known = self.bases.get(step, Fraction(0))
        if known is None or (piece.end is None and slope > 0):
            self.bases[step] = None
        else:
            end = start if piece.end is None else start + (piece.end - piece.start) * slope
            self.bases[step] = max(known, start, end)

    def see_histories(self, pack: Pack, month: Month) -> None:
        """Note what happens over the years to members who work much, always or after some empty months."""
        unrounded, role, plenty = exact(pack), pack.pool[0], plenty_of(pack)
        first = month if month.number == 1 else Month(month.year + 1, 1)
        first = first if pack.holds_in(first) else month
        longest = sum(step.max_months or 0 for step in pack.steps)
        length = min(24 + longest, MAX_HISTORY)
        length = next((ahead for ahead in range(length) if not pack.holds_in(first.plus(ahead))), length)
        for facts in barest_kinds(pack, first, [step for step in pack.steps if uses_up(step)]):
            for booked in _ways_of_working(pack, role, plenty, length):
                lived, _ = live(unrounded, facts, first, booked)
                for ahead, allocation in enumerate(lived):
                    for result in allocation.steps:
                        self.limits |= {(result.step.id, code) for code in result.why}
                        if result.paid:
                            self.paid.add(result.step.id)
                            if ahead >= length - 12:
                                self.going_on.add(result.step.id)
                        if result.base is not None and result.step.over_year:
                            self.bases[result.step.id] = None


def _ways_of_working(
    pack: Pack, role: str, plenty: Decimal, length: int
) -> Iterator[list[Mapping[str, Decimal]]]:
    units = {step.role: plenty for step in pack.steps if step.kind == "per" and step.role}
    much: Mapping[str, Decimal] = {**units, role: plenty}
    yield [much] * length
    if any(step.carry or step.consecutive for step in pack.steps):
        yield [{}, {}, *[much] * (length - 2)]
    if units:
        yield [{role: plenty}] * length


def out_of_reach(pack: Pack, reach: Reach, situations: list[Situation]) -> Iterator[Finding]:
    """The steps that never pay and the limits that never hold, whatever is earned."""
    for step in pack.steps:
        if step.id not in reach.paid:
            yield Finding("unreachable-step", step.id)
            continue
        for code, operand in _limits(step):
            if (step.id, code) in reach.limits or (step.counts and code.startswith("cap")):
                continue
            if code in ("cap-life", "target") and step.id in reach.going_on:
                continue  # it goes on filling
            yield Finding("dead-limit", step.id, None, None, {"limit": code, "figure": operand})
        yield from _dead_bands(step, reach.bases.get(step.id, Fraction(0)), situations)


def _limits(step: Step) -> Iterator[tuple[str, Operand]]:
    for code, operand in (
        ("cap-month", step.cap_month),
        ("cap-year", step.cap_year),
        ("cap-life", step.cap_life),
        ("target", step.target),
    ):
        if operand is not None:
            yield code, operand


def _dead_bands(step: Step, highest: Fraction | None, situations: list[Situation]) -> Iterator[Finding]:
    if highest is None:
        return
    for band in step.bands:
        starts = [
            Fraction(band.start.figure(s.month, s.facts).value)
            if isinstance(band.start, Param)
            else Fraction(band.start)
            for s in situations
        ]
        if starts and min(starts) >= highest and highest:
            yield Finding("dead-limit", step.id, None, None, {"limit": "band", "figure": band.start})
