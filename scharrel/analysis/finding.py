"""What can be wrong with a pack, as a value."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from scharrel.analysis.situations import Situation
from scharrel.analysis.trajectories import live
from scharrel.core.money import ZERO
from scharrel.core.month import Month
from scharrel.core.pack import Accepted, Pack

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


class Finding(NamedTuple):
    """Something that members should know before they vote.

    `start` and `end` are euros of turnover between which it holds (no end: for ever), `values` what the
    message says: amounts and rates as Fraction. `accepted` is why the members take it as it is.
    """

    code: str
    step: str = ""
    start: Fraction | None = None
    end: Fraction | None = None
    values: Mapping[str, object] = {}
    example: Example | None = None
    accepted: Accepted | None = None

    @property
    def severity(self) -> Severity:
        return "warning" if self.code in WARNINGS else "error"

    @property
    def loss(self) -> Fraction:
        """How much is at stake, in euros, where that can be said."""
        loss = self.values.get("loss", 0)
        return loss if isinstance(loss, Fraction) else Fraction(0)
