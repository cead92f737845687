"""Statements of the bank come into the books line by line, once, and only where they fit."""

import json
import os
import random
import re
import shutil
import stat
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from bank_coop import CUSTOMER, LANDLORD, Given, camt, knab, with_bank
from beancount import loader
from beancount.core import data
from conftest import LONG, Once, Run, examples, takes_seconds
from hypothesis import given, settings
from hypothesis import strategies as st
from terminal import at_a_terminal
from test_faults import die, failing_at, no_space

MONTH = "ledgers/bank/betaalrekening/2026-10.beancount"
LEDGER = "ledgers/members/amina.beancount"
OCTOBER = (
    Given("2026-10-05", "121.00", text="factuur 2026-0012", reference="4711-1"),
    Given("2026-10-12", "-45.00", "Bakker", "", "pas 12", "4711-2"),
    Given("2026-10-15", "-121.00", "Woning", LANDLORD, "huur okt", "4711-3"),
)
WHOLE = camt(OCTOBER, "1250.00", first="2026-10-01", last="2026-10-31")
RENT = f'[[rule]]\nid = "huur"\nsign = "out"\niban = "{LANDLORD}"\nfor = "amina"\n'
RENT += 'account = "Expenses:Onkosten"\nvat = "21%"\n'
BAKER = '\n2026-10-11 * "Bakker" "brood"\n  Expenses:Onkosten  45.00 EUR\n  Assets:Bank\n'


@pytest.fixture
def coop(tmp_path: Path, once: Once) -> Path:
    return once(with_bank, tmp_path / "coop")


class Bank:
    """The command on one cooperative."""

    def __init__(self, quick: Run, coop: Path):
        self.quick, self.coop = quick, coop
        self.files = 0

    def run(self, *arguments: str) -> Any:
        return self.quick("bank", *arguments, "--coop", str(self.coop))

    def take(self, *contents: bytes, options: tuple[str, ...] = ()) -> Any:
        """Import files of these contents."""
        paths = []
        for content in contents:
            self.files += 1
            paths.append(self.coop.parent / f"{self.coop.name}-{self.files}.download")
            paths[-1].write_bytes(content)
        return self.run("import", *map(str, paths), *options)

    def took(self, *contents: bytes, options: tuple[str, ...] = ()) -> dict[str, Any]:
        """What an import that must succeed tells programs."""
        done = self.take(*contents, options=(*options, "--json"))
        assert done.status == 0, done.err
        return dict(json.loads(done.out))

    def stands(self) -> dict[str, Any]:
        done = self.run("status", "--json")
        assert done.status == 0, done.err
        (account,) = json.loads(done.out)["accounts"]
        return dict(account)

    def tree(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.coop)): path.read_bytes()
            for path in self.coop.rglob("*")
            if path.is_file() and ".scharrel" not in path.parts
        }

    def add(self, file: str, text: str) -> None:
        path = self.coop / file
        path.parent.mkdir(exist_ok=True)
        path.write_text((path.read_text() if path.exists() else "") + text)

    def put(self, file: str, old: str, new: str) -> None:
        text = (self.coop / file).read_text()
        assert old in text
        (self.coop / file).write_text(text.replace(old, new, 1))

    def directives(self) -> list[Any]:
        """What beancount reads in every month, which passes alone."""
        found = []
        for path in sorted((self.coop / "ledgers/bank").glob("*/*.beancount")):
            entries, errors, _ = loader.load_file(str(path))
            assert not errors, errors
            found += [e for e in entries if isinstance(e, data.Transaction | data.Custom)]
        return found

    def lines(self) -> list[tuple[str, str, str]]:
        """Every line in the books: its day, its identity and its amount."""
        return [
            (str(e.date), e.meta["bank"], str(e.postings[0].units.number))
            for e in self.directives()
            if isinstance(e, data.Transaction)
        ]


@pytest.fixture
def bank(quick: Run, coop: Path) -> Bank:
    return Bank(quick, coop)


def test_a_line_is_written_as_the_contract_says(bank: Bank) -> None:
    bank.add("rules/bank.toml", RENT)
    bank.add(LEDGER, BAKER)
    took = bank.took(WHOLE)
    text = (bank.coop / MONTH).read_text()
    assert (
        """
2026-10-05 ! "Buurthuis De Hoek" "factuur 2026-0012"
  bank: "betaalrekening:4711-1"
  counter: "NL91ABNA0417164300"
  Assets:Bank                         121.00 EUR
  Assets:UitTeZoeken                 -121.00 EUR

2026-10-12 custom "bank-line" "betaalrekening:4711-2" -45.00 EUR
  for: "amina"
  booked: 2026-10-11
"""
        in text
    )
    assert (
        """
2026-10-15 * "Woning" "huur okt"
  bank: "betaalrekening:4711-3"
  counter: "NL20INGB0001234567"
  for: "amina"
  why: "rule huur"
  Assets:Bank                        -121.00 EUR
  Expenses:Onkosten                   100.00 EUR
  Liabilities:Btw:Voor                 21.00 EUR
"""
        in text
    )
    assert len(bank.directives()) == 4
    assert took["files"][0]["statements"] == [
        {
            "account": "betaalrekening", "from": "2026-10-01", "to": "2026-10-31", "opening": "1250.00",
            "closing": "1205.00",
        }
    ]  # fmt: skip
    assert took["files"][0]["kind"] == "camt.053.001.02"
    assert (took["new"], took["known"], took["pending"]) == (3, 0, 0)
    keys = ("id", "amount", "for", "account", "why", "known")
    assert [[line[key] for key in keys] for line in took["lines"]] == [
        ["betaalrekening:4711-1", "121.00", None, "Assets:UitTeZoeken", None, False],
        ["betaalrekening:4711-2", "-45.00", "amina", "Expenses:Onkosten", "booking 2026-10-11", False],
        ["betaalrekening:4711-3", "-121.00", "amina", "Expenses:Onkosten", "rule huur", False],
    ]
    (kept,) = (bank.coop / "ledgers/bank/betaalrekening/statements").iterdir()
    assert kept.read_bytes() == WHOLE
    assert stat.S_IMODE(kept.stat().st_mode) == 0o444


def test_the_screen_tells_what_found_its_place_in_both_languages(bank: Bank) -> None:
    bank.add("rules/bank.toml", RENT)
    bank.add(LEDGER, BAKER)
    dry = bank.take(WHOLE, options=("--dry-run",))
    assert "er is niets geschreven" in dry.out
    assert not (bank.coop / "ledgers/bank").exists()
    done = bank.take(WHOLE)
    assert done.out.replace("\xa0", " ").split("\n") == [
        "betaalrekening · NL02 ABNA 0123 4567 89",
        "  1 okt 2026 t/m 31 okt 2026: van € 1.250,00 naar € 1.205,00, en dat klopt.",
        "  3 nieuwe regels.",
        "    1  al geboekt in een kasboek",
        "    1  volgens rules/bank.toml",
        "    1  nog uit te zoeken",
        "  Bank en boeken komen allebei uit op € 1.205,00.",
        "Uitzoeken wat er open staat: scharrel bank assign",
        "",
    ]
    english = bank.take(WHOLE, options=("--lang", "en"))
    assert "0 new lines. 3 were there already." in english.out
    bank.quick("--lang", "nl", "--version")


def test_a_second_import_changes_no_byte_and_what_was_changed_by_hand_stays(bank: Bank) -> None:
    content = camt(OCTOBER, "1250.00")
    bank.took(content)
    bank.put(MONTH, "2026-10-05 !", "; navragen bij de klant\n2026-10-05 *")
    bank.put(
        MONTH, "  Assets:UitTeZoeken                 -121.00 EUR", "  Income:Omzet  -121.00 EUR ; contant?"
    )
    before = bank.tree()
    took = bank.took(content, content)
    assert bank.tree() == before
    assert (took["new"], took["known"]) == (0, 6)
    assert took["lines"][0]["account"] == "Income:Omzet"
    more = [
        *OCTOBER,
        Given("2026-10-20", "10.00", reference="4711-4"),
        Given("2026-11-01", "1.00", reference="x"),
    ]
    bank.took(camt(more, "1250.00", first="2026-10-01", last="2026-11-01"))
    after = (bank.coop / MONTH).read_text()
    assert after.startswith(before[MONTH].decode().rstrip("\n"))
    assert len(bank.lines()) == 5


def _refusals() -> dict[str, tuple[list[bytes], str]]:
    other = [*OCTOBER[:2], OCTOBER[2]._replace(amount="-122.00")]
    early = [OCTOBER[0], Given("2026-10-08", "7.00", reference="n"), *OCTOBER[1:]]
    late = [Given("2026-11-05", "1.00", reference="k")]
    return {
        "a sum": ([camt(OCTOBER, "1250.00", closing="1206.00")], "dit afschrift klopt niet"),
        "a first opening": ([camt(OCTOBER, "1251.00")], "volgens het ledenregister"),
        "a gap": ([WHOLE, camt(late, "1300.00")], "van 1 november 2026 tot en met 4 november 2026"),
        "an amount": ([WHOLE, camt(other, "1250.00", first="2026-10-01")], "met een ander bedrag"),
        "a line too few": (
            [WHOLE, camt([OCTOBER[0], OCTOBER[2]], "1250.00", first="2026-10-01")], "ontbreekt een regel"
        ),
        "a line too many": (
            [WHOLE, camt(early, "1250.00", first="2026-10-01", last="2026-10-31")], "8 oktober 2026"
        ),
        "a balance in between": ([WHOLE, camt(OCTOBER[1:], "1300.00")], "past niet bij de regels"),
        "another account": ([camt(OCTOBER, "1250.00", account=CUSTOMER)], "staat niet in het ledenregister"),
        "another currency": ([camt(OCTOBER, "1250.00", currency="USD")], "is in usd"),
        "no statement": ([b"%PDF-1.7 ..."], "pdf"),
        "an empty file": ([b""], "leeg"),
    }  # fmt: skip


@pytest.mark.parametrize("name", _refusals())
def test_what_does_not_fit_is_refused_whole(name: str, bank: Bank) -> None:
    contents, told = _refusals()[name]
    for content in contents[:-1]:
        bank.took(content)
    before = bank.tree()
    done = bank.take(contents[-1])
    assert done.status == 1
    assert told in done.err.casefold()
    assert ".download:" in done.err
    # With a file that is right beside it: nothing is half imported.
    assert bank.take(camt(OCTOBER[:1], "1250.00"), contents[-1]).status == 1
    assert bank.tree() == before
    assert bank.take(contents[-1], options=("--accept-gap", "kwijt")).status == (0 if name == "a gap" else 1)


def test_an_accepted_gap_is_kept_and_explains_the_difference_until_it_is_filled(bank: Bank) -> None:
    bank.took(camt(OCTOBER[:1], "1250.00", first="2026-10-01", last="2026-10-05"))
    bank.took(
        camt(OCTOBER[2:], "1326.00", first="2026-10-15", last="2026-10-31"),
        options=("--accept-gap", 'niet meer te "downloaden"'),
    )
    stands = bank.stands()
    assert stands["gaps"] == [
        {"from": "2026-10-06", "to": "2026-10-14", "amount": "-45.00", "reason": 'niet meer te "downloaden"'}
    ]
    assert (stands["bank"], stands["difference"], stands["to"]) == ("1205.00", "-45.00", "2026-10-31")
    assert "niet meer te" in " ".join(bank.run("status").out.split())
    bank.took(camt(OCTOBER[1:2], "1371.00", first="2026-10-06", last="2026-10-14"))
    assert bank.stands()["gaps"] == []
    assert bank.stands()["difference"] == "0.00"
    late, early = Given("2026-11-20", "2.00", reference="l"), Given("2026-11-02", "1.00", reference="e")
    bank.took(camt([late], "1206.00"), options=("--accept-gap", "zoek"))
    november = "ledgers/bank/betaalrekening/2026-11.beancount"
    bank.put(november, "2026-11-19 custom", "; de bank zoekt het\n2026-11-19 custom")
    bank.took(camt([early], "1205.00", first="2026-11-01", last="2026-11-19"))
    text = (bank.coop / november).read_text()
    assert text.index("2026-11-02 !") < text.index("; de bank zoekt het\n2026-11-19 custom")
    assert bank.stands()["difference"] == "0.00"
    assert bank.take(camt(OCTOBER, "1250.00"), options=("--accept-gap", " ")).status == 2


def test_days_without_a_statement_are_no_gap_and_a_quiet_last_day_counts_when_the_next_opens_so(
    bank: Bank,
) -> None:
    bank.took(camt(OCTOBER, "1250.00"))
    assert bank.stands()["to"] == "2026-10-15"
    bank.took(camt([Given("2026-11-03", "1.00", reference="a")], "1205.00"))
    assert bank.stands()["to"] == "2026-11-03"
    assert bank.stands()["from"] == "2026-10-01"
    quiet = camt([], "1206.00", first="2026-11-04", last="2026-11-30")
    assert bank.took(quiet)["new"] == 0
    assert bank.stands()["to"] == "2026-11-30"
    before = bank.tree()
    assert bank.took(quiet)["new"] == 0
    assert bank.tree() == before


def test_what_lies_before_the_first_day_is_not_asked_for(bank: Bank) -> None:
    september = Given("2026-09-30", "50.00", reference="s")
    took = bank.took(camt([september, *OCTOBER], "1200.00"))
    assert took["new"] == 3
    assert '"betaalrekening" 2026-10-01 1250.00 EUR 1205.00 EUR' in (bank.coop / MONTH).read_text()
    done = bank.take(camt([september], "1200.00"))
    assert done.status == 0
    assert "van voor 1 oktober 2026" in done.err


def test_a_file_without_balances_covers_its_days_when_the_next_balance_confirms_them(bank: Bank) -> None:
    done = bank.take(knab(OCTOBER))
    assert done.status == 0, done.err
    assert "saldo" in done.err
    assert bank.stands()["to"] is None
    assert bank.stands()["bank"] == "1205.00"
    bank.took(camt([Given("2026-11-03", "1.00", reference="a")], "1205.00"))
    assert bank.stands()["to"] == "2026-11-03"


def test_the_same_month_from_camt_and_from_csv_gives_the_same_books(
    bank: Bank, quick: Run, tmp_path: Path, once: Once
) -> None:
    # Other references, and names that one of the two cut off.
    others = [line._replace(reference="", name=line.name[:6]) for line in OCTOBER]
    other = Bank(quick, once(with_bank, tmp_path / "other"))
    first, second = bank.took(WHOLE), other.took(knab(others))
    what = ("date", "amount", "iban", "text", "for", "account")
    assert [[line[key] for key in what] for line in first["lines"]] == [
        [line[key] for key in what] for line in second["lines"]
    ]
    for one, late in ((bank, knab(others)), (other, WHOLE)):
        books = one.lines()
        assert one.took(late)["known"] == 3
        assert one.lines() == books
    one_day = camt([OCTOBER[0]._replace(reference="")], "1250.00")
    assert bank.took(one_day)["known"] == 1
    strange = bank.take(knab([*others[:2], others[2]._replace(iban=CUSTOMER)]))
    assert strange.status == 1


def test_equal_lines_count_each(bank: Bank) -> None:
    coffee = Given("2026-10-05", "-2.50", "Koffie", "", "kop")
    content = camt([coffee, coffee, coffee, OCTOBER[2]], "1250.00")
    assert bank.took(content)["new"] == 4
    assert bank.took(content)["known"] == 4
    assert len({identity for _, identity, _ in bank.lines()}) == 4
    assert bank.take(camt([coffee, coffee, OCTOBER[2]], "1250.00")).status == 1


def test_two_lines_of_one_statement_may_have_the_same_reference(bank: Bank) -> None:
    charge = Given("2026-10-05", "-0.25", "Bank", "", "kosten", "4711-1")
    content = camt([OCTOBER[0], charge], "1250.00")
    assert bank.took(content)["new"] == 2
    before = bank.tree()
    assert bank.took(content)["known"] == 2
    assert bank.tree() == before


LINE = st.tuples(
    st.integers(1, 6), st.sampled_from(["10.00", "-10.00", "2.50"]), st.sampled_from(["Aa", "Bee"])
)


@settings(max_examples=examples(12))
@given(
    raw=st.lists(LINE, min_size=1, max_size=12),
    mixed=st.booleans(),
    seed=st.integers(0, 10**6),
    together=st.booleans(),
)
def test_overlapping_files_in_any_order_give_the_same_books(
    raw: list[tuple[int, str, str]], mixed: bool, seed: int, together: bool,
    quick: Run, once: Once, tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    """Files with the bank's references begin and end anywhere; those of several kinds, of which some have no
    references or no balances, with a day."""
    chance = random.Random(seed)
    history = [
        Given(f"2026-10-{day:02}", amount, name, "", "t", f"R{nth}")
        for nth, (day, amount, name) in enumerate(sorted(raw, key=lambda line: line[0]))
    ]
    starts = [n for n, line in enumerate(history) if not mixed or n == 0 or history[n - 1].day != line.day]
    cuts = [*starts, len(history)]

    def part(begin: int, end: int) -> bytes:
        opening = Decimal("1250.00") + sum(Decimal(line.amount) for line in history[:begin])
        lines = history[begin:end]
        if mixed and chance.random() < 0.5:
            lines = [line._replace(reference="") for line in lines]
        return knab(lines) if mixed and chance.random() < 0.2 else camt(lines, str(opening))

    parts, reached = [], 0
    while reached < len(history):
        begin = chance.choice([cut for cut in cuts if cut <= reached])
        end = chance.choice([cut for cut in cuts if cut > max(begin, reached)])
        parts.append(part(begin, end))
        reached = end
    whole = Bank(quick, once(with_bank, tmp_path_factory.mktemp("whole")))
    whole.took(camt(history, "1250.00"))
    pieces = Bank(quick, once(with_bank, tmp_path_factory.mktemp("pieces")))
    if together:
        chance.shuffle(parts)
        pieces.took(*parts)
    else:
        for one in parts:
            pieces.took(one)
    what = slice(0, None, 2) if mixed else slice(None)
    assert sorted(line[what] for line in pieces.lines()) == sorted(line[what] for line in whole.lines())
    assert pieces.stands()["bank"] == whole.stands()["bank"]
    before = pieces.tree()
    again = chance.choice(parts)
    assert pieces.took(again, camt(history, "1250.00"))["new"] == 0
    assert {name for name, text in pieces.tree().items() if before.get(name) != text} <= {
        MONTH, *(name for name in pieces.tree() if "/statements/" in name)
    }  # fmt: skip


HOSTILE = 'a"b\\c; <<<<<<< x {nl} plugin "x" \u202e \x1b[31m [red] é 漢 \U0001f600 2026-10-01 * \\n'


def test_text_of_a_bank_is_text_whatever_it_holds(bank: Bank) -> None:
    said = HOSTILE.replace("\x1b", "")  # which XML cannot hold
    line = Given("2026-10-05", "1.00", said[:60], "", said, reference='"\\ r')
    (took,) = bank.took(camt([line], "1250.00"))["lines"]
    transaction = next(e for e in bank.directives() if isinstance(e, data.Transaction))
    assert (transaction.payee, transaction.narration) == (took["name"], took["text"])
    assert "漢 \U0001f600 2026-10-01 * \\n" in transaction.narration
    before = bank.tree()
    assert bank.took(camt([line], "1250.00"))["known"] == 1
    assert bank.tree() == before
    status = bank.run("status")
    assert status.status == 0
    assert "\x1b" not in status.out
    assert "\u202e" not in status.out
    assert bank.quick("check", "--coop", str(bank.coop)).status == 0


@takes_seconds
def test_more_lines_in_a_month_than_a_ledger_can_hold_are_refused(bank: Bank) -> None:
    lines = [Given("2026-10-02", "1.00", text="x" * 1_990, reference=f"r{n}") for n in range(5_000)]
    done = bank.take(camt(lines, "1250.00"))
    assert done.status == 1
    assert "meer dan een kasboek kan hebben" in done.err
    assert not (bank.coop / "ledgers/bank").exists()


RECOGNISED = {
    "five days": (["2026-10-07"], 1),
    "six days": (["2026-10-06"], 0),
    "two that fit": (["2026-10-11", "2026-10-13"], 0),
    "one of two": (["2026-10-01", "2026-10-13"], 1),
}


@pytest.mark.parametrize("name", RECOGNISED)
def test_a_hand_made_booking_is_recognised_where_only_one_fits(name: str, bank: Bank) -> None:
    days, count = RECOGNISED[name]
    for day in days:
        bank.add(LEDGER, BAKER.replace("2026-10-11", day))
    bank.took(camt(OCTOBER[1:2], "1250.00"))
    assert (bank.coop / MONTH).read_text().count('custom "bank-line"') == count


def test_one_booking_confirms_one_line(bank: Bank) -> None:
    bank.add(LEDGER, BAKER)
    twice = [OCTOBER[1], OCTOBER[1]._replace(day="2026-10-13", reference="4711-9")]
    took = bank.took(camt(twice, "1250.00"))
    assert [line["why"] for line in took["lines"]] == ["booking 2026-10-11", None]
    assert bank.stands()["difference"] == "0.00"


def test_a_booking_like_one_that_is_confirmed_is_outstanding(bank: Bank) -> None:
    bank.add(LEDGER, BAKER)
    bank.took(camt(OCTOBER[1:2], "1250.00"))
    bank.add(LEDGER, BAKER)
    stands = bank.stands()
    assert (len(stands["outstanding"]), stands["lost"], stands["difference"]) == (1, [], "45.00")


def test_the_coops_own_booking_is_recognised_too(bank: Bank) -> None:
    bank.add("ledgers/treasury.beancount", f'include "accounts.beancount"\n{BAKER}')
    (line,) = bank.took(camt(OCTOBER[1:2], "1250.00"))["lines"]
    assert (line["for"], line["why"]) == ("coop", "booking 2026-10-11")
    assert bank.stands()["difference"] == "0.00"


def test_a_year_of_lines_in_one_file_is_read_and_divided(bank: Bank) -> None:
    count = 50_000 if LONG else 600
    bank.put("ledgers/coop.beancount", '2026-10-01 custom "bank"', '2026-01-01 custom "bank"')
    (bank.coop / LEDGER).write_text('include "../accounts.beancount"\n')
    first = date(2026, 1, 1)
    lines = [
        Given(
            str(first + timedelta(nth * 334 // count)),
            "1.05" if nth % 3 else "-0.40",
            f"Klant {nth % 500}",
            text=f"nr {nth}",
            reference=f"R{nth}",
        )
        for nth in range(count)
    ]
    rule = '[[rule]]\nid = "{0}"\nsign = "{0}"\nfor = "amina"\naccount = "{1}"\n\n'
    bank.add("rules/bank.toml", rule.format("in", "Income:Omzet") + rule.format("out", "Expenses:Onkosten"))
    year = camt(lines, "1250.00", first="2026-01-01", last="2026-11-30")
    assert bank.took(year)["new"] == count
    assert len({*bank.coop.glob("ledgers/bank/betaalrekening/2026-*.beancount")}) == 11
    before = bank.tree()
    assert bank.took(year)["known"] == count
    assert bank.tree() == before
    stands = bank.stands()
    assert (stands["difference"], stands["unassigned"]) == ("0.00", 0)
    done = bank.quick("allocate", "2026-10", "--json", "--coop", str(bank.coop))
    assert done.status == 0, done.err
    months = {line["month"]: Decimal(line["pool"]) for line in json.loads(done.out)["allocations"]}
    through = [line for line in lines if line.day < "2026-11"]
    assert sum(months.values()) == sum(Decimal(line.amount) for line in through if line.amount[0] != "-")


CONDITIONS = {
    'sign = "in"': False,
    'sign = "out"': True,
    f'iban = "{LANDLORD[:4]} {LANDLORD[4:]}"': True,
    f'iban = "{CUSTOMER}"': False,
    'name = "WON"': True,
    'name = "huur"': False,
    'text = "Huur"': True,
    'text = "woning"': False,
    'sign = "out"\ntext = "niet"': False,
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_rule_fits_when_all_its_conditions_do(condition: str, bank: Bank) -> None:
    rule = f'[[rule]]\nid = "een"\n{condition}\naccount = "Expenses:Telefoon"\n'
    bank.add("rules/bank.toml", rule + '\n[[rule]]\nid = "rest"\nsign = "out"\naccount = "Expenses:Studie"\n')
    (line,) = bank.took(camt(OCTOBER[2:], "1250.00"))["lines"]
    assert line["why"] == ("rule een" if CONDITIONS[condition] else "rule rest")
    assert line["for"] == "coop"
    assert "for:" not in (bank.coop / MONTH).read_text()


@pytest.mark.parametrize(
    ("amount", "account", "legs"),
    [
        ("-10.00", "Expenses:Onkosten", ["8.26", "1.74"]),
        ("10.00", "Income:Omzet", ["-8.26", "-1.74"]),
        ("0.01", "Income:Omzet", ["-0.01", "0.00"]),
        ("-0.03", "Expenses:Onkosten", ["0.02", "0.01"]),
    ],
)
def test_vat_is_split_off_to_the_cent(amount: str, account: str, legs: list[str], bank: Bank) -> None:
    bank.add("rules/bank.toml", f'[[rule]]\nid = "r"\nname = "h"\naccount = "{account}"\nvat = "21%"\n')
    bank.took(camt([Given("2026-10-02", amount, reference="1")], "1250.00"))
    transaction = next(e for e in bank.directives() if isinstance(e, data.Transaction))
    vat = "Liabilities:Btw:Hoog" if account.startswith("Income") else "Liabilities:Btw:Voor"
    assert [(p.account, str(p.units.number)) for p in transaction.postings[1:]] == list(
        zip((account, vat), legs, strict=True)
    )


WRONG_RULES = {
    '[[rule]]\nid = "a"\nsgn = "out"\naccount = "Expenses:Studie"': (3, "Bedoel je sign?"),
    '[[rule]]\nid = "a"\nsign = "uit"\naccount = "Expenses:Studie"': (3, "Kies uit: in, out"),
    '[[rule]]\nid = "a"\nname = "x"\naccount = "Expenses:Stdie"': (4, "Bedoel je Expenses:Studie?"),
    '[[rule]]\nid = "a"\nname = "x"\naccount = "Assets:Bank"': (4, "andere kant"),
    '[[rule]]\nid = "a"\nname = "x"': (1, "account"),
    '[[rule]]\nid = "a"\naccount = "Expenses:Studie"': (1, "past op alles"),
    '[[rule]]\nid = "a"\niban = "NL20INGB0001234568"\naccount = "Expenses:Studie"': (3, "geen geldig IBAN"),
    '[[rule]]\nid = "a"\nname = "x"\nfor = "amnia"\naccount = "Expenses:Studie"': (4, "Bedoel je amina?"),
    '[[rule]]\nid = "a"\nname = "x"\naccount = "Expenses:Studie"\nvat = "veel"': (5, "geen btw-tarief"),
    '[[rule]]\nid = "a"\nname = "x"\naccount = "Expenses:Studie"\nvat = "20%"': (5, "geen btw-tarief"),
    '[[rule]]\nid = "a"\nname = "x"\naccount = "Income:Omzet"\nvat = "9%"': (5, 'vat: "9%"'),
    '[[rule]]\nid = "a"\nname = 3\naccount = "Expenses:Studie"': (3, "tekst"),
    '[[rule]]\nid = "a"\nname = "x"\naccount = "Expenses:Studie"\n' * 2: (6, "twee keer"),
    '[[rules]]\nid = "a"': (1, "Bedoel je rule?"),
    "rule = 3": (1, "[[rule]]"),
    "[[rule]": (1, "TOML"),
}


@pytest.mark.parametrize("text", WRONG_RULES)
def test_a_mistake_in_the_rules_is_told_with_its_line(text: str, bank: Bank) -> None:
    line, told = WRONG_RULES[text]
    bank.add("rules/bank.toml", text + "\n")
    before = bank.tree()
    for done in (bank.take(WHOLE), bank.quick("check", "--coop", str(bank.coop))):
        assert done.status == 1
        assert f"rules/bank.toml:{line}: " in done.err
        assert told in done.err
    assert bank.tree() == before


def test_status_explains_the_difference_line_by_line(bank: Bank) -> None:
    bank.add(LEDGER, BAKER + BAKER.replace("2026-10-11", "2026-10-29").replace("brood", "taart"))
    bank.took(WHOLE)
    stands = bank.stands()
    assert (stands["bank"], stands["books"], stands["difference"]) == ("1205.00", "1160.00", "45.00")
    (late,) = stands["outstanding"]
    assert (late["for"], late["date"], late["amount"], late["overdue"]) == (
        "amina", "2026-10-29", "-45.00", False,
    )  # fmt: skip
    assert stands["unassigned"] == 2
    bank.took(camt([Given("2026-11-05", "1.00", reference="n")], "1205.00"))
    assert bank.stands()["outstanding"][0]["overdue"]
    bank.put(LEDGER, 'brood"\n  Expenses:Onkosten  45.00', 'brood"\n  Expenses:Onkosten  46.00')
    stands = bank.stands()
    assert [line["id"] for line in stands["lost"]] == ["betaalrekening:4711-2"]
    assert len(stands["outstanding"]) == 2
    shown = bank.run("status").out
    assert "taart" in shown
    assert "weg of veranderd" in shown


def test_the_opening_balance_in_the_treasury_is_the_one_in_the_register(bank: Bank) -> None:
    opening = '\n2026-10-01 * "Openingsbalans"\n  Assets:Bank  1250.00 EUR\n  Equity:Uren\n'
    bank.put("ledgers/accounts.beancount", "open Equity:Uren UUR", "open Equity:Uren UUR,EUR")
    bank.add("ledgers/treasury.beancount", f'include "accounts.beancount"\n{opening}')
    bank.took(WHOLE)
    assert bank.stands()["difference"] == "0.00"
    assert bank.stands()["outstanding"] == []
    # Nor is it missing where the cooperative's own book is not asked for.
    of_one_kind = ("--for", "member", "--format", "txt", "--out", str(bank.coop / "out"))
    done = bank.quick("statements", "2026-10", *of_one_kind, "--coop", str(bank.coop))
    assert "In de boeken staat niet" not in done.err


def test_a_balance_to_begin_with_that_is_not_in_the_books_is_told_with_the_lines_to_add(bank: Bank) -> None:
    bank.put("ledgers/accounts.beancount", "open Equity:Uren UUR", "open Equity:Uren UUR,EUR")
    bank.took(WHOLE)
    told = bank.quick("check", "--coop", str(bank.coop)).err
    (missing,) = re.findall("let op: In de boeken staat niet (?s:.*?)\n\\d", told)
    assert "het register zegt 1250.00, de kasboeken samen" in missing
    assert "In de boeken staat niet" in bank.run("status").err
    booked = Decimal(re.findall(r"samen (\S+)\.", missing)[0])
    lines = told[told.index("2026-09-30 *") :].split("\n")[:3]
    assert f"  Assets:Bank  {1250 - booked} EUR" == lines[1]
    text = "\n".join(['include "accounts.beancount"', *lines, ""])
    bank.add("ledgers/treasury.beancount", text)
    for done in (bank.quick("check", "--coop", str(bank.coop)), bank.run("status")):
        assert (done.status, "In de boeken" in done.err) == (0, False), done.err
    bank.put("ledgers/treasury.beancount", str(1250 - booked), str(1251 - booked))
    assert "samen 1251.00" in bank.run("status").err


CHANGED = {
    "an amount": ("Assets:Bank                         121.00", "Assets:Bank  120.00", "niet nul"),
    "both amounts": ("121.00 EUR\n  Assets:UitTeZoeken                 -121.00",
                     "120.00 EUR\n  Assets:UitTeZoeken  -120.00", "kloppen niet meer"),
    "an identity": ('  bank: "betaalrekening:4711-1"\n', "", "zoals hij ingelezen is"),
    "an identity again": ("betaalrekening:4711-1", "betaalrekening:4711-3", "staat er twee keer"),
    "a holder": ("  counter:", '  for: "amnia"\n  counter:', "Bedoel je amina?"),
    "an account": ("Assets:UitTeZoeken", "Assets:UitTeZoken", "Assets:UitTeZoeken"),
    "the chart": ('include "../../accounts.beancount"\n', "", 'include "../../accounts.beancount"'),
    "a record": ("2026-10-01 1250.00 EUR", '"x"', "Zet het terug"),
    "a command": ("2026-10-31 custom", "2026-10-31 open Assets:X\n2026-10-31 custom", "hoort niet bij"),
    "its own account": ("Assets:Bank                         1", "Assets:Debiteuren  1", "op Assets:Bank"),
    "every amount": ("121.00 EUR\n  Assets:UitTeZoeken                 -121.00 EUR",
                     "\n  Assets:UitTeZoeken", "te veel bedragen"),
    "a month": ("  counter:", '  earned: "vorige maand"\n  counter:', "earned: 2026-09-30"),
    "a day": ("booked: 2026-10-11", 'booked: "gisteren"', "booked: 2026-10-11"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGED)
def test_what_was_changed_wrongly_is_told_with_its_line_and_stops_everything(name: str, bank: Bank) -> None:
    old, new, told = CHANGED[name]
    bank.add(LEDGER, BAKER)
    bank.took(WHOLE)
    bank.put(MONTH, old, new)
    before = bank.tree()
    done = bank.run("status")
    assert done.status == 1
    assert told in done.err
    assert bank.take(WHOLE).status == 1
    assert bank.tree() == before


def test_a_line_that_went_comes_back_with_its_statement(bank: Bank) -> None:
    bank.took(WHOLE)
    before = sorted(bank.lines())
    text = (bank.coop / MONTH).read_text()
    start = text.index("2026-10-05 !")
    (bank.coop / MONTH).write_text(text[:start] + text[text.index("2026-10-12") :])
    assert bank.run("status").status == 1
    assert bank.took(WHOLE)["new"] == 1
    assert sorted(bank.lines()) == before


def test_an_account_has_to_be_open_when_it_is_used(bank: Bank) -> None:
    bank.put(
        "ledgers/accounts.beancount",
        "2020-01-01 open Assets:UitTeZoeken",
        "2026-10-10 open Assets:UitTeZoeken",
    )
    done = bank.take(WHOLE)
    assert done.status == 1
    assert "Assets:UitTeZoeken is er op 5 oktober 2026 niet" in done.err
    assert not (bank.coop / "ledgers/bank").exists()


def test_a_folder_of_no_account_is_told(bank: Bank) -> None:
    bank.took(WHOLE)
    bank.put("ledgers/coop.beancount", '"betaalrekening"', '"betaalrekenng"')
    done = bank.run("status")
    assert done.status == 1
    assert "ledgers/bank/betaalrekening:1: " in done.err
    assert "Bedoel je betaalrekenng?" in done.err


def test_two_accounts_are_known_by_number_or_its_last_digits(bank: Bank) -> None:
    savings = "NL20INGB0001234567"
    bank.add("ledgers/accounts.beancount", "2020-01-01 open Assets:Spaar EUR\n")
    bank.add(
        "ledgers/coop.beancount",
        f'2026-10-01 custom "bank" "spaarrekening"\n  iban: "{savings}"\n  account: "Assets:Spaar"\n'
        "  opening: 5.00 EUR\n",
    )
    abn = b"123456789\tEUR\t20261005\t1250,00\t1371,00\t20261005\t121,00\tNAAM: X\n"
    same = Given("2026-10-06", "1.00", reference="z")
    bank.took(abn)
    bank.took(camt([same], "5.00", account=savings), camt([same], "1371.00"))
    accounts = json.loads(bank.run("status", "--json").out)["accounts"]
    assert [(one["account"], one["bank"], one["difference"]) for one in accounts] == [
        ("betaalrekening", "1372.00", "0.00"),
        ("spaarrekening", "6.00", "0.00"),
    ]
    done = bank.run("assign", "z", "--account", "Income:Omzet")
    assert done.status == 2
    assert "betaalrekening:z, spaarrekening:z" in done.err
    done = bank.run("assign", "spaarrekening:z", "--account", "Assets:Bank")
    assert done.status == 2
    assert "onderweg" in done.err


def test_money_between_two_accounts_of_the_cooperative_is_on_its_way(bank: Bank) -> None:
    bank.add("ledgers/accounts.beancount", '2020-01-01 open Assets:Onderweg EUR\n  role: "transit"\n')
    bank.add("ledgers/accounts.beancount", "2020-01-01 open Assets:Spaar EUR\n")
    bank.add(
        "ledgers/coop.beancount",
        f'2026-10-01 custom "bank" "spaarrekening"\n  iban: "{LANDLORD}"\n  account: "Assets:Spaar"\n'
        "  opening: 0.00 EUR\n",
    )
    saved = Given("2026-10-06", "-500.00", "De coöperatie", LANDLORD, reference="x")
    bank.took(camt([saved], "1250.00"))
    done = bank.run("assign", "x", "--account", "Assets:Spaar")
    assert done.status == 2
    assert "kies die" in done.err
    assert "Assets:Onderweg" in done.err
    shown = at_terminal(bank.coop, "coop spa", "coop spaar", "1", "")
    assert "1  de coöperatie, Onderweg (tussen eigen rekeningen)" in shown
    assert shown.count('"Spaar" is ook een bankrekening') == 1
    assert "  Assets:Onderweg                     500.00 EUR\n" in (bank.coop / MONTH).read_text()


def test_a_statement_of_nothing_is_told_and_left_out(bank: Bank) -> None:
    nothing = re.sub(
        rb"<Dt>.*?</Dt></Dt>|<FrToDt>.*?</FrToDt>", b"", camt([], "1250.00", first="x", last="x")
    )
    done = bank.take(nothing)
    assert done.status in (0, 1)
    assert "geen regels en geen dagen" in done.err


def test_a_broken_ledger_of_a_member_stops_the_import(bank: Bank) -> None:
    bank.add(LEDGER, "\n2026-10-11 * brood\n")
    done = bank.take(WHOLE)
    assert done.status == 1
    assert LEDGER in done.err
    assert not (bank.coop / "ledgers/bank").exists()


def test_a_cooperative_without_a_bank_says_what_is_missing(new: Path, quick: Run, tmp_path: Path) -> None:
    bank = Bank(quick, new)
    for done in (bank.run("status"), bank.take(WHOLE), bank.run("assign")):
        assert done.status == 1
        assert 'custom "bank"' in done.err
    assert bank.run("import", str(tmp_path / "niet.xml")).status == 2
    assert bank.run("import", str(tmp_path)).status == 2


def test_a_line_is_assigned_by_options_and_all_else_stays(bank: Bank) -> None:
    bank.took(WHOLE)
    bank.put(
        MONTH, '  counter: "NL91ABNA0417164300"\n', '  counter: "NL91ABNA0417164300"\n  ; gebeld\n  nr: 7\n'
    )
    bank.put(MONTH, "-121.00 EUR\n", '-121.00 EUR\n    vraag: "van wie?"\n')
    other = (bank.coop / MONTH).read_text().split("2026-10-12")[1]
    done = bank.run(
        "assign",
        "4711-1",
        "--for",
        "amina",
        "--account",
        "Income:Omzet",
        "--vat",
        "21%",
        "--earned",
        "2026-09-30",
    )
    assert done.status == 0, done.err
    assert "betaalrekening:4711-1: Amina, Omzet" in done.out
    text = (bank.coop / MONTH).read_text()
    assert (
        """
2026-10-05 * "Buurthuis De Hoek" "factuur 2026-0012"
  bank: "betaalrekening:4711-1"
  counter: "NL91ABNA0417164300"
  ; gebeld
  nr: 7
  for: "amina"
  earned: 2026-09-30
  why: "by hand"
  Assets:Bank                         121.00 EUR
  Income:Omzet                       -100.00 EUR
  Liabilities:Btw:Hoog                -21.00 EUR

"""
        in text
    )
    assert text.endswith(other)
    assert bank.stands()["unassigned"] == 2
    assert bank.stands()["difference"] == "0.00"
    before = bank.tree()
    assert bank.took(WHOLE)["lines"][0]["for"] == "amina"
    assert bank.tree() == before
    # Once more, for the cooperative itself.
    assert bank.run("assign", "betaalrekening:4711-1", "--account", "Assets:Debiteuren").status == 0
    text = (bank.coop / MONTH).read_text()
    assert "earned" not in text
    assert "amina" not in text
    assert "Btw:Hoog" not in text
    assert len(bank.directives()) == 4


def test_a_line_is_assigned_to_a_hand_made_booking_and_back(bank: Bank) -> None:
    bank.took(WHOLE)
    bank.add(LEDGER, BAKER)
    assert bank.stands()["difference"] == "45.00"
    assert bank.run("assign", "4711-2", "--for", "amina").status == 0
    assert 'custom "bank-line" "betaalrekening:4711-2" -45.00 EUR' in (bank.coop / MONTH).read_text()
    assert bank.stands()["difference"] == "0.00"
    assert bank.took(WHOLE)["known"] == 3
    assert bank.run("assign", "4711-2", "--account", "Expenses:Studie").status == 0
    assert len(bank.lines()) == 3
    assert bank.stands()["difference"] == "45.00"


WRONG_ANSWERS = {
    ("4711-9", "--account", "Income:Omzet"): "geen bankregel",
    ("4711-1", "--for", "amnia", "--account", "Income:Omzet"): "Bedoel je amina?",
    ("4711-1", "--for", "amina"): "geen boeking van",
    ("4711-1", "--account", "Income:Omzt"): "Bedoel je Income:Omzet?",
    ("4711-1", "--account", "Assets:UitTeZoeken"): "andere kant",
    ("4711-1", "--account", "Income:Omzet", "--vat", "veel"): "geen btw-tarief",
    ("4711-1", "--account", "Expenses:Studie", "--vat", "20%"): '"20%" is geen btw-tarief',
    ("4711-1", "--account", "Income:Omzet", "--vat", "9%"): 'vat: "9%"',
    ("4711-1", "--account", "Income:Omzet", "--earned", "2026-02-30"): "bestaat niet",
    ("4711-1", "--for", "bram", "--account", "Income:Omzet"): "Bram is er pas vanaf november 2026",
    ("4711-1", "--for", "carla", "--account", "Income:Omzet"): "Carla is er dan niet meer",
    ("4711-1", "--for", "carla", "--account", "Assets:Debiteuren", "--earned", "2026-06-30"): "pas vanaf",
    ("4711-1", "--for", "daan", "--account", "Assets:Debiteuren"): "om mee te oefenen",
    ("4711-1", "--for", "daan"): "geen boeking van",
    ("4711-1", "--account", "Income:Oud"): "Income:Oud is er op 5 oktober 2026 niet",
    ("4711-1", "--account", "nieuw"): 'geen rekening "nieuw"',
    ("4711-1", "--account", "onkostn"): "Bedoel je Onkosten?",
    ("4711-1", "--for", "amina", "--account", "Assets:Debiteuren", "--vat", "21%"): "hoort geen btw",
    ("4711-1", "--account", "Income:Nieuw"): "Income:Nieuw is er op 5 oktober 2026 niet",
    (
        "4711-1",
        "--account",
        "Expenses:Onkosten",
        "--vat",
        "21%",
    ): "Liabilities:Btw:Voor is er op 5 oktober 2026",
    ("4711-1", "--vat", "21%"): "--account",
    ("--account", "Income:Omzet"): "welke regel",
    ("4711-1",): "--account",
    (): "terminal",
}


def others(bank: Bank) -> None:
    """Three more holders: one to come in November, one who left in August, and one who is no real member;
    and accounts that are closed by October, or not yet open."""
    for nth, (name, extra) in enumerate((("bram", ""), ("carla", ""), ("daan", "  practice: TRUE\n"))):
        said = (
            f'  name: "{name.title()}"\n  rules: "vrije-uitloop"\n  born: 1980-01-01\n  household: "single"\n'
        )
        day = "2026-11-01" if nth == 0 else "2026-07-01"
        bank.add("ledgers/coop.beancount", f'{day} custom "member" "{name}"\n{said}{extra}')
        bank.add(f"ledgers/members/{name}.beancount", 'include "../accounts.beancount"\n')
    bank.add("ledgers/coop.beancount", '2026-08-31 custom "member" "carla"\n  left: TRUE\n')
    bank.add("ledgers/accounts.beancount", "2020-01-01 open Income:Oud EUR\n2026-09-30 close Income:Oud\n")
    bank.add("ledgers/accounts.beancount", '2026-11-01 open Income:Nieuw EUR\n  role: "turnover"\n')
    bank.add("ledgers/accounts.beancount", "2026-09-30 close Liabilities:Btw:Voor\n")


@pytest.mark.parametrize("options", WRONG_ANSWERS)
def test_an_answer_that_cannot_be_is_refused(options: tuple[str, ...], bank: Bank, quick: Run) -> None:
    others(bank)
    bank.took(WHOLE)
    before = bank.tree()
    done = bank.run("assign", *options)
    assert done.status == 2
    assert WRONG_ANSWERS[options] in done.err.replace("\n", " ")
    assert bank.tree() == before


def test_what_the_bank_has_is_not_booked_a_second_time(bank: Bank) -> None:
    assert bank.took(WHOLE)["new"] == 3
    assert bank.run("assign", "4711-1", "--for", "amina", "--account", "Income:Omzet").status == 0
    before = (bank.coop / LEDGER).read_text()

    def book(amount: str, day: str, way: str = "--in", account: str = "omzet") -> Any:
        said = (way, amount, "--from", "klant", "--for", "werk", "--bank", "--account", account)
        return bank.quick("book", "amina", *said, "--date", day, "--coop", str(bank.coop))

    twice = book("121", "2026-10-06")
    assert twice.status == 1
    assert f"staat al in de boeken, van het afschrift van betaalrekening: {MONTH}:" in twice.err
    assert "en daar staat geen 99.00 euro op rond 20 oktober 2026" in book("99", "2026-10-20").err
    assert (bank.coop / LEDGER).read_text() == before
    open_line = book("45", "2026-10-11", "--out", "onkosten")  # on the statement, and not understood yet
    assert open_line.status == 0
    assert "telt het dan één keer" in " ".join(open_line.out.split())
    assert bank.run("assign", "4711-2", "--for", "amina").status == 0
    assert book("60", "2026-11-02").status == 0  # no statement goes that far


def test_who_left_can_be_paid_what_was_earned_before_and_a_rule_asks_that(bank: Bank) -> None:
    others(bank)
    for nth, (name, account) in enumerate(
        (
            ("carla", "Income:Omzet"),
            ("bram", "Income:Omzet"),
            ("daan", "Income:Omzet"),
            ("coop", "Income:Nieuw"),
        )
    ):
        rule = f'[[rule]]\nid = "r{nth}"\ntext = "voor {name}"\nfor = "{name}"\naccount = "{account}"\n\n'
        bank.add("rules/bank.toml", rule)
    lines = [
        Given("2026-10-05", "121.00", text=f"voor {name}", reference=name)
        for name in ("carla", "bram", "daan", "coop")
    ]
    found = bank.took(camt(lines, "1250.00", first="2026-10-01", last="2026-10-31"))
    assert [line["why"] for line in found["lines"]] == [None] * 4
    earned = ("--account", "Income:Omzet", "--earned", "2026-08-20")
    assert bank.run("assign", "carla", "--for", "carla", *earned).status == 0
    done = bank.quick("check", "--coop", str(bank.coop))
    assert done.status == 0, done.err
    shown = at_terminal(bank.coop, "bram Omzet", "daan Omzet", ".")
    assert "Bram is er pas vanaf november 2026" in shown
    assert "om mee te oefenen" in shown
    assert "0 regels uitgezocht." in shown


def at_terminal(coop: Path, *answers: str, while_asked: Callable[[], object] = lambda: None) -> str:
    return at_a_terminal(["bank", "assign", "--coop", str(coop)], *answers, while_asked=while_asked)


def test_at_a_terminal_lines_are_assigned_one_by_one(bank: Bank) -> None:
    bank.add("rules/bank.toml", "# Onze regels\n\n# nog geen\n")
    more = Given("2026-10-20", "24.20", text="voor Amina", reference="4711-4")
    last = Given("2026-10-21", "-9.99", "KPN", "", reference="4711-5")
    bank.took(camt([*OCTOBER, more, last], "1250.00"))
    bank.add(LEDGER, BAKER)
    before = (bank.coop / MONTH).read_text()
    shown = at_terminal(
        bank.coop,
        "ami\tOmz\t21%", "wel", "j",  # completed, and always so
        "-",  # no: back, with the rule
        "coop Debit", "n",
        "1",  # the hand-made booking
        "",  # later
        "wie", "?", "9", "Omzet", "niemand",
        "ami", "Omzet", "veel", "21", "j",
        ".",
    )  # fmt: skip
    assert "1/5 · 5 oktober 2026 · € 121,00 bij" in shown
    assert shown.count("Typ j voor ja, of alleen Enter voor nee.") == 1
    assert shown.count("Amina, Omzet, met 21% btw") == 2
    assert "1  Amina, geboekt op 11 okt 2026" in shown
    assert "Amina (staat in de tekst)" in shown
    assert "de coöperatie, Debiteuren (zo was het op 5 okt 2026)" in shown
    assert "3 regels uitgezocht." in shown
    assert max(map(len, shown.split("\n"))) <= 80
    text = (bank.coop / MONTH).read_text()
    assert text != before
    assert text.count(" ! ") == 2
    rules = (bank.coop / "rules/bank.toml").read_text()
    assert rules.startswith("# Onze regels\n\n# nog geen\n\n[[rule]]\n")
    assert rules.count("[[rule]]") == 1
    assert f'iban = "{CUSTOMER}"\nfor = "amina"\naccount = "Income:Omzet"\nvat = "21%"\n' in rules
    assert bank.stands()["difference"] == "0.00"
    next_one = Given("2026-10-25", "121.00", reference="4711-6")
    took = bank.took(camt([next_one], bank.stands()["bank"]))
    assert took["lines"][0]["why"].startswith("rule ")


def test_an_account_is_shown_by_its_label_and_meant_by_that_or_by_its_name(bank: Bank) -> None:
    chart = (bank.coop / "ledgers/accounts.beancount").read_text()
    for account, label in (("Income:Omzet", "werk voor klanten"), ("Expenses:Onkosten", "kosten, alle")):
        (opened,) = re.findall(rf"^\S+ open {account} .*\n", chart, re.MULTILINE)
        bank.put("ledgers/accounts.beancount", opened, f'{opened}  label_nl: "{label}"\n')
    bank.took(WHOLE)
    done = bank.run("assign", "4711-3", "--account", "kosten, alle")
    assert "betaalrekening:4711-3: de coöperatie, kosten, alle" in done.out
    shown = at_terminal(bank.coop, "?", "ami werk voor klanten 21%", "n", "coop", "?", "Onkosten", "", "n")
    assert re.search(r"Rekeningen: .*; werk voor klanten; .*; kosten, alle", " ".join(shown.split()))
    assert "Amina, werk voor klanten, met 21% btw" in shown
    assert re.search(r"Het kan zijn: .*kosten, alle; ", " ".join(shown.split()))
    assert "de coöperatie, kosten, alle\n" in shown
    text = (bank.coop / MONTH).read_text()
    assert text.count("  Expenses:Onkosten  ") == 2
    assert text.count("  Income:Omzet  ") == 1


def test_every_question_can_be_stopped_or_gone_back_from(bank: Bank) -> None:
    bank.took(WHOLE)
    before = bank.tree()
    shown = at_terminal(
        bank.coop,
        "-",  # nothing yet
        "ami Omzet", "ja", "-",  # back from the question about VAT
        "ami Omzet", "21", "-",  # and from that about always
        "ami Omzet", ".",
    )  # fmt: skip
    assert "Er is nog geen antwoord om terug te nemen." in shown
    assert '"ja" is hier geen btw-tarief' in shown
    assert "0 regels uitgezocht.\nEr staan nog 3 regels open." in shown
    assert bank.tree() == before


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_a_key_that_ends_input_stops_without_an_answer(key: str, bank: Bank) -> None:
    bank.took(WHOLE)
    before = bank.tree()
    shown = at_terminal(bank.coop, "ami Omzet", key)
    assert "0 regels uitgezocht." in shown
    assert bank.tree() == before


def test_a_question_fits_the_terminal_whatever_the_name(bank: Bank) -> None:
    bank.took(camt([Given("2026-10-05", "-9.99", "Groothandel " * 6)], "1250.00"))
    shown = at_terminal(bank.coop, "?", "coop Onk 21", "n")
    assert "Voor wie: amina (Amina), coop" in shown
    assert re.search(r"Altijd zo bij Groothandel [^\n]*… \(j/N\)\?", shown)
    assert max(map(len, shown.split("\n"))) <= 80


def test_whoever_is_there_to_practise_on_has_nothing_at_the_bank(bank: Bank) -> None:
    bank.put("ledgers/coop.beancount", 'member" "amina"\n', 'member" "amina"\n  practice: TRUE\n')
    bank.add(LEDGER, BAKER)
    assert [line["why"] for line in bank.took(WHOLE)["lines"]] == [None, None, None]
    assert bank.stands()["outstanding"] == []
    done = bank.quick("check", "--coop", str(bank.coop))
    assert done.status == 0, done.err


def test_what_an_import_says_of_days_holds_for_all_files_together(bank: Bank) -> None:
    csv = knab(OCTOBER)
    done = bank.take(csv, WHOLE)
    assert "1 okt 2026 t/m 31 okt 2026: van" in done.out
    assert "3 nieuwe regels.\n" in done.out
    assert "staan geen saldo's" not in done.err
    again = bank.take(csv)
    assert "van die dagen was al een afschrift" in again.out.replace("\n    ", " ")
    assert "0 nieuwe regels. 3 stonden er al." in again.out
    assert again.err == ""


def test_a_bank_line_that_leaves_a_closed_month_is_told_at_its_month(bank: Bank) -> None:
    bank.took(WHOLE)
    for line in ("4711-1", "4711-2", "4711-3"):
        assert bank.run("assign", line, "--for", "coop", "--account", "Expenses:Onkosten").status == 0
    assert bank.quick("allocate", "2026-10", "--coop", str(bank.coop)).status == 0
    assert bank.quick("close", "2026-10", "--coop", str(bank.coop)).status == 0
    assert bank.run("assign", "4711-1", "--for", "amina", "--account", "Income:Omzet").status == 0
    told = bank.quick("check", "--coop", str(bank.coop)).err
    assert f"{MONTH}:1: let op: De maand oktober 2026 is gesloten" in told
    done = bank.quick("allocate", "2026-11", "--coop", str(bank.coop))
    assert "erbij gekomen: 5 oktober 2026, Omzet, €\xa0121,00" in done.out


def test_a_line_that_goes_while_it_is_asked_about_is_told(bank: Bank) -> None:
    bank.took(WHOLE)
    month = bank.coop / MONTH

    def rename() -> None:
        month.write_text(month.read_text().replace("4711-1", "4711-0"))

    shown = at_terminal(bank.coop, "amina Omzet 21%", ".", while_asked=rename)
    assert "betaalrekening:4711-1 staat hier niet meer" in " ".join(shown.split())
    assert "0 regels uitgezocht." in shown


def test_what_another_answered_in_the_meantime_stays(bank: Bank) -> None:
    bank.took(WHOLE)
    other = ("assign", "4711-1", "--for", "coop", "--account", "Assets:Debiteuren")
    shown = at_terminal(bank.coop, "amina Omzet 21%", ".", while_asked=lambda: bank.run(*other))
    assert "betaalrekening:4711-1 is intussen al uitgezocht" in " ".join(shown.split())
    assert "Income:Omzet" not in (bank.coop / MONTH).read_text()


def test_at_a_terminal_without_open_lines_there_is_nothing_to_do(bank: Bank) -> None:
    assert at_terminal(bank.coop) == "Er staat niets open.\n"


def test_every_call_that_can_fail_leaves_whole_files_and_no_half_import(bank: Bank, tmp_path: Path) -> None:
    both = [*OCTOBER, Given("2026-11-02", "1.00", reference="n")]
    content = camt(both, "1250.00")
    after = Bank(bank.quick, Path(shutil.copytree(bank.coop, tmp_path / "after")))
    after.took(content)
    number = killed = 0
    while True:
        number += 1 if LONG else 3
        for fault, fork in ((no_space, False), (die, True)):
            tried = Bank(bank.quick, Path(shutil.copytree(bank.coop, tmp_path / f"{number}-{fork}")))
            if fork and not (child := os.fork()):
                with failing_at(number, fault):
                    tried.take(content)
                os._exit(0)
            if fork:
                killed += bool(os.waitpid(child, 0)[1])
            else:
                with failing_at(number, fault) as calls:
                    done = tried.take(content)
                assert "Traceback" not in done.err
                assert done.status in (0, 1)
            # As any command sees it, all or nothing.
            assert tried.stands() in (bank.stands(), after.stands())
            assert set(tried.tree().values()) <= set(after.tree().values()) | _pending(tried)
            assert tried.take(content).status == 0
            assert {name: text for name, text in tried.tree().items() if name in after.tree()} == after.tree()
            assert not _pending(tried)
        if len(calls) < number:
            break
    assert killed > 4


def _pending(bank: Bank) -> set[bytes]:
    hidden = (bank.coop / "ledgers/bank").rglob(".*")
    return {path.read_bytes() for path in hidden if path.is_file()}


def test_an_answer_that_is_killed_leaves_the_month_as_it_was_or_as_it_becomes(
    bank: Bank, tmp_path: Path
) -> None:
    bank.took(WHOLE)
    answer = ("assign", "4711-1", "--for", "amina", "--account", "Income:Omzet")
    after = Bank(bank.quick, Path(shutil.copytree(bank.coop, tmp_path / "after")))
    after.run(*answer)
    texts = {(one.coop / MONTH).read_text() for one in (bank, after)}
    number, status = 0, 1
    while status:
        number += 1
        tried = Bank(bank.quick, Path(shutil.copytree(bank.coop, tmp_path / f"{number}")))
        if not (child := os.fork()):
            with failing_at(number, die):
                tried.run(*answer)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        assert (tried.coop / MONTH).read_text() in texts
        assert tried.run(*answer).status == 0
        assert (tried.coop / MONTH).read_text() == (after.coop / MONTH).read_text()
    assert number > 3


def test_a_month_as_other_editors_leave_it_is_read_and_completed(bank: Bank) -> None:
    bank.took(camt(OCTOBER[:2], "1250.00"))
    path = bank.coop / MONTH
    path.write_bytes(path.read_bytes().rstrip(b"\n").replace(b"\n", b"\r\n"))
    was = path.read_bytes()
    bank.took(camt(OCTOBER[2:], "1326.00"))
    assert path.read_bytes().startswith(was)
    assert len(bank.lines()) == 3
    assert bank.run("assign", "4711-1", "--account", "Assets:Debiteuren").status == 0
    assert len(bank.directives()) == 5
    assert bank.stands()["unassigned"] == 2
