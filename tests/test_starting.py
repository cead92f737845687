"""A new cooperative: whom it practises on reaches nobody, and what others decided is not called its own."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
from conftest import REPOSITORY, Run

REGISTER = "ledgers/coop.beancount"
CITED = re.compile(
    r"11 december|11 Dec|algemene vergadering|general assembly|Gemeente Goudstad", re.IGNORECASE
)


@pytest.fixture
def started(tmp_path: Path, quick: Run) -> Path:
    folder = tmp_path / "buurt"
    assert quick("init", str(folder)).status == 0
    return folder


def month_of(coop: Path) -> str:
    """The month in which Vera booked last."""
    days = re.findall(
        r"^(\d{4}-\d\d)-\d\d \*", (coop / "ledgers/members/vera.beancount").read_text(), re.MULTILINE
    )
    return max(days)


def join(coop: Path, quick: Run) -> None:
    """Amina joins under the ordinary rules, and earns what the municipality has to know."""
    month = month_of(coop)
    options = ["--rules", "vrije-uitloop", "--from", month, "--household", "single", "--coop", str(coop)]
    assert quick("member", "add", "amina", "Amina", *options).status == 0
    with open(coop / "ledgers/members/amina.beancount", "a", encoding="utf-8") as ledger:
        ledger.write(f'\n{month}-10 * "x" "y"\n  Income:Omzet  -900.00 EUR\n  Assets:Bank\n')
    with open(coop / "ledgers/members/vera.beancount", "a", encoding="utf-8") as ledger:
        ledger.write(f'\n{month}-10 * "x" "y"\n  Income:Omzet  -4321.00 EUR\n  Assets:Bank\n')


def said(coop: Path, quick: Run, month: str) -> dict[str, str]:
    done = quick("statements", month, "--format", "txt", "--coop", str(coop))
    assert done.status == 0, done.err
    return {
        str(path.relative_to(coop / "statements" / month)): " ".join(path.read_text("utf-8").split())
        for path in (coop / "statements" / month).rglob("*.*")
    }


def test_a_name_is_one_line_of_letters(started: Path, quick: Run) -> None:
    assert quick("member", "add", "bram", "Bram\x1b[31m\n de  Wit ", "--coop", str(started)).status == 0
    register = (started / "ledgers/coop.beancount").read_text("utf-8")
    assert register.endswith('  name: "Bram [31m de Wit"\n  rules: "vrije-uitloop"\n')


def test_the_member_to_practise_on_reaches_no_municipality(started: Path, quick: Run) -> None:
    join(started, quick)
    month = month_of(started)
    assert quick("allocate", "--coop", str(started)).status == 0
    texts = said(started, quick, month)
    # What she earns is in no sum either.
    table = quick("allocate", "--coop", str(started)).out
    assert [line.split()[1] for line in table.splitlines() if line.startswith("samen")] == ["900,00"]
    assert "Vera Voorbeeld is er om te oefenen" in " ".join(table.split())
    better = json.loads(quick("report", "better-off", "--json", "--coop", str(started)).out)
    assert [one["member"] for one in better["members"]] == ["amina"]
    umbrella = json.loads(quick("report", "umbrella", month[:4], "--json", "--coop", str(started)).out)
    assert [one["turnover"] for one in umbrella["branches"]] == ["900.00"]
    assert "municipality/amina.txt" in texts
    assert "municipality/vera.txt" not in texts
    for name in ("municipality/cover.txt", "municipality/return.csv", "coop/overview.txt"):
        assert "Amina" in texts[name]
        assert "Vera" not in texts[name]
        assert not re.search(r"4\.?456|4\.?321|4\.?476", texts[name]), name
    rows = list(
        csv.DictReader((started / f"statements/{month}/municipality/return.csv").open(encoding="utf-8"))
    )
    assert [row["member"] for row in rows] == ["amina"]
    for name in ("member/vera.txt", "year/vera.txt"):
        assert "is een lid om mee te oefenen" in texts[name]
    assert "om mee te oefenen" not in texts["member/amina.txt"]
    done = quick("explain", "vera", month, "--coop", str(started))
    assert "om mee te oefenen" in " ".join(done.out.split())


def test_who_practises_can_go_after_a_close(started: Path, quick: Run) -> None:
    join(started, quick)
    month = month_of(started)
    assert quick("allocate", "--coop", str(started)).status == 0
    assert quick("close", month, "--coop", str(started)).status == 0
    assert not list((started / "ledgers/allocations/vera").glob("*.seal"))
    assert quick("audit", "--coop", str(started)).status == 0
    assert quick("allocate", "--coop", str(started)).status == 0
    register = (started / REGISTER).read_text()
    (started / REGISTER).write_text(re.sub(r'(?m)^\d\S+ custom "member" "vera"\n(  .*\n)+', "", register))
    for name in ("members/vera.beancount", "books/vera.beancount"):
        (started / "ledgers" / name).unlink()
    shutil.rmtree(started / "ledgers/allocations/vera")
    for command in ("check", "audit", "allocate"):
        done = quick(command, "--coop", str(started))
        assert done.status == 0, (command, done.err)
    assert "Alles in orde" in quick("audit", "--coop", str(started)).out


def test_practising_closes_nothing_for_good(started: Path, quick: Run) -> None:
    assert quick("allocate", "--coop", str(started)).status == 0
    done = quick("close", month_of(started), "--coop", str(started))
    assert done.status == 2
    assert "Vera" in done.err
    assert not list((started / "ledgers").rglob("*.seal"))


def test_who_was_closed_in_earnest_does_not_practise_afterwards(coop: Path, quick: Run) -> None:
    assert quick("allocate", "2026-05", "--coop", str(coop)).status == 0
    assert quick("close", "2026-05", "--coop", str(coop)).status == 0
    register = (coop / REGISTER).read_text()
    (coop / REGISTER).write_text(register.replace('"amina"\n', '"amina"\n  practice: TRUE\n', 1))
    done = quick("audit", "--coop", str(coop))
    assert done.status == 1
    assert "amina" in done.out + done.err


def test_what_others_decided_is_not_printed_as_a_decision_here(started: Path, quick: Run) -> None:
    join(started, quick)
    month = month_of(started)
    done = quick("allocate", "--coop", str(started))
    line = (started / "rules/vrije-uitloop.toml").read_text().split("\n").index("[pack]") + 2
    assert f"rules/vrije-uitloop.toml:{line}: let op: Deze regels zijn een voorbeeld" in done.err
    texts = said(started, quick, month)
    texts |= {"explain": quick("explain", "amina", month, "--coop", str(started)).out}
    packs = [path.stem for path in sorted((started / "rules").glob("*.toml")) if ".cases" not in path.name]
    assert len(packs) > 5
    for pack in packs:
        for lang in ("nl", "en"):
            done = quick("rules", "show", pack, "--lang", lang, "--coop", str(started))
            texts[f"rules show {pack} {lang}"] = done.out
    for name, text in texts.items():
        assert not CITED.search(text), name
        if not name.endswith(".csv"):
            assert re.search(r"een voorbeeld|an example", " ".join(text.split())), name
    assert "voorbeeld, hier is nog niets besloten" in texts["member/amina.txt"]
    assert "Participatiewet" in texts["rules show bijstand nl"]


def test_rules_with_decisions_of_their_own_say_nothing_of_examples(started: Path, quick: Run) -> None:
    join(started, quick)
    pack = started / "rules/vrije-uitloop.toml"
    own = re.sub(r"(?m)^example = true.*\n", "", pack.read_text())
    pack.write_text(own.replace("11 december 2024", "3 maart 2026"))
    done = quick("allocate", "--coop", str(started))
    assert (done.status, done.err) == (0, "")
    texts = said(started, quick, month_of(started))
    assert "een voorbeeld" not in texts["member/amina.txt"]
    assert "Besluit: " in texts["member/amina.txt"]


def test_the_example_cooperative_is_no_example_to_itself() -> None:
    for path in (REPOSITORY / "rules").glob("*.toml"):
        assert not re.search(r"(?m)^example\b", path.read_text("utf-8")), path.name


def test_templates_are_the_programs_until_one_is_copied(started: Path, quick: Run) -> None:
    assert not (started / "templates").exists()
    assert quick("allocate", "--coop", str(started)).status == 0
    month = month_of(started)
    before = said(started, quick, month)
    done = quick("init", "--templates", "member.j2", "parts.j2", "--coop", str(started))
    assert (done.status, done.err) == (0, "")
    assert sorted(path.name for path in (started / "templates").iterdir()) == ["member.j2", "parts.j2"]
    ours = Path(shutil.copytree(started, started.parent / "ours"))
    assert said(ours, quick, month) == before
    started = Path(shutil.copytree(started, started.parent / "changed"))
    own = started / "templates/member.j2"
    own.write_text(own.read_text("utf-8").replace("{{ doc.strong(view.closing) }}", "Tot gauw!"), "utf-8")
    changed = said(started, quick, month)
    assert [name for name in before if before[name] != changed[name]] == ["member/vera.txt"]
    assert "Tot gauw!" in changed["member/vera.txt"]


def test_a_template_of_ones_own_is_never_overwritten(started: Path, quick: Run) -> None:
    own = started / "templates/year.j2"
    own.parent.mkdir()
    own.write_text("van ons")
    for names in ([], ["year.j2"], ["member.j2", "year.j2"]):
        done = quick("init", "--templates", *names, "--coop", str(started))
        assert (done.status, "templates/year.j2" in done.err) == (2, True)
    assert own.read_text() == "van ons"
    assert list(own.parent.iterdir()) == [own]
