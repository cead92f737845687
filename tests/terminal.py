"""A command at a real terminal, on which answers are typed."""

import os
import pty
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress

_PATIENCE = 20
"""Seconds that nothing may be shown."""


def at_a_terminal(
    command: list[str],
    *answers: str,
    lang: str = "nl_NL.UTF-8",
    while_asked: Callable[[], object] = lambda: None,
) -> str:
    """What the command shows at a terminal of 80 columns on which this is typed, each after a question; an
    answer of control characters is typed without the Enter key."""
    child, screen = pty.fork()
    if not child:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a job in the background has it ignored
        os.environ.update(LC_ALL=lang, COLUMNS="80", TERM="xterm", NO_COLOR="1")
        os.execv(sys.executable, [sys.executable, "-m", "scharrel", *command])
    shown = b""
    with suppress(OSError):  # the terminal closes
        for answer in [*answers, None]:
            begin = len(shown)
            while answer is None or not shown[begin:].rstrip().endswith(b"?"):
                assert select.select([screen], [], [], _PATIENCE)[0], shown.decode()
                if not (more := os.read(screen, 4096)):
                    break
                shown += more
            if answer is not None:
                while_asked()
                if control := answer in ("\x03", "\x04"):
                    time.sleep(0.2)  # Python loses one that comes just before it waits
                os.write(screen, answer.encode() + (b"" if control else b"\r"))
    os.close(screen)
    assert os.waitpid(child, 0)[1] == 0, shown.decode()
    return shown.decode().replace("\r\n", "\n").replace("\xa0", " ")
