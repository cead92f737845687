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
