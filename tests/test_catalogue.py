"""Dutch and English say the same things."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from scharrel.core.month import Month
from scharrel.text.words import LANGUAGES, Words, catalogue

PLACEHOLDER = re.compile(r"(?<!\{)\{([a-z_]+)\}")


def texts(table: dict[str, Any], above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found |= texts(value, f"{above}{key}.")
        else:
            found[above + key] = value if isinstance(value, str) else " / ".join(value)
    return found


def test_both_languages_have_the_same_texts_with_the_same_blanks() -> None:
    dutch, english = (texts(catalogue(lang)) for lang in LANGUAGES)
    assert dutch.keys() == english.keys()
    for key, text in dutch.items():
        assert sorted(set(PLACEHOLDER.findall(text))) == sorted(set(PLACEHOLDER.findall(english[key]))), key


def test_no_english_text_was_left_in_dutch() -> None:
    dutch, english = (texts(catalogue(lang)) for lang in LANGUAGES)
    same = {key for key, text in dutch.items() if text == english[key] and not key.startswith("example.")}
    assert same <= {
        "table.title",
        "unit.km",
        "table.pot",
        "table.project",
        "check.projects.one",
        "explain.part",
        "explain.title",
        "finding.title",
        "simulate.was",
        "simulate.case-was",
        "diff.was",
        "rule.place.rate",
        "table.reserve",
        "paper.because",
        "paper.book_bank",
        "paper.coop_reserve",
        "paper.coop_title",
        "paper.left_open_line",
        "paper.pot",
        "paper.return_identity",
        "paper.was",
    }


def test_what_is_on_screen_and_on_paper_has_one_word() -> None:
    for lang in LANGUAGES:
        paper, table = catalogue(lang)["paper"], catalogue(lang)["table"]
        for party, word in paper["sub_parties"].items():
            assert word == table["umbrella" if party == "coop" else party]
        for party in ("turnover", "supplier", "tax", "municipality", "community"):
            assert paper["parties"][party] == table[party]
        assert paper["parties"]["coop"].startswith(table["coop"])  # a column of the screen is narrow
        assert table["pot"] in paper["parties"]["pot"]
        assert not [text for text in texts(paper).values() if re.search(r"\{[a-z-]+\.", text)]


def test_an_amount_reads_as_its_reader_writes_it() -> None:
    assert Words("nl").money(Decimal("1234.5")) == "€\xa01.234,50"
    assert Words("nl").amount(Decimal("-1234.5")) == "-1.234,50"
    assert Words("en").money(Decimal("1234.5")) == "€1,234.50"


@given(
    number=st.decimals(-(10**9), 10**9, places=None, allow_nan=False),
    day=st.dates(date(1000, 1, 1)),
    lang=st.sampled_from(LANGUAGES),
)
@settings(max_examples=examples(300))
def test_amounts_and_dates_read_as_everywhere(number: Decimal, day: date, lang: str) -> None:
    words = Words(lang)
    assert words.money(number) == format_currency(number, "EUR", locale=words.locale)
    assert words.number(number) == format_decimal(number, format="#,##0.######", locale=words.locale)
    assert words.amount(number) == format_decimal(number, format="#,##0.00", locale=words.locale)
    for said, pattern in (
        (words.month(Month.of(day)), "MMMM y"), (words.day(day), "d MMMM y"),
        (words.short_day(day), "d MMM y"), (words.short_month(day), "MMM"),
        (words.day_in_month(day), "d MMM"),
    ):  # fmt: skip
        assert said == format_date(day, pattern, locale=words.locale)
    assert all(
        ("one" if n == 1 else "other") == Locale.parse(words.locale).plural_form(n) for n in range(200)
    )
