"""Everything that can be found about a pack, from the pack alone."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from fractions import Fraction

from scharrel.analysis.below_norm import below_norm
from scharrel.analysis.finding import Finding
from scharrel.analysis.histories import history_findings
from scharrel.analysis.in_hand import TOGETHER
from scharrel.analysis.kinds import MAX_KINDS, too_many_kinds
from scharrel.analysis.lines import pieces
from scharrel.analysis.reach import Reach, out_of_reach
from scharrel.analysis.situations import Whose, periods, situations
from scharrel.analysis.static import static
from scharrel.analysis.trajectories import lives
from scharrel.analysis.within import within_month
from scharrel.core.money import EXACT
from scharrel.core.month import Month
from scharrel.core.pack import KEPT_PARTIES, Accepted, Pack, Param, Step
from scharrel.treasury.outlook import PaymentTimes

HALF_A_CENT = Fraction(1, 200)

DIGITS = 10_000
"""Without rounding every share of a share has more digits; so many are never needed."""


def findings(
    pack: Pack, since: Month, roles: frozenset[str] = frozenset(), times: PaymentTimes = TOGETHER
) -> list[Finding]:
    """What is wrong with the rules as they hold in the month `since` and after it, each once and at its
    worst; of a pack that holds no more, as they held last.

    `roles` are those on which members book what they spend, `times` is when money comes. Where a figure is
    missing nothing is computed.
    """
    with localcontext(EXACT, prec=DIGITS):
        found = _worst(static(pack, roles))
        if not any(finding.code in ("parameter-gap", "bands-order") for finding in found):
            found = _worst([*found, *_computed(pack, _months(pack, since), times)])
            found += _stale(pack.accepted, found)
    return [_accepted(pack.accepted, finding) for finding in found]


def _stale(accepted: Iterable[Accepted], found: Sequence[Finding]) -> list[Finding]:
    """What is accepted and not there (any more)."""
    return [
        Finding("stale-accept", known.step, values={"accepted": known.code})
        for known in accepted
        if not any(_covers(known, finding) for finding in found)
    ]


def _months(pack: Pack, since: Month) -> list[Month]:
    """The first month of every stretch that is looked at."""
    starts = periods(pack)
    ahead = [month for month in starts if month > since]
    return [since, *ahead] if starts[0] <= since and pack.holds_in(since) else ahead or starts[-1:]


def _computed(pack: Pack, months: list[Month], times: PaymentTimes) -> Iterable[Finding]:
    reach, looked_at = Reach(), []
    for month in months:
        if too_many_kinds(pack, month):
            yield Finding("many-kinds", values={"kinds": MAX_KINDS})
        passed = lives(pack, month)
        reach.see_lives(passed)
        for role in pack.pool:
            for situation in situations(pack, month, role, passed):
                looked_at.append(situation)
                for view, whose in _views(pack):
                    found = list(pieces(view, situation.month_facts(), situation.before, role))
                    reach.see_pieces(found)
                    yield from within_month(view, situation._replace(whose=whose), found)
            for view, whose in _views(pack):
                yield from history_findings(view, month, role, passed, whose)
                if pack.kind == "member" and whose != "together":
                    yield from below_norm(view, month, role, times)
    yield from out_of_reach(pack, reach, looked_at)


def _views(pack: Pack) -> list[tuple[Pack, Whose]]:
    """Of rules that share: what all members keep together, and one without any of the share. Whoever has
    part of it is between the two, however many members there are."""
    if not pack.collective:
        return [(pack, "")]
    share = replace(pack.steps[-1], party="community")
    return [(pack, "together"), (replace(pack, steps=(*pack.steps[:-1], share)), "own")]


def _worst(found: Iterable[Finding]) -> list[Finding]:
    """Of the same finding about the same step in several situations, the one that costs most; none that
    costs less than half a cent, which no division shows."""
    kept: dict[tuple[object, ...], Finding] = {}
    for finding in found:
        named = (finding.values.get(name) for name in ("limit", "param", "case", "source", "cause"))
        key = (finding.code, finding.step, *named)
        if 0 < finding.loss < HALF_A_CENT:
            continue
        if key not in kept or finding.loss > kept[key].loss:
            kept[key] = finding
    return list(kept.values())


def _accepted(accepted: Iterable[Accepted], finding: Finding) -> Finding:
    known = next((known for known in accepted if _covers(known, finding)), None)
    return finding._replace(accepted=known)


def _covers(known: Accepted, finding: Finding) -> bool:
    return known.code == finding.code and known.step in ("", finding.step)


def rounding_bound(pack: Pack, since: Month) -> int:
    """By how many cents rounding can lower what a member keeps when turnover rises: at most, in the month
    `since` and after it.

    Only a share of a base rounds otherwise when turnover differs: by half a cent, a whole one when it rounds
    down, and by its rate times what its base was off. Twice, for the two amounts that are compared.
    """
    return max(_rounding_bound(pack, month) for month in _months(pack, since))


def _rounding_bound(pack: Pack, month: Month) -> int:
    left_off, lost = Decimal(0), Decimal(0)
    off_after: dict[str, Decimal] = {}
    for step in pack.steps[:-1]:
        if step.kind in ("rate", "bands"):
            off = Decimal(1) if step.rounding == "down" else Decimal("0.5")
            off += _highest_rate(step, month) * off_after.get(step.base, Decimal(0))
            left_off += off
            lost += 0 if step.party in KEPT_PARTIES else off
        off_after[f"after.{step.id}"] = left_off
    return int(-(-2 * lost // 1))


def _highest_rate(step: Step, month: Month) -> Decimal:
    """The highest rate of the step in the month for any kind of member, as a fraction; 0 for none."""
    rates = [step.operand, *(band.rate for band in step.bands)]
    figures = [
        rate.all_figures(month) if isinstance(rate, Param) else (rate or Decimal(0),) for rate in rates
    ]
    return max((figure for found in figures for figure in found), default=Decimal(0))
