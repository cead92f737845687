"""The program is laid out as its pages say, and imports run downwards only."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from conftest import REPOSITORY

PACKAGE = REPOSITORY / "scharrel"
ARCHITECTURE = (REPOSITORY / "docs/architecture.md").read_text("utf-8")
CONTRIBUTING = (REPOSITORY / "CONTRIBUTING.md").read_text("utf-8")
ROOMS = re.findall(r"^\| `(\w+)/` \|", ARCHITECTURE, re.MULTILINE)
MODULES = sorted(PACKAGE.glob("*/**/*.py"))
PURE = {
    "calendar", "collections", "contextlib", "dataclasses", "datetime", "decimal", "difflib", "fractions",
    "functools", "hashlib", "itertools", "math", "operator", "re", "scharrel", "stdnum", "types", "typing",
    "unicodedata",
}  # fmt: skip
"""What a room of values alone may use."""


def imported(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, module
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def room_of(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0]


def test_every_room_is_on_the_page() -> None:
    assert {room_of(module) for module in MODULES} <= set(ROOMS)


def test_imports_run_downwards_only() -> None:
    upwards = {
        (str(module.relative_to(PACKAGE)), other)
        for module in MODULES
        for name in imported(module)
        if name.startswith("scharrel.")
        for other in [name.split(".")[1]]
        if ROOMS.index(other) < ROOMS.index(room_of(module))
    }
    assert not upwards


@pytest.mark.parametrize("room", ["core", "analysis", "treasury"])
def test_a_pure_room_knows_no_file_clock_or_screen(room: str) -> None:
    for module in (PACKAGE / room).glob("*.py"):
        assert {name.split(".")[0] for name in imported(module)} <= PURE, module.name
        assert not re.search(r"\.(today|now)\(|\b(open|print|input)\(", module.read_text("utf-8")), (
            module.name
        )


@pytest.mark.parametrize("name", re.findall(r"`(\w+(?:\.\w+){2,})`", ARCHITECTURE))
def test_what_the_walk_meets_is_there(name: str) -> None:
    module, _, value = name.rpartition(".")
    assert hasattr(import_module(f"scharrel.{module}"), value)


@pytest.mark.parametrize(
    "place", sorted(set(re.findall(r"`((?:\w+/)+(?:\w+\.\w+)?)`", CONTRIBUTING + ARCHITECTURE)))
)
def test_every_place_that_the_pages_name_is_there(place: str) -> None:
    to_come = place in ("formats/", "treasury/") or "NAME" in place
    assert to_come or (PACKAGE / place).exists() or (REPOSITORY / place).exists()


def test_no_two_public_names_mean_two_things() -> None:
    found: dict[str, list[str]] = {}
    for module in MODULES:
        for node in ast.parse(module.read_text("utf-8")).body:
            names = [node.name] if isinstance(node, ast.ClassDef | ast.FunctionDef) else []
            targets = node.targets if isinstance(node, ast.Assign) else []
            targets += [node.target] if isinstance(node, ast.AnnAssign) else []
            for name in [*names, *(target.id for target in targets if isinstance(target, ast.Name))]:
                found.setdefault(name, []).append(str(module.relative_to(PACKAGE)))
    twice = {name: places for name, places in found.items() if len(places) > 1 and name[0] != "_"}
    # Every command's module has one function that is the command.
    assert twice.keys() <= {"command"}, twice
