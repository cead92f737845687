"""The program's entry: the language first, then the command."""

import os
import sys


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] == ["--version"]:
        from scharrel import __version__

        sys.stdout.write(f"scharrel {__version__}\n")
        return
    from scharrel.cli.context import language, speak

    speak(language(sys.argv[1:], dict(os.environ)))
    from scharrel.cli.app import app

    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


if __name__ == "__main__":
    main()
