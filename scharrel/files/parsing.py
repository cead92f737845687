"""The thin layer over beancount: one file parsed, its errors as problems with a hint in plain words."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from beancount.parser import parser

from scharrel.core.problems import Problem
from scharrel.files.hints import hint, without_texts
from scharrel.files.source import Text, undisturbed

MAX_PROBLEMS = 100
"""Problems of one file that are told one by one."""


def parse(text: Text, shown: str) -> tuple[list[Any], str, list[Problem]]:
    """The directives of one file in the order of its lines, its title and what cannot be read.

    Nothing is included, run or booked.
    """
    with undisturbed():
        directives, failures, options = parser.parse_string(text.data, report_filename=shown)
    # A key that stands twice is told where it stands, not at its booking.
    failures = [f for f in failures if not str(f.message).startswith("Duplicate metadata")]
    lines = text.data.decode("utf-8", "replace").split("\n") if failures else []
    problems = [_problem(failure, text, shown, lines) for failure in failures[:MAX_PROBLEMS]]
    if len(failures) > MAX_PROBLEMS:
        line = max(failures[MAX_PROBLEMS].source["lineno"], 1)
        values = {"count": str(len(failures) - MAX_PROBLEMS)}
        problems.append(Problem(shown, line, "many-more", values))
    if problems and (opened := _open_quote(lines, shown)):
        later = range(opened.line + 1, len(lines) + 1)
        closed = next((number for number in later if '"' in lines[number - 1]), len(lines))
        swallowed = [p for p in problems if opened.line <= p.line <= closed]
        if swallowed:
            problems = [opened, *(p for p in problems if p not in swallowed)]
    problems += islice(_repeated_keys(text, shown), MAX_PROBLEMS)
    return directives, str(options["title"] or ""), problems


def _open_quote(lines: list[str], shown: str) -> Problem | None:
    """The first line on which a text begins that does not end there: what follows cannot be read."""
    for number, line in enumerate(lines, 1):
        if without_texts(line).count('"') % 2:
            return Problem(shown, number, "open-quote", {}, excerpt=line.strip("\r"))
    return None


def _problem(failure: Any, text: Text, shown: str, lines: list[str]) -> Problem:
    line, message = max(failure.source["lineno"], 1), str(failure.message)
    if message.startswith("Unbalanced pushed"):
        # The parser tells this at the end of the file, without a line.
        line = text.data.partition(b"pushtag")[0].count(b"\n") + 1
        return Problem(shown, line, "open-tag", {}, excerpt=text.line(line))
    if message.startswith("Invalid account name"):
        account = message.rpartition(": ")[2]
        return Problem(shown, line, "account-name", {"account": account}, excerpt=text.line(line))
    return hint(shown, lines, line)


def _repeated_keys(text: Text, shown: str) -> Iterator[Problem]:
    """Metadata keys that stand twice under one booking or posting: the parser keeps just one."""
    if not _KEYS.search(text.data):
        return
    seen: set[tuple[int, str]] = set()
    for number, line in enumerate(text.data.decode("utf-8", "replace").split("\n"), 1):
        found = _KEY.match(line)
        if not found:
            seen.clear()
        elif (key := (len(found["indent"].expandtabs()), found["key"])) in seen:
            yield Problem(shown, number, "repeated-key", {"key": found["key"]}, excerpt=line)
        else:
            seen.add(key)


_KEYS = re.compile(rb"\n[ \t]+[a-z][A-Za-z0-9_-]+:")
_KEY = re.compile(r"(?P<indent>[ \t]+)(?P<key>[a-z][A-Za-z0-9_-]+):(?:\s|$)")


def place(directive: Any) -> int:
    """The line on which a directive or posting stands."""
    line: int = directive.meta.get("lineno", 1) if directive.meta else 1
    return line


def metadata(directive: Any) -> dict[str, Any]:
    """What the writer put under a directive, without the parser's own keys."""
    return {
        key: value
        for key, value in (directive.meta or {}).items()
        if key not in ("filename", "lineno") and not key.startswith("__")
    }


def empty_keys(directive: Any) -> list[str]:
    """The metadata keys of a directive or posting with nothing behind them."""
    return [key for key, value in metadata(directive).items() if value is None or not str(value).strip()]


def form_of(key: str, day: Any) -> str:
    """How the key is written with something behind it."""
    return f"{key}: {day if key in _DATES else _FORMS.get(key, QUOTED)}"


QUOTED = '"…"'
_DATES = frozenset({"earned", "born"})
_FORMS = {"lifetime": "36", "weight": "2", "left": "TRUE"}
