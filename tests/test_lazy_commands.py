"""A command's module is imported when a command line asks for it; the help of the whole needs none."""

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY

from scharrel.cli.app import COMMANDS

WITH_MODULES = """
import sys
from scharrel.cli.main import main
sys.argv = ["scharrel", *sys.argv[1:]]
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize(
    "arguments", ["--help", "rules --help", "nietes", "rules show --help", "check --help"]
)
def test_a_command_is_loaded_alone_and_only_when_it_is_asked_for(arguments: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITH_MODULES, *arguments.split()],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    loaded = set(done.stderr.split())
    assert "scharrel.cli.app" in loaded
    asked = {f"scharrel.cli.{module}" for name, module in COMMANDS.items() if f"{name} --help" == arguments}
    assert loaded & {f"scharrel.cli.{module}" for module in COMMANDS.values()} == asked
    assert "beancount" not in loaded  # it takes long to load, and help needs none


def test_every_command_stands_in_the_table() -> None:
    folder = REPOSITORY / "scharrel/cli"
    found = {
        ".".join(path.relative_to(folder).with_suffix("").parts)
        for path in folder.rglob("*.py")
        if "\ndef command(" in path.read_text("utf-8")
    }
    assert sorted(found) == sorted(COMMANDS.values())
