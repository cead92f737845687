"""The cooperative's own ledger: read, written, closed and explained beside those of its members."""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core import data
from beancount.core.inventory import Inventory
from beancount.ops import validation
from conftest import REPOSITORY, Once, Run, in_process, small

TREASURY = "ledgers/treasury.beancount"
BOOK = "ledgers/books/coop.beancount"
PART = "ledgers/consolidated/coop.beancount"
WHOLE = "ledgers/consolidated.beancount"

INCLUDE = 'include "accounts.beancount"\n'
OPENING = '\n2024-12-31 * "beginsaldo"\n  Assets:Bank  1250.00 EUR\n  Equity:Begin\n'
RENT = '\n2026-01-05 * "Woonstichting" "huur"\n  Expenses:Onkosten  300.00 EUR\n  Assets:Bank\n'
GIFT = '\n2026-01-20 * "buurvrouw" "gift"\n  Income:Giften  -25.00 EUR\n  Assets:Bank\n'
LATE = '\n2026-01-28 * "energie" "nota"\n  Expenses:Onkosten  80.00 EUR\n  Assets:Bank\n'


def with_treasury(coop: Path) -> Path:
    """The small cooperative with a ledger of its own, not divided yet."""
    small(coop)
    with open(coop / "ledgers/accounts.beancount", "a", encoding="utf-8") as chart:
        chart.write("2020-01-01 open Equity:Begin EUR\n")
    (coop / TREASURY).write_text(INCLUDE + OPENING + RENT + GIFT)
    return coop


def closed_treasury(coop: Path) -> None:
    """The same, divided up to May and closed up to February."""
    with_treasury(coop)
    assert in_process("allocate", "2026-05", "--coop", str(coop)).status == 0
    assert in_process("close", "2026-02", "--coop", str(coop)).status == 0


@pytest.fixture
def own(tmp_path: Path, once: Once) -> Path:
    return once(with_treasury, tmp_path / "coop")


@pytest.fixture
def closed(tmp_path: Path, once: Once) -> Path:
    return once(closed_treasury, tmp_path / "coop")


def snapshot(coop: Path) -> dict[str, bytes]:
    return {str(path.relative_to(coop)): path.read_bytes() for path in (coop / "ledgers").rglob("*.*")}


def told(coop: Path, quick: Run) -> list[tuple[str, int, str]]:
    """What `check` has against anything, but the warning that the small cooperative comes with."""
    problems = json.loads(quick("check", "--json", "--coop", str(coop)).out)["problems"]
    return [(p["file"], p["line"], p["code"]) for p in problems]


def add(coop: Path, text: str) -> None:
    with open(coop / TREASURY, "a", encoding="utf-8") as treasury:
        treasury.write(text)


def sums(path: Path) -> dict[str, Inventory]:
    """What is on each account, as beancount reads the file, which is sound."""
    entries, errors, _ = loader.load_file(str(path), extra_validations=validation.HARDCORE_VALIDATIONS)
    assert errors == []
    found: dict[str, Inventory] = {}
    for entry in entries:
        if isinstance(entry, data.Transaction):
            for posting in entry.postings:
                found.setdefault(posting.account, Inventory()).add_position(posting)
    return found


def test_the_book_and_the_whole_have_what_the_ledger_has(own: Path, quick: Run) -> None:
    assert quick("allocate", "2026-05", "--coop", str(own)).status == 0
    assert told(own, quick) == []
    ledger, book, whole = (sums(own / name) for name in (TREASURY, BOOK, WHOLE))
    assert book == ledger
    assert str(book["Assets:Bank"]) == "(975.00 EUR)"
    assert {name: whole[f"{name}:Coop"] for name in ledger} == ledger
    members = sums(own / "ledgers/books/amina.beancount")
    assert whole["Assets:Bank:Amina"] == members["Assets:Bank"]
    written = snapshot(own)
    assert quick("allocate", "2026-05", "--coop", str(own)).status == 0
    assert snapshot(own) == written


def test_without_the_ledger_nothing_is_written_for_it(own: Path, quick: Run) -> None:
    ledger = (own / TREASURY).read_text()
    (own / TREASURY).unlink()
    assert quick("allocate", "2026-05", "--coop", str(own)).status == 0
    without = snapshot(own)
    assert not any("coop" in Path(name).stem and name != "ledgers/coop.beancount" for name in without)
    (own / TREASURY).write_text(ledger)
    assert quick("allocate", "2026-05", "--coop", str(own)).status == 0
    assert snapshot(own).keys() - without.keys() == {TREASURY, BOOK, PART}
    (own / TREASURY).unlink()
    assert quick("allocate", "2026-05", "--coop", str(own)).status == 0
    assert snapshot(own) == without


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("", 1, "no-include"),
        ("; nog niets\n", 1, "no-include"),
        ('include "../accounts.beancount"\n', 1, "forbidden-include"),
        (INCLUDE + INCLUDE, 2, "include-twice"),
        (INCLUDE + RENT.replace("Onkosten", "Onkotsen"), 4, "unknown-account"),
        (INCLUDE + RENT.replace("300.00", "300,00"), 4, "number-format"),
        (INCLUDE + RENT.replace("Assets:Bank", "Equity:Verdeling"), 5, "on-appropriation"),
        (INCLUDE + RENT.replace("  Exp", '  purpose: "koelkast"\n  Exp'), 4, "treasury-key"),
        (INCLUDE + RENT.replace("  Exp", '  with: "amina"\n  Exp'), 4, "treasury-key"),
        (INCLUDE + '2026-01-01 custom "member" "ann"\n', 2, "member-in-ledger"),
        (INCLUDE + '2026-01-01 custom "bank" "ann"\n', 2, "member-in-ledger"),
        (INCLUDE + "<<<<<<< hier\n", 2, "merge-conflict"),
        ("\0\1\2" * 50, 1, None),
    ],
)
def test_what_is_wrong_in_it_stops_all_that_it_is_about(
    text: str, line: int, code: str | None, own: Path, quick: Run
) -> None:
    (own / TREASURY).write_text(text)
    before = snapshot(own)
    found = told(own, quick)
    assert {f[0] for f in found} == {TREASURY}
    assert code is None or found == [(TREASURY, line, code)]
    for command in (["allocate", "2026-05"], ["close", "2026-02"], ["explain", "coop", "2026-01"]):
        ran = quick(*command, "--coop", str(own))
        assert ran.status == 1
        assert f"{TREASURY}:{line}:" in ran.err
    assert snapshot(own) == before
    # It is no business of a member by herself.
    assert quick("allocate", "2026-05", "--member", "amina", "--coop", str(own)).status == 0
    assert not (own / BOOK).exists()


def put_link(path: Path) -> None:
    path.rename(path.with_name("elders"))
    path.symlink_to("elders")


def make_large(path: Path) -> None:
    with open(path, "ab") as file:
        file.truncate(11_000_000)


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("change", "code"), [(put_link, "symlink"), (make_large, "too-long"), (make_folder, "not-a-file")]
)
def test_a_file_that_cannot_be_a_ledger_is_not_read(
    change: Callable[[Path], None], code: str, own: Path, quick: Run
) -> None:
    change(own / TREASURY)
    assert (TREASURY, 1, code) in told(own, quick)
    assert quick("allocate", "2026-05", "--coop", str(own)).status == 1
    assert not (own / BOOK).exists()


def test_a_booking_in_the_future_is_a_warning(own: Path, quick: Run) -> None:
    add(own, RENT.replace("2026-01-05", "2199-01-05"))
    assert told(own, quick) == [(TREASURY, 15, "future")]
    assert quick("allocate", "2026-05", "--coop", str(own)).status == 0


def test_a_ledger_of_nothing_but_remarks_is_enough(own: Path, quick: Run) -> None:
    (own / TREASURY).write_text(INCLUDE + "; nog niets\n")
    assert quick("allocate", "2026-05", "--coop", str(own)).status == 0
    assert told(own, quick) == []
    assert sums(own / BOOK) == {}


def test_a_cooperative_without_members_has_a_book_too(new: Path, quick: Run) -> None:
    for path in (new / "ledgers/members").iterdir():
        path.unlink()
    register = new / "ledgers/coop.beancount"
    register.write_text(
        register.read_text().partition('2026-09-01 custom "member"')[0].partition("\n20")[0] + "\n"
    )
    (new / TREASURY).write_text(INCLUDE + RENT)
    assert quick("allocate", "--coop", str(new)).status == 0
    assert told(new, quick) == []
    assert set(sums(new / BOOK)) == {"Assets:Bank", "Expenses:Onkosten"}


def test_what_is_put_into_its_book_is_not_written_over(own: Path, quick: Run) -> None:
    assert quick("allocate", "2026-05", "--coop", str(own)).status == 0
    with open(own / BOOK, "a", encoding="utf-8") as book:
        book.write(LATE)
    ran = quick("allocate", "2026-05", "--coop", str(own))
    assert ran.status == 1
    assert f"{BOOK}:10:" in ran.err
    assert TREASURY in ran.err
    assert LATE in (own / BOOK).read_text()


@pytest.mark.parametrize("name", ["treasury (1)", "books/coop (1)", "consolidated/coop (1)"])
def test_a_copy_beside_it_is_told(name: str, own: Path, quick: Run) -> None:
    assert quick("allocate", "2026-05", "--coop", str(own)).status == 0
    (own / f"ledgers/{name}.beancount").write_text(INCLUDE + LATE)
    assert [(file, code) for file, _, code in told(own, quick)] == [(f"ledgers/{name}.beancount", "copy")]


def test_dividing_for_one_member_leaves_its_book_alone(own: Path, quick: Run) -> None:
    assert quick("allocate", "2026-05", "--coop", str(own)).status == 0
    before = snapshot(own)
    assert quick("allocate", "2026-05", "--member", "amina", "--coop", str(own)).status == 0
    assert snapshot(own) == before


def test_a_member_may_have_money_of_the_cooperative_in_hand(own: Path, quick: Run) -> None:
    with open(own / "ledgers/accounts.beancount", "a", encoding="utf-8") as chart:
        chart.write('2020-01-01 open Assets:Kas EUR\n  role: "in-hand"\n')
    with open(own / "ledgers/members/amina.beancount", "a", encoding="utf-8") as ledger:
        ledger.write('\n2026-05-20 * "van de bank"\n  Assets:Kas  20.00 EUR\n  Assets:Bank\n')
    assert told(own, quick) == []


def test_a_late_booking_is_told_until_the_next_month_closes(closed: Path, quick: Run) -> None:
    assert "Alles in orde" in quick("audit", "--coop", str(closed)).out
    add(closed, LATE)
    assert told(closed, quick) == [(TREASURY, 15, "treasury-new")]
    ran = quick("audit", "--coop", str(closed))
    assert ran.status == 1
    assert f"{TREASURY}: In januari 2026 stond deze boeking er niet" in ran.out
    # Nothing was divided, so there is nothing for `allocate` to put right.
    assert "hoort bij de volgende maand die sluit" in ran.out
    assert "boekt het verschil" not in ran.out
    assert quick("allocate", "2026-05", "--coop", str(closed)).status == 0
    assert quick("close", "2026-03", "--coop", str(closed)).status == 0
    assert told(closed, quick) == []
    assert quick("audit", "--coop", str(closed)).status == 0


def test_what_was_before_any_member_is_sealed_with_the_first_month(closed: Path, quick: Run) -> None:
    ledger = closed / TREASURY
    ledger.write_text(ledger.read_text().replace("1250.00", "1251.00"))
    assert told(closed, quick) == [(TREASURY, 1, "treasury-lost"), (TREASURY, 3, "treasury-new")]
    assert quick("audit", "--coop", str(closed)).status == 1


def test_of_a_ledger_with_a_mistake_nothing_is_said_to_be_gone(closed: Path, quick: Run) -> None:
    ledger = closed / TREASURY
    ledger.write_text(ledger.read_text().replace("300.00", "300,00"))
    assert told(closed, quick) == [(TREASURY, 8, "number-format")]


def test_a_role_that_changes_is_found(closed: Path, quick: Run) -> None:
    chart = closed / "ledgers/accounts.beancount"
    chart.write_text(chart.read_text() + '  role: "in-hand"\n')
    ran = quick("audit", "--coop", str(closed))
    assert ran.status == 1
    assert "ledgers/accounts.beancount" in ran.out


def test_the_ledger_cannot_disappear_once_a_month_is_closed(closed: Path, quick: Run) -> None:
    (closed / TREASURY).unlink()
    before = snapshot(closed)
    assert (TREASURY, 1, "treasury-gone") in told(closed, quick)
    assert quick("allocate", "2026-05", "--coop", str(closed)).status == 1
    assert quick("audit", "--coop", str(closed)).status == 1
    assert snapshot(closed) == before


def test_its_seals_are_held_against_those_of_the_months(closed: Path, quick: Run) -> None:
    seal = closed / "ledgers/allocations/coop/2026-01.seal"
    seal.write_text(seal.read_text().replace("300.00", "310.00"))
    ran = quick("audit", "--coop", str(closed))
    assert ran.status == 1
    assert "ledgers/allocations/coop/2026-01.seal" in ran.out
    for broken in (seal.read_text(), "{}"):
        seal.write_text(broken)
        before = snapshot(closed)
        for command in ("check", "allocate 2026-05", "close 2026-03"):
            ran = quick(*command.split(), "--coop", str(closed))
            assert (ran.status, "allocations/coop/2026-01.seal:1: " in ran.err) == (1, True), command
        assert snapshot(closed) == before


def test_a_ledger_that_begins_after_months_were_closed(closed: Path, quick: Run, tmp_path: Path) -> None:
    coop = small(tmp_path / "later")
    for command in (["allocate", "2026-05"], ["close", "2026-02"]):
        assert quick(*command, "--coop", str(coop)).status == 0
    (coop / TREASURY).write_text(INCLUDE + RENT)
    assert told(coop, quick) == []
    assert quick("allocate", "2026-05", "--coop", str(coop)).status == 0
    assert quick("close", "2026-03", "--coop", str(coop)).status == 0
    assert quick("audit", "--coop", str(coop)).status == 0
    # From then on all that was there is known.
    add(coop, LATE)
    assert told(coop, quick) == [(TREASURY, 7, "treasury-new")]


def explained(coop: Path, quick: Run, month: str) -> Any:
    return json.loads(quick("explain", "coop", month, "--json", "--coop", str(coop)).out)


def test_explain_tells_what_came_from_whom_and_where_it_went(own: Path, quick: Run) -> None:
    assert quick("allocate", "2026-05", "--coop", str(own)).status == 0
    found = explained(own, quick, "2026-01")
    assert found["received"] == "26.50"
    share = {"holder": "amina", "step": "coop", "of": "2026-01", "amount": "26.50"}
    place = "ledgers/allocations/amina/2026-01.beancount:10"
    assert found["from"] == [{**share, "booking": place}]
    assert "Liabilities:Cooperatie" in (own / place.partition(":")[0]).read_text().split("\n")[9]
    assert found["month"] == "2026-01"
    assert [(a["account"], a["amount"]) for a in found["income"]] == [("Income:Giften", "25.00")]
    assert [(a["account"], a["amount"]) for a in found["spent"]] == [("Expenses:Onkosten", "300.00")]
    assert found["spent"][0]["bookings"][0]["booking"] == f"{TREASURY}:7"
    said = quick("explain", "coop", "2026-01", "--coop", str(own)).out
    for part in ("kreeg de coöperatie € 26,50", place, "€ 300,00 uit", f"{TREASURY}:7", f"{TREASURY}:11"):
        assert part in said.replace("\xa0", " ")
    assert "\nOnkosten: € 300,00\n" in said.replace("\xa0", " ")
    long = "factuur " * 20
    with open(own / TREASURY, "a", encoding="utf-8") as ledger:
        ledger.write(
            f'\n2026-04-05 * "Woonstichting" "{long}"\n  Expenses:Onkosten  3.00 EUR\n  Assets:Bank\n'
        )
    for lang in ("nl", "en"):
        told = quick("--lang", lang, "explain", "coop", "2026-04", "--coop", str(own)).out
        assert max(map(len, told.split("\n"))) <= 80, told
        assert told.count("factuur") == 20
    assert "geen inkomsten of kosten" in quick("explain", "coop", "2026-03", "--coop", str(own)).out


def test_explain_counts_what_is_put_right_where_it_is_booked(closed: Path, quick: Run) -> None:
    with open(closed / "ledgers/members/amina.beancount", "a", encoding="utf-8") as ledger:
        ledger.write('\n2026-02-20 * "laat"\n  vat: "exempt"\n  Income:Omzet  -100.00 EUR\n  Assets:Bank\n')
    assert quick("allocate", "2026-05", "--coop", str(closed)).status == 0
    found = explained(closed, quick, "2026-03")
    late = [share for share in found["from"] if share["of"] == "2026-02"]
    assert [share["amount"] for share in late] == ["2.00"]
    written = (closed / "ledgers/allocations/amina/2026-03.beancount").read_text()
    posted = re.findall(r"Liabilities:Cooperatie +-(\S+) EUR", written)
    assert Decimal(found["received"]) == sum(map(Decimal, posted))
    file, _, line = late[0]["booking"].partition(":")
    lines = (closed / file).read_text().split("\n")
    assert "Liabilities:Cooperatie" in lines[int(line) - 1]
    assert any('"Correctie 2026-02"' in text for text in lines[: int(line)])
    # The closed month is what it was.
    assert explained(closed, quick, "2026-02")["from"] == []


def test_who_only_practises_gives_the_cooperative_nothing(own: Path, quick: Run) -> None:
    with open(own / "ledgers/coop.beancount", "a", encoding="utf-8") as register:
        register.write('\n2026-02-01 custom "member" "amina"\n  practice: TRUE\n')
    assert explained(own, quick, "2026-01")["from"] == []


def test_explain_without_a_ledger_says_how_to_begin_one(coop: Path, quick: Run) -> None:
    ran = quick("explain", "coop", "2026-01", "--coop", str(coop))
    assert ran.status == 0
    assert TREASURY in ran.out
    assert explained(coop, quick, "2026-01")["from"][0]["booking"] is None
    ran = quick("explain", "coop", "2026-01", "coop", "--coop", str(coop))
    assert ran.status == 2
    assert "heeft geen stappen" in ran.err


def test_nothing_that_it_says_steers_the_screen(own: Path, quick: Run, tmp_path: Path) -> None:
    add(own, RENT.replace("huur", "[red]\x1b[2J\u202ehuur {{ 1 }}"))
    assert quick("allocate", "2026-05", "--coop", str(own)).status == 0
    said = quick("explain", "coop", "2026-01", "--coop", str(own)).out
    options = ("--for", "coop", "--format", "html", "--coop", str(own), "--out", str(tmp_path / "o"))
    assert quick("statements", "2026-01", *options).status == 0
    page = (tmp_path / "o/coop/overview.html").read_text()
    for text in (said, page):
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "[red]" in text
        assert "{{ 1 }}" in text


def test_the_overview_tells_the_members(own: Path, quick: Run, tmp_path: Path) -> None:
    assert quick("allocate", "2026-05", "--coop", str(own)).status == 0
    ran = quick(
        "statements",
        "2026-01",
        "--format",
        "txt",
        "--for",
        "coop",
        "--coop",
        str(own),
        "--out",
        str(tmp_path / "o"),
    )
    assert ran.status == 0
    said = " ".join((tmp_path / "o/coop/overview.txt").read_text().replace("\xa0", " ").split())
    assert "Amina coop 26,50" in said
    assert "5 jan 2026 · Onkosten · Woonstichting · huur · € 300,00" in said
    assert "20 jan 2026 · Giften · buurvrouw · gift · € 25,00" in said
    owed = said.partition("later bewaart")[2].partition("Per stap")[0]
    assert "Belastingreserve 53,00" in owed
    assert "Cooperatie" not in owed


def test_a_mistake_in_it_stops_the_overview_and_nothing_else(own: Path, quick: Run, tmp_path: Path) -> None:
    assert quick("allocate", "2026-05", "--coop", str(own)).status == 0
    add(own, RENT.replace("Onkosten", "Onkotsen"))
    options = ("--format", "txt", "--coop", str(own), "--out", str(tmp_path / "o"))
    assert quick("statements", "2026-01", "--for", "coop", *options).status == 1
    assert quick("statements", "2026-01", "--for", "member", *options).status == 0


def test_the_page_on_books_shows_what_is_sound(new: Path, quick: Run) -> None:
    page = (REPOSITORY / "docs/books.md").read_text("utf-8")
    _, ledger, register = re.findall(r"```beancount\n(.*?)```", page, re.DOTALL)
    (new / TREASURY).write_text(ledger)
    with open(new / "ledgers/coop.beancount", "a", encoding="utf-8") as file:
        file.write("\n" + register)
    (new / "ledgers/members/vera.beancount").unlink()
    text = (new / "ledgers/coop.beancount").read_text()
    (new / "ledgers/coop.beancount").write_text(
        re.sub(r'\n\S+ custom "member".*?\n\n', "\n\n", text, flags=re.DOTALL)
    )
    assert told(new, quick) == []
    assert quick("allocate", "--coop", str(new)).status == 0
    assert str(sums(new / BOOK)["Assets:Bank"]) == "(950.00 EUR)"


def test_its_quotes_and_grants_are_in_the_reports(own: Path, quick: Run) -> None:
    with open(own / "ledgers/coop.beancount", "a", encoding="utf-8") as register:
        register.write(
            '\n2026-01-01 custom "grant" "prijs" 500.00 EUR\n  name: "Prijs"\n  purpose: "feest"\n'
        )
    add(own, '\n2026-01-10 custom "quote" "2026-1" "Wijkkrant" 80.00 EUR\n')
    add(own, LATE.replace("  Exp", '  grant: "prijs"\n  Exp'))
    grants = json.loads(quick("report", "grants", "--json", "--coop", str(own)).out)["grants"]
    assert [(g["spent"], g["bookings"][0]["booking"]) for g in grants] == [("80.00", f"{TREASURY}:17")]
    assert "Wijkkrant" in quick("report", "quotes", "--coop", str(own)).out
    sound = (own / TREASURY).read_text()
    for text, status in ((sound.replace("Onkosten", "Onkotsen"), 1), (sound, 0)):
        (own / TREASURY).write_text(text)
        for report in ("grants", "quotes"):
            assert quick("report", report, "--coop", str(own)).status == status
    # What one grant is spent on in all ledgers together is not more than it.
    add(own, LATE.replace("80.00", "480.00").replace("  Exp", '  grant: "prijs"\n  Exp'))
    assert told(own, quick) == [(TREASURY, 22, "grant-spent")]


@pytest.mark.parametrize(
    ("booked", "told"),
    [
        ("30.00", ("Je hebt € 30,00 van de coöperatie in handen.", "Er komt dus nog € ")),
        (
            "99999.00",
            ("Je hebt € 99.999,00 van de coöperatie in handen.", "lever dat in bij de penningmeester"),
        ),
        ("-12.50", ("Je schoot € 12,50 voor.", "Er komt dus nog € ")),
    ],
)
def test_cash_in_hand_is_netted_on_the_statement(
    booked: str, told: tuple[str, str], coop: Path, quick: Run
) -> None:
    chart = coop / "ledgers/accounts.beancount"
    chart.write_text(chart.read_text() + '2020-01-01 open Assets:Kas EUR\n  role: "in-hand"\n')
    with open(coop / "ledgers/members/amina.beancount", "a") as ledger:
        ledger.write(f'\n2026-06-20 * "kas" "geteld"\n  Assets:Kas  {booked} EUR\n  Assets:Bank\n')
    assert quick("allocate", "2026-06", "--coop", str(coop)).status == 0
    out = ("--format", "txt", "--for", "member", "--out", str(coop / "out"))
    done = quick("statements", "2026-06", *out, "--coop", str(coop))
    assert done.status == 0, done.err
    page = " ".join(next((coop / "out").rglob("amina.txt")).read_text().replace("\xa0", " ").split())
    assert all(said in page for said in told), page
    assert "geteld" not in page
