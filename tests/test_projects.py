"""Projects: what is left is shared with those who take part, and comes in under their own rules."""

import json
import re
import shutil
import sys
import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from subprocess import run

import pytest
from conftest import Run, examples
from hypothesis import given, settings
from hypothesis import strategies as st

EXAMPLES = examples(8)

CHART = """\
2020-01-01 open Assets:Bank EUR
2020-01-01 open Assets:Uren UUR
  role: "hours"
2020-01-01 open Equity:Uren UUR
2020-01-01 open Equity:Verdeling EUR
  role: "appropriation"
2020-01-01 open Income:Omzet EUR
  role: "turnover"
2020-01-01 open Income:Omzet:Projecten EUR
2020-01-01 open Expenses:Onkosten EUR
  role: "costs"
2020-01-01 open Liabilities:Buurt EUR
2020-01-01 open Liabilities:Deelnemers EUR
2020-01-01 open Liabilities:Cooperatie EUR
2020-01-01 open Liabilities:Lid EUR
"""

TEAM = """\
[pack]
id = "team"
title = "Team"
scope = "collective"
pool = ["turnover"]

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
id = "buurt"
label = "Buurtfonds"
rate = "10%"
of = "after.costs"
cap = { year = 50.00 }
to = "Liabilities:Buurt"
party = "community"
source = "alv"

[[step]]
id = "deel"
label = "Deel van het team"
share = true
by = "hours"
feeds = "Income:Omzet:Projecten"
to = "Liabilities:Deelnemers"
party = "member"
source = "alv"
"""

OWN = """\
[pack]
id = "lid"
title = "Lid"
pool = ["turnover"]

[source.alv]
kind = "decision"
ref = "ALV"

[[step]]
id = "coop"
label = "Coöperatie"
rate = "10%"
to = "Liabilities:Cooperatie"
party = "coop"
source = "alv"

[[step]]
id = "lid"
label = "Voor jou"
all = true
to = "Liabilities:Lid"
party = "member"
source = "alv"
"""

REGISTER = """\
option "title" "Proef"
option "operating_currency" "EUR"
include "accounts.beancount"

2026-01-01 custom "member" "amina"
  name: "Amina"
  rules: "lid"
2026-01-01 custom "member" "bram"
  name: "Bram"
  rules: "lid"
2026-01-01 custom "member" "carla"
  name: "Carla"
  rules: "lid"
2026-01-01 custom "project" "catering"
  name: "Catering"
  rules: "team"
2026-01-01 custom "participant" "catering" "amina"
2026-01-01 custom "participant" "catering" "bram"
  weight: 2
2026-02-01 custom "participant" "catering" "carla"
"""


def hours(month: str, count: str, project: str = "catering") -> str:
    return f'{month}-10 * "gekookt"\n  project: "{project}"\n  Assets:Uren  {count} UUR\n  Equity:Uren\n'


def money(month: str, account: str, amount: str) -> str:
    return f'{month}-15 * "klant" "werk"\n  {account}  {amount} EUR\n  Assets:Bank\n'


@pytest.fixture
def team(tmp_path: Path) -> Path:
    return lay_down(tmp_path)


def lay_down(tmp_path: Path) -> Path:
    """Three members, of whom two cook in January; a lunch of 200 with 50 of costs."""
    ledgers = tmp_path / "ledgers"
    for folder in ("members", "projects"):
        (ledgers / folder).mkdir(parents=True)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/team.toml").write_text(TEAM)
    (tmp_path / "rules/lid.toml").write_text(OWN)
    (ledgers / "accounts.beancount").write_text(CHART)
    (ledgers / "coop.beancount").write_text(REGISTER)
    write(tmp_path, "members/amina", hours("2026-01", "2"), money("2026-01", "Income:Omzet", "-30.00"))
    write(tmp_path, "members/bram", hours("2026-01", "1"))
    write(tmp_path, "members/carla")
    write(
        tmp_path, "projects/catering",
        money("2026-01", "Income:Omzet", "-200.00"), money("2026-01", "Expenses:Onkosten", "50.00"),
    )  # fmt: skip
    return tmp_path


def write(coop: Path, ledger: str, *bookings: str) -> None:
    text = 'include "../accounts.beancount"\n\n' + "\n".join(bookings)
    (coop / f"ledgers/{ledger}.beancount").write_text(text)


def paid(quick: Run, coop: Path, through: str = "2026-01") -> dict[tuple[str, str], dict[str, str]]:
    done = quick("allocate", through, "--json", "--coop", str(coop))
    assert done.status == 0, done.err
    rows = json.loads(done.out)["allocations"]
    return {
        (row["member"], row["month"]): {"pool": row["pool"]} | {s["id"]: s["paid"] for s in row["steps"]}
        for row in rows
    }


def bean_check(coop: Path) -> None:
    for book in sorted((coop / "ledgers/books").glob("*.beancount")):
        done = run(
            [str(Path(sys.executable).with_name("bean-check")), str(book)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout + done.stderr == ""


def test_what_is_left_goes_by_hours_and_under_the_own_rules(team: Path, quick: Run) -> None:
    found = paid(quick, team)
    # 200 − 50 = 150; 15 for the neighbourhood; 135 over 2 and 1 hours: 90 and 45.
    assert found["catering", "2026-01"] == {
        "pool": "200.00", "costs": "50.00", "buurt": "15.00", "deel": "135.00",
    }  # fmt: skip
    assert found["amina", "2026-01"] == {"pool": "120.00", "coop": "12.00", "lid": "108.00"}
    assert found["bram", "2026-01"] == {"pool": "45.00", "coop": "4.50", "lid": "40.50"}
    assert found["carla", "2026-01"] == {"pool": "0.00", "coop": "0.00", "lid": "0.00"}
    bean_check(team)
    text = (team / "ledgers/allocations/amina/2026-01.beancount").read_text()
    assert 'project: "catering"' in text
    assert "  Income:Omzet:Projecten        -90.00 EUR" in text
    assert "  Liabilities:Deelnemers         90.00 EUR" in text


def test_agreed_weights_and_equal_parts(team: Path, quick: Run) -> None:
    rules = team / "rules/team.toml"
    rules.write_text(TEAM.replace('by = "hours"', 'by = "weight"'))
    found = paid(quick, team)
    assert (found["amina", "2026-01"]["pool"], found["bram", "2026-01"]["pool"]) == ("75.00", "90.00")
    rules.write_text(TEAM.replace('by = "hours"', 'by = "equal"'))
    found = paid(quick, team)
    assert (found["amina", "2026-01"]["pool"], found["bram", "2026-01"]["pool"]) == ("97.50", "67.50")
    bean_check(team)


def test_shares_add_up_and_do_not_depend_on_the_order(team: Path, quick: Run) -> None:
    (team / "rules/team.toml").write_text(TEAM.replace('by = "hours"', 'by = "equal"'))
    write(team, "projects/catering", money("2026-02", "Income:Omzet", "-100.01"))
    found = paid(quick, team, "2026-02")
    # 10% of 100.01 is 10.00; 90.01 over three: a cent more for the first.
    assert [found[m, "2026-02"]["pool"] for m in ("amina", "bram", "carla")] == ["30.01", "30.00", "30.00"]
    register = team / "ledgers/coop.beancount"
    head, *members = register.read_text().split("\n2026-01-01 custom")
    register.write_text("\n2026-01-01 custom".join([head, *reversed(members)]))
    assert paid(quick, team, "2026-02") == found


def test_a_late_hour_in_a_closed_month_is_corrected_for_all(team: Path, quick: Run) -> None:
    paid(quick, team)
    assert quick("close", "2026-01", "--coop", str(team)).status == 0
    before = {p: p.read_bytes() for p in (team / "ledgers/allocations").rglob("2026-01*")}
    write(team, "members/bram", hours("2026-01", "1"), hours("2026-01", "2"))
    done = quick("allocate", "2026-02", "--coop", str(team))
    assert done.status == 0, done.err
    # 2 and 3 hours now: 54 and 81 instead of 90 and 45.
    text = (team / "ledgers/allocations/amina/2026-02.beancount").read_text()
    assert 'correction_of: "2026-01"\n  project: "catering"' in text
    assert "  Income:Omzet:Projecten         36.00 EUR" in text
    assert "  Liabilities:Cooperatie          3.60 EUR" in text
    assert not (team / "ledgers/allocations/catering/2026-02.beancount").exists()
    assert before == {p: p.read_bytes() for p in before}
    bean_check(team)
    assert quick("audit", "--coop", str(team)).status == 1
    assert quick("close", "2026-02", "--coop", str(team)).status == 0
    again = quick("allocate", "2026-03", "--json", "--coop", str(team))
    assert json.loads(again.out)["corrections"] == []


@pytest.mark.parametrize(
    ("file", "was", "becomes", "line", "code"),
    [
        ("ledgers/members/amina.beancount", 'project: "catering"', 'project: "catring"', 3, "unknown-project"),
        ("ledgers/members/bram.beancount", "2026-01-10", "2025-12-10", 3, "before-membership"),
        ("ledgers/coop.beancount", '"catering" "bram"', '"catring" "bram"', 18, "unknown-project"),
        ("ledgers/coop.beancount", '"catering" "bram"', '"catering" "brm"', 18, "participant-member"),
        ("ledgers/coop.beancount", '"catering" "bram"', '"catering"', 18, "participant"),
        ("ledgers/coop.beancount", "weight: 2", "weight: 0", 19, "participant-weight"),
        ("ledgers/coop.beancount", "weight: 2", "uren: 2", 19, "participant-key"),
        ("ledgers/coop.beancount", '2026-01-01 custom "participant" "catering" "amina"',
         '2025-12-01 custom "participant" "catering" "amina"', 17, "participant-outside"),
        ("ledgers/coop.beancount", '"project" "catering"', '"project" "Catering"', 14, "project-id"),
        ("ledgers/coop.beancount", '"project" "catering"', '"project" "amina"', 14, "project-is-member"),
        ("ledgers/coop.beancount", 'rules: "team"', 'rules: "lid"', 14, "pack-for-members"),
        ("ledgers/coop.beancount", 'rules: "lid"', 'rules: "team"', 5, "pack-for-projects"),
        ("rules/team.toml", 'scope = "collective"\n', "", 33, "feeds-scope"),
        ("rules/team.toml", "Income:Omzet:Projecten", "Liabilities:Lid", 34, "feeds-account"),
        ("rules/lid.toml", 'pool = ["turnover"]', 'scope = "collective"\npool = ["turnover"]', 20, "scope-share"),
        ("ledgers/projects/catering.beancount", '"klant"', '"klant"', 0, ""),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_line(
    file: str, was: str, becomes: str, line: int, code: str, team: Path, quick: Run
) -> None:
    path = team / file
    assert was in path.read_text()
    path.write_text(path.read_text().replace(was, becomes, 1))
    done = quick("check", "--json", "--coop", str(team))
    problems = [(p["file"], p["line"], p["code"]) for p in json.loads(done.out)["problems"]]
    assert (file, line, code) in problems if code else problems == []


@pytest.mark.parametrize(
    ("ledger", "booking", "code"),
    [
        ("members/carla", hours("2026-01", "3"), "no-participant"),
        ("members/carla", money("2026-02", "Expenses:Onkosten", "5.00").replace('"werk"', '"werk"\n  project: "catering"'),
         "project-money"),
        ("projects/catering", hours("2026-01", "3"), "work-in-project"),
        ("projects/tuinen", hours("2026-01", "3"), "project-not-registered"),
    ],
)  # fmt: skip
def test_what_cannot_be_booked_for_a_project(
    ledger: str, booking: str, code: str, team: Path, quick: Run
) -> None:
    write(team, ledger, booking)
    done = quick("check", "--json", "--coop", str(team))
    assert code in [p["code"] for p in json.loads(done.out)["problems"]]


def test_money_with_nobody_to_share_it(team: Path, quick: Run) -> None:
    register = team / "ledgers/coop.beancount"
    text = register.read_text()
    register.write_text(text[: text.index('2026-01-01 custom "participant"')])
    write(team, "members/amina")
    write(team, "members/bram")
    done = quick("allocate", "2026-01", "--coop", str(team))
    assert done.status == 1
    assert (
        "ledgers/coop.beancount:14: In januari 2026 is er geld te verdelen, maar er doet niemand mee"
        in done.err
    )


def test_a_part_that_the_own_rules_do_not_divide_is_a_warning(team: Path, quick: Run) -> None:
    chart = team / "ledgers/accounts.beancount"
    chart.write_text(
        chart.read_text().replace("Income:Omzet:Projecten EUR", 'Income:Omzet:Projecten EUR\n  role: "extra"')
    )
    done = quick("allocate", "2026-01", "--coop", str(team))
    assert done.status == 0
    assert "verdelen dat niet" in done.err


def test_one_command_shows_a_project_and_who_got_what(team: Path, quick: Run) -> None:
    said = quick("explain", "catering", "2026-01", "--coop", str(team)).out
    for line in ("Er is € 135,00 over voor wie meedoet", "Amina (2): € 90,00", "Bram (1): € 45,00"):
        assert line in said.replace("\xa0", " ")
    said = quick("explain", "amina", "2026-01", "--coop", str(team)).out
    assert "Daarvan is € 90,00 jouw deel van Catering." in said.replace("\xa0", " ")


def test_a_member_can_read_how_the_project_came_to_the_part(team: Path, quick: Run) -> None:
    def said() -> str:
        out = quick("explain", "amina", "2026-01", "--coop", str(team)).out
        return " ".join(out.replace("\xa0", " ").split())

    # 200 − 50 − 15 is shared; two of the three hours are hers.
    assert (
        "Dat project had € 135,00 te verdelen, naar wat ieder boekte aan uren: van jou 2 van de 3." in said()
    )
    rules = team / "rules/team.toml"
    rules.write_text(TEAM.replace('by = "hours"', 'by = "weight"'))
    assert "naar het afgesproken gewicht: van jou 1 van de 3." in said()
    rules.write_text(TEAM.replace('by = "hours"', 'by = "equal"'))
    assert "ieder evenveel: over wie meedoet, 2 bij elkaar." in said()


def test_the_hours_of_a_project_can_be_traced_to_who_booked_them(team: Path, quick: Run) -> None:
    said = quick("explain", "catering", "2026-01", "--all", "--coop", str(team)).out.replace("\xa0", " ")
    for line in (
        "10 januari 2026  2 UUR  Amina · gekookt\n     ledgers/members/amina.beancount:3",
        "10 januari 2026  1 UUR  Bram · gekookt\n     ledgers/members/bram.beancount:3",
        "Er is € 50,00 geboekt aan kosten.",
    ):
        assert line in said
    quick("allocate", "2026-01", "--coop", str(team))
    assert quick("statements", "2026-01", "--format", "txt", "--coop", str(team)).status == 0
    assert "gekookt (Catering)" in (team / "statements/2026-01/member/amina.txt").read_text()


def test_a_project_with_nothing_left_says_so_and_names_nobody(team: Path, quick: Run) -> None:
    write(team, "projects/catering", money("2026-01", "Expenses:Onkosten", "50.00"))
    said = quick("explain", "catering", "2026-01", "--all", "--coop", str(team)).out
    assert "Er is deze maand niets over voor wie meedoet." in said
    assert "Wie meedoet krijgt deze maand niets uit dit project." in said
    assert "Bram" not in said.partition("Deel van het team")[2].partition(" - ")[0]


def test_money_to_share_by_hours_that_nobody_booked_is_warned_of(team: Path, quick: Run) -> None:
    write(team, "members/amina")
    write(team, "members/bram", hours("2026-01", "1").replace('  project: "catering"\n', ""))
    done = quick("allocate", "2026-01", "--coop", str(team))
    assert done.status == 0
    assert "maar niemand boekte die voor catering" in done.err
    # What is closed stays as it is, and then nobody can do anything about it any more.
    assert quick("close", "2026-01", "--coop", str(team)).status == 0
    assert "niemand boekte" not in quick("allocate", "2026-02", "--coop", str(team)).err


def test_a_correction_names_what_is_behind_it_in_the_ledger_of_another(team: Path, quick: Run) -> None:
    paid(quick, team)
    assert quick("close", "2026-01", "--coop", str(team)).status == 0
    write(
        team,
        "members/bram",
        hours("2026-01", "1"),
        hours("2026-01", "2"),
        money("2026-01", "Income:Omzet", "-7.00"),
    )
    found = json.loads(quick("allocate", "2026-02", "--json", "--coop", str(team)).out)["corrections"]
    because = {(c["member"], c["step"]): c["because"] for c in found}
    late = ["+ 2026-01-10 Assets:Uren 2 UUR, Equity:Uren 2 UUR"]
    # Amina's part is less because of Bram's hours; what he earned himself is not her business.
    assert because["amina", "deel"] == because["amina", "coop"] == late
    assert because["bram", "deel"] == late


def test_more_turnover_of_one_s_own_leaves_the_project_as_it_is(team: Path, quick: Run) -> None:
    (team / "rules/lid.toml").write_text(OWN.replace('rate = "10%"', 'rate = "10%"\nabove = 100.00'))
    asked = ["--month", "2026-01", "--coop", str(team)]
    done = quick("what-if", "amina", "--turnover", "50", "--json", *asked)
    found = json.loads(done.out)
    assert (found["pool"]["now"], found["pool"]["then"]) == ("120.00", "170.00")
    assert found["others"] == "0.00"
    # 30 of her own and 90 of the project: past the 100 from which the cooperative takes a tenth.
    assert Decimal(found["next_euro"]) == Decimal("0.9")
    assert quick("allocate", "2026-01", "--coop", str(team)).status == 0
    done = quick("statements", "2026-01", "--member", "amina", "--format", "txt", "--coop", str(team))
    assert done.status == 0, done.err
    text = (team / "statements/2026-01/member/amina.txt").read_text()
    assert "hou je 90 cent" in " ".join(text.split()).replace("\xa0", " ")


def test_a_project_has_a_table_of_its_own(team: Path, quick: Run) -> None:
    said = quick("allocate", "2026-01", "--coop", str(team)).out
    members, projects = said.split("\nProjecten\n")
    assert "samen 165,00" in members
    assert "Catering 200,00  50,00" in projects


MONTHS = [f"2026-0{number}" for number in range(1, 7)]
WORK = st.lists(
    st.tuples(
        st.sampled_from(MONTHS), st.sampled_from(["amina", "bram", "carla", "catering", "costs"]),
        st.integers(1, 60_000),
    ),
    max_size=14,
)  # fmt: skip


def book(coop: Path, work: list[tuple[str, str, int]]) -> None:
    """Money in and out of the project, hours and money of members; each booking with a text of its own."""
    found: dict[str, list[str]] = {"catering": [], "amina": [], "bram": [], "carla": []}
    for number, (month, who, amount) in enumerate(work):
        euros = f"{Decimal(amount).scaleb(-2):.2f}"
        if who in ("catering", "costs"):
            account, sign = ("Income:Omzet", "-") if who == "catering" else ("Expenses:Onkosten", "")
            found["catering"].append(money(month, account, sign + euros).replace("werk", str(number)))
        elif who != "carla" or month > "2026-01":
            found[who].append(hours(month, str(amount % 9 + 1)).replace("gekookt", str(number)))
            found[who].append(money(month, "Income:Omzet", f"-{euros}").replace("werk", str(number)))
    for who, bookings in found.items():
        write(coop, f"projects/{who}" if who == "catering" else f"members/{who}", *bookings)


def posted(coop: Path) -> Counter[tuple[str, str]]:
    """What was posted in all, by whose book and account, in cents."""
    total: Counter[tuple[str, str]] = Counter()
    for file in sorted((coop / "ledgers/allocations").rglob("*.beancount")):
        for account, amount in re.findall(
            r"^  ([A-Z]\S+) +(-?\d+\.\d\d) EUR$", file.read_text(), re.MULTILINE
        ):
            total[file.parent.name, account] += int(Decimal(amount) * 100)
    return Counter({key: amount for key, amount in total.items() if amount})


@settings(max_examples=EXAMPLES)
@given(first=WORK, second=WORK, third=WORK, by=st.sampled_from(["hours", "equal", "weight"]))
def test_closing_a_chain_at_any_moment_posts_the_same_in_total(
    quick: Run, first: list, second: list, third: list, by: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        coops = [lay_down(Path(folder, name)) for name in ("closed", "fresh")]
        for coop in coops:
            (coop / "rules/team.toml").write_text(TEAM.replace('"hours"', f'"{by}"'))
        for work, end in ((first, "2026-02"), (second, "2026-04"), (third, "")):
            book(coops[0], work)
            assert quick("allocate", end or "2026-06", "--coop", str(coops[0])).status == 0
            if end:
                assert quick("close", end, "--coop", str(coops[0])).status == 0
        book(coops[1], third)
        assert quick("allocate", "2026-06", "--coop", str(coops[1])).status == 0
        assert posted(coops[0]) == posted(coops[1])
        # What the project owes those who take part is what they have to come from it, and no more.
        owed = [n for (_, account), n in posted(coops[0]).items() if account == "Liabilities:Deelnemers"]
        assert sum(owed) == 0


def test_a_simulation_counts_every_euro_of_a_project_once(team: Path, quick: Run) -> None:
    proposal = team / "team.toml"
    proposal.write_text(TEAM.replace('rate = "10%"', 'rate = "20%"'))
    period = ("--from", "2026-01", "--to", "2026-01", "--json", "--coop", str(team))
    found = json.loads(quick("simulate", str(proposal), *period).out)
    # 200 of the project and 30 of Amina's own. Of 150, 30 goes to the neighbourhood instead of 15.
    assert found["totals"]["pool"] == {"was": "230.00", "becomes": "230.00", "difference": "0.00"}
    assert found["totals"]["paid"]["community"]["difference"] == "15.00"
    # The members get 120 instead of 135, less a tenth for the cooperative.
    assert found["totals"]["keep"] == {"was": "148.50", "becomes": "135.00", "difference": "-13.50"}
    assert sum(Decimal(party["becomes"]) for party in found["totals"]["paid"].values()) == Decimal("230.00")
    assert [row["member"] for row in found["members"]] == ["carla", "bram", "amina"]


def test_own_rules_change_nothing_for_others_in_a_project(team: Path, quick: Run) -> None:
    period = ("--from", "2026-01", "--to", "2026-01", "--json", "--coop", str(team))
    found = json.loads(quick("simulate", "lid", "--member", "amina", *period).out)
    assert [row["member"] for row in found["members"]] == ["amina"]
    assert found["totals"]["pool"]["was"] == "120.00"


MORE = st.lists(
    st.tuples(
        st.sampled_from(["amina", "bram", "carla", "catering"]),
        st.sampled_from(["money", "hours"]),
        st.integers(1, 40),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=EXAMPLES)
@given(bookings=MORE, close=st.integers(-1, 3))
def test_dividing_only_who_changed_comes_to_the_same(quick: Run, bookings: list, close: int) -> None:
    """After each booking the books are as if everything had been read and divided again."""
    with tempfile.TemporaryDirectory() as folder:
        kept = lay_down(Path(folder, "kept"))
        assert quick("allocate", "2026-04", "--coop", str(kept)).status == 0
        for nth, (who, what, count) in enumerate(bookings):
            if nth == close:
                assert quick("close", "2026-02", "--coop", str(kept)).status == 0
            place = "projects" if who == "catering" else "members"
            month = f"2026-0{1 + count % 4}"
            is_money = what == "money" or who == "catering" or (who == "carla" and month == "2026-01")
            text = money(month, "Income:Omzet", f"-{count}.00") if is_money else hours(month, str(count))
            with open(kept / f"ledgers/{place}/{who}.beancount", "a", encoding="utf-8") as ledger:
                ledger.write(f"\n{text}")
            fresh = Path(shutil.copytree(kept, Path(folder, f"fresh-{nth}")))
            shutil.rmtree(fresh / ".scharrel")
            told = [quick("allocate", "2026-04", "--coop", str(coop)) for coop in (kept, fresh)]
            assert told[0] == told[1]
            assert files(kept) == files(fresh)


def files(coop: Path) -> dict[str, str]:
    return {str(path.relative_to(coop)): path.read_text() for path in (coop / "ledgers").rglob("*.*")}


def test_rules_taken_over_for_a_project_are_put_to_use_with_a_project(tmp_path: Path, quick: Run) -> None:
    coop = tmp_path / "nieuw"
    assert quick("init", str(coop)).status == 0
    export = str(tmp_path / "wijkproject.toml")
    assert quick("rules", "export", "wijkproject", "--out", export, "--coop", str(coop)).status == 0
    done = quick("rules", "import", export, "--as", "catering", "--coop", str(coop))
    assert done.status == 0, done.err
    assert 'custom "project" "ID"' in done.out
    assert "member add" not in done.out


def test_an_account_that_the_chart_does_not_have_is_told_once(team: Path, quick: Run) -> None:
    chart = team / "ledgers/accounts.beancount"
    chart.write_text(chart.read_text().replace("2020-01-01 open Liabilities:Deelnemers EUR\n", ""))
    done = quick("check", "--json", "--coop", str(team))
    found = [p["code"] for p in json.loads(done.out)["problems"] if p["file"] == "rules/team.toml"]
    assert found == ["unknown-account"]
