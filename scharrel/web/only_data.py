"""A plugin of beancount that `scharrel web` puts into what Fava opens: of ledgers only their bookings count.

Fava runs programs and writes to files that a `custom` directive names, and hands out any file that a
`document` names. Whoever sends a ledger must not choose those, so such a directive counts in the file that is
opened itself and nowhere else; and whatever stands in files that have no part in the book is left out.
"""

import ast
from pathlib import Path
from typing import Any

__plugins__ = ("only_data",)


def only_data(entries: list[Any], options: dict[str, Any], config: str) -> tuple[list[Any], list[Any]]:
    """The entries of the files and folders in `config`, a list as Python has it, without what steers Fava."""
    places = {Path(place) for place in ast.literal_eval(config)}

    def counts(entry: Any) -> bool:
        file = entry.meta.get("filename", "")
        if file == options["filename"] or file.startswith("<"):
            return True
        kind = type(entry).__name__
        steers = kind == "Document" or (kind == "Custom" and entry.type.startswith("fava-"))
        return not steers and not places.isdisjoint((Path(file), Path(file).parent))

    return [entry for entry in entries if counts(entry)], []
