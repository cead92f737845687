"""What must hold whatever the members decide and whatever they book."""

import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

from beancount import loader
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from random_coops import MONTHS, Booking, histories, lay_down, packs

from scharrel.core.month import Month
from scharrel.core.trace import Allocation
from scharrel.operations.allocate import Allocated, allocate_all
from scharrel.operations.opening import open_books
from scharrel.store.paths import Coop

THROUGH = Month.parse(MONTHS[-1])
TODAY = date(2027, 2, 1)
FACTS = "  granted: TRUE\n  born: 1999-03-31\n"

each = settings(max_examples=examples(60))


@contextmanager
def folder(pack: str, ledgers: dict[str, list[str]], facts: str = FACTS) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield lay_down(Path(name).resolve() / "coop", pack, ledgers, facts)


def run(root: Path) -> Allocated:
    found = allocate_all(
        open_books(Coop(root)), THROUGH, frozenset(), TODAY, write=True, whole=True, progress=lambda *_: None
    )
    assert [problem for problem in found.problems if not problem.warning] == []
    return found


def amounts(allocations: list[Allocation]) -> list[tuple[object, ...]]:
    return [(a.member, a.month, a.pool, *((s.step.id, s.paid, s.why) for s in a.steps)) for a in allocations]


@given(packs(), histories(), st.sampled_from([FACTS, ""]))
@each
def test_the_waterfall_keeps_its_promises(pack: str, history: list[Booking], facts: str) -> None:
    with folder(pack, {"amina": [booking.lines() for booking in history]}, facts) as root:
        allocations = run(root).allocations
    assert [str(a.month) for a in allocations] == MONTHS
    paid: dict[str, dict[object, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    months_paid: dict[str, int] = defaultdict(int)
    left_unpaid = Decimal(0)
    for a in allocations:
        assert sum(s.paid for s in a.steps) == a.pool >= 0
        left_unpaid = min(a.came_in + a.carried, Decimal(0))
        for s in a.steps:
            assert s.paid == s.paid.quantize(Decimal("0.01"))
            assert s.paid >= 0 or s.step.kind == "input"
            assert s.left_before - s.paid >= 0
            if s.paid <= 0:
                continue
            step, mine = s.step, paid[s.step.id]
            months_paid[step.id] += 1
            for key in ("life", a.month.year, a.month):
                mine[key] += s.paid
            for cap, key in (
                (step.cap_month, a.month),
                (step.cap_year, a.month.year),
                (step.cap_life, "life"),
            ):
                assert cap is None or mine[key] <= cap
            if step.target is not None:
                assert a.balances[step.to] <= step.target
            assert step.max_months is None or months_paid[step.id] <= step.max_months
            assert not step.when or facts
            assert step.min_age is None or (facts and a.month >= Month(2026, 3))
    assert sum(a.came_in for a in allocations) == sum(a.pool for a in allocations) + left_unpaid


@given(packs(), histories())
@each
def test_a_cost_that_is_carried_is_never_lost(pack: str, history: list[Booking]) -> None:
    with folder(pack, {"amina": [booking.lines() for booking in history]}) as root:
        allocations = run(root).allocations
    for last in allocations[-1].steps:
        if last.step.kind == "input" and last.step.carry:
            taken = [s for a in allocations for s in a.steps if s.step.id == last.step.id]
            assert sum(s.wanted for s in taken) == sum(s.paid for s in taken) + last.shortfall


@given(packs(), histories(), st.randoms(use_true_random=False), st.integers(1, 99))
@each
def test_order_and_splitting_change_nothing(
    pack: str, history: list[Booking], shuffle: random.Random, part: int
) -> None:
    with folder(pack, {"amina": [booking.lines() for booking in history]}) as root:
        expected = amounts(run(root).allocations)
    shuffled = shuffle.sample(history, len(history))
    halves = [
        text
        for booking in shuffled
        for piece in [booking.amount * part // 100]
        for text in (booking.lines(piece), booking.lines(booking.amount - piece, booking.text + " rest"))
    ]
    with folder(pack, {"amina": halves}) as root:
        assert amounts(run(root).allocations) == expected


@given(packs(), histories(), histories())
@each
def test_no_member_changes_the_month_of_another(pack: str, one: list[Booking], two: list[Booking]) -> None:
    mine = [booking.lines() for booking in one]
    with folder(pack, {"amina": mine}) as root:
        alone = amounts(run(root).allocations)
    with folder(pack, {"zoe": [booking.lines() for booking in two], "amina": mine}) as root:
        assert [row for row in amounts(run(root).allocations) if row[0] == "amina"] == alone


@given(packs(closing='share = true\nby = "hours"'), histories(), histories(), histories())
@each
def test_a_share_gives_away_what_is_left_and_no_more(
    pack: str, one: list[Booking], two: list[Booking], three: list[Booking]
) -> None:
    ledgers = {
        member: [booking.lines() for booking in history]
        for member, history in (("amina", one), ("bram", two), ("carla", three))
    }
    with folder(pack, ledgers) as root:
        allocations = run(root).allocations
    for month in map(Month.parse, MONTHS):
        shares = [a for a in allocations if a.month == month]
        left = sum(a.pool - sum(s.paid for s in a.steps[:-1]) for a in shares)
        assert sum(a.steps[-1].paid for a in shares) == left
        assert all(a.steps[-1].paid >= 0 for a in shares)


@given(packs(), histories())
@settings(parent=each, max_examples=examples(15))
def test_what_is_written_is_sound_beancount_and_stays_as_it_is(pack: str, history: list[Booking]) -> None:
    with folder(pack, {"amina": [booking.lines() for booking in history]}) as root:
        first = run(root)
        written = {path: path.read_bytes() for path in root.rglob("*.beancount")}
        second = run(root)
        assert amounts(second.allocations) == amounts(first.allocations)
        assert second.changes == []
        assert {path: path.read_bytes() for path in root.rglob("*.beancount")} == written
        entries, failures, _ = loader.load_file(str(root / "ledgers" / "books" / "amina.beancount"))
        assert failures == []
        booked = sum(1 for entry in entries if getattr(entry, "links", None))
        assert booked == len(list((root / "ledgers" / "allocations").rglob("*.beancount")))
