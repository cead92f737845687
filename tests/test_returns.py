"""The return for the municipality: what is exempt, what is offset, and the rest apart, adding up."""

import csv
import io
import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import CONTRACT, REPOSITORY, Run
from test_leaving import append, booked, flat

REGISTER = "ledgers/coop.beancount"
LEDGER = "ledgers/members/bram.beancount"
IN_FRONT = """
[[step]]
id = "tax"
label = "reserve"
rate = "10%"
of = "after.costs"
to = "Liabilities:Belastingreserve"
party = "tax"
source = "s"

[[step]]
id = "coop"
label = "coöperatie"
rate = "5%"
of = "after.costs"
to = "Liabilities:Cooperatie"
party = "coop"
source = "s"

[[step]]
id = "street"
label = "buurt"
rate = "1%"
of = "after.costs"
to = "Liabilities:Buurt"
party = "community"
source = "s"

[[step]]
id = "pot"
label = "spaarpot"
rate = "4%"
of = "after.costs"
to = "Liabilities:Spaarpot"
party = "pot"
source = "s"
"""
INCOME = (
    "InkomstenVrijlating", "TeVerrekenenInkomsten", "InkomstenBovenUitkering", "Belastingreserve",
    "BijdrageCooperatie", "Spaarpot", "Buurt", "AndereLeden",
)  # fmt: skip


@pytest.fixture
def bijstand(tmp_path: Path) -> Path:
    """Bram, single and exempt for six months, earned 2,200 in March 2026."""
    coop = Path(shutil.copytree(CONTRACT / "bijstand", tmp_path / "coop"))
    register = (coop / REGISTER).read_text()
    (coop / REGISTER).write_text(
        register[: register.index("\n2026-02-01")] + "  born: 1980-05-05\n  exemption_granted: TRUE\n"
    )
    (coop / "ledgers/members/carla.beancount").unlink()
    (coop / LEDGER).write_text(
        'include "../accounts.beancount"\n' + booked("2026-03-10", "Income:Omzet", "-2200.00")
    )
    return coop


def rows_of(coop: Path, month: str, quick: Run, out: Path) -> list[dict[str, str]]:
    """The lines of the month's return.csv; what each amount goes to adds up to the income, and that to what
    came in."""
    options = ["--for", "municipality", "--format", "txt", "--out", str(out), "--coop", str(coop)]
    assert quick("statements", month, *options).status == 0
    rows = list(csv.DictReader(io.StringIO((out / "municipality/return.csv").read_text("utf-8"))))
    for row in rows:
        income = Decimal(row["OpgegevenInkomsten"])
        assert income == sum(Decimal(row[name]) for name in INCOME), row
        if not row["correction"]:
            assert income == sum(
                Decimal(row[name]) * sign
                for name, sign in (("turnover", 1), ("carried", 1), ("deducted", -1), ("loss", 1))
            )
    return rows


def test_income_above_the_benefit_is_no_exemption(bijstand: Path, quick: Run, tmp_path: Path) -> None:
    assert quick("allocate", "2026-03", "--coop", str(bijstand)).status == 0
    (row,) = rows_of(bijstand, "2026-03", quick, tmp_path / "out")
    # A quarter of 2,200 is 550, and the law allows 285.00; the benefit is 1,401.50.
    assert (row["InkomstenVrijlating"], row["TeVerrekenenInkomsten"]) == ("285.00", "1401.50")
    assert row["InkomstenBovenUitkering"] == "513.50"
    paper = flat((tmp_path / "out/municipality/bram.txt").read_text("utf-8"))
    assert (
        "OpgegevenInkomsten = InkomstenVrijlating + Inkomsten boven de uitkering + TeVerrekenenInkomsten: "
        "2.200,00 = 285,00 + 513,50 + 1.401,50."
    ) in paper
    cover = flat((tmp_path / "out/municipality/cover.txt").read_text("utf-8"))
    assert "samen 2.200,00 285,00 1.401,50 513,50 1.401,50" in cover


def test_what_goes_elsewhere_is_no_exemption(bijstand: Path, quick: Run, tmp_path: Path) -> None:
    pack = bijstand / "rules/bijstand.toml"
    text = pack.read_text()
    first = text.index('[[step]]\nid = "exempt"')
    pack.write_text(
        text[:first] + IN_FRONT.lstrip() + "\n" + text[first:].replace('"after.costs"', '"after.pot"', 1)
    )
    assert quick("allocate", "2026-03", "--coop", str(bijstand)).status == 0
    (row,) = rows_of(bijstand, "2026-03", quick, tmp_path / "out")
    # 220, 110, 22 and 88 of 2,200; of the 1,760 left 285 is exempt, 1,401.50 is offset.
    assert [row[name] for name in INCOME] == [
        "285.00", "1401.50", "73.50", "220.00", "110.00", "88.00", "22.00", "0.00",
    ]  # fmt: skip
    paper = flat((tmp_path / "out/municipality/bram.txt").read_text("utf-8"))
    for said in (
        "Belastingreserve 220,00 reserve. 10% van € 2.200,00. Besluit: test.",
        "coöperatie 110,00 coöperatie. 5% van € 2.200,00. Besluit: test.",
    ):
        assert said in paper


def test_a_loss_adds_up_and_says_where_it_goes(bijstand: Path, quick: Run, tmp_path: Path) -> None:
    append(bijstand / LEDGER, booked("2026-04-10", "Income:Omzet", "70.00"))
    append(bijstand / LEDGER, booked("2026-05-10", "Income:Omzet", "-100.00"))
    assert quick("allocate", "2026-05", "--coop", str(bijstand)).status == 0
    (april,) = rows_of(bijstand, "2026-04", quick, tmp_path / "april")
    assert (april["turnover"], april["loss"], april["OpgegevenInkomsten"]) == ("-70.00", "70.00", "0.00")
    (may,) = rows_of(bijstand, "2026-05", quick, tmp_path / "may")
    assert (may["carried"], may["loss"], may["OpgegevenInkomsten"]) == ("-70.00", "0.00", "30.00")


def test_corrections_add_up_with_the_month_that_books_them(
    bijstand: Path, quick: Run, tmp_path: Path
) -> None:
    for command in (["allocate", "2026-04"], ["close", "2026-04"]):
        assert quick(*command, "--coop", str(bijstand)).status == 0
    append(bijstand / LEDGER, booked("2026-03-20", "Income:Omzet", "1000.00"))
    append(bijstand / LEDGER, booked("2026-05-20", "Income:Omzet", "-40.00"))
    assert quick("allocate", "2026-05", "--coop", str(bijstand)).status == 0
    may, *corrected = rows_of(bijstand, "2026-05", quick, tmp_path / "out")
    assert (may["month"], may["correction"], may["TeVerrekenenInkomsten"]) == ("2026-05", "", "30.00")
    # March becomes 1,200: 285 exempt, 915 offset and nothing above.
    assert [(c["month"], c["booked"], c["was"], c["becomes"]) for c in corrected] == [
        ("2026-03", "2026-05", "1401.50", "915.00"),
        ("2026-03", "2026-05", "513.50", "0.00"),
    ]
    both = [may, *corrected]
    sums = [
        str(sum(Decimal(row[name]) for row in both))
        for name in ("OpgegevenInkomsten", "TeVerrekenenInkomsten", "reduction", "InkomstenBovenUitkering")
    ]
    assert sums == ["-960.00", "-456.50", "-456.50", "-513.50"]
    for name in ("bram", "cover"):
        text = flat((tmp_path / f"out/municipality/{name}.txt").read_text("utf-8"))
        assert "TeVerrekenenInkomsten 30,00 -486,50 -456,50" in text
        assert "Te verrekenen door minder uitkering 30,00 -486,50 -456,50" in text
    assert quick("statements", "2026-05", "--format", "txt", "--coop", str(bijstand)).status == 0
    member = flat((bijstand / "statements/2026-05/member/bram.txt").read_text("utf-8"))
    assert "De gemeente betaalt € 30,00 minder uitkering. - " in member
    assert "Over eerdere maanden betaalt de gemeente € 486,50 meer uitkering." in member
    assert "Over eerdere maanden schrijft de coöperatie € 1.000,00 van je af op 31 mei 2026." in member


def test_a_correction_names_the_rules_of_its_own_month(bijstand: Path, quick: Run, tmp_path: Path) -> None:
    pack = (bijstand / "rules/bijstand.toml").read_text()
    title = re.search(r'^title = "(.*)"', pack, re.MULTILINE)
    assert title
    other = pack.replace('id = "bijstand"', 'id = "anders"', 1).replace(title[0], 'title = "Anders"', 1)
    (bijstand / "rules/anders.toml").write_text(other)
    append(bijstand / REGISTER, '\n2026-04-01 custom "member" "bram"\n  rules: "anders"\n')
    for command in (["allocate", "2026-04"], ["close", "2026-04"]):
        assert quick(*command, "--coop", str(bijstand)).status == 0
    append(bijstand / LEDGER, booked("2026-03-20", "Income:Omzet", "1000.00"))
    append(bijstand / LEDGER, booked("2026-05-20", "Income:Omzet", "-40.00"))
    assert quick("allocate", "2026-05", "--coop", str(bijstand)).status == 0
    may, *corrected = rows_of(bijstand, "2026-05", quick, tmp_path / "out")
    assert may["rules"] == "Anders"
    assert [(c["month"], c["rules"]) for c in corrected] == [("2026-03", title[1])] * 2


def test_no_line_of_a_plain_text_is_too_long(example_printed: Path) -> None:
    papers = list(example_printed.glob("*/*.txt"))
    assert {paper.parent.name for paper in papers} == {
        "coop", "member", "municipality", "subcooperative", "year",
    }  # fmt: skip
    lines = [line for paper in papers for line in paper.read_text("utf-8").splitlines()]
    assert [line for line in lines if len(line) > 80] == []
    assert "samen 5.654,62 1.016,00 150,69 174,79 2.337,73 247,58 1.727,83 167,26" in flat("\n".join(lines))


def test_the_return_names_the_terms_that_hold_for_the_member(example_printed: Path) -> None:
    said = {
        name: flat((example_printed / f"municipality/{name}.txt").read_text("utf-8"))
        for name in ("amina", "bram", "chantal", "youssef", "linh")
    }
    # The six months, the single parent's exemption and the medical one, at most so much a month.
    holds = {name: [most in text for most in ("285,00", "177,66", "180,19")] for name, text in said.items()}
    assert holds["amina"] == [True, False, False]
    assert holds["chantal"][1:] == [True, False]
    assert holds["youssef"] == [False] * 3
    assert holds["linh"] == [False, False, True]
    # Bram's six months are used up and he is exempt for none of October.
    assert "Vrijgelaten (zes maanden): 6 van 6 maanden gebruikt" in said["bram"]


def test_the_cover_says_how_each_part_of_the_offset_reaches_the_municipality(example_printed: Path) -> None:
    cover = flat((example_printed / "municipality/cover.txt").read_text("utf-8"))
    assert "de rest van te verrekenen betaalt de coöperatie aan de gemeente" in cover


@pytest.mark.parametrize("month", ["2026-03", "2026-07", "2026-10"])
def test_every_return_of_the_example_adds_up(month: str, quick: Run, tmp_path: Path) -> None:
    for part in ("ledgers", "rules"):
        shutil.copytree(REPOSITORY / part, tmp_path / "coop" / part)
    rows = rows_of(tmp_path / "coop", month, quick, tmp_path / "out")
    assert len(rows) > 3
    for row in rows:
        if row["rules"] == "Parttime ondernemen":
            assert row["InkomstenVrijlating"] == "0.00"
