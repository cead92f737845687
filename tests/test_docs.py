"""What the documentation shows must work as shown."""

import re
import shlex
import shutil
import tomllib
from datetime import date
from pathlib import Path

import pytest
from bank_coop import CUSTOMER, LANDLORD, Given, camt
from conftest import REPOSITORY, Run, takes_seconds
from example_bank import invented_iban
from test_bank import at_terminal

from scharrel.operations.objection import write_objection
from scharrel.operations.opening import open_books
from scharrel.operations.specifications import explain_letter
from scharrel.store.paths import Coop
from scharrel.text.specifications import said_mistakes
from scharrel.text.words import Words

README = (REPOSITORY / "README.md").read_text("utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize(
    ("page", "count", "pools"),
    [
        ("README.md", 1, ["0.00", "45.00"]),
        ("docs/nl/lid.md", 6, ["60.00", "135.00"]),
        ("docs/member.md", 5, ["60.00", "135.00"]),
    ],  # what was earned in September first
)
def test_the_bookings_of_a_page_can_be_typed_over(
    page: str, count: int, pools: list[str], tmp_path: Path, quick: Run
) -> None:
    examples = blocks((REPOSITORY / page).read_text("utf-8"), "beancount")
    assert len(examples) == count
    quick("init", str(tmp_path / "coop"))
    quick("member", "add", "amina", "Amina", "--from", "2026-09", "--coop", str(tmp_path / "coop"))
    ledger = tmp_path / "coop/ledgers/members/amina.beancount"
    ledger.write_text(ledger.read_text() + "\n" + "\n".join(examples))
    done = quick("allocate", "2026-10", "--member", "amina", "--json", "--coop", str(tmp_path / "coop"))
    assert done.status == 0
    assert "Deze regels zijn een voorbeeld" in done.err
    assert re.findall(r'"pool": "(.*?)"', done.out) == pools


PAGES = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])


def anchors(page: Path) -> set[str]:
    """What a link can point at in a page: its headings, as GitHub writes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#:]*)#?([^):]*)\)", page.read_text("utf-8")):
        place = page.parent / target if target else page
        assert place.exists(), target
        assert not anchor or anchor in anchors(place), (target, anchor)


STEP = re.compile(
    r"^```(?P<kind>console|beancount)\n(?P<block>.*?)^```|^ {4,7}(?P<command>(?:scharrel|cd) [^\n]*)$",
    re.MULTILINE | re.DOTALL,
)


def follow(page: Path, ledger: str, quick: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what the page says from top to bottom, in this folder: its bookings go to the end of that ledger."""
    monkeypatch.setenv("COLUMNS", "80")
    for step in STEP.finditer(page.read_text("utf-8")):
        if step["kind"] == "beancount":
            if ledger:
                with open(f"ledgers/{ledger}.beancount", "a", encoding="utf-8") as file:
                    file.write("\n" + step["block"])
            continue
        line, _, output = (step["block"] or step["command"]).removeprefix("$ ").partition("\n")
        name, *words = shlex.split(line, comments=True)
        if name == "cd":
            monkeypatch.chdir(words[0])
            continue
        done = quick(*words)
        assert done.status == 0, (line, done.err)
        if output:
            assert comes_out(output, done.out), (line, done.out)


def comes_out(shown: str, out: str) -> bool:
    """Whether a page shows what came out, but for what it leaves out at an ellipsis."""
    out = "\n".join(line.rstrip() for line in out.replace("\xa0", " ").split("\n"))
    return re.fullmatch(".*".join(map(re.escape, shown.split("…\n"))), out, re.DOTALL) is not None


@pytest.mark.parametrize(
    ("page", "ledger"),
    [
        pytest.param("nl/penningmeester", "members/fatma", marks=takes_seconds),
        ("nl/jaar", ""),
        ("nl/stemmen", ""),
        ("member", ""),
        ("nl/lid", ""),
        ("nl/coordinator", "coop"),
        ("starting", ""),
    ],
)
def test_a_page_can_be_followed(
    page: str, ledger: str, tmp_path: Path, quick: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if page in ("nl/lid", "member", "nl/penningmeester", "nl/jaar", "nl/stemmen"):
        for folder in ("ledgers", "rules"):
            shutil.copytree(REPOSITORY / folder, tmp_path / folder)
        (statement,) = REPOSITORY.glob("ledgers/bank/*/statements/2026-10-*")
        shutil.copy(statement, "camt053.xml")
        assert quick("statements", "--member", "fatma").status == 0
    follow(REPOSITORY / f"docs/{page}.md", ledger, quick, monkeypatch)


def test_the_page_on_invoices_can_be_followed(
    tmp_path: Path, quick: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert quick("init", ".").status == 0
    page = REPOSITORY / "docs/nl/facturen.md"
    register = re.search(r'    2026-01-01 custom "cooperative".*?\n\n', page.read_text("utf-8"), re.DOTALL)
    assert register
    with open("ledgers/coop.beancount", "a", encoding="utf-8") as file:
        file.write("\n" + re.sub("^    ", "", register[0], flags=re.MULTILINE))
    follow(page, "members/vera", quick, monkeypatch)


def test_the_page_about_letters_can_be_followed(
    tmp_path: Path, quick: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("ledgers", "rules"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder)
    page = REPOSITORY / "docs/nl/brief.md"
    follow(page, "", quick, monkeypatch)
    assert Path("brief.pdf").read_bytes().startswith(b"%PDF")
    text = page.read_text("utf-8")
    (letter,) = blocks(text, "text")
    assert answer_to_the_letter(Path(), date(2026, 11, 23)).strip() == letter.strip()
    (entry,) = re.findall(r'    2026-11-20 custom "specification".*?\n\n', text, re.DOTALL)
    register = Path("ledgers/coop.beancount").read_text("utf-8")
    assert register.endswith("\n" + re.sub("^    ", "", entry, flags=re.MULTILINE)[:-1])


def answer_to_the_letter(coop: Path, day: date) -> str:
    """The letter that Amina would sign on that day."""
    books, words = open_books(Coop(coop)), Words("nl")
    group = next(group for group in books.groups() if group[0].id == "amina")
    found, _ = explain_letter(books, group, books.specifications[-1], day)
    assert found
    of = (words, found.member, found.month, found.ledger, books.chart, "")
    ways = [said_mistakes(*of, each) for each in found.found]
    assert not write_objection(words, books, found, ways, day, coop / "brief.txt")
    return (coop / "brief.txt").read_text("utf-8").replace("\xa0", " ")


def test_the_page_about_the_bank_can_be_followed(
    tmp_path: Path, quick: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (REPOSITORY / "docs/nl/bank.md").read_text("utf-8")
    assert quick("init", ".").status == 0
    assert quick("member", "add", "fatma", "Fatma Demir", "--from", "2026-10").status == 0
    register, opening = blocks(page, "beancount")
    written = '2026-10-06 * "opa Theunis" "gordijn"\n  Income:Omzet:Diensten  -48.40 EUR\n  Assets:Bank\n'
    for ledger, text in (
        ("coop", register),
        ("treasury", f'include "accounts.beancount"\n\n{opening}'),
        ("members/fatma", written),
    ):
        with open(f"ledgers/{ledger}.beancount", "a", encoding="utf-8") as file:
            file.write(f"\n{text}")
    saver = invented_iban("F. Demir")
    lines = [
        Given("2026-10-01", "-385.00", "Woonstichting De Kade", LANDLORD, "huur werkplaats, oktober", "1"),
        Given("2026-10-07", "48.40", "T. Claessen", CUSTOMER, "gordijn", "2"),
        Given("2026-10-12", "121.00", "Stichting Buurthuis De Hoek", CUSTOMER, "cursus van Fatma", "3"),
        Given("2026-10-16", "100.00", "F. Demir", saver, "contant geld gestort", "4"),
        Given("2026-10-28", "-11.95", "ABN AMRO Bank N.V.", "", "kosten zakelijk betalen, oktober", "5"),
    ]
    Path("oktober.xml").write_bytes(camt(lines, "1250.00", first="2026-10-01", last="2026-10-31"))
    (session,) = blocks(page, "text")
    before, after = page.split(session)
    Path("before.md").write_text(before, "utf-8")
    Path("after.md").write_text(after, "utf-8")
    follow(Path("before.md"), "", quick, monkeypatch)
    answers = re.findall(r"^[A-Z][^\n?]*\?(?: (\w[^\n]*))?$", session, re.MULTILINE)
    shown = at_terminal(Path(), *answers)
    said, _, rest = session.partition("\n")
    assert said == "$ scharrel bank assign"
    shown = re.sub(r"\x1b\[\d?m", "", shown)
    assert "\n".join(line.rstrip() for line in shown.split("\n")) == rest
    assert f"Dat waren {sum(len(answer) + 1 for answer in answers)} toetsen." in page
    follow(Path("after.md"), "", quick, monkeypatch)


def test_what_lies_in_a_new_folder_can_be_followed(
    tmp_path: Path, quick: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert quick("init", "buurt").status == 0
    monkeypatch.chdir("buurt")
    page = Path("LEESMIJ.md")
    follow(page, "", quick, monkeypatch)
    text = page.read_text("utf-8")
    for place in re.findall(r"`((?:ledgers|rules|statements)/[^` ]*)`", text):
        assert Path(place).exists(), place
    assert set(re.findall(r"\]\(#(.*?)\)", text)) == anchors(page) - {"lees-mij"}


def test_a_slip_is_told_as_the_page_for_members_shows_it(
    tmp_path: Path, quick: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (REPOSITORY / "docs/nl/lid.md").read_text("utf-8")
    *_, told = blocks(page, "text")
    assert quick("init", ".").status == 0
    assert quick("member", "add", "amina", "Amina", "--from", "2026-09").status == 0
    with open("ledgers/members/amina.beancount", "a", encoding="utf-8") as ledger:
        ledger.write("\n" + "\n".join(blocks(page, "beancount")).replace("38.20", "38,20"))
    done = quick("check")
    assert done.status == 1
    assert told in done.err


def test_the_rules_in_the_readme_are_those_of_the_example() -> None:
    (shown,) = blocks(README, "toml")
    table = tomllib.loads(shown)
    pack = tomllib.loads((REPOSITORY / "rules/vrije-uitloop.toml").read_text("utf-8"))
    assert table["step"][0] in pack["step"]
    assert table["param"]["coop_share"] == pack["param"]["coop_share"]


INLINE = re.compile(r"`(scharrel [a-z -]+?)(?: [A-Z2\"<][^`]*)?`")
NAMED = {command for page in PAGES for command in INLINE.findall(page.read_text("utf-8"))}


@pytest.mark.parametrize("command", sorted(NAMED))
def test_every_command_that_a_page_names_exists(command: str, quick: Run) -> None:
    words = [word for word in command.split()[1:] if not word.startswith("-")]
    done = quick(*words, "--help")
    assert done.status == 0
    for option in re.findall(r"--[a-z-]+", command):
        assert option in done.out


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(shown, id=shown.split("\n")[0][2:])
        for page in PAGES
        if page.parent.name not in ("nl", "regimes")  # test_regimes.py holds those
        for shown in blocks(page.read_text("utf-8"), "console")
    ],
)
def test_what_a_page_shows_is_what_comes_out(shown: str, quick: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    command, _, output = shown.partition("\n")
    done = quick(*command.removeprefix("$ scharrel ").split(), "--coop", str(REPOSITORY))
    assert comes_out(output, done.out)
