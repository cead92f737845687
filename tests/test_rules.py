"""Every amount kind and modifier by worked example; the sums were done by hand from the contract.

Each example reads as a small history: what was booked in a month, and what the steps then pay. The
pool is the turnover; after the example's own steps the member gets what is left.
"""

import json
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import Run
from random_coops import ACCOUNTS, lay_down

HEAD = """
[pack]
id = "proef"
title = "Proef"
pool = ["turnover"]

[source.alv]
kind = "decision"
ref = "ALV"
"""
LAST = """
[[step]]
id = "lid"
label = "Lid"
all = true
to = "Liabilities:Lid"
party = "member"
source = "alv"
"""


class Example(NamedTuple):
    """`step` is the body of step `s`, or whole TOML; `booked` and `expected` are lines by month.

    A booking is `MONTH ROLE-OR-ACCOUNT AMOUNT [earned DATE]`, an outcome `MONTH STEP PAID WHY...`.
    """

    name: str
    step: str
    booked: str
    expected: str
    facts: str = ""
    later: str = ""


EXAMPLES = [
    Example(
        "each slice of the base has its own rate",
        'bands = [{ from = 0, rate = "5%" }, { from = 1000, rate = "8%" }]',
        "2025-10 turnover 1500\n2025-11 turnover 1000\n2025-12 turnover 999.90",
        "2025-10 s 90.00\n2025-11 s 50.00\n2025-12 s 50.00",  # 49.995 is half a cent: up
    ),
    Example(
        "bands over a year continue where the year stands, and start again in January",
        'bands = [{ from = 0, rate = "5%" }, { from = 1000, rate = "8%" }]\nover = "year"',
        "2025-10 turnover 600\n2025-11 turnover 600\n2026-01 turnover 600",
        "2025-10 s 30.00\n2025-11 s 36.00\n2025-12 s 0.00\n2026-01 s 30.00",
    ),
    Example(
        "a threshold over a year is passed once",
        'rate = "10%"\nabove = 1000.00\nover = "year"',
        "2025-10 turnover 700\n2025-11 turnover 700\n2025-12 turnover 100\n2026-01 turnover 700",
        "2025-10 s 0.00 below-threshold\n2025-11 s 40.00\n2025-12 s 10.00\n2026-01 s 0.00 below-threshold",
    ),
    Example(
        "over a year a base that shrinks takes nothing back",
        'rate = "10%"\nof = "costs"\nover = "year"',
        "2025-10 turnover 500\n2025-10 costs 100\n2025-11 turnover 500\n2025-11 costs -60\n"
        "2025-12 turnover 500\n2025-12 costs 60",
        "2025-10 s 10.00\n2025-11 s 0.00\n2025-12 s 6.00",
    ),
    Example(
        "above counts only the part over it, and says so when nothing is",
        'rate = "50%"\nabove = 200.00',
        "2025-10 turnover 200\n2025-11 turnover 200.01\n2025-12 turnover 300",
        "2025-10 s 0.00 below-threshold\n2025-11 s 0.01\n2025-12 s 50.00\n2026-01 s 0.00",
    ),
    Example(
        "half a cent is rounded up",
        'rate = "10%"',
        "2025-10 turnover 0.05\n2025-11 turnover 0.04",
        "2025-10 s 0.01\n2025-10 lid 0.04\n2025-11 s 0.00",
    ),
    Example(
        "or down where the step says so",
        'rate = "10%"\nrounding = "down"',
        "2025-10 turnover 0.09",
        "2025-10 s 0.00\n2025-10 lid 0.09",
    ),
    Example(
        "the rate is of what was left after an earlier step",
        'amount = 40.00\n[[step]]\nid = "t"\nlabel = "T"\nrate = "50%"\nof = "after.s"\n'
        'to = "Liabilities:Pot1"\nparty = "coop"\nsource = "alv"',
        "2025-10 turnover 100",
        "2025-10 s 40.00\n2025-10 t 30.00\n2025-10 lid 30.00",
    ),
    Example(
        "a refund gives back to the pool",
        'input = "costs"',
        "2025-10 turnover 100\n2025-10 costs -30",
        "2025-10 s -30.00\n2025-10 lid 130.00",
    ),
    Example(
        "a negative month divides nothing, not even a refund, and both wait for the next",
        'input = "costs"',
        "2025-10 turnover -100\n2025-10 costs -30\n2025-11 turnover 200",
        "2025-10 s 0.00\n2025-10 lid 0.00\n2025-11 s -30.00\n2025-11 lid 130.00",
    ),
    Example(
        "what the pool could not pay is asked again with carry",
        'input = "costs"\ncarry = true',
        "2025-10 turnover 100\n2025-10 costs 150\n2025-11 turnover 100",
        "2025-10 s 100.00 pool-empty\n2025-11 s 50.00\n2025-11 lid 50.00",
    ),
    Example(
        "and is gone without",
        'input = "costs"',
        "2025-10 turnover 100\n2025-10 costs 150\n2025-11 turnover 100",
        "2025-10 s 100.00 pool-empty\n2025-11 s 0.00\n2025-11 lid 100.00",
    ),
    Example(
        "what a limit cut is not asked again",
        "amount = 50.00\ncap = { month = 30.00 }\ncarry = true",
        "2025-10 turnover 100\n2025-11 turnover 100",
        "2025-10 s 30.00 cap-month\n2025-11 s 30.00 cap-month",
    ),
    Example(
        "a shortfall waits while a condition is not met; a directive holds for its whole month",
        'amount = 80.00\ncarry = true\nwhen = "granted"',
        "2025-10 turnover 50\n2025-11 turnover 200\n2025-12 turnover 200",
        "2025-10 s 50.00 pool-empty\n2025-11 s 0.00 condition\n2025-12 s 110.00",
        facts="  granted: TRUE\n",
        later='2025-11-20 custom "member" "lid"\n  granted: FALSE\n'
        '2025-12-31 custom "member" "lid"\n  granted: TRUE\n',
    ),
    Example(
        "a condition on a value",
        'amount = 10.00\nwhen = { household = "couple" }',
        "2025-10 turnover 50\n2025-11 turnover 50",
        "2025-10 s 0.00 condition\n2025-11 s 10.00",
        facts='  household: "single"\n',
        later='2025-11-01 custom "member" "lid"\n  household: "couple"\n',
    ),
    Example(
        "an age is reached in the month of the birthday",
        "amount = 10.00\nmin_age = 27",
        "2025-10 turnover 50\n2025-11 turnover 50",
        "2025-10 s 0.00 age\n2025-11 s 10.00",
        facts="  born: 1998-11-30\n",
    ),
    Example(
        "max_months counts the months in which it paid",
        "amount = 10.00\nmax_months = 2",
        "2025-10 turnover 50\n2025-12 turnover 50\n2026-01 turnover 50",
        "2025-10 s 10.00\n2025-11 s 0.00 pool-empty\n2025-12 s 10.00\n2026-01 s 0.00 months-used",
    ),
    Example(
        "consecutive months pass whether it pays or not",
        "amount = 10.00\nmax_months = 2\nconsecutive = true",
        "2025-11 turnover 50\n2026-01 turnover 50",
        "2025-10 s 0.00 pool-empty\n2025-11 s 10.00\n2025-12 s 0.00 pool-empty\n2026-01 s 0.00 months-used",
    ),
    Example(
        "a step after another starts when its months are used up, and not beside it",
        'amount = 10.00\nmax_months = 1\n[[step]]\nid = "t"\nlabel = "T"\namount = 5.00\nafter = "s"\n'
        'to = "Liabilities:Pot1"\nparty = "coop"\nsource = "alv"\n[[step]]\nid = "u"\nlabel = "U"\n'
        'amount = 3.00\nnot_with = "t"\nto = "Liabilities:Pot2"\nparty = "coop"\nsource = "alv"',
        "2025-10 turnover 50\n2025-11 turnover 50",
        "2025-10 s 10.00\n2025-10 t 0.00 condition\n2025-10 u 3.00\n"
        "2025-11 s 0.00 months-used\n2025-11 t 5.00\n2025-11 u 0.00 condition",
    ),
    Example(
        "amounts from elsewhere fill a year's cap, and a new year opens it",
        'amount = 200.00\ncap = { year = 250.00 }\ncounts = ["elsewhere"]',
        "2025-10 turnover 500\n2025-10 elsewhere 100\n2025-11 turnover 500\n2025-12 turnover 500\n"
        "2025-12 elsewhere -300\n2026-01 turnover 500",
        "2025-10 s 150.00 cap-year\n2025-11 s 0.00 cap-year\n2025-12 s 100.00 cap-year\n2026-01 s 200.00",
    ),
    Example(
        "what came from elsewhere last year fills nothing this year",
        'amount = 200.00\ncap = { year = 250.00 }\ncounts = ["elsewhere"]',
        "2025-12 turnover 500\n2025-12 elsewhere 100\n2026-01 turnover 500",
        "2025-12 s 150.00 cap-year\n2026-01 s 200.00",
    ),
    Example(
        "amounts from elsewhere fill a month's cap for that month",
        'amount = 200.00\ncap = { month = 150.00 }\ncounts = ["elsewhere"]',
        "2025-10 turnover 500\n2025-10 elsewhere 100\n2025-11 turnover 500",
        "2025-10 s 50.00 cap-month\n2025-11 s 150.00 cap-month",
    ),
    Example(
        "a cap for life never opens again, whatever is taken out",
        "amount = 100.00\ncap = { life = 250.00 }",
        "2025-10 turnover 500\n2025-11 turnover 500\n2025-12 turnover 500\n2025-12 Liabilities:Pot0 100\n"
        "2026-01 turnover 500",
        "2025-10 s 100.00\n2025-11 s 100.00\n2025-12 s 50.00 cap-life\n2026-01 s 0.00 cap-life",
    ),
    Example(
        "a target opens again by what is taken out, at the date of that booking",
        "amount = 100.00\ntarget = 150.00",
        "2025-10 turnover 500\n2025-11 turnover 500\n2025-12 turnover 500\n2026-01 turnover 500\n"
        "2026-01 Liabilities:Pot0 80 earned 2025-11-01",
        "2025-10 s 100.00\n2025-11 s 50.00 target\n2025-12 s 0.00 target\n2026-01 s 80.00 target",
    ),
    Example(
        "what stood in a pot before the first month counts towards its target",
        "amount = 100.00\ntarget = 150.00",
        "2025-09 Liabilities:Pot0 -120 earned 2025-10-01\n2025-10 turnover 500",
        "2025-10 s 30.00 target",
    ),
    Example(
        "a target that was lowered takes nothing back",
        'amount = 100.00\ntarget = "full"\n[param.full]\nsource = "alv"\n'
        "values = [{ from = 2025-01-01, value = 150.00 }, { from = 2025-12-01, value = 50.00 }]",
        "2025-10 turnover 500\n2025-11 turnover 500\n2025-12 turnover 500",
        "2025-10 s 100.00\n2025-11 s 50.00 target\n2025-12 s 0.00 target\n2025-12 lid 500.00",
    ),
    Example(
        "every limit that lowered what was then asked is named, in order",
        "amount = 100.00\ncap = { month = 80.00, year = 90.00 }\ntarget = 50.00",
        "2025-10 turnover 20",
        "2025-10 s 20.00 cap-month target pool-empty",
    ),
    Example(
        "units times an amount, never below nothing",
        'per = 3.50\nunits = "hours"',
        "2025-10 turnover 100\n2025-10 hours 10\n2025-11 turnover 100\n2025-11 hours -4",
        "2025-10 s 35.00\n2025-11 s 0.00",
    ),
    Example(
        "the latest value whose date is not after the month",
        'rate = "part"\n[param.part]\nsource = "alv"\n'
        'values = [{ from = 2025-11-01, value = "12%" }, { from = 2025-01-01, value = "10%" }]',
        "2025-10 turnover 100\n2025-11 turnover 100",
        "2025-10 s 10.00\n2025-11 s 12.00",
    ),
    Example(
        "income counts in the month in which it was earned",
        'rate = "10%"',
        "2025-11 turnover 100 earned 2025-10-31",
        "2025-10 s 10.00\n2025-11 s 0.00",
    ),
]


def booking(line: str) -> str:
    month, name, amount, *earned = line.split()
    account = {"hours": "Assets:Uren", **ACCOUNTS}.get(name, name)
    sign = "-" if account.startswith("Income") else ""
    number = (sign + amount).removeprefix("--")
    unit, other = ("UUR", "Equity:Uren") if name == "hours" else ("EUR", "Assets:Bank")
    late = f"  earned: {earned[1]}\n" if earned else ""
    return f'{month}-15 * "klant" "iets"\n{late}  {account}  {number} {unit}\n  {other}\n'


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_rule(example: Example, tmp_path: Path, quick: Run) -> None:
    receives = "" if example.step.startswith("input") else 'to = "Liabilities:Pot0"\n'
    step = f'[[step]]\nid = "s"\nlabel = "S"\nparty = "coop"\nsource = "alv"\n{receives}{example.step}\n'
    ledger = [booking(line) for line in example.booked.split("\n")]
    coop = lay_down(tmp_path / "coop", HEAD + step + LAST, {"lid": ledger}, example.facts)
    with open(coop / "ledgers/coop.beancount", "a") as register:
        register.write("\n" + example.later)
    done = quick("allocate", "2026-01", "--json", "--coop", str(coop))
    assert done.status == 0, done.err
    found = {
        f"{allocation['month']} {step['id']}": " ".join([step["paid"], *step["why"]])
        for allocation in json.loads(done.out)["allocations"]
        for step in allocation["steps"]
    }
    for line in example.expected.split("\n"):
        month, step_id, outcome = line.split(" ", 2)
        assert f"{month} {step_id} {found[f'{month} {step_id}']}" == f"{month} {step_id} {outcome}"


@pytest.mark.parametrize(
    ("by", "hours", "parts"),
    [
        ("equal", (5, 1, 1), ("33.34", "33.33", "33.33")),  # the cent left: the lower id
        ("hours", (1, 2, 0), ("33.33", "66.67", "0.00")),  # the cent left: the larger remainder
        ("hours", (0, 0, 0), ("33.34", "33.33", "33.33")),
        ("hours", (-3, 1, 3), ("0.00", "25.00", "75.00")),
    ],
)
def test_a_share(by: str, hours: tuple[int, ...], parts: tuple[str, ...], tmp_path: Path, quick: Run) -> None:
    pack = HEAD + LAST.replace("all = true", f'share = true\nby = "{by}"')
    members = ("anna", "bert", "cees")
    ledgers = {
        member: [booking(f"2025-10 hours {number}")] for member, number in zip(members, hours, strict=True)
    }
    ledgers["bert"].append(booking("2025-10 turnover 100"))
    coop = lay_down(tmp_path / "coop", pack, ledgers, "")
    done = quick("allocate", "2025-10", "--json", "--coop", str(coop))
    assert done.status == 0, done.err
    assert tuple(a["steps"][0]["paid"] for a in json.loads(done.out)["allocations"]) == parts


def test_who_left_has_a_last_month_and_may_come_back(tmp_path: Path, quick: Run) -> None:
    coop = lay_down(tmp_path / "coop", HEAD + LAST, {"lid": []}, "")
    with open(coop / "ledgers/coop.beancount", "a") as register:
        register.write('\n2025-11-10 custom "member" "lid"\n  left: TRUE\n')
        register.write('\n2026-02-01 custom "member" "lid"\n  left: FALSE\n')
    done = quick("allocate", "2026-03", "--json", "--coop", str(coop))
    months = [allocation["month"] for allocation in json.loads(done.out)["allocations"]]
    assert months == ["2025-10", "2025-11", "2026-02", "2026-03"]
