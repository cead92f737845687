"""Each thing that can be wrong, by example: what is said, and on which line.

In every example the line that must be named ends in a comment `<<`.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run

LEDGER = "ledgers/members/amina.beancount"
WARNINGS = {
    "twice", "future", "unused-role", "near-key", "no-postings", "lost-sign", "costs-minus", "closing-entry",
    "opening-entry", "vat-sign", "vat-rate", "no-vat", "unknown-custom", "behind-star",
    "no-sign",
}  # fmt: skip
REGISTER = "ledgers/coop.beancount"
CHART = "ledgers/accounts.beancount"
PACK = "rules/vrije-uitloop.toml"

BOOKING = """
2026-06-21 * "Bakker, btw-vrij" "reparatie"
  Income:Omzet  -10.00 EUR
  Assets:Bank
"""

FIETSEN = """
2026-01-01 open Assets:Fietsen FIETS

2026-06-01 * "Inkoop" "een fiets"
  Assets:Fietsen  1 FIETS {10.00 EUR}
  Assets:Bank

2026-06-02 * "Inkoop" "een duurdere"
  Assets:Fietsen  1 FIETS {12.00 EUR}
  Assets:Bank
"""

# What a member can write wrong, put at the end of a sound ledger.
VAT = '2026-06-21 * "B" ; <<\n  Income:Omzet  -10.00 EUR\n  Liabilities:Btw  {} EUR\n  Assets:Bank'
IN_THE_LEDGER = {
    "forbidden-plugin": 'plugin "beancount.plugins.auto_accounts" ; <<',
    "forbidden-option": 'option "insert_pythonpath" "TRUE" ; <<',
    "forbidden-include": 'include "../../../etc/passwd" ; <<',
    "forbidden-pushmeta": "pushmeta earned: 2026-01-01 ; <<",
    "forbidden-popmeta": "popmeta earned: ; <<",
    "forbidden-directive": "2026-01-01 pad Assets:Bank Equity:Verdeling ; <<",
    "reserved-key": BOOKING.replace("  Income", "  lineno: 3 ; <<\n  Income"),
    "repeated-key": BOOKING.replace("  Income", "  bon: 3\n  bon: 4 ; <<\n  Income"),
    "member-in-ledger": '2026-02-01 custom "member" "amina" ; <<\n  left: TRUE',
    "role-in-ledger": '2026-01-01 open Expenses:Feest EUR\n  role: "costs" ; <<',
    "custom-empty": '2026-05-01 custom "herinnering" ; <<',
    "closes-chart": "2026-05-01 close Income:Omzet ; <<",
    "balance-on-pot": "2026-06-30 balance Liabilities:Spaarpot 0 EUR ; <<",
    "account-name": BOOKING.replace("Income:Omzet  -10.00 EUR", "Inkomsten:Omzet  -10.00 EUR ; <<"),
    "open-tag": "pushtag #markt ; <<",
    "open-quote": BOOKING.replace('reparatie"', "reparatie ; <<"),
    "number-format": BOOKING.replace("-10.00 EUR", "-1.000,50 EUR ; <<"),
    "unit-format": BOOKING.replace("Income:Omzet  -10.00 EUR", "Assets:Uren  2,5 UUR ; <<"),
    "hours-format": BOOKING.replace("Income:Omzet  -10.00 EUR", "Assets:Uren  2:30 UUR ; <<"),
    "comma-number": BOOKING.replace("-10.00 EUR", "-1,500 EUR ; <<"),
    "unit-case": BOOKING.replace("Income:Omzet  -10.00 EUR", "Assets:Uren  3 uur ; <<"),
    "euro-sign": BOOKING.replace("-10.00 EUR", "-€10.00 ; <<"),
    "date-format": BOOKING.replace("2026-06-21", "21-06-2026").replace('reparatie"', 'reparatie" ; <<'),
    "indented-date": BOOKING.replace("2026-06-21", " 2026-06-21").replace('reparatie"', 'reparatie" ; <<'),
    "currency-first": BOOKING.replace("-10.00 EUR", "EUR -10.00 ; <<"),
    "impossible-date": BOOKING.replace("06-21", "02-30").replace('reparatie"', 'reparatie" ; <<'),
    "not-indented": BOOKING.replace("  Income:Omzet  -10.00 EUR", "Income:Omzet  -10.00 EUR ; <<"),
    "unreadable-line": "hier stond ik op de markt ; <<",
    "unreadable-first": BOOKING.replace('"Bakker, btw-vrij" "reparatie"', "Bakker reparatie ; <<"),
    "unreadable-posting": BOOKING.replace("EUR\n", "EUR contant ; <<\n"),
    "no-date": BOOKING.replace("2026-06-21 ", "").replace('reparatie"', 'reparatie" ; <<'),
    "no-star": BOOKING.replace(" * ", " ").replace('reparatie"', 'reparatie" ; <<'),
    "split-booking": BOOKING.replace("  Assets:Bank", "\n  Assets:Bank ; <<"),
    "key-case": BOOKING.replace('reparatie"', 'reparatie"\n  Earned: 2026-05-31 ; <<'),
    "unquoted": BOOKING.replace('reparatie"', 'reparatie"\n  reason: koelkast ; <<'),
    "unreadable-value": BOOKING.replace('reparatie"', 'reparatie"\n  lifetime: 36 maanden ; <<'),
    "yes-or-no": BOOKING.replace('reparatie"', 'reparatie"\n  bon: ja ; <<'),
    "curly-quote": BOOKING.replace('"reparatie"', "“reparatie” ; <<"),
    "invisible": BOOKING.replace("  Income:Omzet  -10.00 EUR", "\xa0\xa0Income:Omzet  -10.00 EUR ; <<"),
    "minus-sign": BOOKING.replace("-10.00 EUR", "–10.00 EUR ; <<"),
    "minus-behind": BOOKING.replace("-10.00 EUR", "10.00- EUR ; <<"),
    "euro-word": BOOKING.replace("-10.00 EUR", "-10.00 euro ; <<"),
    "division": BOOKING.replace("-10.00 EUR", "-10.00 / 0 EUR ; <<"),
    "no-currency": BOOKING.replace("-10.00 EUR", "-10.00 ; <<"),
    "no-postings": '2026-06-21 * "Bakker, btw-vrij" "reparatie" ; <<',
    "one-posting": BOOKING.replace("  Assets:Bank\n", "").replace('reparatie"', 'reparatie" ; <<'),
    "lost-sign": BOOKING.replace("-10.00", "10.00")
    .replace('reparatie"', 'reparatie" ; <<')
    .replace("-06-", "-07-"),
    "costs-minus": BOOKING.replace("Income:Omzet", "Expenses:Onkosten").replace('tie"', 'tie" ; <<'),
    "closing-entry": '2026-06-30 * "Afsluiting" ; <<\n  Income:Omzet  99.99 EUR\n  Liabilities:Lid',
    "opening-entry": '2026-01-01 * "Beginsaldo" ; <<\n  Income:Omzet  -99.99 EUR\n  Assets:Bank',
    "vat-sign": VAT.format("2.10"),
    "vat-rate": VAT.format("-1.20"),
    "no-vat": '2026-06-21 * "Bakker" "reparatie" ; <<\n  Income:Omzet  -12.10 EUR\n  Assets:Bank',
    "unbalanced": BOOKING.replace("Assets:Bank", "Assets:Bank  9.00 EUR").replace('tie"', 'tie" ; <<'),
    "incomplete": BOOKING.replace("  -10.00 EUR", "").replace('reparatie"', 'reparatie" ; <<'),
    "earned-not-a-date": BOOKING.replace('reparatie"', 'reparatie"\n  earned: "mei" ; <<'),
    "key-below-posting": BOOKING.replace("EUR\n", "EUR\n    earned: 2026-05-31 ; <<\n"),
    "no-sign": BOOKING.replace('reparatie"', 'ⴰ" ; <<'),
    "near-key": BOOKING.replace('reparatie"', 'reparatie"\n  verdiend: 2026-05-31 ; <<'),
    "empty-key": BOOKING.replace('reparatie"', 'reparatie"\n  earned: ; <<'),
    "unknown-account": BOOKING.replace("Omzet  -10.00 EUR", "Omzt  -10.00 EUR ; <<"),
    "account-not-open": "2026-07-01 open Assets:Kas EUR\n"
    + BOOKING.replace("Assets:Bank", "Assets:Kas").replace('reparatie"', 'reparatie" ; <<'),
    "account-closed": "2026-01-01 open Assets:Kas EUR\n2026-06-01 close Assets:Kas\n"
    + BOOKING.replace("Assets:Bank", "Assets:Kas").replace('reparatie"', 'reparatie" ; <<'),
    "opened-twice": "2026-01-01 open Income:Omzet EUR ; <<",
    "wrong-currency": BOOKING.replace("-10.00 EUR", "-10.00 UUR ; <<"),
    "no-role": (
        "2026-01-01 open Expenses:Feest EUR\n"
        + BOOKING.replace("Income:Omzet  -10.00 EUR", "Expenses:Feest  10.00 EUR ; <<")
    ),
    "decimals": BOOKING.replace("-10.00 EUR", "-10.0050 EUR ; <<"),
    "decimals-or-thousands": BOOKING.replace("-10.00 EUR", "-1.250 EUR ; <<"),
    "decimals-of-units": "2026-01-01 open Assets:Tijd UUR\n2026-01-01 open Equity:Tijd UUR\n"
    + BOOKING.replace("Income:Omzet  -10.00 EUR", "Assets:Tijd  0.1234567 UUR ; <<").replace(
        "Assets:Bank", "Equity:Tijd"
    ),
    "inner-quotes": BOOKING.replace('"reparatie"', '"fiets "Gazelle" gemaakt" ; <<'),
    "account-case": BOOKING.replace("Income:Omzet  -10.00 EUR", "Income:omzet  -10.00 EUR ; <<"),
    "behind-star": '*2026-06-21 "Bakker" "reparatie" 10.00 EUR ; <<',
    "balance-same-day": "2026-01-10 balance Assets:Bank 393.25 EUR ; <<",
    "too-large": BOOKING.replace("-10.00 EUR", "-1000000000.00 EUR ; <<"),
    "balance-wrong": "2026-06-30 balance Assets:Bank 1.23 EUR ; <<",
    "before-membership": BOOKING.replace("2026-06-21", "2025-12-31").replace('reparatie"', 'reparatie" ; <<'),
    "twice": BOOKING + BOOKING.replace('reparatie"', 'reparatie" ; <<'),
    "future": BOOKING.replace("2026-06-21", "2099-06-21").replace('reparatie"', 'reparatie" ; <<'),
    "include-twice": 'include "../accounts.beancount" ; <<',
    "mixed-decimals": BOOKING.replace("10.00", "10.03").replace(
        "EUR\n", "EUR\n  Income:Omzet  -2.5 EUR ; <<\n"
    ),
    "open-amount": "2026-01-01 open Assets:Dollars USD\n"
    + BOOKING.replace("Income:Omzet  -10.00 EUR", "Assets:Dollars  3 USD @ 0.333 EUR").replace(
        "Assets:Bank", "Assets:Bank ; <<"
    ),
    "not-worked-out": FIETSEN
    + BOOKING.replace("Income:Omzet  -10.00 EUR", "Assets:Fietsen  0 FIETS {{10.00 EUR}}").replace(
        'reparatie"', 'reparatie" ; <<'
    ),
    "no-lot": FIETSEN
    + BOOKING.replace("Income:Omzet  -10.00 EUR", "Assets:Fietsen  -1 FIETS {20.00 EUR} ; <<"),
    "too-few-lots": FIETSEN
    + BOOKING.replace("Income:Omzet  -10.00 EUR", "Assets:Fietsen  -3 FIETS {10.00 EUR} ; <<"),
    "which-lot": FIETSEN + BOOKING.replace("Income:Omzet  -10.00 EUR", "Assets:Fietsen  -1 FIETS {} ; <<"),
    "closed-twice": (
        "2026-01-01 open Assets:Kas EUR\n2026-06-01 close Assets:Kas\n2026-06-02 close Assets:Kas ; <<"
    ),
    "commodity-twice": "2026-01-01 commodity FIETS\n2026-02-01 commodity FIETS ; <<",
    "two-balances": (
        "2026-01-11 balance Assets:Bank 393.25 EUR\n2026-01-11 balance Assets:Bank 393.2 EUR ; <<"
    ),
    "unused-role": BOOKING.replace("Income:Omzet  -10.00 EUR", "Income:Giften  -10.00 EUR ; <<"),
}

# What a pack can hold wrong: a line of the sound pack, and what stands there instead.
IN_THE_PACK = {
    "toml": ('title = "vrije-uitloop"', 'title = "vrije-uitloop # <<'),
    "toml-percent": ('rate = "20%"', "rate = 20% # <<"),
    "toml-number": ("value = 600.00 }", "value = 600,00 } # <<"),
    "toml-true": ("all = true", "all = TRUE # <<"),
    "toml-twice": ('title = "vrije-uitloop"', 'title = "a"\ntitle = "vrije-uitloop" # <<'),
    "unknown-key": ("carry = true", "carried = true # <<"),
    "toml-size": ("[pack]", "#\n" * 100_001 + "[pack]"),
    "toml-shape": ("[pack]", "x = " + "[" * 20 + "]" * 20 + "\n[pack]"),
    "missing-key": ('title = "vrije-uitloop"', ""),
    "pack-id": ('id = "vrije-uitloop"', 'id = "vrijeuitloop" # <<'),
    "vat-in-pool": ('pool = ["turnover"]', 'pool = ["turnover", "vat"] # <<'),
    "not-a-date": ("valid_from = 2026-01-01", 'valid_from = "2026-01-01" # <<'),
    "votes": ('ref = "test"', 'ref = "test"\nvotes = { yes = 3 } # <<'),
    "not-text": ('ref = "test"', 'ref = "test"\nurl = 3 # <<'),
    "decision-only": ('kind = "decision"\nref = "test"', 'kind = "law"\nref = "test"\nitem = "4" # <<'),
    "param-values": ("values = [ { from = 2026-01-01, value = 600.00 } ]", "values = 600.00 # <<"),
    "param-by": ("value = 600.00 } ]", "value = { single = 600.00 } } ] # <<"),
    "param-mixed": ("value = 600.00 } ]", 'value = 600.00 }, { from = 2026-02-01, value = "5%" } ] # <<'),
    "param-twice": ("value = 600.00 } ]", "value = 600.00 }, { from = 2026-01-01, value = 6.00 } ] # <<"),
    "not-first-of-month": ("valid_from = 2026-01-01", "valid_from = 2026-01-15 # <<"),
    "not-last-of-month": ("valid_from = 2026-01-01", "valid_until = 2026-12-30 # <<"),
    "double-input": ('input = "study"', 'input = "costs" # <<'),
    "after-closing": (
        'id = "member"\nlabel',
        'id = "eerst"\nlabel = "x"\nall = true\nto = "Liabilities:Lid"\nparty = "member"\nsource = "s"\n\n'
        '[[step]]\nid = "member" # <<\nlabel',
    ),
    "step-id": ('id = "study"', 'id = "costs" # <<'),
    "kinds": ('rate = "20%"', 'amount = 3.00\nrate = "20%" # <<'),
    "reduction-party": ('party = "tax"', 'party = "tax"\nsettle = "reduction" # <<'),
    "key-not-here": ('input = "costs"', 'input = "costs"\nof = "pool" # <<'),
    "only-true": ("all = true", "all = false # <<"),
    "bad-choice": ('party = "tax"', 'party = "koning" # <<'),
    "missing-source": ('party = "tax"\nsource = "s"', 'party = "tax"'),
    "unknown-source": ('party = "tax"\nsource = "s"', 'party = "tax"\nsource = "t" # <<'),
    "label": ('label = "tax"', "label = 3 # <<"),
    "to-account": ('to = "Liabilities:Spaarpot"', 'to = "Assets:Bank" # <<'),
    "unknown-account": ('to = "Liabilities:Spaarpot"', 'to = "Liabilities:Sparpot" # <<'),
    "unknown-role": ('input = "costs"', 'input = "kosts" # <<'),
    "role-list": ('pool = ["turnover"]', 'pool = "turnover" # <<'),
    "role-twice": ('pool = ["turnover"]', 'pool = ["turnover", "turnover"] # <<'),
    "forward-reference": ('of = "after.depreciation"', 'of = "after.pot" # <<'),
    "unknown-step": ('of = "after.coop"', 'of = "after.coup" # <<'),
    "after-without-months": ('rate = "20%"', 'rate = "20%"\nafter = "costs" # <<'),
    "bare-percent": ('rate = "20%"', "rate = 20 # <<"),
    "no-figure": ('rate = "20%"', 'rate = "-20%" # <<'),
    "three-decimals": ("value = 600.00 } ]", "value = 600.005 } ] # <<"),
    "unknown-param": ('target = "start_capital"', 'target = "startcapital" # <<'),
    "needs-rate": ('rate = "20%"', 'rate = "start_capital" # <<'),
    "needs-amount": ('target = "start_capital"', 'target = "10%" # <<'),
    "bands": ('rate = "20%"', "bands = [ 3 ] # <<"),
    "bands-order": ('rate = "20%"', 'bands = [{ from = 9, rate = "1%" }, { from = 3, rate = "2%" }] # <<'),
    "cap": ('rate = "20%"', 'rate = "20%"\ncap = 100.00 # <<'),
    "whole-number": ('rate = "20%"', 'rate = "20%"\nmax_months = 0 # <<'),
    "true-or-false": ("carry = true", 'carry = "ja" # <<'),
    "when": ('rate = "20%"', 'rate = "20%"\nwhen = 3 # <<'),
    "url": ('ref = "test"', 'ref = "test"\nurl = "wetten.overheid.nl" # <<'),
    "strange-number": ("value = 600.00 } ]", "value = nan } ] # <<"),
    "fill-in": ('rate = "20%"', 'rate = "?" # <<'),
    "fill-in-text": ('ref = "test"', 'ref = "?" # <<'),
}

# What the register and the chart can hold wrong: the file, what stands there, and what instead.
ELSEWHERE = {
    "member-id": (REGISTER, '"member" "amina"', '"member" "Amina!" ; <<'),
    "booking-in-register": (REGISTER, "2026-01-01 custom", '2026-01-01 * "x" ; <<\n\n2026-01-01 custom'),
    "member-without": (REGISTER, '"amina"\n  name: "Amina"', '"amina" ; <<'),
    "fact-kind": (REGISTER, '"amina"', '"amina"\n  card: 3 EUR ; <<'),
    "fact-born": (REGISTER, '"amina"', '"amina"\n  born: "mei" ; <<'),
    "fact-practice": (REGISTER, '"amina"', '"amina"\n  practice: "TRUE" ; <<'),
    "fact-left": (REGISTER, '"amina"', '"amina"\n  left: "TRUE" ; <<'),
    "fact-text": (REGISTER, 'name: "Amina"', "name: 3 ; <<"),
    "near-key": (REGISTER, '"amina"', '"amina"\n  lefft: TRUE ; <<'),
    "unknown-custom": (REGISTER, "2026-01-01 custom", '2026-01-01 custom "lid" "bram" ; <<\n2026-01-01 custom'),
    "unreadable-register": (REGISTER, 'custom "member" "amina"', "lid amina ; <<"),
    "unreadable-chart": (CHART, "open Assets:Bank EUR", "oopen Assets:Bank EUR ; <<"),
    "unknown-pack": (REGISTER, '"amina"\n  name: "Amina"\n  rules: "', '"amina" ; <<\n  name: "A"\n  rules: "een-'),
    "pack-not-in-force": (REGISTER, '2026-01-01 custom "member" "amina"', '2025-12-01 custom "member" "amina" ; <<'),
    "only-accounts": (CHART, "Assets:Bank EUR\n", 'Assets:Bank EUR\n2020-01-01 event "a" "b" ; <<\n'),
    "needed-not-open": (CHART, "2020-01-01 open Liabilities:Lid EUR", "2026-02-01 open Liabilities:Lid EUR ; <<"),
    "needed-currency": (CHART, "Liabilities:Lid EUR", "Liabilities:Lid UUR ; <<"),
    "needed-closed": (
        CHART, "Liabilities:Lid EUR\n", "Liabilities:Lid EUR\n2026-02-01 close Liabilities:Lid ; <<\n"
    ),
    "closed-twice": (
        CHART, "Assets:Bank EUR\n", "Assets:Bank EUR\n2020-01-01 open Assets:Kas EUR\n"
        "2026-05-01 close Assets:Kas\n2026-05-02 close Assets:Kas ; <<\n"
    ),
    "commodity-twice": (
        CHART, "2020-01-01 open Assets:Bank EUR",
        "2020-01-01 commodity UUR\n2020-01-01 commodity UUR ; <<\n2020-01-01 open Assets:Bank EUR"
    ),
    "account-not-open": (
        CHART, "Assets:Bank EUR\n", 'Assets:Bank EUR\n2019-01-01 note Assets:Bank "x" ; <<\n'
    ),
    "unknown-account": (
        CHART, "Assets:Bank EUR\n", 'Assets:Bank EUR\n2021-01-01 close Assets:Kas ; <<\n'
    ),
    "one-appropriation": (CHART, 'role: "appropriation"', 'role: "verdeling"'),
}  # fmt: skip


def problems(coop: Path, run: Run) -> tuple[int, list[dict[str, object]]]:
    done = run("check", "--json", "--coop", str(coop))
    found: list[dict[str, object]] = json.loads(done.out)["problems"]
    return done.status, found


def assert_told(coop: Path, run: Run, file: str, code: str, warning: bool = False) -> None:
    lines = (coop / file).read_text().split("\n") if (coop / file).exists() else []
    marked = [number for number, line in enumerate(lines, 1) if line.endswith("<<")]
    status, found = problems(coop, run)
    told = [(problem["file"], problem["code"], problem["line"]) for problem in found]
    assert [place for place in told if place[:2] == (file, code)], told
    if marked:
        assert (file, code, marked[0]) in told
    assert len(told) == 1, told  # one mistake is told as one
    assert status == (0 if warning else 1)
    assert not (coop / "ledgers" / "allocations").exists()


@pytest.mark.parametrize("code", IN_THE_LEDGER)
def test_in_a_ledger(code: str, coop: Path, quick: Run) -> None:
    with open(coop / LEDGER, "a") as ledger:
        ledger.write("\n" + IN_THE_LEDGER[code] + "\n")
    assert_told(coop, quick, LEDGER, code, warning=code in WARNINGS)


@pytest.mark.parametrize("code", IN_THE_PACK)
def test_in_a_pack(code: str, coop: Path, quick: Run) -> None:
    old, new = IN_THE_PACK[code]
    text = (coop / PACK).read_text()
    assert old in text
    (coop / PACK).write_text(text.replace(old, new, 1))
    assert_told(coop, quick, PACK, code)


@pytest.mark.parametrize("code", ELSEWHERE)
def test_elsewhere(code: str, coop: Path, quick: Run) -> None:
    file, old, new = ELSEWHERE[code]
    text = (coop / file).read_text()
    assert old in text
    (coop / file).write_text(text.replace(old, new, 1))
    assert_told(coop, quick, file, code, warning=code in WARNINGS)


def test_a_pack_without_a_closing_step(coop: Path, quick: Run) -> None:
    text = (coop / PACK).read_text()
    (coop / PACK).write_text(text[: text.rindex("[[step]]")])
    assert_told(coop, quick, PACK, "no-closing")


def test_a_pack_without_steps(coop: Path, quick: Run) -> None:
    text = (coop / PACK).read_text()
    (coop / PACK).write_text(text[: text.index("[[step]]")])
    assert_told(coop, quick, PACK, "no-steps")


def test_a_pack_without_a_head(coop: Path, quick: Run) -> None:
    (coop / PACK).write_text("")
    assert_told(coop, quick, PACK, "no-table")
    (coop / PACK).write_text('[pak]\nid = "vrije-uitloop"\n')
    assert_told(coop, quick, PACK, "unknown-key")


def test_a_parameter_without_a_value_in_force(coop: Path, quick: Run) -> None:
    text = (coop / PACK).read_text()
    (coop / PACK).write_text(
        text.replace("from = 2026-01-01, value = 200.00", "from = 2026-03-01, value = 200.00")
    )
    assert_told(coop, quick, REGISTER, "no-value")


@pytest.mark.parametrize(
    ("fact", "code"), [("", "missing-fact"), ('  household: "alleen"\n', "no-value-for-fact")]
)
def test_a_parameter_without_a_value_for_this_household(fact: str, code: str, coop: Path, quick: Run) -> None:
    text = (coop / PACK).read_text().replace("value = 200.00", "value = { single = 200.00 }")
    (coop / PACK).write_text(text.replace("[param.free_amount]", '[param.free_amount]\nby = "household"'))
    with open(coop / REGISTER, "a") as register:
        register.write(fact)
    assert_told(coop, quick, REGISTER, code)


def test_an_age_that_is_not_known_is_told(coop: Path, quick: Run) -> None:
    text = (coop / PACK).read_text()
    (coop / PACK).write_text(text.replace('rate = "20%"', 'rate = "20%"\nmin_age = 27'))
    assert_told(coop, quick, REGISTER, "no-birthday", warning=True)


def test_a_fact_in_quotation_marks_is_told(coop: Path, quick: Run) -> None:
    pack, register = (coop / PACK).read_text(), (coop / REGISTER).read_text()
    (coop / PACK).write_text(pack.replace('rate = "20%"', 'rate = "20%"\nwhen = "granted"'))
    (coop / REGISTER).write_text(register + '  granted: "TRUE"\n')
    assert_told(coop, quick, REGISTER, "fact-not-true")


def test_a_booking_after_leaving(coop: Path, quick: Run) -> None:
    with open(coop / REGISTER, "a") as register:
        register.write('\n2026-05-01 custom "member" "amina"\n  left: TRUE\n')
    assert_told(coop, quick, LEDGER, "after-leaving")


def test_a_ledger_that_does_not_open_the_chart(coop: Path, quick: Run) -> None:
    text = (coop / LEDGER).read_text()
    (coop / LEDGER).write_text(text.replace('include "../accounts.beancount"', ""))
    assert_told(coop, quick, LEDGER, "no-include")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("bram.beancount", "not-registered"),
        ("Piet de Boer.beancount", "not-a-ledger"),
    ],
)
def test_a_ledger_of_nobody(name: str, code: str, coop: Path, quick: Run) -> None:
    (coop / "ledgers/members" / name).write_text('include "../accounts.beancount"\n')
    assert_told(coop, quick, f"ledgers/members/{name}", code)


@pytest.mark.parametrize("name", ["amna.beancount", "Amina E.beancount", "amina.beancount.txt"])
def test_a_ledger_under_another_name(name: str, coop: Path, quick: Run) -> None:
    (coop / LEDGER).rename(coop / "ledgers/members" / name)
    assert_told(coop, quick, f"ledgers/members/{name}", "ledger-name")


@pytest.mark.parametrize(("file", "code"), [(LEDGER, "no-ledger"), (CHART, "no-file")])
def test_a_file_that_is_not_there(file: str, code: str, coop: Path, quick: Run) -> None:
    (coop / file).rename(coop / "ergens.anders")
    assert_told(coop, quick, file, code)


def test_a_register_without_members(coop: Path, quick: Run) -> None:
    (coop / REGISTER).write_text("")
    assert_told(coop, quick, REGISTER, "no-members")


@pytest.mark.parametrize(
    ("role", "code"), [('"turnofer" ; <<', "other-role"), ('"iets-anders"', "missing-role")]
)
def test_a_role_that_several_packs_miss_is_missing_from_the_chart(
    role: str, code: str, coop: Path, quick: Run
) -> None:
    pack = (coop / PACK).read_text()
    (coop / "rules/ons.toml").write_text(pack.replace('id = "vrije-uitloop"', 'id = "ons"'))
    chart = (coop / CHART).read_text()
    (coop / CHART).write_text(chart.replace('"turnover"', role, 1))
    assert_told(coop, quick, CHART, code)


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("bom", lambda data: b"\xef\xbb\xbf" + data),
        ("encoding", lambda data: data + "; Zoë\n".encode("latin-1")),
        ("utf-16", lambda data: data.decode().encode("utf-16")),
    ],
)
def test_a_ledger_saved_in_another_way(code: str, change: object, coop: Path, quick: Run) -> None:
    data = (coop / LEDGER).read_bytes()
    (coop / LEDGER).write_bytes(change(data))  # type: ignore[operator]
    assert [problem["code"] for problem in problems(coop, quick)[1]] == [code]


def test_windows_line_ends_are_read(coop: Path, quick: Run) -> None:
    expected = quick("allocate", "2026-10", "--json", "--dry-run", "--coop", str(coop)).out
    for path in (coop / LEDGER, coop / REGISTER, coop / CHART):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert problems(coop, quick) == (0, [])
    assert quick("allocate", "2026-10", "--json", "--dry-run", "--coop", str(coop)).out == expected


def test_everything_is_told_at_once_in_order(coop: Path, quick: Run) -> None:
    with open(coop / LEDGER, "a") as ledger:
        ledger.write("\n" + IN_THE_LEDGER["unknown-account"] + "\n" + IN_THE_LEDGER["decimals"] + "\n")
    (coop / PACK).write_text((coop / PACK).read_text().replace('rate = "20%"', "rate = 20"))
    places = [(problem["file"], problem["line"]) for problem in problems(coop, quick)[1]]
    assert len(places) >= 3
    assert places == sorted(places)


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize("code", IN_THE_LEDGER)
def test_no_mistake_hides_another(code: str, gap: str, coop: Path, quick: Run) -> None:
    """What stands before and behind a mistake is looked at in the same run, whatever the mistake is."""
    before, after = (BOOKING.replace("Omzet", account).strip() for account in ("Voor", "Na"))
    with open(coop / LEDGER, "a") as ledger:
        ledger.write("\n" + gap.join([before, IN_THE_LEDGER[code].strip("\n"), after]) + "\n")
    told = problems(coop, quick)[1]
    accounts = [str(p["message"]) for p in told if p["code"] == "unknown-account"]
    assert [any(f"Income:{name} " in said for said in accounts) for name in ("Voor", "Na")] == [True, True]
    if code not in ("balance-wrong", "balance-same-day", "no-postings"):  # which may follow from the others
        assert code in [p["code"] for p in told]


def test_no_mistake_hides_another_in_the_same_booking(coop: Path, quick: Run) -> None:
    lines = (coop / LEDGER).read_text().count("\n")
    with open(coop / LEDGER, "a") as ledger:
        ledger.write('\n2026-06-21 * "Bakker" "taart"\n  earned:\n  Income:Omzet  -10,00 EUR\n')
        ledger.write("  Income:Omzt  -1.00 EUR\n  Income:Omzet  -2.0050 EUR\n  Assets:Bank contant\n")
    assert [(p["line"] - lines, p["code"]) for p in problems(coop, quick)[1]] == [  # type: ignore[operator]
        (3, "empty-key"), (4, "number-format"), (5, "unknown-account"), (6, "decimals"), (7, "unreadable-posting"),
    ]  # fmt: skip


def test_a_quote_that_swallows_the_next_booking_is_told_where_it_opens(coop: Path, quick: Run) -> None:
    lines = (coop / LEDGER).read_text().count("\n")
    with open(coop / LEDGER, "a") as ledger:
        ledger.write('\n2026-06-28 * "markt" "kaas\n  Income:Omzet  -10.50 EUR\n  Assets:Bank\n')
        ledger.write(
            '\n2026-06-29 * "markt, btw-vrij" "brood; \\"wit\\""\n  Income:Omzet  -5.00 EUR\n  Assets:Bank\n'
        )
    told = [(problem["line"], problem["code"]) for problem in problems(coop, quick)[1]]
    assert told == [(lines + 2, "open-quote")]


def test_what_is_told_names_place_line_and_remedy(coop: Path, quick: Run) -> None:
    with open(coop / LEDGER, "a") as ledger:
        ledger.write("\n" + IN_THE_LEDGER["unknown-account"])
    told = quick("check", "--coop", str(coop)).err
    assert "ledgers/members/amina.beancount:65: De rekening Income:Omzt bestaat niet" in told
    assert "Bedoel je Income:Omzet?" in told
    assert "    Income:Omzt  -10.00 EUR" in told


OWN_TESTS = {
    "no-closing", "no-steps", "no-table", "no-value", "missing-fact", "no-value-for-fact", "no-birthday",
    "fact-not-true", "after-leaving", "no-include", "not-registered", "not-a-ledger", "ledger-name",
    "merge-conflict", "copy", "copy-of-kept", "copy-of-rules", "no-ledger", "no-file", "not-a-file", "no-members", "other-role", "missing-role", "bom", "encoding", "utf-16",
}  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("[source.s]", "[source.alv]", "unknown-source"),
        ('[[step]]\nid = "tax"', '[[step]]\nid = "al"\nlabel = "al"\nall = true\nto = "Liabilities:Lid"\n'
         'party = "member"\nsource = "s"\n\n[[step]]\nid = "tax"', "after-closing"),
    ],
)  # fmt: skip
def test_one_mistake_in_a_pack_is_told_as_one_kind(
    old: str, new: str, code: str, coop: Path, quick: Run
) -> None:
    pack = coop / PACK
    pack.write_text(pack.read_text().replace(old, new, 1))
    problems = json.loads(quick("check", "--json", "--coop", str(coop)).out)["problems"]
    assert {p["code"] for p in problems} == {code}
    assert code == "after-closing" or len(problems) == 1


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_in_the_place_of_a_pack(make: Callable[[Path], None], coop: Path, quick: Run) -> None:
    (coop / PACK).unlink()
    make(coop / PACK)
    problems = json.loads(quick("check", "--json", "--coop", str(coop)).out)["problems"]
    assert [(p["file"], p["code"]) for p in problems] == [(PACK, "not-a-file")]


def test_rules_with_a_name_that_no_file_can_have(coop: Path, quick: Run) -> None:
    register = coop / REGISTER
    register.write_text(register.read_text().replace('rules: "', f'rules: "{"9" * 300}'))
    done = quick("check", "--json", "--coop", str(coop))
    assert (done.status, [p["code"] for p in json.loads(done.out)["problems"]]) == (1, ["unknown-pack"])


@pytest.mark.parametrize(
    ("posting", "near"),
    [
        ("Income:Uren  -3 UUR", "Bedoel je Assets:Uren?"),
        ("Expenses:Onkosten  3 UUR", "Bedoel je Assets:Uren, Assets:Vrijwilligersuren?"),
        ("Assets:Uren  3.00 EUR", "naar de rekening.\n"),
    ],
)
def test_an_account_for_the_wrong_thing_is_told_with_one_that_fits(
    posting: str, near: str, coop: Path, quick: Run
) -> None:
    with open(coop / LEDGER, "a") as ledger:
        ledger.write(f'\n2026-06-21 * "B"\n  {posting}\n  Assets:Bank\n')
    assert near in quick("check", "--coop", str(coop)).err
