"""What the commands print: in which language, on which terminal, and the way to report what is wrong."""

import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from scharrel.core.problems import Problem, errors, in_order
from scharrel.text.words import LANGUAGES, Words, visible

if TYPE_CHECKING:
    from rich.console import Console


MAX_REPORTED = 200
"""Problems of one file that are reported; of more only their number."""


def language(arguments: list[str], environment: dict[str, str]) -> str:
    """The language that was asked for: `--lang`, else the locale, else Dutch."""
    for position, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--lang":
            return value or (arguments[position + 1] if position + 1 < len(arguments) else "")
    for key in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(key):
            return "en" if environment[key].startswith("en") else "nl"
    return "nl"


words = Words()


def set_language(lang: str) -> None:
    """Print everything from here on in this language."""
    words.lang = lang if lang in LANGUAGES else "nl"
    if lang not in LANGUAGES:
        fail(words("error.lang", lang=lang), status=2)


def to_stderr(message: str) -> None:
    """Print a message on standard error, beside the outcome; on a terminal no word is broken."""
    message = _lines_visible(message)
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns
        message = "\n".join(_fitted(line, width) for line in message.split("\n"))
    with suppress(OSError):  # that nobody reads it is no error of its own
        print(message, file=sys.stderr, flush=True)  # noqa: T201


def _fitted(line: str, width: int) -> str:
    """The line in as many as it needs; an excerpt of a file stays one."""
    if line.startswith("  "):
        return line[:width]
    return textwrap.fill(line, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def fail(message: str, status: int) -> NoReturn:
    """Print what is wrong on standard error and stop."""
    to_stderr(message)
    raise SystemExit(status)


def with_near(message: str, near: str, otherwise: str = "") -> str:
    """The message, with what was probably meant, or else what is said where nothing is like it."""
    more = words("check.near", near=near) if near else otherwise
    between = " " if message.endswith((".", "?")) else "\n"  # a command at the end stays as it is typed
    return f"{message}{between}{more}" if more else message


def console(*, stderr: bool = False) -> "Console":
    """The terminal, or a pipe of 80 columns; nothing in a text is taken for markup."""
    from rich.console import Console

    class Screen(Console):
        """Whatever is written on it has nothing left that steers a terminal."""

        def print(self, *texts: Any, **options: Any) -> None:
            super().print(*map(_shown, texts), **options)

        def out(self, *texts: Any, **options: Any) -> None:
            super().out(*map(_shown, texts), **options)

    screen = Screen(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=False)
    screen.on_broken_pipe = _pass_on  # type: ignore[method-assign]
    return screen


def _shown(text: Any) -> Any:
    return _lines_visible(text) if isinstance(text, str) else text


def _lines_visible(text: str) -> str:
    """The text with every line made visible."""
    return "\n".join(map(visible, text.split("\n")))


def _pass_on() -> None:
    """Leave a closed pipe to `main`, which knows what it means."""
    raise BrokenPipeError


def print_indented(screen: "Console", line: str, style: str | None = None) -> None:
    """A line that may be set in, wrapped where the screen ends; what is wrapped hangs further in."""
    text = line.lstrip(" ")
    print_text(screen, text, indent=" " * (len(line) - len(text)), style=style, hang="  ")


def print_text(
    screen: "Console", text: str, indent: str = "", style: str | None = None, hang: str = ""
) -> None:
    """The text in lines that fit the screen, none wider than is pleasant to read; all but the first hang
    further in."""
    width = max(min(screen.width, 100), 40)
    lines = textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent + hang,
        break_long_words=False,
        break_on_hyphens=False,
    )
    for line in lines or [""]:
        screen.print(line, style=style, soft_wrap=True)


def print_message(screen: "Console", line: str) -> None:
    """A line that fits the screen; in a pipe it stays one."""
    if screen.is_terminal:
        print_indented(screen, line)
    else:
        screen.print(line, soft_wrap=True)


def print_point(screen: "Console", text: str, place: str) -> None:
    """A point of a list, and below it where that stands, which is never broken."""
    print_text(screen, f"- {text}", indent="   ", style="dim", hang="  ")
    if place:
        screen.print(f"     {place}", style="dim", soft_wrap=True)


def path_shown(path: Path) -> str:
    """The path from the working folder, where it is in there."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal while the work lasts; silence in a pipe."""
    screen = console(stderr=True)
    if not screen.is_terminal:
        yield lambda *_: None
        return
    from rich.progress import Progress

    with Progress(console=screen, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def report_problems(problems: Iterable[Problem], *, whole: bool = True) -> None:
    """Every problem on standard error as `file:line: message`, with the offending line below; what is wrong
    with what was typed has no file. Unless the `whole` list is wanted, what is warned of more lines in one
    file is said once."""
    counts: dict[str, int] = {}
    alike: dict[object, list[Problem]] = {}
    for nth, problem in enumerate(in_order(problems)):
        once = problem.warning and not whole
        alike.setdefault((problem.file, words.problem(problem)) if once else nth, []).append(problem)
    for problem, *more in alike.values():
        counts[problem.file] = counts.get(problem.file, 0) + 1
        if counts[problem.file] > MAX_REPORTED:
            continue
        mark = f"{words('check.warning')}: " if problem.warning else ""
        place = f"{problem.file}:{problem.line}: " if problem.file else ""
        lines = [f"{place}{mark}{words.problem(problem)}"]
        if problem.excerpt.strip():
            lines.append(f"    {problem.excerpt.strip()[:100]}")
        if more:
            lines.append("  " + words("check.also", lines=", ".join(str(each.line) for each in more)))
        to_stderr("\n".join(lines))
    for file, count in counts.items():
        if count > MAX_REPORTED:
            to_stderr(f"{file}: " + words("check.more", count=count - MAX_REPORTED))


def stop_on_errors(problems: list[Problem]) -> None:
    """Report the problems; with an error among them nothing is done."""
    report_problems(problems, whole=False)
    if wrong := errors(in_order(problems)):
        if not any(problem.file for problem in wrong):
            raise SystemExit(2)
        fail(words("check.nothing-done"), status=1)
