"""Rules that go from one cooperative to another: what travels, what does not, and what is refused."""

import json
import re
import shutil
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import random_coops
from conftest import REPOSITORY, SHIPPED, Run, examples, takes_seconds
from exports import NOTES, ONS, exported, filled, made, snapshot
from hypothesis import given, settings

from scharrel.ledger.chart import read_chart
from scharrel.packs.local_figures import UnusualError, owned, to_fill_in
from scharrel.packs.packs import read_pack
from scharrel.packs.transfer import read_export
from scharrel.store.paths import Coop
from scharrel.store.text import Text

PACKS = [path.stem for path in SHIPPED]


@takes_seconds
def test_the_same_figures_divide_the_same_months_the_same(new: Path, tmp_path: Path, quick: Run) -> None:
    divide = ("allocate", "2026-10", "--json", "--dry-run")
    expected = json.loads(quick(*divide, "--coop", str(REPOSITORY)).out)
    assert len(expected["allocations"]) > 100
    for pack in PACKS:
        file = exported(pack, tmp_path, quick)
        assert quick("rules", "import", str(file), "--coop", str(new)).status == 0
        here = new / f"rules/{pack}.toml"
        here.write_text(filled(here.read_text()))
        assert tomllib.loads(here.read_text()) == tomllib.loads(
            (REPOSITORY / f"rules/{pack}.toml").read_text()
        )
    shutil.rmtree(new / "ledgers")
    skip = shutil.ignore_patterns("allocations", "books")
    shutil.copytree(REPOSITORY / "ledgers", new / "ledgers", ignore=skip)
    assert json.loads(quick(*divide, "--coop", str(new)).out) == expected


@settings(max_examples=examples(40))
@given(pack=random_coops.packs())
def test_every_figure_of_a_decision_is_to_be_filled_in_and_nothing_else_changes(pack: str) -> None:
    marked = to_fill_in(pack, NOTES)
    assert tomllib.loads(filled(marked)) == tomllib.loads(pack)
    assert to_fill_in(marked, NOTES) == marked
    assert owned(marked) == []
    for step in tomllib.loads(marked)["step"]:
        figures = [
            step.get(key) for key in ("rate", "amount", "per", "above", "target", "max_months", "min_age")
        ]
        figures += step.get("cap", {}).values()
        figures += [band["rate"] for band in step.get("bands", [])]
        assert set(figures) <= {None, "?"}


WRITTEN = """\
# Eerst uitleg.
[pack]
id = "proef"   # de naam
title = "Proef"
pool = ["turnover"]

[[step]]
id = "coop"
label = "Coöp"
rate   =   "deel"     # zie hieronder
cap    =   { month = "grens", year = 900.00 }
to = "Liabilities:Cooperatie"
party = "coop"
source = "alv"

[param.deel]            # na lang praten
source = "alv"
by = "household"
# niet te hoog
values = [
  { from = 2025-01-01, value = { single = "5%" } },   # eerst
  { from = 2026-01-01, value = { single = "6%", "een ander" = "7%" } },
]   # en nu

# de wet
[param.grens]
source = "wet"
values = [ { from = 2025-01-01, value = 100.00 } ]

[[step]]
id = "lid"
label = "Lid"
all = true
to = "Liabilities:Lid"
party = "member"
source = "wet"

[source.wet]
kind = "law"
ref = "Participatiewet artikel 19"

[source.alv]
ref = "Ledenvergadering"
# wie er waren
kind = "decision"
votes = { for = 3, against = 0, abstained = 0 }
"""

MARKED = """\
# Eerst uitleg.
[pack]
id = "proef"   # de naam
title = "Proef"
pool = ["turnover"]

[[step]]
id = "coop"
label = "Coöp"
rate   =   "deel"     # zie hieronder
# EIGEN CIJFER
#   cap    =   { month = "grens", year = 900.00 }
cap = { month = "grens", year = "?" }
to = "Liabilities:Cooperatie"
party = "coop"
source = "alv"

[param.deel]            # na lang praten
source = "alv"
by = "household"
# niet te hoog
# EIGEN CIJFER
#   values = [
#     { from = 2025-01-01, value = { single = "5%" } },   # eerst
#     { from = 2026-01-01, value = { single = "6%", "een ander" = "7%" } },
#   ]   # en nu
values = [ { from = 2025-01-01, value = { single = "?", "een ander" = "?" } } ]

# de wet
[param.grens]
source = "wet"
values = [ { from = 2025-01-01, value = 100.00 } ]

[[step]]
id = "lid"
label = "Lid"
all = true
to = "Liabilities:Lid"
party = "member"
source = "wet"

[source.wet]
kind = "law"
ref = "Participatiewet artikel 19"

[source.alv]
# EIGEN BESLUIT
#   ref = "Ledenvergadering"
#   votes = { for = 3, against = 0, abstained = 0 }
ref = "?"
# wie er waren
kind = "decision"
"""


def test_comments_and_layout_stay_as_the_author_had_them() -> None:
    assert to_fill_in(WRITTEN, NOTES) == MARKED
    assert to_fill_in(WRITTEN.replace("\n", "\r\n"), NOTES) == MARKED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('party = "coop"\nsource = "alv"', 'party = "coop"\nsource = "alv"\n[step.cap]\nmonth = 5.00'),
        ('[source.alv]\nref = "Ledenvergadering"', '[source.alv]\nref = """\n[[step]]\n"""'),
        (WRITTEN[WRITTEN.index("[source.wet]") :], 'source = { alv = { kind = "decision", ref = "x" } }\n'),
    ],
)
def test_what_cannot_be_changed_for_certain_is_told(old: str, new: str) -> None:
    text = WRITTEN.replace('cap    =   { month = "grens", year = 900.00 }\n', "") if "cap" in new else WRITTEN
    text = new + text.replace(old, "") if new.startswith("source =") else text.replace(old, new)
    text = text.replace('source = "wet"', 'source = "alv"')
    assert text != WRITTEN
    with pytest.raises(UnusualError):
        to_fill_in(text, NOTES)


def test_a_pack_written_in_an_unusual_way_is_told_with_its_line(coop: Path, quick: Run) -> None:
    rules = coop / "rules/vrije-uitloop.toml"
    text = rules.read_text().replace(
        'party = "tax"\nsource = "s"', 'party = "tax"\nsource = "s"\n[step.cap]\nmonth = 9.00'
    )
    rules.write_text(text)
    assert quick("check", "--coop", str(coop)).status == 0
    done = quick("rules", "export", "vrije-uitloop", "--coop", str(coop), "--out", str(coop / "uit.toml"))
    line = text.split("\n").index("[step.cap]") + 1
    assert done.status == 1
    assert f"vrije-uitloop.toml:{line}: " in done.err
    assert not (coop / "uit.toml").exists()


def test_what_a_law_gives_is_not_to_be_filled_in(new: Path, tmp_path: Path, quick: Run) -> None:
    assert (
        quick("rules", "import", str(exported("bijstand", tmp_path, quick)), "--coop", str(new)).status == 0
    )
    here, there = (
        tomllib.loads((folder / "rules/bijstand.toml").read_text()) for folder in (new, REPOSITORY)
    )
    assert (here["param"], here["step"]) == (there["param"], there["step"])
    laws = {key: source for key, source in there["source"].items() if source["kind"] == "law"}
    assert laws.items() <= here["source"].items()


def test_decisions_of_another_meeting_do_not_pass_for_ones_own(new: Path, tmp_path: Path, quick: Run) -> None:
    assert (
        quick("rules", "import", str(exported("vrije-uitloop", tmp_path, quick)), "--coop", str(new)).status
        == 0
    )
    sources = tomllib.loads((new / "rules/vrije-uitloop.toml").read_text())["source"]
    for source in sources.values():
        if source["kind"] in ("decision", "agreement"):
            assert source == {"kind": source["kind"], "ref": "?"}
        else:
            assert source["ref"] != "?"


def test_what_the_members_there_accept_has_to_be_accepted_here() -> None:
    accept = '\n[[accept]]\ncode = "cliff"\nreason = "dat weten wij"\nsource = "wet"\n'
    marked = to_fill_in(WRITTEN + accept, NOTES)
    assert tomllib.loads(marked)["accept"][0]["reason"] == "?"
    _, problems = read_pack(marked.encode(), "proef.toml", "proef", read_chart(Coop(REPOSITORY))[0])
    assert "cliff.reason" in [problem.values.get("name") for problem in problems]


def test_nobody_is_paid_under_rules_that_are_not_filled_in(new: Path, tmp_path: Path, quick: Run) -> None:
    assert (
        quick("rules", "import", str(exported("vrije-uitloop", tmp_path, quick)), "--coop", str(new)).status
        == 0
    )
    before = snapshot(new)
    lines = (new / "rules/vrije-uitloop.toml").read_text().split("\n")
    open_lines = {number for number, line in enumerate(lines, 1) if '"?"' in line and line[0] != "#"}
    assert len(open_lines) >= 9
    for command in ("check", "allocate"):
        done = quick(command, "--coop", str(new))
        assert done.status == 1
        assert {
            int(n) for n in re.findall(r"^rules/vrije-uitloop.toml:(\d+): Vul", done.err, re.M)
        } == open_lines
    assert snapshot(new) == before


def test_no_data_of_a_member_travels(tmp_path: Path, quick: Run) -> None:
    register = (REPOSITORY / "ledgers/coop.beancount").read_text()
    private = set(re.findall(r'"member" "([a-z]+)"', register)) - {"winkel"}
    private |= set(re.findall(r'(?:name|iban|address|born): "?([^"\n]+)', register)) - {"Belastingdienst"}
    assert len(private) > 20
    for pack in PACKS:
        text = exported(pack, tmp_path, quick).read_text()
        assert not [word for word in private if re.search(rf"\b{re.escape(word)}\b", text)]


def test_what_remains_to_be_done_is_told_and_enough(new: Path, tmp_path: Path, quick: Run) -> None:
    chart = new / "ledgers/accounts.beancount"
    lacking = "Assets:Uren|Equity:Uren|Expenses:Onkosten|Liabilities:Buurt"
    chart.write_text(re.sub(rf"[0-9-]+ open ({lacking}) .*\n(  [a-z].*\n)*", "", chart.read_text()))
    done = quick("rules", "import", str(exported("lucas", tmp_path, quick)), "--coop", str(new))
    assert (done.status, done.err) == (0, "")
    parts = re.split(r"^(\d)\. ", done.out, flags=re.M)
    assert parts[1::2] == ["1", "2", "3", "4", "5"]
    pasted = "\n".join(line for line in parts[2].split("\n")[1:] if line)
    assert [line.split()[2] for line in pasted.split("\n") if " open " in line] == [
        "Assets:Uren", "Equity:Uren", "Expenses:Onkosten", "Liabilities:Buurt",
    ]  # fmt: skip
    assert re.findall(r"rules/lucas.toml:\d+  (\S+)", parts[4]) == ["hour_rate", "volunteer_rate"]
    assert re.findall(r"rules/lucas.toml:\d+  (\S+)", parts[6])[:1] == ["alv-2024-12"]
    assert f"scharrel rules check lucas --coop {new}" in parts[8]
    chart.write_text(chart.read_text() + "\n" + pasted + "\n")
    (new / "rules/lucas.toml").write_text(filled((new / "rules/lucas.toml").read_text()))
    assert "rules/" not in quick("check", "--coop", str(new)).err.replace("rules/vrije-uitloop.toml", "")


def test_a_role_that_an_account_here_lacks_is_told(new: Path, tmp_path: Path, quick: Run) -> None:
    chart = new / "ledgers/accounts.beancount"
    chart.write_text(chart.read_text().replace('  role: "donations"\n', ""))
    done = quick("rules", "import", str(exported("weggeefwinkel", tmp_path, quick)), "--coop", str(new))
    assert 'onder Income:Giften:  role: "donations"' in done.out
    assert "open Income:Giften" not in done.out


def test_figures_can_be_given_at_once_and_the_name_can_be_another(
    new: Path, tmp_path: Path, quick: Run
) -> None:
    file, where = exported("vrije-uitloop", tmp_path, quick), ("--coop", str(new))
    given = ("--set", "coop_share=8,5%", "--set", "start_capital=900.50")
    done = quick("rules", "import", str(file), *where, "--as", "uitloop-2", *given)
    assert done.status == 0
    pack = tomllib.loads((new / "rules/uitloop-2.toml").read_text(), parse_float=Decimal)
    assert pack["pack"]["id"] == "uitloop-2"
    assert pack["param"]["coop_share"]["values"] == [{"from": date(2025, 1, 1), "value": "8.5%"}]
    assert pack["param"]["start_capital"]["values"][0]["value"] == Decimal("900.50")
    assert pack["param"]["tax_reserve"]["values"][0]["value"] == "?"
    assert not re.search(r"uitloop-2.toml:\d+  (coop_share|start_capital)", done.out)
    lines = (new / "rules/uitloop-2.toml").read_text().split("\n")
    for number, name in re.findall(r"uitloop-2.toml:(\d+)  (\w+)", done.out):
        assert '"?"' in lines[int(number) - 1], name


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--set", "coop_share"], 2, "--set coop_share=8%"),
        (["--set", "coop_share="], 2, "--set coop_share=8%"),
        (["--set", "coop_share=-8%"], 2, "geen bedrag of percentage"),
        (["--set", "coop_share=veel"], 2, "geen bedrag of percentage"),
        (["--set", "coop_share=?"], 2, "geen bedrag of percentage"),
        (["--set", "coop_share=8%", "--set", "coop_share=9%"], 2, "twee keer"),
        (["--set", "norm=8%"], 2, "Kies uit: tax_reserve, coop_share"),
        (["--set", "coop_share=8"], 1, "percentage"),
        (["--set", "start_capital=8%"], 1, "bedrag"),
        (["--set", "start_capital=1.005"], 2, "cijfers achter de punt"),
        (["--set", "start_capital=" + "9" * 5000], 2, "geen bedrag of percentage"),
        (["--as", "../elders"], 2, "geen naam van regels"),
        (["--as", "Vrij"], 2, "geen naam van regels"),
        (["--as", "a" * 32], 2, "geen naam van regels"),
        (["--as", ""], 2, "geen naam van regels"),
    ],
)
def test_a_mistake_on_the_command_line_writes_nothing(
    arguments: list[str], status: int, said: str, new: Path, tmp_path: Path, quick: Run
) -> None:
    file, before = exported("vrije-uitloop", tmp_path, quick), snapshot(new)
    done = quick("rules", "import", str(file), "--coop", str(new), *arguments)
    assert done.status == status
    assert said in done.err
    assert len(done.err) < 1_000
    assert snapshot(new) == before


def test_rules_that_are_there_are_never_written_over(new: Path, tmp_path: Path, quick: Run) -> None:
    file = exported("ons", tmp_path, quick)
    assert quick("rules", "import", str(file), "--coop", str(new)).status == 0
    before = snapshot(new)
    done = quick("rules", "import", str(file), "--coop", str(new))
    assert (done.status, "--as" in done.err) == (2, True)
    assert snapshot(new) == before
    (new / "rules/link.toml").symlink_to(tmp_path / "elders.toml")
    assert quick("rules", "import", str(file), "--coop", str(new), "--as", "link").status == 2
    assert not (tmp_path / "elders.toml").exists()


def test_a_folder_of_rules_that_is_a_link_is_not_followed(new: Path, tmp_path: Path, quick: Run) -> None:
    (tmp_path / "elders").mkdir()
    (new / "rules").symlink_to(tmp_path / "elders")
    assert quick("rules", "import", str(exported("ons", tmp_path, quick)), "--coop", str(new)).status == 1
    assert not list((tmp_path / "elders").iterdir())


CASES = "# Twee maanden, '''nagerekend'''.\n[[case]]\nname = \"a\\\\b\"\n"


def test_worked_examples_travel_along(coop: Path, new: Path, tmp_path: Path, quick: Run) -> None:
    (coop / "rules/vrije-uitloop.cases.toml").write_text(CASES)
    file = tmp_path / "uit.toml"
    done = quick("rules", "export", "vrije-uitloop", "--coop", str(coop), "--out", str(file))
    assert "voorbeelden gaan mee" in done.out
    done = quick("rules", "import", str(file), "--coop", str(new), "--as", "vrij")
    assert "reken" in done.out
    assert (new / "rules/vrij.cases.toml").read_text() == CASES
    # An import that was stopped between the two files can be done again; someone else's cases stay.
    (new / "rules/vrij.toml").unlink()
    assert quick("rules", "import", str(file), "--coop", str(new), "--as", "vrij").status == 0
    (new / "rules/vrij.toml").unlink()
    (new / "rules/vrij.cases.toml").write_text("# van mij\n")
    done = quick("rules", "import", str(file), "--coop", str(new), "--as", "vrij")
    assert (done.status, "rules/vrij.cases.toml" in done.err) == (2, True)
    assert not (new / "rules/vrij.toml").exists()


@pytest.mark.parametrize("cases", [b"[case\n", b"# Zo\xeb\n", "# \u202ewit\n".encode(), b"# veel\n" * 30_000])
def test_examples_that_could_not_be_taken_over_do_not_travel(cases: bytes, coop: Path, quick: Run) -> None:
    (coop / "rules/vrije-uitloop.cases.toml").write_bytes(cases)
    done = quick("rules", "export", "vrije-uitloop", "--coop", str(coop), "--out", str(coop / "uit.toml"))
    assert done.status == 1
    assert "rules/vrije-uitloop.cases.toml:1: " in done.err
    assert not (coop / "uit.toml").exists()


def test_an_export_never_lands_where_it_does_harm(coop: Path, tmp_path: Path, quick: Run) -> None:
    where = ("rules", "export", "vrije-uitloop", "--coop", str(coop), "--out")
    before = snapshot(coop)
    assert quick(*where, str(coop / "rules/vrije-uitloop.toml")).status == 2
    assert quick(*where, str(coop / "rules/nieuw.toml")).status == 2
    assert snapshot(coop) == before
    assert quick("rules", "export", "bestaat-niet", "--coop", str(coop)).status == 2


def test_line_ends_of_another_system_do_no_harm(new: Path, tmp_path: Path, quick: Run) -> None:
    file = exported("ons", tmp_path, quick)
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert quick("rules", "import", str(file), "--coop", str(new)).status == 0
    assert b"\r" not in (new / "rules/ons.toml").read_bytes()


def test_nothing_from_an_export_steers_the_screen(new: Path, tmp_path: Path, quick: Run) -> None:
    pack = (REPOSITORY / "rules/ons.toml").read_text()
    pack = pack.replace('title = "ONS Coöperatief"', 'title = "\\u001b[2J[red]ONS\\u202e"')
    file = tmp_path / "uit.toml"
    file.write_text(made(pack, cooperative="\x1b]0;x\x07 [bold]\nEen tweede regel\u202e"))
    done = quick("rules", "import", str(file), "--coop", str(new))
    assert done.status == 0
    assert "[red]ONS" in done.out
    text = (new / "rules/ons.toml").read_text()
    assert "[bold] Een tweede regel" in text
    for sign in ("\x1b", "\x07", "\u202e"):
        assert sign not in done.out + done.err + text


def test_an_invisible_character_does_not_leave_the_house(coop: Path, quick: Run) -> None:
    rules = coop / "rules/vrije-uitloop.toml"
    rules.write_text(rules.read_text().replace("[[step]]", "# wit\N{RIGHT-TO-LEFT OVERRIDE}\n[[step]]", 1))
    done = quick("rules", "export", "vrije-uitloop", "--coop", str(coop), "--out", str(coop / "uit.toml"))
    assert done.status == 1
    assert "onzichtbaar teken" in done.err
    assert not (coop / "uit.toml").exists()


def test_a_newer_version_is_named_when_its_words_are_not_known(new: Path, tmp_path: Path, quick: Run) -> None:
    pack = (REPOSITORY / "rules/ons.toml").read_text().replace("carry = true", "later = true")
    (tmp_path / "uit.toml").write_text(made(pack).replace('scharrel = "0.1.0"', 'scharrel = "9.0"'))
    done = quick("rules", "import", str(tmp_path / "uit.toml"), "--coop", str(new))
    assert done.status == 1
    assert "versie 9.0" in done.err


def test_figures_that_someone_left_in_are_taken_out(new: Path, tmp_path: Path, quick: Run) -> None:
    (tmp_path / "uit.toml").write_text(made(ONS))
    assert quick("rules", "import", str(tmp_path / "uit.toml"), "--coop", str(new)).status == 0
    assert owned(ONS)
    assert owned((new / "rules/ons.toml").read_text()) == []


@settings(max_examples=examples(20))
@given(pack=random_coops.packs())
def test_an_export_says_what_it_was_given(pack: str) -> None:
    for cases in (None, "# '''\n", '"""\\'):
        text = made(pack, cases)
        export, problems = read_export(Text(text.encode(), []), "uit.toml")
        if cases == '"""\\':
            assert [problem.code for problem in problems] == ["toml"]
            continue
        assert (problems, export and (export.pack, export.cases)) == ([], (pack, cases))


def test_the_export_in_the_documentation_is_that_of_the_example(tmp_path: Path, quick: Run) -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", (REPOSITORY / "docs/sharing.md").read_text(), re.DOTALL)
    text = exported("vrije-uitloop", tmp_path, quick).read_text()
    for part in shown.strip().split("\n\n"):
        assert part in text


def test_a_pack_that_is_read_knows_only_its_chart() -> None:
    chart, _ = read_chart(Coop(REPOSITORY))
    _, problems = read_pack(to_fill_in(ONS, NOTES).encode(), "ons.toml", "ons", chart)
    assert {problem.code for problem in problems} == {"fill-in", "fill-in-text"}
