"""A report as rows for a spreadsheet: the same names and values as in JSON."""

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scharrel.cli.arguments import choose
from scharrel.cli.as_json import as_json
from scharrel.cli.screen import fail, words
from scharrel.text.words import visible

CSV_FORMS = ("en", "nl")
"""With a comma between values and a point before cents; or with a semicolon and a comma, as a Dutch Excel
opens it."""

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def check_csv_form(form: str | None, *, json: bool) -> None:
    """Stop if there is no such form, or if JSON is asked for too."""
    if form is not None:
        choose(form, CSV_FORMS)
    if form and json:
        fail(words("error.csv-json"), status=2)


def print_csv(form: str, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """The rows by these columns, which stand above them also where there is no row."""
    columns = list(columns)
    if form == "nl" and not sys.stdout.isatty():
        sys.stdout.write("\N{ZERO WIDTH NO-BREAK SPACE}")  # by which Excel knows that it is UTF-8
    write = csv.writer(sys.stdout, delimiter=";" if form == "nl" else ",", lineterminator="\n").writerow
    write(columns)
    for row in rows:
        plain = dict(_flat(as_json(row)))
        write(_cell(plain.get(column), form) for column in columns)


def _flat(row: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in row.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}_")
        else:
            yield above + key, value


def _cell(value: Any, form: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = visible(" ".join(map(str, value)) if isinstance(value, list) else str(value))
    if _NUMBER.fullmatch(text):
        return text.replace(".", ",") if form == "nl" else text
    # A spreadsheet would take such a text for a formula.
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
