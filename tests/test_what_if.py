"""A month with more turnover: worked by hand on the contract's example, and against really booking it."""

import json
from pathlib import Path

import pytest
from conftest import Run
from random_coops import lay_down
from test_rules import HEAD, LAST, booking

from scharrel.cli.arguments import today

LEDGER = "ledgers/members/amina.beancount"
MONEY = ("--turnover", "500", "--costs", "40")


def plain(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").split())


def test_june_with_a_job_of_500_by_hand(coop: Path, quick: Run) -> None:
    done = quick("what-if", "amina", *MONEY, "--month", "2026-06", "--json", "--coop", str(coop))
    found = json.loads(done.out)
    # 99.99 + 500 - 40 = 559.99: tax 20%, coop 12%, 380.79 left. The pot stood at 533.60 of 600, and of
    # the 314.39 after that half of what is over 200 is offset.
    assert {step["id"]: (step["now"], step["then"]) for step in found["steps"]} == {
        "costs": ("0.00", "40.00"),
        "study": ("0.00", "0.00"),
        "depreciation": ("0.00", "0.00"),
        "tax": ("20.00", "112.00"),
        "coop": ("12.00", "67.20"),
        "pot": ("34.00", "66.40"),
        "benefit": ("0.00", "57.20"),
        "member": ("33.99", "257.19"),
    }
    assert found["keep"] == {"now": "67.99", "then": "323.59", "difference": "255.60"}
    assert found["pots"]["Liabilities:Spaarpot"] == {
        "now": "567.60", "then": "600.00", "difference": "32.40",
    }  # fmt: skip
    # Of a euro more 32 cents go to tax and coop, and half of the 68 to the municipality, for ever.
    assert (float(found["next_euro"]), found["bend"]) == (0.34, None)


def test_the_next_kink_is_where_the_offset_begins(coop: Path, quick: Run) -> None:
    told = quick("what-if", "amina", "--turnover", "0", "--month", "2026-06", "--coop", str(coop)).out
    # 68% of turnover, less the 66.40 that fill the pot, is 200 at 391.76; 99.99 was there.
    assert (
        "Van elke euro die er daarna nog bij komt, hou je 68 cent. Komt er nog € 291,78 meer bij, dan "
        'verandert dat: dan komt "benefit" boven de drempel. Vanaf daar hou je van elke euro 34 cent.'
    ) in plain(told)
    assert "Je houdt dan evenveel: € 67,99 in deze maand." in plain(told)


@pytest.mark.parametrize("month", ["2026-02", "2026-04", "2026-06"])
def test_it_is_what_booking_it_would_give(month: str, coop: Path, quick: Run) -> None:
    said = json.loads(quick("what-if", "amina", *MONEY, "--month", month, "--json", "--coop", str(coop)).out)
    with open(coop / LEDGER, "a") as ledger:
        ledger.write(f'\n{month}-28 * "klus"\n  Income:Omzet  -500 EUR\n  Assets:Bank\n')
        ledger.write(f'\n{month}-28 * "inkoop"\n  Expenses:Onkosten  40 EUR\n  Assets:Bank\n')
    rows = json.loads(quick("allocate", month, "--json", "--dry-run", "--coop", str(coop)).out)["allocations"]
    booked = next(row for row in rows if row["month"] == month)
    assert [(s["id"], s["then"], s["why"]["then"]) for s in said["steps"]] == [
        (s["id"], s["paid"], s["why"]) for s in booked["steps"]
    ]
    assert (said["pool"]["then"], said["keep"]["then"]) == (booked["pool"], booked["keep"])


def test_the_table_fits_80_columns_and_nothing_is_written(coop: Path, scharrel: Run) -> None:
    before = {path: path.read_bytes() for path in coop.rglob("*") if path.is_file()}
    done = scharrel("what-if", "amina", *MONEY, "--month", "2026-04", "--coop", str(coop))
    assert done.status == 0
    assert max(map(len, done.out.splitlines())) <= 80
    assert {path: path.read_bytes() for path in coop.rglob("*") if path.is_file()} == before


def test_without_a_month_it_is_this_one(coop: Path, quick: Run) -> None:
    done = quick("what-if", "amina", "--turnover", "9,5", "--json", "--coop", str(coop))
    assert json.loads(done.out)["month"] == max(f"{today():%Y-%m}", "2026-01")


def test_who_becomes_a_member_later_asks_about_the_first_month(coop: Path, quick: Run) -> None:
    register = coop / "ledgers/coop.beancount"
    later = f"{today().year + 1}-03"
    register.write_text(register.read_text().replace("2026-01-01 custom", f"{later}-01 custom"))
    (coop / LEDGER).write_text('include "../accounts.beancount"\n')
    done = quick("what-if", "amina", "--turnover", "9.50", "--json", "--coop", str(coop))
    assert json.loads(done.out)["month"] == later


def test_a_month_of_a_right_that_it_uses_up_is_told(tmp_path: Path, quick: Run) -> None:
    step = '[[step]]\nid = "vrij"\nlabel = "Vrij"\nparty = "member"\nsource = "alv"\nto = "Liabilities:Lid"\n'
    pack = HEAD + step + 'rate = "25%"\nmax_months = 3\n' + LAST
    root = lay_down(tmp_path / "coop", pack, {"lid": [booking("2025-10 turnover 100")]}, "")
    asked = ("--coop", str(root), "--turnover", "10", "--month")
    assert 'deze maand telt dan als maand 2 van 3 van "Vrij"' in plain(
        quick("what-if", "lid", *asked, "2025-12").out
    )
    assert "maand 1 van 3" not in plain(quick("what-if", "lid", *asked, "2025-10").out)


def test_a_deficit_is_made_up_for_first(tmp_path: Path, quick: Run) -> None:
    root = lay_down(tmp_path / "coop", HEAD + LAST, {"lid": [booking("2025-10 turnover -80")]}, "")
    done = quick("what-if", "lid", "--turnover", "50", "--month", "2025-11", "--coop", str(root))
    assert (
        "hou je 0 cent. Komt er nog € 30,00 meer bij, dan verandert dat: dan is het tekort ingehaald. "
        "Vanaf daar hou je van elke euro 100 cent."
    ) in plain(done.out)


def test_in_a_collective_the_others_share_in_it(tmp_path: Path, quick: Run) -> None:
    ledgers: dict[str, list[str]] = {"anna": [], "bert": [booking("2025-10 turnover 30")], "cees": []}
    root = lay_down(tmp_path / "coop", HEAD + LAST.replace("all = true", "share = true"), ledgers, "")
    asked = ("what-if", "anna", "--turnover", "60", "--month", "2025-10", "--coop", str(root))
    found = json.loads(quick(*asked, "--json").out)
    assert found["keep"] == {"now": "10.00", "then": "30.00", "difference": "20.00"}
    assert (found["others"], found["next_euro"]) == ("40.00", None)
    assert "De andere leden houden samen € 40,00 meer." in plain(quick(*asked).out)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["amina"], "Schrijf: scharrel what-if amina --turnover 500"),
        (["amina", "--turnover", "1.000"], "Dat kan meer zijn: €\xa01.000,00, €\xa01,00."),
        (["amina", "--turnover", "veel"], '"veel" is geen bedrag'),
        (["amina", "--turnover", "9999999999"], "is geen bedrag"),
        (["amna", "--turnover", "5"], 'Er is geen lid "amna"'),
        (
            ["amina", "--turnover", "5", "--month", "2025-01"],
            "pas lid vanaf januari 2026, dus nog niet in januari 2025",
        ),
    ],
)
def test_wrong_usage_says_what_is_wrong(arguments: list[str], told: str, coop: Path, quick: Run) -> None:
    done = quick("what-if", *arguments, "--coop", str(coop))
    assert (done.status, done.out) == (2, "")
    assert told in done.err


def test_costs_that_the_rules_do_not_look_at(tmp_path: Path, quick: Run) -> None:
    root = lay_down(tmp_path / "coop", HEAD + LAST, {"lid": []}, "")
    done = quick("what-if", "lid", *MONEY, "--month", "2025-10", "--coop", str(root))
    assert done.status == 2
    assert 'De regels "Proef" kijken niet naar kosten' in done.err
