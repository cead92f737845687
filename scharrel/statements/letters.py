"""Letters to customers as documents: rendered, and on paper set, with the e-invoice inside."""

from functools import cache
from pathlib import Path

from scharrel.statements.documents import Documents
from scharrel.statements.facturx import with_facturx
from scharrel.statements.invoice import Letter
from scharrel.statements.pdf import Typesetter, TypesettingError
from scharrel.text.words import Words

_TEMPLATE = "invoice"


def letter_document(letter: Letter, form: str, templates: Path, world: Path) -> bytes:
    """The letter as PDF, HTML or text, by the cooperative's own templates where it has them; `world` is the
    typesetter's folder. BrokenTemplateError if a template cannot be used."""
    documents = _documents_for(templates, letter.lang, form)
    text = letter_source(letter, documents)
    if form != "pdf":
        return text.encode()
    try:
        pdf = _typesetter_in(world).pdf(text)
    except TypesettingError as error:
        raise documents.from_source(_TEMPLATE, error.line, error.reason) from error
    return with_facturx(pdf) if letter.attached else pdf


def letter_source(letter: Letter, documents: Documents) -> str:
    """The letter as its template renders it: HTML, text, or source for the typesetter."""
    return documents.render(_TEMPLATE, letter, None)


@cache
def _documents_for(templates: Path, lang: str, form: str) -> Documents:
    return Documents(templates, Words(lang), form)


@cache
def _typesetter_in(world: Path) -> Typesetter:
    return Typesetter(world)
