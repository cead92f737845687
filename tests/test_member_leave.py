"""Who leaves is written down with a month; what stays open is told, and a closed month stays as it is."""

import json
from pathlib import Path

import pytest
from conftest import Once, Ran, Run
from invoice_coop import with_invoices
from pay_coop import paying, unpaid
from test_projects import lay_down

REGISTER = "ledgers/coop.beancount"


def leave(run: Run, coop: Path, *arguments: str) -> Ran:
    return run("member", "leave", *arguments, "--coop", str(coop))


def wrong(run: Run, coop: Path) -> list[str]:
    found = json.loads(run("check", "--json", "--coop", str(coop)).out)["problems"]
    return [problem["code"] for problem in found if problem["severity"] == "error"]


def test_it_is_written_as_one_would_write_it_and_undone_by_taking_it_out(
    tmp_path: Path, once: Once, quick: Run
) -> None:
    coop = once(unpaid, tmp_path / "coop")
    before = (coop / REGISTER).read_text()
    tried = leave(quick, coop, "amina", "juni", "2026", "--dry-run")
    assert (tried.status, (coop / REGISTER).read_text()) == (0, before)
    done = leave(quick, coop, "amina", "2026-06")
    lines = (coop / REGISTER).read_text().splitlines()
    assert done.status == 0
    assert "\n".join(lines[-2:]) == '2026-06-01 custom "member" "amina"\n  left: TRUE'
    assert f"regel {len(lines) - 1} tot en met {len(lines)}" in " ".join(done.out.split())
    assert "Nog in Spaarpot: €" in done.out
    assert wrong(quick, coop) == []
    rows = json.loads(quick("allocate", "2026-07", "--json", "--coop", str(coop)).out)["allocations"]
    assert max(row["month"] for row in rows if row["member"] == "amina") == "2026-06"
    (coop / REGISTER).write_text("\n".join(lines[:-2]) + "\n")
    assert (coop / REGISTER).read_text().strip() == before.strip()


def test_what_the_member_holds_and_what_is_not_paid_is_told(tmp_path: Path, once: Once, quick: Run) -> None:
    coop = once(unpaid, tmp_path / "coop")
    assert "€ 20,00 van de coöperatie" in leave(quick, coop, "bram", "2026-06").out.replace("\xa0", " ")
    invoices = once(with_invoices, tmp_path / "invoices")
    told = leave(quick, invoices, "amina", "deze maand", "--dry-run").out
    assert "Zoals het er nu voor staat, blijft dit open:" in told
    assert "kan nog veranderen" in told.replace("\n", " ")
    assert told.count("concept van een factuur") == 2


def test_who_leaves_stops_taking_part_too(tmp_path: Path, quick: Run) -> None:
    coop = lay_down(tmp_path)
    done = leave(quick, coop, "bram", "2026-02")
    assert done.status == 0, done.err
    assert (
        '2026-02-01 custom "participant" "catering" "bram"\n  left: TRUE\n' in (coop / REGISTER).read_text()
    )
    assert wrong(quick, coop) == []
    lines = (coop / REGISTER).read_text().splitlines()
    assert f"regel {len(lines) - 4} tot en met {len(lines)}" in " ".join(done.out.split())


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("amina", "2026-06"), 2, "is gesloten"),
        (("amina", "2025-06"), 2, "is gesloten"),
        (("amna", "2026-07"), 2, "Bedoel je amina?"),
        (("amina", "dec"), 2, "kan meer dan een maand zijn"),
        (("amina",), 2, "MAAND"),
    ],
)
def test_what_cannot_be_is_refused(
    arguments: tuple[str, ...], status: int, said: str, tmp_path: Path, once: Once, quick: Run
) -> None:
    coop = once(paying, tmp_path / "coop")
    before = (coop / REGISTER).read_bytes()
    done = leave(quick, coop, *arguments)
    assert (done.status, done.out) == (status, "")
    assert said in done.err
    assert (coop / REGISTER).read_bytes() == before


def test_twice_before_the_beginning_or_with_bookings_after_it_is_refused(
    tmp_path: Path, once: Once, quick: Run
) -> None:
    coop = once(unpaid, tmp_path / "coop")
    before = (coop / REGISTER).read_bytes()
    booked_later = leave(quick, coop, "bram", "2026-05")
    assert (booked_later.status, booked_later.out) == (2, "")
    assert "ledgers/members/bram.beancount:3" in booked_later.err
    assert leave(quick, coop, "bram", "2026-04").status == 2
    assert (coop / REGISTER).read_bytes() == before
    assert leave(quick, coop, "bram", "2026-06").status == 0
    for month in ("2026-06", "2026-09"):
        again = leave(quick, coop, "bram", month)
        assert (again.status, "staat al in" in again.err) == (2, True)
    assert leave(quick, lay_down(tmp_path / "team"), "catering", "2026-02").status == 2
