"""What is kept of the last run, as far as it holds for the books as they are now."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType

from scharrel.core.corrections import Correction
from scharrel.core.facts import Group, Holder
from scharrel.core.month import Month
from scharrel.core.pack import PARTIES
from scharrel.core.problems import Problem
from scharrel.core.trace import Summary
from scharrel.ledger.books import Books
from scharrel.packs.cases import ENDING
from scharrel.store import shapes
from scharrel.store.digests import digest_of_texts
from scharrel.store.durable import WriteError
from scharrel.store.elsewhere import ledger_state, ledger_text
from scharrel.store.kept import FORM, Kept, Seen, Shares, kept_line, read_kept, write_kept
from scharrel.store.paths import Coop
from scharrel.store.text import digest, read_text
from scharrel.store.written_state import Left, left
from scharrel.text.words import sayable


class Cache:
    """What is kept under a name, for the books as they are at a moment, and the written files as they were
    left, with the seals among them if `seals` says so."""

    def __init__(self, books: Books, name: str, moment: str, seen: Left = dict, *, seals: bool = False):
        self.coop = books.coop
        self.receipts = books.receipts
        self.path = books.coop.cache / f"{name}.jsonl"
        self.left = partial(left, books.coop, seals=seals)
        self.seen = cache(seen)
        self.groups = {_name(group): group for group in books.groups()}
        self.states: dict[str, str] = {}
        self.entries = _load(books, self.path, self.groups)
        packs = [books.packs[pack].hash for pack in sorted(books.packs)]
        chart = sorted((account, *map(str, known)) for account, known in books.chart.accounts.items())
        chart += [(commodity,) for commodity in sorted(books.chart.commodities)]
        # With whom members may exchange something depends on who is a member when.
        when = [
            (m.id, m.first, [(d.day, d.values["left"]) for d in m.directives if "left" in d.values])
            for m in books.holders.values()
        ]
        invoicing = (books.entries.customers, books.entries.cooperative, [one[:2] for one in books.issued])
        others = [repr(found) for found in (books.grants, books.bank_accounts, *invoicing) if found]
        self.common = digest_of_texts(
            [
                FORM,
                books.title,
                str(books.closed),
                moment,
                *packs,
                *_examples(books.coop),
                repr(chart),
                repr(when),
                *others,
            ]
        )

    def but_for_ledgers(self, group: Group, through: Month) -> Kept | None:
        """What is kept of the group up to this month, if nothing changed but ledgers, if any."""
        entry, _ = self.entries.get(_name(group), (None, ""))
        if entry is None or entry.key != self._key(group, through) or entry.files != self.files(group):
            return None
        return entry

    def as_left(self, group: Group) -> bool:
        """Whether the files of the group are as they were written."""
        entry, _ = self.entries.get(_name(group), (None, ""))
        return entry is not None and entry.files == self.files(group)

    def files(self, group: Group) -> str:
        """How all that is written for the group was left when it was looked at."""
        seen = self.seen()
        return digest_of_texts(seen.get(member.id) or self.left(member.id) for member in group)

    def files_now(self, group: Group) -> str:
        """How all that is written for the group is left now."""
        return digest_of_texts(self.left(member.id) for member in group)

    def changed(self, group: Group, entry: Kept) -> Iterator[Holder]:
        """Whose ledgers are not as they were."""
        for member, seen in zip(group, entry.ledgers, strict=True):
            if seen.state and seen.state == self._state(member.id):
                continue
            text = ledger_text(self.coop, member.id)
            if text.problems or digest(text) != seen.digest:
                yield member

    def booked(self) -> Iterator[str]:
        """Months in which a ledger that did not change has a booking."""
        for name, group in self.groups.items():
            if name in self.entries:
                entry, _ = self.entries[name]
                for member, seen in zip(group, entry.ledgers, strict=True):
                    if seen.state and seen.state == self._state(member.id):
                        yield from seen.months

    def keep(
        self,
        group: Group,
        through: Month,
        ledgers: Sequence[Seen],
        problems: Sequence[Problem],
        files: str,
        rows: Sequence[Summary] = (),
        corrections: Sequence[tuple[str, Correction]] = (),
        shares: Shares = MappingProxyType({}),
    ) -> None:
        """Remember what came of a group whose files, as they were left then, are as they should be."""
        kept = Kept(
            self._key(group, through),
            tuple(ledgers),
            files,
            tuple(rows),
            tuple(corrections),
            tuple(problems),
            dict(shares),
        )
        name = _name(group)
        self.entries[name] = kept, kept_line(name, kept)

    def save(self) -> None:
        """Keep this for the next run; a folder that takes no cache is no problem."""
        lines = [line for name, (_, line) in self.entries.items() if name in self.groups]
        with suppress(WriteError):
            write_kept(self.path, lines)

    def _state(self, member: str) -> str:
        """The state of the member's ledger when it was first asked for."""
        if member not in self.states:
            self.states[member] = ledger_state(self.coop, member)
        return self.states[member]

    def _key(self, group: Group, through: Month) -> str:
        return digest_of_texts(
            [
                self.common,
                str(through),
                *(
                    repr((member.id, member.kind, member.directives, member.approvals, member.settlements))
                    + repr([(p.id, p.directives) for p in member.participants])
                    for member in group
                ),
                *(
                    repr((list(paid.values()), self.receipts.problems))
                    for member in group
                    if (paid := self.receipts.shares.get(member.id))
                ),
            ]
        )


def _examples(coop: Coop) -> Iterator[str]:
    """A digest of each file of worked examples."""
    for path in sorted(coop.rules.glob(f"*{ENDING}")):
        yield f"{path.name} {digest(read_text(coop, path))}"


def _load(books: Books, path: Path, groups: Mapping[str, Group]) -> dict[str, tuple[Kept, str]]:
    """What is kept, by group, and the line that says so."""
    return {
        name: (kept, line)
        for name, kept, line in read_kept(path)
        if name in groups and _belongs(books, groups[name], kept)
    }


def _belongs(books: Books, group: Group, kept: Kept) -> bool:
    """Whether all that is kept is about this group, in words that are known."""
    ids = {member.id for member in group}
    projects = {member.id: member for member in group if member.project}
    quotes = [quote for seen in kept.ledgers for quote in seen.across.quotes]
    files = {books.coop.shown(books.coop.ledger(member.id)) for member in group} if quotes else ()
    return (
        len(kept.ledgers) == len(group)
        and all(row.member in ids and row.paid.keys() == set(PARTIES) for row in kept.rows)
        and all(member in ids for member, _ in kept.corrections)
        and all(quote.file in files for quote in quotes)
        and all(
            entry.member in ids and entry.grant in books.grants
            for seen in kept.ledgers
            for entry in seen.across.entries
        )
        and all(barter.giver in ids for seen in kept.ledgers for barter in seen.across.barters)
        and all(seen.across.holder in ids for seen in kept.ledgers)
        and all(map(sayable, kept.problems))
        and all(
            member in ids
            and project in projects
            and all(shapes.month(month) and projects[project].active(Month.parse(month)) for month in by)
            for member, shared in kept.shares.items()
            for project, by in shared.items()
        )
    )


def _name(group: Group) -> str:
    return " ".join(member.id for member in group)
