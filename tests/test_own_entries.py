"""What the register says of the cooperative itself, its bank accounts, payees and customers."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import Run, small

from scharrel.core.month import Month
from scharrel.operations.opening import open_books
from scharrel.store.paths import Coop

REGISTER = "ledgers/coop.beancount"
CHART = "ledgers/accounts.beancount"

SOUND = """
2025-01-01 custom "cooperative" "hoek"
  name: "De Hoek U.A."
  kvk: "01234567"
  vat_id: "NL123456782B90"
  postcode: "4812 AB"
  country: "NL"
  vat: "invoiced"
2026-01-01 custom "cooperative" "hoek"
  vat: "exempt"
  terms: 30
2025-01-01 custom "payee" "municipality"
  name: "Gemeente"
  iban: "nl91 abna 0417 1643 00"
  reference: "2026-113"
2026-01-01 custom "bank" "betaal"
  iban: "nl02 abna 0123 4567 89"
  account: "Assets:Bank"
  opening: 1250.00 EUR
2026-01-01 custom "customer" "buurthuis"
  name: "Stichting Buurthuis"
"""
SUSPENSE = '2020-01-01 open Assets:UitTeZoeken EUR\n  role: "suspense"\n'


@pytest.fixture(scope="module")
def laid_down(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small(tmp_path_factory.mktemp("entries") / "coop")


def told(coop: Path, quick: Run, register: str, chart: str = SUSPENSE) -> list[tuple[str, int, str, str]]:
    """What `check` says of the register and the chart with these lines at their ends, the lines counted from
    there."""
    found = []
    texts = {name: (coop / name).read_text() for name in (REGISTER, CHART)}
    for name, more in ((REGISTER, register), (CHART, chart)):
        (coop / name).write_text(texts[name] + more)
    try:
        ran = quick("check", "--json", "--coop", str(coop))
        for problem in json.loads(ran.out)["problems"]:
            before = texts.get(problem["file"], "").count("\n")
            found.append((problem["file"], problem["line"] - before, problem["code"], problem["message"]))
    finally:
        for name, text in texts.items():
            (coop / name).write_text(text)
    return found


def test_sound_entries_say_nothing(laid_down: Path, quick: Run) -> None:
    assert told(laid_down, quick, SOUND) == []


@pytest.mark.parametrize(
    ("was", "becomes", "line", "code", "part"),
    [
        ('kvk: "01234567"', "kvk: 01234567", 4, "text-unquoted", 'kvk: "01234567"'),
        ('"4812 AB"', "4812 AB", 6, "text-unquoted", 'postcode: "4812 AB"'),
        ('"2026-113"', "2026-113", 15, "text-unquoted", 'reference: "2026-113"'),
        ('"2026-113"', "2026-02-30", 15, "text-unquoted", 'reference: "2026-02-30"'),
        ('kvk: "01234567"', "kvk: 01.234.567", 4, "text-unquoted", 'kvk: "01.234.567"'),
        ('kvk: "01234567"', "kvk: 0123 4567 ; KvK", 4, "text-unquoted", 'kvk: "0123 4567"'),
        ('"01234567"', '"1234567"', 4, "kvk", "acht cijfers"),
        ('vat: "invoiced"', 'vat: "invoicd"', 8, "vat-due", "Bedoel je invoiced?"),
        ("terms: 30", "terms: 1.5", 11, "terms", "terms: 14"),
        ("terms: 30", "terms: -1", 11, "terms", "terms: 14"),
        ("terms: 30", "terms:", 11, "empty-key", "terms: 14"),
        ("terms: 30", 'therms: "30"', 11, "own-key", "Bedoel je terms?"),
        ('2026-01-01 custom "cooperative" "hoek"', '2026-01-01 custom "cooperative" "ander"', 9,
         "two-cooperatives", "op regel"),
        ('2026-01-01 custom "cooperative"', '2025-01-01 custom "cooperative"', 10, "contradiction", "vat"),
        ('custom "cooperative" "hoek"\n  name', 'custom "cooperative" "De Hoek"\n  name', 2,
         "cooperative-name", "scharrelhoek"),
        ('"municipality"', '"gemeente"', 12, "payee-name", "Kies uit: municipality, tax."),
        ('  name: "Gemeente"\n', "", 12, "own-without", "name:"),
        ("nl91", "nl92", 14, "iban", "nl92 abna 0417 1643 00"),
        ("nl02", "nl03", 17, "iban", "nl03 abna 0123 4567 89"),
        ('"betaal"', '"Betaal"', 16, "bank-name", "betaalrekening"),
        ('  opening: 1250.00 EUR\n', "", 16, "own-without", "opening:"),
        ("1250.00 EUR", "1250.00 USD", 19, "opening", "1250.00 EUR"),
        ("1250.00 EUR", "1250.005 EUR", 19, "opening", "1250.00 EUR"),
        ("1250.00 EUR", f"{10**20}.00 EUR", 19, "too-large", "bedrag"),
        ('"Assets:Bank"', '"Assets:Banc"', 18, "unknown-account", "Bedoel je Assets:Bank?"),
        ('"Assets:Bank"', '"Liabilities:Buurt"', 18, "bank-account", "Assets"),
        ('"Assets:Bank"', '"Assets:UitTeZoeken"', 18, "bank-account", "Assets"),
        ('"Assets:Bank"', '"Assets:Uren"', 18, "bank-currency", "UUR"),
        ('2026-01-01 custom "bank"', '2019-01-01 custom "bank"', 18, "account-not-open", "2020-01-01"),
        ('"buurthuis"\n  name', '"coop"\n  name', 20, "coop-taken", "de coöperatie zelf"),
        ('"buurthuis"', '"Buurthuis De Hoek"', 20, "customer-name", '"buurthuis"'),
        ('custom "customer"', 'custom "klant"', 20, "unknown-custom", "Bedoel je customer?"),
        ('custom "customer" "buurthuis"', 'custom "member" "coop"', 20, "coop-taken", "de coöperatie zelf"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_the_right_form(
    was: str, becomes: str, line: int, code: str, part: str, laid_down: Path, quick: Run
) -> None:
    assert SOUND.count(was) == 1
    found = told(laid_down, quick, SOUND.replace(was, becomes))
    assert [f[:3] for f in found] == [(REGISTER, line, code)]
    assert part in found[0][3]


def test_a_later_entry_overrides_only_what_it_names(tmp_path: Path) -> None:
    coop = small(tmp_path / "coop")
    with open(coop / REGISTER, "a", encoding="utf-8") as register:
        register.write(SOUND + '2026-07-01 custom "bank" "betaal"\n  iban: "NL91ABNA0417164300"\n')
    books = open_books(Coop(coop))
    bank = books.bank_accounts["betaal"]
    assert bank[1:2] + bank[3:] == (date(2026, 1, 1), "NL91ABNA0417164300", "Assets:Bank", Decimal("1250.00"))
    cooperative = books.entries.cooperative
    assert cooperative
    assert [cooperative.facts(Month(year, 6))["vat"] for year in (2025, 2026)] == ["invoiced", "exempt"]
    assert cooperative.facts(Month(2026, 6))["kvk"] == "01234567"


def test_no_two_accounts_are_one(laid_down: Path, quick: Run) -> None:
    again = SOUND + '2026-02-01 custom "bank" "spaar"\n  iban: "NL02ABNA0123456789"\n'
    again += '  account: "Assets:Bank"\n  opening: 0 EUR\n'
    found = told(laid_down, quick, again)
    assert {(line, code) for _, line, code, _ in found} == {(23, "bank-again"), (24, "bank-again")}
    assert "betaal" in found[0][3]


@pytest.mark.parametrize(
    ("chart", "code", "part"),
    [
        ("", "one-suspense", "het zijn er nu 0"),
        (SUSPENSE + SUSPENSE.replace("Zoeken", "Vinden"), "one-suspense", "het zijn er nu 2"),
        (SUSPENSE + '2020-01-01 open Liabilities:Kas EUR\n  role: "in-hand"\n', "role-place", "Assets"),
        (SUSPENSE + '2020-01-01 open Assets:Cent EUR\n  role: "rounding"\n', "role-place", "Expenses"),
        (SUSPENSE + '2020-01-01 open Assets:Voor EUR\n  vat: "inputs"\n', "vat-word", "Bedoel je input?"),
        (SUSPENSE + '2020-01-01 open Liabilities:Btw:Een EUR\n  vat: 21\n', "vat-word", "Bedoel je 21%?"),
    ],
)  # fmt: skip
def test_what_the_chart_lacks(chart: str, code: str, part: str, laid_down: Path, quick: Run) -> None:
    found = told(laid_down, quick, SOUND, chart)
    assert [(f[0], f[2]) for f in found] == [(CHART, code)]
    assert part in found[0][3]


def test_the_new_words_of_the_chart_are_known(laid_down: Path, quick: Run) -> None:
    chart = "".join(
        f'2020-01-01 open {account} EUR\n  {key}: "{word}"\n'
        for account, key, word in (
            ("Assets:Kas", "role", "in-hand"),
            ("Assets:Onderweg", "role", "transit"),
            ("Liabilities:Aangifte", "role", "tax-due"),
            ("Expenses:Centen", "role", "rounding"),
            ("Liabilities:Btw:Hoog", "vat", "21%"),
            ("Liabilities:Btw:Voor", "vat", "input"),
            ("Liabilities:Btw:Verlegd", "vat", "reverse"),
            ("Liabilities:Btw:Eu", "vat", "reverse-eu"),
            ("Liabilities:Btw:Buiten", "vat", "reverse-non-eu"),
            ("Liabilities:Btw:Prive", "vat", "private"),
        )
    )
    assert told(laid_down, quick, SOUND, SUSPENSE + chart) == []


def test_a_member_cannot_be_added_as_the_cooperative(coop: Path, quick: Run) -> None:
    before = (coop / REGISTER).read_text()
    ran = quick("member", "add", "coop", "Coop", "--coop", str(coop))
    assert ran.status == 2
    assert "de coöperatie zelf" in ran.err
    assert (coop / REGISTER).read_text() == before
