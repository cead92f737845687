"""The cooperative's whole as one ledger: it adds up to the books exactly, whatever is booked."""

import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data
from beancount.ops import validation
from conftest import REPOSITORY, Run, examples, takes_seconds
from hypothesis import given, settings
from hypothesis import strategies as st
from random_coops import MONTHS, Booking, histories, lay_down, packs
from test_projects import paid, team

from scharrel.core.month import Month
from scharrel.operations.allocate import allocate_all
from scharrel.operations.opening import open_books
from scharrel.store.paths import Coop

__all__ = ["team"]

LEDGER = "ledgers/members/amina.beancount"
REGISTER = "ledgers/coop.beancount"
WHOLE = "ledgers/consolidated.beancount"
PART = "ledgers/consolidated/amina.beancount"
SALE = '\n2026-06-22 * "markt" "verkoop"\n  Income:Omzet  -100.00 EUR\n  Assets:Bank\n'
LATE = SALE.replace("06-22", "02-20")

Sums = Mapping[tuple[str, str, str, str], Decimal]
"""What was booked by member, month, account and currency."""


def append(path: Path, text: str) -> None:
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)


def entries(path: Path) -> list[data.Directive]:
    """All that stands there, when bean-check has nothing to say of it."""
    found, problems, _ = loader.load_file(str(path), extra_validations=validation.HARDCORE_VALIDATIONS)
    assert problems == [], path
    return found


def of_books(coop: Path) -> Sums:
    sums: dict[tuple[str, str, str, str], Decimal] = defaultdict(Decimal)
    for book in (coop / "ledgers/books").glob("*.beancount"):
        for entry in entries(book):
            for posting in entry.postings if isinstance(entry, data.Transaction) else ():
                number, unit = posting.units
                sums[book.stem.capitalize(), f"{entry.date:%Y-%m}", posting.account, unit] += number
    return {key: number for key, number in sums.items() if number}


def of_whole(coop: Path) -> Sums:
    sums: dict[tuple[str, str, str, str], Decimal] = defaultdict(Decimal)
    for entry in entries(coop / WHOLE):
        for posting in entry.postings if isinstance(entry, data.Transaction) else ():
            account, _, member = posting.account.rpartition(":")
            number, unit = posting.units
            sums[member, f"{entry.date:%Y-%m}", account, unit] += number
    return {key: number for key, number in sums.items() if number}


def adds_up(coop: Path) -> None:
    assert of_whole(coop) == of_books(coop) != {}


def written(coop: Path) -> dict[str, bytes]:
    paths = [coop / WHOLE, *(coop / "ledgers/consolidated").glob("*")]
    return {path.relative_to(coop).as_posix(): path.read_bytes() for path in paths if path.exists()}


def allocate(quick: Run, coop: Path, *more: str) -> None:
    done = quick("allocate", *more, "--coop", str(coop))
    assert done.status == 0, done.err


IDS = ("amina", "bank", "lid-0001", "x-", "omzet")


@given(
    packs(), st.lists(histories(), min_size=1, max_size=len(IDS)), st.sampled_from([MONTHS[-1], MONTHS[4]])
)
@settings(max_examples=examples(25))
def test_the_whole_adds_up_to_the_books(pack: str, books: list[list[Booking]], through: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        ledgers = {m: [booking.lines() for booking in book] for m, book in zip(IDS, books, strict=False)}
        coop = lay_down(Path(name).resolve() / "coop", pack, ledgers, "  granted: TRUE\n  born: 1999-03-31\n")
        for month in (Month.parse(MONTHS[-1]), Month.parse(through)):
            found = allocate_all(
                open_books(Coop(coop)), month, frozenset(), date(2027, 2, 1),
                write=True, whole=False, progress=lambda *_: None,
            )  # fmt: skip
            assert [problem for problem in found.problems if not problem.warning] == []
            assert of_whole(coop) == of_books(coop)


@takes_seconds
def test_the_whole_of_the_example_is_as_the_page_on_books_says() -> None:
    adds_up(REPOSITORY)
    shown = [path.stem for path in sorted((REPOSITORY / "ledgers/books").glob("*.beancount"))]
    assert sorted(path.stem for path in (REPOSITORY / "ledgers/consolidated").glob("*.beancount")) == shown
    page = (REPOSITORY / "docs/books.md").read_text("utf-8")
    month, *_ = re.findall(r"```beancount\n(.*?)```", page, re.DOTALL)
    assert month in (REPOSITORY / "ledgers/consolidated/fatma.beancount").read_text("utf-8")


def test_a_month_is_one_sum_of_what_was_booked_and_one_of_what_was_divided(coop: Path, quick: Run) -> None:
    allocate(quick, coop, "2026-06")
    text = (coop / PART).read_text()
    # 612.40 turnover, 128.60 VAT, 35.55 costs and 90.00 study in March; nothing divided: costs were carried.
    assert re.sub(" +", " ", text[text.index("2026-03-31") :]).startswith(
        '2026-03-31 * "Amina" "Geboekt 2026-03"\n'
        ' book: "ledgers/books/amina.beancount"\n'
        " Assets:Bank:Amina 615.45 EUR\n"
        " Expenses:Onkosten:Amina 35.55 EUR\n"
        " Expenses:Studie:Amina 90.00 EUR\n"
        " Income:Omzet:Amina -612.40 EUR\n"
        " Liabilities:Btw:Amina -128.60 EUR\n"
        "\n"
        '2026-03-31 * "Amina" "Verdeling 2026-03" ^verdeling-2026-03\n'
    )
    assert "2020-01-01 open Assets:Bank:Amina EUR\n" in text
    assert "Kas" not in text


def test_costs_prices_and_hours_come_along_as_they_were_booked(coop: Path, quick: Run) -> None:
    append(coop / "ledgers/accounts.beancount", '\n2020-01-01 open Assets:Zegels ZEGEL "FIFO"\n')
    append(
        coop / LEDGER,
        '\n2020-01-01 open Assets:Zegels:Los ZEGEL "FIFO"\n'
        "\n2026-03-01 price ZEGEL 2.50 EUR\n"
        '\n2026-03-02 * "kantoor" "zegels, een\nboekje"\n'
        '  reason: "voor Assets:Zegels:Los"\n'
        "  Assets:Zegels:Los  10 ZEGEL {2.00 EUR}\n  ! Assets:Bank\n"
        '\n2026-03-09 * "kantoor"\n  Assets:Zegels:Los  10 ZEGEL {2.00 EUR}\n  Assets:Bank\n'
        '\n2026-04-02 * "ruil"\n  Assets:Zegels:Los  -4 ZEGEL {2.00 EUR}\n  Assets:Bank\n'
        '\n2026-04-03 * "los"\n  Assets:Zegels:Los  1 ZEGEL @ 2.10 EUR\n  Assets:Bank\n',
    )
    allocate(quick, coop, "2026-06")
    adds_up(coop)
    part = (coop / PART).read_text()
    assert "\n2026-03-01 price ZEGEL 2.50 EUR\n" in part
    assert '2020-01-01 open Assets:Zegels:Los:Amina ZEGEL "FIFO"\n' in part


def test_all_that_the_book_has_is_in_it_also_after_the_month_asked_for(coop: Path, quick: Run) -> None:
    allocate(quick, coop, "2026-06")
    append(coop / LEDGER, SALE.replace("06-22", "09-01"))
    allocate(quick, coop, "2026-03")
    adds_up(coop)
    months = {month for _, month, _, _ in of_whole(coop)}
    assert {"2026-06", "2026-09"} <= months


def test_closed_months_and_their_corrections_are_in_it(coop: Path, quick: Run) -> None:
    allocate(quick, coop, "2026-05")
    assert quick("close", "2026-04", "--coop", str(coop)).status == 0
    before = of_whole(coop)
    append(coop / LEDGER, LATE)
    allocate(quick, coop, "2026-06")
    adds_up(coop)
    coops_share = ("Amina", "2026-04", "Liabilities:Cooperatie", "EUR")
    assert of_whole(coop)[coops_share] == before[coops_share]
    (coop / PART).write_text("")
    assert quick("audit", "--coop", str(coop)).out.count("consolidated") == 0
    assert quick("check", "--coop", str(coop)).status == 0
    allocate(quick, coop, "2026-06")
    adds_up(coop)


def test_projects_and_what_comes_in_from_them_are_in_it(team: Path, quick: Run) -> None:
    paid(quick, team)
    adds_up(team)
    sums = of_whole(team)
    # 90 and 45 of the 135 that the project shares; together the account is zero.
    shared = {key[0]: number for key, number in sums.items() if key[2] == "Liabilities:Deelnemers"}
    assert shared == {"Catering": Decimal(-135), "Amina": Decimal(90), "Bram": Decimal(45)}


def test_a_name_in_the_chart_can_be_the_name_of_a_member(coop: Path, quick: Run) -> None:
    append(coop / "ledgers/accounts.beancount", "\n2020-01-01 open Income:Omzet:Markt EUR\n")
    assert (
        quick("member", "add", "markt", 'De "Markt" \\', "--from", "2026-01", "--coop", str(coop)).status == 0
    )
    append(coop / "ledgers/members/markt.beancount", SALE + SALE.replace("Omzet", "Omzet:Markt"))
    append(coop / LEDGER, SALE.replace("Omzet", "Omzet:Markt"))
    allocate(quick, coop, "2026-06")
    adds_up(coop)


def test_who_left_stays_and_who_was_never_registered_goes(coop: Path, quick: Run) -> None:
    for name in ("bram", "carla"):
        assert quick("member", "add", name, name, "--from", "2026-01", "--coop", str(coop)).status == 0
        append(coop / f"ledgers/members/{name}.beancount", LATE)
    register = (coop / REGISTER).read_text()
    left = '\n2026-03-01 custom "member" "bram"\n  left: TRUE\n'
    append(coop / REGISTER, left)
    allocate(quick, coop, "2026-06", "--member", "amina", "--member", "bram")
    assert {member for member, *_ in of_whole(coop)} == {"Amina", "Bram"}
    allocate(quick, coop, "2026-06")
    assert {member for member, *_ in of_whole(coop)} == {"Amina", "Bram", "Carla"}
    adds_up(coop)
    (coop / REGISTER).write_text(
        register[: register.index('custom "member" "carla"')].rpartition("\n")[0] + left
    )
    (coop / "ledgers/members/carla.beancount").unlink()
    allocate(quick, coop, "2026-06")
    assert {member for member, *_ in of_whole(coop)} == {"Amina", "Bram"}
    assert not (coop / "ledgers/consolidated/carla.beancount").exists()


def test_what_was_touched_is_put_right_and_nothing_else_is_written(coop: Path, quick: Run) -> None:
    allocate(quick, coop, "2026-06")
    before = written(coop)
    assert sorted(before) == [WHOLE, PART]
    times = [(coop / name).stat().st_mtime_ns for name in before]
    allocate(quick, coop, "2026-06")
    assert [(coop / name).stat().st_mtime_ns for name in before] == times
    for spoil in (
        lambda: append(coop / PART, "\n\n"),
        lambda: (coop / WHOLE).write_text(""),
        (coop / WHOLE).unlink,
        (coop / PART).unlink,
        lambda: shutil.rmtree(coop / "ledgers/consolidated"),
        lambda: shutil.copy(coop / PART, coop / "ledgers/consolidated/weg.beancount"),
        lambda: (coop / "ledgers/consolidated/.abcd_123.new").write_text("half"),
    ):
        spoil()
        assert quick("allocate", "2026-06", "--dry-run", "--coop", str(coop)).status == 0
        assert written(coop) != before
        assert "Niets veranderd" in quick("allocate", "2026-06", "--coop", str(coop)).out
        assert written(coop) == before


@pytest.mark.parametrize("dry", [True, False])
def test_a_run_that_writes_nothing_leaves_it_alone(coop: Path, quick: Run, dry: bool) -> None:
    allocate(quick, coop, "2026-06")
    before = written(coop)
    append(coop / LEDGER, SALE if dry else SALE.replace("Omzet", "Omzte"))
    done = quick("allocate", "2026-06", *(["--dry-run"] if dry else []), "--coop", str(coop))
    assert done.status == (0 if dry else 1)
    assert written(coop) == before


def test_nobody_to_consolidate(new: Path, quick: Run) -> None:
    register = (new / REGISTER).read_text()
    (new / REGISTER).write_text(re.sub(r'\n\S+ custom "member".*', "", register, flags=re.DOTALL))
    shutil.rmtree(new / "ledgers/members")
    quick("allocate", "--coop", str(new))
    assert written(new) == {}
