"""The annual accounts in words: what each heading is called."""

from scharrel.text.words import Words, capital, usual
from scharrel.treasury.annual import Heading


def heading_text(words: Words, heading: Heading) -> str:
    """The heading as it stands in the accounts, with a capital letter."""
    if heading.key:
        return words(f"annual.heading.{heading.key}")
    named = (usual(words, "role", heading.role) or heading.role) if heading.role else heading.name
    return capital(named)
