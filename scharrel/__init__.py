"""Bookkeeping for social cooperatives: from plain-text ledgers to explained allocations."""

__version__ = "0.1.0"
