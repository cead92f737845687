"""A sound file with a few bytes changed is read or refused, and nothing else happens."""

from conftest import examples
from fuzz import WORDS, mutated, readers
from hypothesis import example, given, settings
from hypothesis import strategies as st

KINDS = readers()

edits = st.lists(
    st.tuples(st.integers(0, 10**4), st.integers(0, 40), st.sampled_from(WORDS) | st.binary(max_size=8)),
    max_size=4,
)


@settings(max_examples=examples(400))
@given(kind=st.sampled_from(sorted(KINDS)), changes=edits)
def test_a_file_is_read_or_refused(kind: str, changes: list[tuple[int, int, bytes]]) -> None:
    whole, read = KINDS[kind]
    read(mutated(whole, changes))


@example(kind="ledgers/accounts.beancount", content=b":,0")
@example(kind="rules/vrije-uitloop.toml", content=b"[param.a]\nvalues = [{ from = 2026-01-01, value = nan }]")
@example(kind="cases", content=b"[[case]]\ntitle = 1e" + b"9" * 30)
@example(kind="cases", content=b"[[case]]\ntitle = " + b"9" * 4500)
@example(kind="cases", content=b"[[case]]\nsource = {" + b"a." * 2000 + b"b = 1}")
@example(kind="cases", content=b"[[case]]\ntitle = 'x'\nsource = 's'\n[[case.month]]\nkeep = 1e999999")
@settings(max_examples=examples(200))
@given(kind=st.sampled_from(sorted(KINDS)), content=st.binary(max_size=300))
def test_so_are_any_bytes(kind: str, content: bytes) -> None:
    KINDS[kind][1](content)
