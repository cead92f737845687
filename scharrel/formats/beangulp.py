"""The readers of bank statements as an importer for beangulp, and so for Fava and `bean-extract`.

Needs the extra: `pip install "scharrel[beangulp]"`. In the file with the importers (Fava's `import-config`):

    from scharrel.formats.beangulp import BankImporter

    CONFIG = [BankImporter("NL02ABNA0123456789", "Assets:Bank")]
"""

from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from beancount.core.amount import Amount
from beancount.core.data import EMPTY_SET, Balance, Directive, Entries, Posting, Transaction, new_metadata
from beancount.core.flags import FLAG_OKAY
from beangulp.importer import Importer

from scharrel.core.iban import compact
from scharrel.core.money import total
from scharrel.formats.bank import read_bank_file
from scharrel.formats.records import BankLine, BankStatement, UnreadableBankFile


class BankImporter(Importer):  # type: ignore[misc]  # beangulp carries no types
    """Imports the statements of one account, whatever the format, and asserts their closing balances.

    A transaction has one posting, on the account; the bank's own reference is in its metadata as `bank`, the
    counterparty's IBAN as `counter`.
    """

    def __init__(self, iban: str, account: str) -> None:
        self._iban = compact(iban)
        self._account = account

    @property
    def name(self) -> str:
        """One for each account: two importers of one name stop all importing in Fava."""
        return f"scharrel {self._account}"

    def identify(self, filepath: str) -> bool:
        """Whether it is a file of a bank with a statement of the account."""
        try:
            return bool(self._statements(filepath))
        except UnreadableBankFile:
            return False

    def account(self, filepath: str) -> str:  # noqa: ARG002
        """The account in the books."""
        return self._account

    def date(self, filepath: str) -> date | None:
        """The last day of the last statement."""
        return max((s.last for s in self._statements(filepath) if s.last), default=None)

    def extract(self, filepath: str, existing: Entries) -> Entries:  # noqa: ARG002
        """The booked lines. A statement that does not add up raises ValueError."""
        entries: Entries = []
        for statement in self._statements(filepath):
            if statement.opening is not None and statement.closing is not None:
                closing = statement.opening + total(line.amount for line in statement.lines)
                if closing != statement.closing:
                    place = f"{filepath}:{statement.line}"
                    raise ValueError(
                        f"{place}: the lines come to {closing}, the bank says {statement.closing}"
                    )
            entries += [self._transaction(filepath, statement, line) for line in statement.lines]
            if statement.closing is not None and statement.last:
                meta = new_metadata(filepath, statement.line)
                after = statement.last + timedelta(days=1)
                amount = Amount(statement.closing, statement.currency)
                entries.append(Balance(meta, after, self._account, amount, None, None))
        return entries

    def cmp(self, new: Directive, known: Directive) -> bool:
        """Whether a line is in the ledger: by the bank's reference, or by its amount where one has none.

        beangulp's own comparison leaves the sign out, and so takes a payment that came back for the payment.
        """
        if not isinstance(new, Transaction) or not isinstance(known, Transaction):
            return False
        references = [entry.meta.get("bank") for entry in (new, known)]
        if all(references):
            return len(set(references)) == 1
        return any((p.account, p.units) == (self._account, new.postings[0].units) for p in known.postings)

    def _transaction(self, filepath: str, statement: BankStatement, line: BankLine) -> Transaction:
        meta = new_metadata(filepath, line.line)
        meta |= {key: value for key, value in (("bank", line.reference), ("counter", line.iban)) if value}
        amount = Amount(line.amount, statement.currency)
        posting = Posting(self._account, amount, None, None, None, None)
        return Transaction(
            meta, line.day, FLAG_OKAY, line.name or None, line.text, EMPTY_SET, EMPTY_SET, [posting]
        )

    def _statements(self, filepath: str) -> list[BankStatement]:
        path = Path(filepath)
        return [s for s in _read(path, path.stat().st_mtime_ns) if self._is_mine(s.account)]

    def _is_mine(self, account: str) -> bool:
        # ABN AMRO gives the number alone, which an IBAN ends with.
        return account == self._iban or (account.isdigit() and self._iban.endswith(account.zfill(10)))


@lru_cache(maxsize=8)
def _read(path: Path, state: int) -> list[BankStatement]:  # noqa: ARG001
    """The file is read once for all that is asked of it, as long as it does not change."""
    return read_bank_file(path.read_bytes())[1]
