"""What the register cannot say, and what a holder cannot book beside the allocation."""

import json
from pathlib import Path

import pytest
from conftest import Run

REGISTER = "ledgers/coop.beancount"
LEDGER = "ledgers/members/ann.beancount"

CHART = """\
2020-01-01 open Assets:Bank EUR
2020-01-01 open Equity:Verdeling EUR
  role: "appropriation"
2020-01-01 open Equity:Verdeling:Oud EUR
2020-01-01 open Income:Omzet EUR
  role: "turnover"
2020-01-01 open Income:Omzet:Projecten EUR
2020-01-01 open Expenses:Onkosten EUR
  role: "costs"
2020-01-01 open Liabilities:Spaarpot EUR
2020-01-01 open Liabilities:Spaarpot:Studie EUR
2020-01-01 open Liabilities:Spaarpot:Fiets EUR
2020-01-01 open Liabilities:Lid EUR
2020-01-01 open Liabilities:Deelnemers EUR
"""

PACK = """\
[pack]
id = "{id}"
title = "{id}"
pool = ["turnover"]
{head}
[source.s]
kind = "decision"
ref = "ALV"

[param.part]
source = "s"
by = "household"
values = [ {{ from = 2025-01-01, value = {{ single = "10%", couple = "20%" }} }} ]

[[step]]
id = "study"
label = "Studie"
rate = "1%"
to = "Liabilities:Spaarpot:Studie"
party = "pot"
source = "s"

[[step]]
id = "pot"
label = "Pot"
{pot}
to = "Liabilities:Spaarpot"
party = "pot"
source = "s"

[[step]]
id = "own"
label = "Eigen"
{own}
party = "member"
source = "s"
"""

SALE = '2026-03-10 * "markt" "kaas"\n  Income:Omzet  -100.00 EUR\n  Assets:Bank\n'


def member(day: str, who: str, *facts: str) -> str:
    first = (f'name: "{who}"', 'rules: "own"') if day == "2026-01-01" else ()
    return "\n".join((f'{day} custom "member" "{who}"', *(f"  {fact}" for fact in (*first, *facts)))) + "\n"


def part(day: str, who: str, *facts: str) -> str:
    return "\n".join((f'{day} custom "participant" "cat" "{who}"', *(f"  {f}" for f in facts))) + "\n"


PROJECT = '2026-01-01 custom "project" "cat"\n  name: "Cat"\n  rules: "shared"\n'


def lay_down(root: Path, register: str, ledger: str = SALE, pot: str = 'rate = "50%"') -> Path:
    """Members ann and bob, and the project cat of which the register may speak."""
    head = 'option "title" "Proef"\noption "operating_currency" "EUR"\ninclude "accounts.beancount"\n\n'
    files = {
        "ledgers/accounts.beancount": CHART,
        REGISTER: head + register,
        LEDGER: 'include "../accounts.beancount"\n' + ledger,
        "rules/own.toml": PACK.format(id="own", head="", pot=pot, own='all = true\nto = "Liabilities:Lid"'),
        "rules/shared.toml": PACK.format(
            id="shared",
            head='scope = "collective"\n',
            pot='rate = "0%"',
            own='share = true\nby = "weight"\nfeeds = "Income:Omzet:Projecten"\n'
            'to = "Liabilities:Deelnemers"',
        ),
    }
    if '"member" "bob"' in register:
        files["ledgers/members/bob.beancount"] = 'include "../accounts.beancount"\n'
    if PROJECT in register:
        files["ledgers/projects/cat.beancount"] = 'include "../accounts.beancount"\n' + SALE
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def errors(coop: Path, run: Run) -> list[tuple[str, int, str]]:
    """The errors of `check`, each with its file and line; when there are any `allocate` stops too."""
    rows = json.loads(run("check", "--json", "--coop", str(coop)).out)["problems"]
    found = [(p["file"], p["line"], p["code"]) for p in rows if p["severity"] == "error"]
    assert run("allocate", "2026-05", "--coop", str(coop)).status == bool(found)
    return found


def line_of(coop: Path, text: str, file: str = REGISTER) -> int:
    """The last line with the text."""
    lines = (coop / file).read_text().split("\n")
    return max(number for number, line in enumerate(lines, 1) if text in line)


ANN = member("2026-01-01", "ann")
BOTH = ANN + member("2026-01-01", "bob") + PROJECT + part("2026-01-01", "ann") + part("2026-01-01", "bob")
LEFT = member("2026-02-10", "bob", "left: TRUE")


@pytest.mark.parametrize(
    ("register", "at", "code"),
    [
        (BOTH + LEFT, '"cat" "bob"', "participant-left"),
        (BOTH + part("2026-02-01", "bob", "weight: 2") + LEFT, '"cat" "bob"', "participant-left"),
        (BOTH + LEFT + part("2026-03-01", "bob", "left: TRUE"),
         '01-01 custom "participant" "cat" "bob"', "participant-left"),
        (BOTH + LEFT + member("2026-05-01", "bob", "left: FALSE"), '"cat" "bob"', "participant-left"),
        (BOTH + LEFT + part("2026-02-01", "bob", "left: TRUE"), "", ""),
        (BOTH + LEFT + part("2026-01-31", "bob", "left: TRUE"), "", ""),
        (BOTH + member("2026-02-10", "ann", 'address: "Dorp 1"'), "", ""),
        (BOTH + member("2026-04-10", "bob", "left: TRUE")
         + '2026-03-01 custom "project" "cat"\n  left: TRUE\n', "", ""),
        (BOTH + LEFT + part("2026-02-01", "bob", "left: TRUE") + member("2026-03-01", "bob", "left: FALSE")
         + part("2026-03-01", "bob", "left: FALSE"), "", ""),
        (BOTH + part("2026-02-01", "bob", "left: TRUE") + part("2026-04-01", "bob", "weight: 2"),
         '2026-04-01 custom "participant"', "participant-back"),
        (ANN + member("2026-01-01", "bob") + LEFT + PROJECT + part("2026-01-01", "ann")
         + part("2026-03-01", "bob", "left: TRUE"), '"cat" "bob"', "participant-outside"),
        (ANN + member("2026-01-01", "bob") + PROJECT + PROJECT.replace("2026", "2025")
         + part("2026-01-01", "ann")
         + part("2025-12-01", "bob", "left: TRUE"), '"cat" "bob"', "participant-outside"),
        (BOTH + part("2026-02-01", "bob", "weight: 1" + "0" * 30), "weight:", "participant-weight-size"),
        (BOTH + part("2026-02-01", "bob", "weight: 0." + "0" * 200 + "1"),
         "weight:", "participant-weight-size"),
        (BOTH + part("2026-02-01", "bob", 'left: "TRUE"'), "left:", "fact-left"),
    ],
)  # fmt: skip
def test_who_is_no_member_takes_part_in_no_project(
    register: str, at: str, code: str, tmp_path: Path, quick: Run
) -> None:
    coop = lay_down(tmp_path, register)
    found = errors(coop, quick)
    assert found == ([(REGISTER, line_of(coop, at), code)] if code else []), found


def test_what_to_write_of_who_left_is_right(tmp_path: Path, quick: Run) -> None:
    coop = lay_down(tmp_path, BOTH + LEFT)
    said = quick("check", "--coop", str(coop)).err
    assert '2026-02-10 custom "participant" "cat" "bob"' in said
    with open(coop / REGISTER, "a") as register:
        register.write(part("2026-02-10", "bob", "left: TRUE"))
    assert errors(coop, quick) == []


def test_the_month_of_leaving_counts_also_for_who_came_back_in_it(tmp_path: Path, quick: Run) -> None:
    back = member("2026-01-20", "ann", "left: TRUE") + member("2026-03-01", "ann", "left: FALSE")
    coop = lay_down(tmp_path, ANN + back + member("2026-03-20", "ann", "left: TRUE"))
    done = quick("allocate", "2026-05", "--json", "--coop", str(coop))
    rows = json.loads(done.out)["allocations"]
    assert [(row["month"], row["pool"]) for row in rows] == [("2026-01", "0.00"), ("2026-03", "100.00")]


FACT = {
    "until": 'rate = "50%"\nuntil = "ff"',
    "when": 'rate = "50%"\nwhen = "ff"',
    "not": 'rate = "50%"\nwhen = { ff = false }',
    "word": 'rate = "50%"\nwhen = { ff = "medical" }',
    "number": 'rate = "50%"\nwhen = { ff = 2 }',
    "by": 'rate = "part"',
}


@pytest.mark.parametrize(
    ("asked", "fact", "code"),
    [
        ("until", 'ff: "2026-09-30"', "fact-not-a-day"),
        ("until", 'ff: "maart"', "fact-not-a-day"),
        ("until", "ff: TRUE", "fact-not-a-day"),
        ("until", "ff: FALSE", "fact-not-a-day"),
        ("until", "ff: 2026-10", "fact-not-a-day"),
        ("until", "ff: 2026-09-30", ""),
        ("when", 'ff: "TRUE"', "fact-not-true"),
        ("when", "ff: 1", "fact-not-true"),
        ("when", "ff: 0", "fact-not-true"),
        ("when", "ff: 2026-10", "fact-not-true"),
        ("when", "ff: 2026-10-01", "fact-not-true"),
        ("when", "ff: EUR", "fact-not-true"),
        ("when", "ff: FALSE", ""),
        ("not", 'ff: "FALSE"', "fact-not-true"),
        ("not", "ff: TRUE", ""),
        ("word", "ff: TRUE", "fact-not-a-word"),
        ("word", "ff: 1", "fact-not-a-word"),
        ("word", "ff: FALSE", ""),
        ("word", 'ff: "medical"', ""),
        ("number", 'ff: "2"', "fact-not-a-number"),
        ("number", "ff: TRUE", "fact-not-a-number"),
        ("number", "ff: 3", ""),
        ("by", "household: 1", "fact-not-a-word"),
        ("by", "household: FALSE", "fact-not-a-word"),
        ("by", 'household: "alone"', "no-value-for-fact"),
        ("by", 'household: "couple"', ""),
        ("number", 'other: "2"', ""),
    ],
)
def test_a_fact_of_another_type_is_an_error_at_its_line(
    asked: str, fact: str, code: str, tmp_path: Path, quick: Run
) -> None:
    coop = lay_down(tmp_path, member("2026-01-01", "ann", 'city: "Breda"', fact), pot=FACT[asked])
    found = errors(coop, quick)
    assert found == ([(REGISTER, line_of(coop, f"  {fact}"), code)] if code else [])


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ('"2026-09-30"', "2026-09-30"),
        ('"30-9-2026"', "2026-09-30"),
        ("2026-10", "2026-10-31"),
        ('"2026-10"', "2026-10-31"),
        ('"maart"', "2026-01-31"),
        ('"31-02-2026"', "2026-01-31"),
        ("TRUE", "2026-01-31"),
    ],
)
def test_the_date_that_is_suggested_is_the_one_that_was_meant(
    said: str, meant: str, tmp_path: Path, quick: Run
) -> None:
    coop = lay_down(tmp_path, member("2026-01-01", "ann", f"ff: {said}"), pot=FACT["until"])
    assert f"ff: {meant}\n" in quick("check", "--coop", str(coop)).err


def test_a_fact_that_only_other_rules_use_is_free(tmp_path: Path, quick: Run) -> None:
    coop = lay_down(tmp_path, member("2026-01-01", "ann", 'household: "anders"', "granted: 1"))
    assert errors(coop, quick) == []


def test_a_fact_that_changes_later_is_looked_at_then(tmp_path: Path, quick: Run) -> None:
    later = member("2026-03-05", "ann", 'ff: "TRUE"')
    coop = lay_down(tmp_path, member("2026-01-01", "ann", "ff: TRUE") + later, pot=FACT["when"])
    assert errors(coop, quick) == [(REGISTER, line_of(coop, 'ff: "TRUE"'), "fact-not-true")]


@pytest.mark.parametrize(
    ("more", "at", "code"),
    [
        (member("2026-03-10", "ann", "xx: 1") + member("2026-03-10", "ann", "xx: 2"),
         "xx: 2", "contradiction"),
        (member("2026-03-10", "ann", "xx: 1") + member("2026-03-10", "ann", "xx: TRUE"),
         "xx: TRUE", "contradiction"),
        (member("2026-03-10", "ann", "left: TRUE") + member("2026-03-10", "ann", "left: FALSE"),
         "left: FALSE", "contradiction"),
        (member("2026-03-10", "ann", "xx: 1") + member("2026-03-10", "ann", "xx: 1", "yy: 2"), "", ""),
        (member("2026-03-10", "ann", "xx: 1") + member("2026-03-11", "ann", "xx: 2"), "", ""),
        (PROJECT + '2026-01-01 custom "project" "cat"\n  name: "Kat"\n' + part("2026-01-01", "ann"),
         'name: "Kat"', "contradiction"),
        (PROJECT + part("2026-01-01", "ann", "weight: 2") + part("2026-01-01", "ann", "weight: 3"),
         "weight: 3", "contradiction"),
        (member("2026-03-10", "ann", "rules: 5"), "rules: 5", "fact-text"),
        (member("2026-03-10", "ann", "born: 2084-03-12"), "born:", "born-when"),
        (member("2026-03-10", "ann", "born: 1084-03-12"), "born:", "born-when"),
        (member("2026-03-10", "ann", "born: 1984-03-12"), "", ""),
        (member("2026-03-10", "ann", 'iban: "NL91ABNA0417164301"'), "iban:", "iban"),
        (member("2026-03-10", "ann", 'iban: "NL91 ABNA 0417 1643"'), "iban:", "iban"),
        (member("2026-03-10", "ann", 'tax_iban: "NL91ABNA0417164301"'), "iban:", "iban"),
        (member("2026-03-10", "ann", 'rekening: "nl91 abna 0417 1643 01"'), "rekening:", "iban"),
        (PROJECT + part("2026-01-01", "ann")
         + '2026-02-01 custom "project" "cat"\n  iban: "BE68539007547035"\n',
         "iban:", "iban"),
        ('2026-02-01 custom "fava-x" "Bakker" "NL91ABNA0417164301"\n', '"Bakker"', "iban"),
        (member("2026-03-10", "ann", 'note: "op NL91 ABNA 0417 1643 01 graag"'), "note:", "iban"),
        (member("2026-03-10", "ann", 'note: "op NL91 ABNA 0417 1643 00 graag"'), "", ""),
        (member("2026-03-10", "ann", 'iban: "nl91 abna 0417 1643 00"', 'vat: "NL001234567B01"'), "", ""),
        (member("2026-03-10", "ann", 'iban: "BE68 5390 0754 7034"'), "", ""),
        (member("2026-03-10", "ann", 'iban: "NL91ABNA0417164300"')
         + member("2026-03-10", "ann", 'iban: "nl91 abna 0417 1643 00"'), "", ""),
        ('2026-03-10 custom "approval" "ann" "Fiets" 50.00 EUR\n'
         '2026-03-10 custom "approval" "ann" "fiets" 50 EUR\n',
         '"fiets"', "approval-again"),
        ('2026-03-10 custom "approval" "ann" "Fiets" 50.00 EUR\n'
         '2026-03-10 custom "approval" "ann" "Slot" 50.00 EUR\n'
         '2026-03-11 custom "approval" "ann" "Fiets" 50.00 EUR\n', "", ""),
        ('2026-03-10 custom "settlement" "ann" "2026"\n  source: "a"\n'
         '2026-03-10 custom "settlement" "ann" "2026"\n  source: "b"\n', '"settlement"', "settlement-again"),
        (f'2026-03-10 custom "approval" "ann" "Fiets" {"9" * 30} EUR\n', '"Fiets"', "too-large"),
        (f'2026-03-10 custom "grant" "g" {"9" * 30} EUR\n  name: "G"\n  purpose: "p"\n',
         '"grant"', "too-large"),
    ],
)  # fmt: skip
def test_what_the_register_cannot_say(more: str, at: str, code: str, tmp_path: Path, quick: Run) -> None:
    coop = lay_down(tmp_path, ANN + more)
    found = errors(coop, quick)
    assert found == ([(REGISTER, line_of(coop, at), code)] if code else [])


def booking(account: str) -> str:
    return f'2026-03-20 * "zelf" "iets"\n  {account}  5.00 EUR\n  Assets:Bank\n'


@pytest.mark.parametrize(
    ("ledger", "at", "code"),
    [
        (booking("Equity:Verdeling"), "Equity:Verdeling ", "on-appropriation"),
        (booking("Equity:Verdeling:Oud"), "Equity:Verdeling:Oud ", "on-appropriation"),
        ("2026-01-01 open Equity:Verdeling:Mijn EUR\n", "open", "account-below-pot"),
        ("2026-01-01 open Liabilities:Spaarpot:Eigen EUR\n", "open", "account-below-pot"),
        ("2026-01-01 open Liabilities:Spaarpot:Eigen:Diep EUR\n", "open", "account-below-pot"),
        ("2026-01-01 open Liabilities:Lid:Eigen EUR\n" + booking("Liabilities:Lid:Eigen"),
         "open", "account-below-pot"),
        (booking("Liabilities:Spaarpot:Fiets"), "Spaarpot:Fiets", "below-pot"),
        (booking("Liabilities:Spaarpot:Studie"), "", ""),
        (booking("Liabilities:Spaarpot"), "", ""),
        ("2026-01-01 open Liabilities:Spaarpotje EUR\n" + booking("Liabilities:Spaarpotje"), "", ""),
    ],
)  # fmt: skip
def test_a_holder_books_nothing_beside_the_allocation(
    ledger: str, at: str, code: str, tmp_path: Path, quick: Run
) -> None:
    coop = lay_down(tmp_path, ANN, SALE + ledger)
    found = errors(coop, quick)
    assert found == ([(LEDGER, line_of(coop, at, LEDGER), code)] if code else [])


def test_neither_does_a_project(tmp_path: Path, quick: Run) -> None:
    coop = lay_down(tmp_path, ANN + PROJECT + part("2026-01-01", "ann"))
    ledger = coop / "ledgers/projects/cat.beancount"
    ledger.write_text(ledger.read_text() + booking("Equity:Verdeling"))
    assert [code for _, _, code in errors(coop, quick)] == ["on-appropriation"]


def test_a_quote_of_thirty_digits_is_refused(tmp_path: Path, quick: Run) -> None:
    coop = lay_down(tmp_path, ANN, SALE + f'2026-03-10 custom "quote" "1" "Klant" {"9" * 30} EUR\n')
    assert errors(coop, quick) == [(LEDGER, line_of(coop, '"quote"', LEDGER), "too-large")]
    assert quick("report", "quotes", "--coop", str(coop)).status == 1


def test_a_balance_of_thirty_digits_is_refused(tmp_path: Path, quick: Run) -> None:
    coop = lay_down(tmp_path, ANN, SALE + f"2026-03-11 balance Assets:Bank {'9' * 30} EUR\n")
    assert errors(coop, quick) == [(LEDGER, line_of(coop, "balance", LEDGER), "too-large")]


@pytest.mark.parametrize("rate", ["9" * 30 + "%", "0." + "9" * 30 + "%"])
def test_a_rate_of_thirty_digits_is_refused(rate: str, tmp_path: Path, quick: Run) -> None:
    coop = lay_down(tmp_path, ANN, pot=f'rate = "{rate}"')
    assert [code for _, _, code in errors(coop, quick)] == ["no-figure"]


def test_who_comes_back_belongs_to_no_sub_cooperative_that_ended_meanwhile(
    tmp_path: Path, quick: Run
) -> None:
    above = '2026-01-01 custom "subcooperative" "noord"\n  name: "Noord"\n  rules: "above"\n'
    ended = '2026-03-01 custom "subcooperative" "noord"\n  left: TRUE\n'
    away = member("2026-02-01", "ann", "left: TRUE") + member("2026-05-01", "ann", "left: FALSE")
    coop = lay_down(
        tmp_path, member("2026-01-01", "ann", 'subcooperative: "noord"') + above + ended + away, ""
    )
    rows = json.loads(quick("check", "--json", "--coop", str(coop)).out)["problems"]
    wrong = [p["line"] for p in rows if p["code"] == "subcooperative-outside"]
    assert wrong == [line_of(coop, '2026-03-01 custom "subcooperative"')]


@pytest.mark.parametrize("rate", ["9" * 30 + "%", "0." + "9" * 30 + "%"])
def test_so_is_one_that_is_only_tried(rate: str, coop: Path, quick: Run) -> None:
    tried = ("--set", f"coop_share={rate}", "--coop", str(coop))
    assert quick("simulate", "vrije-uitloop", *tried).status == 2
