"""What Fava opens: a book as `allocate` wrote it, which files can have a part in it, and the extension."""

import glob
import re
from collections.abc import Mapping
from pathlib import Path

from scharrel.core.facts import Holder
from scharrel.store.allocations import precisions, quoted
from scharrel.store.durable import read_written
from scharrel.store.paths import Coop

EXTENSION = "scharrel.web.extension"
MAIN_PAGE = "extension/Scharrel/month"

_OPTION = re.compile(r'^option "(?:title|display_precision)" "(?:[^"\\\n]|\\[\\"])*"$', re.MULTILINE)


def opened_text(coop: Coop, title: str, holder: Holder | None, lang: str) -> str:
    """The book of a holder, or all books together: a file that lies anywhere, includes it, and has the say
    over how Fava behaves. `title` is what the cooperative is called."""
    book = coop.book(holder.id) if holder else coop.consolidated
    written = read_written(book)
    title = f"{holder.name} · {title}" if holder else title
    options = [f'option "title" "{quoted(title)}"', *precisions({})]
    if written is not None:
        options = _OPTION.findall(written)  # of an included file no option counts
    elif holder:  # nothing was allocated yet
        book = coop.ledger(holder.id)
    else:
        book = coop.chart
    own = [coop.book(holder.id), coop.ledger(holder.id), coop.allocations / holder.id] if holder else []
    places = [coop.chart, *(own or [coop.consolidated, coop.parts])]
    config: Mapping[str, str] = {
        "coop": str(coop.root),
        "holder": holder.id if holder else "",
        "own": str(_plain(coop.ledger(holder.id))) if holder else "",
        "lang": lang,
    }
    settings = {"language": lang, "default-page": MAIN_PAGE}
    if holder:
        settings["default-file"] = str(_plain(coop.ledger(holder.id)))
    return "\n".join(
        [
            *options,
            'option "operating_currency" "EUR"',
            f'plugin "scharrel.web.only_data" "{quoted(repr([str(_plain(place)) for place in places]))}"',
            f'1970-01-01 custom "fava-extension" "{EXTENSION}" "{quoted(repr(config))}"',
            *(f'1970-01-01 custom "fava-option" "{name}" "{quoted(to)}"' for name, to in settings.items()),
            f'include "{quoted(glob.escape(str(_plain(book))))}"',
            "",
        ]
    )


def _plain(path: Path) -> Path:
    """The path as beancount tells it of an entry."""
    return path.absolute()
