"""Measure the statements beside WeasyPrint, in one run.

    python bench/statements.py [--members 1000] [--pages 60] [--runs 3]

Needs weasyprint (`pip install weasyprint`). WeasyPrint makes PDFs of the HTML of a sample of members'
statements; scharrel makes PDFs of the same statements, once from what it has divided already, and once as
a whole command for all members, reading and dividing included. Both have every processor. Prints a
Markdown table of medians.
"""

import argparse
import io
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from run import SCHARREL, generate, once, row

from scharrel.core.month import Month
from scharrel.operations.opening import open_books
from scharrel.operations.statement_data import statement_data
from scharrel.statements.data import StatementData
from scharrel.statements.making import Order, documents_of
from scharrel.statements.pdf import typesetters_world
from scharrel.store.paths import find_coop
from scharrel.text.words import Words

MONTH = Month(2026, 10)


def weasy(page: str) -> int:
    from weasyprint import HTML

    document = HTML(filename=page).render()
    document.write_pdf()
    return len(document.pages)


def typeset(work: tuple[StatementData, Order]) -> int:
    return sum(len(PdfReader(io.BytesIO(content)).pages) for _, content in documents_of(*work))


def typeset_unread(work: tuple[StatementData, Order]) -> int:
    return sum(bool(content) for _, content in documents_of(*work))


def a_second(make: Callable[[Any], int], items: Sequence[Any]) -> float:
    """Items a second with every processor at work; what comes before the first is not counted."""
    processors = len(os.sched_getaffinity(0))
    # Not forked: this process has threads by now.
    with ProcessPoolExecutor(processors, get_context("spawn")) as pool:
        list(pool.map(make, items[: 2 * processors]))
        start = time.perf_counter()
        list(pool.map(make, items[2 * processors :]))
        return (len(items) - 2 * processors) / (time.perf_counter() - start)


def sample_of(coop: Path, count: int, world: Path) -> list[tuple[StatementData, Order]]:
    books = open_books(find_coop(coop))
    order = Order(
        MONTH, ("member",), "pdf", "nl", frozenset(), MONTH.plus(1).first_day, books.coop.templates, world
    )
    found = []
    for group in books.groups()[:count]:
        all_data, *_ = statement_data(Words("nl"), books, group, MONTH, order.today, posted=True)
        found += [(data, order) for data in all_data]
    return found


def statements(coop: Path, out: Path, *options: str) -> list[str]:
    shutil.rmtree(out, ignore_errors=True)
    return [SCHARREL, "statements", "2026-10", "--coop", str(coop), "--out", str(out), *options]


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, default in (("members", 1000), ("pages", 60), ("runs", 3)):
        arguments.add_argument(f"--{name}", type=int, default=default)
    asked = arguments.parse_args()
    print(f"{asked.members} members, 12 months of 20 bookings; {len(os.sched_getaffinity(0))} processors\n")
    print("| what | scharrel | beside | it takes | ratio | goal |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        large = generate(Path(name) / "large", asked.members, 12, 20)
        small = generate(Path(name) / "small", max(asked.members // 10, 1), 12, 20)
        for coop in (large, small):
            once([SCHARREL, "allocate", "2026-10", "--coop", str(coop)])
        html, pdf = Path(name) / "html", Path(name) / "pdf"
        once(statements(large, html, "--for", "member", "--format", "html"))
        sample = sorted(str(path) for path in html.rglob("*.html"))[: asked.pages]
        # The command first: the most memory of a process counts from that of the one that starts it.
        whole, memory, few = [], [], []
        for _ in range(asked.runs):
            measured = once(statements(large, pdf, "--for", "member"))
            memory.append(measured.megabytes)
            whole.append(asked.members / measured.seconds)
            few.append(once(statements(small, pdf, "--for", "member")).megabytes)
        with typesetters_world() as world:
            work = sample_of(large, asked.pages, world)
            mine_each = sum(map(typeset, work)) / len(work)
            other_each = sum(map(weasy, sample)) / len(sample)
            mine = [a_second(typeset_unread, work) * mine_each for _ in range(asked.runs)]
            others = [a_second(weasy, sample) * other_each for _ in range(asked.runs)]
        other = statistics.median(others)
        row("pages a second, from what was divided", statistics.median(mine), "WeasyPrint", other, "", "")
        row(
            "pages a second, the whole command",
            statistics.median(whole) * mine_each,
            "WeasyPrint",
            other,
            "",
            "≥ 12",
        )
        what = f"largest process, {asked.members} members"
        row(what, statistics.median(memory), "a tenth of them", statistics.median(few), "MB", "≈ 1")


if __name__ == "__main__":
    main()
