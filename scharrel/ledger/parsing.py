"""The thin layer over beancount: one file parsed, its errors as problems with a hint in plain words."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from beancount.core import data
from beancount.parser import parser

from scharrel.core.problems import Problem
from scharrel.core.specifications import SPECIFIED, key_of
from scharrel.ledger.hints import BEHIND_STAR, behind_star, hint, without_texts
from scharrel.ledger.source import undisturbed
from scharrel.store.text import Text

MAX_PROBLEMS = 100
"""Problems of one file that are told one by one."""

_ROUNDS = 10
"""How often a file is read again without what could not be read."""

_DATED = re.compile(r"\s*\d{4}[-/]\d{1,2}[-/]\d{1,2}\b")


def parse(text: Text) -> tuple[list[Any], dict[str, Any], list[Problem]]:
    """The directives of one file in the order of its lines, its options and what cannot be read.

    Nothing is included, run or booked. What cannot be read hides what stands around it from the parser, so
    that it is taken out, as the whole booking that it is part of, and the rest is read again.
    """
    directives, options, failures, repeated = _parsed(text.data, text.shown)
    problems: list[Problem] = []
    lines = text.data.decode("utf-8", "replace").split("\n") if failures else []
    rest = list(lines)
    for _ in range(_ROUNDS):
        if not failures:
            break
        found = [_problem(failure, text, lines) for failure in failures[:MAX_PROBLEMS]]
        if len(problems) + len(failures) > MAX_PROBLEMS:
            line = max(failures[min(MAX_PROBLEMS, len(failures) - 1)].source["lineno"], 1)
            count = len(problems) + len(failures) - MAX_PROBLEMS
            found.append(Problem(text.shown, line, "many-more", {"count": str(count)}))
        opened, swallowed = _open_quotes(rest, text.shown, found)
        found = [*opened, *(p for p in found if p not in swallowed)]
        problems += found
        if len(problems) > MAX_PROBLEMS or not blank(rest, {p.line for p in found}):
            break
        directives, options, failures, repeated = _parsed("\n".join(rest).encode(), text.shown)
    told = {problem.line for problem in problems}
    problems += (p for p in islice(_behind_stars(text), MAX_PROBLEMS) if p.line not in told)
    problems.sort(key=lambda p: p.line)
    problems += islice(_repeated_keys(text, repeated), MAX_PROBLEMS)
    # Beancount breaks off at one of these.
    empty = (d for d in directives if isinstance(d, data.Custom) and not d.values)
    problems += (text.problem(place(d), "custom-empty", kind=d.type) for d in islice(empty, MAX_PROBLEMS))
    return directives, options, problems


def _parsed(data: bytes, shown: str) -> tuple[list[Any], dict[str, Any], list[Any], list[Any]]:
    with undisturbed():
        directives, failures, options = parser.parse_string(data, report_filename=shown)
    # A key that stands twice is told where it stands, not at its booking.
    repeated = [f for f in failures if _REPEATED.match(str(f.message))]
    return directives, options, [f for f in failures if f not in repeated], repeated


def blank(lines: list[str], numbers: Iterable[int]) -> bool:
    """Take out what cannot be read: a line that hangs below a booking by itself, else all that begins there;
    whether anything stood there."""
    some = False
    for number in numbers:
        at = min(max(number, 1), len(lines))
        first = last = booking_of(lines, at)
        alone = first < at and lines[at - 1].strip() != _NOTHING and _DATED.match(lines[first - 1])
        if alone:
            lines[at - 1], some = f"  {_NOTHING}", True  # an empty line would end the booking
            continue
        while last < len(lines) and lines[last].strip() and not _begins(lines[last]):
            last += 1
        some = some or any(line.strip() for line in lines[first - 1 : last])
        lines[first - 1 : last] = [""] * (last - first + 1)
    return some


def booking_of(lines: list[str], number: int) -> int:
    """The line on which that begins of which this line is part."""
    while number > 1 and not _begins(lines[number - 1]) and lines[number - 2].strip():
        number -= 1
    return number


_NOTHING = ";"


def without(text: Text, problems: Iterable[Problem]) -> Text:
    """The text without the bookings and commands that no parser should see, and that have been told."""
    unseen = {p.line for p in problems if p.code not in _SEEN}
    lines = text.data.decode("utf-8", "replace").split("\n") if unseen else []
    unseen |= {number for number, line in enumerate(lines, 1) if "\N{REPLACEMENT CHARACTER}" in line}
    return text._replace(data="\n".join(lines).encode()) if blank(lines, unseen) else text


_SEEN = frozenset({"bom", "comma-number"})


def _begins(line: str) -> bool:
    return line[:1] not in ("", " ", "\t") or bool(_DATED.match(line))


def _open_quotes(lines: list[str], shown: str, found: list[Problem]) -> tuple[list[Problem], list[Problem]]:
    """Every line on which a text begins that does not end where it should, and which problems follow from
    that: what comes behind it cannot be read."""
    odd = [number for number, line in enumerate(lines, 1) if without_texts(line).count('"') % 2]
    if not odd:
        return [], []
    closed = next((n for n in range(odd[0] + 1, len(lines) + 1) if '"' in lines[n - 1]), len(lines))
    swallowed = [p for p in found if odd[0] <= p.line <= closed or p.code == "open-quote"]
    if not swallowed:
        return [], []
    # A text may go on over lines, but never into the next booking.
    ends = [*(n for n, line in enumerate(lines, 1) if _DATED.match(line)), len(lines) + 1]
    alone = [n for n in odd if sum(n <= other < next(e for e in ends if e > n) for other in odd) == 1]
    told = sorted({odd[0], *(n for n in alone if _DATED.match(lines[n - 1]))})
    return [
        Problem(shown, n, "open-quote", {}, excerpt=lines[n - 1].strip("\r")) for n in told[:MAX_PROBLEMS]
    ], [*swallowed, *(p for p in found if p.line in told)]


def _problem(failure: Any, text: Text, lines: list[str]) -> Problem:
    line, message = max(failure.source["lineno"], 1), str(failure.message)
    if message.startswith("Unbalanced pushed"):
        # The parser tells this at the end of the file, without a line.
        line = text.data.partition(b"pushtag")[0].count(b"\n") + 1
        return text.problem(line, "open-tag")
    if message.startswith("Invalid account name"):
        account = message.rpartition(": ")[2]
        return text.problem(line, "account-name", account=account)
    return hint(text.shown, lines, line)


def _behind_stars(text: Text) -> Iterator[Problem]:
    """Lines that look like a booking and that the parser passes over, for a sign that stands before them."""
    for found in BEHIND_STAR.finditer(b"\n" + text.data):
        number = text.data.count(b"\n", 0, max(found.start(), 0)) + 1 if found.start() else 1
        yield behind_star(text.shown, number, text.line(number))._replace(warning=True)


def _repeated_keys(text: Text, failures: Iterable[Any]) -> Iterator[Problem]:
    """Metadata keys that stand twice under one booking or posting: the parser keeps just one, and refuses
    that on some directives."""
    if not _KEYS.search(text.data):
        return
    lines = text.data.decode("utf-8", "replace").split("\n")
    found = set(_alike(lines))
    for failure in failures:
        found |= set(_refused_keys(lines, failure.source["lineno"])) or {failure.source["lineno"]}
    for number in sorted(found):
        key = _KEY.match(lines[number - 1])
        values = {"key": key["key"] if key else ""}
        yield Problem(text.shown, number, "repeated-key", values, excerpt=lines[number - 1])


def _alike(lines: list[str]) -> Iterator[int]:
    """Lines with a key that stands above it with as much in front of it."""
    seen: set[tuple[int, str]] = set()
    for number, line in enumerate(lines, 1):
        found = _KEY.match(line)
        if not found or line[found.end() : found.end() + 1].strip():
            seen.clear()
        elif (key := (len(found["indent"].expandtabs()), found["key"])) in seen:
            yield number
        else:
            seen.add(key)


def _refused_keys(lines: list[str], first: int) -> Iterator[int]:
    """Lines below the first of a booking with a key that it, or the posting above, has already."""
    seen: set[str] = set()
    for number, line in enumerate(lines[first:], first + 1):
        if not line[:1].isspace():
            return
        found = _KEY.match(line)
        if found and found["key"] in seen:
            yield number
        elif found:
            seen.add(found["key"])
        elif line.lstrip()[:1].isupper():
            seen.clear()


_KEYS = re.compile(rb"\n[ \t]+[a-z][A-Za-z0-9_-]+:")
_KEY = re.compile(r"(?P<indent>[ \t]+)(?P<key>[a-z][A-Za-z0-9_-]+):")
_REPEATED = re.compile("Duplicate (?:posting )?metadata")


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
_DATES = frozenset({"earned", "born", "delivered"})
_FORMS = {
    "lifetime": "36", "weight": "2", "left": "TRUE", "terms": "14", "day": "1", "opening": "1250.00 EUR",
    "receipts": "25.00 EUR", "receipt": '"2026/bouwmarkt.pdf"',
    **dict.fromkeys(map(key_of, SPECIFIED), "120.00 EUR"),
}  # fmt: skip
