"""The letter to the municipality that asks to put its specification right, for the member to sign."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from scharrel.core.facts import Holder
from scharrel.core.specifications import SPECIFIED, Specification, at_stake
from scharrel.statements.documents import Documents
from scharrel.statements.pdf import Typesetter, TypesettingError, typesetters_world
from scharrel.text.specifications import SaidMistake, kind_of_loss, known_by
from scharrel.text.words import Words

_TEMPLATE = "objection"


class Objection(NamedTuple):
    """A letter of `day` about the municipality's, to its `office`; `about` are lines by which it finds the
    member. `rows` has by name of the amount what its letter and the
    books have, in euros; `ways` the mistakes, in sentences, of each way in which that can have come about;
    `amount` is what it comes to, `kind` what that is ("costs", "paid", "differs", "favour"). It is an
    objection when it is `in_time`, and then until that day. `provisional` is what is still to be settled."""

    coop: str
    name: str
    address: str
    municipality: str
    office: Sequence[str]
    about: Sequence[str]
    day: date
    letter: Specification
    rows: Sequence[tuple[str, Decimal, Decimal]]
    ways: Sequence[Sequence[SaidMistake]]
    amount: Decimal
    kind: str
    in_time: bool
    provisional: str


def objection_to(
    words: Words,
    member: Holder,
    letter: Specification,
    right: Mapping[str, Decimal],
    more: Mapping[str, Decimal],
    ways: Sequence[Sequence[SaidMistake]],
    *,
    coop: str,
    addressee: Sequence[str],
    day: date,
    provisional: str,
) -> Objection:
    """What stands in the letter to the municipality (its name first, if that is known)."""
    amount = at_stake(more)
    address = member.facts(letter.month).get("address", "")
    rows = [
        (words(f"specification.amount.{name}"), letter.amounts[name], right[name])
        for name in SPECIFIED
        if name in letter.amounts and name in right
    ]
    return Objection(
        coop=coop,
        name=member.name,
        address=str(address),
        municipality="".join(addressee[:1]),
        office=addressee[1:],
        about=list(known_by(words, member, letter.month)),
        day=day,
        letter=letter,
        rows=rows,
        ways=ways,
        amount=abs(amount),
        kind="favour" if amount < 0 else kind_of_loss(more),
        in_time=day <= letter.objection_until,
        provisional=provisional,
    )


def objection_document(words: Words, view: Objection, templates: Path, form: str) -> bytes:
    """The letter as a PDF or as plain text, by the cooperative's own template where it has one;
    BrokenTemplateError if that cannot be used."""
    documents = Documents(templates, words, form)
    text = documents.render(_TEMPLATE, view, None)
    if form != "pdf":
        return text.encode()
    with typesetters_world() as world:
        try:
            return Typesetter(world).pdf(text)
        except TypesettingError as error:
            raise documents.from_source(_TEMPLATE, error.line, error.reason) from error
