"""What the municipality looks at in a month: the income, in parts that add up to it."""

from decimal import Decimal

from scharrel.core.corrections import Correction
from scharrel.core.money import ZERO
from scharrel.core.pack import Pack, Step
from scharrel.core.trace import Allocation

PARTS = ("exempt", "above", "tax", "coop", "pot", "community", "shared", "offset")
"""Together they are the income: what came in less the costs that count."""


def part_of(pack: Pack, step: Step) -> str:
    """The part of the income that the step pays; empty for costs, which are none.

    What goes to the member is exempt, but for what comes behind an offset with a limit: that is what was
    earned above the benefit.
    """
    if step.party == "supplier":
        return ""
    if step.party == "municipality":
        return "offset"
    if step.party != "member":
        return step.party
    earlier = pack.steps[: pack.steps.index(step)]
    limited = any(s.party == "municipality" and (s.cap_month or s.cap_year or s.cap_life) for s in earlier)
    return "above" if limited else "exempt"


def parts_of(month: Allocation) -> dict[str, Decimal]:
    """The income of a month by part, in euros; what went to other members of what was left is `shared`."""
    found = dict.fromkeys(PARTS, ZERO)
    for result in month.steps:
        if part := part_of(month.pack, result.step):
            found[part] += result.paid
        if result.step.closes:
            found["shared"] += result.left_before - result.paid
    return found


def corrected_part(pack: Pack | None, correction: Correction) -> tuple[str, Step | None]:
    """The part of the income that a correction changes, and the step that pays it.

    What came in from another ledger is `turnover`, and costs are `deducted`: they change the income itself.
    """
    step = next((s for s in pack.steps if s.id == correction.step), None) if pack else None
    if correction.project:
        return "turnover", None
    if pack is None or step is None or correction.against:
        return "deducted", None
    return part_of(pack, step) or "deducted", step
