"""A member's own ledger as the program adds to it: in the style of the file, never over what someone has open
in an editor, and so that the last addition can be taken back."""

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import NamedTuple

from scharrel.core.problems import Problem
from scharrel.store.durable import read_written, remove, write_bytes, write_text
from scharrel.store.paths import Coop

_DATED = re.compile(r"^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?=\s)")
_POSTING = re.compile(
    r"^(?P<indent>[ \t]+)(?:Assets|Liabilities|Equity|Income|Expenses):\S+(?P<amount>[ \t]+-?[\d.,]+)?"
)
_USUAL_END = 40
"""The column in which amounts end where the file has none yet."""


class Layout(NamedTuple):
    """How a ledger is written: what postings begin with, the column in which their amounts end, what ends a
    line, and whether bookings stand in the order of their dates."""

    indent: str
    end: int
    newline: str
    in_order: bool


def layout_of(text: str) -> Layout:
    """How most of this ledger is written."""
    postings = [found for line in text.splitlines() if (found := _POSTING.match(line))]
    indents = Counter(found["indent"] for found in postings).most_common(1)
    ends = Counter(found.end() for found in postings if found["amount"]).most_common(1)
    newline = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    days = [day for line in text.split("\n") if (day := _day_of(line))]
    return Layout(
        indents[0][0] if indents else "  ", ends[0][0] if ends else _USUAL_END, newline, days == sorted(days)
    )


def _day_of(line: str) -> tuple[int, ...] | None:
    found = _DATED.match(line)
    return tuple(map(int, found.groups())) if found else None


def with_booking(text: str, entry: Sequence[str], day: date, *, last: bool = False) -> tuple[str, int]:
    """The ledger with this entry between those of its days where they stand in order and it is not to be the
    `last`, else at its end; and the line that it begins on."""
    layout = layout_of(text)
    newline = layout.newline
    lines = text.split("\n")
    at = _place_for(lines, day) if layout.in_order and not last else None
    if at is None:
        ended = text if text.endswith("\n") or not text else text + newline
        if ended and not re.search(r"\n[ \t\r]*\n$", ended):
            ended += newline
        return ended + newline.join([*entry, ""]), ended.count("\n") + 1
    ending = newline[:-1]
    gap = [ending] if at and lines[at - 1].strip() else []
    mine = [*gap, *(line + ending for line in entry), *([ending] if lines[at].strip() else [])]
    return "\n".join([*lines[:at], *mine, *lines[at:]]), at + len(gap) + 1


def _place_for(lines: Sequence[str], day: date) -> int | None:
    """Before which line an entry of that day belongs; none for the end of the file."""
    wanted = (day.year, day.month, day.day)
    later = next((nth for nth, line in enumerate(lines) if (d := _day_of(line)) and d > wanted), None)
    if later is None:
        return None
    # What stands right above a booking is a remark about it.
    while later and lines[later - 1].startswith((";", "*")) and lines[later - 1].strip():
        later -= 1
    return later


def opened_by(path: Path) -> Path | None:
    """The file by which an editor says that it has this one open, or keeps what was not saved yet."""
    folder, name = path.parent, path.name
    locks = (
        f".~lock.{name}#", f".{name}.swp", f".{name}.swo", f".{name}.swn", f"#{name}#", f".#{name}",
        f".{name}.kate-swp", f"~${name}", f".{name}.lock", f"{name}.lock",
    )  # fmt: skip
    return next((folder / lock for lock in locks if os.path.lexists(folder / lock)), None)


def open_elsewhere(coop: Coop, holder: str) -> Problem | None:
    """The problem that an editor has the ledger open, if one has."""
    path = coop.ledger(holder)
    lock = opened_by(path)
    return Problem(coop.shown(path), 1, "ledger-open", {"lock": coop.shown(lock)}) if lock else None


class Addition(NamedTuple):
    """What was last added to a ledger: whose and what, the ledger as it was before, and its digest after."""

    holder: str
    said: str
    before: str
    becomes: str


def add_to_ledger(coop: Coop, holder: str, was: bytes, becomes: bytes, said: str = "") -> Problem | None:
    """Put what the ledger becomes in place, whole and to stay, unless an editor has it open or it is not what
    it was; only for the one writer. WriteError leaves it as it was."""
    path = coop.ledger(holder)
    if problem := _kept_from(coop, holder, was):
        return problem
    added = Addition(holder, said, was.decode(errors="surrogateescape"), _digest(becomes))
    write_text(_last(coop), json.dumps(added._asdict()) + "\n")
    with suppress(OSError):
        os.chmod(_last(coop), 0o600)
    _put_like(path, becomes)
    return None


def take_back(coop: Coop, holder: str) -> tuple[str, Problem | None]:
    """Take out what was last added, if the ledger is still as that left it; what is gone, as text. Nothing,
    and no problem, where nothing of theirs was added last."""
    added = _last_added(coop)
    if added is None or added.holder != holder:
        return "", None
    path = coop.ledger(holder)
    shown = coop.shown(path)
    with suppress(OSError):
        if _digest(now := path.read_bytes()) == added.becomes:
            if problem := _kept_from(coop, holder, now):
                return "", problem
            _put_like(path, added.before.encode(errors="surrogateescape"))
            remove(_last(coop))
            return added.said or shown, None
    return "", Problem(shown, 1, "undo-changed")


def last_added_to(coop: Coop) -> str:
    """Whose ledger something was last added to; empty if that is not known."""
    added = _last_added(coop)
    return added.holder if added else ""


def can_take_back(coop: Coop, holder: str) -> str:
    """What was last added to this ledger, as text, if it can be taken out again; else empty."""
    added = _last_added(coop)
    path = coop.ledger(holder)
    with suppress(OSError):
        if added and added.holder == holder and _digest(path.read_bytes()) == added.becomes:
            return added.said or coop.shown(path)
    return ""


def was_just_added(coop: Coop, holder: str, before: str, said: str) -> bool:
    """Whether the ledger is what adding this to one of that digest made of it: it is sent a second time."""
    added = _last_added(coop)
    if added is None or added.said != said or not can_take_back(coop, holder):
        return False
    return _digest(added.before.encode(errors="surrogateescape")) == before


def _last_added(coop: Coop) -> Addition | None:
    with suppress(TypeError, ValueError):
        return Addition(**json.loads(read_written(_last(coop)) or "{}"))
    return None


def _kept_from(coop: Coop, holder: str, was: bytes) -> Problem | None:
    """What keeps the program from writing there now."""
    if problem := open_elsewhere(coop, holder):
        return problem
    path = coop.ledger(holder)
    try:
        now = path.read_bytes()
    except OSError:
        now = b""
    return None if now == was else Problem(coop.shown(path), 1, "ledger-changed")


def _put_like(path: Path, data: bytes) -> None:
    """Put the file in place, to be read by whom it could be read before."""
    mode = os.stat(path).st_mode & 0o777
    write_bytes(path, data)
    with suppress(OSError):
        os.chmod(path, mode)


def _last(coop: Coop) -> Path:
    return coop.cache / "booked.json"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
