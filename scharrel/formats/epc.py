"""The EPC's QR code (EPC069-12): a SEPA transfer that a bank's app reads off an invoice."""

import io
import unicodedata
from decimal import Decimal

from scharrel.core.iban import compact
from scharrel.core.money import plain

_MOST = Decimal("999999999.99")
_NAME_LENGTH, _TEXT_LENGTH = 70, 140
_SPELLED = {"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "ł": "l", "Ł": "L"}


def epc_text(name: str, iban: str, amount: Decimal, text: str) -> str:
    """What the code says: name and text in plain letters, since readers disagree about others; `amount` in
    euros with two decimals. Empty where the standard has no room for it."""
    payee = plain_letters(name)[:_NAME_LENGTH].strip()
    if not payee or not iban or not 0 < amount <= _MOST:
        return ""
    lines = ["BCD", "002", "1", "SCT", "", payee, compact(iban), f"EUR{plain(amount)}", "", ""]
    return "\n".join([*lines, plain_letters(text)[:_TEXT_LENGTH].strip()])


def plain_letters(text: str) -> str:
    """The text in ASCII: letters without their accents, other signs left out."""
    spelled = "".join(_SPELLED.get(sign, sign) for sign in text)
    return unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode().replace("\n", " ")


def qr_drawing(text: str) -> str:
    """The text as a QR code, a drawing in SVG."""
    import segno

    # By the standard: error correction M, at most version 13.
    code = segno.make(text, error="m", encoding="iso-8859-1", boost_error=False, micro=False)
    made = io.BytesIO()
    code.save(made, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=4, nl=False)
    return made.getvalue().decode()
