"""Reading a file as text, and saying in time what no parser should see."""

import io
import posixpath
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

from beancount.parser import lexer

from scharrel.core.problems import CHART, REGISTER, Problem
from scharrel.store.text import Text

_MEMBERS = "ledgers/members/"
_COMMANDS = frozenset({"option", "plugin", "include", "pushmeta", "popmeta"})
_USUAL = b'include "../accounts.beancount"\n'
_USUAL_OPTIONS = re.compile(rb'^option "(?:title|operating_currency)" "[^"\\\n]*"$', re.MULTILINE)
_USUAL_INCLUDE = re.compile(rb'^include "accounts\.beancount"$', re.MULTILINE)
_WORDS = (b"option", b"plugin", b"include", b"pushmeta", b"popmeta", b"lineno", b"filename")
_COMMA = re.compile(rb",\d")
_DIVISION = re.compile(rb"[\d).]\s*/\s*[^1-9\s]")
"""Where the parser might divide by zero, which ends the whole program."""


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep Ctrl-C until the parser is done: it takes what is raised in it for a line that it cannot read."""
    before = signal.getsignal(signal.SIGINT)
    if not callable(before) or threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: held.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if held:
        raise KeyboardInterrupt


def refused(text: Text, allowed: frozenset[str]) -> Iterator[Problem]:
    """Every command, key and number that a ledger may not hold, found before anything is parsed.

    `allowed` are the commands that this file may use; an include may name the chart alone, and once.
    """
    data, shown = text.data, text.shown
    if shown.startswith(_MEMBERS):
        data = data.replace(_USUAL, b"\n", 1)
    elif shown == REGISTER:
        data = _USUAL_INCLUDE.sub(b"", _USUAL_OPTIONS.sub(b"", data), 1)
    if not (any(word in data for word in _WORDS) or _COMMA.search(data) or _DIVISION.search(data)):
        return
    with undisturbed():
        tokens = [
            (kind, line, matched.decode("utf-8", "replace"), value)
            for kind, line, matched, value in lexer.lex_iter(io.BytesIO(text.data))
        ]
    included = 0
    for (kind, line, word, _), (following, _, _, argument) in pairwise([*tokens, ("", 0, "", None)]):
        command, values = kind.lower(), {}
        if command in _COMMANDS:
            if command not in allowed:
                code = f"forbidden-{command}"
            elif command == "option" and argument not in ("title", "operating_currency"):
                code = "forbidden-option"
            elif command == "include" and not _names_chart(shown, str(argument)):
                code = "forbidden-include"
            elif command == "include" and included:
                code, values = "include-twice", {"first": str(included)}
            else:
                included = line if command == "include" else included
                continue
        elif kind == "KEY" and word in ("lineno", "filename"):
            code, values = "reserved-key", {"key": word}
        elif kind == "SLASH" and not (following == "NUMBER" and argument):
            code = "division"
        elif kind == "NUMBER" and "," in word and "." not in word:
            before, _, behind = word.rpartition(",")
            point = f"{before.replace(',', '')}.{behind.rstrip('0').ljust(2, '0')}"
            code = "comma-number"
            values = {"number": word, "whole": word.replace(",", ""), "point": point}
        else:
            continue
        yield text.problem(line, code, **values, chart=chart_from(shown))


def chart_from(shown: str) -> str:
    """The chart as a file at this place includes it."""
    return posixpath.relpath(CHART, posixpath.dirname(shown))


def _names_chart(shown: str, target: str) -> bool:
    return (
        not target.startswith("/")
        and posixpath.normpath(posixpath.join(posixpath.dirname(shown), target)) == CHART
    )
