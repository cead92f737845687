"""Dutch and English say the same things."""

import re
from decimal import Decimal
from typing import Any

from scharrel.text.words import LANGUAGES, Words, catalogue

PLACEHOLDER = re.compile(r"(?<!\{)\{([a-z_]+)\}")


def texts(table: dict[str, Any], above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        found |= texts(value, f"{above}{key}.") if isinstance(value, dict) else {above + key: value}
    return found


def test_both_languages_have_the_same_texts_with_the_same_blanks() -> None:
    dutch, english = (texts(catalogue(lang)) for lang in LANGUAGES)
    assert dutch.keys() == english.keys()
    for key, text in dutch.items():
        assert sorted(set(PLACEHOLDER.findall(text))) == sorted(set(PLACEHOLDER.findall(english[key]))), key


def test_no_english_text_was_left_in_dutch() -> None:
    dutch, english = (texts(catalogue(lang)) for lang in LANGUAGES)
    same = {key for key, text in dutch.items() if text == english[key]}
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
    }


def test_an_amount_reads_as_its_reader_writes_it() -> None:
    assert Words("nl").money(Decimal("1234.5")) == "€\xa01.234,50"
    assert Words("nl").amount(Decimal("-1234.5")) == "-1.234,50"
    assert Words("en").money(Decimal("1234.5")) == "€1,234.50"
