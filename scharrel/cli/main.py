"""The program's entry: the language first, then the command."""

import gc
import os
import sys
from io import TextIOWrapper
from typing import Any


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] == ["--version"]:
        from scharrel import __version__

        sys.stdout.write(f"scharrel {__version__}\n")
        sys.exit()
    from scharrel.cli.context import fail, language, speak, words

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without € shows a question mark
    speak(language(sys.argv[1:], dict(os.environ)))
    from typer import BadParameter

    from scharrel.cli.app import app

    # A run makes many small objects and hardly a ring: looking for rings would only cost time.
    gc.disable()
    usage_error: Any = BadParameter.__base__
    try:
        status = app(standalone_mode=False)
        sys.stdout.flush()
    except usage_error as error:
        fail(_usage(error), status=2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        fail(words("error.file", path=str(error.filename), reason=error.strerror), status=1)
    sys.exit(status)


def _usage(error: Any) -> str:
    """What is wrong with the command line, in the language of the reader, and where help is."""
    from scharrel.cli.context import words

    context = error.ctx
    kind = type(error).__name__
    if kind == "NoArgsIsHelpError":
        return str(context.get_help())
    if kind == "NoSuchOption":
        near = words("check.near", near=error.possibilities[0]) if error.possibilities else ""
        said = f"{words('usage.option', option=error.option_name)} {near}".rstrip()
    elif kind == "MissingParameter":
        said = words("usage.missing", name=error.param.metavar or error.param.name)
    elif kind == "UsageError" and hasattr(context.command, "commands"):
        said = words("usage.command", commands=", ".join(context.command.commands))
    else:
        said = words("usage.other", reason=error.format_message())
    return f"{said}\n{words('usage.help', command=context.command_path)}"


if __name__ == "__main__":
    main()
