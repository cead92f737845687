"""What is kept of the next euro: worked by hand, and against the division itself."""

from dataclasses import replace
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from scharrel.analysis.prospect import Stretch, prospect
from scharrel.core.engine import close, divide
from scharrel.core.facts import MonthFacts
from scharrel.core.month import Month
from scharrel.core.pack import Pack, Step
from scharrel.core.state import State

MONTH = Month(2026, 10)


def step(name: str, party: str, **keys: object) -> Step:
    return Step(name, {"nl": name}, party, "alv", rounding="half-up", to=f"Liabilities:{name}", **keys)  # type: ignore[arg-type]


def pack(*steps: Step) -> Pack:
    return Pack("proef", "Proef", ("turnover",), (*steps, step("lid", "member", kind="all")), {}, {}, "")


def at(turnover: str) -> MonthFacts:
    return MonthFacts(MONTH, {}, {"turnover": D(turnover)}, {})


COOP = step("coop", "coop", kind="rate", operand=D("0.10"))
OFFSET = step("offset", "municipality", kind="rate", operand=D("0.5"), base="after.coop", above=D(200))


def test_the_corner_where_the_threshold_is_passed() -> None:
    # after.coop is 90% of turnover, so 200 is passed at 222.22…: 22.23 more than 200
    found = prospect(pack(COOP, OFFSET), at("200"), State.new())
    assert found == (Stretch(D(0), D("0.9")), Stretch(D("22.23"), D("0.45")))


def test_a_corner_just_passed_is_no_corner_ahead() -> None:
    assert prospect(pack(COOP, OFFSET), at("222.23"), State.new()) == (Stretch(D(0), D("0.45")),)


def test_a_pool_in_the_red_fills_up_first() -> None:
    assert prospect(pack(COOP), at("-40"), State.new()) == (
        Stretch(D(0), D(0)), Stretch(D(40), D("0.9")),
    )  # fmt: skip


@given(st.integers(-5000, 40000), st.integers(1, 400), st.integers(0, 60000))
def test_it_says_what_the_division_does(turnover: int, rate: int, cap: int) -> None:
    capped = replace(COOP, operand=D(rate).scaleb(-3), cap_month=D(cap).scaleb(-2))
    rules = pack(capped, OFFSET)
    facts = at(str(D(turnover).scaleb(-2)))
    found = prospect(rules, facts, State.new())
    end = found[1].start if len(found) > 1 else D(1000)

    def keep(extra: D) -> D:
        more = facts._replace(roles={"turnover": facts.roles["turnover"] + extra})
        return close(divide("lid", rules, more, State.new()))[0].keep

    # Two steps are rounded, each by half a cent at most, at both ends; the corner is known to a cent.
    assert abs(keep(end) - keep(D(0)) - found[0].kept * end) <= D("0.03")
