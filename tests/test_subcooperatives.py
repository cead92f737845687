"""Sub-cooperatives: what their members and projects pay to the cooperative comes in with them."""

import json
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
import test_projects
from conftest import Run, examples
from hypothesis import given, settings
from hypothesis import strategies as st
from test_projects import WORK, bean_check, book, hours, money, paid, posted, write

EXAMPLES = examples(8)

CHART = """\
2020-01-01 open Income:Bijdragen EUR
  role: "contributions"
2020-01-01 open Liabilities:Koepel EUR
2020-01-01 open Liabilities:Reserve EUR
"""

ABOVE = """\
[pack]
id = "wijk"
title = "Wijk"
scope = "subcooperative"
contributions = "Income:Bijdragen"
pool = ["contributions", "turnover"]

[source.alv]
kind = "decision"
ref = "ALV"

[[step]]
id = "costs"
label = "Kosten"
input = "costs"
carry = true
party = "supplier"
source = "alv"

[[step]]
id = "coop"
label = "Koepel"
bands = [ { from = 0, rate = "10%" }, { from = 20.00, rate = "50%" } ]
of = "after.costs"
to = "Liabilities:Koepel"
party = "coop"
source = "alv"

[[step]]
id = "reserve"
label = "Reserve"
all = true
to = "Liabilities:Reserve"
party = "pot"
source = "alv"
"""

KITCHEN = """\
[[step]]
id = "keuken"
label = "Keuken"
rate = "20%"
of = "after.costs"
to = "Liabilities:Cooperatie"
party = "coop"
source = "alv"

[[step]]
id = "buurt"
"""

REGISTER = """\

2026-01-01 custom "subcooperative" "noord"
  name: "Noord"
  rules: "wijk"
2026-01-01 custom "member" "amina"
  subcooperative: "noord"
2026-01-01 custom "project" "catering"
  subcooperative: "noord"
2026-02-01 custom "member" "bram"
  subcooperative: "noord"
2026-04-01 custom "member" "bram"
  subcooperative: FALSE
"""


@pytest.fixture
def noord(tmp_path: Path) -> Path:
    return lay_down(tmp_path)


def lay_down(folder: Path) -> Path:
    """The team of three, whose project also pays to the cooperative; Amina and the project belong to a
    sub-cooperative, Bram in February and March."""
    coop = test_projects.lay_down(folder)
    (coop / "ledgers/subcooperatives").mkdir()
    add(coop / "ledgers/accounts.beancount", CHART)
    add(coop / "ledgers/coop.beancount", REGISTER)
    team = (coop / "rules/team.toml").read_text()
    (coop / "rules/team.toml").write_text(team.replace('[[step]]\nid = "buurt"\n', KITCHEN))
    (coop / "rules/wijk.toml").write_text(ABOVE)
    write(coop, "subcooperatives/noord")
    return coop


def add(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def test_what_members_and_projects_pay_comes_in_and_is_divided(noord: Path, quick: Run) -> None:
    write(noord, "subcooperatives/noord", money("2026-01", "Expenses:Onkosten", "5.00"))
    found = paid(quick, noord)
    # 200 − 50 = 150, 20% of it for the kitchen, 15 for the neighbourhood, 105 by hours: 70 and 35.
    assert found["catering", "2026-01"]["keuken"] == "30.00"
    # Amina: 30 + 70 = 100, 10% to the cooperative. Bram pays too, but does not belong to Noord yet.
    assert found["amina", "2026-01"]["coop"] == "10.00"
    assert found["bram", "2026-01"]["coop"] == "3.50"
    # 30 + 10 − 5 = 35: 10% of 20 and 50% of 15 are 9.50.
    assert found["noord", "2026-01"] == {"pool": "40.00", "costs": "5.00", "coop": "9.50", "reserve": "25.50"}
    text = (noord / "ledgers/allocations/noord/2026-01.beancount").read_text()
    assert '"Bijdrage 2026-01"' in text
    assert '  member: "amina"' in text
    assert '  project: "catering"' in text
    bean_check(noord)
    # What is owed on the account between them is Bram's, who owes it to the umbrella.
    cents = {key: n for key, n in posted(noord).items() if key[1] == "Liabilities:Cooperatie"}
    assert sum(cents.values()) == -350


def test_who_belongs_by_date_and_no_more(noord: Path, quick: Run) -> None:
    write(noord, "members/amina")
    write(noord, "projects/catering")
    write(noord, "members/bram", *(money(f"2026-0{n}", "Income:Omzet", "-100.00") for n in range(1, 5)))
    found = paid(quick, noord, "2026-04")
    pools = [found["noord", f"2026-0{n}"]["pool"] for n in range(1, 5)]
    assert pools == ["0.00", "10.00", "10.00", "0.00"]


def test_the_order_of_the_register_makes_no_difference(noord: Path, quick: Run) -> None:
    found = paid(quick, noord)
    files = {p: p.read_text() for p in (noord / "ledgers/allocations").rglob("*.beancount")}
    register = noord / "ledgers/coop.beancount"
    head, *parts = register.read_text().split("\n2026-")
    first = [part for part in parts if "name:" in part]
    later = [part for part in parts if "name:" not in part]
    register.write_text("\n2026-".join([head, *reversed(first), *reversed(later)]))
    assert paid(quick, noord) == found
    assert {p: p.read_text() for p in (noord / "ledgers/allocations").rglob("*.beancount")} == files


def test_a_late_booking_in_a_closed_month_is_corrected_up_the_chain(noord: Path, quick: Run) -> None:
    paid(quick, noord)
    assert quick("close", "2026-01", "--coop", str(noord)).status == 0
    add(noord / "ledgers/members/amina.beancount", "\n" + money("2026-01", "Income:Omzet", "-50.00"))
    done = quick("allocate", "2026-02", "--coop", str(noord))
    assert done.status == 0, done.err
    text = (noord / "ledgers/allocations/noord/2026-02.beancount").read_text()
    assert 'correction_of: "2026-01"\n  member: "amina"' in text
    said = done.out.replace("\xa0", " ")
    assert "Noord, januari 2026: Coöperatie (Amina) was € 10,00, wordt € 15,00" in said
    # 40 became 45: half of it is the umbrella's now.
    legs = " ".join(text.split())
    assert "Income:Bijdragen -5.00 EUR" in legs
    assert "Liabilities:Koepel -2.50 EUR" in legs
    bean_check(noord)
    assert quick("close", "2026-02", "--coop", str(noord)).status == 0
    again = quick("allocate", "2026-03", "--json", "--coop", str(noord))
    assert json.loads(again.out)["corrections"] == []


def test_who_moves_to_another_one_in_a_closed_month_takes_the_contribution_along(
    noord: Path, quick: Run
) -> None:
    register = noord / "ledgers/coop.beancount"
    add(register, '\n2026-01-01 custom "subcooperative" "zuid"\n  name: "Zuid"\n  rules: "wijk"\n')
    write(noord, "subcooperatives/zuid")
    paid(quick, noord)
    assert quick("close", "2026-01", "--coop", str(noord)).status == 0
    register.write_text(register.read_text().replace('"noord"', '"zuid"', 2).replace('"zuid"', '"noord"', 1))
    assert quick("allocate", "2026-02", "--coop", str(noord)).status == 0
    total = posted(noord)
    # Amina's 10 goes along: 30 of the kitchen is left in Noord (2 + 5), 10 comes in with Zuid (1).
    assert (total["noord", "Liabilities:Koepel"], total["zuid", "Liabilities:Koepel"]) == (-700, -100)
    assert sum(n for (_, account), n in total.items() if account == "Liabilities:Cooperatie") == -350
    bean_check(noord)


NAMED = 'subcooperative: "noord"'


@pytest.mark.parametrize(
    ("file", "was", "becomes", "line", "code"),
    [
        ("ledgers/coop.beancount", NAMED, 'subcooperative: "nord"', 26, "unknown-subcooperative"),
        ("ledgers/coop.beancount", NAMED, "subcooperative: TRUE", 26, "fact-subcooperative"),
        ("ledgers/coop.beancount", NAMED, "subcooperative: 3", 26, "fact-subcooperative"),
        ("ledgers/coop.beancount", '"subcooperative" "noord"', '"subcooperative" "Noord"', 22,
         "subcooperative-id"),
        ("ledgers/coop.beancount", '"subcooperative" "noord"', '"subcooperative" "carla"', 22,
         "subcooperative-taken"),
        ("ledgers/coop.beancount", 'rules: "wijk"', f'rules: "wijk"\n  {NAMED}', 25, "subcooperative-inside"),
        ("ledgers/coop.beancount", '2026-01-01 custom "subcooperative"',
         '2026-02-01 custom "subcooperative"', 26, "subcooperative-outside"),
        ("ledgers/coop.beancount", '2026-02-01 custom "member" "bram"',
         '2026-05-01 custom "subcooperative" "noord"\n  left: TRUE\n2026-02-01 custom "member" "bram"', 29,
         "subcooperative-outside"),
        ("ledgers/coop.beancount", 'rules: "wijk"', 'rules: "lid"', 22, "subcooperative-rules"),
        ("ledgers/coop.beancount", 'rules: "lid"', 'rules: "wijk"', 5, "pack-for-subcooperatives"),
        ("ledgers/coop.beancount", '"catering" "amina"', '"catering" "noord"', 17, "participant-member"),
        ("rules/wijk.toml", 'scope = "subcooperative"\n', "", 4, "contributions-scope"),
        ("rules/wijk.toml", 'contributions = "Income:Bijdragen"\n', "", 4, "missing-key"),
        ("rules/wijk.toml", '["contributions", "turnover"]', '["turnover"]', 5, "contributions-pool"),
        ("rules/wijk.toml", "Income:Bijdragen", "Liabilities:Reserve", 5, "feeds-account"),
        ("rules/wijk.toml", "Income:Bijdragen", "Income:Bijdrage", 5, "unknown-account"),
        ("rules/wijk.toml", "all = true", "share = true", 30, "scope-all"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_line(
    file: str, was: str, becomes: str, line: int, code: str, noord: Path, quick: Run
) -> None:
    path = noord / file
    assert was in path.read_text()
    path.write_text(path.read_text().replace(was, becomes, 1))
    done = quick("check", "--json", "--coop", str(noord))
    assert (file, line, code) in [(p["file"], p["line"], p["code"]) for p in json.loads(done.out)["problems"]]


def test_a_ledger_of_none_that_is_registered(noord: Path, quick: Run) -> None:
    write(noord, "subcooperatives/zuid")
    done = quick("check", "--coop", str(noord))
    assert done.status == 1
    assert "ledgers/subcooperatives/zuid.beancount:1: Er staat geen deelcoöperatie" in done.err


def test_explain_says_who_contributed_and_what_stays(noord: Path, quick: Run) -> None:
    done = quick("explain", "noord", "2026-01", "--coop", str(noord))
    said = " ".join(done.out.replace("\xa0", " ").split())
    assert "Daarvan is € 10,00 de bijdrage van Amina." in said
    assert "Daarvan is € 30,00 de bijdrage van Catering." in said
    assert "gaat een deel naar de koepel, in schijven" in said
    assert "Van deze maand blijft € 28,00 bij de deelcoöperatie." in said


def test_a_sub_cooperative_has_a_table_of_its_own(noord: Path, quick: Run) -> None:
    said = quick("allocate", "2026-01", "--coop", str(noord)).out
    *_, table = said.split("\nDeelcoöperaties\n")
    assert table.split("\n")[:2] == [
        "deelcoöperatie binnen kosten koepel reserve",
        "Noord           40,00   0,00  12,00   28,00",
    ]


def test_what_comes_in_with_it_is_not_told_twice_as_the_cooperative_s(noord: Path, quick: Run) -> None:
    done = quick(
        "report", "better-off", "--from", "2026-01", "--to", "2026-01", "--json", "--coop", str(noord)
    )
    found = json.loads(done.out)
    assert [row["member"] for row in found["members"]] == ["amina", "bram", "carla"]
    assert found["together"]["coop"] == "43.50"


@settings(max_examples=EXAMPLES)
@given(first=WORK, second=WORK, third=WORK, own=st.integers(0, 9_000))
def test_closing_a_chain_at_any_moment_posts_the_same_in_total(
    quick: Run, first: list, second: list, third: list, own: int
) -> None:
    costs = money("2026-02", "Expenses:Onkosten", f"{Decimal(own).scaleb(-2):.2f}")
    with tempfile.TemporaryDirectory() as folder:
        closed, fresh = (lay_down(Path(folder, name)) for name in ("closed", "fresh"))
        for work, end in ((first, "2026-02"), (second, "2026-04"), (third, "2026-06")):
            book(closed, work)
            if end == "2026-06":
                write(closed, "subcooperatives/noord", costs)
            assert quick("allocate", end, "--coop", str(closed)).status == 0
            if end != "2026-06":
                assert quick("close", end, "--coop", str(closed)).status == 0
        book(fresh, third)
        write(fresh, "subcooperatives/noord", costs)
        found = paid(quick, fresh, "2026-06")
        assert posted(closed) == posted(fresh)
        total = posted(fresh)
        # What is left on the account between them is what those pay who belong to no sub-cooperative then.
        outside = [
            Decimal(row["coop"]) for (who, month), row in found.items()
            if who == "carla" or (who == "bram" and not "2026-02" <= month <= "2026-03")
        ]  # fmt: skip
        owed = sum(n for (_, account), n in total.items() if account == "Liabilities:Cooperatie")
        assert owed == -int(sum(outside) * 100)
        for (who, _), row in found.items():
            parts = [Decimal(amount) for key, amount in row.items() if key != "pool"]
            assert sum(parts) == Decimal(row["pool"]), who


def test_hours_do_not_belong_in_its_ledger(noord: Path, quick: Run) -> None:
    write(noord, "subcooperatives/noord", hours("2026-01", "3"))
    done = quick("check", "--json", "--coop", str(noord))
    assert "work-in-project" in [p["code"] for p in json.loads(done.out)["problems"]]


# -- what is printed


def statement(quick: Run, coop: Path, *more: str) -> Path:
    assert quick("allocate", "2026-01", "--coop", str(coop)).status == 0
    done = quick("statements", "2026-01", "--format", "txt", *more, "--coop", str(coop))
    assert done.status == 0, done.err
    return coop / "statements/2026-01"


def plain(path: Path) -> str:
    return " ".join(path.read_text("utf-8").replace("\xa0", " ").split())


def test_the_overview_has_projects_and_sub_cooperatives_and_counts_nothing_twice(
    noord: Path, quick: Run
) -> None:
    said = plain(statement(quick, noord) / "coop/overview.txt")
    # From outside came 200 for the project and 30 for Amina; 30 + 10 + 3.50 went to the cooperative.
    assert (
        "Samen draaiden de leden, met wat zij gezamenlijk doen, € 230,00 omzet. "
        "De coöperatie en haar deelcoöperaties kregen € 43,50;" in said
    )
    assert "Catering 200,00 50,00 30,00 15,00 105,00" in said
    assert "Noord 40,00 12,00 28,00" in said
    # Between the books the share is settled, and of the contributions only Bram's goes to the umbrella.
    assert "Deelnemers" not in said
    assert "Bram Coöperatie 3,50 Noord Koepel 12,00 samen 15,50" in said
    assert "rekening bedrag Buurt 15,00 Lid 121,50 Reserve 28,00 samen 164,50 Per stap" in said


def test_a_sub_cooperative_has_an_overview_of_its_own(noord: Path, quick: Run) -> None:
    folder = statement(quick, noord, "--member", "noord")
    assert [str(p.relative_to(folder)) for p in folder.rglob("*.*")] == ["subcooperative/noord.txt"]
    said = plain(folder / "subcooperative/noord.txt")
    assert "Er kwam € 40,00 binnen, en daarvan blijft € 28,00 in de reserve." in said
    assert "bijdrage van Amina 10,00" in said
    assert "bijdrage van Catering 30,00" in said
    assert "Amina 100,00 10,00 90,00" in said
    assert "Bram" not in said
    done = quick("verify", str(folder / "subcooperative/noord.txt"), "--coop", str(noord))
    assert done.status == 0, done.out + done.err


def test_a_grant_stands_in_the_overview_of_who_books_it(noord: Path, quick: Run) -> None:
    add(
        noord / "ledgers/coop.beancount",
        '\n2026-01-01 custom "grant" "prijs" 100.00 EUR\n  name: "Een prijs"\n'
        '  purpose: "een oven"\n  for: "noord"\n',
    )
    spent = money("2026-01", "Expenses:Onkosten", "60.00").replace("\n", '\n  grant: "prijs"\n', 1)
    later = spent.replace("2026-01", "2026-02").replace("60.00", "5.00")
    write(noord, "subcooperatives/noord", spent, later)
    said = plain(statement(quick, noord) / "subcooperative/noord.txt")
    assert "Een prijs ---------" in said
    assert "Waarvoor: een oven." in said
    assert "Nog te besteden: € 40,00." in said
    assert "Kosten 0,00" in said


def test_where_there_are_no_sub_cooperatives_all_are_members(coop: Path, quick: Run) -> None:
    said = quick("report", "umbrella", "2026", "--coop", str(coop)).out
    assert "alle leden" in said
    assert "de anderen" not in said


def test_a_year_of_the_whole_umbrella(noord: Path, quick: Run) -> None:
    write(noord, "members/bram", *(money(f"2026-0{n}", "Income:Omzet", "-100.00") for n in range(2, 5)))
    write(noord, "subcooperatives/noord", money("2026-02", "Expenses:Onkosten", "4.00"))
    done = quick("report", "umbrella", "2026", "--json", "--coop", str(noord))
    assert (done.status, done.err) == (0, "")
    found = json.loads(done.out)
    north, others = found["branches"]
    # Amina 30 and the project 200 in January, Bram 100 in February and March. Without Bram's hours Amina has
    # all 105 of the project: 13.50, 30 and twice 10 are contributed.
    assert (north["subcooperative"], north["turnover"], north["contributed"]) == ("noord", "430.00", "63.50")
    # 43.50: 2 + 11.75. February 10 − 4, 0.60; March 10, 1.
    assert (north["own_costs"], north["paid_on"], north["reserve"]) == ("4.00", "15.35", "44.15")
    assert north["standing"] == "44.15"
    assert (others["subcooperative"], others["turnover"], others["umbrella"]) == (None, "100.00", "10.00")
    by_month = {row["month"]: row["umbrella"] for row in found["months"]}
    assert [by_month[f"2026-0{n}"] for n in range(1, 5)] == ["13.75", "0.60", "1.00", "10.00"]
    said = " ".join(
        quick("report", "umbrella", "2026", "--coop", str(noord)).out.replace("\xa0", " ").split()
    )
    assert "De koepel krijgt in deze maanden samen € 25,35" in said
    assert quick("report", "umbrella", "2025", "--coop", str(noord)).out.endswith("Er was nog niemand lid.\n")
    ahead = quick("report", "umbrella", "2099", "--coop", str(noord))
    assert (ahead.status, ahead.out) == (2, "")
    assert "2099 is nog niet begonnen" in ahead.err
    assert "is geen jaar" in quick("report", "umbrella", "26", "--coop", str(noord)).err


def test_a_proposal_for_its_rules_is_held_against_its_own_months_alone(noord: Path, quick: Run) -> None:
    asked = ["--from", "2026-01", "--to", "2026-01", "--json", "--coop", str(noord)]
    done = quick("simulate", "wijk", *asked)
    assert done.status == 0, done.err
    assert {row["member"] for row in json.loads(done.out)["members"]} == {"noord"}
    done = quick("simulate", "lid", *asked)
    assert "noord" not in {row["member"] for row in json.loads(done.out)["members"]}


def test_supposing_more_turnover_does_not_take_the_contribution_for_someone_s_money(
    noord: Path, quick: Run
) -> None:
    asked = ["--turnover", "50", "--month", "2026-01", "--json", "--coop", str(noord)]
    found = json.loads(quick("what-if", "amina", *asked).out)
    assert (found["keep"]["difference"], found["others"]) == ("45.00", "0.00")


def test_what_changes_in_an_open_month_is_told_by_step_all_together(noord: Path, quick: Run) -> None:
    paid(quick, noord)
    add(noord / "ledgers/members/amina.beancount", "\n" + money("2026-01", "Income:Omzet", "-50.00"))
    said = quick("allocate", "2026-01", "--coop", str(noord)).out.replace("\xa0", " ")
    assert "Amina, januari 2026: Coöperatie was € 10,00, wordt € 15,00" in said
    assert "Noord, januari 2026: Koepel was € 12,00, wordt € 14,50" in said
    assert "Noord, januari 2026: Reserve was € 28,00, wordt € 30,50" in said
