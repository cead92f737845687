"""The extension of Fava: the page "Scharrel", and behind it pages that need nothing of Fava's own.

What makes a page is loaded when one is asked for: Fava starts no slower by it.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from fava.ext import FavaExtensionBase, extension_endpoint
from flask import Response, request
from markupsafe import Markup

from scharrel.text.words import Words
from scharrel.web.own_file import OwnFile

if TYPE_CHECKING:
    from fava.core import FavaLedger

    from scharrel.web.pages import Visit

_STYLE = Path(__file__).parent / "style.css"
_one_at_a_time = Lock()


class Scharrel(FavaExtensionBase):
    """The page of a holder or of the cooperative. The config has the folder of the cooperative (`coop`), the
    holder's id (`holder`, empty for the whole) and the language (`lang`)."""

    report_title = "Scharrel"
    has_js_module = True

    def __init__(self, ledger: "FavaLedger", config: str | None = None):
        super().__init__(ledger, config)
        known = self.config
        own = Path(known["own"]) if known["own"] else None
        ledger.file = OwnFile(ledger, Path(known["coop"]), known["holder"], own, Words(known["lang"]))

    def part(self) -> Markup:
        """The month inside Fava's own frame."""
        from scharrel.web.pages import month_part

        with _one_at_a_time:
            return month_part(self._asked())

    @extension_endpoint
    def month(self) -> Response:
        """The page of a month."""
        from scharrel.web.pages import month_page

        return _answer(self._asked(), lambda visit: (month_page(visit), 200))

    @extension_endpoint
    def what_if(self) -> Response:
        """What is kept if so much comes in."""
        from scharrel.web.pages import what_if_part

        return _answer(self._asked(), lambda visit: (what_if_part(visit), 200))

    @extension_endpoint(methods=["GET", "POST"])  # type: ignore[arg-type, untyped-decorator]
    def book(self) -> Response:
        """The form for a booking; only what is sent with POST writes."""
        from scharrel.web.booking import booking_page

        visit = self._asked()
        if request.method != "POST" and visit.values.get("step") != "show":
            visit = visit._replace(values={**visit.values, "step": ""})
        holder = visit.holder
        return _answer(visit, lambda visit: booking_page(visit, holder) if holder else ("", 404))

    @extension_endpoint
    def style(self) -> Response:
        """How it looks."""
        return Response(_STYLE.read_bytes(), mimetype="text/css")

    def _asked(self) -> "Visit":
        from scharrel.web.pages import asked_for

        known, values = self.config, request.values
        return asked_for(known["coop"], known["holder"], known["lang"], values, date.today())  # noqa: DTZ011


def _answer(visit: "Visit", made: "Callable[[Visit], tuple[str, int]]") -> Response:
    """What was made, or which template is broken."""
    from scharrel.statements.documents import BrokenTemplateError

    try:
        with _one_at_a_time:
            text, status = made(visit)
        return Response(text, status)
    except BrokenTemplateError as broken:
        problem = broken.problem
        said = f"{problem.file}:{problem.line}: {visit.words.problem(problem)}\n"
        return Response(said, 500, mimetype="text/plain")
