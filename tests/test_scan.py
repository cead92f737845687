"""What is read of a ledger without beancount's parser is what its parser reads, or nothing is."""

import os
import random
from dataclasses import fields
from pathlib import Path

import pytest
from beancount.core import data
from beancount.parser import parser
from conftest import REPOSITORY

from scharrel.core.chart import Chart
from scharrel.ledger.chart import read_chart
from scharrel.ledger.ledger import Ledger
from scharrel.ledger.reading import parsed_ledger, scanned_ledger
from scharrel.ledger.scan import as_transaction, scan
from scharrel.store.paths import find_coop
from scharrel.store.text import Text, read_text

COOP = find_coop(REPOSITORY)
LEDGERS = sorted((REPOSITORY / "ledgers").glob("*/*.beancount"))
OF_HOLDERS = [path for path in LEDGERS if path.parent.name in ("members", "projects", "subcooperatives")]
TEXTS = int(os.environ.get("EXAMPLES", "0")) * 400 or 400
"""Random ledgers that are tried, of some ten bookings each; `make long` tries many more."""

TOKENS = {
    "day": [
        "2026-01-03", "2026-01-31", "2026-02-28", "2026-02-14", "2026-02-30", "2026/03/01", "2024-02-29",
        "2001-01-31",
    ],
    "flag": ["*", "*", "*", "!", "txn", "P"],
    "text": [
        '"Markt"', '"kraam 3,50"', '""', '"a \\"b\\" c"', '"; geen opmerking"', '"Café\t№ 5 – ½"', '"option"',
        '"{1 EUR}"', '"\\\\"', '"a\\\\\\"b"', '"a\\nb"', '"\\x"', '"\\\\\\\\ ^"', '"twee\nregels"', '"open',
    ],
    "mark": ["", "", "", " #markt", " ^factuur-1", " #a ^b", " ; opmerking", ' "derde"', " | "],
    "key": [
        'reason: "boor"', "earned: 2025-12-30", "earned: 2025-13-30", 'quote: "2026-1"', "lifetime: 36",
        'project: "groen"', "n: 5", 'reason: "nog eens"', "lineno: 3", "left: TRUE", "purpose:", "a-b: 1.50",
        'why: "invoice 2026-0001"', 'why: "rule huur"', 'bank: "rekening:1"', 'for: "amina"',
        'invoice: "buurt"', 'credits: "2026-0001"', 'receipt: "bon.pdf"', "receipt: 3", 'with: "bram"',
        'grant: "prijs"', 'vat: "input"', "delivered: 2026-01-02", 'quote: "2026-9"',
    ],
    "leg key": [
        'vat: "21%"', "quantity: 3", 'line: "heg snoeien, uur"', "quantity: 2.5", 'vat: "9%"', "line:",
        'reason: "boor"', "quantity: -1", "filename: 2", 'line: "a" "b"', "x: 1", "vat: Assets:Bank",
        "vat: 21%", "quantity: 1,5", '; line: "x"', "quantity: 2026-01-03", "#groen", "vat: #groen",
    ],
    "account": [
        "Assets:Bank", "Assets:Bank", "Assets:Kas", "Income:Omzet", "Income:Omzet:Diensten", "Assets:Uren",
        "Expenses:Onkosten:Materiaal", "Liabilities:Btw:Verschuldigd", "Assets:Nergens", "assets:Bank",
        "Equity:Inbreng", "Assets:Debiteuren", "Assets:Inventaris", "Assets:Ruil",
        "Assets:Bank:Eigen", "Income:Omzet:É", "Foo Assets:Bank", "! Assets:Bank",
    ],
    "amount": [
        "", "12.50 EUR", "-12.50 EUR", "7.00 EUR", "-7.00 EUR", "0.00 EUR", "-0.00 EUR", "3 UUR", "-3 UUR",
        "1.5 UUR", "12,50 EUR", "1,000.00 EUR", "12.505 EUR", "7 EUR", "7.00", "EUR", "2*3 EUR", "- 7.00 EUR",
        "99999999999.00 EUR", "1 ETF {5.00 EUR}", "2 ETF @ 5.00 EUR", "7.00 TRUE", "12.50 EUR ; netto",
        "+7.00 EUR",
    ],
    "other": [
        "2026-01-01 open Assets:Bank:Eigen EUR", '2026-02-01 custom "quote" "2026-1" "Buur" 50.00 EUR',
        "2026-02-28 balance Assets:Bank 12.50 EUR", '2026-02-01 note Assets:Bank "nagekeken"', "; opmerking",
        "* kopje", "2026-01-01 close Assets:Bank:Eigen", "pushtag #x", "\t", "losse regel",
        'option "title" "x"', '2026-02-01 custom "quote" "2026-9" "School" 1,250 EUR',
        "2026-01-10 balance Assets:Bank 0,000 EUR", "2026-01-10 balance Assets:Bank 1/(1-1) EUR",
        '2026-01-10 custom "iets" 3/(4)', '2026-02-01 note Assets:Bank "x"\n  lineno: 3',
        '2026-02-01 note Assets:Bank "x"\n  filename: "y"', "2026-02-01 open Assets:Kas EUR\n  lineno: 3",
        '2026-02-01 note Assets:Bank "x"\n  foo: 1,250', '2026-02-01 note Assets:Bank "x"\n  foo: 3/(4)',
        '2026-02-01 * "alleen"\n  ; een opmerking',
        '2026-02-01 custom "quote" "2026-2" "Buur" 50.00 EUR\n  a-b: 2',
        '2026-01-01 event "plaats" "Breda"', "  ", "2026-02-01 price ETF 5.00 EUR",
    ],
    "space": ["  ", "  ", "  ", "\t", " ", "    "],
}  # fmt: skip


def written(rng: random.Random) -> str:
    """A ledger of plain and, sometimes, less plain lines."""
    odd = rng.random() < 0.6

    def one(kind: str) -> str:
        known = TOKENS[kind]
        plain = known[: 8 if kind == "amount" else 3]
        return rng.choice(known if odd and rng.random() < 0.04 else plain)

    lines = ["; van mij"] * (rng.random() < 0.2) + ['include "../accounts.beancount"', ""]
    for _ in range(rng.randrange(12)):
        if rng.random() < 0.15:
            lines += [one("other"), ""] if rng.random() < 0.8 else [one("other")]
            continue
        texts = " ".join(one("text") for _ in range(rng.choice([1, 2, 2, 2])))
        lines.append(f"{one('day')} {one('flag')} {texts}{one('mark')}")
        lines += [f"{one('space')}{one('key')}" for _ in range(rng.choice([0, 0, 0, 1, 2]))]
        amount = rng.choice(["12.50", "7.00", "100.25", "0.10"])
        legs = [f"{one('account')}  {amount} EUR", f"{one('account')}  -{amount} EUR"]
        legs += [f"{one('account')}  {one('amount')}"] * (rng.random() < 0.4)
        if rng.random() < 0.5:
            legs[1] = one("account")
        keyed = rng.random() < 0.2
        for leg in legs:
            lines.append(f"{one('space')}{leg}")
            lines += [f"{one('space')}{one('leg key')}" for _ in range(rng.choice([0, 1, 2]) if keyed else 0)]
        lines += ["  ; bon kwijt"] * (rng.random() < 0.1)
        lines += [f"{one('space')}{one('key')}"] * (odd and rng.random() < 0.1)
        lines += [""] * rng.choice([0, 1, 1, 1, 1, 2])
    text = rng.choice(["\n", "\n", "\r\n"]).join(lines) + rng.choice(["\n", ""])
    for _ in range(rng.choice([0, 0, 1, 2]) if odd else 0):
        at = rng.randrange(len(text) + 1)
        cut = rng.choice([0, 1, 1])
        text = (
            text[:at]
            + rng.choice(["", " ", "\n", '"', ";", "-", "0", "E", ":", "\\", "é", "\r"])
            + text[at + cut :]
        )
    return text


def with_one(kind: str, token: str) -> str:
    """A plain ledger in which this is the one thing that may be odd."""
    head = {
        "day": "2026-02-14",
        "flag": "*",
        "text": '"Markt" "kraam"',
        "mark": "",
        "key": "",
        "account": "Assets:Bank",
    }
    head |= {"amount": "7.00 EUR", "other": "", "space": "  ", "leg key": "; bon", kind: token}
    key = f"\n{head['space']}{head['key']}" if head["key"] else ""
    return f"""\
include "../accounts.beancount"
{head["other"]}
2026-01-03 * "Markt"
  Income:Omzet  -3.00 EUR
  Assets:Bank

{head["day"]} {head["flag"]} {head["text"]}{head["mark"]}{key}
{head["space"]}{head["account"]}  {head["amount"]}
{head["space"]}{head["leg key"]}
{head["space"]}Income:Omzet

2026-02-15 * "klant"{key}
  Assets:Debiteuren  -9.00 EUR
  Assets:Bank
"""


def same(one: Ledger, other: Ledger) -> None:
    for field in fields(Ledger):
        if field.name == "problems":
            continue
        assert repr(getattr(one, field.name)) == repr(getattr(other, field.name)), field.name
    assert sorted(one.problems, key=repr) == sorted(other.problems, key=repr)


@pytest.fixture(scope="module")
def chart() -> Chart:
    return read_chart(COOP)[0]


def as_the_parser(text: str, chart: Chart) -> tuple[bool, bool]:
    """Whether the text is scanned, and whether all in it is right; it comes out as the parser has it."""
    if (found := scan(text)) is None:
        return False, False
    whole = Text(text.encode(), [], "", "ledgers/members/amina.beancount")
    ledger = scanned_ledger(whole, chart)
    if ledger is None:
        return True, False
    same(ledger, parsed_ledger(whole, chart))
    entries, errors, _ = parser.parse_string(text, report_filename="boek")
    bookings = [entry for entry in entries if isinstance(entry, data.Transaction)]
    assert repr([as_transaction(booking, "boek") for booking in found.bookings]) == repr(bookings)
    others, same_errors, _ = parser.parse_string(found.rest, report_filename="boek")
    assert others == [entry for entry in entries if entry not in bookings]
    assert [e.message for e in errors] == [e.message for e in same_errors]
    return True, True


def test_the_scanner_reads_what_the_parser_reads_or_nothing(chart: Chart) -> None:
    scanned = right = 0
    for seed in range(TEXTS):
        text = written(random.Random(seed))
        found = as_the_parser(text, chart)
        scanned, right = scanned + found[0], right + found[1]
    # Else nothing is tried here.
    assert scanned > TEXTS / 5
    assert right > TEXTS / 20


def test_months_are_in_the_same_order_whoever_reads_them(chart: Chart) -> None:
    bare = '2026-01-03 * "a"\n  Assets:Bank  1.00 EUR\n  Assets:Bank\n'
    sale = '2026-01-05 * "b"{earned}\n  Income:Omzet:Diensten  -3.00 EUR\n  Assets:Bank\n'
    text = "\n".join([bare, sale.format(earned="\n  earned: 2025-12-30"), sale.format(earned="")])
    assert as_the_parser(f'include "../accounts.beancount"\n\n{text}', chart) == (True, True)


@pytest.mark.parametrize(
    ("kind", "token"), [(kind, token) for kind in TOKENS for token in dict.fromkeys(TOKENS[kind])]
)
def test_one_odd_thing_is_read_as_the_parser_reads_it(kind: str, token: str, chart: Chart) -> None:
    as_the_parser(with_one(kind, token), chart)


@pytest.mark.parametrize("path", OF_HOLDERS, ids=lambda path: path.stem)
def test_the_example_needs_no_parser(path: Path, chart: Chart) -> None:
    text = read_text(COOP, path)
    ledger = scanned_ledger(text, chart)
    assert ledger
    same(ledger, parsed_ledger(text, chart))
