"""Work spread over the processors, when there is enough of it."""

import os
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor

PIECES = 16
"""Pieces of work for each process: enough for steady progress and an even load."""

Progress = Callable[[int, int], None]
"""Told how many are done, of how many, or of about how many."""

Item = TypeVar("Item")
Result = TypeVar("Result")


@contextmanager
def workers(*, worth_it: bool) -> Iterator["Executor | None"]:
    """Processes to work in, or none where this one does as well."""
    if not worth_it or _processors() == 1:
        yield None
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(_processors(), initializer=_start) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def spread(
    pool: "Executor | None", work: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item]
) -> Iterator[list[Result]]:
    """What `work` makes of all items, piece by piece, in the order in which they are done."""
    if pool is None:
        yield from (work([item]) for item in items)
        return
    from concurrent.futures import as_completed

    size = max(len(items) // (_processors() * PIECES), 1)
    pieces = [pool.submit(work, items[start : start + size]) for start in range(0, len(items), size)]
    for piece in as_completed(pieces):
        yield piece.result()


def ahead(work: Callable[[], Result]) -> Callable[[], Result]:
    """Begin the work in a process of its own; what came of it, when it is asked for. Where that cannot be,
    the work is done when it is asked for."""
    if _processors() == 1 or not hasattr(os, "fork"):
        return work
    try:
        reading, writing = os.pipe()
        child = os.fork()
    except OSError:
        return work
    if child == 0:
        with suppress(BaseException), open(writing, "wb") as out:
            os.close(reading)  # or it would not be noticed that nobody listens any more
            _start()
            pickle.dump(work(), out)
        os._exit(0)
    os.close(writing)

    def result() -> Result:
        try:
            with open(reading, "rb") as told:
                done: Result = pickle.load(told)
                return done
        except (EOFError, pickle.UnpicklingError):
            return work()
        finally:
            with suppress(ChildProcessError):  # whoever started us may have asked not to hear of children
                os.waitpid(child, 0)

    return result


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _start() -> None:
    """Leave Ctrl-C to the process that the user started."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
