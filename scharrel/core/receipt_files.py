"""Receipts of bookings: what their files may be called, and how long they have to be kept."""

import re
from datetime import date

RETENTION = 7
"""Years that the books are kept, after the year that they are about (AWR article 52)."""

MAX_RECEIPT = 25_000_000
"""Bytes of a receipt."""

_PART = re.compile(r"[^\x00-\x1f\x7f-\x9f\\/:*?\"<>|.][^\x00-\x1f\x7f-\x9f\\/:*?\"<>|]*")
_LONGEST = 200


def receipt_name(said: object) -> bool:
    """Whether it names a file below the folder of receipts, on every computer: with no way up or out, no part
    that is hidden or ends in a point or a blank, and no sign that is not allowed everywhere."""
    if not isinstance(said, str) or len(said) > _LONGEST:
        return False
    return all(_PART.fullmatch(part) and part[-1] not in ". " for part in said.split("/"))


def may_go(year: int, today: date) -> bool:
    """Whether what is about the year need not be kept any longer."""
    return today.year > year + RETENTION
