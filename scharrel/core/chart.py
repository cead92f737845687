"""The chart of accounts: which account has which role."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import NamedTuple


class Account(NamedTuple):
    """An account as the chart or a ledger opens it; `booking` is how its lots are booked, if that is said,
    `depreciation` the account on which what stands here is written off, `vat` the rate of VAT on it, `closed`
    the last day on which something may be booked, `heading` where it stands in the annual accounts, `rgs` its
    code in the Dutch reference scheme of accounts, and `label_nl` and `label_en` what people call it."""

    opened: date
    currencies: tuple[str, ...]
    role: str | None = None
    booking: str = ""
    depreciation: str | None = None
    vat: str | None = None
    closed: date | None = None
    heading: str | None = None
    rgs: str | None = None
    label_nl: str | None = None
    label_en: str | None = None

    def label(self, lang: str) -> str:
        """What people call it in this language, else in the other; empty if nobody said."""
        said = (self.label_en, self.label_nl) if lang == "en" else (self.label_nl, self.label_en)
        return next((label for label in said if label), "")


class Chart:
    """The accounts that the treasurer opened, and the commodities that the chart describes."""

    def __init__(self, accounts: Mapping[str, Account], commodities: frozenset[str] = frozenset()):
        self.accounts = accounts
        self.commodities = commodities

    def role(self, account: str) -> str | None:
        """The account's own role, or that of its nearest ancestor that has one."""
        return self._nearest(account, "role")

    def worn_on(self, account: str) -> str | None:
        """The account on which what stands here is written off: its own, or its nearest ancestor's."""
        return self._nearest(account, "depreciation")

    def vat(self, account: str) -> str:
        """What the chart says of the VAT on the account, or on its nearest ancestor of which it says that."""
        return self._nearest(account, "vat") or ""

    def heading(self, account: str) -> str:
        """Where the account, or its nearest ancestor of which that is said, stands in the annual accounts."""
        return self._nearest(account, "heading") or ""

    def _nearest(self, account: str, key: str) -> str | None:
        """What the key says of the account, or of its nearest ancestor of which it says anything."""
        while account:
            known = self.accounts.get(account)
            if known and (found := getattr(known, key)):
                return str(found)
            account = account.rpartition(":")[0]
        return None

    def open_on(self, account: str, day: date) -> bool:
        """Whether the account is there on the day."""
        known = self.accounts.get(account)
        return known is not None and known.opened <= day and (known.closed is None or day <= known.closed)

    @property
    def spending(self) -> frozenset[str]:
        """The roles on which money is spent."""
        roles = {self.role(account) for account in self.accounts if account.startswith("Expenses:")}
        return frozenset(role for role in roles if role)

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(account.role for account in self.accounts.values() if account.role)

    def with_role(self, role: str) -> list[str]:
        """The accounts that have this role of their own."""
        return [name for name, account in self.accounts.items() if account.role == role]

    @cached_property
    def appropriation(self) -> str:
        """The other side of every allocation."""
        return next(n for n, account in self.accounts.items() if account.role == "appropriation")
