"""Two versions of one file, told: copies beside a file that is read, and unfinished merges."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from scharrel.core.names import COOP_ID
from scharrel.core.problems import Problem
from scharrel.store.copies import bytes_at, copies_among, ledger_copies, rule_copies
from scharrel.store.paths import FOLDERS, Coop
from scharrel.store.text import names_in, read_text

_DATED = re.compile(
    r"\d{4}(?:-(?:Q[1-4]|\d\d|\d{4,}|\d\d-\d\d-\d+))?(?:-cancelled|-suppletie-\d+)?\.beancount"
)
"""Months of a bank account, invoices, payment runs and VAT returns."""

_MONTH = re.compile(r"\d{4}-\d{2}\.(?:beancount|seal)")


def copies(coop: Coop, members: Collection[str]) -> Iterator[Problem]:
    """Every copy beside the register, the chart, a holder's ledger, what is written for it, a seal, the
    bank's lines, what was sent, paid or filed, a pack, worked cases or a template."""
    read = (
        coop.register, coop.chart, coop.treasury, coop.customers, coop.consolidated, coop.closings,
        coop.issued_files,
    )  # fmt: skip
    yield from _told(
        coop, coop.register.parent, copies_among(coop.register.parent, {path.name for path in read})
    )
    for kind in FOLDERS.values():
        folder = coop.root / "ledgers" / kind
        yield from _told(coop, folder, ledger_copies(folder, members))
    for written in (coop.books, coop.parts):
        yield from _told(coop, written, ledger_copies(written, [*members, COOP_ID]))
    for member in names_in(coop.allocations):
        folder = coop.allocations / member
        found = names_in(folder)
        months = {name for name in found if _MONTH.fullmatch(name)}
        if len(months) < len(found):
            yield from _told(coop, folder, copies_among(folder, months))
    banks = [coop.bank / name for name in names_in(coop.bank)]
    for folder in (*banks, *_kept(coop)):
        yield from _told(coop, folder, copies_among(folder, set(filter(_DATED.fullmatch, names_in(folder)))))
    yield from _told(coop, coop.rules, rule_copies(coop))
    for folder, ending in ((coop.allocations, ".seal"), (coop.templates, ".j2")):
        found = names_in(folder)
        plain = {name for name in found if re.fullmatch(rf"[a-z0-9.-]+{re.escape(ending)}", name)}
        yield from _told(coop, folder, copies_among(folder, plain))


def _kept(coop: Coop) -> tuple[Path, ...]:
    """Where what was sent, ordered or filed is kept as it was."""
    return coop.issued, coop.payment_runs, coop.vat_returns


def torn_templates(coop: Coop) -> Iterator[Problem]:
    """Templates with the markers of an unfinished merge, which would be printed."""
    for path in sorted(coop.templates.glob("*.j2")):
        # A line of equals signs alone may be a heading.
        yield from (
            p for p in read_text(coop, path).problems if p.code == "merge-conflict" and p.excerpt[0] in "<>|"
        )


def _told(coop: Coop, folder: Path, found: dict[str, str]) -> Iterator[Problem]:
    for name, original in sorted(found.items()):
        known = set(bytes_at(folder / original).split(b"\n"))
        lines = bytes_at(folder / name).split(b"\n")
        line = next((number for number, text in enumerate(lines, 1) if text not in known), 1)
        excerpt = lines[line - 1].decode("utf-8", "replace").strip("\r")
        code = "copy-of-kept" if folder in _kept(coop) else "copy"
        if original.endswith(".toml") and not original.endswith(".cases.toml"):
            code = "copy-of-rules"
        yield Problem(coop.shown(folder / name), line, code, {"original": original}, excerpt=excerpt)
