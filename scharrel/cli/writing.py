"""Commands that write: alone in the cooperative, and what cannot be written is reported."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime

from scharrel.cli.screen import fail, words
from scharrel.store.durable import WriteError
from scharrel.store.locking import BusyError, only_writer
from scharrel.store.paths import Coop


@contextmanager
def writing_in(coop: Coop, command: str, *, alone: bool = True, patience: float = 0) -> Iterator[None]:
    """Report what cannot be written; `alone` is the only writer in the cooperative, or an error that names
    the other after so many seconds.
    """
    try:
        now = datetime.now()  # noqa: DTZ005
        with only_writer(coop, command, now, patience) if alone else nullcontext():
            yield
    except BusyError as busy:
        fail(words("error.busy", holder=str(busy)), status=1)
    except WriteError as error:
        path = coop.shown(error.path) if error.path.is_relative_to(coop.root) else str(error.path)
        fail(words("error.write", path=path, reason=words.reason(error.reason)), status=1)
