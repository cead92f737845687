"""Worked examples beside packs that cannot be read, or that are of no pack."""

import os
from collections.abc import Iterator, Mapping

from scharrel.core.chart import Chart
from scharrel.core.names import nearest
from scharrel.core.pack import Pack
from scharrel.core.problems import Problem
from scharrel.packs.cases import ENDING, read_cases
from scharrel.store.copies import rule_copies
from scharrel.store.paths import Coop


def case_problems(coop: Coop, packs: Mapping[str, Pack], chart: Chart) -> Iterator[Problem]:
    """What is wrong with the cases of these packs."""
    for name in sorted(packs):
        path = coop.rules / f"{name}{ENDING}"
        if os.path.lexists(path):
            yield from read_cases(coop, path, packs[name], chart)[1]


def cases_of_nothing(coop: Coop, packs: Mapping[str, Pack]) -> Iterator[Problem]:
    """Cases under rules/ of which there is no pack."""
    copied = rule_copies(coop)
    for path in sorted(coop.rules.glob(f"*{ENDING}")):
        name = path.name.removesuffix(ENDING)
        if not (coop.rules / f"{name}.toml").exists() and path.name not in copied:
            near = nearest(name, packs)
            yield Problem(coop.shown(path), 1, "case-no-pack", {"pack": name, "near": near})
