"""Volunteer allowances over all organisations together: hours left before the cap, and what passes it.

An hour is 5.60, the caps are 210.00 a month and 2000.00 a year.
"""

import json
import re
import shutil
from pathlib import Path

import pytest
from conftest import CONTRACT, Run

FULL_MONTHS = [f"2026-{month:02}" for month in range(1, 10)]


@pytest.fixture
def lucas(tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(CONTRACT / "lucas", tmp_path / "lucas"))
    pack = folder / "rules/lucas.toml"
    assert "year = 500.00" in pack.read_text()
    pack.write_text(pack.read_text().replace("year = 500.00", "year = 2000.00"))
    (folder / "ledgers/members/dina.beancount").write_text('include "../accounts.beancount"\n')
    return folder


def work(coop: Path, month: str, hours: str, elsewhere: str = "") -> None:
    """Turnover enough, so many volunteer hours, and what another organisation paid."""
    text = f'\n{month}-03 * "zaal"\n  Income:Omzet  -900.00 EUR\n  Assets:Bank\n'
    if hours:
        text += f'\n{month}-10 * "repaircafé"\n  Assets:Vrijwilligersuren  {hours} UUR\n  Equity:Uren\n'
    if elsewhere:
        text += f'\n{month}-20 * "buurthuis"\n  Income:Elders  -{elsewhere} EUR\n  Assets:Bank\n'
    with open(coop / "ledgers/members/dina.beancount", "a", encoding="utf-8") as ledger:
        ledger.write(text)


def warned(quick: Run, coop: Path) -> str:
    """What is said beside the division of October, on one line."""
    done = quick("allocate", "2026-10", "--dry-run", "--coop", str(coop))
    assert done.status == 0
    return " ".join(done.err.split())


@pytest.mark.parametrize(
    ("hours", "elsewhere", "left"),
    [
        ("34.5", "", "nog 3 uur"),  # 193.20; 16.80 is three hours
        ("34.6", "", "nog 2 uur"),  # 193.76; 16.24 is not quite three
        ("30", "", "nog 7 uur"),  # 168.00, four fifths of 210.00
        ("8", "150.00", "nog 2 uur"),  # 44.80 + 150.00; 15.20 is two hours
        ("40", "", "de grens van 210.00 EUR bereikt"),
        ("29.9", "", ""),
        ("", "", ""),
    ],
)
def test_hours_left_in_the_month(hours: str, elsewhere: str, left: str, lucas: Path, quick: Run) -> None:
    work(lucas, "2026-10", hours, elsewhere)
    found = re.findall(r"nog \d+ uur|de grens van [\d.]+ EUR bereikt", warned(quick, lucas))
    assert found == ([left] if left else [])


def test_hours_left_in_the_year(lucas: Path, quick: Run) -> None:
    """Nine full months are 1890.00, ten hours more 1946.00: 54.00 is nine hours."""
    for month in FULL_MONTHS:
        work(lucas, month, "37.5")
    work(lucas, "2026-10", "10")
    assert re.findall(r"nog \d+ uur .* de grens van ([\d.]+) EUR", warned(quick, lucas)) == ["2000.00"]
    assert "dit jaar nog 9 uur" in quick("explain", "dina", "2026-10", "--coop", str(lucas)).out


@pytest.mark.parametrize(("elsewhere", "used"), [("110.00", ""), ("110.01", "2000.01"), ("211.00", "211.00")])
def test_what_passes_a_cap_together_is_told(elsewhere: str, used: str, lucas: Path, quick: Run) -> None:
    """1890.00 and 110.00 are 2000.00. More than that, or more than 210.00 in a month, counts whole as income;
    the program paid nothing of it."""
    for month in FULL_MONTHS:
        work(lucas, month, "37.5")
    work(lucas, "2026-10", "10", elsewhere)
    said = r"kreeg hier en elders samen ([\d.]+) EUR .*? alles als inkomen"
    assert re.findall(said, warned(quick, lucas)) == ([used] if used else [])
    explained = quick("explain", "dina", "2026-10", "--coop", str(lucas)).out
    assert ("telt alles mee als inkomen" in " ".join(explained.split())) == bool(used)
    done = quick("allocate", "2026-10", "--json", "--coop", str(lucas))
    steps = {step["id"]: step for step in json.loads(done.out)["allocations"][-1]["steps"]}
    assert steps["volunteer"]["paid"] == "0.00"


def test_the_statement_says_how_many_hours_are_left(lucas: Path, quick: Run) -> None:
    work(lucas, "2026-10", "34.5")
    assert quick("allocate", "2026-10", "--coop", str(lucas)).status == 0
    assert quick("statements", "2026-10", "--format", "txt", "--coop", str(lucas)).status == 0
    text = (lucas / "statements/2026-10/member/dina.txt").read_text()
    assert "nog 3 uur tot de grens van € 210,00 in deze maand" in " ".join(text.replace("\xa0", " ").split())


def test_what_is_no_hour_is_counted_by_the_time(lucas: Path, quick: Run) -> None:
    for name in ("rules/lucas.toml", "ledgers/accounts.beancount"):
        text = (lucas / name).read_text()
        assert '"volunteer-hours"' in text
        (lucas / name).write_text(text.replace('"volunteer-hours"', '"shifts"'))
    work(lucas, "2026-10", "34.5")
    assert "nog 3 keer 5.60 EUR" in warned(quick, lucas)
