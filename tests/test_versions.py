"""Two versions of one file: an unfinished merge, and what programs that share folders leave beside it."""

import json
import shutil
from pathlib import Path

import pytest
from conftest import REPOSITORY, Run

LEDGER = "ledgers/members/amina.beancount"
REGISTER = "ledgers/coop.beancount"
CHART = "ledgers/accounts.beancount"
PACK = "rules/vrije-uitloop.toml"
CASES = "rules/vrije-uitloop.cases.toml"
MARKERS = {
    "git": ("<<<<<<< HEAD", "=======", ">>>>>>> branch-b"),
    "git with what both came from": ("<<<<<<< ours", "||||||| 1a2b3c", "=======", ">>>>>>> theirs"),
    "mercurial": (
        "<<<<<<< working copy: 1a2b3c - test: mine",
        "=======",
        ">>>>>>> merge rev: 4d5e6f - test: b",
    ),
    "subversion": ("<<<<<<< .mine", "||||||| .r3", "=======", ">>>>>>> .r5"),
    "fossil": (
        "<<<<<<< BEGIN MERGE CONFLICT: local copy shown first <<<<<<<<<<<<<<<",
        "======= MERGED IN content follows ==================================",
        ">>>>>>> END MERGE CONFLICT >>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>",
    ),
    "only half of them left": ("<<<<<<< HEAD",),
    "one between the two left": ("=======",),
    "made remarks, as was once advised": ("; <<<<<<< HEAD", "; =======", "; >>>>>>> branch-b"),
}
FILES = {
    LEDGER: "  Income:Omzet",
    REGISTER: "  name:",
    CHART: '  role: "vat"',
    PACK: "rounding = ",
    CASES: "title = ",
}


def check(coop: Path, quick: Run) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(quick("check", "--json", "--coop", str(coop)).out)["problems"]
    return found


def with_cases(coop: Path) -> Path:
    """The cooperative with a worked example."""
    (coop / CASES).write_text(
        '[source.test]\nkind = "example"\nref = "test"\n\n'
        '[[case]]\ntitle = "januari"\nsource = "test"\n\n[[case.month]]\nmonth = "2026-01"\nkeep = 0\n'
    )
    return coop


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("kind", MARKERS)
def test_an_unfinished_merge_is_one_error(kind: str, file: str, coop: Path, quick: Run) -> None:
    with_cases(coop)
    if file.endswith(".toml") and kind.startswith("made remarks"):
        pytest.skip("a semicolon makes no remark there")
    lines = (coop / file).read_text().split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith(FILES[file]))
    parts = [[marker, lines[at]] for marker in MARKERS[kind][:-1]] or [[]]
    lines[at : at + 1] = [line for part in parts for line in part] + [MARKERS[kind][-1]]
    (coop / file).write_text("\n".join(lines))
    told = check(coop, quick)
    assert [(p["file"], p["line"], p["code"]) for p in told] == [(file, at + 1, "merge-conflict")]
    assert quick("allocate", "2026-03", "--coop", str(coop)).status == 1
    assert not (coop / "ledgers/allocations").exists()


@pytest.mark.parametrize("kind", ["project", "subcooperative"])
def test_an_unfinished_merge_in_other_ledgers(kind: str, tmp_path: Path, quick: Run) -> None:
    coop = example(tmp_path)
    name = {
        "project": "ledgers/projects/studio.beancount",
        "subcooperative": "ledgers/subcooperatives/noord.beancount",
    }
    file = coop / name[kind]
    file.write_bytes(file.read_bytes() + b"<<<<<<< HEAD\r\n=======\r\n>>>>>>> b\r\n")
    assert [p["code"] for p in check(coop, quick) if p["severity"] == "error"] == ["merge-conflict"]


def test_an_unfinished_merge_in_a_template(tmp_path: Path, quick: Run) -> None:
    coop = example(tmp_path)
    template = coop / "templates/member.j2"
    template.write_text("======= Kop\n" + template.read_text())
    assert not [p for p in check(coop, quick) if p["severity"] == "error"]
    template.write_text("<<<<<<< HEAD\n" + template.read_text())
    assert [p["code"] for p in check(coop, quick) if p["severity"] == "error"] == ["merge-conflict"]


def test_a_line_of_signs_is_no_merge(coop: Path, quick: Run) -> None:
    with open(coop / LEDGER, "a") as ledger:
        ledger.write("\n; =======\n; >>>>>>>>>>>>>>>>>>>>>> juni\n* <<< juli >>>\n; <- hier\n")
    assert not check(coop, quick)


def example(tmp_path: Path) -> Path:
    """The repository's own cooperative, with projects and a sub-cooperative."""
    for folder in ("ledgers", "rules", "templates"):
        shutil.copytree(REPOSITORY / folder, tmp_path / "example" / folder)
    return tmp_path / "example"


NAMES = [
    "{stem} (conflicted copy){end}",
    "{stem} (Anna's conflicted copy 2026-11-01){end}",
    "{stem} (Conflicterend exemplaar van Anna 2026-11-01){end}",
    "{stem} (Case Conflict){end}",
    "{stem} (SFConflict anna@buurt.nl 2026-11-01-10-15-00){end}",
    "{stem}_conflict-20261101-101500{end}",
    "{stem}_DiskStation_Nov-01-1015-2026_Conflict{end}",
    "{stem}.sync-conflict-20261101-101500-ABCDEFG{end}",
    "{stem}.Conflict{end}",
    "{stem}-laptop{end}",
    "{stem}-DESKTOP-1AB23CD{end}",
    "{stem}-LAPTOP-1AB23CD-2{end}",
    "{stem}-Anna's MacBook Pro{end}",
    "{stem} (1){end}",
    "{stem}(2){end}",
    "{stem} [Conflict]{end}",
    "{stem}_conf(1){end}",
    "{stem} 2{end}",
    "{stem} copy{end}",
    "{stem} kopie 2{end}",
    "{stem} - kopie{end}",
    "{stem} - Kopie (2){end}",
    "{stem} - Copy{end}",
    "{stem}~{end}",
    "Kopie van {stem}{end}",
    "Copy of {stem}{end}",
    "Kopie van {stem} (1){end}",
    "{stem}{end} (conflicted copy)",
    "{stem}{end}.txt",
]


@pytest.mark.parametrize("file", [REGISTER, CHART, LEDGER, PACK, CASES])
@pytest.mark.parametrize("name", NAMES)
def test_a_copy_beside_a_file_is_named_as_one(name: str, file: str, coop: Path, quick: Run) -> None:
    original = with_cases(coop) / file
    end = next(end for end in (".beancount", ".cases.toml", ".toml") if file.endswith(end))
    copy = original.with_name(name.format(stem=original.name.removesuffix(end), end=end))
    before = check(coop, quick)
    copy.write_text(original.read_text() + "\n# nieuw\n")
    told = [p for p in check(coop, quick) if p not in before]
    assert [(p["file"], p["code"]) for p in told] == [
        (copy.relative_to(coop).as_posix(), "copy-of-rules" if file == PACK else "copy")
    ]
    assert told[0]["line"] == original.read_text().count("\n") + 2
    done = quick("allocate", "2026-03", "--coop", str(coop))
    assert done.status == 1
    assert "member add" not in done.err


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("ledgers/projects/studio (1).beancount", "copy"),
        ("ledgers/vat/2026-Q2 (1).beancount", "copy-of-kept"),
        ("ledgers/subcooperatives/noord-laptop.beancount", "copy"),
        ("ledgers/bank/betaalrekening/2026-10 (1).beancount", "copy"),
        ("ledgers/payments/2026-10-09-1 (1).beancount", "copy-of-kept"),
    ],
)
def test_a_copy_of_another_ledger(file: str, code: str, tmp_path: Path, quick: Run) -> None:
    coop = example(tmp_path)
    original = coop / file.replace(" (1)", "").replace("-laptop", "")
    shutil.copy(original, coop / file)
    assert [(p["file"], p["code"]) for p in check(coop, quick) if p["severity"] == "error"] == [(file, code)]


@pytest.mark.parametrize(
    "file",
    [
        "ledgers/allocations/amina/2026-02.beancount",
        "ledgers/allocations/amina/2026-02.seal",
        "ledgers/allocations/2026-02.seal",
        "ledgers/closed.json",
        "ledgers/books/amina.beancount",
        "ledgers/consolidated.beancount",
        "ledgers/consolidated/amina.beancount",
    ],
)
def test_a_copy_of_what_the_program_wrote(file: str, coop: Path, quick: Run) -> None:
    assert quick("allocate", "2026-03", "--coop", str(coop)).status == 0
    assert quick("close", "2026-02", "--coop", str(coop)).status == 0
    assert not check(coop, quick)
    original = coop / file
    if not original.exists():
        pytest.skip("not written")
    copy = original.with_name(f"{original.stem} (1){original.suffix}")
    shutil.copy(original, copy)
    assert [(p["file"], p["code"]) for p in check(coop, quick)] == [
        (copy.relative_to(coop).as_posix(), "copy")
    ]


def test_two_bookings_that_both_have_make_a_copy_of_any_name(coop: Path, quick: Run) -> None:
    ledger = coop / LEDGER
    other = ledger.with_name("amina-b.beancount")
    other.write_text(ledger.read_text())
    assert [p["code"] for p in check(coop, quick)] == ["copy"]
    other.write_text(
        'include "../accounts.beancount"\n\n'
        '2026-03-12 * "Wijkkrant" "stuk"\n  Income:Omzet  -3.00 EUR\n  Assets:Bank\n'
    )
    assert [p["code"] for p in check(coop, quick)] == ["not-registered"]
    with open(coop / REGISTER, "a") as register:
        register.write(
            '\n2026-01-01 custom "member" "amina-b"\n  name: "Amina B"\n  rules: "vrije-uitloop"\n'
        )
    assert not check(coop, quick)
    shutil.copy(other, other.with_name("amina-b (1).beancount"))
    told = check(coop, quick)
    assert ([p["code"] for p in told], "amina-b.beancount" in str(told[0]["message"])) == (["copy"], True)


@pytest.mark.parametrize(
    "name", ["amina.beancount~", "#amina.beancount#", ".amina.beancount.swp", "amina.beancount.bak"]
)
def test_what_an_editor_keeps_is_no_copy(name: str, coop: Path, quick: Run) -> None:
    shutil.copy(coop / LEDGER, coop / "ledgers/members" / name)
    assert not check(coop, quick)


def test_rules_that_began_as_a_copy_of_others_are_their_own(coop: Path, quick: Run) -> None:
    text = (coop / PACK).read_text()
    (coop / "rules/vrije-uitloop-2027.toml").write_text(
        text.replace('id = "vrije-uitloop"', 'id = "vrije-uitloop-2027"')
    )
    (coop / "ledgers/begroting.beancount").write_text("; van de penningmeester\n")
    assert not check(coop, quick)
