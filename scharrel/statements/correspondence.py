"""From whom a paper for the municipality comes, to whom it goes, and when what is due to it is paid."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.facts import Dated
from scharrel.core.month import Month
from scharrel.text.payments import grouped_iban
from scharrel.treasury.accounts import OwnEntries


class Correspondence(NamedTuple):
    """The head of a paper for the municipality, as the register has it in the month. `sender` and `addressee`
    are lines, the name first; empty where the register does not say. What is paid goes to `iban` with
    `reference`, at the latest `by` a day, if that was agreed. `made` is the day on which it was made."""

    sender: Sequence[str]
    addressee: Sequence[str]
    iban: str
    reference: str
    by: date | None
    made: date


def correspondence(entries: OwnEntries, title: str, month: Month, made: date) -> Correspondence:
    """The head of what is made on that day about the month, by the cooperative of this title."""
    own, office = _latest(entries.cooperative), _latest(entries.payees.get("municipality"))
    terms = office.get("terms")
    return Correspondence(
        [
            ", ".join([own.get("name") or title, *([f"KvK {own['kvk']}"] if "kvk" in own else [])]),
            *_place(own),
            *(own[key] for key in ("contact", "email") if key in own),
        ],
        [office["name"], *([office["contact"]] if "contact" in office else []), *_place(office)]
        if "name" in office
        else [],
        grouped_iban(office.get("iban", "")),
        office.get("reference", ""),
        month.last_day + timedelta(days=int(Decimal(terms))) if terms else None,
        made,
    )


def _latest(entry: Dated | None) -> Mapping[str, str]:
    """What the register says of it by now, as text."""
    facts = entry.facts(Month.of(entry.directives[-1].day)) if entry else {}
    return {key: str(value).strip() for key, value in facts.items() if str(value).strip()}


def _place(facts: Mapping[str, str]) -> list[str]:
    town = " ".join(facts[key] for key in ("postcode", "city") if key in facts)
    return [line] if (line := ", ".join(part for part in (facts.get("street", ""), town) if part)) else []
