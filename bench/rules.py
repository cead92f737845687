"""Time what a meeting does with rules, on the example cooperative, each as a whole process.

    python bench/rules.py [--runs 5]

Prints a Markdown table of medians.
"""

import argparse
import os
from pathlib import Path

from run import SCHARREL, side_by_side

EXAMPLE = ["--coop", str(Path(__file__).parent.parent)]
YEAR = ["--from", "2025-11", "--to", "2026-10"]
LINES = (
    ("a year under a proposal", ["simulate", "vrije-uitloop", *YEAR, "--set", "coop_share=8%"], "≤ 1"),
    ("the same, for a member under other rules", ["simulate", "bijstand", *YEAR, "--member", "henk"], "≤ 1"),
    (
        "the figure that meets a goal",
        ["simulate", "vrije-uitloop", *YEAR, "--goal-seek", "coop=1500", "--set", "coop_share=?"],
        "",
    ),
    ("a month with more turnover", ["what-if", "fatma", "--turnover", "500", "--month", "2026-10"], ""),
)


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--runs", type=int, default=5)
    asked = arguments.parse_args()
    print(f"{len(os.sched_getaffinity(0))} processors, median of {asked.runs} runs in turn\n")
    print("| what | seconds | goal |\n|---|---|---|")
    commands = [([SCHARREL, *command, *EXAMPLE], None) for _, command, _ in LINES]
    for (what, _, goal), measured in zip(LINES, side_by_side(asked.runs, *commands), strict=True):
        print(f"| {what} | {measured.seconds:.2f} | {goal} |")


if __name__ == "__main__":
    main()
