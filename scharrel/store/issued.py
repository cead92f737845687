"""The second place in which it is known which invoices, payment runs and VAT returns there are, so that one
that is lost is noticed.

ledgers/issued.json   their files, by their paths in the cooperative's folder
"""

import json
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from scharrel.core.problems import Problem
from scharrel.store.durable import WriteError, write_text
from scharrel.store.paths import Coop
from scharrel.store.text import names_in

_ISSUED = re.compile(r"ledgers/(?:invoices|payments|vat)/\d[0-9A-Za-z-]*\.beancount")


def read_issued_files(coop: Coop) -> tuple[frozenset[str], list[Problem]]:
    """What there must be, and what is wrong with the second place; nothing if it is not there."""
    try:
        files = frozenset(json.loads(coop.issued_files.read_text("utf-8"))["files"])
        if all(_ISSUED.fullmatch(file) for file in files):
            return files, []
    except FileNotFoundError:
        return frozenset(), []
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return frozenset(), [Problem(coop.shown(coop.issued_files), 1, "issued-files")]


def keep_issued_files(coop: Coop) -> None:
    """Write down what was known and what is there by now. If that cannot be, the next one does it."""
    known, problems = read_issued_files(coop)
    there = {
        shown
        for folder in (coop.issued, coop.payment_runs, coop.vat_returns)
        for name in names_in(folder)
        if _ISSUED.fullmatch(shown := coop.shown(folder / name))
    }
    if not problems and not there <= known:
        with suppress(WriteError):
            write_text(coop.issued_files, json.dumps({"files": sorted(there | known)}, indent=1) + "\n")


def gone_from(coop: Coop, folder: Path, files: Iterable[str]) -> list[str]:
    """The names, without ending, of those of the files that were in the folder and are not there."""
    own = (coop.root / file for file in sorted(files))
    return [path.stem for path in own if path.parent == folder and not os.path.lexists(path)]
