"""Closed months stay as they are, whatever changes later is corrected, and every change is found."""

import json
import re
import shutil
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data
from conftest import Once, Run, examples, in_process, small, some
from hypothesis import given, settings
from hypothesis import strategies as st
from random_coops import histories, lay_down, packs

from scharrel.core.month import Month
from scharrel.ledger.chart import read_chart
from scharrel.packs.packs import read_packs
from scharrel.store.digests import rules_digest
from scharrel.store.paths import Coop

LEDGER = "ledgers/members/amina.beancount"
REGISTER = "ledgers/coop.beancount"
PACK = "rules/vrije-uitloop.toml"
EXAMPLES = examples(25)
"""Histories tried; `make long` tries many more."""

LATE = '\n2026-02-20 * "late" "klant"\n  vat: "exempt"\n  Income:Omzet  -100.00 EUR\n  Assets:Bank\n'


def append(path: Path, text: str) -> None:
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)


def close_small(coop: Path) -> None:
    """The small cooperative, allocated up to May and closed up to April."""
    small(coop)
    assert in_process("allocate", "2026-05", "--coop", str(coop)).status == 0
    assert in_process("close", "2026-04", "--coop", str(coop)).status == 0


@pytest.fixture
def closed(tmp_path: Path, once: Once) -> Path:
    """The small cooperative, closed up to April."""
    return once(close_small, tmp_path / "coop")


def sealed_files(coop: Path) -> dict[str, bytes]:
    """Everything that was written for months up to April."""
    paths = [p for p in (coop / "ledgers/allocations").rglob("2026-0[1-4].*") if p.is_file()]
    return {path.relative_to(coop).as_posix(): path.read_bytes() for path in paths}


def posted(coop: Path, member: str = "amina") -> dict[str, Decimal]:
    """All that allocations and corrections posted, by account, as beancount reads the book."""
    entries, problems, _ = loader.load_file(str(coop / f"ledgers/books/{member}.beancount"))
    assert problems == []
    sums: dict[str, Decimal] = {}
    for entry in entries:
        if isinstance(entry, data.Transaction) and any("step" in (p.meta or {}) for p in entry.postings):
            for posting in entry.postings:
                sums[posting.account] = sums.get(posting.account, Decimal(0)) + posting.units.number
    return {account: amount for account, amount in sums.items() if amount}


def test_a_late_booking_in_the_last_month_is_booked_without_being_asked_for(coop: Path, quick: Run) -> None:
    where = ("--coop", str(coop))
    assert quick("allocate", *where).status == 0
    last = max(path.stem for path in (coop / "ledgers/allocations/amina").iterdir())
    first_open = str(Month.parse(last).plus(1))
    assert quick("close", last, *where).status == 0
    assert quick("statements", last, *where).status == 0
    append(coop / LEDGER, LATE.replace("2026-02", last))
    refused = quick("statements", last, *where)
    assert refused.status == 1
    assert f"amina/{first_open}.beancount:1:" in refused.err
    assert "Correcties van gesloten maanden, geboekt in" in quick("allocate", *where).out
    text = (coop / f"ledgers/allocations/amina/{first_open}.beancount").read_text()
    assert f'correction_of: "{last}"' in text
    assert "Niets veranderd sinds de vorige keer." in quick("allocate", *where).out
    assert quick("statements", last, *where).status == 0
    ledger = (coop / LEDGER).read_text()
    # A month that has not ended is printed only when it is asked for.
    now = str(Month.of(date.today()))  # noqa: DTZ011
    append(coop / LEDGER, LATE.replace("2026-02-20", f"{now}-01"))
    assert quick("allocate", now, *where).status == 0
    assert (coop / f"ledgers/allocations/amina/{now}.beancount").is_file()
    shutil.rmtree(coop / "statements")
    assert quick("statements", *where).status == 0
    (printed,) = (path.name for path in (coop / "statements").iterdir())
    assert printed < now
    (coop / LEDGER).write_text(ledger)
    (coop / f"ledgers/allocations/amina/{now}.beancount").unlink()
    # What an ordinary booking of the open month changes is no matter of the closed one.
    append(coop / LEDGER, LATE.replace("2026-02", first_open).replace("100", "30"))
    assert quick("statements", last, *where).status == 0
    (coop / LEDGER).write_text(ledger)
    # Asked for an earlier month it books nothing, and says what would.
    (coop / f"ledgers/allocations/amina/{first_open}.beancount").unlink()
    said = quick("allocate", last, *where).out
    assert f"scharrel allocate {first_open} boekt ze:" in said
    assert json.loads(quick("allocate", last, "--json", *where).out)["corrections"] == []


@pytest.mark.parametrize("forget", [True, False])
def test_a_late_booking_that_goes_again_leaves_nothing_behind(forget: bool, coop: Path, quick: Run) -> None:
    where = ("--coop", str(coop))
    assert quick("allocate", *where).status == 0
    last = max(path.stem for path in (coop / "ledgers/allocations/amina").iterdir())
    assert quick("close", last, *where).status == 0
    before = posted(coop)
    ledger = (coop / LEDGER).read_text()
    append(coop / LEDGER, LATE.replace("2026-02", last))
    assert quick("allocate", *where).status == 0
    assert posted(coop) != before
    (coop / LEDGER).write_text(ledger)
    if forget:
        shutil.rmtree(coop / ".scharrel")
    assert quick("statements", last, *where).status == 1
    assert quick("allocate", *where).status == 0
    assert posted(coop) == before
    assert quick("statements", last, *where).status == 0


def test_nobody_joins_in_a_closed_month(closed: Path, quick: Run) -> None:
    where = ("--coop", str(closed))
    before = sealed_files(closed)
    refused = quick("member", "add", "dirk", "Dirk", "--household", "single", "--from", "2026-04", *where)
    assert refused.status == 2
    assert "--from 2026-05" in refused.err
    append(
        closed / "ledgers/coop.beancount",
        '\n2026-04-01 custom "member" "dirk"\n  name: "Dirk"\n'
        '  rules: "vrije-uitloop"\n  household: "single"\n',
    )
    (closed / "ledgers/members/dirk.beancount").write_text(
        'include "../accounts.beancount"\n' + LATE.replace("2026-02", "2026-04")
    )
    for command in ("check", "allocate", "statements"):
        done = quick(command, *where)
        assert done.status == 1
        assert "Laat het beginnen in mei 2026" in done.out + done.err
    register = closed / "ledgers/coop.beancount"
    register.write_text(
        register.read_text().replace('2026-04-01 custom "member" "dirk"', '2026-05-01 custom "member" "dirk"')
    )
    ledger = closed / "ledgers/members/dirk.beancount"
    ledger.write_text(ledger.read_text().replace("2026-04", "2026-05"))
    assert quick("allocate", "2026-05", *where).status == 0
    assert sealed_files(closed) == before


def test_what_is_closed_is_never_written_again_and_the_difference_is_booked(closed: Path, quick: Run) -> None:
    before = sealed_files(closed)
    append(closed / LEDGER, LATE)
    done = quick("allocate", "2026-06", "--json", "--coop", str(closed))
    assert (done.status, done.err) == (0, "")
    assert sealed_files(closed) == before
    fresh = Path(shutil.copytree(closed, closed.parent / "fresh"))
    shutil.rmtree(fresh / "ledgers/allocations")
    (fresh / "ledgers/closed.json").unlink()
    assert quick("allocate", "2026-06", "--coop", str(fresh)).status == 0
    assert posted(closed) == posted(fresh)
    # 100 more in February, of which 80 filled the loss that March had carried: 20% tax over 20.
    (tax,) = [c for c in json.loads(done.out)["corrections"] if (c["of"], c["step"]) == ("2026-02", "tax")]
    assert (tax["was"], tax["becomes"]) == ("0.00", "4.00")
    assert tax["because"] == ["+ 2026-02-20 Income:Omzet 100.00 EUR, Assets:Bank 100.00 EUR"]


def test_a_correction_that_was_closed_too_is_not_booked_twice(closed: Path, quick: Run) -> None:
    append(closed / LEDGER, LATE)
    assert quick("allocate", "2026-05", "--coop", str(closed)).status == 0
    assert quick("close", "2026-05", "--coop", str(closed)).status == 0
    done = quick("allocate", "2026-06", "--json", "--coop", str(closed))
    assert json.loads(done.out)["corrections"] == []
    assert quick("audit", "--coop", str(closed)).status == 0
    # And when the booking goes again, all of it is taken back in June.
    text = (closed / LEDGER).read_text()
    (closed / LEDGER).write_text(text.replace(LATE, ""))
    done = quick("allocate", "2026-06", "--json", "--coop", str(closed))
    (tax,) = [c for c in json.loads(done.out)["corrections"] if (c["of"], c["step"]) == ("2026-02", "tax")]
    assert (tax["was"], tax["becomes"]) == ("4.00", "0.00")
    assert tax["because"][0].startswith("− 2026-02-20")
    assert "2026-02-20" in quick("audit", "--coop", str(closed)).out


def test_corrections_are_shown_explained_and_stated(closed: Path, quick: Run) -> None:
    append(closed / LEDGER, LATE)
    done = quick("allocate", "2026-05", "--coop", str(closed))
    assert "Correcties van gesloten maanden, geboekt in mei 2026" in done.out
    assert "Amina, februari 2026: tax was €\xa00,00, wordt €\xa04,00" in done.out
    assert "Hierdoor: erbij gekomen: 20 februari 2026, Omzet, €\xa0100,00" in done.out
    again = quick("allocate", "2026-05", "--coop", str(closed))
    assert "Amina, februari 2026: tax was" in again.out
    explained = quick("explain", "amina", "2026-05", "--coop", str(closed)).out
    assert "tax in februari 2026 was €\xa00,00, wordt €\xa04,00: €\xa04,00 verschil." in explained
    then = quick("explain", "amina", "2026-02", "tax", "--coop", str(closed)).out
    assert "het verschil is geboekt in mei 2026" in then
    assert "tax in februari 2026 was" in then
    assert "maart" not in then
    for month in ("2026-05", "2026-06"):
        assert quick("allocate", month, "--coop", str(closed)).status == 0
    assert quick("close", "2026-05", "--coop", str(closed)).status == 0
    for month, kinds in (("2026-05", ("member", "municipality", "year")), ("2026-06", ("year",))):
        assert quick("statements", month, "--format", "txt", "--coop", str(closed)).status == 0
        for kind in kinds:
            text = (closed / f"statements/{month}/{kind}/amina.txt").read_text("utf-8")
            assert "tax in februari 2026 was €\xa00,00, wordt €\xa04,00" in text, (month, kind)


def test_who_left_is_still_put_right(closed: Path, quick: Run) -> None:
    append(closed / REGISTER, '\n2026-04-01 custom "member" "amina"\n  left: TRUE\n')
    text = (closed / LEDGER).read_text()
    (closed / LEDGER).write_text(text[: text.index("\n2026-05")])
    append(closed / LEDGER, LATE)
    assert quick("allocate", "2026-06", "--coop", str(closed)).status == 0
    assert 'correction_of: "2026-02"' in (closed / "ledgers/allocations/amina/2026-05.beancount").read_text()
    posted(closed)


def test_rules_of_a_closed_month_cannot_change(closed: Path, quick: Run) -> None:
    pack = (closed / PACK).read_text()
    later = pack.replace('value = "12%" }', 'value = "12%" }, { from = 2026-06-01, value = "13%" }')
    assert later != pack
    (closed / PACK).write_text(later)
    assert quick("allocate", "2026-06", "--coop", str(closed)).status == 0
    assert quick("audit", "--coop", str(closed)).status == 0
    (closed / PACK).write_text(pack.replace('value = "10%"', 'value = "11%"'))
    done = quick("allocate", "2026-06", "--coop", str(closed))
    assert done.status == 1
    assert "rules/vrije-uitloop.toml:1: De regels" in done.err
    assert "rules/vrije-uitloop.toml: De regels voor januari" in quick("audit", "--coop", str(closed)).out


@settings(max_examples=EXAMPLES)
@given(
    pack=packs(), first=histories(), second=histories(), third=histories(),
    ends=st.tuples(st.integers(0, 8), st.integers(1, 6)),
)  # fmt: skip
def test_closing_at_any_moment_posts_the_same_in_total(
    quick: Run, pack: str, first: list, second: list, third: list, ends: tuple[int, int]
) -> None:
    first_end = f"{2025 + (9 + ends[0]) // 12}-{(9 + ends[0]) % 12 + 1:02}"
    later = 9 + ends[0] + ends[1]
    second_end = f"{2025 + later // 12}-{later % 12 + 1:02}"
    facts = "  born: 1998-12-05\n  granted: TRUE\n"
    with tempfile.TemporaryDirectory() as folder:
        ledgers = [[booking.lines() for booking in history] for history in (first, second, third)]
        coop = lay_down(Path(folder, "coop"), pack, {"lid": ledgers[0]}, facts)
        ledger = coop / "ledgers/members/lid.beancount"
        for transactions, end in ((ledgers[0], first_end), (ledgers[1], second_end), (ledgers[2], None)):
            ledger.write_text('include "../accounts.beancount"\n\n' + "\n".join(transactions))
            assert quick("allocate", end or "2026-12", "--coop", str(coop)).status == 0
            if end and end <= "2026-10":
                assert quick("close", end, "--coop", str(coop)).status == 0
        fresh = lay_down(Path(folder, "fresh"), pack, {"lid": ledgers[2]}, facts)
        assert quick("allocate", "2026-12", "--coop", str(fresh)).status == 0
        assert posted(coop, "lid") == posted(fresh, "lid")
        assert quick("allocate", "2026-12", "--coop", str(coop)).out.endswith("sinds de vorige keer.\n")


# -- closing


def test_what_cannot_be_closed(coop: Path, quick: Run) -> None:
    assert quick("close", "2099-01", "--coop", str(coop)).status == 2
    assert quick("allocate", "2026-05", "--coop", str(coop)).status == 0
    append(coop / LEDGER, LATE)
    done = quick("close", "2026-04", "--coop", str(coop))
    assert done.status == 1
    assert "Draai eerst: scharrel allocate" in done.err
    assert not list(coop.rglob("*.seal"))
    assert quick("allocate", "2026-05", "--coop", str(coop)).status == 0
    assert quick("close", "2026-04", "--coop", str(coop)).status == 0
    done = quick("close", "2026-03", "--coop", str(coop))
    assert done.status == 2
    assert "al gesloten" in done.err


def test_a_seal_that_cannot_be_read_stops_allocate(closed: Path, quick: Run) -> None:
    (closed / "ledgers/allocations/amina/2026-02.seal").write_text("{")
    done = quick("allocate", "2026-06", "--coop", str(closed))
    assert done.status == 1
    assert "ledgers/allocations/amina/2026-02.seal:1: Dit zegel" in done.err


@pytest.mark.parametrize("missing", ["2026-03", "2026-01"])
def test_a_closed_month_whose_seal_is_gone_is_not_posted_again(
    missing: str, closed: Path, quick: Run
) -> None:
    (closed / f"ledgers/allocations/amina/{missing}.seal").unlink()
    before = sealed_files(closed)
    done = quick("allocate", "2026-06", "--coop", str(closed))
    assert done.status == 1
    assert f"ledgers/allocations/amina/{missing}.seal:1: Dit zegel" in done.err
    assert sealed_files(closed) == before


# -- audit


def test_an_allocation_put_among_closed_months_is_named(closed: Path, quick: Run) -> None:
    planted = closed / "ledgers/allocations/amina/2025-12.beancount"
    planted.write_text('2025-12-31 * "erbij"\n  Equity:Verdeling  5.00 EUR\n  Liabilities:Lid\n')
    done = quick("audit", "--coop", str(closed))
    assert done.status == 1
    assert "ledgers/allocations/amina/2025-12.seal: Dit zegel van december 2025 ontbreekt" in done.out
    assert quick("allocate", "2026-06", "--coop", str(closed)).status == 1


def test_laying_out_a_ledger_otherwise_is_no_change(closed: Path, quick: Run) -> None:
    text = (closed / LEDGER).read_text()
    spaced = re.sub(r"^  (\w)", r"      \1", text, flags=re.M) + "\n; en een opmerking\n"
    (closed / LEDGER).write_text(spaced.replace("-325.00", "-325"))
    done = quick("audit", "--coop", str(closed))
    assert (done.status, done.err) == (0, "")
    assert "tot en met april 2026 is zoals die gesloten werd" in done.out


def flipped(text: str) -> list[str]:
    """The text with one digit changed, each in turn."""
    return [
        text[: found.start()] + str((int(found[0]) + 1) % 10) + text[found.end() :]
        for found in re.finditer(r"[0-9]", text)
    ]


@pytest.mark.parametrize(
    "name",
    [
        "ledgers/allocations/amina/2026-03.beancount",
        "ledgers/allocations/amina/2026-02.seal",
        "ledgers/allocations/amina/2026-04.seal",
        "ledgers/allocations/2026-02.seal",
        "ledgers/allocations/2026-04.seal",
        "ledgers/closed.json",
    ],
)
def test_one_digit_in_a_written_file_is_named(name: str, closed: Path, quick: Run) -> None:
    path = closed / name
    whole = path.read_text("utf-8")
    tries = some(flipped(whole), 12)
    for text in tries:
        path.write_text(text, "utf-8")
        done = quick("audit", "--coop", str(closed))
        assert done.status == 1, text
        assert name in done.out, (text, done.out)
    path.write_text(whole, "utf-8")
    assert quick("audit", "--coop", str(closed)).status == 0
    print(f"{len(tries)} digits changed")


def test_one_digit_in_a_booking_of_a_closed_month_is_named(closed: Path, quick: Run) -> None:
    whole = (closed / LEDGER).read_text("utf-8")
    part = whole[: whole.index("\n2026-05")]
    tries = some(flipped(part), 12)
    for text in tries:
        (closed / LEDGER).write_text(text + whole[len(part) :], "utf-8")
        done = quick("audit", "--coop", str(closed))
        assert done.status == 1, text
        assert LEDGER in done.out + done.err, text
    print(f"{len(tries)} digits changed")


def test_one_digit_in_the_rules_of_a_closed_month_is_named(closed: Path, quick: Run) -> None:
    whole = (closed / PACK).read_text("utf-8")
    tries = some(flipped(whole), 12)
    for text in tries:
        (closed / PACK).write_text(text, "utf-8")
        done = quick("audit", "--coop", str(closed))
        assert done.status == 1, text
        assert PACK in done.out + done.err or REGISTER in done.err, text
    print(f"{len(tries)} digits changed")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("amina/2026-03.beancount", "De verdeling van maart 2026 ontbreekt"),
        ("amina/2026-03.seal", "Dit zegel van maart 2026 ontbreekt"),
        ("2026-02.seal", "Het zegel van februari 2026 ontbreekt"),
    ],
)
def test_a_missing_file_is_named(name: str, said: str, closed: Path, quick: Run) -> None:
    (closed / "ledgers/allocations" / name).unlink()
    done = quick("audit", "--coop", str(closed))
    assert done.status == 1
    assert f"ledgers/allocations/{name}: {said}" in done.out


def test_facts_changed_afterwards_are_named_and_corrected(closed: Path, quick: Run) -> None:
    append(closed / REGISTER, '\n2026-03-01 custom "member" "amina"\n  household: "couple"\n')
    done = quick("audit", "--coop", str(closed))
    assert done.status == 1
    assert "ledgers/coop.beancount: Wat het ledenregister over amina zegt in maart 2026" in done.out


def test_nothing_closed_yet(coop: Path, quick: Run) -> None:
    done = quick("audit", "--coop", str(coop))
    assert done.status == 0
    assert "nog geen maand gesloten" in done.out


def test_a_seal_holds_whatever_later_versions_know_of_sources(coop: Path) -> None:
    chart, _ = read_chart(Coop(coop))
    rules = read_packs(Coop(coop), chart)[0]["vrije-uitloop"]
    # As version 0.1.0 sealed it, before a decision had a day and an item.
    sealed = "sha256:246e660949e31190ab715af33c1f635f8d0a3bd833b6b550c015fb1d65dc38c6"
    assert rules_digest(rules, Month(2026, 5)) == sealed


def test_a_decision_of_a_closed_month_cannot_be_given_another_day(closed: Path, quick: Run) -> None:
    pack = closed / PACK
    pack.write_text(pack.read_text().replace('ref = "test"', 'ref = "test"\ndate = 2026-01-14', 1))
    done = quick("allocate", "2026-05", "--coop", str(closed))
    assert done.status == 1
    assert "zijn veranderd voor" in done.err
