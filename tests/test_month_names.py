"""A month is said as people say it, in Dutch and in English."""

import json
from datetime import date
from pathlib import Path

import pytest
from conftest import Run

from scharrel.text.month_names import joined_months, months_meant, near_month, periods_meant

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("okt", "2026-10"),
        ("oktober", "2026-10"),
        ("Oktober 2025", "2025-10"),
        ("okt. 2025", "2025-10"),
        ("october", "2026-10"),
        ("Oct 2025", "2025-10"),
        ("2025 okt", "2025-10"),
        ("mrt", "2026-03"),
        ("maart", "2026-03"),
        ("may", "2026-05"),
        ("mei", "2026-05"),
        ("november", "2026-11"),
        ("december", "2025-12"),
        ("vorige maand", "2026-10"),
        ("Last  Month", "2026-10"),
        ("deze maand", "2026-11"),
        ("volgende maand", "2026-12"),
        ("ju", "2026-06 2026-07"),
        ("ma", "2026-03 2026-05"),
        ("j 2025", "2025-01 2025-06 2025-07"),
        ("10-2026", "2026-10"),
        ("2026/3", "2026-03"),
        ("13-2026", ""),
        ("o", ""),
        ("oktobr", ""),
        ("10", ""),
        ("okt 26", ""),
        ("okt nov", ""),
        ("vorige", ""),
        ("maand", ""),
        ("", ""),
    ],
)
def test_what_is_meant(said: str, meant: str) -> None:
    assert " ".join(map(str, months_meant(said, TODAY))) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-Q3", "2026-Q3"),
        ("q3 2025", "2025-Q3"),
        ("kwartaal 3", "2026-Q3"),
        ("3e kwartaal 2025", "2025-Q3"),
        ("quarter 1", "2026-Q1"),
        ("vorig kwartaal", "2026-Q3"),
        ("last year", "2025"),
        ("2026", "2026"),
        ("10-2026", "2026-10"),
        ("vorige maand", "2026-10"),
        ("ju", "2026-06 2026-07"),
        ("q5", ""),
        ("kwartaal", ""),
    ],
)
def test_which_period_is_meant(said: str, meant: str) -> None:
    assert " ".join(map(str, periods_meant(said, TODAY))) == meant


@pytest.mark.parametrize(
    ("said", "near"), [("okotber", "2026-10"), ("Septmber 2025", "2025-09"), ("kaas", "")]
)
def test_what_looks_like_a_month_is_named(said: str, near: str) -> None:
    assert near_month(said, TODAY) == near


def test_where_months_to_come_are_as_likely_a_name_needs_its_year() -> None:
    assert list(map(str, months_meant("december", TODAY, ahead=True))) == ["2025-12", "2026-12"]
    assert list(map(str, months_meant("nov", TODAY, ahead=True))) == ["2026-11"]
    assert list(map(str, months_meant("december 2026", TODAY, ahead=True))) == ["2026-12"]


@pytest.mark.parametrize(
    ("typed", "joined"),
    [
        ("explain amina okt 2026 coop", ["explain", "amina", "okt 2026", "coop"]),
        ("close vorige maand --json", ["close", "vorige maand", "--json"]),
        ("what-if amina --month Last Month", ["what-if", "amina", "--month", "Last Month"]),
        ("settle --member may 2026", ["settle", "--member", "may", "2026"]),
        ("settle 2026 --member may", ["settle", "2026", "--member", "may"]),
        ("report annual 2026", ["report", "annual", "2026"]),
        ("vat kwartaal 3 2026", ["vat", "kwartaal 3 2026"]),
        ("vat 3e kwartaal", ["vat", "3e kwartaal"]),
        ("report annual vorig jaar", ["report", "annual", "vorig jaar"]),
        ("statements --for quarter 2026-09", ["statements", "--for", "quarter", "2026-09"]),
    ],
)
def test_two_words_need_no_quotation_marks(typed: str, joined: list[str]) -> None:
    assert joined_months(typed.split()) == joined


@pytest.mark.parametrize("said", [["april", "2026"], ["Apr", "2026"], ["april 2026"], ["2026-04"]])
def test_a_command_takes_it_in_either_language(said: list[str], coop: Path, quick: Run) -> None:
    for lang in ("nl", "en"):
        done = quick("explain", "amina", *said, "--json", "--lang", lang, "--coop", str(coop))
        assert json.loads(done.out)["month"] == "2026-04"


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("vat kwartaal 1 2026 --json", '"period": "2026-Q1"'),
        ("vat 1-2026 --json", '"period": "2026-01"'),
        ("vat Q5", "is geen periode"),
        ("settle kwartaal 1 2026 --member amina", "2026-Q1 kan niet apart"),
        ("what-if amina --turnover 1.234,50 --month 5-2026 --json", '"1234.50"'),
        ("what-if amina --turnover 1,234", "Dat kan meer zijn"),
        ("pay --on 31-2", "De dag 31-2 bestaat niet"),
        ("explain amina 2026-05 pott", "Bedoel je pot?"),
    ],
)
def test_periods_days_and_amounts_are_typed_alike(typed: str, means: str, coop: Path, quick: Run) -> None:
    done = quick(*typed.split(), "--coop", str(coop))
    assert means in " ".join((done.out + done.err).split())


def test_what_is_not_clear_is_refused_with_what_is_possible(coop: Path, quick: Run) -> None:
    done = quick("explain", "amina", "ju", "--coop", str(coop))
    assert (done.status, done.out) == (2, "")
    assert "juni" in done.err
    assert "juli" in done.err
    assert quick("vat", "sept", "2026", "--json", "--coop", str(coop)).status == 0
