"""What `rules check` finds: packs with a planted fault, and the analysis beside the division itself."""

import json
import re
from decimal import Decimal, getcontext, localcontext
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import REPOSITORY, Run, examples
from hypothesis import given, settings
from hypothesis import strategies as st
from random_coops import CHART, packs

from scharrel.analysis.findings import findings, rounding_bound
from scharrel.analysis.kinds import kinds
from scharrel.analysis.lines import exact, pieces
from scharrel.core.chart import Account, Chart
from scharrel.core.engine import close, divide
from scharrel.core.facts import Amounts, Holder, HolderDirective, MonthFacts
from scharrel.core.history import replay
from scharrel.core.money import EXACT
from scharrel.core.month import Month
from scharrel.core.pack import Pack
from scharrel.core.state import State
from scharrel.core.trace import Allocation
from scharrel.packs.packs import read_pack
from scharrel.text.findings import euros

PACKS = sorted((Path(__file__).parent / "packs").glob("*.toml"))
EXAMPLES = examples(40)
AMOUNTS = 100
MONTH = Month(2026, 10)
ACCOUNTS = """\
2020-01-01 open Income:Omzet EUR
  role: "turnover"
2020-01-01 open Income:Giften EUR
  role: "donations"
2020-01-01 open Expenses:Onkosten EUR
  role: "costs"
2020-01-01 open Equity:Verdeling EUR
  role: "appropriation"
""" + "".join(
    f"2020-01-01 open Liabilities:{name} EUR\n"
    for name in ["Lid", "Toeslag", "Cooperatie", "Spaarpot", "Belasting", "Gemeente", "Buurt"]
)


def without_members(folder: Path) -> Path:
    """A cooperative in which members can spend on costs alone."""
    (folder / "ledgers").mkdir()
    (folder / "ledgers/coop.beancount").write_text(
        'option "title" "Proef"\noption "operating_currency" "EUR"\ninclude "accounts.beancount"\n'
    )
    (folder / "ledgers/accounts.beancount").write_text(ACCOUNTS)
    return folder


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    return without_members(tmp_path)


def read(text: str, accounts: str = ACCOUNTS) -> Pack:
    roles = re.findall(r'open (\S+) \w+(?:\n  role: "([a-z-]+)")?', accounts)
    chart = Chart({account: Account(None, (), role) for account, role in roles})  # type: ignore[arg-type]
    pack, problems = read_pack(text.encode(), "rules/proef.toml", None, chart)
    assert pack, problems
    return pack


def expected_of(path: Path) -> str:
    """The line of a pack that says what has to be found."""
    return next(line for line in path.read_text("utf-8").splitlines() if line.startswith("# Verwacht:"))


def as_paid(coop: Path, path: Path) -> Path:
    """The cooperative with when the benefit comes, where the pack says so."""
    told = re.search(r"^# Gemeente: paid_after (\d+), reduced_after (\d+)$", path.read_text("utf-8"), re.M)
    if told:
        with open(coop / "ledgers/coop.beancount", "a") as register:
            register.write(
                '2026-01-01 custom "cooperative" "proef"\n  name: "Proef"\n  pays_on: 10\n'
                '2026-01-01 custom "benefit" "municipality"\n  paid_on: 23\n  holiday_part: "5%"\n'
                f"  paid_after: {told[1]}\n  reduced_after: {told[2]}\n"
            )
    return coop


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_each_planted_fault_is_found_and_nothing_else(path: Path, planted: Path, quick: Run) -> None:
    as_paid(planted, path)
    done = quick("rules", "check", str(path), "--json", "--coop", str(planted))
    found = json.loads(done.out)["findings"]
    assert sorted(f"{f['code']} {f['step']}".strip() for f in found) == sorted(
        filter(None, expected_of(path).removeprefix("# Verwacht:").strip().split(", "))
    )
    assert not [f["message"] for f in found if re.search(r"\w\(\w+=|Decimal|Fraction", f["message"])]
    open_errors = [f for f in found if f["severity"] == "error" and not f["accepted"]]
    assert done.status == (1 if open_errors else 0)


@pytest.mark.parametrize(
    ("pack", "code", "since", "until", "loss"),
    [
        # Half of 500 is kept; a cent more and it all goes elsewhere, for ever.
        ("cliff-not-with", "cliff", "500.00", None, "250.00"),
        # 95% of 500 is 475; the next 300 cost 10 cents each; then 80 cents of each make up for 30 euros.
        ("marginal-band", "marginal-over-100", "500.00", "800.00", "30.00"),
        ("marginal-band", "member-loses", "500.00", "837.50", "30.00"),
        # 180 of 200, but 200 of a cent more; the next 200 cost 40, which 90 cents of each euro make up for.
        ("marginal-after-a-rise", "member-loses", "200.00", "444.44", "40.00"),
        # 285 a month is full at 1140; ten euros take its place with 2.50.
        ("history-six-months", "history-loses", "0.00", "1140.00", "282.50"),
        ("history-one-month", "history-loses", "0.00", "200.00", "190.00"),
        # The norm is 1401.50; whatever the holiday money takes is above it.
        ("offset-twice", "offset-over-benefit", "1401.50", None, None),
    ],
)
def test_a_finding_says_from_where_to_where(
    pack: str, code: str, since: str, until: str | None, loss: str | None, planted: Path, quick: Run
) -> None:
    path = Path(__file__).parent / "packs" / f"{pack}.toml"
    done = quick("rules", "check", str(path), "--json", "--coop", str(planted))
    (found,) = [f for f in json.loads(done.out)["findings"] if f["code"] == code]
    assert (found["from"], found["to"], found["loss"]) == (since, until, loss)


def test_the_shipped_packs_have_nothing_that_their_members_did_not_accept(quick: Run) -> None:
    done = quick("rules", "check", "--json", "--coop", str(REPOSITORY))
    assert done.status == 0
    assert [f for f in json.loads(done.out)["findings"] if not f["accepted"]] == []


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_an_example_is_what_the_months_give_when_they_are_divided(path: Path) -> None:
    pack = read(path.read_text("utf-8"))
    for finding in findings(pack, MONTH):
        example = finding.example
        if not example or example.situation.past != "new" or example.situation.whose:
            continue
        for lived in (example.less, example.more):
            first = example.situation.month
            roles = {month.month: {"turnover": euros(month.turnover)} for month in lived}
            roles[first] = {**example.situation.roles, **roles[first]}
            facts = {**example.situation.facts, "rules": pack.id}
            member = Holder("amina", (HolderDirective(first.first_day, 1, facts),))
            divided = replay([member], {"amina": Amounts(roles, {})}, {pack.id: pack}, lived[-1].month)
            assert [(a.month, a.keep) for a in divided] == [(m.month, euros(m.keep)) for m in lived]
        assert example.loss >= finding.loss * Fraction(9, 10)


def test_who_reads_two_histories_side_by_side_reckons_as_before() -> None:
    pack = read((Path(__file__).parent / "packs/dead-year-cap.toml").read_text("utf-8"))
    member = Holder("amina", (HolderDirective(MONTH.first_day, 1, {"rules": pack.id}),))
    roles = {MONTH: {"turnover": Decimal(100)}, MONTH.plus(1): {"turnover": Decimal(50)}}
    one, other = (
        replay([member], {"amina": Amounts(roles, {})}, {pack.id: pack}, MONTH.plus(1)) for _ in "ab"
    )
    own = getcontext().prec
    for was, becomes in zip(one, other, strict=True):
        assert (was, getcontext().prec) == (becomes, own)
    assert getcontext().prec == own


def test_what_is_found_is_the_same_in_every_month_of_the_year() -> None:
    for name in ("cliff-when-the-year-is-full", "dead-year-cap"):
        pack = read((Path(__file__).parent / "packs" / f"{name}.toml").read_text("utf-8"))
        found = [{(f.code, f.step, f.loss) for f in findings(pack, Month(2026, n))} for n in (1, 6, 12)]
        assert found == [found[0]] * 3


def test_every_sort_of_finding_is_planted() -> None:
    from scharrel.core.pack import FINDINGS

    planted = {code for path in PACKS for code in re.findall(r"[:,] ([a-z0-9-]+)", expected_of(path))}
    assert len(PACKS) >= 30
    assert set(FINDINGS) - planted == set()


def divided(pack: Pack, facts: MonthFacts, turnover: Decimal) -> Allocation:
    roles = {**facts.roles, "turnover": facts.roles.get("turnover", Decimal(0)) + turnover}
    return close(divide("", pack, facts._replace(roles=roles), State.new()))[0]


ROLES = st.fixed_dictionaries(
    {
        role: st.integers(-20_000, 40_000).map(lambda n: Decimal(n).scaleb(-2))
        for role in ("costs", "elsewhere")
    }
) | st.just({})


@settings(max_examples=EXAMPLES)
@given(packs(), ROLES, st.lists(st.integers(0, 300_000), min_size=AMOUNTS, max_size=AMOUNTS), st.data())
def test_the_pieces_are_what_the_division_pays(
    text: str, roles: dict[str, Decimal], cents: list[int], data: st.DataObject
) -> None:
    with localcontext(EXACT):
        pack = read(text, CHART)
        facts = data.draw(st.sampled_from(kinds(pack, MONTH)))
        month = MonthFacts(MONTH, facts, roles, {})
        found = list(pieces(pack, month, State.new(), "turnover"))
        assert found[0].start == 0
        assert [piece.end for piece in found] == [*(piece.start for piece in found[1:]), None]
        unrounded = exact(pack)
        for amount in sorted({Decimal(n).scaleb(-2) for n in cents} | {Decimal(1)}):
            piece = next(p for p in found if p.end is None or p.end > amount)
            if piece.start == amount:
                continue  # what two pieces meet in may belong to either, where it jumps
            paid = [Fraction(step.paid) for step in divided(unrounded, month, amount).steps]
            assert piece.paid_at(Fraction(amount)) == paid


@settings(max_examples=EXAMPLES)
@given(packs(), st.lists(st.integers(0, 300_000), min_size=AMOUNTS, max_size=AMOUNTS))
def test_rounding_makes_no_more_difference_than_is_said(text: str, cents: list[int]) -> None:
    with localcontext(EXACT):
        pack = read(text, CHART)
        facts = MonthFacts(MONTH, kinds(pack, MONTH)[0], {}, {})
        unrounded = exact(pack)
        bound = Decimal(rounding_bound(pack, MONTH)).scaleb(-2)
        kept = [
            (divided(pack, facts, amount).keep, divided(unrounded, facts, amount).keep)
            for amount in sorted({Decimal(n).scaleb(-2) for n in cents})
        ]
        for (less, exact_less), (more, exact_more) in pairwise(kept):
            assert (more - less) - (exact_more - exact_less) >= -bound
