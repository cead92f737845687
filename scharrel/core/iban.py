"""International bank account numbers: how they are compared, and whether their check digits fit."""

import re

_LENGTHS = {
    "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18,
    "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IT": 27, "LT": 20, "LU": 20, "LV": 21,
    "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24, "TR": 26,
}  # fmt: skip
_DUTCH = re.compile(r"\bNL\d\d ?[A-Z]{4} ?\d{4} ?\d{4} ?\d\d\b", re.IGNORECASE)
_FORM = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def compact(text: str) -> str:
    """The number without blanks, points and dashes, in capitals."""
    return re.sub(r"[\s.-]", "", text).upper()


def shaped(text: str) -> bool:
    """Whether it can only be meant as an account number: the country's letters, and as long as there."""
    number = compact(text)
    return bool(_FORM.fullmatch(number)) and _LENGTHS.get(number[:2]) == len(number)


def among(text: str) -> list[str]:
    """The Dutch account numbers that stand among other words."""
    return _DUTCH.findall(text)


def sound(text: str) -> bool:
    """Whether it is an account number of which the check digits fit."""
    from stdnum.iban import is_valid

    # It takes digits of other scripts for check digits. What a country asks besides goes by lists of banks.
    number = compact(text)
    return bool(_FORM.fullmatch(number)) and bool(is_valid(number, check_country=False))
