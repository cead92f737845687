"""Lists that members noted: the lines of a file as far as they can be read, and which stand in the ledger."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import NamedTuple

from scharrel.core.problems import Problem
from scharrel.operations.book import Choices
from scharrel.operations.book_answers import followed_up, offered
from scharrel.store.durable import read_written, write_text
from scharrel.store.paths import Coop
from scharrel.store.text import MAX_BYTES
from scharrel.text.noted import Noted, columns_of, noted_line, noted_row
from scharrel.treasury.cash_book import Event

_MOST_LINES = 2_000
_REMARKS = ("#", ";", "//")


class Inbox(NamedTuple):
    """What stands in a list, in its order, and what keeps it from being read."""

    noted: Sequence[Noted]
    problems: Sequence[Problem] = ()


def read_inbox(path: Path, today: date, names: Sequence[str]) -> Inbox:
    """The list in this file: one line a booking, or a table with headings; OSError if it cannot be read."""
    with open(path, "rb") as file:
        data = file.read(MAX_BYTES + 1)
    shown = str(path)
    if len(data) > MAX_BYTES or data.count(b"\n") > _MOST_LINES:
        return Inbox((), [Problem(shown, 1, "inbox-long", {"limit": str(_MOST_LINES)})])
    text = _decoded(data)
    if text is None:
        return Inbox((), [Problem(shown, 1, "inbox-text")])
    if (table := _table(text)) is not None:
        columns, rows = table
        return Inbox([noted_row(columns, cells, today, line) for line, cells in rows])
    lines = enumerate(text.splitlines(), 1)
    said = [(line, one.strip()) for line, one in lines if one.strip()]
    noted = [noted_line(one, today, names, line) for line, one in said if not one.startswith(_REMARKS)]
    return Inbox([one for one in noted if one.amounts or one.kind or one.days])


def _decoded(data: bytes) -> str | None:
    """The text, as the programs of people save it; nothing for what is none."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _table(text: str) -> tuple[list[str], list[tuple[int, list[str]]]] | None:
    """The columns and rows of a table whose headings say what they are; nothing for a list."""
    for delimiter in (";", ",", "\t"):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
        except csv.Error:
            continue
        if rows and len(rows[0][1]) > 1 and (columns := columns_of(rows[0][1])):
            return columns, rows[1:]
    return None


def as_listed(noted: Noted, choices: Choices, labels: Mapping[str, str], today: date) -> Noted:
    """With the account that a list does not name: of what came in the usual one, of what went out the one of
    which the line has the label, if that is one."""
    if noted.kind is None or noted.account or noted.kind not in choices.kinds:
        return noted
    if noted.kind == "in":
        noted = followed_up(noted, choices)
        return noted if noted.account else noted._replace(account=offered(noted, choices, "account", today))
    said = noted.text.casefold()
    named = (name for name in choices.accounts[noted.kind] if name in labels)
    fits = [name for name in named if re.search(rf"\b{re.escape(labels[name].casefold())}\b", said)]
    return noted._replace(account=fits[0]) if len(fits) == 1 else noted


def known_already(noted: Sequence[Noted], choices: Choices, *, read_before: bool) -> list[Event | None]:
    """For each of these the booking that it is, if the ledger has that: each booking is one of them. Only in
    a list that was read before may a line without a day be one."""
    left = list(choices.earlier)
    found: list[Event | None] = []
    for one in noted:
        same = next((event for event in left if _is(event, one, read_before=read_before)), None)
        if same:
            left.remove(same)
        found.append(same)
    return found


def _is(event: Event, noted: Noted, *, read_before: bool) -> bool:
    said = set(f"{noted.who} {noted.what}".casefold().split())
    dated = event.day in noted.days or (read_before and not noted.days)
    same = (noted.kind, *noted.amounts) == (event.kind, event.amount)
    return dated and same and said <= {*f"{event.who} {event.what}".casefold().split()}


def read_on(coop: Coop, path: Path) -> str:
    """The day on which this very list was booked before; empty if it was not."""
    return _read_lists(coop).get(_digest_of(path), "")


def remember_list(coop: Coop, path: Path, today: date) -> None:
    """Keep that this list was booked; only for the one writer."""
    lists = {**_read_lists(coop), _digest_of(path): str(today)}
    write_text(_kept(coop), json.dumps(lists, indent=1) + "\n")


def _read_lists(coop: Coop) -> dict[str, str]:
    with suppress(ValueError):
        found = json.loads(read_written(_kept(coop)) or "{}")
        return found if isinstance(found, dict) else {}
    return {}


def _kept(coop: Coop) -> Path:
    return coop.cache / "inbox.json"


def _digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
