"""Letters to customers as documents: rendered, set, and with the e-invoice inside."""

from functools import cache
from pathlib import Path

from scharrel.statements.documents import Documents
from scharrel.statements.facturx import with_facturx
from scharrel.statements.invoice import Letter
from scharrel.statements.pdf import Typesetter, TypesettingError
from scharrel.text.words import Words

_TEMPLATE = "invoice"


def letter_pdf(letter: Letter, templates: Path, world: Path) -> bytes:
    """The letter as PDF, by the cooperative's own templates where it has them; `world` is the typesetter's
    folder. BrokenTemplateError if a template cannot be used."""
    documents = _documents_for(templates, letter.lang)
    text = letter_source(letter, documents)
    try:
        pdf = _typesetter_in(world).pdf(text)
    except TypesettingError as error:
        raise documents.from_source(_TEMPLATE, error.line, error.reason) from error
    return with_facturx(pdf) if letter.attached else pdf


def letter_source(letter: Letter, documents: Documents) -> str:
    """The letter as source for the typesetter."""
    return documents.render(_TEMPLATE, letter, None)


@cache
def _documents_for(templates: Path, lang: str) -> Documents:
    return Documents(templates, Words(lang), "pdf")


@cache
def _typesetter_in(world: Path) -> Typesetter:
    return Typesetter(world)
