"""What the bank's lines do to months: they count as if they stood in the holder's own ledger."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from bank_coop import LANDLORD, Given, camt, with_bank, without_bank
from conftest import Run, in_process

AMINA = "ledgers/members/amina.beancount"
REGISTER = "ledgers/coop.beancount"
LINES = "ledgers/bank/betaalrekening/2026-10.beancount"
SOLD = ("--for", "amina", "--account", "Income:Omzet", "--vat", "21%")


def ids(coop: Path) -> list[str]:
    text = (coop / LINES).read_text()
    return [line.split('"')[1] for line in text.split("\n") if line.startswith("  bank: ")]


def _imported(folder: Path) -> None:
    with_bank(folder)
    lines = [
        Given("2026-10-12", "121.00", text="tien fietsen", reference="A1"),
        Given("2026-10-20", "-40.00", "Kantoor", text="papier", reference="A2"),
    ]
    (folder / "oktober.xml").write_bytes(camt(lines, "1250.00", first="2026-10-01", last="2026-10-31"))
    done = in_process("bank", "import", str(folder / "oktober.xml"), "--coop", str(folder))
    assert done.status == 0, done.err


@pytest.fixture
def imported(once: Callable[[Callable[[Path], object], Path], Path], tmp_path: Path) -> Path:
    return once(_imported, tmp_path / "imported")


@pytest.fixture
def assigned(imported: Path, quick: Run) -> Path:
    first, second = ids(imported)
    for line, answer in ((first, SOLD), (second, ("--for", "amina", "--account", "Expenses:Onkosten"))):
        done = quick("bank", "assign", line, *answer, "--coop", str(imported))
        assert done.status == 0, done.err
    return imported


def allocations(quick: Run, coop: Path) -> object:
    done = quick("allocate", "2026-10", "--json", "--coop", str(coop))
    assert done.status == 0, done.err
    return json.loads(done.out)["allocations"]


def test_a_line_counts_as_if_it_stood_in_the_ledger(assigned: Path, quick: Run) -> None:
    of_bank = allocations(quick, assigned)
    entries = (assigned / LINES).read_text().split("\n\n")
    own = [entry for entry in entries if '  for: "amina"' in entry]
    assert len(own) == 2
    shutil.rmtree(assigned / "ledgers/bank")
    register = assigned / "ledgers/coop.beancount"
    register.write_text(without_bank(register.read_text()))
    with open(assigned / AMINA, "a") as ledger:
        ledger.write("\n" + "\n\n".join(own) + "\n")
    assert allocations(quick, assigned) == of_bank


def test_it_is_told_by_the_line_of_the_banks_file(assigned: Path, quick: Run) -> None:
    allocations(quick, assigned)
    line = (assigned / LINES).read_text().split("\n").index(
        '2026-10-12 * "Buurthuis De Hoek" "tien fietsen"'
    ) + 1
    for command in (
        ("explain", "amina", "2026-10", "--all"),
        ("statements", "2026-10", "--format", "txt", "--for", "member", "--out", str(assigned / "out")),
    ):
        done = quick(*command, "--coop", str(assigned))
        assert done.status == 0, done.err
    explained = quick("explain", "amina", "2026-10", "--all", "--coop", str(assigned)).out
    assert f"{LINES}:{line}\n" in explained
    page = " ".join(next((assigned / "out").rglob("amina.txt")).read_text().split())
    told = "tien fietsen. Op 12 oktober 2026 kwam € 121,00 op de rekening van de coöperatie"
    assert page.count("op de rekening van de coöperatie") == page.count(told) == 1
    assert 'Waar "bank" staat, ging het via de bank van de coöperatie.' in page
    assert "ledgers/" not in page
    book = (assigned / "ledgers/books/amina.beancount").read_text()
    assert f'  source: "{LINES}:{line}"\n' in book
    assert quick("check", "--coop", str(assigned)).status == 0


def test_what_a_bank_pastes_is_short_on_paper_and_hides_account_numbers(imported: Path, quick: Run) -> None:
    said = f"SEPA IBAN: NL91 ABNA 0417 1643 00 naar {LANDLORD} " + "kenmerk " * 20
    text = (imported / LINES).read_text().replace("tien fietsen", said)
    (imported / LINES).write_text(text)
    first, second = ids(imported)
    assert quick("bank", "assign", first, *SOLD, "--coop", str(imported)).status == 0
    cash = ("--for", "amina", "--account", "Assets:Debiteuren")
    assert quick("bank", "assign", second, *cash, "--coop", str(imported)).status == 0
    allocations(quick, imported)
    out = str(imported / "out")
    done = quick(
        "statements", "2026-10", "--format", "txt", "--for", "member", "--out", out, "--coop", str(imported)
    )
    assert done.status == 0, done.err
    page = " ".join(next((imported / "out").rglob("amina.txt")).read_text().split())
    assert "SEPA IBAN: NL…4300 naar NL…4567 kenmerk" in page
    assert page.count("kenmerk") < 5
    assert "Op 20 oktober 2026 ging € 40,00 van de rekening van de coöperatie: Kantoor · papier. " in page
    assert page.count("van de rekening van de coöperatie") == 1


def test_the_overview_says_what_is_at_the_bank(assigned: Path, quick: Run) -> None:
    first, _ = ids(assigned)

    def overview() -> str:
        allocations(quick, assigned)
        out = str(assigned / "out")
        done = quick(
            "statements", "2026-10", "--format", "txt", "--for", "coop", "--out", out, "--coop", str(assigned)
        )
        assert done.status == 0, done.err
        return " ".join((assigned / "out/coop/overview.txt").read_text().split())

    assert "betaalrekening 1.331,00 - betaalrekening: volgens het afschrift tot en met 31 okto" in overview()
    assert "De boeken komen op hetzelfde uit." in overview()
    with open(assigned / AMINA, "a") as ledger:
        ledger.write('\n2026-10-30 * "Bakker" "brood"\n  Expenses:Onkosten  4.00 EUR\n  Assets:Bank\n')
    text = (assigned / LINES).read_text()
    entry = next(entry for entry in text.split("\n\n") if first in entry)
    (assigned / LINES).write_text(text.replace(entry, entry.replace(" * ", " ! ")))
    told = overview()
    assert "De boeken komen uit op € 1.327,00;" in told
    assert "Bankregels die nog uitgezocht worden: 1." in told


def test_a_line_that_is_not_understood_keeps_its_month_open(imported: Path, quick: Run) -> None:
    checked = quick("check", "--coop", str(imported))
    assert checked.status == 0
    assert checked.err.count("nog niet uitgezocht") == 2
    assert quick("allocate", "2026-10", "--coop", str(imported)).err.count("nog niet uitgezocht") == 1
    closed = quick("close", "2026-10", "--coop", str(imported))
    assert closed.status == 1
    assert f"{LINES}:" in closed.err
    assert "nog niet uitgezocht" not in closed.err  # the error says it already


def test_days_without_a_statement_keep_a_month_open(coop: Path, quick: Run) -> None:
    with_bank(coop)
    part = [Given("2026-10-12", "121.00", reference="A1")]
    rest = [Given("2026-11-05", "1.00", reference="A2")]
    for lines, opening, says in ((part, "1250.00", "tot en met 12 oktober 2026"), (rest, "1371.00", "")):
        (coop / "afschrift.xml").write_bytes(camt(lines, opening))
        assert quick("bank", "import", str(coop / "afschrift.xml"), "--coop", str(coop)).status == 0
        for line in ids(coop):
            quick("bank", "assign", line, *SOLD, "--coop", str(coop))
        assert quick("allocate", "2026-10", "--coop", str(coop)).status == 0
        closed = quick("close", "2026-10", "--coop", str(coop))
        assert (closed.status, says in closed.err) == (1 if says else 0, True), closed.err


def test_a_line_that_changes_after_closing_is_put_right_in_the_next_month(assigned: Path, quick: Run) -> None:
    assert quick("allocate", "2026-10", "--coop", str(assigned)).status == 0
    assert quick("close", "2026-10", "--coop", str(assigned)).status == 0
    text = (assigned / LINES).read_text()
    (assigned / LINES).write_text(text.replace('  for: "amina"\n', '  for: "coop"\n', 1))
    done = quick("allocate", "2026-11", "--coop", str(assigned))
    assert done.status == 0, done.err
    assert "tien fietsen" not in done.err
    written = (assigned / "ledgers/allocations/amina/2026-11.beancount").read_text()
    assert 'correction_of: "2026-10"' in written


def test_a_booking_that_the_bank_does_not_confirm_is_an_error(imported: Path, quick: Run) -> None:
    with open(imported / AMINA, "a") as ledger:
        ledger.write('\n2026-10-15 * "x" "nooit gekomen"\n  Income:Omzet  -9.00 EUR\n  Assets:Bank\n')
    for command in ("check", "allocate"):
        done = quick(command, "--coop", str(imported))
        assert done.status == 1
        assert f"{AMINA}:" in done.err
        assert "staat op geen afschrift" in done.err


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('  for: "amina"\n', '  for: "coop"\n'),
        ("Income:Omzet ", "Income:Nergens "),
        ("-21.00 EUR", "-20.00 EUR"),
        ('  for: "amina"\n', '  for: "niemand"\n'),
    ],
)
def test_what_is_kept_changes_no_answer(
    assigned: Path, old: str, new: str, quick: Run, tmp_path: Path
) -> None:
    allocations(quick, assigned)
    assert quick("check", "--coop", str(assigned)).status == 0
    lines = assigned / LINES
    assert old in lines.read_text()
    lines.write_text(lines.read_text().replace(old, new, 1))
    fresh = shutil.copytree(assigned, tmp_path / "fresh", ignore=shutil.ignore_patterns(".scharrel"))
    for command in (("check", "--json"), ("allocate", "2026-10")):
        kept, anew = (quick(*command, "--coop", str(coop)) for coop in (assigned, fresh))
        assert kept == anew
        assert (kept.status == 0) == (new == '  for: "coop"\n')


def test_a_line_of_which_the_booking_is_gone_is_an_error(coop: Path, quick: Run) -> None:
    with_bank(coop)
    ledger = coop / AMINA
    before = ledger.read_text()
    ledger.write_text(
        before + '\n2026-10-11 * "x" "fiets"\n  Income:Omzet  -45.00 EUR\n    vat: "exempt"\n  Assets:Bank\n'
    )
    (coop / "afschrift.xml").write_bytes(camt([Given("2026-10-12", "45.00", reference="A1")], "1250.00"))
    assert quick("bank", "import", str(coop / "afschrift.xml"), "--coop", str(coop)).status == 0
    assert quick("check", "--coop", str(coop)).status == 0
    ledger.write_text(before)
    checked = quick("check", "--coop", str(coop))
    assert checked.status == 1
    assert f"{LINES}:" in checked.err
    assert "zou de boeking van 11 oktober 2026 van amina zijn" in checked.err


def test_a_month_or_a_statement_that_is_lost_is_told_where_it_was(assigned: Path, quick: Run) -> None:
    coop = ("--coop", str(assigned))
    november = camt([Given("2026-11-03", "-1.00", "Kantoor", reference="A3")], "1331.00", last="2026-11-30")
    (assigned / "november.xml").write_bytes(november)
    assert quick("bank", "import", str(assigned / "november.xml"), *coop).status == 0
    (kept,) = (assigned / "ledgers/bank/betaalrekening/statements").glob("2026-10*")

    def told() -> list[tuple[str, str]]:
        problems = json.loads(quick("check", "--json", *coop).out)["problems"]
        return [
            (p["file"], p["code"])
            for p in problems
            if p["file"] != REGISTER and p["code"] != "bank-line-open"
        ]

    shown = kept.relative_to(assigned).as_posix()
    whole = (assigned / LINES).read_text()
    assert told() == []
    (assigned / LINES).unlink()
    assert told() == [(LINES, "bank-month-gone")]
    assert f"{LINES}:1: " in quick("bank", "status", *coop).err
    assert quick("bank", "import", str(kept), *coop).status == 0
    assert told() == []
    (assigned / LINES).write_text("\n\n".join(e for e in whole.split("\n\n") if "bank-statement" not in e))
    assert told() == [(shown, "statement-unrecorded")]
    (assigned / LINES).write_text(whole)
    content = kept.read_bytes()
    for changed, code in ((None, "statement-gone"), (b"", "statement-other")):
        kept.chmod(0o644)
        kept.unlink() if changed is None else kept.write_bytes(changed)
        assert [one for _, one in told()] == [code]
        # The same statement once more puts it back.
        assert quick("bank", "import", str(assigned / "oktober.xml"), *coop).status == 0
        assert (told(), kept.read_bytes()) == ([], content)
    kept.chmod(0o644)
    kept.write_bytes(content.replace(b"\n", b"\r\n"))
    assert told() == []
