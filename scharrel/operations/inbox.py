"""Lists that members noted: the lines of a file as far as they can be read, and which stand in the ledger."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from scharrel.core.problems import Problem
from scharrel.operations.book_answers import followed_up, offered
from scharrel.operations.book_choices import Choices
from scharrel.store.durable import read_written, write_text
from scharrel.store.paths import Coop
from scharrel.store.text import MAX_BYTES
from scharrel.text.noted import Noted, impossible_day, noted_lines
from scharrel.text.noted_table import columns_of, is_total, noted_row
from scharrel.text.noted_words import day_at_start, message_meant
from scharrel.treasury.cash_book import Event

_MOST_LINES = 2_000
_HEADING_WITHIN = 5
_CELLS = 3
_REMARKS = ("#", ";", "//")


class Inbox(NamedTuple):
    """What stands in a list, the lines in it that are no booking, and what keeps it from being read."""

    noted: Sequence[Noted]
    problems: Sequence[Problem] = ()
    passed_over: Sequence[tuple[int, str]] = ()


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
    for rows in _as_rows(text):
        for nth, (_, cells) in enumerate(rows[:_HEADING_WITHIN]):
            if len(cells) > 1 and (columns := columns_of(cells)):
                return _sorted_out([noted_row(columns, row, today, at) for at, row in rows[nth + 1 :]])
        if sum(len(cells) >= _CELLS for _, cells in rows) > len(rows) / 2:
            headings = ", ".join(cell.strip() for cell in rows[0][1] if cell.strip())
            return Inbox((), [Problem(shown, rows[0][0], "inbox-headings", {"headings": headings})])
    return _sorted_out(_listed(text, today, names))


def _listed(text: str, today: date, names: Sequence[str]) -> list[Noted]:
    """What each line says; a day alone on a line holds for those below it. The day of `gisteren` is certain
    only where it is known when that was written."""
    noted: list[Noted] = []
    heading: date | None = None
    for line, one in enumerate(text.splitlines(), 1):
        if not one.strip() or one.lstrip().startswith(_REMARKS):
            continue
        sent, said = message_meant(one, today)
        days, rest = day_at_start(said.split(), sent or today)
        if days and not rest:  # a day above what was on it
            heading = days[0] if len(days) == 1 and re.search(r"\d", said) else None
            continue
        a_week_on = noted_lines(said, today + timedelta(days=7), names, line)
        for nth, found in enumerate(noted_lines(said, sent or today, names, line)):
            fixed = sent or found.days in [one.days for one in a_week_on[nth : nth + 1]]
            if found.days and not fixed:
                noted.append(found._replace(days=(), likely=found.days[0]))
            elif heading and not found.days and not impossible_day(said, today):
                noted.append(found._replace(days=(heading,)))
            else:
                noted.append(found._replace(likely=sent))
    return noted


def _sorted_out(noted: Sequence[Noted]) -> Inbox:
    """Apart from what is no booking: a total, and what has no amount, kind or day."""
    return Inbox(
        [one for one in noted if _can_be(one)],
        passed_over=[(one.line, one.text) for one in noted if not _can_be(one)],
    )


def _can_be(noted: Noted) -> bool:
    return bool(noted.amounts or noted.kind or noted.days) and not is_total(noted.text)


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


def _as_rows(text: str) -> Iterator[list[tuple[int, list[str]]]]:
    """The rows that are not empty, with their lines, by each sign that can stand between cells; with a comma
    only what a program wrote, as a list has commas too."""
    text = re.sub(r"\Asep=.(?=\r?\n)", "", text)
    first = text.lstrip().partition("\n")[0]
    for delimiter in (";", "\t", ","):
        if delimiter == "," and not (first.startswith('"') or columns_of(first.split(","))):
            return
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        with suppress(csv.Error):
            yield [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]


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
    dated = event.day in (*noted.days, noted.likely) or (read_before and not noted.days)
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
