"""The one file that Fava writes to: the ledger whose page it shows, as our own commands write it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from fava.beans.funcs import get_position
from fava.beans.helpers import replace
from fava.beans.str import to_string
from fava.core.file import ExternallyChangedError, FileModule, NonSourceFileError, find_entry_lines
from fava.helpers import FavaAPIError

from scharrel.store.durable import WriteError
from scharrel.store.locking import BusyError, only_writer
from scharrel.store.own_ledger import add_to_ledger, with_booking
from scharrel.store.paths import find_coop
from scharrel.text.words import Words

if TYPE_CHECKING:
    from fava.beans.abc import Directive
    from fava.core import FavaLedger


class OwnFile(FileModule):
    """Fava's file module with one file that can be written to, or none: whole or not at all, by one writer at
    a time, and never over what changed meanwhile."""

    def __init__(self, ledger: "FavaLedger", root: Path, holder: str, own: Path | None, words: Words):
        super().__init__(ledger)
        self.root = root
        self.holder = holder
        self.own = own
        self.words = words

    def get_source(self, path: Path) -> tuple[str, str]:
        """The text of a file that has a part in the book, and its digest."""
        known = {Path(get_position(entry)[0]) for entry in self.ledger.all_entries}
        if path != self.own and path not in known:
            raise NonSourceFileError(path)
        return super().get_source(path)

    def set_source(self, path: Path, source: str, sha256sum: str) -> str:
        """Put this text in place of one that has the digest."""

        def changed(text: str) -> str:
            if _digest(text) != sha256sum:
                raise ExternallyChangedError(path)
            return source

        self._change(path, changed)
        self.ledger.extensions.after_write_source(str(path), source)
        self.ledger.load_file()
        return _digest(source)

    def insert_entries(self, entries: "Sequence[Directive]") -> None:
        """Put these between what is there, as the ledger has its days."""
        options = self.ledger.fava_options

        def changed(text: str) -> str:
            for entry in entries:
                whole = to_string(_on_one_line(entry), options.currency_column, options.indent)
                made = whole.rstrip("\n").split("\n")
                text, _ = with_booking(text, made, entry.date)
            return text

        self._change(self.own, changed)
        for entry in entries:
            self.ledger.extensions.after_insert_entry(entry)

    def save_entry_slice(self, entry_hash: str, source_slice: str, sha256sum: str) -> str:
        """Put these lines in place of those of an entry that have the digest."""
        entry = self.ledger.get_entry(entry_hash)
        self._replace_entry(entry, source_slice + "\n", sha256sum)
        self.ledger.extensions.after_entry_modified(entry, source_slice)
        return _digest(source_slice)

    def delete_entry_slice(self, entry_hash: str, sha256sum: str) -> None:
        """Remove the lines of an entry that have the digest, and the blank ones behind it."""
        entry = self.ledger.get_entry(entry_hash)
        self._replace_entry(entry, "", sha256sum)
        self.ledger.extensions.after_delete_entry(entry)

    def insert_metadata(self, *_: str, **__: str) -> None:
        """Not possible here: it belongs to documents, which books do not have."""
        raise self._refusal()

    def _replace_entry(self, entry: "Directive", source: str, sha256sum: str) -> None:
        filename, at = get_position(entry)

        def changed(text: str) -> str:
            lines = StringIO(text).readlines()
            there = find_entry_lines(lines, at - 1) if at <= len(lines) else []
            if _digest("".join(there).rstrip("\n")) != sha256sum:
                raise ExternallyChangedError(Path(filename))
            end = at - 1 + len(there)
            while not source and end < len(lines) and not lines[end].strip():
                end += 1
            return "".join([*lines[: at - 1], source, *lines[end:]])

        self._change(Path(filename), changed)

    def _change(self, path: Path | None, changed: Callable[[str], str]) -> None:
        if path is None or path != self.own:
            raise self._refusal()
        from scharrel.operations.opening import open_books

        coop = open_books(find_coop(self.root)).coop
        try:
            with only_writer(coop, "web", datetime.now()):  # noqa: DTZ005
                was = path.read_bytes()
                text = was.decode("utf-8")
                line_end = "\r\n" if "\r\n" in text else "\n"
                new = changed(text.replace("\r\n", "\n")).replace("\r\n", "\n").replace("\n", line_end)
                problem = add_to_ledger(coop, self.holder, was, new.encode("utf-8"))
        except BusyError as busy:
            raise FavaAPIError(self.words("error.busy", holder=str(busy))) from busy
        except WriteError as error:
            reason = self.words.reason(error.reason)
            raise FavaAPIError(self.words("error.write", path=path.name, reason=reason)) from error
        if problem:
            raise FavaAPIError(self.words.problem(problem))
        self.ledger.watcher.notify(path)

    def _refusal(self) -> FavaAPIError:
        return FavaAPIError(
            self.words("web.only-own", path=self.own.relative_to(self.root).as_posix() if self.own else "–")
        )


def _on_one_line(entry: "Directive") -> "Directive":
    """With no line breaks in its texts: Fava shows, changes and deletes only what stands before the first."""
    texts = {name: getattr(entry, name, None) for name in ("payee", "narration", "comment")}
    return replace(entry, **{name: " ".join(text.splitlines()) for name, text in texts.items() if text})


def _digest(text: str) -> str:
    """As Fava makes it."""
    return sha256(text.encode()).hexdigest()
