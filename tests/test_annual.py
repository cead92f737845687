"""The annual accounts and the audit file: every figure beside what beancount itself reads in the whole."""

import json
import re
import shutil
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import pyxaf
import test_projects
import test_subcooperatives
from bank_coop import Given, camt, with_bank
from beancount import loader
from beancount.core import convert, data
from conftest import CONTRACT, Run, examples, in_process
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from random_coops import histories, lay_down, packs
from vat_coop import book, cost, filing, sale

SIDES = ("assets", "liabilities", "equity", "income", "expenses")
XAF = "{http://www.odb.belastingdienst.nl/Belastingdienst/BCPP/1.1/structures/XmlauditfileXAF_4.0}"
AMINA = "ledgers/members/amina.beancount"
ALLOCATED = {
    "Verdeeld aan leden": "member",
    "Verdeeld aan spaarpotten": "pot",
    "Opzij gezet voor de belasting": "tax",
    "Verrekend met de uitkering": "municipality",
    "Vergoed aan leden voor kosten": "supplier",
}


def annual(coop: Path, year: int, run: Run = in_process) -> dict[str, Any]:
    done = run("report", "annual", str(year), "--json", "--coop", str(coop))
    assert done.status == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    assert list(found) == ["year", *SIDES, "result"]
    for side in SIDES:
        for line in found[side]:
            assert list(line) == ["heading", "amount", "previous", "accounts"]
            line["amount"], line["previous"] = Decimal(line["amount"]), Decimal(line["previous"])
    return found


def transactions(path: Path) -> Iterator[data.Transaction]:
    entries, problems, _ = loader.load_file(str(path))
    assert problems == [], path
    yield from (entry for entry in entries if isinstance(entry, data.Transaction))


def euros(posting: data.Posting) -> Decimal:
    weight = convert.get_weight(posting)
    return weight.number if weight.currency == "EUR" else Decimal(0)


class Whole:
    """What beancount reads in the whole: the euros of each account of the chart in each year."""

    def __init__(self, coop: Path):
        self.years: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for entry in transactions(coop / "ledgers/consolidated.beancount"):
            for posting in entry.postings:
                self.years[entry.date.year][posting.account.rpartition(":")[0]] += euros(posting)

    def of(self, accounts: list[str], year: int) -> Decimal:
        return sum((self.years[year][account] for account in accounts), Decimal(0))

    def until(self, accounts: list[str], year: int) -> Decimal:
        return sum((self.of(accounts, past) for past in [*self.years] if past <= year), Decimal(0))


def allocated(coop: Path, year: int) -> tuple[dict[str, Decimal], Decimal]:
    """What the books allocate to each party in the year, less what another book took over; and that."""
    parties = {
        (pack["pack"]["id"], step["id"]): step["party"]
        for file in (coop / "rules").glob("*.toml")
        if "pack" in (pack := tomllib.loads(file.read_text()))
        for step in pack["step"]
    }
    found: dict[str, Decimal] = defaultdict(Decimal)
    passed = Decimal(0)
    for file in (coop / "ledgers/allocations").glob(f"*/{year}-*.beancount"):
        book = coop / "ledgers/books" / f"{file.parent.name}.beancount"
        for entry in transactions(book):
            if Path(entry.meta["filename"]) != file:
                continue
            for posting in entry.postings:
                party = parties.get((entry.meta.get("pack"), posting.meta.get("step")))
                if party and posting.account.startswith("Income:"):
                    passed -= euros(posting)
                    found[party] += euros(posting)
                elif party and not posting.account.startswith("Assets:"):
                    found[party] -= euros(posting)
    return found, passed


def agrees(coop: Path, year: int) -> dict[str, Any]:
    """That the accounts of the year say what beancount reads, to the cent."""
    found, whole = annual(coop, year), Whole(coop)
    for column, of in (("amount", year), ("previous", year - 1)):
        sums = {side: sum((ln[column] for ln in found[side]), Decimal(0)) for side in SIDES}
        assert sums["assets"] == sums["liabilities"] + sums["equity"]
        by_party, passed = allocated(coop, of)
        for line in found["assets"]:
            assert line[column] == whole.until(line["accounts"], of)
        for line in found["income"]:
            assert line[column] == (-whole.of(line["accounts"], of) if line["accounts"] else -passed)
        for line in found["expenses"]:
            booked = whole.of([a for a in line["accounts"] if a.startswith("Expenses:")], of)
            assert line[column] == (
                by_party[ALLOCATED[line["heading"]]] if line["heading"] in ALLOCATED else booked
            )
        roots = defaultdict(Decimal)
        for account in whole.years[of]:
            roots[account.partition(":")[0]] += whole.years[of][account]
        assert sums["income"] == -roots["Income"] - passed
        owed = sum(n for party, n in by_party.items() if party not in ("coop", "community"))
        assert sums["expenses"] == roots["Expenses"] + owed
        every = {a for past in whole.years.values() for a in past if a.startswith("Assets:")}
        assert sums["assets"] == whole.until(sorted(every), of)
    assert Decimal(found["result"]) == sum(ln["amount"] for ln in found["income"]) - sum(
        ln["amount"] for ln in found["expenses"]
    )
    return found


def audit_file(coop: Path, year: int) -> ElementTree.Element:
    """The audit file of the year, which an independent reader finds nothing wrong with."""
    path = coop / "audit.xaf"
    done = in_process("auditfile", str(year), "--out", str(path), "--coop", str(coop))
    assert done.status == 0, done.err
    report = pyxaf.validate(path, xsd=True)
    assert not report.findings, report.findings
    return ElementTree.parse(path).getroot()


def side(line: ElementTree.Element) -> Decimal:
    amount = Decimal(line.findtext(f"{XAF}amnt") or "")
    assert amount >= 0
    return amount if line.findtext(f"{XAF}amntTp") == "D" else -amount


def audited(root: ElementTree.Element) -> tuple[Mapping[str, Decimal], Mapping[str, Decimal]]:
    """What the file has on each account when the year begins, and what it books there."""
    opening: dict[str, Decimal] = defaultdict(Decimal)
    booked: dict[str, Decimal] = defaultdict(Decimal)
    for line in root.iter(f"{XAF}obLine"):
        opening[line.findtext(f"{XAF}accID") or ""] += side(line)
    for transaction in root.iter(f"{XAF}transaction"):
        lines = list(transaction.iter(f"{XAF}trLine"))
        assert sum(map(side, lines)) == 0
        for line in lines:
            booked[line.findtext(f"{XAF}accID") or ""] += side(line)
    return opening, booked


def audit_agrees(coop: Path, year: int) -> None:
    opening, booked = audited(audit_file(coop, year))
    whole = Whole(coop)
    assert {a: n for a, n in booked.items() if n} == {a: n for a, n in whole.years[year].items() if n}
    for account in {account for sums in whole.years.values() for account in sums}:
        if account.startswith(("Income:", "Expenses:")):
            assert account not in opening
        else:
            assert opening[account] == whole.until([account], year - 1)
    assert sum(opening.values()) == 0


@settings(max_examples=examples(4), phases=[Phase.generate])
@given(packs(), histories(), histories(), st.data())
def test_the_figures_are_those_that_beancount_reads(
    pack: str, one: list[Any], other: list[Any], draw: st.DataObject
) -> None:
    parties = st.sampled_from(["coop", "community", "pot", "member", "tax", "municipality"])
    pack = re.sub('party = "coop"', lambda _: f'party = "{draw.draw(parties)}"', pack)
    pack = re.sub("Pot[0-9]", lambda _: f"Pot{draw.draw(st.integers(0, 2))}", pack)
    with tempfile.TemporaryDirectory() as folder:
        ledgers = {"amina": [b.lines() for b in one], "bram": [b.lines() for b in other]}
        coop = lay_down(Path(folder), pack, ledgers, "  granted: TRUE\n  born: 1980-01-01\n")
        done = in_process("allocate", "--coop", folder)
        assert done.status == 0, done.err
        for year in (2025, 2026):
            agrees(coop, year)
            audit_agrees(coop, year)


@pytest.mark.parametrize("fill", [test_projects.lay_down, test_subcooperatives.lay_down])
def test_what_holders_pass_on_is_no_income(fill: Any, tmp_path: Path, quick: Run) -> None:
    coop = fill(tmp_path)
    assert quick("allocate", "2026-01", "--coop", str(coop)).status == 0
    found = agrees(coop, 2026)
    assert [line for line in found["income"] if not line["accounts"]]
    outside = sum(
        -euros(posting)
        for file in (coop / "ledgers").glob("*s/*.beancount")
        if file.parent.name in ("members", "projects", "subcooperatives")
        for entry in transactions(file)
        for posting in entry.postings
        if posting.account.startswith("Income:")
    )
    assert sum(line["amount"] for line in found["income"]) == outside
    audit_agrees(coop, 2026)
    text = quick("report", "annual", "2026", "--coop", str(coop)).out
    assert "Catering" not in text.partition("Wie wat te goed heeft")[2].partition("kascommissie")[0]


def test_what_goes_to_whom_by_the_rules(coop: Path, quick: Run) -> None:
    quick("allocate", "--coop", str(coop))
    found = agrees(coop, 2026)
    by_heading = {line["heading"]: line for kind in SIDES for line in found[kind]}
    by_party, _ = allocated(coop, 2026)
    assert by_heading["Algemene reserve"]["accounts"] == ["Liabilities:Cooperatie"]
    assert by_heading["Algemene reserve"]["amount"] == by_party["coop"] > 0
    assert by_heading["Verdeeld aan leden"]["amount"] == by_party["member"] > 0
    assert by_heading["Schuld aan leden"]["accounts"] == ["Liabilities:Lid"]
    assert by_heading["Spaarpotten"]["accounts"] == ["Liabilities:Spaarpot"]
    shown = quick("report", "annual", "2026", "--coop", str(coop)).out
    assert "Amina" in shown
    assert "ledgers/allocations" not in shown, "only what someone booked is looked up"
    assert "2025" not in shown.partition("Voorstel")[0], "nothing was there before"


def test_a_reduced_benefit_is_owed_to_the_member(tmp_path: Path, quick: Run) -> None:
    coop = Path(shutil.copytree(CONTRACT / "bijstand", tmp_path / "coop"))
    rules = coop / "rules/bijstand.toml"
    reduced = 'settle = "reduction"\nto = "Liabilities:'
    rules.write_text(rules.read_text().replace(f"{reduced}Lid", f"{reduced}Verrekend"))
    with open(coop / "ledgers/accounts.beancount", "a") as chart:
        chart.write("2020-01-01 open Liabilities:Verrekend EUR\n")
    assert quick("allocate", "--coop", str(coop)).status == 0
    found = agrees(coop, 2026)
    assert [line["heading"] for line in found["liabilities"]] == ["Btw", "Schuld aan leden"]
    assert found["liabilities"][1]["accounts"] == ["Liabilities:Lid", "Liabilities:Verrekend"]
    assert "Verrekend met de uitkering" in [line["heading"] for line in found["expenses"]]


def test_what_is_booked_to_practise_is_left_out(coop: Path, quick: Run) -> None:
    quick("allocate", "--coop", str(coop))
    before = annual(coop, 2026)
    with open(coop / "ledgers/coop.beancount", "a") as register:
        register.write(
            '\n2026-01-01 custom "member" "oefen"\n  name: "Oefen"\n  rules: "vrije-uitloop"\n'
            '  household: "single"\n  practice: TRUE\n'
        )
    (coop / "ledgers/members/oefen.beancount").write_text(
        'include "../accounts.beancount"\n'
        '2026-02-03 * "markt" "taart"\n  Income:Omzet  -90.00 EUR\n  Assets:Bank\n'
    )
    assert quick("allocate", "--coop", str(coop)).status == 0
    assert annual(coop, 2026) == before


def test_an_account_for_more_than_one_goes_by_step(coop: Path, quick: Run) -> None:
    rules = coop / "rules/vrije-uitloop.toml"
    rules.write_text(rules.read_text().replace("Liabilities:Cooperatie", "Liabilities:Lid"))
    assert quick("allocate", "--coop", str(coop)).status == 0
    found = agrees(coop, 2026)
    kept = next(line for line in found["equity"] if line["heading"] == "Algemene reserve")
    assert kept["accounts"] == ["Liabilities:Lid"]
    assert kept["amount"] == allocated(coop, 2026)[0]["coop"] > 0


def test_the_chart_says_where_accounts_stand(coop: Path, quick: Run) -> None:
    chart = coop / "ledgers/accounts.beancount"
    account = "Liabilities:Verplichting:Met:Een:Heel:Lange:Naam"
    chart.write_text(
        chart.read_text().replace(
            "open Assets:Bank ", 'open Assets:Bank EUR\n  heading: "Liquide middelen"\n  rgs: "BLimBanRba"\n;'
        )
        + f"2020-01-01 open {account} EUR\n"
    )
    with open(coop / AMINA, "a") as ledger:
        ledger.write(f'\n2026-02-03 * "A & <b>" "lening"\n  Assets:Bank  10.00 EUR\n  {account}\n')
    assert quick("allocate", "--coop", str(coop)).status == 0
    found = agrees(coop, 2026)
    assert [line["heading"] for line in found["assets"]] == ["Liquide middelen"]
    root = audit_file(coop, 2026)
    assert root.findtext(f".//{XAF}RGSVersion") == "3.7"
    codes = {a.findtext(f"{XAF}accID"): a.findtext(f"{XAF}RGScode") for a in root.iter(f"{XAF}ledgerAccount")}
    assert codes["Assets:Bank"] == "BLimBanRba"
    assert account not in codes, "it is too long"
    assert max(len(str(known)) for known in codes) == 35
    assert "A & <b>, lening" in {t.findtext(f"{XAF}desc") for t in root.iter(f"{XAF}transaction")}


def test_costs_and_prices_count_in_euros(coop: Path, quick: Run) -> None:
    with open(coop / "ledgers/accounts.beancount", "a") as chart:
        chart.write("2020-01-01 open Assets:Dollars USD,HOUT\n2020-01-01 open Equity:Begin EUR\n")
    with open(coop / AMINA, "a") as ledger:
        ledger.write(
            '\n2026-02-03 * "wissel"\n  Assets:Dollars  30 USD @ 0.911 EUR\n  Assets:Bank  -27.33 EUR\n'
            '\n2026-02-04 * "hout"\n  Assets:Dollars  3 HOUT {4.20 EUR}\n  Assets:Bank\n'
            '\n2026-03-04 * "hout"\n  Assets:Dollars  -1 HOUT {4.20 EUR}\n  Assets:Bank  4.20 EUR\n'
        )
    assert quick("allocate", "--coop", str(coop)).status == 0
    found = agrees(coop, 2026)
    assert {ln["heading"]: ln["amount"] for ln in found["assets"]}["Dollars"] == Decimal("35.73")
    audit_agrees(coop, 2026)
    with open(coop / AMINA, "a") as ledger:
        ledger.write(
            '\n2026-03-05 * "hout"\n  Assets:Dollars  3 HOUT {0.335 EUR}\n  Assets:Bank  -1.00 EUR\n'
        )
    assert quick("allocate", "--coop", str(coop)).status == 0
    found = annual(coop, 2026)  # a price that leaves half a cent
    assert {ln["heading"]: ln["amount"] for ln in found["assets"]}["Dollars"] == Decimal("36.73")
    audit_file(coop, 2026)


def test_an_empty_cooperative_has_nothing(new: Path, quick: Run) -> None:
    for member in (new / "ledgers/members").iterdir():
        member.unlink()
    register = new / "ledgers/coop.beancount"
    register.write_text(register.read_text().partition("2")[0])
    found = annual(new, 2025)
    assert found["result"] == "0.00"
    assert not any(found[kind] for kind in SIDES)
    assert "Er staat niets open" in quick("report", "annual", "2025", "--coop", str(new)).out
    assert not list(audit_file(new, 2025).iter(f"{XAF}transaction"))


def test_what_is_asked_wrongly(coop: Path, quick: Run) -> None:
    for wrong in (("2999",), ("26",), ("2026", "--format", "docx")):
        done = quick("report", "annual", *wrong, "--coop", str(coop))
        assert (done.status, done.out) == (2, ""), wrong
    assert quick("auditfile", "2999", "--coop", str(coop)).status == 2


def test_what_is_not_allocated_is_not_reported(coop: Path, quick: Run) -> None:
    for command in (("report", "annual", "2026", "--json"), ("auditfile", "2026")):
        quick("allocate", "--coop", str(coop))
        allocation = coop / "ledgers/allocations/amina/2026-01.beancount"
        allocation.unlink()
        done = quick(*command, "--coop", str(coop))
        assert (done.status, done.out) == (1, "")
        assert "scharrel allocate" in done.err
    assert not (coop / "statements").exists()


def test_closed_months_and_who_left(coop: Path, quick: Run) -> None:
    with open(coop / "ledgers/coop.beancount", "a") as register:
        register.write('2026-09-01 custom "member" "amina"\n  left: TRUE\n')
    quick("allocate", "--coop", str(coop))
    before = agrees(coop, 2026)
    assert quick("close", "2026-02", "--coop", str(coop)).status == 0
    assert agrees(coop, 2026) == before
    assert "Amina (geen lid meer)" in quick("report", "annual", "2026", "--coop", str(coop)).out


def test_on_paper_it_is_the_same_and_verified(coop: Path, quick: Run) -> None:
    quick("allocate", "--coop", str(coop))
    for form in ("pdf", "html", "txt"):
        done = quick("report", "annual", "2026", "--format", form, "--coop", str(coop))
        assert done.status == 0, done.err
        paper = coop / f"statements/2026/annual.{form}"
        assert paper.stat().st_mode & 0o777 == 0o600
        assert form == "pdf" or quick("verify", str(paper), "--coop", str(coop)).status == 0
    text = (coop / "statements/2026/annual.txt").read_text()
    for line in annual(coop, 2026)["assets"]:
        assert f"{line['amount']:,.2f}".translate({44: ".", 46: ","}) in text
    with open(coop / AMINA, "a") as ledger:
        ledger.write('\n2026-02-03 * "markt" "verkoop"\n  Income:Omzet  -7.00 EUR\n  Assets:Bank\n')
    done = quick("verify", str(coop / "statements/2026/annual.html"), "--coop", str(coop))
    assert done.status == 1
    assert "income Omzet" in done.out


def drawn(quick: Run, coop: Path) -> list[str]:
    text = quick("report", "annual", "2026", "--coop", str(coop)).out
    return re.findall(r"Amina: \w+, (nummer \d+)", " ".join(text.split()))


def test_the_sample_is_drawn_by_chance_and_again(coop: Path, quick: Run) -> None:
    def book(numbers: Iterator[int]) -> None:
        sales = (
            f'\n2026-02-{1 + n % 28:02} * "markt" "nummer {n}"\n  Income:Omzet  -{n}.00 EUR\n  Assets:Bank\n'
            for n in numbers
        )
        (coop / AMINA).write_text('include "../accounts.beancount"\n' + "".join(sales))
        assert quick("allocate", "--coop", str(coop)).status == 0

    book(iter(range(1, 61)))
    sample = drawn(quick, coop)
    assert len(sample) == 20
    assert drawn(quick, coop) == sample
    first = {f"nummer {n}" for n in range(1, 21)}
    assert not set(sample) <= first
    book(n for n in range(60, 0, -1) if f"nummer {n}" in sample or n % 2)
    assert sorted(drawn(quick, coop)) == sorted(sample), "what is not drawn decides nothing"


def test_customers_owe_by_age(tmp_path: Path, quick: Run) -> None:
    coop = with_bank(tmp_path / "coop")
    bookings = [
        ("2026-10-01", "Buurthuis", "120.00", ""),
        ("2026-10-02", "Buurthuis", "40.00", ""),
        ("2026-10-05", "Buurthuis", "-100.00", ""),
        ("2026-11-01", "Buurthuis", "50.00", ""),
        ("2026-12-01", "Buurthuis", "30.00", ""),
        ("2026-11-01", "School", "55.00", "^2026-0007"),
        ("2026-12-01", "School bv", "-55.00", "^2026-0007"),
    ]
    with open(coop / AMINA, "a") as ledger:
        for day, who, amount, link in bookings:
            ledger.write(
                f'\n{day} * "{who}" "werk" {link}\n'
                f"  Assets:Debiteuren  {amount} EUR\n  Liabilities:Btw:Hoog\n"
            )
    assert quick("allocate", "--coop", str(coop)).status == 0
    text = quick("report", "annual", "2026", "--coop", str(coop)).out
    row = next(line for line in text.split("\n") if line.startswith("Buurthuis "))
    assert row.split() == ["Buurthuis", "30,00", "50,00", "40,00", "20,00", "140,00"]
    assert "School " not in text.partition("kascommissie")[0].partition("klanten nog moeten")[2]


def test_the_bank_is_reconciled_to_the_last_statement(tmp_path: Path, quick: Run) -> None:
    coop = with_bank(tmp_path / "coop")
    (coop / "ledgers/treasury.beancount").write_text(
        'include "accounts.beancount"\n2026-10-01 * "begin"\n  Assets:Bank  1250.00 EUR\n  Equity:Begin\n'
        '\n2026-10-30 * "notaris" "akte"\n  Expenses:Onkosten  75.00 EUR\n  Assets:Bank\n'
    )
    with open(coop / "ledgers/accounts.beancount", "a") as chart:
        chart.write("2020-01-01 open Equity:Begin EUR\n")
    (coop / AMINA).write_text('include "../accounts.beancount"\n')
    lines = [Given("2026-10-12", "-40.00", "Kantoor", text="papier", reference="A1")]
    (coop / "oktober.xml").write_bytes(camt(lines, "1250.00", first="2026-10-01", last="2026-10-31"))
    assert quick("bank", "import", str(coop / "oktober.xml"), "--coop", str(coop)).status == 0
    assert quick("allocate", "--coop", str(coop)).status == 0
    agrees(coop, 2026)
    text = quick("report", "annual", "2026", "--coop", str(coop)).out
    bank = text.rpartition("De bank op")[2].partition("Voor de kascommissie")[0]
    amounts = re.findall(r"-?[\d.]+,\d\d", bank)
    assert amounts == ["1.210,00", "-75,00", "1.135,00"]
    assert "tot en met 31 oktober 2026" in bank
    assert "nog uitgezocht worden: 1" in bank
    before = quick("report", "annual", "2025", "--coop", str(coop)).out
    assert "geen bankrekening" in before, "it was opened later"


def test_the_bank_is_as_it_was_at_the_end_of_the_year(tmp_path: Path, quick: Run) -> None:
    coop = with_bank(tmp_path / "coop")
    register = coop / "ledgers/coop.beancount"
    register.write_text(register.read_text().replace('2026-10-01 custom "bank"', '2025-12-01 custom "bank"'))
    with open(coop / "ledgers/accounts.beancount", "a") as chart:
        chart.write("2020-01-01 open Equity:Begin EUR\n")
    (coop / AMINA).write_text('include "../accounts.beancount"\n')
    costs = [("2025-12-30", "75.00"), ("2026-01-20", "11.00"), ("2026-02-02", "9.00")]
    (coop / "ledgers/treasury.beancount").write_text(
        'include "accounts.beancount"\n2025-12-01 * "begin"\n  Assets:Bank  1250.00 EUR\n  Equity:Begin\n'
        + "".join(
            f'\n{day} * "drukker" "folders"\n  Expenses:Onkosten  {euro} EUR\n  Assets:Bank\n'
            for day, euro in costs
        )
    )
    lines = [
        Given("2025-12-12", "-40.00", "Kantoor", text="papier", reference="A1"),
        Given("2026-01-02", "-75.00", "Drukker", text="folders", reference="A2"),
        Given("2026-01-21", "-11.00", "Drukker", text="folders", reference="A3"),
    ]
    (coop / "winter.xml").write_bytes(camt(lines, "1250.00", first="2025-12-01", last="2026-02-01"))
    assert quick("bank", "import", str(coop / "winter.xml"), "--coop", str(coop)).status == 0
    assert quick("allocate", "--coop", str(coop)).status == 0
    agrees(coop, 2025)
    text = quick("report", "annual", "2025", "--coop", str(coop)).out
    bank = text.rpartition("De bank op")[2].partition("Voor de kascommissie")[0]
    assert re.findall(r"-?[\d.]+,\d\d", bank) == ["1.210,00", "-75,00", "1.135,00"]
    assert "tot en met 31 december 2025" in bank


def test_the_audit_file_has_vat_and_customers(tmp_path: Path) -> None:
    coop = filing(tmp_path / "coop")
    book(
        coop,
        "amina",
        sale("2026-07-01", "1000.50", "210.11"),
        sale("2026-07-02", "200.00", "18.00", "Laag"),
        cost("2026-07-03", "62.00", "13.02"),
        '2026-07-04 * "buurthuis" "werk"\n  invoice: "buurthuis"\n  Income:Omzet  -100.00 EUR\n'
        "  Liabilities:Btw:Hoog  -21.00 EUR\n  Assets:Debiteuren\n",
        sale("2026-07-05", "50.00", "", more='    vat: "export"\n'),
    )
    book(
        coop,
        "coop",
        '2026-07-06 * "onderaannemer"\n  Expenses:Onkosten  121.00 EUR\n'
        "  Liabilities:Btw:Buiten  -21.00 EUR\n  Assets:Bank\n",
    )
    assert in_process("allocate", "2026-07", "--coop", str(coop)).status == 0
    root = audit_file(coop, 2026)
    found = []
    for line in root.iter(f"{XAF}trLine"):
        for vat in line.iter(f"{XAF}vat"):
            said = [vat.findtext(f"{XAF}{name}") for name in ("vatID", "vatPerc", "vatAmnt", "vatAmntTp")]
            found.append((line.findtext(f"{XAF}accID"), *said))
    assert found == [
        ("Income:Omzet", "1a", "21.000", "210.11", "C"), ("Income:Omzet", "1b", "9.000", "18.00", "C"),
        ("Expenses:Onkosten", "5b", "21.000", "13.02", "D"), ("Income:Omzet", "1a", "21.000", "21.00", "C"),
        ("Income:Omzet", "3a", "0.000", "0.00", "D"),
    ]  # fmt: skip
    codes = {
        code.findtext(f"{XAF}vatID"): code.findtext(f"{XAF}vatToPayAccID")
        or code.findtext(f"{XAF}vatToClaimAccID")
        for code in root.iter(f"{XAF}vatCode")
    }
    assert codes == {
        "1a": "Liabilities:Btw:Hoog", "1b": "Liabilities:Btw:Laag", "3a": None,
        "4a": "Liabilities:Btw:Buiten", "5b": "Liabilities:Btw:Voor",
    }  # fmt: skip
    customers = [
        [c.findtext(f"{XAF}{name}") for name in ("custSupID", "custSupName", "custSupTp")]
        for c in root.iter(f"{XAF}customerSupplier")
    ]
    assert customers == [["buurthuis", "Stichting Buurthuis De Hoek", "C"]]
    owing = [line for line in root.iter(f"{XAF}trLine") if line.findtext(f"{XAF}custSupID")]
    assert [(line.findtext(f"{XAF}accID"), side(line)) for line in owing] == [
        ("Assets:Debiteuren", Decimal("121.00"))
    ]


def test_what_the_register_says_of_the_cooperative_only_later_is_in_both(tmp_path: Path) -> None:
    coop = filing(tmp_path / "coop")
    register = coop / "ledgers/coop.beancount"
    register.write_text(
        register.read_text().replace('U.A."\n', 'U.A."\n  kvk: "12345678"\n  vat_id: "NL123456782B90"\n')
    )
    book(coop, "coop", '2025-12-30 * "inleg"\n  Assets:Bank  100.00 EUR\n  Equity:Begin\n')
    assert audit_file(coop, 2025).findtext(f".//{XAF}Commercenr") == "12345678"
    done = in_process("auditfile", "2025", "--coop", str(coop))
    assert "KvK" not in done.err
    assert "KvK 12345678" in in_process("report", "annual", "2025", "--coop", str(coop)).out
