"""What the register says of the cooperative itself: who it is, its bank accounts, and whom it deals with."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.facts import Dated
from scharrel.core.quotes import RECEIVABLE

VAT_RATES_SINCE = (
    (date(2019, 1, 1), (Decimal("0.21"), Decimal("0.09"))),
    (date(2012, 10, 1), (Decimal("0.21"), Decimal("0.06"))),
)
"""The high and the low rate of VAT in the Netherlands and since when, the last first. What counts is the day
of the service or the delivery."""

RATES_IN_FORCE = HIGH_RATE, LOW_RATE = VAT_RATES_SINCE[0][1]
"""Those of today: what it can be where nothing says its rate or its day."""

LODGING_AT_HIGH_RATE = date(2026, 1, 1)
"""The first day of which a stay has the high rate; before it was the low one. Camping pitches keep that."""

PAYEES = ("municipality", "tax")
"""Who is paid what is due to them, by the names that the register gives them."""

VAT_DUE = ("invoiced", "received", "exempt")
"""When the cooperative owes VAT: when it invoices, when it is paid, or never."""

_ADDRESS = ("name", "kvk", "vat_id", "street", "postcode", "city", "country")

ENTRY_KEYS: Mapping[str, tuple[str, ...]] = {
    "cooperative": (
        *_ADDRESS,
        "contact",
        "email",
        "logo",
        "vat",
        "terms",
        "interest",
        "interest_business",
        "collection",
        "pays_on",
        "receipts",
    ),
    "payee": ("name", "iban", "reference", "contact", "street", "postcode", "city", "terms"),
    "bank": ("iban", "account", "opening"),
    "customer": (*_ADDRESS, "email", "reference", "iban", "language", "oin", "terms"),
    "benefit": ("paid_on", "paid_after", "reduced_after", "holiday_part", "holiday_month", "holiday_last"),
}
"""What can be said of the cooperative and of whom it deals with, by the kind of entry in the register."""

MONTH_DAYS = frozenset({"pays_on", "paid_on"})
MONTHS_AFTER = frozenset({"paid_after", "reduced_after"})
MONTH_NUMBERS = frozenset({"holiday_month", "holiday_last"})
"""Days of a month, numbers of months, and months of a year: whole numbers."""

_NUMBERS = MONTH_DAYS | MONTHS_AFTER | MONTH_NUMBERS | {"terms", "opening", "receipts"}

TEXT_KEYS = frozenset(key for keys in ENTRY_KEYS.values() for key in keys) - _NUMBERS
"""Those that are text, also where they look like a number or a date."""

SUSPENSE = "suspense"
"""The role of the account on which bank lines stand that are not yet understood."""

IN_HAND = "in-hand"
"""The role of money of the cooperative that a holder has in hand."""

TRANSIT = "transit"
"""The role of payments that are ordered and on no statement yet."""

TAX_DUE = "tax-due"
"""The role of VAT that was filed: to pay, or to get back."""

ROUNDING = "rounding"
"""The role of the cents by which what is filed differs from what is booked."""

OWN_ROLES = frozenset({RECEIVABLE, SUSPENSE, IN_HAND, TRANSIT, TAX_DUE, ROUNDING})
"""The roles that the cooperative's own books go by, whatever the rules of a member."""


class BankAccount(NamedTuple):
    """An account of the cooperative in the register: `opening` euros at the start of `day`, from which on
    statements are expected. `line` is where the register says so, `iban` has no blanks, and `account` is the
    one of the chart."""

    name: str
    day: date
    line: int
    iban: str
    account: str
    opening: Decimal


class OwnEntries(NamedTuple):
    """The cooperative's own entries in the register, by the names there: itself (with its keys by date), who
    is paid what is due to them, its customers, its banks as they are written, the accounts of those of
    which all is known, and when the municipality pays a benefit."""

    cooperative: Dated | None = None
    payees: Mapping[str, Dated] = {}
    customers: Mapping[str, Dated] = {}
    banks: Mapping[str, Dated] = {}
    bank_accounts: Mapping[str, BankAccount] = {}
    benefit: Dated | None = None
