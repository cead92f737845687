"""The program's entry: the language first, then the command."""

import gc
import os
import re
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Any

_OF_A_PERIOD = re.compile(r"20\d\d|maand|month|kwartaal|quarter|jaar|year", re.IGNORECASE)

INTERRUPTED = 130
"""The exit status of what was stopped with Ctrl-C, as every shell knows it."""


def main() -> None:
    """Run the command line."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by who started the program
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    status: Any = 0
    try:
        try:
            status = _run()
        except SystemExit as stopped:
            status = stopped.code
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()
        status = status or 1  # nobody read whether all was well
    except OSError as error:
        _fail_on_file(error)
    except KeyboardInterrupt:
        _report_interruption()
        status = INTERRUPTED
    gc.freeze()  # nor look for rings at the end
    sys.exit(status)


def _run() -> int | None:
    """Run the command; what it returns is the exit status."""
    if sys.argv[1:] == ["--version"]:
        from scharrel import __version__

        sys.stdout.write(f"scharrel {__version__}\n")
        return 0
    # A run makes many small objects and hardly a ring: looking for rings would only cost time.
    gc.disable()
    from scharrel.cli.screen import fail, language, set_language

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without € shows a question mark
    if os.environ.get("_SCHARREL_COMPLETE") == "complete_bash":
        from scharrel.cli.completing import join_words

        join_words(os.environ)
    set_language(language(sys.argv[1:], dict(os.environ)))
    from typer import BadParameter

    from scharrel.cli.app import GROUPS, app

    sys.argv[1:] = command_first(sys.argv[1:], GROUPS)
    usage_error: Any = BadParameter.__base__
    stdout = sys.stdout
    try:
        status: int | None = app(standalone_mode=False)
    except usage_error as error:
        from scharrel.cli.usage import wrong_usage

        fail(wrong_usage(error), status=2)
    except SystemExit:
        if sys.stdout is not stdout:  # what reads the command line has silenced a closed pipe
            raise BrokenPipeError from None
        raise
    if status == INTERRUPTED:
        _report_interruption()
    return status


def command_first(arguments: list[str], groups: Sequence[str]) -> list[str]:
    """The arguments with what may stand before a command behind it; the language is known by now."""
    kept, moved, rest = [], [], list(arguments)
    command = False
    while rest:
        argument = rest.pop(0)
        name, given, _ = argument.partition("=")
        if name == "--lang":
            del rest[: 0 if given else 1]
        elif not command and name == "--coop":
            moved += [argument, *([] if given else rest[:1])]
            del rest[: 0 if given else 1]
        elif not command and name == "--json":
            moved.append(argument)
        elif argument == "--csv":
            kept.append("--csv=" + (rest.pop(0) if rest[:1] in (["nl"], ["en"]) else "en"))
        else:
            kept.append(argument)
            command = command or argument not in groups
    return _months_in_one([*kept, *moved] if command else kept)


def _months_in_one(arguments: list[str]) -> list[str]:
    """The arguments with a month in two words, such as `oktober 2026`, as one."""
    if not any(_OF_A_PERIOD.fullmatch(argument) for argument in arguments):
        return arguments
    from scharrel.text.month_names import joined_months

    return joined_months(arguments)


def _fail_on_file(error: OSError) -> None:
    """Report which file the system did not give, or that the output cannot be written."""
    from scharrel.cli.screen import fail, with_near, words
    from scharrel.core.names import nearest

    reason = words.reason(error.strerror or str(error))
    if error.filename is None:
        _discard_output()
        fail(words("error.output", reason=reason), status=1)
    path, typed = str(error.filename), _typed(str(error.filename))
    message = words("error.file", path=typed or path, reason=reason)
    if not typed:
        fail(message, status=1)
    folder = os.path.dirname(os.path.abspath(path))
    there = os.listdir(folder) if isinstance(error, FileNotFoundError) and os.path.isdir(folder) else []
    fail(with_near(message, nearest(os.path.basename(path), there)), status=2)


def _typed(path: str) -> str:
    """How the path stands on the command line; empty if it does not."""
    return next((word for word in sys.argv[1:] if os.path.abspath(word) == os.path.abspath(path)), "")


def _report_interruption() -> None:
    from scharrel.cli.screen import to_stderr, words

    to_stderr("\n" + words("error.interrupted"))


def _discard_output() -> None:
    """Discard what is still to be printed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
