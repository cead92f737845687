"""The returns of a month as files for the municipality's own system: CSV, a spreadsheet in Dutch, JSON."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from scharrel.core.money import ZERO, plain
from scharrel.core.month import Month
from scharrel.statements.municipality import Cover, Restated, Return, Sums, correction_sums
from scharrel.text.words import visible

_REST = {
    "above": "InkomstenBovenUitkering", "tax": "Belastingreserve", "coop": "BijdrageCooperatie",
    "pot": "Spaarpot", "community": "Buurt", "shared": "AndereLeden",
}  # fmt: skip
CSV_HEADER = (
    "month", "member", "name", "rules", "turnover", "carried", "deducted",
    "OpgegevenInkomsten", "InkomstenVrijlating", "TeVerrekenenInkomsten", "reduction",
    *_REST.values(), "loss", "booked", "correction", "was", "becomes",
)  # fmt: skip
"""The columns of the CSV, described in docs/statements.md."""


def as_csv(rows: Iterable[Return]) -> str:
    """The returns for the municipality's own system: a line a member, then one a correction, amounts with a
    point."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(CSV_HEADER)
    returns = list(rows)
    for row in (row for row in returns if row.here):
        writer.writerow(_line(row, row.month, row.sums, row.parts, row.carried, row.loss))
    for row in returns:
        for c in row.corrections:
            line = _line(row, c.month, correction_sums(c), {c.part: c.difference}, ZERO, ZERO)
            writer.writerow([*line[:-3], spreadsheet_cell(c.label), plain(c.was), plain(c.becomes)])
    return text.getvalue()


def _line(
    row: Return, month: Month, sums: Sums, parts: Mapping[str, Decimal], carried: Decimal, loss: Decimal
) -> list[str]:
    """A line of the CSV without a correction."""
    amounts = (
        sums.turnover, carried, sums.deducted, sums.reported, sums.exempt, sums.offset, sums.reduction,
        *(parts.get(part, ZERO) for part in _REST), loss,
    )  # fmt: skip
    about = [
        str(month),
        row.member,
        spreadsheet_cell(row.name),
        spreadsheet_cell(row.held.get(month, row.pack)),
    ]
    return [*about, *map(plain, amounts), str(row.month), "", "", ""]


def spreadsheet_cell(text: str) -> str:
    """The text so that a spreadsheet does not take it for a formula."""
    shown = visible(text)
    return "'" + shown if shown.startswith(("=", "+", "-", "@")) else shown


SHEET_HEADER = (
    "regel", "maand", "geboekt in", "clientnummer", "geboortedatum", "naam", "regels", "omzet",
    "tekort eerdere maanden", "aftrek", "verlies", "OpgegevenInkomsten", "InkomstenVrijlating",
    "TeVerrekenenInkomsten", "overig", "inhouding", "betaling", "uren",
)  # fmt: skip
"""The columns of the spreadsheet, described in docs/schemas/opgave.json."""


def returns_sheet(rows: Iterable[Return]) -> str:
    """The returns as Dutch Excel opens them: semicolons, decimal commas, days first, a byte-order mark.

    A member's month is an "opgave"; a month that was put right has what it "was", what it "wordt" and the
    "verschil", in the same columns. The columns of "opgave" and "verschil" add up.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(SHEET_HEADER)
    for row in rows:
        if row.here:
            booked = (row.sums.turnover, row.carried, row.sums.deducted, row.loss)
            hours = next((_comma(worked.month) for worked in row.worked if worked.role.endswith("hours")), "")
            writer.writerow(
                [*_about(row, "opgave", row.month), *map(_comma, booked), *_sums(row.sums), hours]
            )
        for entry in row.restated:
            for what, sums in _states(entry):
                writer.writerow([*_about(row, what, entry.month), "", "", "", "", *_sums(sums), ""])
    return "\N{BYTE ORDER MARK}" + text.getvalue()


def _states(entry: Restated) -> Iterator[tuple[str, Sums]]:
    yield from (("was", entry.was), ("wordt", entry.becomes), ("verschil", entry.difference))


def _about(row: Return, what: str, month: Month) -> list[str]:
    born = f"{row.born:%d-%m-%Y}" if row.born else ""
    rules = spreadsheet_cell(row.held.get(month, row.pack))
    return [
        what,
        str(month),
        str(row.month),
        spreadsheet_cell(row.client),
        born,
        spreadsheet_cell(row.name),
        rules,
    ]


def _sums(sums: Sums) -> Iterator[str]:
    amounts = (sums.reported, sums.exempt, sums.offset, sums.other, sums.reduction, sums.payment)
    return map(_comma, amounts)


def _comma(amount: Decimal) -> str:
    return plain(amount).replace(".", ",")


def returns_json(cover: Cover, notices: Iterable[str]) -> str:
    """All returns of the month with who sends them, to whom, what is due, and what to know before believing
    it; described in docs/schemas/return.schema.json. Amounts are text with two decimals, in euros."""
    head = cover.head
    said = {
        "month": str(cover.month),
        "made": str(head.made),
        "notices": list(notices),
        "from": list(head.sender),
        "to": list(head.addressee),
        "total": _figures(cover.total),
        "corrected": _figures(cover.corrected),
        "payment": {
            "amount": plain(cover.due), "iban": head.iban, "reference": head.reference,
            "by": str(head.by) if head.by else None,
        },
        "returns": [_as_table(row) for row in cover.returns],
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _as_table(row: Return) -> dict[str, object]:
    booked = {
        "turnover": row.sums.turnover,
        "carried": row.carried,
        "deducted": row.sums.deducted,
        "loss": row.loss,
    }
    return {
        "member": row.member,
        "name": visible(row.name),
        "client_number": row.client or None,
        "born": str(row.born) if row.born else None,
        "rules": visible(row.pack),
        "here": row.here,
        "provisional": bool(row.provisional),
        **{key: plain(amount) for key, amount in booked.items()},
        **_figures(row.sums),
        "parts": {part: plain(amount) for part, amount in row.parts.items()},
        "worked": [
            {"role": w.role, "month": f"{w.month.normalize():f}", "year": f"{w.year.normalize():f}"}
            for w in row.worked
        ],
        "corrections": [
            {
                "month": str(entry.month),
                **{key: _figures(sums) for key, sums in zip(_STATES, states, strict=True)},
            }
            for entry in row.restated
            for states in [[sums for _, sums in _states(entry)]]
        ],
    }


_STATES = ("was", "becomes", "difference")


def _figures(sums: Sums) -> dict[str, str]:
    keys = ("reported", "exempt", "offset", "other", "reduction", "payment")
    return {key: plain(getattr(sums, key)) for key in keys}
