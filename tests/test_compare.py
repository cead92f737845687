"""What several rule packs would have left one member is what dividing under each of them leaves."""

import json
from pathlib import Path

import pytest
from conftest import REPOSITORY, Run

HERE = ("--from", "2025-11", "--to", "2026-10", "--coop", str(REPOSITORY))


def compared(quick: Run, member: str, *packs: str) -> dict[str, dict[str, object]]:
    done = quick("rules", "compare", member, *packs, "--json", *HERE)
    assert done.status == 0, done.err
    return {row["pack"]: row for row in json.loads(done.out)["packs"]}


def test_under_the_rules_that_someone_had_it_is_what_the_books_say(quick: Run) -> None:
    # Bram had these rules all year: report better-off adds up what was really allocated.
    (own,) = json.loads(quick("report", "better-off", "--member", "bram", "--json", *HERE).out)["members"]
    row = compared(quick, "bram", "bijstand")["bijstand"]
    for key in ("kept", "own_costs", "saved", "months"):
        assert row[key] == own[key]
    months = [
        json.loads(quick("explain", "bram", str(month), "--json", "--coop", str(REPOSITORY)).out)
        for month in ("2025-11", "2026-01", "2026-10")
    ]
    assert all(float(month["keep"]) >= float(str(row["lowest"])) for month in months)


@pytest.mark.parametrize("pack", ["ons", "vrije-uitloop"])
def test_each_row_is_what_simulating_that_pack_gives(pack: str, quick: Run) -> None:
    row = compared(quick, "amina", "vrije-uitloop", "ons")[pack]
    (would,) = json.loads(quick("simulate", pack, "--member", "amina", "--json", *HERE).out)["members"]
    assert row["kept"] == would["keep"]["becomes"]
    assert row["saved"] == would["paid"]["municipality"]["becomes"]


def test_who_keeps_most_stands_first_and_what_is_missing_is_told(quick: Run) -> None:
    rows = list(compared(quick, "amina").values())
    kept = [float(str(row["kept"])) for row in rows]
    assert kept == sorted(kept, reverse=True)
    shown = quick("rules", "compare", "amina", *HERE).out
    assert max(map(len, shown.split("\n"))) <= 80
    # Her permission is not in the register, and without it nothing counts under part-time enterprise.
    said = " ".join(shown.split())
    assert "Parttime ondernemen: niet alles kon meetellen" in said
    assert "over: toestemming," in said
    assert "Wijkproject: geldt niet voor één lid." in said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["coop"], 'Er is geen lid "coop"'),
        (["groen"], "is geen lid. Vergelijken kan voor één lid."),
        (["amina", "nergens"], 'Er zijn geen regels "nergens"'),
        (["amina", "--from", "2020-01", "--to", "2020-12"], "Amina el Idrissi was geen lid van januari 2020"),
        (["amina", "--from", "2026-02", "--to", "2026-01"], "februari 2026"),
    ],
)
def test_what_cannot_be_compared_is_told(arguments: list[str], told: str, quick: Run) -> None:
    done = quick("rules", "compare", *arguments, "--coop", str(REPOSITORY))
    assert (done.status, done.out) == (2, "")
    assert told in " ".join(done.err.split())


def test_an_error_in_the_books_stops_it_and_is_told_with_its_line(coop: Path, quick: Run) -> None:
    with open(coop / "ledgers/members/amina.beancount", "a") as ledger:
        ledger.write('\n2026-05-02 * "a" "b"\n  Income:Nergens  -1.00 EUR\n  Assets:Bank\n')
    done = quick("rules", "compare", "amina", "--coop", str(coop))
    assert (done.status, done.out) == (1, "")
    assert "ledgers/members/amina.beancount:" in done.err


def test_figures_that_come_later_are_taken_from_the_beginning(quick: Run, tmp_path: Path) -> None:
    shown = " ".join(quick("rules", "compare", "amina", "bijstand-2027", *HERE).out.split())
    assert "niet alle cijfers golden al in de eerste maand" in shown
