"""What a message repeats is what its reader wrote, put right: whoever copies it has it right."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import CONTRACT, Run

from scharrel.core.intended import amount_in, date_in
from scharrel.core.money import to_cents
from scharrel.core.problems import Problem
from scharrel.ledger.hints import hint
from scharrel.text.words import Words

LEDGER = "ledgers/members/amina.beancount"
REGISTER = "ledgers/coop.beancount"
PACK = "rules/vrije-uitloop.toml"


def told(coop: Path, quick: Run, *more: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(quick("check", "--json", "--coop", str(coop), *more).out)[
        "problems"
    ]
    return found


def add(coop: Path, text: str) -> int:
    """Write at the end of the ledger; the number of its first line."""
    lines = (coop / LEDGER).read_text().count("\n")
    with open(coop / LEDGER, "a") as ledger:
        ledger.write("\n" + text)
    return lines + 2


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("€ 45,50", "45.50 EUR"),
        ("€45,50", "45.50 EUR"),
        ("-€10.00", "-10.00 EUR"),
        ("€ -45,5", "-45.50 EUR"),
        ("45,50", "45.50 EUR"),
        ("45,50 EUR", "45.50 EUR"),
        ("45,- EUR", "45.00 EUR"),
        ("-1.250.00 EUR", "-1250.00 EUR"),
        ("1.250,00 EUR", "1250.00 EUR"),
        ("1.234.567,89 EUR", "1234567.89 EUR"),
        ("1.250.000 EUR", "1250000.00 EUR"),
        ("1 250,00 EUR", "1250.00 EUR"),
        ("1'250.00 EUR", "1250.00 EUR"),
        ("EUR -10.00", "-10.00 EUR"),
        ("10.00- EUR", "-10.00 EUR"),
        ("–12.50 EUR", "-12.50 EUR"),
        ("-12.50 euro", "-12.50 EUR"),
        ("12.50 Eur", "12.50 EUR"),
        ("3,5 uur", "3.5 UUR"),
        ("3 uren", "3 UUR"),
    ],
)
def test_an_amount_is_shown_as_it_is_to_be_written(written: str, meant: str, coop: Path, quick: Run) -> None:
    assert amount_in(f"  Income:Omzet  {written} ; op de markt") == meant
    line = add(coop, f'2026-06-21 * "Bakker" "taart"\n  Income:Omzet  {written}\n  Assets:Bank\n')
    for lang in ("nl", "en"):
        (one,) = told(coop, quick, "--lang", lang)
        assert (one["line"], meant in str(one["message"])) == (line + 1, True), one


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("21-06-2026", "2026-06-21"),
        ("21/6/26", "2026-06-21"),
        ("1 okt. 2026", "2026-10-01"),
        ("1 oktober 2026", "2026-10-01"),
        ("5 maart 2026", "2026-03-05"),
        ("2026.06.21", "2026-06-21"),
        ("2026 6 21", "2026-06-21"),
    ],
)
def test_a_date_is_shown_as_it_is_to_be_written(written: str, meant: str, coop: Path, quick: Run) -> None:
    assert date_in(written) == meant
    line = add(coop, f'{written} * "Bakker" "taart"\n  Income:Omzet  -10.00 EUR\n  Assets:Bank\n')
    (one,) = told(coop, quick)
    assert (one["line"], one["code"], meant in str(one["message"])) == (line, "date-format", True)


@pytest.mark.parametrize(
    ("account", "meant"),
    [("Assets:kas", "Assets:Kas"), ("Expenses:Onkosten:telefoon", "Expenses:Onkosten:Telefoon")],
)
def test_a_small_letter_in_an_account(account: str, meant: str, coop: Path, quick: Run) -> None:
    line = add(coop, f'2026-06-21 * "Bakker" "taart"\n  {account}  10.00 EUR\n  Assets:Bank\n')
    (one,) = told(coop, quick)
    assert (one["line"], one["code"], meant in str(one["message"])) == (line + 1, "account-case", True)


@pytest.mark.parametrize(
    ("text", "at", "code", "meant"),
    [
        ("2026-06-21 open Assets:portemonnee EUR\n", 0, "account-case", "Assets:Portemonnee"),
        ("2026-06-21 balance Assets:Bank 1.00\n", 0, "unreadable-first", ""),
        ('2026-06-21 * "a"\n  Income:Omzet  -.50 EUR\n  Assets:Bank\n', 1, "number-format", ": -0.50 EUR"),
        (
            '2026-06-21 * "a"\n  Income:Omzet-5.00 EUR\n  Assets:Bank\n',
            1,
            "unreadable-posting",
            "t  -5.00 EUR",
        ),
        ('2026-06-21 * "a"\n  Income:Omzet  -5.00 EUR 6.00 EUR\n', 1, "unreadable-posting", "t  -5.00 EUR"),
    ],
)
def test_what_was_meant_is_shown(text: str, at: int, code: str, meant: str, coop: Path, quick: Run) -> None:
    line = add(coop, text)
    (one,) = told(coop, quick)
    assert (one["line"], one["code"], meant in str(one["message"])) == (line + at, code, True)


def test_quotation_marks_inside_a_text(coop: Path, quick: Run) -> None:
    line = add(
        coop, '2026-06-21 * "Jan" "fiets "Gazelle" gemaakt"\n  Income:Omzet  -10.00 EUR\n  Assets:Bank\n'
    )
    (one,) = told(coop, quick)
    assert (one["line"], one["code"]) == (line, "inner-quotes")
    assert "\"fiets 'Gazelle' gemaakt\"" in str(one["message"])


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "2026-6-31", "2026-00-10", "2026-01-00"])
@pytest.mark.parametrize(
    ("file", "text"),
    [
        (LEDGER, '{day} * "Bakker" "taart"\n  Income:Omzet  -10.00 EUR\n  Assets:Bank\n'),
        (LEDGER, "{day} open Assets:Kas EUR\n"),
        (LEDGER, "{day} balance Assets:Bank 3 EUR\n"),
        (REGISTER, '{day} custom "member" "bram"\n  name: "Bram"\n  rules: "vrije-uitloop"\n'),
        (REGISTER, "  ; een lid\n  born: {day}\n"),
        (PACK, '[[accept]]\ncode = "x"\nday = {day}\n'),
    ],
)
def test_a_date_that_no_calendar_has(file: str, text: str, day: str, coop: Path, quick: Run) -> None:
    before = (coop / file).read_text()
    text = text.format(day=day)
    (coop / file).write_text(before + ("" if text.startswith(" ") else "\n") + text)
    found = told(coop, quick)
    assert [p["code"] for p in found] == ["impossible-date"], found
    assert day in str(found[0]["message"])
    assert day in (coop / file).read_text().split("\n")[int(str(found[0]["line"])) - 1]


def test_the_day_on_which_something_was_earned_exists(coop: Path, quick: Run) -> None:
    line = add(coop, '2026-06-21 * "B" "t"\n  earned: 2026-02-30\n  Income:Omzet  -1.00 EUR\n  Assets:Bank\n')
    assert [(p["line"], p["code"]) for p in told(coop, quick)] == [(line + 1, "impossible-date")]


@pytest.mark.parametrize(
    "text",
    [
        '*2026-06-22 "Jansen" "fiets" 45.00 EUR',
        '* 2026-06-22 "Jansen" "fiets"',
        '** 2026-06-22 * "Jansen" "fiets"',
        "*2026-06-22 Jansen fiets 45,00",
        '* 22-06-2026 "Jansen" "fiets"',
        '!2026-06-22 "Jansen" "fiets"',
        '* "Jansen" "fiets" 45.00 EUR',
        "*2026-06-22 balance Assets:Bank 3.00 EUR",
    ],
)
def test_what_looks_like_a_booking_behind_a_star(text: str, coop: Path, quick: Run) -> None:
    line = add(coop, text + "\n")
    found = told(coop, quick)
    assert [(p["line"], p["code"], p["severity"]) for p in found] == [(line, "behind-star", "warning")]


def test_a_booking_behind_a_star_with_its_accounts_is_one_error(coop: Path, quick: Run) -> None:
    line = add(coop, '*2026-06-22 "Jansen" "fiets"\n  Income:Omzet  -45.00 EUR\n  Assets:Bank\n')
    found = told(coop, quick)
    assert [(p["line"], p["code"], p["severity"]) for p in found] == [(line, "behind-star", "error")]
    assert '2026-06-22 * "Jansen" "fiets"' in str(found[0]["message"])


@pytest.mark.parametrize(
    "text",
    [
        "* Juni 2026", "** Klanten", "* 2026", "* 2026-06", "* 2026-06-22", "* 2026-06-22 Markt",
        '; *2026-06-22 "Jansen" "fiets" 45.00 EUR', '# 2026-06-22 * "Jansen" "fiets"',
        "*** Omzet: 450.00 EUR",
    ],
)  # fmt: skip
def test_a_heading_is_no_booking(text: str, coop: Path, quick: Run) -> None:
    add(coop, text + "\n")
    assert told(coop, quick) == []


def test_a_balance_that_would_hold_a_day_later(coop: Path, quick: Run) -> None:
    add(coop, "2026-01-10 balance Assets:Bank 393.25 EUR\n")
    (one,) = told(coop, quick)
    assert (one["code"], "2026-01-11 balance Assets:Bank" in str(one["message"])) == (
        "balance-same-day",
        True,
    )
    ledger = coop / LEDGER
    ledger.write_text(ledger.read_text().replace("393.25 EUR\n", "393.26 EUR\n"))
    assert [p["code"] for p in told(coop, quick)] == ["balance-wrong"]


@pytest.mark.parametrize(("rounding", "paid"), [("half-up", "12.00"), ("down", "12.00")])
def test_three_times_twenty_minutes_is_an_hour(rounding: str, paid: str, tmp_path: Path, quick: Run) -> None:
    import shutil

    coop = Path(shutil.copytree(CONTRACT / "lucas", tmp_path / "lucas"))
    pack = next((coop / "rules").glob("*.toml"))
    pack.write_text(pack.read_text().replace('rounding = "half-up"', f'rounding = "{rounding}"'))
    with open(coop / "ledgers/members/dina.beancount", "a") as ledger:
        for day in (11, 12, 13):
            ledger.write(f'\n2026-04-{day} * "B" "{day}"\n  Assets:Uren  20/60 UUR\n  Equity:Uren\n')
        ledger.write('\n2026-04-14 * "P" "omzet"\n  Income:Omzet  -100.00 EUR\n  Assets:Bank\n')
    assert quick("check", "--coop", str(coop)).status == 0
    rows = json.loads(quick("allocate", "2026-04", "--json", "--coop", str(coop)).out)["allocations"]
    (month,) = [row for row in rows if (row["member"], row["month"]) == ("dina", "2026-04")]
    assert [step["paid"] for step in month["steps"] if step["id"] == "hours"] == [paid]


def test_parts_of_an_hour_make_whole_cents() -> None:
    third = Decimal(20) / Decimal(60)
    for rounding in ("half-up", "down"):
        assert to_cents(third * 12, rounding) == Decimal("4.00")  # type: ignore[arg-type]
    assert to_cents(Decimal(10) / 60 * Decimal("0.03"), "half-up") == Decimal("0.01")
    assert to_cents(Decimal("3.99999999"), "down") == Decimal("3.99")


@pytest.mark.parametrize(
    ("posting", "told"),
    [
        ("Assets:Uren  2,5 UUR", "unit-format 2.5 UUR"),
        ("Assets:Uren  -1.000,25 uur", "unit-format -1000.25 UUR"),
        ("Assets:Kilometers  42,5 KM", "unit-format 42.5 KM"),
        ("Income:Omzet  -2,5", "number-format -2.50 EUR"),
        ("Assets:Uren  2:30 UUR", "hours-format 2.5 UUR"),
        ("Assets:Uren  -2u45 UUR", "hours-format -2.75 UUR"),
        ("Assets:Uren  1 uur 20 minuten", "hours-format 80/60 UUR"),
        ("Income:Omzet:Diensten: -15.00 EUR", "unreadable-posting Income:Omzet:Diensten  -15.00 EUR"),
        ("Assets:Uren  3 UUR # markt", "unreadable-posting Assets:Uren  3 UUR"),
        ("Income:Omzet  -12.5O EUR", "unreadable-posting Income:Omzet  -12.50 EUR"),
        ("earned: september", "earned-not-a-date "),
        ("earned: 30 september", "earned-not-a-date "),
        ("reason: koelkast", "unquoted "),
    ],
)
def test_a_line_that_cannot_be_read_is_told_with_what_the_writer_meant(posting: str, told: str) -> None:
    found = hint("ledgers/members/amina.beancount", ['2026-06-21 * "B"', f"  {posting}"], 2)
    assert f"{found.code} {found.values.get('example', '')}" == told


STEERS = "a\x1b[31mb\u202ec\nd"


def test_no_value_steers_what_is_said(coop: Path, quick: Run) -> None:
    """Every sentence is put together in one place, and every line comes out at one."""
    for lang in ("nl", "en"):
        assert (
            Words(lang)("explain.title", name=STEERS, month="m", pack="p") == "a\ufffd[31mb\ufffdc d · m · p"
        )
        shown = Words(lang).problem(Problem("f", 1, "no-ledger", {"id": STEERS}))
        assert "a\ufffd[31mb\ufffdc d" in shown
    pack = coop / PACK
    pack.write_text(
        re.sub(r'title = "[^"]*"', r'title = "a\\u001b[31mb\\u202ec"', pack.read_text("utf-8"), count=1)
    )
    for command in (
        "rules show vrije-uitloop", "rules check vrije-uitloop", "explain amina 2026-05",
        "what-if amina --turnover 9", "rules test", "simulate vrije-uitloop", "nonsens \x1b[31m\u202e",
    ):  # fmt: skip
        done = quick(*command.split(), "--coop", str(coop))
        for sign in ("\x1b", "\u202e"):
            assert sign not in done.out + done.err, (command, sign)
