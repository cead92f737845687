"""A command at a real terminal, on which answers are typed."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

_PATIENCE = 20
"""Seconds that nothing may be shown."""

_ASKED = re.compile(rb"\?( \([^)]*\))?\s*$")

# A job in the background has Ctrl-C ignored.
_AT_ITS_TERMINAL = """
import os, signal, sys
os.login_tty(0)
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, "-m", "scharrel", *sys.argv[1:]])
"""


def at_a_terminal(
    command: list[str],
    *answers: str,
    lang: str = "nl_NL.UTF-8",
    columns: int = 80,
    while_asked: Callable[[], object] = lambda: None,
    status: int = 0,
) -> str:
    """What the command shows at a terminal of so many columns on which this is typed, each after a question,
    before it ends with this status; an answer of control characters is typed without the Enter key."""
    screen, theirs = pty.openpty()
    env = {**os.environ, "LC_ALL": lang, "COLUMNS": str(columns), "TERM": "xterm", "NO_COLOR": "1"}
    child = subprocess.Popen(
        [sys.executable, "-c", _AT_ITS_TERMINAL, *command],
        stdin=theirs, stdout=theirs, stderr=theirs, env=env,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        with suppress(OSError):  # the terminal closes
            for answer in [*answers, None]:
                begin = len(shown)
                while answer is None or not _ASKED.search(shown, begin):
                    assert select.select([screen], [], [], _PATIENCE)[0], shown.decode()
                    if not (more := os.read(screen, 4096)):
                        break
                    shown += more
                if answer is not None:
                    while_asked()
                    if control := answer in ("\x03", "\x04"):
                        time.sleep(0.2)  # Python loses one that comes just before it waits
                    os.write(screen, answer.encode() + (b"" if control else b"\r"))
        assert child.wait(_PATIENCE) == status, shown.decode()
    finally:
        child.kill()
        child.wait()
        os.close(screen)
    return shown.decode().replace("\r\n", "\n").replace("\xa0", " ")
