"""Everything that can be found about a pack, from the pack alone."""

from collections.abc import Iterable
from decimal import Decimal, localcontext

from scharrel.analysis.finding import Finding
from scharrel.analysis.histories import history_findings
from scharrel.analysis.lines import pieces
from scharrel.analysis.reach import Reach, out_of_reach
from scharrel.analysis.situations import periods, situations
from scharrel.analysis.static import static
from scharrel.analysis.within import within_month
from scharrel.core.money import EXACT
from scharrel.core.month import Month
from scharrel.core.pack import KEPT_PARTIES, Accepted, Pack, Param, Step


def findings(pack: Pack, since: Month, roles: frozenset[str] = frozenset()) -> list[Finding]:
    """What is wrong with the rules as they hold in the month `since` and after it, each once and at its
    worst; of a pack that holds no more, as they held last.

    `roles` are those on which members book what they spend. Where a figure is missing nothing is computed.
    """
    with localcontext(EXACT):
        found = list(static(pack, roles))
        if not any(finding.code in ("parameter-gap", "bands-order") for finding in found):
            found += _computed(pack, _months(pack, since))
    return [_accepted(pack.accepted, finding) for finding in _worst(found)]


def _months(pack: Pack, since: Month) -> list[Month]:
    """The first month of every stretch that is looked at."""
    starts = periods(pack)
    ahead = [month for month in starts if month > since]
    return [since, *ahead] if starts[0] <= since and pack.holds_in(since) else ahead or starts[-1:]


def _computed(pack: Pack, months: list[Month]) -> Iterable[Finding]:
    reach = Reach()
    looked_at = []
    for month in months:
        for role in pack.pool:
            for situation in situations(pack, month, role):
                found = list(pieces(pack, situation.month_facts(), situation.before, role))
                yield from within_month(pack, situation, found)
                reach.see_pieces(found)
                looked_at.append(situation)
        reach.see_histories(pack, month)
        yield from history_findings(pack, month)
    yield from out_of_reach(pack, reach, looked_at)


def _worst(found: Iterable[Finding]) -> list[Finding]:
    """Of the same finding about the same step in several situations, the one that costs most."""
    kept: dict[tuple[object, ...], Finding] = {}
    for finding in found:
        named = finding.values.get("limit"), finding.values.get("param"), finding.values.get("source")
        key = (finding.code, finding.step, *named)
        if key not in kept or finding.loss > kept[key].loss:
            kept[key] = finding
    return list(kept.values())


def _accepted(accepted: Iterable[Accepted], finding: Finding) -> Finding:
    return next(
        (
            finding._replace(accepted=known)
            for known in accepted
            if known.code == finding.code and known.step in ("", finding.step)
        ),
        finding,
    )


def rounding_bound(pack: Pack, month: Month) -> int:
    """By how many cents rounding can lower what a member keeps when turnover rises: at most.

    Only a share of a base rounds otherwise when turnover differs: by half a cent, a whole one when it rounds
    down, and by its rate times what its base was off. Twice, for the two amounts that are compared.
    """
    left_off, lost = Decimal(0), Decimal(0)
    off_after: dict[str, Decimal] = {}
    for step in pack.steps[:-1]:
        if step.kind in ("rate", "bands"):
            off = Decimal(1) if step.rounding == "down" else Decimal("0.5")
            off += _highest_rate(step, month) * off_after.get(step.base.removeprefix("after."), Decimal(0))
            left_off += off
            lost += 0 if step.party in KEPT_PARTIES else off
        off_after[step.id] = left_off
    return int(-(-2 * lost // 1))


def _highest_rate(step: Step, month: Month) -> Decimal:
    """The highest rate of the step in the month for any kind of member, as a fraction."""
    rates = [step.operand, *(band.rate for band in step.bands)]
    figures = [
        rate.all_figures(month) if isinstance(rate, Param) else (rate or Decimal(0),) for rate in rates
    ]
    return max(figure for found in figures for figure in found)
