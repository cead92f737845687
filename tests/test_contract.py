"""The public cases of the contract, through the real command."""

import json
import shutil
from pathlib import Path

import pytest
from conftest import CONTRACT, Run

CASES = sorted(path.parent.name for path in CONTRACT.glob("*/expected.json"))


@pytest.mark.parametrize("case", CASES)
def test_case_comes_out_as_the_contract_says(case: str, scharrel: Run, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(CONTRACT / case, tmp_path / case))
    expected = json.loads((folder / "expected.json").read_text())
    command = ("allocate", expected["through"], "--json", "--coop", str(folder))
    first = scharrel(*command)
    assert first.status == 0, first.err
    answer = json.loads(first.out)
    assert answer["through"] == expected["through"]
    for row, wanted in zip(answer["allocations"], expected["allocations"], strict=True):
        assert [{**step, "why": sorted(step["why"])} for step in row["steps"]] == [
            {**step, "why": sorted(step["why"])} for step in wanted["steps"]
        ]
        assert {key: row[key] for key in wanted if key != "steps"} == {
            key: value for key, value in wanted.items() if key != "steps"
        }
    written = {path: path.read_bytes() for path in (folder / "ledgers").rglob("*.beancount")}
    assert scharrel(*command).out == first.out
    assert written == {path: path.read_bytes() for path in (folder / "ledgers").rglob("*.beancount")}
