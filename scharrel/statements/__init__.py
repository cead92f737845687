"""Statements: from allocations with their trace to documents that people read."""
