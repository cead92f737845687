"""The extension of Fava: the page "Scharrel", and behind it pages that need nothing of Fava's own."""

from datetime import date
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from fava.ext import FavaExtensionBase, extension_endpoint
from flask import Response, request
from markupsafe import Markup

from scharrel.operations.opening import open_books
from scharrel.store.paths import find_coop
from scharrel.text.words import Words
from scharrel.web.own_file import OwnFile
from scharrel.web.pages import Asked, asked_for, month_page, month_part, what_if_part

if TYPE_CHECKING:
    from fava.core import FavaLedger

_STYLE = Path(__file__).parent / "style.css"
_one_at_a_time = Lock()


class Scharrel(FavaExtensionBase):
    """The page of a holder or of the cooperative. The config has the folder of the cooperative (`coop`), the
    holder's id (`holder`, empty for the whole) and the language (`lang`)."""

    report_title = "Scharrel"
    has_js_module = True

    def __init__(self, ledger: "FavaLedger", config: str | None = None):
        super().__init__(ledger, config)
        coop = open_books(find_coop(Path(self.config["coop"]))).coop
        holder = self.config["holder"]
        own = coop.ledger(holder).absolute() if holder else None
        ledger.file = OwnFile(ledger, coop, own, Words(self.config["lang"]))

    def part(self) -> Markup:
        """The month inside Fava's own frame."""
        with _one_at_a_time:
            return month_part(self._asked())

    @extension_endpoint
    def month(self) -> Response:
        """The page of a month."""
        with _one_at_a_time:
            return Response(month_page(self._asked()))

    @extension_endpoint("what-if")
    def what_if(self) -> Response:
        """What is kept if so much comes in."""
        with _one_at_a_time:
            return Response(what_if_part(self._asked()))

    @extension_endpoint
    def style(self) -> Response:
        """How it looks."""
        return Response(_STYLE.read_bytes(), mimetype="text/css")

    def _asked(self) -> Asked:
        known = self.config
        return asked_for(known["coop"], known["holder"], known["lang"], request.args, date.today())  # noqa: DTZ011
