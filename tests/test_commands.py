"""The commands as people use them, with the mistakes that people make."""

import json
import shutil
from pathlib import Path

import pytest
from beancount import loader
from conftest import REPOSITORY, Run

LEDGER = "ledgers/members/amina.beancount"
REGISTER = "ledgers/coop.beancount"
PACK = "rules/vrije-uitloop.toml"
SALE = '\n2026-06-22 * "markt" "verkoop"\n  Income:Omzet  -100.00 EUR\n  Assets:Bank\n'


def append(path: Path, text: str) -> None:
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)


def files(coop: Path) -> dict[str, bytes]:
    return {
        path.relative_to(coop).as_posix(): path.read_bytes()
        for path in (coop / "ledgers").rglob("*")
        if path.is_file()
    }


# -- allocate


def test_the_example_cooperative_stands_as_allocate_leaves_it(tmp_path: Path, quick: Run) -> None:
    for part in ("ledgers", "rules"):
        shutil.copytree(REPOSITORY / part, tmp_path / part)
    before = files(tmp_path)
    done = quick("allocate", "2026-10", "--coop", str(tmp_path))
    # What is warned of three lines is said once; check says it of each.
    assert (done.status, done.err.count("nog niet uitgezocht"), "ook voor regel 475, 601" in done.err) == (
        0,
        1,
        True,
    )
    assert "Niets veranderd" in done.out
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    "book", sorted((REPOSITORY / "ledgers/books").glob("*.beancount")), ids=lambda path: path.stem
)
def test_every_book_of_the_example_passes_bean_check(book: Path) -> None:
    entries, problems, _ = loader.load_file(str(book))
    assert problems == []
    assert entries


def test_the_table_fits_a_screen_of_80_columns_and_cuts_no_amount(coop: Path, scharrel: Run) -> None:
    append(coop / LEDGER, SALE.replace("100.00", "12345678.90"))
    long_name = '\n2026-06-01 custom "member" "amina"\n  name: "Wilhelmina van Oosterhout-de Vries"\n'
    append(coop / REGISTER, long_name)
    done = scharrel("allocate", "2026-06", "--coop", str(coop), NO_COLOR="1")
    assert "12.345.778,89" in done.out
    assert "\x1b" not in done.out
    with_plain_amounts = scharrel("allocate", "2026-05", "--coop", str(coop)).out
    assert max(map(len, with_plain_amounts.splitlines())) <= 80


def test_english_when_asked(coop: Path, scharrel: Run) -> None:
    by_option = scharrel("allocate", "2026-04", "--lang", "en", "--dry-run", "--coop", str(coop))
    by_locale = scharrel("allocate", "2026-04", "--dry-run", "--coop", str(coop), LANG="en_GB.UTF-8")
    assert "April 2026" in by_option.out
    assert "1,480.00" in by_option.out
    assert by_option.out == by_locale.out
    assert scharrel("allocate", "--lang", "de").status == 2


def test_without_a_month_the_last_booked_month_that_has_ended(coop: Path, quick: Run) -> None:
    append(
        coop / LEDGER,
        SALE.replace("2026-06-22", "2026-09-30").replace('verkoop"', 'verkoop"\n  earned: 2026-01-01'),
    )
    append(coop / LEDGER, '\n2099-01-01 * "later"\n  Income:Omzet  -1.00 EUR\n  Assets:Bank\n')
    done = quick("allocate", "--json", "--coop", str(coop))
    assert json.loads(done.out)["through"] == "2026-09"
    assert "ligt in de toekomst" in done.err


def test_a_new_cooperative_without_bookings_or_members(coop: Path, quick: Run) -> None:
    (coop / LEDGER).write_text('include "../accounts.beancount"\n')
    empty = json.loads(quick("allocate", "2026-02", "--json", "--coop", str(coop)).out)
    assert [row["pool"] for row in empty["allocations"]] == ["0.00", "0.00"]
    assert not (coop / "ledgers/allocations").exists()
    (coop / LEDGER).unlink()
    (coop / REGISTER).write_text('option "title" "Nieuw"\ninclude "accounts.beancount"\n')
    done = quick("allocate", "2026-02", "--coop", str(coop))
    assert done.status == 0
    assert "scharrel member add" in done.out


def test_a_dry_run_writes_nothing(coop: Path, quick: Run) -> None:
    before = files(coop)
    done = quick("allocate", "2026-06", "--dry-run", "--coop", str(coop))
    assert "zouden geschreven worden" in done.out
    assert files(coop) == before
    assert not (coop / ".scharrel").exists()


def test_one_error_and_nothing_is_written_for_anyone(coop: Path, quick: Run) -> None:
    append(coop / REGISTER, '\n2026-01-01 custom "member" "bram"\n  name: "Bram"\n  rules: "vrije-uitloop"\n')
    (coop / "ledgers/members/bram.beancount").write_text('include "../accounts.beancount"\nfout\n')
    before = files(coop)
    done = quick("allocate", "2026-06", "--coop", str(coop))
    assert (done.status, done.out) == (1, "")
    assert "ledgers/members/bram.beancount:2: " in done.err
    assert files(coop) == before
    assert quick("allocate", "2026-06", "--member", "amina", "--coop", str(coop)).status == 0


def test_what_changed_is_shown_and_written(coop: Path, quick: Run) -> None:
    written = quick("allocate", "2026-06", "--coop", str(coop)).out
    assert "5 nieuwe verdelingen geschreven, van januari 2026, maart tot en met juni" in written
    assert "Niets veranderd" in quick("allocate", "2026-06", "--coop", str(coop)).out
    append(coop / LEDGER, SALE)
    told = quick("allocate", "2026-06", "--coop", str(coop)).out.replace("\xa0", " ")
    assert "Amina, juni 2026: tax was € 20,00, wordt € 40,00" in told


def test_a_written_file_that_was_touched_is_put_right(coop: Path, quick: Run) -> None:
    quick("allocate", "2026-06", "--coop", str(coop))
    before = files(coop)
    month = coop / "ledgers/allocations/amina/2026-04.beancount"
    for spoil in (lambda: month.write_text(""), month.unlink, lambda: append(month, "\n\n")):
        spoil()
        quick("allocate", "2026-06", "--coop", str(coop))
        assert files(coop) == before


def test_a_month_that_is_no_longer_due_loses_its_file(coop: Path, quick: Run) -> None:
    append(coop / LEDGER, SALE.replace("06-22", "08-01"))
    quick("allocate", "2026-08", "--coop", str(coop))
    (coop / LEDGER).write_text((coop / LEDGER).read_text().replace(SALE.replace("06-22", "08-01"), ""))
    assert "augustus 2026: verdeling vervallen" in quick("allocate", "2026-08", "--coop", str(coop)).out
    assert not (coop / "ledgers/allocations/amina/2026-08.beancount").exists()
    assert "2026-08" not in (coop / "ledgers/books/amina.beancount").read_text()


def test_an_earlier_month_leaves_later_ones_alone(coop: Path, quick: Run) -> None:
    quick("allocate", "2026-06", "--coop", str(coop))
    before = files(coop)
    quick("allocate", "2026-02", "--coop", str(coop))
    assert files(coop) == before


def test_a_file_that_cannot_be_written_is_told(coop: Path, quick: Run) -> None:
    (coop / "ledgers/allocations").write_text("een bestand waar een map hoort")
    done = quick("allocate", "2026-06", "--coop", str(coop))
    assert done.status == 1
    assert "is niet te schrijven" in done.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["allocate", "2026-13"], "is geen maand"),
        (["allocate", "oktobr"], "Bedoel je 20"),
        (["allocate", "oktobr 2025"], "Bedoel je 2025-10?"),
        (["allocate", "Julli-2025"], "Bedoel je 2025-07?"),
        (["statements", "--for", "gemeente"], "Bedoel je municipality?"),
        (["statements", "--for", "jaaropgave"], "Bedoel je year?"),
        (["explain", "amina", "2026-04", "spaarpot"], "Bedoel je pot?"),
        (["verdeel"], "Bedoel je allocate?"),
        (["Offertes"], "Bedoel je report quotes?"),
        (["report", "exchange", "twintig"], "is geen jaar"),
        (["btw"], "Btw boek je in je kasboek"),
        (["factuur"], "scharrel report quotes"),
        (["spaarpot"], "scharrel explain LID MAAND"),
        (["allocate", "2062-10"], "te ver in de toekomst"),
        (["allocate", "--member", "amna"], 'Er is geen lid "amna". Bedoel je amina?'),
        (["allocate", "--coöp"], "De optie --coöp bestaat niet. Bedoel je --coop?"),
        (["explain", "amina"], "Hier ontbreekt MAAND: de maand"),
        (
            ["alocate"],
            "Kies uit: book, inbox, allocate, explain, status, accounts, check, statements, verify, close, "
            "audit, settle, what-if, outlook, simulate, web, init, quote, pay, vat, auditfile, member",
        ),
        (["allocate", "2026-01", "2026-02"], "Dit is te veel: 2026-02"),
        (["explain", "amna", "2026-04"], "Er is geen lid"),
        (["explain", "amina", "2025-04"], "pas lid vanaf januari 2026"),
        (["explain", "amina", "2026-04", "koop"], "geen stap"),
        (["member", "add", "Amina", "Amina"], "kan geen korte naam zijn"),
        (["member", "add", "amina", "Amina"], "staat al in het ledenregister"),
        (["member", "add", "bram", "Bram", "--rules", "x"], "Er zijn geen regels"),
        (["member", "add", "bram", "Bram", "--iban", "NL00ABNA0417164300"], "geen geldig IBAN"),
    ],
)
def test_wrong_usage_says_what_is_wrong(arguments: list[str], told: str, coop: Path, quick: Run) -> None:
    before = files(coop)
    done = quick(*arguments, "--coop", str(coop))
    assert (done.status, done.out) == (2, "")
    assert told in done.err
    assert files(coop) == before


def test_outside_a_cooperative(tmp_path: Path, scharrel: Run) -> None:
    done = scharrel("allocate", cwd=tmp_path)
    assert done.status == 2
    assert "scharrel init" in done.err


def test_the_folder_is_found_from_within_and_by_name(coop: Path, scharrel: Run, tmp_path: Path) -> None:
    inside = scharrel("allocate", "2026-02", "--json", cwd=coop / "ledgers/members").out
    assert inside == scharrel("allocate", "2026-02", "--json", SCHARREL_COOP=str(coop)).out != ""


@pytest.mark.parametrize("arguments", ["-h", "allocate -h", "member add --help", "--version"])
def test_help_and_version(arguments: str, scharrel: Run) -> None:
    done = scharrel(*arguments.split())
    assert done.status == 0
    assert done.out


HELP = ["", "member", "rules", "report", "allocate", "explain", "member add", "rules plot", "report exchange"]


@pytest.mark.parametrize("command", HELP)
def test_the_help_is_in_one_language_and_nothing_is_cut_off(command: str, scharrel: Run) -> None:
    done = scharrel(*command.split(), "--help")
    assert done.status == 0
    for english in ("Usage", "Options", "Arguments", "Commands", "OPTIONS", "ARGS", "Show", "exit", "MONTH",
                    "current shell", "default", "required", "THROUGH", "<str>"):  # fmt: skip
        assert english not in done.out
    lines = done.out.split("\n")
    assert max(map(len, lines)) <= 80
    assert not [line for line in lines[1:] if line.endswith("...")]
    assert scharrel(*command.split(), "--help", "--lang", "en").out.startswith("Usage: ")


@pytest.mark.parametrize(
    "before",
    [
        "--lang en {} check",
        "--coop {c} --lang en check",
        "--json --coop {c} check",
        "--coop={c} --lang=en check",
    ],
)
def test_an_option_may_stand_before_the_command(before: str, coop: Path, quick: Run) -> None:
    behind = [] if "{c}" in before else ["--coop", str(coop)]
    done = quick(*before.replace(" {}", "").format(c=coop).split(), *behind)
    assert done.status == 0
    assert "All is well" in done.out or json.loads(done.out) == {"problems": []}


@pytest.mark.parametrize(
    "before", ["rules --coop {c} test", "--coop {c} rules test", "rules --lang nl --coop {c} test"]
)
def test_an_option_may_stand_before_a_command_of_a_group(before: str, coop: Path, quick: Run) -> None:
    behind = quick("rules", "test", "--coop", str(coop))
    assert quick(*before.format(c=coop).split()) == behind


# -- explain


def test_explain_tells_base_rate_since_source_and_bookings(coop: Path, quick: Run) -> None:
    told = quick("explain", "amina", "2026-04", "coop", "--coop", str(coop)).out.replace("\xa0", " ")
    assert " ".join(told.split()).endswith(
        '1. coop: € 150,59 Van € 1.254,90 die over was na "depreciation" gaat 12% naar de coöperatie: '
        "€ 150,59. 12% geldt sinds april 2026. Besluit: test."
    )
    whole = quick("explain", "amina", "2026-04", "--all", "--coop", str(coop)).out
    assert f"{LEDGER}:29" in whole
    assert "Besluit: test." in whole


def test_explain_is_short_unless_all_is_asked_for(coop: Path, quick: Run) -> None:
    for month in ("2026-02", "2026-04"):
        asked = ("explain", "amina", month)
        short = quick(*asked, "--coop", str(coop)).out
        whole = quick(*asked, "--all", "--coop", str(coop)).out
        assert len(short.splitlines()) <= 26
        assert len(short.splitlines()) < len(whole.splitlines()) - 5
        assert f"scharrel explain amina {month} --all" in short
        assert LEDGER not in short
        assert "Besluit" not in short
        # Every step is named, those of which there is nothing to tell together.
        for step in json.loads(quick(*asked, "--json", "--coop", str(coop)).out)["steps"]:
            assert step["id"] in short
        keep = next(line for line in whole.splitlines() if line.startswith("Van deze maand hou je"))
        assert keep in short


@pytest.mark.parametrize(
    ("month", "step", "told"),
    [
        (
            "2026-02",
            "costs",
            "Daarvoor was niets over. De rest, € 80,00, wordt volgende maand",
        ),
        ("2026-02", "coop", 'Na "depreciation" was er niets over, dus hier gaat niets heen.'),
        ("2026-02", "member", "€ 0,00 Er is niets over."),
        ("2026-03", "costs", "Van eerdere maanden stond er nog € 80,00 open; dat wordt nu meegevraagd."),
        ("2026-04", "pot", "De pot is vol bij € 600,00."),
        ("2026-01", "benefit", "komt daar niet boven, dus hier gaat niets af."),
        ("2026-06", "member", "Alles wat over is"),
    ],
)
def test_explain_says_why(month: str, step: str, told: str, coop: Path, quick: Run) -> None:
    out = quick("explain", "amina", month, step, "--coop", str(coop)).out
    assert told in " ".join(out.replace("\xa0", " ").split())


def test_explain_as_json_has_the_whole_trace(coop: Path, quick: Run) -> None:
    trace = json.loads(quick("explain", "amina", "2026-04", "--json", "--coop", str(coop)).out)
    (tax,) = [step for step in trace["steps"] if step["id"] == "tax"]
    assert (tax["paid"], tax["base"], tax["figure"]) == ("250.98", "1254.90", "0.20")


# -- init and member add


def test_a_new_cooperative_works_at_once(tmp_path: Path, quick: Run) -> None:
    folder = tmp_path / "nieuw"
    assert quick("init", str(folder)).status == 0
    assert quick("init", str(folder)).status == 2
    assert quick("check", "--coop", str(folder)).out.startswith("Alles in orde: 1 lid")
    assert "Vera Voorbeeld" in quick("allocate", "--coop", str(folder)).out
    assert quick("member", "add", "bram", 'Bram "de \\ Fiets" Wit', "--coop", str(folder)).status == 0
    done = quick("check", "--coop", str(folder))
    assert (done.status, "Deze regels zijn een voorbeeld" in done.err) == (0, True)
    assert (
        'Bram "de \\ Fiets" Wit'
        in quick("allocate", "--coop", str(folder)).out
        + quick("allocate", "2026-12", "--coop", str(folder)).out
    )
    for path in [
        *folder.glob("ledgers/books/*.beancount"),
        *folder.glob("ledgers/members/*.beancount"),
        folder / REGISTER,
    ]:
        assert loader.load_file(str(path))[1] == []


def test_what_vera_earned_a_month_earlier_counts_there(tmp_path: Path, quick: Run) -> None:
    """Of her 195 euros 60 are of the month before."""
    folder = tmp_path / "nieuw"
    assert "verzonnen coöperatie" in " ".join(quick("init", str(folder)).out.split())
    done = quick("allocate", "--json", "--coop", str(folder))
    assert [a["pool"] for a in json.loads(done.out)["allocations"]] == ["60.00", "135.00"]


def test_a_household_that_no_rules_know_is_told_before_any_asks(new: Path, quick: Run) -> None:
    (new / "rules").mkdir()
    for pack in ("ons", "bijstand"):
        shutil.copy(REPOSITORY / f"rules/{pack}.toml", new / "rules")
    (new / REGISTER).write_text((new / REGISTER).read_text().partition("; Vera")[0])
    (new / "ledgers/members/vera.beancount").unlink()
    add = ["member", "add", "bo", "Bo", "--rules", "ons", "--coop", str(new), "--household"]
    refused = quick(*add, "alleen")
    assert (refused.status, "single, single-parent, couple" in refused.err) == (2, True)
    assert quick(*add, "couple").status == 0


def test_adding_a_member_keeps_a_ledger_that_was_there(coop: Path, quick: Run) -> None:
    mine = coop / "ledgers/members/bram.beancount"
    mine.write_text('include "../accounts.beancount"\n; van Bram\n')
    assert quick("member", "add", "bram", "Bram", "--from", "2026-03", "--coop", str(coop)).status == 0
    assert "van Bram" in mine.read_text()
    assert "2026-03-01" in (coop / REGISTER).read_text()


def test_what_only_looks_reads_no_book(coop: Path, quick: Run) -> None:
    assert quick("allocate", "2026-06", "--coop", str(coop)).status == 0
    book = coop / "ledgers/books/amina.beancount"
    book.unlink()
    book.mkdir()
    assert quick("allocate", "2026-06", "--dry-run", "--coop", str(coop)).status == 0
    assert quick("statements", "2026-06", "--format", "txt", "--coop", str(coop)).status == 0
    assert quick("allocate", "2026-06", "--json", "--coop", str(coop)).status == 1
