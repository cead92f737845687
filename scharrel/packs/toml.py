"""TOML that anyone may have written: read exactly, and refused before it eats time or memory."""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from scharrel.core.intended import date_in, impossible_date
from scharrel.core.problems import Problem

MAX_PACK_BYTES = 200_000
"""Rules with every norm of forty years are a quarter of this."""

MAX_VALUES = 10_000
MAX_DEPTH = 8

MAX_DOTS = 300
"""On one line: reading a dotted key takes time by the square of its parts."""

_MAX_DIGITS = 15
_SHORT_DATE = re.compile(r"(?<==)\s*(?!\s*\d{4}-\d\d-\d\d\b)\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?![\d-])")
_TOML_SIGNS = {
    "toml-percent": re.compile(r"=\s*-?[\d.,]+\s*%"),
    "toml-number": re.compile(r"=\s*-?[\d.]*,\d\d?(?=\s*(?:[}\],#]|$))|=\s*€"),
    "toml-true": re.compile(r"=\s*(?:TRUE|FALSE|True|False)\b"),
}


def read_toml(text: str, shown: str, max_bytes: int = MAX_PACK_BYTES) -> tuple[dict[str, Any], list[Problem]]:
    """The table, with every number exact; empty if anything is wrong with it. Nobody may change it: who reads
    the same text again, as a server and `check --watch` do, gets the same table."""
    table, problems = _read(text, shown, max_bytes)
    return table, [*problems]


@lru_cache(maxsize=64)
def _read(text: str, shown: str, max_bytes: int) -> tuple[dict[str, Any], list[Problem]]:
    text = text.replace("\r\n", "\n")
    if len(text.encode()) > max_bytes:
        return {}, [Problem(shown, 1, "toml-size", {"limit": str(max_bytes // 1000)})]
    if max(line.count(".") for line in text.split("\n")) > MAX_DOTS:
        return {}, [Problem(shown, 1, "toml-shape")]
    strange: list[str] = []

    def exact(number: str) -> Decimal:
        try:
            read = Decimal(number)
        except InvalidOperation:
            read = Decimal("NaN")
        if not read.is_finite() or abs(read.adjusted()) > _MAX_DIGITS:
            strange.append(number)
        return read

    try:
        table = tomllib.loads(text, parse_float=exact)
        strange += _large(table)
    except tomllib.TOMLDecodeError as error:
        return {}, [_unreadable(str(error), text.split("\n"), shown)]
    except (RecursionError, _TooMuchError):
        return {}, [Problem(shown, 1, "toml-shape")]
    except ValueError:  # a whole number of thousands of digits
        strange.append("")
    problems = []
    for number in strange[:1]:
        place = re.search(rf"(?<!\w){re.escape(number)}(?!\w)", text, re.IGNORECASE)
        line = text.count("\n", 0, place.start() if place else 0) + 1
        problems.append(_at(text, shown, line, "strange-number", number=number or "999…"))
    return ({} if problems else table), problems


def toml_value(value: Any) -> str:
    """A value as TOML, on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {toml_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[ " + ", ".join(map(toml_value, value)) + " ]"
    return str(value) if isinstance(value, date | Decimal | int) else json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if bare else json.dumps(key, ensure_ascii=False)


def _unreadable(message: str, lines: list[str], shown: str) -> Problem:
    """What is most likely wrong in a file that is no TOML, by the line on which its reader stopped."""
    found = re.search(r"line (\d+)", message)
    line = int(found[1]) if found else len(lines)
    excerpt = lines[line - 1].strip()
    values: dict[str, str] = {}
    if wrong := impossible_date(excerpt):
        code, values = "impossible-date", {"date": wrong}
    elif (short := _SHORT_DATE.search(excerpt)) and date_in(short[0]):
        code, values = "date-format", {"example": date_in(short[0])}
    elif message.startswith(("Cannot overwrite", "Cannot declare", "Cannot mutate")):
        code = "toml-twice"
    else:
        code = next((code for code, sign in _TOML_SIGNS.items() if sign.search(excerpt)), "toml")
    return Problem(shown, line, code, values, excerpt=excerpt)


class _TooMuchError(Exception):
    """More values, or deeper in one another, than any rules have."""


def _large(table: dict[str, Any]) -> Iterator[str]:
    """Every whole number that is too large to be one of a rule."""
    level: list[Any] = [table]
    seen = 0
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for value in level
            if isinstance(value, dict | list)
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        seen += len(level)
        if seen > MAX_VALUES:
            raise _TooMuchError
        for value in level:
            if isinstance(value, int) and abs(value) >= 10**_MAX_DIGITS:
                yield str(value) if abs(value) < 10**4000 else hex(value)
    if level:
        raise _TooMuchError


def _at(text: str, shown: str, line: int, code: str, /, **values: str) -> Problem:
    return Problem(shown, line, code, values, excerpt=text.split("\n")[line - 1].strip())
