"""The files of receipts: whether they are there, and what they hold."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from scharrel.core.receipt_files import MAX_RECEIPT, receipt_name
from scharrel.store.durable import link_on_the_way
from scharrel.store.paths import Coop
from scharrel.store.text import names_in


def receipt_state(coop: Coop, name: str) -> str:
    """What is wrong with the file of this name, as the code of a problem; empty if it can be read."""
    path = coop.receipts / name
    if not receipt_name(name):
        return "receipt-name"
    if link_on_the_way(coop.root, path):
        return "receipt-link"
    try:
        status = os.lstat(path)
    except OSError:
        return "receipt-missing"
    if not stat.S_ISREG(status.st_mode):
        return "receipt-no-file"
    return "receipt-too-large" if status.st_size > MAX_RECEIPT else ""


def receipt_digest(coop: Coop, name: str) -> str:
    """What tells its content from any other; empty if it cannot be read."""
    if receipt_state(coop, name):
        return ""
    try:
        with open(coop.receipts / name, "rb") as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    except OSError:
        return ""


def receipts_there(coop: Coop) -> Iterator[str]:
    """The names of all that lies in the folder of receipts, but for what is hidden."""
    yield from _below(coop.receipts, coop.receipts)


def _below(folder: Path, top: Path) -> Iterator[str]:
    for name in sorted(names_in(folder)):
        path = folder / name
        if name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _below(path, top)
        else:
            yield path.relative_to(top).as_posix()
