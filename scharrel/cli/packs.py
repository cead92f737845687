"""The rule packs that a command line names: by id, or as a file that nobody decided on yet."""

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from scharrel.cli.screen import fail, stop_on_errors, with_near, words
from scharrel.core.names import nearest
from scharrel.core.pack import Pack
from scharrel.core.problems import Problem
from scharrel.packs.packs import read_pack
from scharrel.store.paths import Coop
from scharrel.store.text import read_text

if TYPE_CHECKING:
    from scharrel.ledger.books import Books


def named_pack(books: "Books", name: str) -> Pack:
    """The pack with this id under rules/, or the one in this TOML file; stops where there is none or where
    it is wrong."""
    stop_on_errors([p for p in books.problems if p.file == books.coop.shown(books.coop.chart)])
    pack, problems = _find(books, name)
    stop_on_errors(problems)
    assert pack  # a pack without errors is there
    return pack


def readable_packs(books: "Books", names: Sequence[str] | None) -> tuple[list[Pack], list[Problem]]:
    """The packs with these names, or all under rules/, as far as they can be read, and what is wrong with
    the others."""
    if not names:
        return list(books.packs.values()), [p for p in books.problems if p.file.startswith("rules/")]
    found = [_find(books, name) for name in dict.fromkeys(names)]
    return [pack for pack, _ in found if pack], [problem for _, more in found for problem in more]


def _find(books: "Books", name: str) -> tuple[Pack | None, list[Problem]]:
    if name.endswith(".toml"):
        return _from_file(books, Path(name).resolve())
    problems = [p for p in books.problems if p.file == f"rules/{name}.toml"]
    if name not in books.packs and not problems:
        fail_without_pack(books, name)
    return books.packs.get(name), problems


def fail_without_pack(books: "Books", name: str) -> NoReturn:
    """There are no rules with this name: report which there are."""
    message = words("error.no-pack", pack=name, packs=", ".join(books.packs) or "-")
    fail(with_near(message, nearest(name, books.packs)), status=2)


def _from_file(books: "Books", path: Path) -> tuple[Pack | None, list[Problem]]:
    if not path.exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    text = read_text(Coop(path.parent), path)
    if text.problems:
        return None, text.problems
    return read_pack(text.data, path.name, None, books.chart)
