"""What can be wrong with a pack, as a value."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from scharrel.analysis.situations import Situation
from scharrel.analysis.trajectories import live
from scharrel.core.money import ZERO, total
from scharrel.core.month import Month
from scharrel.core.pack import Accepted, Facts, Pack
from scharrel.treasury.outlook import MonthInHand

Severity = Literal["error", "warning"]

WARNINGS = frozenset(
    {
        "unreachable-step", "dead-limit", "unused-input", "unused-param", "rates-over-100", "law-source",
        "many-kinds", "stale-accept",
    }
)  # fmt: skip
"""What members should know; everything else is an error."""


class Lived(NamedTuple):
    """One month of an example: its turnover, and what the member keeps of it, in euros."""

    month: Month
    turnover: Fraction
    keep: Fraction


class Example(NamedTuple):
    """Two members in one situation, of whom the second earns more: month by month."""

    situation: Situation
    less: tuple[Lived, ...]
    more: tuple[Lived, ...]

    @property
    def loss(self) -> Fraction:
        """How much less the second keeps, in euros."""
        return sum(
            (less.keep - more.keep for less, more in zip(self.less, self.more, strict=True)), Fraction(0)
        )


def example_of(
    pack: Pack, situation: Situation, booked: Sequence[Mapping[str, Decimal]]
) -> tuple[Lived, ...]:
    """These months from the situation on as they are really divided, to the cent."""
    role = situation.role
    first = {**situation.roles, role: situation.roles.get(role, ZERO) + booked[0].get(role, ZERO)}
    passed, _ = live(pack, situation.facts, situation.month, [first, *booked[1:]], situation.before)
    return tuple(
        Lived(month.allocation.month, Fraction(roles.get(role, ZERO)), Fraction(month.allocation.keep))
        for month, roles in zip(passed, booked, strict=True)
    )


class PatternMonth(NamedTuple):
    """One month of a pattern of income, in euros: what was earned in it, and what there was in hand (of the
    benefit, and of what was earned before)."""

    earned: Decimal
    in_hand: MonthInHand


class Pattern(NamedTuple):
    """A year's income of someone of whom the register says these facts and who begins with the year, up to
    the month that is below the norm. `day` is when its benefit comes, if that is known."""

    facts: Facts
    role: str
    months: tuple[PatternMonth, ...]
    day: date | None

    @property
    def worked(self) -> int:
        """In how many months something was earned."""
        return sum(month.earned > 0 for month in self.months)

    @property
    def earned(self) -> Decimal:
        return total(month.earned for month in self.months)

    @property
    def short(self) -> MonthInHand:
        """The month that is below the norm."""
        return self.months[-1].in_hand


class Finding(NamedTuple):
    """Something that members should know before they vote.

    `start` and `end` are euros of turnover between which it holds (no end: for ever), `values` what the
    message says: amounts and rates as Fraction. `accepted` is why the members take it as it is. Where it is
    `slight` it is a note, whatever its code. What comes of months together has the smallest `pattern` in
    which it shows, and the `worst`.
    """

    code: str
    step: str = ""
    start: Fraction | None = None
    end: Fraction | None = None
    values: Mapping[str, object] = {}
    example: Example | None = None
    accepted: Accepted | None = None
    pattern: Pattern | None = None
    worst: Pattern | None = None
    slight: bool = False

    @property
    def severity(self) -> Severity:
        return "warning" if self.slight or self.code in WARNINGS else "error"

    @property
    def loss(self) -> Fraction:
        """How much is at stake, in euros, where that can be said."""
        loss = self.values.get("loss", 0)
        return loss if isinstance(loss, Fraction) else Fraction(0)
