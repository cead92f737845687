"""A word that the program knows, with nothing behind it, is an error on its own line: what looks as
if it were said may not count as if it were not."""

import json
from pathlib import Path

import pytest
from conftest import Run

LEDGER = "ledgers/members/amina.beancount"
REGISTER = "ledgers/coop.beancount"
CHART = "ledgers/accounts.beancount"
WORDS = (
    "earned",
    "reason",
    "project",
    "with",
    "purpose",
    "quote",
    "grant",
    "receipt",
    "lifetime",
    "asset",
    "disposes",
)
MEMBER = '2026-01-01 custom "member" "amina"\n  name: "Amina"\n'


def told(coop: Path, quick: Run) -> list[tuple[object, ...]]:
    done = quick("check", "--json", "--coop", str(coop))
    return [(p["file"], p["line"], p["code"]) for p in json.loads(done.out)["problems"]]


@pytest.mark.parametrize("empty", ["", "  ", " ; later", ' ""', ' "  "'])
@pytest.mark.parametrize("key", WORDS)
def test_on_a_booking(key: str, empty: str, coop: Path, quick: Run) -> None:
    lines = (coop / LEDGER).read_text().count("\n")
    with open(coop / LEDGER, "a") as ledger:
        ledger.write(
            f'\n2026-06-21 * "Bakker" "taart"\n  bon: 3\n  {key}:{empty}\n  Income:Omzet  -10.00 EUR\n'
        )
        ledger.write("  Assets:Bank\n")
    assert told(coop, quick) == [(LEDGER, lines + 4, "empty-key")]
    assert quick("allocate", "2026-06", "--coop", str(coop)).status == 1


def test_a_word_of_ones_own_may_be_empty(coop: Path, quick: Run) -> None:
    with open(coop / LEDGER, "a") as ledger:
        ledger.write(
            '\n2026-06-21 * "Bakker" "taart"\n  vat: "0%"\n  bon:\n  Income:Omzet  -10.00 EUR\n    foto:\n'
        )
        ledger.write("  Assets:Bank\n")
    assert told(coop, quick) == []


@pytest.mark.parametrize("key", WORDS)
def test_on_a_posting(key: str, coop: Path, quick: Run) -> None:
    lines = (coop / LEDGER).read_text().count("\n")
    with open(coop / LEDGER, "a") as ledger:
        ledger.write(
            f'\n2026-06-21 * "Bakker" "taart"\n  Income:Omzet  -10.00 EUR\n    {key}:\n  Assets:Bank\n'
        )
    assert told(coop, quick) == [(LEDGER, lines + 4, "key-below-posting")]


def test_on_a_quote(coop: Path, quick: Run) -> None:
    lines = (coop / LEDGER).read_text().count("\n")
    with open(coop / LEDGER, "a") as ledger:
        ledger.write('\n2026-06-21 custom "quote" "2026-1" "Bakker" 10.00 EUR\n  project:\n')
    assert told(coop, quick) == [(LEDGER, lines + 3, "empty-key")]


@pytest.mark.parametrize(
    ("above", "key"),
    [
        (MEMBER, "iban"),
        (MEMBER, "born"),
        (MEMBER, "household"),
        (MEMBER, "left"),
        (MEMBER, "subcooperative"),
        ('2026-02-01 custom "approval" "amina" "pot" 10.00 EUR\n', "by"),
        ('2026-02-01 custom "settlement" "amina" 2026\n', "source"),
        ('2026-02-01 custom "grant" "prijs" 10.00 EUR\n  name: "Prijs"\n  purpose: "x"\n', "for"),
        ('2026-02-01 custom "grant" "prijs" 10.00 EUR\n  name: "Prijs"\n', "purpose"),
    ],
)
def test_in_the_register(above: str, key: str, coop: Path, quick: Run) -> None:
    text = (coop / REGISTER).read_text()
    if above != MEMBER:
        text += "\n" + above
    before, _, after = text.partition(above)
    (coop / REGISTER).write_text(f"{before}{above}  {key}:\n{after}")
    line = (before + above).count("\n") + 1
    assert told(coop, quick) == [(REGISTER, line, "empty-key")]


@pytest.mark.parametrize("key", ["name", "rules"])
def test_what_a_member_cannot_do_without(key: str, coop: Path, quick: Run) -> None:
    lines = (coop / REGISTER).read_text().split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith(f"  {key}:"))
    lines[at] = f"  {key}:"
    (coop / REGISTER).write_text("\n".join(lines))
    assert told(coop, quick) == [(REGISTER, at + 1, "empty-key")]


@pytest.mark.parametrize("key", ["role", "depreciation"])
def test_in_the_chart(key: str, coop: Path, quick: Run) -> None:
    lines = (coop / CHART).read_text().count("\n")
    with open(coop / CHART, "a") as chart:
        chart.write(f"2020-01-01 open Assets:Schuur EUR\n  {key}:\n")
    assert told(coop, quick) == [(CHART, lines + 2, "empty-key")]


INVOICE = """
2026-06-21 * "buurt" "taart"
  invoice: "buurt"
{above}  Income:Omzet  -100.00 EUR
{below}  Liabilities:Btw  -21.00 EUR
  Assets:Debiteuren
"""
SALE = INVOICE.replace('  invoice: "buurt"\n', "").replace("Assets:Debiteuren", "Assets:Bank")
CUSTOMER = '2026-01-01 custom "customer" "buurt"\n  name: "Buurthuis"\n'
DEBTORS = '2020-01-01 open Assets:Debiteuren EUR\n  role: "receivable"\n'


@pytest.mark.parametrize(
    ("entry", "above", "below", "said"),
    [
        (INVOICE, 'lijn: "taart"', "", "Bedoel je line?"),
        (INVOICE, "", 'regl: "taart"', "Bedoel je line?"),
        (INVOICE, "", "earnd: 2026-05-31", "Bedoel je earned?"),
        (INVOICE, 'vat_: "21%"', "", "Bedoel je vat?"),
        (INVOICE, 'line: "taart"', "", "onder de regel met Income"),
        (INVOICE, "quantity: 3", "", "onder de regel met Income"),
        (SALE, 'customr: "buurt"', "", "Bedoel je invoice?"),
        (SALE, "livetime: 36", "", "Bedoel je lifetime?"),
        (SALE, 'btw: "21%"', "", "Bedoel je vat?"),
        (SALE, "", 'tarief: "21%"', "Bedoel je vat?"),
        (SALE, 'time: "10:00"\n  line: "x"', 'foto: "x"', ""),
    ],
)  # fmt: skip
def test_a_key_that_does_nothing_is_told_with_what_was_meant(
    entry: str, above: str, below: str, said: str, coop: Path, quick: Run
) -> None:
    for file, text in ((CHART, DEBTORS), (REGISTER, CUSTOMER)):
        with open(coop / file, "a") as opened:
            opened.write(text)
    before = (coop / LEDGER).read_text()
    keys = {"above": above and f"  {above}\n", "below": below and f"    {below}\n"}
    (coop / LEDGER).write_text(before + entry.format(**keys))
    done = quick("check", "--coop", str(coop))
    lines = (before + entry.format(**keys)).split("\n")
    if not said:
        assert (done.status, LEDGER in done.err) == (0, False), done.err
        return
    (told,) = (line for line in done.err.split("\n") if line.startswith(LEDGER))
    assert said in told
    assert (above or below) in lines[int(told.split(":")[1]) - 1]
    assert done.status == (1 if "Income" in said or (entry is INVOICE and "line" in said and below) else 0)


@pytest.mark.parametrize(
    ("file", "text", "near"),
    [
        (CHART, '2020-01-01 open Expenses:Foo EUR\n  rol: "costs"\n', "role"),
        (CHART, '2020-01-01 open Liabilities:Foo EUR\n  btw: "21%"\n', "vat"),
        (CHART, '2020-01-01 open Assets:Foo EUR\n  depreciaton: "Expenses:Afschrijving"\n', "depreciation"),
        (REGISTER, '2026-06-01 custom "approval" "amina" "fiets" 3.00 EUR\n  door: "Ria"\n', "by"),
    ],
)
def test_so_is_one_in_the_chart_and_the_register(
    file: str, text: str, near: str, coop: Path, quick: Run
) -> None:
    lines = (coop / file).read_text().count("\n")
    with open(coop / file, "a") as opened:
        opened.write(text)
    done = quick("check", "--coop", str(coop))
    assert done.status == 0
    assert f"{file}:{lines + 2}: let op: " in done.err
    assert f"Bedoel je {near}?" in done.err


@pytest.mark.parametrize(
    ("file", "old", "new", "word", "status"),
    [
        (REGISTER, 'operating_currency" "EUR"', 'operating_currency" "USD"', "USD", 1),
        (REGISTER, 'include "acc', f'{CUSTOMER}  country: "XX"\ninclude "acc', "XX", 1),
        (REGISTER, 'include "acc', f'{CUSTOMER}  country: "CH"\ninclude "acc', "CH", -1),
        (CHART, '  role: "vat"\n', '  role: "vat"\n  vat: "19%"\n', "19%", 0),
        (CHART, '  role: "vat"\n', '  role: "vat"\n  vat: "6%"\n', "6%", -1),
    ],
)
def test_a_value_that_cannot_be_meant_is_told(
    file: str, old: str, new: str, word: str, status: int, coop: Path, quick: Run
) -> None:
    text = (coop / file).read_text()
    assert old in text
    (coop / file).write_text(text.replace(old, new))
    done = quick("check", "--coop", str(coop))
    line = next((n for n, said in enumerate((coop / file).read_text().split("\n"), 1) if f'"{word}"' in said))
    assert (done.status, f"{file}:{line}: " in done.err) == (max(status, 0), status >= 0), done.err
