"""A municipality that settles by the quarter or year: provisional until then, and definitive after it."""

import json
import re
import shutil
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import Run, examples
from hypothesis import given, settings
from hypothesis import strategies as st
from random_coops import histories, lay_down, packs
from test_closing import posted
from test_settling import LEDGER, PACK, REGISTER, STEPS, amounts, append, settlement

from scharrel.core.month import Month
from scharrel.ledger.chart import read_chart
from scharrel.packs.packs import read_packs
from scharrel.store.digests import rules_digest
from scharrel.store.paths import Coop
from scharrel.store.seals import read_seal, seal_text

EXAMPLES = examples(10)

# 400 in July and 100 in August; November belongs to another quarter.
BOOKINGS = """include "../accounts.beancount"

2025-07-10 * "Verkocht"
  Income:Omzet  -400.00 EUR
  Assets:Bank

2025-08-30 * "Verkocht"
  Income:Omzet  -100.00 EUR
  Assets:Bank

2025-11-03 * "Verkocht"
  Income:Omzet  -100.00 EUR
  Assets:Bank
"""
TAX, BENEFIT, MEMBER = (f"\n[[step]]{step}" for step in STEPS.split("[[step]]")[1:])
GROSS = BENEFIT.replace("after.tax", "pool") + TAX.replace(
    'rate = "20%"', 'rate = "20%"\nof = "after.benefit"'
)


def settled_by(coop: Path, span: str, steps: str = STEPS) -> None:
    """Rules from 2025 on under which the municipality settles by that span."""
    for name in (REGISTER, PACK, "ledgers/accounts.beancount"):
        path = coop / name
        path.write_text(path.read_text().replace("2026-", "2025-"))
    pack = (coop / PACK).read_text()
    head = pack[: pack.index("[[step]]")].replace("[pack]\n", f'[pack]\nsettled = "{span}"\n')
    (coop / PACK).write_text(head + steps)
    (coop / LEDGER).write_text(BOOKINGS)


def run(quick: Run, coop: Path, *commands: str) -> list[str]:
    """What each command said; all must have gone well, without a warning."""
    said = []
    for command in commands:
        done = quick(*command.split(), "--coop", str(coop))
        assert (done.status, done.err) == (0, ""), (command, done)
        said.append(done.out)
    return said


@pytest.fixture
def quarter(coop: Path, quick: Run) -> Path:
    """A cooperative under a municipality that settles by the quarter; September 2025 is closed."""
    settled_by(coop, "quarter")
    run(quick, coop, "allocate 2025-12", "close 2025-09")
    return coop


@pytest.mark.parametrize(
    ("due", "municipality", "member"),
    [
        # Provisionally a fifth is 120 for tax, and half of the rest 160 + 40 + 40 for the municipality.
        # July had 320 when its turn came and August 80: of 250 they bear 200 and 50. November keeps its 40.
        ("250.00", "290.00", "190.00"),
        ("100.00", "140.00", "340.00"),
        ("0.00", "40.00", "440.00"),
        # More than there was: all 400, and 100 that had no money.
        ("500.00", "440.00", "40.00"),
    ],
)
def test_a_quarter_takes_the_place_of_its_months(
    due: str, municipality: str, member: str, quarter: Path, quick: Run
) -> None:
    before = {p: p.read_bytes() for p in (quarter / "ledgers/allocations").rglob("2025-0*.*")}
    append(quarter / REGISTER, settlement(f"  benefit: {due}\n", "2025-Q3", day="2025-10-20"))
    run(quick, quarter, "settle 2025-Q3 --member amina", "allocate 2025-12")
    assert amounts(quarter) == {
        "Belastingreserve": "120.00", "Gemeente": municipality, "Lid": member, "Verdeling": "-600.00",
    }  # fmt: skip
    assert {p: p.read_bytes() for p in (quarter / "ledgers/allocations").rglob("2025-0*.*")} == before
    assert quick("audit", "--coop", str(quarter)).status == 0


def test_one_posting_and_its_statement(quarter: Path, quick: Run) -> None:
    append(quarter / REGISTER, settlement("  benefit: 250.00\n", "2025-Q3", day="2025-10-20"))
    (said,) = run(quick, quarter, "settle 2025-Q3 --member amina")
    assert "Afrekening over juli tot en met september 2025, geboekt in oktober 2025:" in said
    assert "  benefit: €\xa050,00 meer\n  member: €\xa050,00 minder" in said
    assert "statements/2025-09/quarter/amina.pdf" in said
    assert (quarter / "statements/2025-09/quarter/amina.pdf").read_bytes().startswith(b"%PDF")
    text = (quarter / "ledgers/allocations/amina/2025-10.beancount").read_text()
    assert text.count(" * ") == 1
    assert '  settlement_of: "2025-Q3"' in text
    assert run(quick, quarter, "settle 2025-Q3 --member amina") == [said]
    run(quick, quarter, "statements 2025-09 --format txt")
    path = quarter / "statements/2025-09/quarter/amina.txt"
    statement = path.read_text("utf-8")
    assert "Afrekening over juli tot en met september 2025\n" in statement
    assert re.search(r"benefit +200,00 +250,00 +50,00\n", statement)
    assert re.search(r"member +200,00 +150,00 +-50,00\n", statement)
    assert "Aanslag 2025-10-20" in statement
    assert quick("verify", str(path), "--coop", str(quarter)).status == 0
    append(quarter / REGISTER, settlement("  benefit: 260.00\n", "2025-Q3", day="2025-11-20"))
    assert quick("verify", str(path), "--coop", str(quarter)).status == 1


def test_it_is_said_what_is_provisional_and_what_is_definitive(quarter: Path, quick: Run) -> None:
    months = "juli tot en met september 2025"

    def said() -> list[str]:
        return [
            run(quick, quarter, command)[0].replace("\n   ", " ").replace("\n", " ")
            for command in ("allocate 2025-09", "explain amina 2025-08 benefit")
        ]

    def stated(month: str, kind: str) -> str:
        run(quick, quarter, f"statements {month} --format txt")
        return " ".join((quarter / f"statements/{month}/{kind}/amina.txt").read_text("utf-8").split())

    waits = f"Voorlopig: de gemeente rekent per kwartaal af ({months})."
    table, explained = said()
    assert f"Voor 1 lid voorlopig: de gemeente rekent per kwartaal af ({months})." in table
    assert waits in explained
    assert waits in stated("2025-08", "member")
    assert waits in stated("2025-08", "municipality")
    assert waits in stated("2025-08", "year")
    rows = json.loads(run(quick, quarter, "allocate 2025-09 --json")[0])["allocations"]
    assert {row["month"]: row.get("provisional") for row in rows}["2025-08"] == "2025-Q3"
    append(quarter / REGISTER, settlement("  benefit: 250.00\n", "2025-Q3", day="2025-10-20"))
    run(quick, quarter, "settle 2025-Q3 --member amina")
    table, explained = said()
    assert "oorlopig" not in table + explained
    assert "Dit kwartaal is definitief afgerekend." in explained
    assert "hoort €\xa050,00 bij deze maand" in explained
    decided = f"Definitief: de gemeente heeft dit kwartaal afgerekend ({months})."
    assert decided in stated("2025-08", "member")
    assert decided in stated("2025-08", "municipality")
    assert waits not in stated("2025-08", "year")
    rows = json.loads(run(quick, quarter, "allocate 2025-12 --json")[0])["allocations"]
    assert {row["month"]: row.get("provisional") for row in rows}["2025-08"] is None
    assert {row["month"]: row.get("provisional") for row in rows}["2025-10"] == "2025-Q4"


def test_sums_say_that_a_part_is_provisional_until_all_of_it_is_settled(quarter: Path, quick: Run) -> None:
    part = re.compile(r"Een deel van ([^:]*) is nog voorlopig: de gemeente rekent per kwartaal af\.")
    third, fourth = "juli tot en met september 2025", "oktober tot en met december 2025"
    half = "juli tot en met december 2025"

    def told() -> list[list[str]]:
        reports = run(
            quick, quarter,
            "report better-off --from 2025-07 --to 2025-12", "report umbrella 2025",
            "report better-off --from 2025-07 --to 2025-09",
        )  # fmt: skip
        run(quick, quarter, "statements 2025-08 --format txt")
        overview = (quarter / "statements/2025-08/coop/overview.txt").read_text()
        return [part.findall(" ".join(text.split())) for text in (*reports, overview)]

    assert told() == [[half], [half], [third], ["augustus 2025"]]
    append(quarter / REGISTER, settlement("  benefit: 250.00\n", "2025-Q3", day="2025-10-20"))
    run(quick, quarter, "settle 2025-Q3 --member amina")
    assert told() == [[fourth], [fourth], [], []]
    for report in ("report better-off --from 2025-07 --to 2025-12", "report umbrella 2025"):
        (said,) = run(quick, quarter, f"{report} --json")
        assert json.loads(said)["provisional"] == ["2025-Q4"]


def test_the_last_return_of_the_period_has_all_of_it(quarter: Path, quick: Run) -> None:
    run(quick, quarter, "statements 2025-09 --format txt", "statements 2025-08 --format txt")
    whole = (quarter / "statements/2025-09/municipality/amina.txt").read_text("utf-8")
    # By month: turnover, costs, what is exempt (half of the rest), what is offset, and the tax reserve.
    assert re.search(r"juli 2025 +400,00 +0,00 +160,00 +160,00 +80,00\n", whole)
    assert re.search(r"augustus 2025 +100,00 +0,00 +40,00 +40,00 +20,00\n", whole)
    assert re.search(r"september 2025 +0,00 +0,00 +0,00 +0,00 +0,00\n", whole)
    assert re.search(r"samen +500,00 +0,00 +200,00 +200,00 +100,00\n", whole)
    august = (quarter / "statements/2025-08/municipality/amina.txt").read_text("utf-8")
    assert "De hele periode" not in august


def test_a_quarter_without_amounts_is_as_it_was(quarter: Path, quick: Run) -> None:
    append(quarter / REGISTER, settlement("", "2025-Q3", day="2025-10-20"))
    (said,) = run(quick, quarter, "settle 2025-Q3 --member amina")
    assert "verandert niets meer" in said
    (explained,) = run(quick, quarter, "explain amina 2025-08 benefit")
    assert "Definitief: de gemeente heeft dit kwartaal afgerekend" in explained


# Over the year nothing is asked up to 1,000, and everything above it; or half of what is above 600.
BY_BANDS = BENEFIT.replace(
    'rate = "50%"', 'bands = [{ from = 0, rate = "0%" }, { from = 1000, rate = "100%" }]'
)
OVER_YEAR = BY_BANDS.replace('"after.tax"', '"pool"\nover = "year"') + MEMBER
ABOVE = BENEFIT.replace('"after.tax"', '"pool"\nover = "year"\nabove = 600.00') + MEMBER
CAPPED = OVER_YEAR.replace('over = "year"', 'over = "year"\ncap = { year = 900.00 }')


@pytest.mark.parametrize(
    ("steps", "due", "asked"),
    [
        # From April to September 500 a month comes in: the third month takes 500, and so does any after it.
        (OVER_YEAR, "500.00", ["500.00", "500.00", "500.00"]),
        (OVER_YEAR, "0.00", ["500.00", "500.00", "500.00"]),
        (OVER_YEAR, "750.00", ["500.00", "500.00", "500.00"]),
        (ABOVE, "450.00", ["250.00", "250.00", "250.00"]),
        (ABOVE, "100.00", ["250.00", "250.00", "250.00"]),
        # The cap counts what was settled, and not what the months took before.
        (CAPPED, "500.00", ["400.00", "0.00", "0.00"]),
        (CAPPED, "100.00", ["500.00", "300.00", "0.00"]),
    ],
)
def test_a_settled_quarter_keeps_the_year_to_date(
    steps: str, due: str, asked: list[str], coop: Path, quick: Run
) -> None:
    settled_by(coop, "quarter", steps)
    months = "".join(
        f'\n2025-0{n}-10 * "Verkocht"\n  Income:Omzet  -500.00 EUR\n  Assets:Bank\n' for n in range(4, 10)
    )
    (coop / LEDGER).write_text(BOOKINGS.partition("\n2025")[0] + months)
    run(quick, coop, "allocate 2025-09", "close 2025-06")
    append(coop / REGISTER, settlement(f"  benefit: {due}\n", "2025-Q2", day="2025-07-20"))
    run(quick, coop, "settle 2025-Q2 --member amina")
    rows = json.loads(run(quick, coop, "allocate 2025-09 --json")[0])["allocations"]
    paid = {row["month"]: row["steps"][0]["paid"] for row in rows}
    assert [paid[f"2025-0{n}"] for n in (7, 8, 9)] == asked
    assert "€\xa02.500,00" in run(quick, coop, "explain amina 2025-08 benefit")[0].replace("\n   ", " ")
    # Closing along the way, or all at once, posts the same.
    fresh = Path(shutil.copytree(coop, coop.parent / "fresh"))
    run(quick, coop, "close 2025-07", "close 2025-08", "allocate 2025-09")
    shutil.rmtree(fresh / "ledgers/allocations")
    (fresh / "ledgers/closed.json").unlink()
    assert quick("allocate", "2025-09", "--coop", str(fresh)).status == 0
    assert quick("close", "2025-08", "--coop", str(fresh)).status == 0
    assert quick("allocate", "2025-09", "--coop", str(fresh)).status == 0
    assert posted(coop) == posted(fresh)


@pytest.mark.parametrize("due", ["", "  benefit: 500.00\n", "  benefit: 120.00\n"])
def test_what_was_short_is_over_with_the_settlement(due: str, coop: Path, quick: Run) -> None:
    # 300 a month is asked with what was short, so that October would ask for all of its 1,000.
    fixed = BENEFIT.replace('rate = "50%"\nof = "after.tax"', "amount = 300.00\ncarry = true")
    settled_by(coop, "quarter", fixed + MEMBER)
    late = BOOKINGS.index("\n2025-11")
    (coop / LEDGER).write_text(
        BOOKINGS[:late] + BOOKINGS[late:].replace("2025-11", "2025-10").replace("-100", "-1000")
    )
    run(quick, coop, "allocate 2025-10", "close 2025-09")
    assert "benefit: €\xa01.000,00" in run(quick, coop, "explain amina 2025-10 benefit")[0]
    append(coop / REGISTER, settlement(due, "2025-Q3", day="2025-10-20"))
    run(quick, coop, "settle 2025-Q3 --member amina")
    rows = json.loads(run(quick, coop, "allocate 2025-10 --json")[0])["allocations"]
    assert rows[-1]["steps"][0] == {"id": "benefit", "paid": "300.00", "why": []}
    assert "volgende maand" not in run(quick, coop, "explain amina 2025-09 benefit")[0]


# What is said of the year after the quarter: the tax of 2025, in proportion to what there was at its turn.
YEAR = {
    # 400, 100 and 100 bear 40, 10 and 10. Of what is left, 360 and 90, the quarter takes 200 and 50; November
    # divides 90 in two.
    "tax first": (STEPS, "250.00", "60.00", ("60.00", "295.00", "245.00")),
    # The quarter takes 80 and 20 of 400 and 100, November 50: left are 320, 80 and 50, and of that 400.
    "offset first": (GROSS + MEMBER, "100.00", "400.00", ("400.00", "150.00", "50.00")),
}


@pytest.mark.parametrize("case", YEAR)
def test_after_the_quarter_the_tax_of_the_year(case: str, coop: Path, quick: Run) -> None:
    steps, benefit, tax, expected = YEAR[case]
    settled_by(coop, "quarter", steps)
    run(quick, coop, "allocate 2025-12", "close 2025-09")
    append(coop / REGISTER, settlement(f"  benefit: {benefit}\n", "2025-Q3", day="2025-10-20"))
    run(quick, coop, "settle 2025-Q3 --member amina", "allocate 2025-12", "close 2025-12")
    append(coop / REGISTER, settlement(f"  tax: {tax}\n"))
    run(quick, coop, "settle 2025 --member amina")
    shares = dict(zip(("Belastingreserve", "Gemeente", "Lid"), expected, strict=True))
    assert amounts(coop) == {**shares, "Verdeling": "-600.00"}
    assert '  settlement_of: "2025"' in (coop / "ledgers/allocations/amina/2026-01.beancount").read_text()
    assert quick("audit", "--coop", str(coop)).status == 0
    # The same of a cooperative that hears of both at once.
    fresh = Path(shutil.copytree(coop, coop.parent / "fresh"))
    shutil.rmtree(fresh / "ledgers/allocations")
    (fresh / "ledgers/closed.json").unlink()
    assert quick("allocate", "2025-12", "--coop", str(fresh)).status == 0
    assert quick("close", "2025-12", "--coop", str(fresh)).status == 0
    run(quick, fresh, "allocate 2026-01")
    assert posted(coop) == posted(fresh)


def test_the_last_quarter_and_the_year_have_a_statement_each(quarter: Path, quick: Run) -> None:
    run(quick, quarter, "close 2025-12")
    append(quarter / REGISTER, settlement("  benefit: 30.00\n", "2025-Q4", day="2026-02-01"))
    append(quarter / REGISTER, settlement("  tax: 60.00\n"))
    run(quick, quarter, "allocate 2026-01", "statements 2025-12 --format txt")
    for kind, title in (("quarter", "oktober tot en met december 2025"), ("settlement", "2025")):
        path = quarter / f"statements/2025-12/{kind}/amina.txt"
        assert f"Afrekening over {title}\n" in path.read_text("utf-8")
        assert quick("verify", str(path), "--coop", str(quarter)).status == 0


def test_what_comes_later_leaves_the_decision_and_a_new_one_changes_it(quarter: Path, quick: Run) -> None:
    append(quarter / REGISTER, settlement("  benefit: 250.00\n", "2025-Q3", day="2025-10-20"))
    run(quick, quarter, "settle 2025-Q3 --member amina", "allocate 2025-12", "close 2025-10")
    late = '\n2025-11-20 * "Vergeten"\n  earned: 2025-08-15\n  Income:Omzet  -100.00 EUR\n  Assets:Bank\n'
    append(quarter / LEDGER, late)
    run(quick, quarter, "allocate 2025-12")
    # 100 more in August: 20 for tax and 80 for the member.
    expected = {"Belastingreserve": "140.00", "Gemeente": "290.00", "Lid": "270.00", "Verdeling": "-700.00"}
    assert amounts(quarter) == expected
    text = (quarter / "ledgers/allocations/amina/2025-11.beancount").read_text()
    assert '  settlement_of: "2025-Q3"' in text
    explained = " ".join(run(quick, quarter, "explain amina 2025-11")[0].split())
    assert (
        "de afrekening over juli tot en met september 2025 (Aanslag 2025-10-20); erbij gekomen" in explained
    )
    run(quick, quarter, "close 2025-11")
    append(quarter / REGISTER, settlement("  benefit: 290.00\n", "2025-Q3", day="2025-12-20"))
    run(quick, quarter, "settle 2025-Q3 --member amina")
    assert amounts(quarter) == expected | {"Gemeente": "330.00", "Lid": "230.00"}
    assert quick("audit", "--coop", str(quarter)).status == 0
    # In November's seal it is known of which period it was, and it reads as it was written.
    path = quarter / "ledgers/allocations/amina/2025-11.seal"
    assert {p.period for p in read_seal(path).posted if p.settles} == {"2025-Q3"}
    assert seal_text(read_seal(path)) == path.read_text("utf-8")


def test_a_year_settles_both_where_the_municipality_goes_by_the_year(coop: Path, quick: Run) -> None:
    settled_by(coop, "year")
    run(quick, coop, "allocate 2025-12", "close 2025-12")
    (explained,) = run(quick, coop, "explain amina 2025-08 benefit")
    assert "Voorlopig: de gemeente rekent per jaar af (2025)." in explained
    append(coop / REGISTER, settlement("  tax: 60.00\n"))
    # An assessment says nothing of what the municipality decided.
    (explained,) = run(quick, coop, "explain amina 2025-08 benefit")
    assert "Voorlopig" in explained
    append(coop / REGISTER, settlement("  tax: 60.00\n  benefit: 270.00\n", day="2026-07-01"))
    run(quick, coop, "settle 2025 --member amina")
    # Tax 40, 10 and 10. The rest is 360, 90 and 90: the municipality takes 180, 45 and 45.
    assert amounts(coop) == {
        "Belastingreserve": "60.00", "Gemeente": "270.00", "Lid": "270.00", "Verdeling": "-600.00",
    }  # fmt: skip
    (explained,) = run(quick, coop, "explain amina 2025-08 benefit")
    assert "Dit jaar is definitief afgerekend." in explained


def test_who_leaves_has_the_whole_in_the_last_month(coop: Path, quick: Run) -> None:
    settled_by(coop, "quarter")
    (coop / LEDGER).write_text(BOOKINGS.partition("\n2025-11")[0])
    append(coop / REGISTER, '\n2025-08-01 custom "member" "amina"\n  left: TRUE\n')
    run(quick, coop, "allocate 2025-08", "close 2025-08", "statements 2025-08 --format txt")
    whole = (coop / "statements/2025-08/municipality/amina.txt").read_text("utf-8")
    assert re.search(r"samen +500,00 +0,00 +200,00 +200,00 +100,00\n", whole)
    append(coop / REGISTER, settlement("  benefit: 100.00\n", "2025-Q3", day="2025-10-20"))
    run(quick, coop, "settle 2025-Q3 --member amina")
    assert amounts(coop)["Gemeente"] == "100.00"
    assert (coop / "statements/2025-09/quarter/amina.pdf").is_file()


@pytest.mark.parametrize(
    ("span", "line", "said"),
    [
        ("quarter", settlement("  benfit: 5.00\n", "2025-Q3"), "Dat kan met: benefit."),
        ("quarter", settlement("  tax: 5.00\n", "2025-Q3"), "Dat kan met: benefit."),
        ("quarter", settlement("  benefit: 5.00\n", "2025"), '"settlement" "amina" "2025-Q4"'),
        ("quarter", settlement("  benefit: 5.00\n", "2025-Q5"), 'Een kwartaal schrijf je als "2026-Q3"'),
        ("quarter", settlement("  benefit: 5.00\n", "Q3"), 'Een kwartaal schrijf je als "2026-Q3"'),
        ("quarter", settlement("  benefit: 5.00\n", "2025-q3"), 'Een kwartaal schrijf je als "2026-Q3"'),
        ("quarter", settlement("  benefit: 5.00\n", "2024-Q4"), "was geen lid in 2024-Q4"),
        ("month", settlement("  benefit: 5.00\n", "2025-Q3"), 'staat settled = "month"'),
        ("year", settlement("  benefit: 5.00\n", "2025-Q3"), 'staat settled = "year"'),
    ],
)
def test_a_mistake_in_a_settlement(span: str, line: str, said: str, coop: Path, quick: Run) -> None:
    settled_by(coop, span)
    append(coop / REGISTER, line)
    done = quick("check", "--coop", str(coop))
    number = (coop / REGISTER).read_text().count("\n", 0, (coop / REGISTER).read_text().index("settlement"))
    assert done.status == 1
    assert f"ledgers/coop.beancount:{number + 1}: " in done.err
    assert said in done.err


@pytest.mark.parametrize(
    ("span", "period", "status", "said"),
    [
        ("quarter", "2025-Q4", 1, "scharrel close 2025-12"),
        ("quarter", "2025-Q3", 1, '"2025-Q3"\n  source: "Besluit van de gemeente over juli tot en met'),
        ("quarter", "2025-Q3", 1, "\n  benefit: 312.00"),
        ("month", "2025-Q3", 1, "scharrel settle 2025 --member amina"),
        ("quarter", "2025-Q0", 2, "Schrijf 2026, 2026-Q3 of kwartaal 3."),
    ],
)
def test_what_cannot_be_settled_yet(
    span: str, period: str, status: int, said: str, coop: Path, quick: Run
) -> None:
    settled_by(coop, span)
    run(quick, coop, "allocate 2025-12", "close 2025-09")
    done = quick("settle", period, "--member", "amina", "--coop", str(coop))
    assert done.status == status
    assert said in done.err


def test_a_quarter_that_is_open_is_told_and_waits(quarter: Path, quick: Run) -> None:
    append(quarter / REGISTER, settlement("  benefit: 30.00\n", "2025-Q4"))
    done = quick("check", "--coop", str(quarter))
    assert done.status == 0
    assert "De afrekening over 2025-Q4 telt pas als de maanden gesloten zijn." in done.err
    assert "close 2025-12" in done.err
    assert amounts(quarter)["Gemeente"] == "240.00"


def test_a_closed_month_does_not_depend_on_when_it_is_settled(coop: Path) -> None:
    settled_by(coop, "month")
    digests = set()
    for span in ("month", "quarter", "year"):
        text = (coop / PACK).read_text()
        (coop / PACK).write_text(re.sub('settled = "[a-z]+"', f'settled = "{span}"', text))
        rules = read_packs(Coop(coop), read_chart(Coop(coop))[0])[0]["vrije-uitloop"]
        digests.add((rules.settled, rules_digest(rules, Month(2025, 5))))
    assert len(digests) == 3
    assert len({digest for _, digest in digests}) == 1


def test_what_a_year_settled_is_sealed_as_before(coop: Path, quick: Run) -> None:
    settled_by(coop, "quarter")
    run(quick, coop, "allocate 2025-12", "close 2025-12")
    append(coop / REGISTER, settlement("  tax: 60.00\n"))
    run(quick, coop, "settle 2025 --member amina", "close 2026-01")
    seal = json.loads((coop / "ledgers/allocations/amina/2026-01.seal").read_text("utf-8"))
    assert [
        "2025-07",
        "vrije-uitloop",
        "tax",
        "Liabilities:Belastingreserve",
        "-40.00",
        "Aanslag 2026-06-12",
    ] in (seal["posted"])


PARTIES = st.lists(st.sampled_from(["coop", "tax", "municipality"]), min_size=5, max_size=5)
SHARED = """
[[step]]
id = "deel"
label = "Deel"
source = "alv"
rate = "30%"
of = "pool"
party = "municipality"
to = "Liabilities:Pot5"

"""


@settings(max_examples=EXAMPLES)
@given(
    pack=packs(), parties=PARTIES, first=histories(), second=histories(),
    offset=st.integers(0, 60_000), tax=st.integers(0, 60_000), revised=st.integers(0, 60_000),
)  # fmt: skip
def test_settling_at_any_moment_posts_the_same_in_total(
    quick: Run, pack: str, parties: list[str], first: list, second: list, offset: int, tax: int, revised: int
) -> None:
    head, closing, last = pack.rpartition('\n[[step]]\nid = "lid"')
    for party in parties:
        head = head.replace('party = "coop"', f'party = "{party} "', 1)
    head = head.replace(' "\n', '"\n').replace("[pack]\n", '[pack]\nsettled = "quarter"\n')
    pack = head + SHARED + closing + last
    taxed = re.findall(r'id = "(s\d)"(?:(?!\[\[)[\s\S])*?party = "tax"(?:(?!\[\[)[\s\S])*?\nto = ', head)
    facts = "  born: 1998-12-05\n  granted: TRUE\n"

    def said(period: str, step: str, cents: int, day: str) -> str:
        due = f"  {step}: {Decimal(cents).scaleb(-2):.2f}\n" if step else ""
        return settlement(due, period, "lid", day)

    quarter = said("2026-Q1", "deel", offset, "2026-04-20")
    year = said("2025", taxed[0] if taxed else "", tax, "2026-05-01")
    again = said("2026-Q1", "deel", revised, "2026-06-20")
    with tempfile.TemporaryDirectory() as folder:
        ledgers = [[booking.lines() for booking in history] for history in (first, second)]
        coop = lay_down(Path(folder, "coop"), pack, {"lid": ledgers[0]}, facts)
        fresh = lay_down(Path(folder, "fresh"), pack, {"lid": ledgers[1]}, facts)
        ledger = coop / "ledgers/members/lid.beancount"
        for line, end in ((quarter, "2026-03"), (year, "2026-04"), (again, "2026-06")):
            assert quick("allocate", "2026-12", "--coop", str(coop)).status == 0
            assert quick("close", end, "--coop", str(coop)).status == 0
            append(coop / REGISTER, line)
            append(fresh / REGISTER, line)
            ledger.write_text('include "../accounts.beancount"\n\n' + "\n".join(ledgers[end > "2026-04"]))
        for where in (fresh, coop):
            assert quick("allocate", "2026-12", "--coop", str(where)).status == 0
        assert quick("close", "2026-06", "--coop", str(fresh)).status == 0
        assert quick("allocate", "2026-12", "--coop", str(fresh)).status == 0
        assert posted(coop, "lid") == posted(fresh, "lid")
        rows = json.loads(quick("allocate", "2026-12", "--json", "--coop", str(coop)).out)["allocations"]
        paid = sum(
            Decimal(step["paid"])
            for row in rows
            if row["month"] in ("2026-01", "2026-02", "2026-03")
            for step in row["steps"]
            if step["id"] == "deel"
        )
        assert paid <= Decimal(revised).scaleb(-2)
