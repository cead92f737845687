"""Reading a file as text, and saying in time what no parser should see."""

import io
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from beancount.parser import lexer

from scharrel.core.problems import Problem
from scharrel.files.coop import Coop

MAX_BYTES = 50_000_000

_CHART = "ledgers/accounts.beancount"
_COMMANDS = frozenset({"option", "plugin", "include", "pushmeta", "popmeta"})
_BOM = b"\xef\xbb\xbf"
_COMMAND = re.compile(rb"^[ \t]*(option|plugin|include|pushmeta|popmeta)\b", re.MULTILINE)
_SUSPECT = re.compile(rb"\d,\d|^[ \t]+(?:lineno|filename)[ \t]*:", re.MULTILINE)


class Text(NamedTuple):
    """A file's bytes as they can be parsed, and what stands against parsing them."""

    data: bytes
    problems: list[Problem]

    def line(self, number: int) -> str:
        """One line for an excerpt."""
        lines = self.data.split(b"\n", number)
        found = lines[number - 1] if 0 < number <= len(lines) else b""
        return found.decode("utf-8", "replace").strip("\r")


def read_text(coop: Coop, path: Path) -> Text:
    """The file's bytes; problems when it is missing, not a plain file, too large or not UTF-8."""
    shown = coop.shown(path)
    if path.is_symlink() or (path.exists() and not path.resolve().is_relative_to(coop.root.resolve())):
        return Text(b"", [Problem(shown, 1, "symlink")])
    try:
        if not path.is_file():
            return Text(b"", [Problem(shown, 1, "no-file")])
        if path.stat().st_size > MAX_BYTES:
            return Text(b"", [Problem(shown, 1, "too-long", {"size": str(MAX_BYTES // 10**6)})])
        data = path.read_bytes()
    except OSError as error:
        return Text(b"", [Problem(shown, 1, "unreadable-file", {"reason": error.strerror or ""})])
    if data.startswith(_BOM):
        return Text(data[3:], [Problem(shown, 1, "bom")])
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        excerpt = data.split(b"\n")[line - 1].decode("latin-1").strip()
        return Text(data, [Problem(shown, line, "encoding", excerpt=excerpt)])
    return Text(data, [])


def refused(text: Text, shown: str, allowed: frozenset[str]) -> Iterator[Problem]:
    """Every command, key and number that a ledger may not hold, found before anything is parsed.

    `allowed` are the commands that this file may use; an include may name the chart alone.
    """
    if not (_COMMAND.search(text.data) or _SUSPECT.search(text.data)):
        return
    tokens = [
        (kind, line, matched.decode("utf-8", "replace"), value)
        for kind, line, matched, value in lexer.lex_iter(io.BytesIO(text.data))
    ]
    for (kind, line, word, _), (*_, argument) in zip(tokens, [*tokens[1:], ("", 0, "", None)], strict=True):
        command, excerpt = kind.lower(), text.line(line)
        if command in _COMMANDS:
            if command not in allowed:
                code = f"forbidden-{command}"
            elif command == "option" and argument not in ("title", "operating_currency"):
                code = "forbidden-option"
            elif command == "include" and not _names_chart(shown, str(argument)):
                code = "forbidden-include"
            else:
                continue
            yield Problem(shown, line, code, {"argument": str(argument)}, excerpt=excerpt)
        elif kind == "KEY" and word in ("lineno", "filename"):
            yield Problem(shown, line, "reserved-key", {"key": word}, excerpt=excerpt)
        elif kind == "NUMBER" and "," in word and "." not in word:
            yield Problem(shown, line, "comma-number", {"number": word}, excerpt=excerpt)


def _names_chart(shown: str, target: str) -> bool:
    return (
        not target.startswith("/")
        and posixpath.normpath(posixpath.join(posixpath.dirname(shown), target)) == _CHART
    )
