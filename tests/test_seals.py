"""Seals that are lost, replaced or put back; and everything that the figures of a closed month rest on."""

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import test_projects
from conftest import LONG, Once, Run, in_process, small, takes_seconds
from test_faults import die, failing_at
from test_projects import money, write

from scharrel.store.digests import digest_of

SEALS = "ledgers/allocations"
SECOND = "ledgers/closed.json"
CHART = "ledgers/accounts.beancount"
REGISTER = "ledgers/coop.beancount"
AMINA = "ledgers/members/amina.beancount"
LATE = '\n2026-02-20 * "late" "klant"\n  Income:Omzet  -100.00 EUR\n  Assets:Bank\n'

Do = Callable[[Path], object]


def change(name: str, old: str, new: str) -> Do:
    """Puts `new` where `old` stands in the file."""

    def do(coop: Path) -> None:
        text = (coop / name).read_text()
        assert old in text, (old, name)
        (coop / name).write_text(text.replace(old, new, 1))

    return do


def add(name: str, text: str) -> Do:
    return lambda coop: (coop / name).write_text((coop / name).read_text() + text)


def lose(*patterns: str) -> Do:
    """Removes the files and folders that the patterns name."""

    def do(coop: Path) -> None:
        found = [path for pattern in patterns for path in coop.glob(pattern)]
        assert found
        for path in found:
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    return do


def back(*names: str) -> Do:
    """Puts back what stood there when February was closed."""

    def do(coop: Path) -> None:
        for name in names:
            here, then = coop / name, coop.parent / "then" / name
            if then.is_dir():
                shutil.rmtree(here)
                shutil.copytree(then, here)
            else:
                shutil.copy(then, here)

    return do


def both(*steps: Do) -> Do:
    return lambda coop: [step(coop) for step in steps]


def allocations(coop: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in (coop / SEALS).rglob("*.beancount")}


def close_twice(folder: Path) -> None:
    coop, quick = small(folder / "coop"), in_process
    where = ("--coop", str(coop))
    assert quick("allocate", "2026-05", *where).status == 0
    assert quick("close", "2026-02", *where).status == 0
    shutil.copytree(coop, coop.parent / "then")
    add(AMINA, LATE)(coop)
    assert quick("allocate", "2026-05", *where).status == 0
    assert quick("close", "2026-04", *where).status == 0
    assert quick("audit", *where).status == 0


@pytest.fixture
def closed(tmp_path: Path, once: Once) -> Path:
    """The small cooperative, closed up to February and then up to April, with a correction in March."""
    return once(close_twice, tmp_path) / "coop"


# -- lost, and put back


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (lose(f"{SEALS}/2026-04.seal"), "2026-04.seal"),
        (lose(f"{SEALS}/2026-03.seal", f"{SEALS}/2026-04.seal"), "2026-03.seal"),
        (lose(f"{SEALS}/2026-02.seal"), "2026-02.seal"),
        (lose(f"{SEALS}/2026-01.seal"), "2026-01.seal"),
        (lose(f"{SEALS}/*.seal"), "2026-01.seal"),
        (lose("**/*.seal"), "2026-04.seal"),
        (lose(SEALS), "2026-04.seal"),
        (lose(f"{SEALS}/amina"), "amina/2026-04.seal"),
        (lose(f"{SEALS}/amina/2026-04.*"), "amina/2026-04.seal"),
        (lose(f"{SEALS}/amina/2026-02.seal"), "amina/2026-02.seal"),
        (lose(f"{SEALS}/amina/2026-04.beancount"), "amina/2026-04.beancount"),
        (back(SEALS), "2026-04.seal"),
        (both(lose(f"{SEALS}/2026-04.seal"), lose(SECOND)), "2026-04.seal"),
        (both(lose(f"{SEALS}/2026-04.seal"), back(SECOND)), "2026-04.seal"),
        (both(lose(f"{SEALS}/*.seal"), lose(SECOND)), "2026-03.seal"),
        (both(lose("**/*.seal"), lose(SECOND)), "2026-02.seal"),
        (change(SECOND, '"2026-04"', '"2026-05"'), "2026-05.seal"),
        (add(SECOND, "<<<<<<<"), SECOND),
        (lambda coop: (coop / SECOND).write_text(""), SECOND),
    ],
)  # fmt: skip
def test_a_lost_seal_is_named_and_nothing_is_opened(
    harm: Do, named: str, closed: Path, tmp_path: Path, quick: Run
) -> None:
    whole = Path(shutil.copytree(closed, tmp_path / "whole"))
    harm(closed)
    audit = quick("audit", "--coop", str(closed))
    assert audit.status == 1
    assert named in audit.out + audit.err
    add(AMINA, LATE.replace("late", "later"))(closed)
    before = allocations(closed)
    assert quick("close", "2026-04", "--coop", str(closed)).status != 0
    for command in ("check", "allocate", "allocate 2026-03", "close 2026-05", "statements 2026-04"):
        done = quick(*command.split(), "--coop", str(closed))
        assert done.status == 1, (command, done)
        assert named in done.err + done.out, (command, done)
        assert allocations(closed) == before
    # What comes back from a backup puts all right.
    shutil.rmtree(closed)
    shutil.copytree(whole, closed)
    assert quick("audit", "--coop", str(closed)).status == 0


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (change(f"{SEALS}/amina/2026-03.seal", "2026-03-05", "2026-03-06"), "amina/2026-03.seal"),
        (change(f"{SEALS}/amina/2026-04.seal", '"tax"', '"text"'), "amina/2026-04.seal"),
        (both(back(f"{SEALS}/amina/2026-01.seal"), lambda c: shutil.copy(
            c / f"{SEALS}/amina/2026-01.seal", c / f"{SEALS}/amina/2026-02.seal")), "amina/2026-02.seal"),
        (lambda c: shutil.copytree(c / f"{SEALS}/amina", c / f"{SEALS}/bram"), "bram/2026-01.seal"),
        (change(f"{SEALS}/2026-04.seal", "sha256:", "sha256:0"), "2026-04.seal"),
        (change(f"{SEALS}/2026-01.seal", '"month"', '"second": "x", "month"'), "2026-01.seal"),
        (change(SECOND, "sha256:", "sha256:0"), SECOND),
    ],
)  # fmt: skip
def test_a_seal_that_was_rewritten_is_named_and_nothing_goes_by_it(
    harm: Do, named: str, closed: Path, quick: Run
) -> None:
    harm(closed)
    audit = quick("audit", "--coop", str(closed))
    assert audit.status == 1
    assert named in audit.out
    before = allocations(closed)
    for command in ("check", "allocate", "close 2026-05", "statements 2026-04"):
        done = quick(*command.split(), "--coop", str(closed))
        assert done.status == 1, (command, done)
        assert SEALS in done.err
        assert allocations(closed) == before


def test_a_seal_of_something_unknown_is_one_that_cannot_be_read(closed: Path, quick: Run) -> None:
    change(f"{SEALS}/amina/2026-01.seal", '"chart"', '"chaRt"')(closed)
    done = quick("audit", "--coop", str(closed))
    assert (done.status, "amina/2026-01.seal: Dit zegel van januari 2026 is niet te lezen." in done.out) == (
        1,
        True,
    )


@pytest.mark.parametrize("harm", [lose(SECOND), back(SECOND)])
def test_the_second_place_that_is_lost_or_older_is_named_and_written_again(
    harm: Do, closed: Path, quick: Run
) -> None:
    where = ("--coop", str(closed))
    whole = (closed / SECOND).read_text()
    harm(closed)
    audit = quick("audit", *where)
    assert audit.status == 1
    assert f"{SECOND}: Dit bestand" in audit.out
    (closed / SECOND).write_text(whole)
    assert quick("audit", *where).status == 0
    harm(closed)
    assert quick("allocate", "2026-05", *where).status == 0
    assert quick("close", "2026-05", *where).status == 0
    assert quick("audit", *where).status == 0
    assert list(json.loads((closed / SECOND).read_text())["seals"]) == [f"2026-0{n}" for n in range(1, 6)]


def test_rolled_back_without_the_second_place_audit_still_knows(closed: Path, quick: Run) -> None:
    both(back(SEALS), lose(SECOND))(closed)
    assert SECOND in quick("audit", "--coop", str(closed)).out


@takes_seconds
def test_a_closing_killed_at_any_call_is_finished_by_the_next(coop: Path, tmp_path: Path, quick: Run) -> None:
    assert quick("allocate", "2026-05", "--coop", str(coop)).status == 0
    assert quick("close", "2026-01", "--coop", str(coop)).status == 0
    number = killed = 0
    while True:
        number += 1 if LONG else 3
        copy = Path(shutil.copytree(coop, tmp_path / f"kill-{number}"))
        where = ("--coop", str(copy))
        child = os.fork()
        if not child:
            with failing_at(number, die):
                try:
                    quick("close", "2026-03", *where)
                finally:
                    os._exit(0)
        _, status = os.waitpid(child, 0)
        for command in ("audit", "check", "allocate 2026-05"):
            done = quick(*command.split(), *where)
            assert done.status == 0, (number, command, done)
        is_closed = (copy / f"{SEALS}/2026-03.seal").exists()
        assert quick("close", "2026-03", *where).status == (2 if is_closed else 0)
        assert quick("allocate", "2026-05", *where).status == 0
        assert quick("close", "2026-04", *where).status == 0
        assert quick("audit", *where).status == 0
        assert json.loads((copy / SECOND).read_text())["closing"] == ""
        if status == 0:
            break
        killed += 1
    assert number > 20
    print(f"killed at {killed} calls")


def test_what_a_killed_closing_left_of_who_is_gone_by_then_is_cleared(coop: Path, quick: Run) -> None:
    where = ("--coop", str(coop))
    assert quick("allocate", "2026-05", *where).status == 0
    assert quick("close", "2026-02", *where).status == 0
    (coop / SECOND).write_text((coop / SECOND).read_text().replace('"closing": ""', '"closing": "2026-03"'))
    (coop / f"{SEALS}/bram").mkdir()
    shutil.copy(coop / f"{SEALS}/amina/2026-02.seal", coop / f"{SEALS}/bram/2026-03.seal")
    assert quick("close", "2026-03", *where).status == 0
    assert quick("audit", *where).status == 0


def as_before(coop: Path) -> None:
    """The seals as the earlier version wrote them: without what a month rests on, and in one place."""
    previous = ""
    for path in sorted((coop / SEALS).glob("*.seal")):
        chain = json.loads(path.read_text())
        for member in chain["members"]:
            of = coop / SEALS / member / path.name
            table = json.loads(of.read_text())
            table.pop("form")
            for basis in (table, *table["revised"].values()):
                basis.pop("rests", None)
            of.write_text(_text(table))
            chain["members"][member] = digest_of(of.read_bytes())
        chain["previous"] = previous
        path.write_text(_text(chain))
        previous = digest_of(path.read_bytes())
    (coop / SECOND).unlink()


def _text(table: object) -> str:
    return json.dumps(table, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def test_seals_of_the_earlier_version_are_read_and_completed_at_the_next_close(
    closed: Path, quick: Run
) -> None:
    where = ("--coop", str(closed))
    as_before(closed)
    before = allocations(closed)
    assert quick("audit", *where).status == 0
    assert quick("check", *where).status == 0
    # What those did not hold is no change.
    role = change(CHART, 'role: "costs"', 'role: "phone"')
    whole = (closed / CHART).read_text()
    role(closed)
    assert "changed-chart" not in quick("audit", "--json", *where).out
    (closed / CHART).write_text(whole)
    assert quick("allocate", "2026-05", *where).status == 0
    assert quick("close", "2026-05", *where).status == 0
    assert quick("audit", *where).status == 0
    assert {name: data for name, data in allocations(closed).items() if name in before} == before
    assert list(json.loads((closed / SECOND).read_text())["seals"]) == [f"2026-0{n}" for n in range(1, 6)]
    role(closed)
    assert quick("audit", *where).status == 1
    (closed / CHART).write_text(whole)
    lose(f"{SEALS}/2026-05.seal")(closed)
    assert quick("allocate", *where).status == 1


@pytest.mark.parametrize("lost", ["2026-04.seal", "*.seal"])
def test_members_seals_know_what_the_earlier_version_closed(lost: str, closed: Path, quick: Run) -> None:
    as_before(closed)
    lose(f"{SEALS}/{lost}")(closed)
    before = allocations(closed)
    assert quick("audit", "--coop", str(closed)).status == 1
    add(AMINA, LATE.replace("late", "later"))(closed)
    for command in ("check", "allocate 2026-04", "close 2026-04"):
        done = quick(*command.split(), "--coop", str(closed))
        assert done.status == 1
        assert "2026-04.seal" in done.err
    assert allocations(closed) == before


def test_a_copy_and_line_ends_of_another_system_are_no_change(
    closed: Path, tmp_path: Path, quick: Run
) -> None:
    copy = Path(shutil.copytree(closed, tmp_path / "copy"))
    for path in [*copy.rglob("*.seal"), copy / SECOND]:
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    for command in ("audit", "check", "allocate"):
        assert quick(*command.split(), "--coop", str(copy)).status == 0


# -- what a closed month rests on


PACK_OF_ALL = """\
[pack]
id = "lid"
title = "Lid"
pool = ["turnover"]
valid_from = 2025-01-01
strict = true
settled = "quarter"

[source.alv]
kind = "decision"
ref = "ALV"

[param.uren]
source = "alv"
values = [ { from = 2025-01-01, value = 1040.00 } ]

[[limit]]
role = "hours"
year = "uren"
source = "alv"

[[step]]
id = "costs"
label = "Kosten"
input = "costs"
approval = true
carry = true
party = "supplier"
source = "alv"

[[step]]
id = "slijtage"
label = "Slijtage"
input = "depreciation"
carry = true
party = "supplier"
source = "alv"

[[step]]
id = "inzet"
label = "Inzet"
per = 5.00
units = "hours"
cap = { year = 100.00 }
counts = ["elsewhere"]
to = "Liabilities:Lid"
party = "member"
source = "alv"

[[step]]
id = "coop"
label = "Coöperatie"
rate = "10%"
to = "Liabilities:Cooperatie"
party = "coop"
source = "alv"

[[step]]
id = "pot"
label = "Pot"
rate = "10%"
purposes = { study = "free", household = "approval" }
to = "Liabilities:Pot"
party = "pot"
source = "alv"

[[step]]
id = "gemeente"
label = "Gemeente"
rate = "20%"
to = "Liabilities:Gemeente"
party = "municipality"
source = "alv"

[[step]]
id = "lid"
label = "Voor jou"
all = true
to = "Liabilities:Lid"
party = "member"
source = "alv"
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
id = "reserve"
label = "Reserve"
all = true
to = "Liabilities:Reserve"
party = "pot"
source = "alv"
"""

MORE_CHART = """\
2020-01-01 open Expenses:Onkosten:Telefoon EUR
2020-01-01 open Expenses:Afschrijving EUR
  role: "depreciation"
2020-01-01 open Expenses:Eten EUR
  role: "food"
2020-01-01 open Assets:Inventaris EUR
  depreciation: "Expenses:Afschrijving"
2020-01-01 open Assets:Debiteuren EUR
  role: "receivable"
2020-01-01 open Assets:Ruil UUR
  role: "exchange"
2020-01-01 open Equity:Ruil UUR
2020-01-01 open Equity:Anders EUR
2020-01-01 open Income:Elders EUR
  role: "elsewhere"
2020-01-01 open Income:Bijdragen EUR
  role: "contributions"
2020-01-01 open Liabilities:Reserve EUR
2020-01-01 open Liabilities:Pot EUR
2020-01-01 open Liabilities:Gemeente EUR
"""

MORE_REGISTER = """\

2025-01-01 custom "subcooperative" "noord"
  name: "Noord"
  rules: "wijk"
2025-01-01 custom "member" "dirk"
  name: "Dirk"
  rules: "lid"
2025-12-01 custom "member" "dirk"
  left: TRUE
2025-01-01 custom "approval" "amina" "Naaimachine" 400.00 EUR
2025-12-20 custom "approval" "bram" "Boor" 30.00 EUR
2026-01-05 custom "grant" "prijs" 1000.00 EUR
  name: "Prijs"
  purpose: "website"
  for: "noord"
2026-01-06 custom "grant" "breed" 500.00 EUR
  name: "Breed"
  purpose: "training"
2026-02-28 custom "settlement" "dirk" "2025"
  source: "Aanslag"
"""


SETTLED = '\n2026-01-20 custom "settlement" "amina" "2025-Q4"\n  source: "Besluit"\n  gemeente: 50.00\n'


def close_rich(folder: Path) -> None:
    coop, quick = test_projects.lay_down(folder), in_process
    where = ("--coop", str(coop))
    (coop / "rules/lid.toml").write_text(PACK_OF_ALL)
    (coop / "rules/wijk.toml").write_text(ABOVE)
    (coop / "ledgers/subcooperatives").mkdir()
    write(
        coop,
        "subcooperatives/noord",
        '2026-01-20 * "prijs"\n  grant: "prijs"\n  Income:Omzet  -1000.00 EUR\n  Assets:Bank\n',
    )
    add(CHART, MORE_CHART)(coop)
    register = (coop / REGISTER).read_text()
    for name in ("amina", "bram"):
        register = register.replace(
            f'2026-01-01 custom "member" "{name}"',
            f'2025-10-01 custom "member" "{name}"\n  subcooperative: "noord"',
        )
    (coop / REGISTER).write_text(register + MORE_REGISTER)
    write(coop, "members/dirk", money("2025-11", "Income:Omzet", "-50.00"))
    add(
        AMINA,
        "\n".join(
            [
                '2026-01-02 custom "quote" "Q1" "School" 60.00 EUR',
                money("2025-10", "Income:Omzet", "-500.00"),
                money("2025-11", "Expenses:Onkosten:Telefoon", "20.00"),
                '2025-12-03 * "machine"\n  lifetime: 36\n  Assets:Inventaris  360.00 EUR\n  Assets:Bank\n',
                '2026-01-12 * "School" ^Q1\n  Income:Omzet  -60.00 EUR\n  Assets:Debiteuren\n',
                '2026-01-14 * "geknipt"\n  with: "bram"\n  Assets:Ruil  2 UUR\n  Equity:Ruil\n',
                '2026-02-14 * "cursus"\n  grant: "breed"\n  Expenses:Onkosten  40.00 EUR\n  Assets:Bank\n',
                '2026-02-16 * "boek"\n  reason: "les"\n  purpose: "study"\n'
                "  Liabilities:Pot  5.00 EUR\n  Assets:Bank\n",
                '2026-02-17 * "gewerkt"\n  Assets:Uren  3 UUR\n  Equity:Uren\n',
                money("2026-02", "Income:Elders", "-10.00"),
                money("2026-02", "Income:Omzet", "-200.00"),
            ]
        ),
    )(coop)
    add(
        "ledgers/members/bram.beancount",
        money("2026-01", "Income:Omzet", "-90.00") + money("2026-01", "Expenses:Onkosten", "30.00"),
    )(coop)
    assert quick("allocate", "2026-02", *where).status == 0
    assert quick("close", "2025-12", *where).status == 0
    add(REGISTER, SETTLED)(coop)
    assert quick("settle", "2025-Q4", "--member", "amina", *where).status == 0
    assert quick("allocate", "2026-02", *where).status == 0
    assert quick("close", "2026-02", *where).status == 0
    done = quick("audit", *where)
    assert (done.status, done.err) == (0, ""), done


@pytest.fixture
def rich(tmp_path: Path, once: Once) -> Path:
    """A cooperative that uses everything, closed up to February, with a quarter that was settled."""
    return once(close_rich, tmp_path / "rich")


LID, TEAM = "rules/lid.toml", "rules/team.toml"
CATERING, NOORD = "ledgers/projects/catering.beancount", "ledgers/subcooperatives/noord.beancount"
PHONE = "-01-01 open Expenses:Onkosten:Telefoon"
LEFT = "".join(
    f"\n2026-03-01 custom {who}\n  left: TRUE\n"
    for who in ('"member" "amina"', '"participant" "catering" "amina"')
)
NEW_GRANT = '\n2026-03-01 custom "grant" "nieuw" 5.00 EUR\n  name: "N"\n  purpose: "p"\n  for: "amina"\n'


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        # The chart.
        (change(CHART, "Onkosten:Telefoon EUR", 'Onkosten:Telefoon EUR\n  role: "food"'), CHART),
        (change(CHART, 'role: "costs"', 'role: "food"'), CHART),
        (change(CHART, 'Assets:Bank EUR', 'Assets:Bank EUR\n  role: "receivable"'), CHART),
        (change(CHART, 'role: "depreciation"', 'role: "food"'), CHART),
        (change(CHART, '"Expenses:Afschrijving"', '"Expenses:Eten"'), CHART),
        (change(CHART, '  depreciation: "Expenses:Afschrijving"\n', ""), CHART),
        (change(CHART, f"2020{PHONE} EUR\n", ""), CHART),
        (change(CHART, f"2020{PHONE}", f"2026{PHONE}"), "Telefoon"),
        (both(change(CHART, '  role: "appropriation"\n', ""),
              change(CHART, "Equity:Anders EUR", 'Equity:Anders EUR\n  role: "appropriation"')), CHART),
        (change(CHART, ":Projecten EUR", ':Projecten EUR\n  role: "elsewhere"'), CHART),
        (change(CHART, 'role: "contributions"', 'role: "turnover"'), CHART),
        # The register.
        (change(REGISTER, '2026-01-20 custom "settlement"', '2026-01-21 custom "settlement"'), REGISTER),
        (change(REGISTER, "gemeente: 50.00", "gemeente: 51.00"), REGISTER),
        (change(REGISTER, '"Besluit"', '"Ander besluit"'), REGISTER),
        (change(REGISTER, 'settlement" "dirk" "2025"', 'settlement" "dirk" "2026"'), REGISTER),
        (change(REGISTER, '"Boor" 30.00', '"Boor" 31.00'), REGISTER),
        (change(REGISTER, '2025-12-20 custom "approval"', '2025-12-19 custom "approval"'), REGISTER),
        (change(REGISTER, '"Naaimachine" 400.00', '"Naaimachine" 300.00'), REGISTER),
        (add(REGISTER, '\n2025-02-01 custom "approval" "amina" "Meer" 5.00 EUR\n'), REGISTER),
        (change(REGISTER, '"prijs" 1000.00', '"prijs" 1001.00'), REGISTER),
        (change(REGISTER, '"breed" 500.00', '"breed" 501.00'), REGISTER),
        (change(REGISTER, 'purpose: "training"', 'purpose: "anders"'), REGISTER),
        (change(REGISTER, "weight: 2", "weight: 3"), REGISTER),
        (change(REGISTER, '2026-02-01 custom "participant" "catering" "carla"', ""), REGISTER),
        (change(REGISTER, '2026-02-01 custom "participant"', '2026-01-01 custom "participant"'), REGISTER),
        (change(REGISTER, '  subcooperative: "noord"\n', ""), REGISTER),
        (add(REGISTER, '\n2026-01-01 custom "member" "dirk"\n  left: FALSE\n'), REGISTER),
        (change(REGISTER, "2025-12-01 custom", "2025-11-30 custom"), REGISTER),
        (both(change(REGISTER, '2026-01-01 custom "member" "carla"\n  name: "Carla"\n  rules: "lid"\n', ""),
              change(REGISTER, '2026-02-01 custom "participant" "catering" "carla"\n', ""),
              lose("ledgers/members/carla.beancount")), REGISTER),
        # The rules.
        (change(LID, "strict = true\n", ""), LID),
        (change(LID, 'settled = "quarter"', 'settled = "year"'), LID),
        (change(LID, "1040.00", "1000.00"), LID),
        (change(LID, 'study = "free"', 'study = "approval"'), LID),
        (change(LID, ', household = "approval"', ""), LID),
        (change(LID, 'counts = ["elsewhere"]\n', ""), LID),
        (change(LID, "year = 100.00", "year = 90.00"), LID),
        (change(LID, "approval = true\n", ""), LID),
        (change(LID, 'pool = ["turnover"]', 'pool = ["turnover", "elsewhere"]'), LID),
        (change(LID, 'pool = ["turnover"]', 'pool = ["turnover"]\nrounding = "down"'), LID),
        (change(LID, "valid_from = 2025-01-01", "valid_from = 2026-02-01"), LID),
        (change(LID, "valid_from = 2025-01-01", "valid_until = 2026-01-31"), LID),
        (change(LID, 'ref = "ALV"', 'ref = "Ander"'), LID),
        (change(TEAM, 'by = "hours"', 'by = "equal"'), TEAM),
        (change("rules/wijk.toml", '"contributions", "turnover"', '"contributions"'), "rules/wijk.toml"),
        # The ledgers.
        (change(CATERING, "50.00", "51.00"), CATERING),
        (change(AMINA, "Assets:Uren  2 UUR", "Assets:Uren  4 UUR"), AMINA),
        (change(AMINA, '  project: "catering"\n', ""), AMINA),
        (change(AMINA, '  with: "bram"', '  with: "carla"'), AMINA),
        (change(AMINA, '"School" 60.00', '"School" 61.00'), AMINA),
        (change(AMINA, '"School" ^Q1', '"School"'), AMINA),
        (change(AMINA, '2026-01-02 custom "quote" "Q1" "School" 60.00 EUR\n', ""), AMINA),
        (change(AMINA, '  grant: "breed"\n', ""), AMINA),
        (change(AMINA, "lifetime: 36", "lifetime: 24"), AMINA),
        (change(AMINA, 'purpose: "study"', 'purpose: "household"'), AMINA),
        (change(AMINA, 'reason: "les"', 'reason: "iets anders"'), AMINA),
        (change(NOORD, "1000.00", "999.00"), NOORD),
    ],
)  # fmt: skip
def test_whatever_a_closed_month_rests_on_is_named_when_it_changes(
    harm: Do, named: str, rich: Path, quick: Run
) -> None:
    harm(rich)
    done = quick("audit", "--coop", str(rich))
    assert done.status == 1
    assert named in done.out + done.err, done


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (change(REGISTER, "gemeente: 50.00", "gemeente: 51.00"), "changed-settlement"),
        (change(REGISTER, '"Naaimachine" 400.00', '"Naaimachine" 300.00'), "changed-approval"),
        (change(REGISTER, '"breed" 500.00', '"breed" 501.00'), "changed-grant"),
        (change(AMINA, '"School" 60.00', '"School" 61.00'), "changed-quote"),
        (change(LID, 'settled = "quarter"', 'settled = "year"'), "changed-head"),
    ],
)
def test_it_is_told_what_changed(harm: Do, code: str, rich: Path, quick: Run) -> None:
    harm(rich)
    found = json.loads(quick("audit", "--json", "--coop", str(rich)).out)["findings"]
    assert {finding["code"] for finding in found} == {code}
    assert "nadat de maand gesloten werd: " in quick("audit", "--coop", str(rich)).out


@pytest.mark.parametrize(
    "harmless",
    [
        # Of later months, of accounts that nothing of a closed month uses, or of what things are called.
        add(CHART, '2020-01-01 open Expenses:Huur EUR\n  role: "costs"\n'),
        change(CHART, 'role: "food"', 'role: "meals"'),
        add(CHART, "\n; een opmerking\n"),
        change(LID, "valid_from = 2025-01-01", "valid_from = 2024-01-01"),
        change(LID, "strict = true", "strict = true\nvalid_until = 2026-12-31"),
        change(LID, 'title = "Lid"', 'title = "Leden"'),
        change(LID, "value = 1040.00 }", "value = 1040.00 }, { from = 2026-03-01, value = 1000.00 }"),
        change(REGISTER, 'name: "Carla"', 'name: "Carla de Wit"'),
        add(REGISTER, '\n2026-03-01 custom "approval" "amina" "Later" 5.00 EUR\n'),
        add(REGISTER, '\n2026-03-05 custom "settlement" "bram" "2025-Q4"\n  source: "Besluit"\n'),
        add(REGISTER, NEW_GRANT),
        add(REGISTER, LEFT),
        add(AMINA, '\n2026-03-02 custom "quote" "Q2" "School" 1.00 EUR\n'),
        change(AMINA, '"School" ^Q1', '"School" ^Q1 ^iets #les'),
    ],
)  # fmt: skip
def test_what_no_closed_month_rests_on_is_no_change(harmless: Do, rich: Path, quick: Run) -> None:
    harmless(rich)
    done = quick("audit", "--coop", str(rich))
    assert done.status == 0, done
    assert quick("allocate", "2026-03", "--coop", str(rich)).status == 0


@pytest.mark.parametrize(
    "harm",
    [
        lose(f"{SEALS}/2026-02.seal"),
        lose(f"{SEALS}/amina/2025-12.seal"),
        change(f"{SEALS}/amina/2025-12.seal", "Inventaris", "Bank"),
        lose(f"{SEALS}/amina/2025-10.beancount"),
    ],
)
def test_nothing_is_settled_by_seals_that_are_not_what_they_were(harm: Do, rich: Path, quick: Run) -> None:
    settle = ("settle", "2025-Q4", "--member", "amina", "--coop", str(rich))
    assert quick(*settle).status == 0
    harm(rich)
    done = quick(*settle)
    assert done.status == 1
    assert SEALS in done.err


# -- why


def test_a_correction_by_the_chart_says_so(coop: Path, quick: Run) -> None:
    where = ("--coop", str(coop))
    add(CHART, "2020-01-01 open Expenses:Onkosten:Telefoon EUR\n")(coop)
    add(AMINA, money("2026-03", "Expenses:Onkosten:Telefoon", "60.00"))(coop)
    assert quick("allocate", "2026-05", *where).status == 0
    assert quick("close", "2026-03", *where).status == 0
    change(CHART, "Onkosten:Telefoon EUR\n", 'Onkosten:Telefoon EUR\n  role: "phone"\n')(coop)
    audit = quick("audit", *where)
    line = next(
        n for n, text in enumerate((coop / CHART).read_text().split("\n"), 1) if "Onkosten:Telefoon" in text
    )
    assert f"{CHART}:{line}: De rol van een rekening in maart 2026" in audit.out
    assert "Expenses:Onkosten:Telefoon: costs → phone" in audit.out
    said = "de rol van Expenses:Onkosten:Telefoon was costs, is nu phone"
    # A second time it comes from what was remembered.
    for _ in range(2):
        done = quick("allocate", "2026-05", *where)
        assert done.status == 0
        assert said in " ".join(done.out.split())
    rows = json.loads(quick("allocate", "2026-05", "--json", *where).out)["corrections"]
    assert {tuple(row["because"]) for row in rows} == {("± chart Expenses:Onkosten:Telefoon: costs → phone",)}
    assert said in " ".join(quick("explain", "amina", "2026-04", *where).out.split())
    assert quick("statements", "2026-04", "--format", "txt", *where).status == 0
    for kind in ("member", "year"):
        assert said in " ".join((coop / f"statements/2026-04/{kind}/amina.txt").read_text("utf-8").split())
    # Once that is closed too, it is known.
    assert quick("close", "2026-04", *where).status == 0
    assert quick("audit", *where).status == 0
    assert json.loads(quick("allocate", "2026-05", "--json", *where).out)["corrections"] == []


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (change(REGISTER, '"Boor" 30.00', '"Boor" 10.00'), "bij bram"),
        (change(REGISTER, SETTLED, ""), "de afrekening over 2025-Q4"),
    ],
)  # fmt: skip
def test_a_correction_by_the_register_says_so(harm: Do, said: str, rich: Path, quick: Run) -> None:
    harm(rich)
    done = quick("allocate", "2026-03", "--coop", str(rich))
    assert done.status == 0, done
    assert said in " ".join(done.out.split())


@pytest.mark.parametrize(
    ("old", "new", "harm", "said"),
    [
        ('by = "hours"', 'by = "weight"', change(REGISTER, "weight: 2", "weight: 5"), "bij catering"),
        ('by = "hours"', 'by = "hours"', change(CHART, '"hours"', '"uren"'), "Assets:Uren was hours"),
    ],
)  # fmt: skip
def test_who_took_part_is_told_what_changed_of_the_project(
    old: str, new: str, harm: Do, said: str, tmp_path: Path, quick: Run
) -> None:
    coop = test_projects.lay_down(tmp_path / "team")
    where = ("--coop", str(coop))
    change(TEAM, old, new)(coop)
    add(CHART, '2020-01-01 open Assets:Anders UUR\n  role: "hours"\n')(coop)
    assert quick("allocate", "2026-02", *where).status == 0
    assert quick("close", "2026-01", *where).status == 0
    harm(coop)
    rows = json.loads(quick("allocate", "2026-02", "--json", *where).out)["corrections"]
    assert rows
    assert all(row["because"] for row in rows), rows
    assert said in " ".join(quick("allocate", "2026-02", *where).out.split())


def test_who_left_is_known_to_have_changed_after_the_next_close(closed: Path, quick: Run) -> None:
    where = ("--coop", str(closed))
    text = (closed / AMINA).read_text()
    (closed / AMINA).write_text(text[: text.index("\n2026-05")] + LATE)
    add(REGISTER, '\n2026-04-01 custom "member" "amina"\n  left: TRUE\n')(closed)
    assert REGISTER in quick("audit", *where).out
    assert quick("allocate", "2026-05", *where).status == 0
    assert quick("close", "2026-05", *where).status == 0
    done = quick("audit", *where)
    assert (done.status, done.err) == (0, ""), done
    assert quick("allocate", "2026-06", *where).status == 0


# -- the code for the minutes


def test_the_code_says_which_month_of_these_books_it_is_of(closed: Path, quick: Run) -> None:
    where = ("--coop", str(closed))
    code = re.findall(r"[0-9a-f]{16}", quick("audit", *where).out)[-1]
    whole = digest_of((closed / f"{SEALS}/2026-03.seal").read_bytes()).removeprefix("sha256:")
    for asked, month in (
        (code, "april"), (code.upper(), "april"), (f"{code[:4]} {code[4:8]}-{code[8:]} ", "april"),
        (whole, "maart"), (whole[:16], "maart"), (f"sha256:{whole}", "maart"),
   ):  # fmt: skip
        done = quick("audit", "--code", asked, *where)
        assert (done.status, done.err) == (0, ""), asked
        assert f"{month} 2026" in done.out
    wrong = ("0" if code[0] != "0" else "1") + code[1:]
    done = quick("audit", "--code", wrong, *where)
    assert done.status == 1
    assert "hoort bij geen enkele gesloten maand" in " ".join(done.out.split())
    for unfit in (code[:15], "", "april", code[:-1] + "g", code * 5):
        assert quick("audit", "--code", unfit, *where).status == 2, unfit
    # What came after in ledgers is no matter of the code; what the seals hold is.
    add(AMINA, LATE.replace("late", "later"))(closed)
    assert quick("audit", *where).status == 1
    assert quick("audit", "--code", code, *where).status == 0
    change(f"{SEALS}/amina/2026-04.beancount", "Liabilities:Lid", "Liabilities:Buurt")(closed)
    done = quick("audit", "--code", code, *where)
    assert done.status == 1
    assert "amina/2026-04.beancount" in done.out
    assert quick("audit", "--code", whole, *where).status == 0
    told = json.loads(quick("audit", "--code", whole[:16], "--json", *where).out)
    assert told == {"code": whole[:16], "month": "2026-03", "findings": []}
    assert json.loads(quick("audit", "--json", *where).out)["code"] == code


def test_a_code_when_nothing_is_closed(coop: Path, quick: Run) -> None:
    done = quick("audit", "--code", "0123456789abcdef", "--coop", str(coop))
    assert done.status == 1
    assert "nog geen maand gesloten" in done.out
