"""What lets a statement be checked later: its figures, and a short code that follows from them."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from scharrel.core.pack import Pack
from scharrel.core.trace import Allocation

CODE_LENGTH = 10


class Seal(NamedTuple):
    """What stands at the end of every statement.

    `figures` maps each amount's name to its text with two decimals; `packs` has the hash of each. `made` is
    the day on which a paper for the municipality was made, as it stands on it.
    """

    kind: str
    member: str
    month: str
    lang: str
    version: str
    packs: Mapping[str, str]
    figures: Mapping[str, str]
    made: str = ""

    @property
    def text(self) -> str:
        """The seal as JSON, always the same for the same seal."""
        said = {key: value for key, value in self._asdict().items() if value or key != "made"}
        return json.dumps(said, ensure_ascii=False, sort_keys=True, indent=1)

    @property
    def code(self) -> str:
        """A short code that changes with any figure, rule or version."""
        digest = hashlib.sha256(self.text.encode()).digest()
        code = base64.b32encode(digest).decode()[:CODE_LENGTH]
        return f"{code[:5]}-{code[5:]}"

    @property
    def name(self) -> str:
        """Which statement this is, in one line."""
        return " ".join(part for part in (self.kind, self.month, self.member, self.lang, self.made) if part)


def packs_behind(allocations: Iterable[Allocation]) -> list[Pack]:
    """Every pack that had a part in these, each once."""
    return list({a.pack.id: a.pack for a in allocations}.values())


def month_figures(allocation: Allocation) -> dict[str, Decimal]:
    """Every amount of one month of one member, in euros."""
    name = str(allocation.month)
    return {
        f"{name} came-in": allocation.came_in,
        f"{name} carried": allocation.carried,
        f"{name} pool": allocation.pool,
        **{f"{name} step {result.step.id}": result.paid for result in allocation.steps},
        f"{name} keep": allocation.keep,
    }
