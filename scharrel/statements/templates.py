"""The templates that came with the program."""

from importlib.resources import files


def template_names() -> list[str]:
    """The name of every template, in order."""
    return sorted(source.name for source in files("scharrel").joinpath("sample", "templates").iterdir())


def template_text(name: str) -> str | None:
    """The template of that name, if there is one."""
    source = files("scharrel").joinpath("sample", "templates", name)
    return source.read_text("utf-8") if name in template_names() else None
