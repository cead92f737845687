"""What a rule, a figure or an example rests on, as a file says it."""

import re
from datetime import date
from typing import Any

from scharrel.core.pack import Source
from scharrel.packs.values import Values, whole

_SOURCE_KEYS = frozenset({"kind", "ref", "url", "quote", "consulted", "votes", "date", "item", "ref_en"})

_ADDRESS = re.compile(r"https?://[^\s/]\S*")


class Sourced(Values):
    """A file in which sources are named."""

    def _source(self, key: str, value: Any, kinds: tuple[str, ...]) -> Source:
        table = value if isinstance(value, dict) else {}
        self._known(table, _SOURCE_KEYS)
        kind = self._choice(table, "kind", kinds)
        ref = self._text(table, "ref") or ""
        consulted, day = table.get("consulted"), table.get("date")
        for name, found in (("consulted", consulted), ("date", day)):
            if found is not None and not isinstance(found, date):
                self.say(name, "not-a-date", key=name)
        url, quote, item, ref_en = (table.get(name) for name in ("url", "quote", "item", "ref_en"))
        for name, text in (("url", url), ("quote", quote), ("item", item), ("ref_en", ref_en)):
            if text is not None and (not isinstance(text, str) or not text.strip()):
                self.say(name, "not-text", key=name)
        if isinstance(url, str) and not (_ADDRESS.fullmatch(url) and url.isprintable()):
            self.say("url", "url")
        for name in sorted(table.keys() & {"date", "item"} if kind != "decision" else ()):
            self.say(name, "decision-only", key=name, kind=kind)
        votes = table.get("votes")
        if votes is not None and (
            not isinstance(votes, dict)
            or not set(votes) <= {"for", "against", "abstained"}
            or not all(whole(count) and count >= 0 for count in votes.values())
        ):
            self.say("votes", "votes")
            votes = None
        return Source(key, kind, ref, url, quote, consulted, votes, day, item, ref_en=ref_en)
