"""The pages as HTML: the words and views that statements are made of, in templates of this folder."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache, partial
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, FunctionLoader
from markupsafe import Markup

from scharrel.core.facts import Holder
from scharrel.core.money import plain
from scharrel.core.month import Month
from scharrel.core.problems import Problem
from scharrel.ledger.books import Books
from scharrel.operations.coop_month import coop_month, coop_months
from scharrel.operations.member_month import SupposedMonth, member_month, months_of, suppose_earned
from scharrel.operations.opening import open_books
from scharrel.plot.curve import default_end
from scharrel.plot.small import drawn_to, small_drawing
from scharrel.statements.documents import Documents, isolated
from scharrel.statements.member import member_view
from scharrel.statements.templates import template_text
from scharrel.store.paths import find_coop
from scharrel.text.accounts import account_name
from scharrel.text.bank import line_of
from scharrel.text.breakpoints import piece_sentences
from scharrel.text.invoices import TEXT_COLUMNS_OF_INVOICES, invoice_rows, invoice_sentences
from scharrel.text.typed import amounts_meant
from scharrel.text.what_if import outcome
from scharrel.text.words import LANGUAGES, Words

TEMPLATES = Path(__file__).parent / "templates"

_KEPT = ("month", "kind")
"""What stays as it is when another language is chosen."""
_MONTH = re.compile(r"\d{4}-\d{2}")


class Visit(NamedTuple):
    """What a page is asked for, in whatever state the books are: of whom (empty: the cooperative), in which
    language, and what stands behind the ? of the address."""

    books: Books
    holder: Holder | None
    words: Words
    today: date
    values: Mapping[str, str]

    @property
    def month(self) -> Month | None:
        """The month that is named, if it is one to choose."""
        named = self.values.get("month", "")
        month = Month.parse(named) if _MONTH.fullmatch(named) and "01" <= named[5:] <= "12" else None
        return month if month in self.months else None

    @property
    def months(self) -> Sequence[Month]:
        if self.holder:
            return months_of(self.holder, self.today)
        return coop_months(self.books, self.today)


def asked_for(coop: str, holder: str, lang: str, values: Mapping[str, str], today: date) -> Visit:
    """The books as they are now; KeyError when there is no such holder any more."""
    books = open_books(find_coop(Path(coop)))
    chosen = values.get("lang", lang)
    words = Words(chosen if chosen in LANGUAGES else lang)
    return Visit(books, books.holders[holder] if holder else None, words, today, values)


def month_page(visit: Visit) -> str:
    """The whole page of a month."""
    return _framed(visit, month_part(visit), "month", visit.words("web.month"))


def whole_page(visit: Visit, template: str, current: str, heading: str, **values: Any) -> str:
    """A page of a template, with this above it, which the menu calls `current`."""
    return _framed(visit, Markup(_rendered(visit, template, heading=heading, **values)), current, heading)


def _framed(visit: Visit, part: Markup, current: str, heading: str) -> str:
    return _rendered(visit, "page.html", part=part, current=current, heading=heading)


def month_part(visit: Visit) -> Markup:
    """What the page of a month says, for in any frame."""
    return _of_member(visit, visit.holder) if visit.holder else _of_coop(visit)


def _of_member(visit: Visit, holder: Holder) -> Markup:
    words = visit.words
    found = member_month(words, visit.books, holder, visit.month, visit.today)
    supposed = _supposed(visit, holder, found.month) if found.data and holder.person else None
    return Markup(
        _rendered(
            visit,
            "member.html",
            name=holder.name,
            month=found.month,
            view=found.data and member_view(words, found.data),
            account_name=partial(account_name, words, visit.books.chart),
            problems=[told_problem(words, problem) for problem in found.problems],
            elsewhere=found.elsewhere,
            what_if=supposed and _what_if(visit, supposed),
            earned=supposed and plain(supposed.what.then.came_in),
            reach=supposed and _reach(supposed),
        )
    )


def what_if_part(visit: Visit) -> Markup:
    """What is kept if so much comes in, drawn and in words; nothing while something is wrong."""
    holder = visit.holder
    supposed = holder and _supposed(visit, holder, visit.month or visit.months[0])
    return _what_if(visit, supposed) if supposed else Markup()


def _supposed(visit: Visit, holder: Holder, month: Month) -> SupposedMonth | None:
    said = amounts_meant(visit.values.get("earned", ""))
    earned = said[0] if not _unread(visit) and said else None
    return suppose_earned(visit.books, holder, month, earned, visit.today)


def _unread(visit: Visit) -> str:
    """Why what is typed is no amount that can come in; empty if it is, or nothing."""
    said = visit.values.get("earned", "")
    meant = amounts_meant(said)
    if len(meant) > 1:
        return visit.words("book.which", readings=", ".join(map(visit.words.money, meant)))
    wrong = said.strip() and (not meant or meant[0] < 0)
    return visit.words("book.no-amount", said=said[:20]) if wrong else ""


def _what_if(visit: Visit, supposed: SupposedMonth) -> Markup:
    words, what, found = visit.words, supposed.what, supposed.curve
    then = what.then
    to = max(_reach(supposed), ceil(then.came_in))
    return Markup(
        _rendered(
            visit,
            "what_if.html",
            then=then,
            unread=_unread(visit),
            changed=then.came_in != what.now.came_in,
            sentences=list(outcome(words, what)),
            drawing=found and small_drawing(words, found, Fraction(to), then.came_in, then.keep),
            told=list(piece_sentences(words, found)) if found else [],
        )
    )


def _reach(supposed: SupposedMonth) -> int:
    """How far the slider goes, in whole euros: as far as the last bend and what came in are well in sight."""
    end = default_end([supposed.curve] if supposed.curve else [])
    return int(drawn_to(end, supposed.what.now.came_in))


def _of_coop(visit: Visit) -> Markup:
    words, books = visit.words, visit.books
    found = coop_month(words, books, visit.month, visit.today)
    heading, *rows = invoice_rows(words, found.invoices, books.names)
    view = found.view
    return Markup(
        _rendered(
            visit,
            "coop.html",
            month=found.month,
            view=view,
            lines=found.lines,
            line_of=line_of,
            invoices=rows,
            invoice_heading=heading,
            invoice_align="".join("w" if n in TEXT_COLUMNS_OF_INVOICES else "r" for n in range(len(heading))),
            invoice_sentences=list(invoice_sentences(words, found.invoices)),
            problems=[told_problem(words, problem) for problem in found.problems],
        )
    )


def told_problem(words: Words, problem: Problem) -> Mapping[str, object]:
    """What is wrong, as the pages tell it."""
    return {
        "place": f"{problem.file}:{problem.line}",
        "warning": problem.warning,
        "text": words.problem(problem),
        "excerpt": problem.excerpt.strip(),
    }


def _rendered(visit: Visit, template: str, /, **values: Any) -> str:
    words = visit.words
    others = {lang: Words(lang)("web.language") for lang in LANGUAGES if lang != words.lang}
    return (
        _environment(words.lang, visit.books.coop.templates)
        .get_template(template)
        .render(
            t=lambda key, **filled: words(f"web.{key}", **filled),
            ask=lambda key: words(f"book.ask.{key}") + "?",
            lang=words.lang,
            others=others,
            kept=urlencode({name: visit.values[name] for name in _KEPT if name in visit.values}),
            months=visit.months,
            title=visit.books.title,
            holder=visit.holder,
            **values,
        )
    )


@cache
def _environment(lang: str, templates: Path) -> Environment:
    """The packaged macros of statements and the cooperative's own words, for the templates of this folder."""
    environment = Documents(templates, Words(lang), "html").environment
    packaged = FunctionLoader(template_text)
    environment = environment.overlay(loader=ChoiceLoader([FileSystemLoader(TEMPLATES), packaged]))
    environment.filters["lines"] = lambda text: Markup("\n").join(map(isolated, text.split("\n")))
    return environment
