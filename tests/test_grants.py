"""Grants and prizes: kept apart from what is divided, and every euro shown against its purpose."""

import json
from pathlib import Path

import pytest
import test_subcooperatives
from conftest import Run
from test_projects import bean_check, money, paid, write
from test_subcooperatives import add

GRANT = """\

2026-02-03 custom "grant" "prijs" 1000.00 EUR
  name: "Prijs van de wijk"
  purpose: "een website"
  for: "noord"
2026-01-01 custom "grant" "breed" 500.00 EUR
  name: "Subsidie voor allen"
  purpose: "trainingen"
"""


def tagged(day: str, account: str, amount: str, grant: str = "prijs", text: str = "werk") -> str:
    return f'{day} * "wie" "{text}"\n  grant: "{grant}"\n  {account}  {amount} EUR\n  Assets:Bank\n'


CAME_IN = tagged("2026-02-10", "Income:Omzet", "-1000.00", text="overgemaakt")


@pytest.fixture
def noord(tmp_path: Path) -> Path:
    coop = test_subcooperatives.lay_down(tmp_path)
    add(coop / "ledgers/coop.beancount", GRANT)
    write(coop, "subcooperatives/noord", CAME_IN, tagged("2026-02-20", "Expenses:Onkosten", "300.00"))
    return coop


def test_it_is_no_turnover_and_pays_no_costs_of_the_rules(noord: Path, quick: Run) -> None:
    with_it = paid(quick, noord, "2026-02")
    write(noord, "subcooperatives/noord")
    assert paid(quick, noord, "2026-02") == with_it
    write(noord, "members/amina", tagged("2026-01-20", "Income:Omzet", "-100.00", "breed"))
    write(noord, "members/carla", tagged("2026-02-20", "Expenses:Onkosten", "60.00", "breed"))
    found = paid(quick, noord, "2026-02")
    assert (found["amina", "2026-01"]["pool"], found["carla", "2026-02"]["pool"]) == ("0.00", "0.00")
    bean_check(noord)


def test_a_report_shows_what_came_in_each_spending_and_what_is_left(noord: Path, quick: Run) -> None:
    done = quick("report", "grants", "--json", "--coop", str(noord))
    assert (done.status, done.err) == (0, "")
    broad, prize = json.loads(done.out)["grants"]
    assert (broad["grant"], broad["received"], broad["spent"], broad["left"]) == (
        "breed",
        "0.00",
        "0.00",
        "500.00",
    )
    assert (prize["purpose"], prize["amount"], prize["for"]) == ("een website", "1000.00", "noord")
    assert (prize["received"], prize["spent"], prize["left"]) == ("1000.00", "300.00", "700.00")
    assert prize["bookings"] == [
        {
            "date": "2026-02-10", "what": "wie · overgemaakt", "received": "1000.00", "spent": "0.00",
            "booking": "ledgers/subcooperatives/noord.beancount:3",
        },
        {
            "date": "2026-02-20", "what": "wie · werk", "received": "0.00", "spent": "300.00",
            "booking": "ledgers/subcooperatives/noord.beancount:8",
        },
    ]  # fmt: skip
    said = quick("report", "grants", "prijs", "--coop", str(noord)).out.replace("\xa0", " ")
    assert "Prijs van de wijk" in said
    assert "Waarvoor: een website." in said
    assert "Subsidie voor allen" not in said
    assert "Nog te besteden: € 700,00" in said


def test_what_goes_back_makes_room_again(noord: Path, quick: Run) -> None:
    spent = [
        tagged("2026-02-20", "Expenses:Onkosten", "900.00"),
        tagged("2026-02-21", "Expenses:Onkosten", "-200.00"),
        tagged("2026-02-22", "Expenses:Onkosten", "300.00"),
    ]
    write(noord, "subcooperatives/noord", CAME_IN, *spent)
    assert quick("check", "--coop", str(noord)).status == 0
    write(noord, "subcooperatives/noord", CAME_IN, *spent, tagged("2026-03-01", "Expenses:Onkosten", "0.01"))
    done = quick("allocate", "2026-03", "--coop", str(noord))
    assert done.status == 1
    assert 'ledgers/subcooperatives/noord.beancount:23: Van "prijs" is meer uitgegeven' in done.err
    assert "0.01 EUR te veel" in done.err


def test_one_for_all_is_watched_over_all_ledgers(noord: Path, quick: Run) -> None:
    write(noord, "members/carla", tagged("2026-02-20", "Expenses:Onkosten", "300.00", "breed"))
    add(
        noord / "ledgers/projects/catering.beancount",
        "\n" + tagged("2026-03-20", "Expenses:Onkosten", "201.00", "breed"),
    )
    for command in (("check",), ("report", "grants")):
        done = quick(*command, "--coop", str(noord))
        assert done.status == 1
        assert 'ledgers/projects/catering.beancount:11: Van "breed" is meer uitgegeven' in done.err


REGISTER = "ledgers/coop.beancount"
LEDGER = "ledgers/subcooperatives/noord.beancount"


@pytest.mark.parametrize(
    ("file", "was", "becomes", "line", "code"),
    [
        (REGISTER, '"grant" "prijs" 1000.00 EUR', '"grant" "prijs" 1000.00 USD', 34, "grant"),
        (REGISTER, '"grant" "prijs" 1000.00 EUR', '"grant" "prijs" -5.00 EUR', 34, "grant"),
        (REGISTER, '"grant" "prijs" 1000.00 EUR', '"grant" 1000.00 EUR', 34, "grant"),
        (REGISTER, '"grant" "breed"', '"grant" "prijs"', 38, "grant-again"),
        (REGISTER, 'purpose: "een website"', 'doel: "een website"', 34, "grant-without"),
        (REGISTER, 'purpose: "een website"', 'purposes: "een website"', 36, "grant-key"),
        (REGISTER, 'for: "noord"', 'for: "nord"', 37, "grant-holder"),
        (LEDGER, 'grant: "prijs"', 'grant: "prijz"', 4, "unknown-grant"),
        (LEDGER, "2026-02-10", "2026-02-01", 3, "grant-early"),
        (LEDGER, "Income:Omzet", "Liabilities:Reserve", 3, "grant-account"),
        (LEDGER, "Income:Omzet", "Assets:Kas", 3, "grant-nothing"),
        (LEDGER, "-1000.00", "-1000.01", 3, "grant-received"),
        (LEDGER, "300.00", "1300.00", 8, "grant-spent"),
        (LEDGER, 'grant: "prijs"', 'lifetime: 36\n  grant: "prijs"', 3, "grant-lifetime"),
        ("ledgers/members/bram.beancount", "", "\n" + tagged("2026-02-20", "Expenses:Onkosten", "3.00"), 9,
         "grant-elsewhere"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_line(
    file: str, was: str, becomes: str, line: int, code: str, noord: Path, quick: Run
) -> None:
    chart = noord / "ledgers/accounts.beancount"
    add(chart, "2020-01-01 open Assets:Kas EUR\n")
    path = noord / file
    text = path.read_text()
    assert was in text
    path.write_text(text.replace(was, becomes, 1) if was else text + becomes)
    done = quick("check", "--json", "--coop", str(noord))
    assert (file, line, code) in [(p["file"], p["line"], p["code"]) for p in json.loads(done.out)["problems"]]


def test_a_tag_that_comes_later_is_a_changed_booking_of_a_closed_month(noord: Path, quick: Run) -> None:
    write(noord, "members/carla", money("2026-02", "Expenses:Onkosten", "60.00"))
    assert quick("allocate", "2026-02", "--coop", str(noord)).status == 0
    assert quick("close", "2026-02", "--coop", str(noord)).status == 0
    write(noord, "members/carla", tagged("2026-02-15", "Expenses:Onkosten", "60.00", "breed", "klant"))
    done = quick("audit", "--coop", str(noord))
    assert done.status == 1
    assert "ledgers/members/carla.beancount" in done.out + done.err


def test_without_grants_there_is_nothing_to_show(tmp_path: Path, quick: Run) -> None:
    coop = test_subcooperatives.lay_down(tmp_path)
    done = quick("report", "grants", "--coop", str(coop))
    assert (done.status, done.err) == (0, "")
    assert "Er staan geen subsidies of prijzen in het ledenregister." in done.out
    assert quick("report", "grants", "prijs", "--coop", str(coop)).status == 2
