"""Bookings for an audit committee to look up: by chance, but the same ones for who draws them again."""

import hashlib
from collections.abc import Iterable

from scharrel.treasury.journal import JournalEntry

SAMPLE = 20
"""Bookings that are drawn from a year."""


def audit_sample(entries: Iterable[JournalEntry], year: int) -> list[JournalEntry]:
    """The bookings of the year that chance has chosen, in order of days; what rules booked is not drawn from.
    Whether a booking is drawn depends on what it says, not on where it stands or on what the others say."""
    booked = [entry for entry in entries if entry.day.year == year and entry.booked]
    drawn = sorted(booked, key=lambda entry: (_lot(year, entry), entry.file, entry.line))[:SAMPLE]
    return sorted(drawn, key=lambda entry: (entry.day, entry.holder, entry.file, entry.line))


def _lot(year: int, entry: JournalEntry) -> str:
    legs = sorted(f"{leg.account} {leg.amount}" for leg in entry.legs)
    said = [str(year), entry.holder, str(entry.day), entry.payee, entry.text, *legs]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()
