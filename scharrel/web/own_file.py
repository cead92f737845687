"""The one file that Fava writes to: the ledger whose page it shows, as our own commands write it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from fava.beans.funcs import get_position
from fava.beans.str import to_string
from fava.core.file import ExternallyChangedError, FileModule, NonSourceFileError, find_entry_lines
from fava.helpers import FavaAPIError

from scharrel.store.durable import WriteError, refuse_links, write_bytes
from scharrel.store.locking import BusyError, only_writer
from scharrel.store.paths import Coop
from scharrel.text.words import Words

if TYPE_CHECKING:
    from fava.beans.abc import Directive
    from fava.core import FavaLedger


class OwnFile(FileModule):
    """Fava's file module with one file that can be written to, or none: whole or not at all, by one writer at
    a time, and never over what changed meanwhile."""

    def __init__(self, ledger: "FavaLedger", coop: Coop, own: Path | None, words: Words):
        super().__init__(ledger)
        self.coop = coop
        self.own = own
        self.words = words

    def get_source(self, path: Path) -> tuple[str, str]:
        """The text of a file that has a part in the book, and its digest."""
        known = {Path(entry.meta["filename"]) for entry in self.ledger.all_entries if "filename" in entry.meta}
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
        """Put these behind what is there."""
        options = self.ledger.fava_options
        made = [to_string(entry, options.currency_column, options.indent) for entry in entries]
        if self.own:
            self._change(self.own, lambda text: "\n".join([text.rstrip("\n") + "\n", *made]))
        else:
            self._refuse()
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

    def insert_metadata(self, entry_hash: str, basekey: str, value: str) -> None:
        """Not possible here: it belongs to documents, which books do not have."""
        self._refuse()

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

    def _change(self, path: Path, changed: Callable[[str], str]) -> None:
        if self.own is None or path != self.own:
            self._refuse()
        try:
            with only_writer(self.coop, "web", datetime.now()):  # noqa: DTZ005
                refuse_links(path, self.coop.root)
                text = path.read_bytes().decode("utf-8")
                line_end = "\r\n" if "\r\n" in text else "\n"
                new = changed(text.replace("\r\n", "\n")).replace("\r\n", "\n")
                write_bytes(path, new.replace("\n", line_end).encode("utf-8"))
        except BusyError as busy:
            raise FavaAPIError(self.words("error.busy", holder=str(busy))) from busy
        except WriteError as error:
            reason = self.words.reason(error.reason)
            raise FavaAPIError(self.words("error.write", path=path.name, reason=reason)) from error
        self.ledger.watcher.notify(path)

    def _refuse(self) -> None:
        raise FavaAPIError(self.words("web.only-own", path=self.coop.shown(self.own) if self.own else "–"))


def _digest(text: str) -> str:
    """As Fava makes it."""
    return sha256(text.encode()).hexdigest()
