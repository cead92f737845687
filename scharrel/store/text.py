"""Reading a file as text: a plain one, of a size and in letters that can be read, and where its name says."""

import hashlib
import os
import re
import stat
import time
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, lru_cache
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from scharrel.core.problems import Problem
from scharrel.store.paths import Coop

MAX_BYTES = 10_000_000
"""More than forty years of twenty bookings a month: what is larger would only take time and memory."""

MAX_LINES = 500_000
"""Parsing a file takes up to some 400 bytes of memory a line, however little is on it."""

MAX_LINE = 5_000
"""Bytes: a sum of a million terms would take minutes, as many brackets more stack than the parser has."""

_TICK = 2 * 10**9

_BOM = b"\xef\xbb\xbf"

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Text(NamedTuple):
    """A file's bytes as they can be parsed, what stands against parsing them, the file's state, and its path
    in the cooperative. Behind the file parts of others may follow: of each its first line here, the file, and
    the line there."""

    data: bytes
    problems: list[Problem]
    state: str = ""
    shown: str = ""
    parts: tuple[tuple[int, str, int], ...] = ()

    def at(self, number: int) -> tuple[str, int]:
        """The file that has this line, and its number there."""
        nth = bisect_right(self.parts, number, key=itemgetter(0))
        if not nth:
            return self.shown, number
        first, shown, line = self.parts[nth - 1]
        return shown, line + number - first

    def own(self, number: int) -> bool:
        """Whether the line is one of the file itself."""
        return not self.parts or number < self.parts[0][0]

    def where(self, number: int) -> str:
        """The same as `file:line`."""
        return "{}:{}".format(*self.at(number))

    def placed(self, problem: Problem) -> Problem:
        """The problem with the file that has its line."""
        if not self.parts or problem.file != self.shown:
            return problem
        file, line = self.at(problem.line)
        return problem._replace(file=file, line=line)

    def problem(self, number: int, code: str, warning: bool = False, /, **values: str) -> Problem:
        """A problem at one line of this file."""
        return Problem(self.shown, number, code, values, warning, self.line(number))

    def line(self, number: int) -> str:
        """One line for an excerpt."""
        lines = _lines(self.data)
        found = lines[number - 1] if 0 < number <= len(lines) else b""
        return found.decode("utf-8", "replace").strip("\r")

    def key_line(self, first: int, key: str) -> int:
        """The line with the key among those that hang below the first one; that one if none has it, or for
        no key."""
        if not key:
            return first
        for number, line in enumerate(_lines(self.data)[first:], first + 1):
            if line.lstrip().startswith(key.encode() + b":"):
                return number
            if not line[:1].isspace():
                break
        return first

    def account_line(self, word: str, account: str) -> int:
        """The line that opens or closes the account, by that word; 0 if none does."""
        said = re.search(
            rb"^\S+\s+%s\s+%s(?=[\s;]|$)" % (word.encode(), re.escape(account.encode())), self.data, re.M
        )
        return self.data.count(b"\n", 0, said.start()) + 1 if said else 0

    def parted(self, first: int, last: int) -> bool:
        """Whether another directive begins after the first line, up to the last."""
        return any(line[:1].isdigit() for line in _lines(self.data)[first:last])

    def key_below(self, first: int, key: str) -> bool:
        """Whether the key hangs below the first line."""
        return self.key_line(first, key) != first


@lru_cache(maxsize=4)
def _lines(data: bytes) -> list[bytes]:
    return data.split(b"\n")


def read_text(coop: Coop, path: Path) -> Text:
    """The file's bytes; problems when it is missing, not a plain file, too large or not UTF-8."""
    shown = coop.shown(path)
    return _read(coop, path, shown)._replace(shown=shown)


def _read(coop: Coop, path: Path, shown: str) -> Text:
    try:
        status = os.lstat(path)
        state = _state(status)
        if stat.S_ISLNK(status.st_mode) or not plain_folder(coop, path.parent):
            return Text(b"", [Problem(shown, 1, "symlink")])
        if not stat.S_ISREG(status.st_mode):
            return Text(b"", [Problem(shown, 1, "not-a-file")])
        if status.st_size > MAX_BYTES:
            return Text(b"", [Problem(shown, 1, "too-long", {"size": str(MAX_BYTES // 10**6)})])
        with open(path, "rb") as file:
            data = file.read()
            after = os.fstat(file.fileno())
        if (after.st_size, after.st_mtime_ns) != (status.st_size, status.st_mtime_ns):
            return Text(b"", [Problem(shown, 1, "changed-while-reading")])
    except FileNotFoundError:
        return Text(b"", [Problem(shown, 1, "no-file")])
    except OSError as error:
        return Text(b"", [Problem(shown, 1, "unreadable-file", {"reason": error.strerror or ""})])
    if conflict := _conflict(data, shown):
        return Text(data, [conflict])
    if data.startswith(_BOM):
        return Text(data[3:], [Problem(shown, 1, "bom")])
    if data.startswith(_UTF_16):
        return Text(b"", [Problem(shown, 1, "utf-16")])
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        excerpt = data.split(b"\n")[line - 1].decode("latin-1").strip()
        return Text(data, [Problem(shown, line, "encoding", excerpt=excerpt)])
    return Text(data, list(_too_much(data, shown)), state)


def _too_much(data: bytes, shown: str) -> Iterator[Problem]:
    if data.count(b"\n") > MAX_LINES:
        yield Problem(shown, MAX_LINES, "too-many-lines", {"limit": str(MAX_LINES)})
    if max(map(len, data.split(b"\n"))) <= MAX_LINE:
        return
    for number, line in enumerate(data.split(b"\n"), 1):
        if len(line) > MAX_LINE:
            yield Problem(shown, number, "long-line", excerpt=line[:100].decode("utf-8", "replace"))
            return


def state_of(path: Path) -> str:
    """What changes whenever the file is written; nothing when that is too recent to tell."""
    try:
        return _state(os.lstat(path))
    except OSError:
        return ""


def _state(status: os.stat_result) -> str:
    # A file written twice within one tick of its clock keeps its times.
    if time.time_ns() - status.st_ctime_ns < _TICK:
        return ""
    return f"{status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"


def digest(text: Text) -> str:
    """What tells this content from any other."""
    return hashlib.sha256(text.data).hexdigest()


@cache
def plain_folder(coop: Coop, folder: Path) -> bool:
    """Whether the folder really lies where its name says, in the cooperative."""
    said = os.path.join(os.path.realpath(coop.root), folder.relative_to(coop.root))
    return os.path.realpath(folder) == os.path.normpath(said)


_MARKER_SIGNS = (b"<<<<<<<", b">>>>>>>", b"=======", b"|||||||")

_MARKER = re.compile(
    rb"^(?:\xef\xbb\xbf)?[ \t]*(?P<marker>(?:<{7,}|>{7,}|\|{7,})(?:[ \t\r].*)?|={7}(?: .*)?\r?)$",
    re.MULTILINE,
)

_MARKER_AS_REMARK = re.compile(rb"^[ \t]*[;#*][ \t]*(?P<marker>(?:<{7}|>{7}) [^\s<>].*)$", re.MULTILINE)

_MARKERS_TOLD = 12


def _conflict(data: bytes, shown: str) -> Problem | None:
    """Two versions of a part of the file, one below the other, with the markers of an unfinished merge: also
    when some markers are gone or were made remarks, for then both versions would count."""
    if not any(sign in data for sign in _MARKER_SIGNS):
        return None
    found = [*_MARKER.finditer(data)] or [*_MARKER_AS_REMARK.finditer(data)]
    if not found:
        return None
    numbers = [data.count(b"\n", 0, marker.start("marker")) + 1 for marker in found]
    told = ", ".join(map(str, numbers[:_MARKERS_TOLD])) + (" …" if len(numbers) > _MARKERS_TOLD else "")
    excerpt = found[0]["marker"].decode("utf-8", "replace").strip("\r")
    return Problem(shown, numbers[0], "merge-conflict", {"lines": told}, excerpt=excerpt)


def names_in(folder: Path) -> list[str]:
    """What lies in the folder; nothing where it cannot be looked into."""
    with suppress(OSError):
        return os.listdir(folder)
    return []
