"""What is kept of an earlier check changes no answer: it is as if all were read again."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run
from test_one_list import AMINA, REGISTER, WRONG, add, changed, second

KEPT = ".scharrel/checks.jsonl"
CHANGES: dict[str, Callable[[Path], None]] = {
    **WRONG,
    "a remark": lambda f: add(f, AMINA, "; niets\n"),
    "a booking": lambda f: add(
        f, AMINA, '\n2026-06-20 * "a" "b"\n  Income:Omzet  -1.00 EUR\n  Assets:Bank\n'
    ),
    "a second member": second,
    "a line that is none": lambda f: add(f, AMINA, "zomaar iets\n"),
    "another share": changed("rules/vrije-uitloop.toml", 'rounding = "half-up"', 'rounding = "down"'),
    "an account that is gone": lambda f: (f / "ledgers/accounts.beancount").write_text(
        re.sub(r"(?m)^.* open Expenses:.*$\n(  .*\n)*", "", (f / "ledgers/accounts.beancount").read_text())
    ),
    "what was written, with a booking more": lambda f: add(
        f,
        "ledgers/allocations/amina/2026-05.beancount",
        '\n2026-05-01 * "x" "y"\n  Assets:Bank  1.00 EUR\n  Income:Omzet  -1.00 EUR\n',
    ),
    "a seal with another digit": changed("ledgers/allocations/amina/2026-02.seal", "0", "1"),
    "an earlier seal with another digit": changed("ledgers/allocations/amina/2026-01.seal", "0", "1"),
    "a seal that is gone": lambda f: (f / "ledgers/allocations/amina/2026-01.seal").unlink(),
    "a title": changed(REGISTER, 'option "title" "', 'option "title" "Nieuw '),
}


@pytest.fixture
def checked(coop: Path, once: Callable[[Callable[[Path], object], Path], Path], tmp_path: Path) -> Path:
    return once(_checked, tmp_path / "checked")


def _checked(folder: Path) -> None:
    from conftest import in_process, small

    small(folder)
    for command in (("allocate", "2026-06"), ("close", "2026-02"), ("allocate", "2026-06"), ("check",)):
        assert in_process(*command, "--coop", str(folder)).status == 0
    assert (folder / KEPT).is_file()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_seen_as_in_a_first_check(
    checked: Path, change: Callable[[Path], None], quick: Run, tmp_path: Path
) -> None:
    before = quick("check", "--json", "--coop", str(checked))
    kept = {path: path.read_bytes() for path in checked.rglob("*") if path.is_file()}
    change(checked)
    fresh = Path(shutil.copytree(checked, tmp_path / "fresh"))
    (fresh / KEPT).unlink()
    assert quick("check", "--json", "--coop", str(checked)) == quick("check", "--json", "--coop", str(fresh))
    for path in [path for path in checked.rglob("*") if path.is_file() and path not in kept]:
        path.unlink()
    for path, content in kept.items():
        path.write_bytes(content)
    assert quick("check", "--json", "--coop", str(checked)) == before
