"""Whether every step, cap, target and band of a pack can ever come into play."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from scharrel.analysis.finding import Finding
from scharrel.analysis.lines import Piece
from scharrel.analysis.situations import Situation
from scharrel.analysis.trajectories import Life
from scharrel.core.pack import Pack, Param, Step

_ENDING = ("cap-life", "target", "months-used")


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

    def see_lives(self, lives: Sequence[Life]) -> None:
        """Note what happens over the years."""
        for life in lives:
            for ahead, passed in enumerate(life.months):
                for result in passed.allocation.steps:
                    self.limits |= {(result.step.id, code) for code in result.why}
                    if result.paid:
                        self.paid.add(result.step.id)
                        if ahead >= len(life.months) - 12:
                            self.going_on.add(result.step.id)
                    if result.base is not None and result.step.over_year:
                        self.bases[result.step.id] = None

    def stopped(self, step: Step, code: str) -> bool:
        """Whether another limit than this one ends what the step pays."""
        return any((step.id, other) in self.limits for other in _ENDING if other != code)


def out_of_reach(pack: Pack, reach: Reach, situations: list[Situation]) -> Iterator[Finding]:
    """The steps that never pay and the limits that never hold, whatever is earned."""
    for step in pack.steps:
        if step.own:
            continue  # it is there to pay nothing
        if step.id not in reach.paid:
            yield Finding("unreachable-step", step.id)
            continue
        for code, operand in step.limits():
            arrears = step.carry and (step.id, "pool-empty") in reach.limits
            if (step.id, code) in reach.limits or (code.startswith("cap") and (step.counts or arrears)):
                continue  # what is counted from elsewhere or was not paid for long may fill it
            if code in _ENDING and step.id in reach.going_on and not reach.stopped(step, code):
                continue  # it goes on filling
            yield Finding("dead-limit", step.id, None, None, {"limit": code, "figure": operand})
        yield from _dead_bands(step, reach.bases.get(step.id, Fraction(0)), situations)


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
