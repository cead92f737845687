"""The cooperative's folder: where everything lies."""

import os
import re
from pathlib import Path
from typing import NamedTuple

from scharrel.core.month import Month
from scharrel.core.names import COOP_ID

MEMBER_ID = re.compile(r"[a-z][a-z0-9-]{0,30}")
FOLDERS = {"member": "members", "project": "projects", "subcooperative": "subcooperatives"}
"""Where under ledgers/ each kind has its ledgers."""

MONTH_FILE = re.compile(r"\d{4}-\d{2}\.beancount")


class NoCoopError(Exception):
    """No folder with ledgers/coop.beancount; the argument is where the search began."""


class Coop(NamedTuple):
    """A cooperative's folder, absolute; `project_ids` and `subcooperative_ids` are those who have their
    ledger among the projects and the sub-cooperatives, `elsewhere` is how the bank's lines and the payment
    runs were left, empty where there are none."""

    root: Path
    project_ids: frozenset[str] = frozenset()
    subcooperative_ids: frozenset[str] = frozenset()
    elsewhere: str = ""

    @property
    def register(self) -> Path:
        return self.root.joinpath("ledgers", "coop.beancount")

    @property
    def chart(self) -> Path:
        return self.root.joinpath("ledgers", "accounts.beancount")

    @property
    def treasury(self) -> Path:
        """The cooperative's own ledger."""
        return self.root.joinpath("ledgers", "treasury.beancount")

    @property
    def customers(self) -> Path:
        """Whom invoices go to."""
        return self.root.joinpath("ledgers", "customers.beancount")

    @property
    def issued(self) -> Path:
        """The invoices as they were sent."""
        return self.root.joinpath("ledgers", "invoices")

    @property
    def issued_files(self) -> Path:
        """Where it is known a second time what was sent, ordered and filed."""
        return self.root.joinpath("ledgers", "issued.json")

    @property
    def letters(self) -> Path:
        """What is sent to customers, made of the above."""
        return self.root / "invoices"

    @property
    def rules(self) -> Path:
        return self.root / "rules"

    @property
    def templates(self) -> Path:
        return self.root / "templates"

    @property
    def statements(self) -> Path:
        return self.root / "statements"

    @property
    def members(self) -> Path:
        return self.root.joinpath("ledgers", "members")

    @property
    def allocations(self) -> Path:
        return self.root.joinpath("ledgers", "allocations")

    @property
    def closings(self) -> Path:
        """Where it is known a second time which months were closed, and by which seals."""
        return self.root.joinpath("ledgers", "closed.json")

    @property
    def cache(self) -> Path:
        return self.root / ".scharrel"

    @property
    def books(self) -> Path:
        return self.root.joinpath("ledgers", "books")

    @property
    def projects(self) -> Path:
        return self.root.joinpath("ledgers", "projects")

    @property
    def consolidated(self) -> Path:
        return self.root.joinpath("ledgers", "consolidated.beancount")

    @property
    def parts(self) -> Path:
        return self.root.joinpath("ledgers", "consolidated")

    @property
    def bank(self) -> Path:
        """The lines and statements of the cooperative's bank accounts."""
        return self.root.joinpath("ledgers", "bank")

    @property
    def payment_runs(self) -> Path:
        """The payment runs as they were ordered."""
        return self.root.joinpath("ledgers", "payments")

    @property
    def payments(self) -> Path:
        """What is sent to the bank: made anew from the runs at any time."""
        return self.root / "payments"

    @property
    def receipts(self) -> Path:
        """The papers behind bookings, as they were got."""
        return self.root / "receipts"

    @property
    def bank_rules(self) -> Path:
        return self.root.joinpath("rules", "bank.toml")

    @property
    def vat_returns(self) -> Path:
        """The VAT returns as they were filed."""
        return self.root.joinpath("ledgers", "vat")

    @property
    def subcooperatives(self) -> Path:
        return self.root.joinpath("ledgers", "subcooperatives")

    def ledger(self, member: str) -> Path:
        if member == COOP_ID:
            return self.treasury
        folder = "projects" if member in self.project_ids else "members"
        if member in self.subcooperative_ids:
            folder = "subcooperatives"
        return self.root.joinpath("ledgers", folder, f"{member}.beancount")

    def book(self, member: str) -> Path:
        return self.root.joinpath("ledgers", "books", f"{member}.beancount")

    def part(self, member: str) -> Path:
        return self.parts / f"{member}.beancount"

    def allocation(self, member: str, month: Month) -> Path:
        return self.allocations / member / f"{month}.beancount"

    def shown(self, path: Path) -> str:
        """The path as people see it: relative to the folder."""
        return path.relative_to(self.root).as_posix()


def find_coop(named: Path | None) -> Coop:
    """The named folder, or the first one upwards that holds a register; NoCoopError if none does."""
    start = Path(os.path.abspath(named or Path.cwd()))
    candidates = [start] if named else [start, *start.parents]
    for folder in candidates:
        coop = Coop(folder)
        if coop.register.is_file():
            return coop
    raise NoCoopError(str(start))
