"""Rules with counts = "received": what is sold on account counts when the customer pays."""

import json
import re
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data
from conftest import REPOSITORY, Once, Run, examples, in_process
from hypothesis import given, settings
from hypothesis import strategies as st
from invoice_coop import append, replace, with_invoices

from scharrel.cli.arguments import group_of
from scharrel.core.month import Month
from scharrel.operations.divide import divide_group
from scharrel.operations.opening import open_books
from scharrel.store.paths import Coop
from scharrel.treasury.received import OpenSale, PaidAmount, PaidShare, shares_of

EXAMPLES = examples(4)
"""Histories that go through the command; `make long` tries many more."""

AMINA, BRAM = "ledgers/members/amina.beancount", "ledgers/members/bram.beancount"
TREASURY = "ledgers/treasury.beancount"
PACK = "rules/alles.toml"
CHART = """\
2020-01-01 open Assets:Bank EUR
2020-01-01 open Assets:Debiteuren EUR
  role: "receivable"
2020-01-01 open Income:Omzet EUR
  role: "turnover"
2020-01-01 open Expenses:Kosten EUR
  role: "costs"
2020-01-01 open Liabilities:Btw EUR
  role: "vat"
2020-01-01 open Equity:Verdeling EUR
  role: "appropriation"
2020-01-01 open Liabilities:Lid EUR
"""
REGISTER = """\
option "title" "Hoek"
option "operating_currency" "EUR"
include "accounts.beancount"
2026-01-01 custom "member" "amina"
  name: "Amina"
  rules: "alles"
2026-01-01 custom "member" "bram"
  name: "Bram"
  rules: "meteen"
"""
RULES = """\
[pack]
id = "alles"
title = "Alles"
pool = ["turnover"]
counts = "received"

[source.s]
kind = "decision"
ref = "test"

[[step]]
id = "costs"
label = "kosten"
input = "costs"
carry = true
party = "supplier"
source = "s"

[[step]]
id = "lid"
label = "lid"
all = true
to = "Liabilities:Lid"
party = "member"
source = "s"
"""
AT_ONCE = RULES.replace('counts = "received"\n', "").replace("alles", "meteen")
SOLD = """
2026-01-10 * "school" "repareren en onderdelen" ^2026-0001
  Income:Omzet  -66.67 EUR
  Income:Omzet  -33.33 EUR
  Liabilities:Btw  -21.00 EUR
  Assets:Debiteuren
"""


def paid(day: str, amount: str, link: str = "^2026-0001") -> str:
    return f'\n{day} * "school" "betaald" {link}\n  Assets:Bank  {amount} EUR\n  Assets:Debiteuren\n'


def laid_down(folder: Path) -> Path:
    """Two members, of whom Amina has what is paid, and a ledger of the cooperative."""
    for name, text in {
        "ledgers/accounts.beancount": CHART,
        "ledgers/coop.beancount": REGISTER,
        AMINA: 'include "../accounts.beancount"\n',
        BRAM: 'include "../accounts.beancount"\n',
        TREASURY: 'include "accounts.beancount"\n',
        PACK: RULES,
        "rules/meteen.toml": AT_ONCE,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def with_sale(folder: Path) -> None:
    append(laid_down(folder), AMINA, SOLD)


@pytest.fixture
def coop(tmp_path: Path, once: Once) -> Path:
    return once(with_sale, tmp_path / "coop")


def pools(run: Run, coop: Path, through: str = "2026-04", who: str = "amina") -> list[str]:
    """What there was to divide in each month."""
    done = run("allocate", through, "--json", "--coop", str(coop))
    assert done.status == 0, done.err
    found = json.loads(done.out)["allocations"]
    return [each["pool"] for each in found if each["member"] == who]


def told(run: Run, coop: Path) -> list[tuple[str, int, str]]:
    done = run("check", "--json", "--coop", str(coop))
    return [(p["file"], p["line"], p["code"]) for p in json.loads(done.out)["problems"]]


def in_a_row(text: str) -> str:
    """The text however it is laid out."""
    return " ".join(text.split())


def test_an_invoice_counts_as_far_as_it_is_paid_wherever_the_payment_stands(quick: Run, coop: Path) -> None:
    assert pools(quick, coop) == ["0.00", "0.00", "0.00", "0.00"]
    append(coop, AMINA, paid("2026-02-03", "60.00"))
    assert pools(quick, coop) == ["0.00", "49.59", "0.00", "0.00"]
    append(coop, TREASURY, paid("2026-03-05", "40.00"))
    assert pools(quick, coop) == ["0.00", "49.59", "33.06", "0.00"]
    append(coop, BRAM, paid("2026-04-09", "21.00"))
    assert pools(quick, coop) == ["0.00", "49.59", "33.06", "17.35"]
    assert told(quick, coop) == []
    # Half-up for each posting: 66.67 × 60 / 121 = 33.06 and 33.33 × 60 / 121 = 16.53.
    done = quick("explain", "amina", "2026-02", "--all", "--coop", str(coop))
    assert (
        "€ 33,06 school · repareren en onderdelen (telt mee toen de klant betaalde: € 60,00 van € 121,00 op "
        "3 februari 2026)"
    ) in in_a_row(done.out)
    before = quick("explain", "amina", "2026-01", "--all", "--coop", str(coop)).out
    assert "telt pas mee als de klant betaalt: - 10 januari 2026 € 100,00 school" in in_a_row(before)


def test_what_is_kept_knows_of_a_payment_elsewhere(quick: Run, coop: Path) -> None:
    for amount in ("60.00", "61.00"):
        append(coop, TREASURY, paid("2026-02-03", amount))
        assert quick("allocate", "2026-02", "--coop", str(coop)).status == 0
    assert posted(coop) == 100


def test_the_last_month_that_is_divided_is_one_in_which_a_customer_paid(quick: Run, coop: Path) -> None:
    append(coop, TREASURY, paid("2026-05-05", "121.00"))
    done = quick("allocate", "--json", "--coop", str(coop))
    assert json.loads(done.out)["through"] == "2026-05"


def test_what_is_taken_back_pays_what_it_takes_back_and_itself(quick: Run, coop: Path) -> None:
    append(coop, AMINA, paid("2026-02-03", "60.00"))
    back = SOLD.replace("-66.67", "66.67").replace("-33.33", "33.33").replace("-21.00", "21.00")
    append(coop, AMINA, back.replace("2026-01-10", "2026-03-10"))
    append(coop, TREASURY, paid("2026-04-09", "-60.00"))
    append(coop, AMINA, '\n2026-04-02 * "markt" "contant"\n  Income:Omzet  -60.00 EUR\n  Assets:Bank\n')
    # In March 50.41 is added of the sale and 100.00 goes off; what is less than nothing goes off in April.
    assert pools(quick, coop) == ["0.00", "49.59", "0.00", "10.41"]


def test_what_is_received_at_once_counts_at_once(quick: Run, coop: Path) -> None:
    replace(coop, AMINA, "  Assets:Debiteuren\n", "  Assets:Bank  21.00 EUR\n  Assets:Debiteuren\n")
    append(coop, AMINA, '\n2026-02-01 * "markt" "contant"\n  Income:Omzet  -5.00 EUR\n  Assets:Bank\n')
    append(coop, AMINA, paid("2026-03-01", "100.00"))
    assert pools(quick, coop) == ["17.35", "5.00", "82.65", "0.00"]


def test_costs_and_other_rules_count_at_once(quick: Run, coop: Path) -> None:
    append(coop, BRAM, SOLD.replace("0001", "0002"))
    append(coop, BRAM, paid("2026-03-05", "121.00", "^2026-0002"))
    append(coop, AMINA, '\n2026-01-12 * "winkel" "lijm"\n  Expenses:Kosten  4.00 EUR\n  Assets:Bank\n')
    append(coop, AMINA, paid("2026-03-05", "121.00"))
    assert pools(quick, coop, who="bram") == ["100.00", "0.00", "0.00", "0.00"]
    done = quick("allocate", "2026-03", "--json", "--coop", str(coop))
    steps = [row["steps"] for row in json.loads(done.out)["allocations"] if row["member"] == "amina"]
    assert [step[0]["paid"] for step in steps] == ["0.00", "0.00", "4.00"]
    assert steps[2][1]["paid"] == "96.00"


def test_a_sale_without_a_number_counts_at_once_and_is_told(quick: Run, coop: Path) -> None:
    replace(coop, AMINA, " ^2026-0001", "")
    assert pools(quick, coop)[0] == "100.00"
    assert told(quick, coop) == [(AMINA, 3, "received-no-number")]


def test_a_payment_after_someone_left_is_told(quick: Run, coop: Path) -> None:
    append(coop, "ledgers/coop.beancount", '2026-02-01 custom "member" "amina"\n  left: TRUE\n')
    append(coop, TREASURY, paid("2026-03-05", "121.00"))
    assert told(quick, coop) == [(AMINA, 3, "received-left")]


def test_a_ledger_that_may_have_a_payment_has_to_be_right(quick: Run, coop: Path) -> None:
    append(coop, BRAM, paid("2026-03-05", "121.00") + "    ; en nog\n  Assets:Bank  x EUR\n")
    done = quick("allocate", "2026-04", "--member", "amina", "--coop", str(coop))
    assert done.status == 1
    assert f"{BRAM}:7: " in done.err
    assert not (coop / "ledgers/allocations").exists()
    replace(coop, BRAM, "  Assets:Bank  x EUR\n", "")
    assert pools(quick, coop) == ["0.00", "0.00", "100.00", "0.00"]


def test_closed_months_stay_and_what_changed_in_them_is_put_right(quick: Run, coop: Path) -> None:
    append(coop, TREASURY, paid("2026-02-03", "60.00"))
    where = "--coop", str(coop)
    assert quick("allocate", "2026-02", *where).status == quick("close", "2026-02", *where).status == 0
    append(coop, TREASURY, paid("2026-03-05", "61.00"))
    assert pools(quick, coop) == ["0.00", "49.59", "50.41", "0.00"]
    assert quick("audit", *where).status == 0
    replace(coop, TREASURY, "60.00", "30.25")
    assert quick("allocate", "2026-03", *where).status == 0
    assert posted(coop) == Decimal("75.42")
    done = quick("explain", "amina", "2026-02", *where)
    assert "2026-02-03 60.00/121.00, is nu 2026-02-03 30.25/121.00" in in_a_row(done.out)
    audited = quick("audit", *where)
    assert audited.status == 1
    assert f"{AMINA}: Wat klanten betaalden in februari 2026, is veranderd" in in_a_row(audited.out)
    replace(coop, PACK, '"received"', '"invoiced"')
    assert (PACK, 1, "rules-of-closed") in told(quick, coop)


def posted(coop: Path) -> Decimal:
    """All that was posted for Amina in the end, as beancount reads her book."""
    entries, problems, _ = loader.load_file(str(coop / "ledgers/books/amina.beancount"))
    assert problems == []
    return -sum(
        (
            posting.units.number
            for entry in entries
            if isinstance(entry, data.Transaction)
            for posting in entry.postings
            if posting.account == "Liabilities:Lid"
        ),
        Decimal(0),
    )


def test_rules_say_when_turnover_counts(quick: Run, coop: Path, tmp_path: Path) -> None:
    where = "--coop", str(coop)
    shown = in_a_row(quick("rules", "show", "alles", *where).out)
    assert "telt mee als de klant betaalt, voor het deel dat betaald is" in shown
    assert "telt mee als de klant betaalt" not in quick("rules", "show", "meteen", *where).out
    changed = quick("rules", "diff", "meteen", "alles", *where)
    assert "telt mee als de klant betaalt" in in_a_row(changed.out)
    export = tmp_path / "alles.export.toml"
    assert quick("rules", "export", "alles", "--out", str(export), *where).status == 0
    (coop / PACK).unlink()
    replace(coop, "ledgers/coop.beancount", '"alles"', '"meteen"')
    assert quick("rules", "import", str(export), *where).status == 0
    assert 'counts = "received"' in (coop / PACK).read_text("utf-8")


CASES = """\
# 100 x 60 / 121 = 49.5868; of the whole 49.59 is left out of the rest: 100.00 - 49.59.
[[case]]
title = "60 van 121 euro op 3 november"
source = "s"

[[case.month]]
month = "2026-10"
sold = { turnover = 100.00, vat = 21.00 }
paid = { lid = 0.00 }

[[case.month]]
month = "2026-11"
booked = { turnover = 10.00 }
received = 60.00
paid = { lid = 59.59 }

[[case.month]]
month = "2026-12"
received = 71.00
paid = { lid = 50.41 }
"""


def test_a_worked_case_beside_the_rules_says_what_counts_when(quick: Run, coop: Path) -> None:
    where = "--coop", str(coop)
    (coop / "rules/alles.cases.toml").write_text(CASES)
    done = quick("rules", "test", "alles", *where)
    assert done.status == 0, done.out + done.err
    (coop / "rules/meteen.cases.toml").write_text(CASES)
    done = quick("rules", "test", "meteen", *where)
    assert done.status == 1
    assert "100,00" in done.out + done.err
    append(coop, AMINA, SOLD.replace("01-10", "10-10").replace("-0001", "-0009"))
    append(coop, AMINA, paid("2026-11-03", "60.00", "^2026-0009"))
    shown = in_a_row(quick("explain", "amina", "2026-11", "--all", *where).out)
    assert "(telt mee toen de klant betaalde: € 60,00 van € 121,00 op 3 november 2026)" in shown


def test_the_shipped_example_counts_when_the_customer_pays(quick: Run) -> None:
    name, page = "rules/kasstelsel.toml", "docs/regimes/paid-later"
    assert (REPOSITORY / page / name).read_bytes() == (REPOSITORY / name).read_bytes()
    done = quick("explain", "vera", "2026-11", "--coop", str(REPOSITORY / page))
    assert "(telt mee toen de klant betaalde: € 60,00 van € 121,00 op 3 november 2026)" in in_a_row(done.out)


def test_another_word_is_refused_with_what_it_can_be(quick: Run, coop: Path) -> None:
    replace(coop, PACK, '"received"', '"paid"')
    done = quick("check", "--coop", str(coop))
    assert done.status == 1
    assert f'{PACK}:5: "paid" kan niet achter "counts". Kies uit: invoiced, received.' in in_a_row(done.err)


@pytest.mark.parametrize(
    ("proposed", "whose", "becomes"), [("meteen", "amina", "100.00"), ("alles", "bram", "50.01")]
)
def test_a_simulation_counts_by_the_rules_that_are_proposed(
    proposed: str, whose: str, becomes: str, quick: Run, coop: Path
) -> None:
    append(coop, TREASURY, paid("2026-03-05", "60.50"))
    append(coop, BRAM, SOLD.replace("0001", "0002") + paid("2026-03-05", "60.50", "^2026-0002"))
    period = "--from", "2026-01", "--to", "2026-04"
    done = quick("simulate", proposed, "--member", whose, *period, "--json", "--coop", str(coop))
    assert json.loads(done.out)["totals"]["pool"]["becomes"] == becomes


def test_what_was_sent_is_paid_by_its_number_and_by_what_takes_it_back(quick: Run, tmp_path: Path) -> None:
    coop = with_invoices(tmp_path / "coop")
    replace(coop, "rules/vrije-uitloop.toml", "[pack]\n", '[pack]\ncounts = "received"\n')
    where = "--coop", str(coop)
    assert quick("invoice", "issue", *where).status == 0
    pays = paid("2026-10-20", "60.50", "").replace('"betaald" \n', '"betaald"\n  invoice: "2026-0002"\n')
    append(coop, TREASURY, 'include "accounts.beancount"\n' + pays)
    assert pools(quick, coop, "2026-10")[-1] == "50.00"
    assert quick("invoice", "credit", "2026-0001", *where).status == 0
    assert quick("invoice", "credit", "2026-0002", *where).status == 0
    [day, _] = re.findall(r"^(\S+) .*creditfactuur", (coop / TREASURY).read_text("utf-8"), re.M)
    done = quick("explain", "amina", day[:7], *where)
    # All of 2026-0001 and half of 2026-0002 are added, and both go off.
    assert "ging er € 50,00 meer terug dan er binnenkwam" in in_a_row(done.out)
    assert quick("invoice", "issue", *where).status == 0
    append(coop, TREASURY, paid(day, "-30.25", "^2026-0003"))
    done = quick("explain", "amina", day[:7], *where)
    # What was given back on the credit note of what nobody had paid.
    assert "ging er € 75,00 meer terug dan er binnenkwam" in in_a_row(done.out)


CENT = Decimal("0.01")
AMOUNTS = st.integers(1, 30_000).map(lambda cents: cents * CENT)
DAYS = st.dates(date(2026, 1, 1), date(2026, 6, 30))


def part(amount: Decimal, so_far: Decimal, whole: Decimal) -> Decimal:
    """What counts of an amount when this much of the whole came in."""
    return (amount * min(max(so_far, Decimal(0)), whole) / whole).quantize(CENT, ROUND_HALF_UP)


@given(
    st.lists(AMOUNTS, min_size=1, max_size=3),
    DAYS,
    st.lists(st.tuples(DAYS, AMOUNTS, st.booleans()), max_size=8),
)
def test_the_parts_are_always_what_came_in_of_each_posting(
    income: list[Decimal], day: date, changes: list[tuple[date, Decimal, bool]]
) -> None:
    whole = sum(income, Decimal(0)) + CENT
    payments = [
        PaidAmount(when, -amount if back else amount, frozenset("n")) for when, amount, back in changes
    ]
    shares = shares_of([OpenSale(1, day, whole, whole, frozenset("n"))], payments).get(1, [])
    for end in {day, *(when for when, _, _ in changes)}:
        came_in = sum((p.amount for p in payments if p.day <= end), Decimal(0)) if end >= day else Decimal(0)
        for amount in income:
            assert counted(amount, shares, end) == part(amount, came_in, whole)


def counted(amount: Decimal, shares: Sequence[PaidShare], end: date) -> Decimal:
    return sum((share.of_amount(amount) for share in shares if share.day <= end), Decimal(0))


@given(st.lists(AMOUNTS, min_size=1, max_size=3), st.lists(AMOUNTS, min_size=1, max_size=4))
def test_a_payment_of_several_goes_to_the_oldest_first(sold: list[Decimal], came: list[Decimal]) -> None:
    both = frozenset(map(str, range(len(sold))))
    sales = [OpenSale(n, date(2026, 1, 1 + n), a, a, frozenset([str(n)])) for n, a in enumerate(sold)]
    found = shares_of(sales, [PaidAmount(date(2026, 2, 1 + n), a, both) for n, a in enumerate(came)])
    left = sum(came, Decimal(0))
    for nth, amount in enumerate(sold):
        assert counted(amount, found.get(nth, []), date.max) == min(left, amount)
        left -= min(left, amount)


KINDS = st.sampled_from(["pays", "pays", "gives back", "takes back"])
CHANGES = st.tuples(st.sampled_from([AMINA, BRAM, TREASURY]), DAYS, AMOUNTS, KINDS, st.booleans())


@settings(max_examples=EXAMPLES)
@given(st.lists(AMOUNTS, min_size=1, max_size=3), st.lists(CHANGES, min_size=1, max_size=4))
def test_closing_loses_no_cent(
    tmp_path_factory: pytest.TempPathFactory,
    income: list[Decimal],
    changes: list[tuple[str, date, Decimal, str, bool]],
) -> None:
    coop = laid_down(tmp_path_factory.mktemp("received"))
    accounts = [f"Income:Omzet:Nr{nth}" for nth in range(len(income))]
    opened = "".join(f'2020-01-01 open {name} EUR\n  role: "turnover"\n' for name in accounts)
    append(coop, "ledgers/accounts.beancount", opened)
    vat = (sum(income, Decimal(0)) * Decimal("0.21")).quantize(CENT, ROUND_HALF_UP)
    rows = "".join(f"  {name}  {-amount} EUR\n" for name, amount in zip(accounts, income, strict=True))
    append(coop, AMINA, f'\n2026-01-10 * "x" ^n\n{rows}  Liabilities:Btw  {-vat} EUR\n  Assets:Debiteuren\n')
    whole, so_far, closed = sum(income, vat), Decimal(0), 0
    came: list[tuple[date, Decimal]] = []
    credits: list[tuple[date, Decimal]] = []
    last = AMINA, date(2026, 6, 30), whole, "pays", False
    for nth, (where, day, amount, kind, closes) in enumerate([*changes, last]):
        taken, on = amount, max(day, date(2026, 1, 10))
        if kind == "gives back":
            taken = -min(amount, max(so_far, Decimal(0)))
        if kind == "takes back":
            taken = min(amount, income[0] - sum((each for _, each in credits), Decimal(0)))
        if taken and kind == "takes back":
            row = f"  {accounts[0]}  {taken} EUR\n  Assets:Debiteuren\n"
            append(coop, AMINA, f'\n{on} * "x" "een deel terug" ^n\n{row}')
            credits.append((on, taken))
        elif taken:
            append(coop, where, paid(str(on), str(taken), "^n"))
        if taken:
            so_far += taken
            came.append((on, taken))
        done = in_process("allocate", "2026-06", "--coop", str(coop))
        assert done.status == 0, done.err
        counts = [counted_by(income, whole, came, credits, month) for month in range(1, 7)]
        for name, counted_now in zip(accounts, counts[-1], strict=True):
            assert counted_of(coop, name) == counted_now
        # What goes back is not taken from who was paid, but from what comes in next.
        assert posted(coop) == max(Decimal(0), *map(sum, counts))
        if closes and closed < 4:
            closed += 1
            done = in_process("close", f"2026-0{closed}", "--coop", str(coop))
            assert done.status == 0, (nth, done.err)
    assert sum(counts[-1]) == sum(income) - sum((each for _, each in credits), Decimal(0))


def counted_by(
    income: list[Decimal],
    whole: Decimal,
    came: list[tuple[date, Decimal]],
    credits: list[tuple[date, Decimal]],
    month: int,
) -> list[Decimal]:
    """What counts of each posting to the end of the month: what was paid of it, less what was taken back."""
    came_in = sum((amount for on, amount in came if on.month <= month), Decimal(0))
    back = sum((amount for on, amount in credits if on.month <= month), Decimal(0))
    return [part(amount, came_in, whole) - (back if not nth else 0) for nth, amount in enumerate(income)]


def counted_of(coop: Path, account: str) -> Decimal:
    """What the program counts on the account for Amina in the end."""
    books = open_books(Coop(coop))
    outcome = divide_group(books, group_of(books, "amina"), Month(2026, 6), date(2026, 11, 28))
    return sum((m.amount for m in outcome.ledgers["amina"].counted if m.account == account), Decimal(0))
