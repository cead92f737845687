"""What of a ledger goes into the cooperative's whole."""

from collections.abc import Mapping

from scharrel.ledger.ledger import Ledger
from scharrel.store.allocations import MIN_DECIMALS
from scharrel.store.consolidated import Booked, amounts_of


def sums_of_ledger(ledger: Ledger) -> Booked:
    """What of a ledger goes into the whole."""
    line = ledger.text.line
    return Booked(
        {str(month.last_day): amounts_of(sums) for month, sums in ledger.sums.items()},
        [
            *([(line(number), "")] for number in ledger.prices),
            *(
                [(line(number), accounts.get(number, "")) for number in range(first, max(accounts) + 1)]
                for first, accounts in ledger.priced.items()
            ),
        ],
        ledger.own,
        _decimals(ledger),
    )


def _decimals(ledger: Ledger) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for unit, number in (
        *((unit, number) for sums in ledger.sums.values() for (_, unit), number in sums.items()),
        *((m.currency, m.amount) for m in ledger.movements if m.line in ledger.priced),
    ):
        if unit != "EUR":
            found[unit] = max(found.get(unit, MIN_DECIMALS), -int(number.as_tuple().exponent))
    return found
