"""For whole cooperatives at random, with a bank, what customers owe, VAT and runs: boxes, dues, annual
accounts and audit file agree with beancount's own reading, and what is settled leaves nothing behind."""

import json
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from bank_coop import Given, camt
from conftest import Once, examples, in_process
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from test_annual import agrees, audit_agrees
from test_vat import TAX, owing, paid, vat, vat_accounts, whole
from vat_coop import TREASURY, book, cost, filing, sale

CENT = Decimal("0.01")
RATES = {"Hoog": 21, "Laag": 9}
OPENING = "5000.00"
CHART = """
2020-01-01 open Assets:Kas EUR
  role: "in-hand"
2020-01-01 open Assets:Onderweg EUR
  role: "transit"
"""
REGISTER = """
2026-01-01 custom "bank" "betaalrekening"
  iban: "NL02ABNA0123456789"
  account: "Assets:Bank"
  opening: 5000.00 EUR
2026-01-01 custom "payee" "municipality"
  name: "Gemeente Breda"
  iban: "NL86INGB0002445588"
2026-01-01 custom "payee" "tax"
  name: "Belastingdienst"
  iban: "NL91INGB0551584323"
2026-01-01 custom "member" "amina"
  iban: "NL20INGB0001234567"
2026-01-01 custom "member" "bo"
  iban: "NL44RABO0123456789"
"""
RULES = """
[[rule]]
id = "energie"
sign = "out"
name = "Energie"
for = "coop"
account = "Expenses:Onkosten"
vat = "21%"
"""


def laid_down(folder: Path) -> None:
    filing(folder, "{scheme}")
    with open(folder / "ledgers/accounts.beancount", "a") as chart:
        chart.write(CHART)
    with open(folder / "ledgers/coop.beancount", "a") as register:
        register.write(REGISTER)
    (folder / "rules/bank.toml").write_text(RULES)
    (folder / "ledgers/treasury.beancount").write_text(
        f'{TREASURY}\n2026-01-01 * "beginsaldo"\n  Assets:Bank  {OPENING} EUR\n  Equity:Begin\n'
    )


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["amina", "bo", "coop"]),
        st.sampled_from(["sale", "sale", "cost", "owed", "owed", "credited", "exempt", "energy"]),
        st.sampled_from(["Hoog", "Laag"]),
        st.integers(10, 90_000),
        st.integers(1, 4),
        st.integers(1, 28),
        st.integers(0, 100),
    ),
    min_size=1,
    max_size=12,
)


def run(coop: Path, *arguments: str) -> Any:
    done = in_process(*arguments, "--coop", str(coop))
    assert done.status == 0, (arguments, done.err)
    return json.loads(done.out) if "--json" in arguments else done.out


def take(coop: Path, name: str, opening: str, first: str, last: str, lines: list[Given]) -> None:
    (coop / name).write_bytes(camt(sorted(lines), opening, first=first, last=last))
    run(coop, "bank", "import", str(coop / name))


@settings(max_examples=examples(3), deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    scheme=st.sampled_from(["invoiced", "received", "exempt"]),
    rows=ROWS,
    left=st.booleans(),
    back=st.booleans(),
)
def test_everything_agrees_with_what_beancount_reads(
    scheme: str,
    rows: list[tuple[str, str, str, int, int, int, int]],
    left: bool,
    back: bool,
    once: Once,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    coop = once(laid_down, tmp_path_factory.mktemp("whole") / "coop")
    register = coop / "ledgers/coop.beancount"
    gone = '2026-05-01 custom "member" "bo"\n  left: TRUE\n' if left else ""
    register.write_text(register.read_text().replace("{scheme}", scheme) + gone)
    unpaid: dict[str, Decimal] = defaultdict(Decimal)
    lines: list[Given] = []
    came_in: set[Decimal] = set()
    for nth, (holder, kind, rate, cents, month, day, percent) in enumerate(rows):
        base, when = Decimal(cents) / 100, f"2026-{month:02}-{day:02}"
        taxed = scheme != "exempt" or kind == "cost"
        tax = (base * RATES[rate] / 100).quantize(CENT, ROUND_HALF_UP) if taxed else Decimal(0)
        amounts = f"{base:.2f}", f"{tax:.2f}" if tax else ""
        if kind == "cost":
            spent = cost(when, f"{base + tax:.2f}", "0.00") if scheme == "exempt" else cost(when, *amounts)
            spent = spent.replace("  Liabilities:Btw:Voor  0.00 EUR\n", "").replace(
                "  Liabilities:Btw:Voor   EUR\n", ""
            )
            book(coop, holder, spent.replace("Assets:Bank", "Assets:Kas"))
        elif kind == "sale":
            book(coop, holder, sale(when, *amounts, rate, against="Kas"))
        elif kind == "exempt":
            book(coop, holder, sale(when, amounts[0], "", more='    vat: "exempt"\n', against="Kas"))
        elif kind == "energy":
            lines.append(Given(when, f"-{base:.2f}", "Energie", "", f"nota {nth}", f"E{nth}"))
        else:
            owed = owing(when, amounts[0], amounts[1] or "0.00", f"n{nth}").replace(":Hoog", f":{rate}")
            book(coop, holder, owed.replace(f"  Liabilities:Btw:{rate}  -0.00 EUR\n", ""))
            settled = ((base + tax) * percent / 100).quantize(CENT)
            if kind == "credited":
                taken_back = owed.replace("  -", "  ").replace("klant", "credit").replace(when, "2026-05-20")
                book(coop, holder, taken_back.replace(f"  Liabilities:Btw:{rate}  0.00 EUR\n", ""))
                settled = base + tax
            elif settled in came_in:
                settled = Decimal(0)  # two alike are not told apart, and asked
            elif settled:
                came_in.add(settled)
                book(coop, "coop", paid("2026-06-20", f"{settled:.2f}", f"n{nth}"))
                lines.append(Given("2026-06-20", f"{settled:.2f}", "klant", "", f"n{nth}", f"P{nth}"))
            if scheme == "received":
                share = min(settled / (base + tax), Decimal(1))
                unpaid[f"Liabilities:Btw:{rate}"] -= tax - (tax * share).quantize(CENT, ROUND_HALF_UP)
    take(coop, "een.xml", OPENING, "2026-01-01", "2026-06-30", lines)
    run(coop, "allocate", "2026-06")

    # The boxes, and VAT accounts that a return brings to nothing.
    before, none = whole(coop, in_process), Decimal(0)
    found = [vat(coop, quarter) for quarter in ("2026-Q1", "2026-Q2")]

    def exactly(box: str) -> Decimal:
        return sum((Decimal(one["boxes"][box]["vat"]) for one in found), none)

    if scheme != "exempt":
        assert [one["questions"] for one in found] == [[], []]
        for box, account in (("1a", "Hoog"), ("1b", "Laag")):
            on = f"Liabilities:Btw:{account}"
            assert exactly(box) == unpaid[on] - before.get(on, none)
        assert exactly("5b") == before.get("Liabilities:Btw:Voor", none)
        for quarter in ("2026-Q1", "2026-Q2"):
            run(coop, "vat", quarter, "--book")
        after = whole(coop, in_process)
        assert vat_accounts(after) == {account: amount for account, amount in unpaid.items() if amount}
        assert after.get(TAX, none) == -sum(Decimal(one["boxes"]["5g"]["filed_vat"]) for one in found)
    agrees(coop, 2026)
    audit_agrees(coop, 2026)

    # What is due is paid, also what comes back, and then nothing is owed.
    run(coop, "close", "2026-06")
    balance = str(Decimal(OPENING) + sum(Decimal(line.amount) for line in lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scharrel.cli.pay.today", lambda: date(2026, 7, 6))
        told = run(coop, "pay", "--json")
        sent = [
            Given("2026-07-07", f"-{p['amount']}", p["name"], p["iban"], p["text"], p["id"])
            for p in told["payments"]
        ]
        if sent and back:
            one = told["payments"][0]
            again = Given("2026-07-09", one["amount"], one["name"], one["iban"], "RETOUR " + one["id"], "R")
            take(coop, "twee.xml", balance, "2026-07-01", "2026-07-31", [*sent, again])
            assert [p["amount"] for p in run(coop, "pay", "--json")["payments"]] == [one["amount"]]
        elif sent:
            take(coop, "twee.xml", balance, "2026-07-01", "2026-07-31", sent)
        assert run(coop, "pay", "--json")["payments"] == []
    left_over = whole(coop, in_process)
    assert left_over.get(TAX, none) >= 0
    assert left_over.get("Liabilities:Gemeente", none) == 0
    agrees(coop, 2026)
    audit_agrees(coop, 2026)
