"""The man pages are those of the help, and sound."""

import shutil
import subprocess
import sys

import pytest
from conftest import REPOSITORY

PAGES = {"en": REPOSITORY / "man/scharrel.1", "nl": REPOSITORY / "man/nl/scharrel.1"}


@pytest.mark.parametrize("lang", PAGES)
def test_a_page_says_what_the_help_says(lang: str) -> None:
    made = subprocess.run([sys.executable, REPOSITORY / ".ci/man.py", lang], capture_output=True, check=True)
    assert made.stdout == PAGES[lang].read_bytes(), "make man"


@pytest.mark.skipif(not shutil.which("mandoc"), reason="there is no mandoc")
@pytest.mark.parametrize("lang", PAGES)
def test_a_page_is_sound(lang: str) -> None:
    found = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "style", PAGES[lang]], capture_output=True, text=True, check=False
    )
    assert found.stdout + found.stderr == ""
