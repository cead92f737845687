"""A year settled: what is definitively due takes the place of what was set aside, in one posting."""

import re
import shutil
from pathlib import Path

import pytest
from conftest import Run
from test_closing import posted

REGISTER = "ledgers/coop.beancount"
LEDGER = "ledgers/members/amina.beancount"
PACK = "rules/vrije-uitloop.toml"

# Two months, no costs. A fifth is set aside for tax, half of the rest goes to the municipality.
STEPS = """
[[step]]
id = "tax"
label = "tax"
rate = "20%"
to = "Liabilities:Belastingreserve"
party = "tax"
source = "s"

[[step]]
id = "benefit"
label = "benefit"
rate = "50%"
of = "after.tax"
to = "Liabilities:Gemeente"
party = "municipality"
source = "s"

[[step]]
id = "member"
label = "member"
all = true
to = "Liabilities:Lid"
party = "member"
source = "s"
"""
BOOKINGS = """include "../accounts.beancount"

2025-03-10 * "Verkocht"
  Income:Omzet  -400.00 EUR
  Assets:Bank

2025-11-30 * "Verkocht"
  Income:Omzet  -100.00 EUR
  Assets:Bank
"""


def settlement(due: str, year: str = "2025", member: str = "amina", day: str = "2026-06-12") -> str:
    return f'\n{day} custom "settlement" "{member}" "{year}"\n  source: "Aanslag {day}"\n{due}'


def append(path: Path, text: str) -> None:
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)


@pytest.fixture
def year(coop: Path, quick: Run) -> Path:
    """A cooperative whose 2025 is closed: 400 came in in March and 100 in November."""
    for name in (REGISTER, PACK, "ledgers/accounts.beancount"):
        path = coop / name
        path.write_text(path.read_text().replace("2026-", "2025-"))
    pack = (coop / PACK).read_text()
    (coop / PACK).write_text(pack[: pack.index("[[step]]")] + STEPS)
    (coop / LEDGER).write_text(BOOKINGS)
    assert quick("allocate", "2026-01", "--coop", str(coop)).status == 0
    assert quick("close", "2025-12", "--coop", str(coop)).status == 0
    return coop


def closed_files(coop: Path) -> dict[str, bytes]:
    """Everything that was written for 2025."""
    return {str(path): path.read_bytes() for path in (coop / "ledgers/allocations").rglob("2025-*.*")}


def amounts(coop: Path) -> dict[str, str]:
    """All that was posted for tax, municipality and member, by account, as owed to them."""
    return {account.rpartition(":")[2]: f"{-amount:.2f}" for account, amount in posted(coop).items()}


@pytest.mark.parametrize(
    ("due", "tax", "municipality", "member"),
    [
        # Set aside was 80 + 20. Of 50 March bears 40 and November 10: (400-40)/2 + (100-10)/2 = 225.
        ("50.00", "50.00", "225.00", "225.00"),
        ("0.00", None, "250.00", "250.00"),
        # 300 is 240 and 60: 80 + 20 for each of the two.
        ("300.00", "300.00", "100.00", "100.00"),
        # More than there was: all of it, and nothing is left to divide.
        ("600.00", "500.00", None, None),
        # 0.01 goes to March: 399.99 halved and rounded is 200.00.
        ("0.01", "0.01", "250.00", "249.99"),
    ],
)
def test_the_tax_takes_the_place_of_the_reserve(
    due: str, tax: str, municipality: str, member: str, year: Path, quick: Run
) -> None:
    before = closed_files(year)
    append(year / REGISTER, settlement(f"  tax: {due}\n"))
    done = quick("settle", "2025", "--member", "amina", "--coop", str(year))
    assert (done.status, done.err) == (0, "")
    expected = {"Belastingreserve": tax, "Gemeente": municipality, "Lid": member, "Verdeling": "-500.00"}
    assert amounts(year) == {key: value for key, value in expected.items() if value}
    assert closed_files(year) == before
    assert quick("audit", "--coop", str(year)).status == 0


def test_one_posting_and_its_statement(year: Path, quick: Run) -> None:
    append(year / REGISTER, settlement("  tax: 50.00\n"))
    done = quick("settle", "2025", "--member", "amina", "--coop", str(year))
    assert "Afrekening over 2025, geboekt in januari 2026:\n  tax: €\xa050,00 minder" in done.out
    assert (year / "statements/2025-12/settlement/amina.pdf").read_bytes().startswith(b"%PDF")
    text = (year / "ledgers/allocations/amina/2026-01.beancount").read_text()
    assert text.count(" * ") == 1
    assert '  settlement_of: "2025"' in text
    again = quick("settle", "2025", "--member", "amina", "--coop", str(year))
    assert again.out == done.out
    assert (year / "ledgers/allocations/amina/2026-01.beancount").read_text() == text
    assert quick("statements", "2025-12", "--format", "txt", "--coop", str(year)).status == 0
    statement = (year / "statements/2025-12/settlement/amina.txt").read_text("utf-8")
    assert re.search(r"tax +100,00 +50,00 +-50,00\n", statement)
    assert re.search(r"benefit +200,00 +225,00 +25,00\n", statement)
    assert "Aanslag 2026-06-12" in statement
    explained = quick("explain", "amina", "2025-03", "tax", "--coop", str(year)).out
    assert "hoort €\xa040,00 bij deze maand" in explained.replace("\n   ", " ")
    assert "de afrekening over 2025 (Aanslag 2026-06-12)" in explained


@pytest.mark.parametrize("form", ["pdf", "txt", "html"])
def test_its_statement_can_be_verified(form: str, year: Path, quick: Run) -> None:
    append(year / REGISTER, settlement("  tax: 50.00\n"))
    assert quick("settle", "2025", "--member", "amina", "--coop", str(year)).status == 0
    assert quick("statements", "2025-12", "--format", form, "--coop", str(year)).status == 0
    statement = str(year / f"statements/2025-12/settlement/amina.{form}")
    done = quick("verify", statement, "--coop", str(year))
    assert (done.status, done.err) == (0, "")
    append(year / REGISTER, settlement("  tax: 60.00\n", day="2026-09-01"))
    done = quick("verify", statement, "--coop", str(year))
    assert done.status == 1
    assert "zegt iets anders dan de boeken nu" in done.out


def test_what_no_money_was_there_for_is_said(year: Path, quick: Run) -> None:
    append(year / REGISTER, settlement("  tax: 600.00\n"))
    assert quick("settle", "2025", "--member", "amina", "--coop", str(year)).status == 0
    assert quick("statements", "2025-12", "--format", "txt", "--coop", str(year)).status == 0
    statement = (year / "statements/2025-12/settlement/amina.txt").read_text("utf-8")
    assert "Voor €\xa0100,00 van wat definitief is was er over 2025 geen geld" in statement


def test_a_corrected_profit_and_a_revised_assessment_settle_the_difference(year: Path, quick: Run) -> None:
    append(year / REGISTER, settlement("  tax: 50.00\n"))
    assert quick("settle", "2025", "--member", "amina", "--coop", str(year)).status == 0
    assert quick("close", "2026-01", "--coop", str(year)).status == 0
    append(year / REGISTER, settlement("  tax: 60.00\n", day="2026-09-01"))
    append(
        year / LEDGER,
        '\n2026-02-03 * "Vergeten"\n  earned: 2025-11-30\n  Income:Omzet  -100.00 EUR\n  Assets:Bank\n',
    )
    done = quick("settle", "2025", "--member", "amina", "--coop", str(year))
    assert done.status == 0, done.err
    text = (year / "ledgers/allocations/amina/2026-02.beancount").read_text()
    assert text.count(" * ") == 1
    assert '  settlement_of: "2025"' in text
    fresh = Path(shutil.copytree(year, year.parent / "fresh"))
    for path in [*(fresh / "ledgers/allocations").rglob("*.*"), fresh / "ledgers/closed.json"]:
        path.unlink()
    assert quick("allocate", "2026-02", "--coop", str(fresh)).status == 0
    assert quick("close", "2025-12", "--coop", str(fresh)).status == 0
    assert quick("allocate", "2026-02", "--coop", str(fresh)).status == 0
    assert posted(year) == posted(fresh)
    assert amounts(year)["Belastingreserve"] == "60.00"
    assert quick("statements", "2025-12", "--format", "txt", "--coop", str(year)).status == 0
    statement = (year / "statements/2025-12/settlement/amina.txt").read_text("utf-8")
    assert "erbij gekomen: 3 februari 2026, Omzet" in statement
    assert "Aanslag 2026-09-01" in statement


def test_a_year_that_is_open_is_not_settled(coop: Path, quick: Run) -> None:
    append(coop / REGISTER, settlement("  tax: 50.00\n", "2026"))
    done = quick("settle", "2026", "--member", "amina", "--coop", str(coop))
    assert done.status == 1
    assert "scharrel close 2026-12" in done.err
    warned = quick("check", "--coop", str(coop))
    assert warned.status == 0
    assert (
        "telt pas als de maanden gesloten zijn. Sluit ze af als ze voorbij zijn: scharrel close 2026-12"
        in warned.err
    )


def test_without_anything_definitive_it_says_what_to_write(year: Path, quick: Run) -> None:
    done = quick("settle", "2025", "--member", "amina", "--coop", str(year))
    assert done.status == 1
    assert 'custom "settlement" "amina" "2025"' in done.err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (settlement("", member="amna"), "Bedoel je amina?"),
        (settlement("", year="19"), "schrijf je zo"),
        (settlement("", year="2024"), "was geen lid in 2024"),
        (settlement("  tacks: 5.00\n"), "Dat kan met: tax"),
        (settlement("  tax: -5.00\n"), "schrijf je zo"),
        (settlement("  tax: 5.001\n"), "schrijf je zo"),
        (settlement('  tax: "vijf"\n'), "schrijf je zo"),
        (settlement("  tax: 5.00\n").replace("source", "sours"), "schrijf je zo"),
        (settlement("  tax: 5.00\n").replace('"2025"', '"amina" "2025"'), "schrijf je zo"),
        (settlement("  benefit: 5.00\n"), "Dat kan met: tax"),
    ],
)
def test_a_mistake_in_a_settlement(line: str, said: str, year: Path, quick: Run) -> None:
    append(year / REGISTER, line)
    done = quick("check", "--coop", str(year))
    assert done.status == 1
    assert said in done.err


def test_rules_that_set_nothing_aside_have_no_tax_to_settle(year: Path, quick: Run) -> None:
    append(year / REGISTER, settlement("  tax: 5.00\n"))
    pack = (year / PACK).read_text()
    (year / PACK).write_text(pack.replace('party = "tax"', 'party = "coop"'))
    assert "zetten in 2025 niets voor de belasting opzij" in quick("check", "--coop", str(year)).err
