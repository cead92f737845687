"""The templates that came with the program, and the words on paper as one that can be copied and changed."""

import json
from importlib.resources import files

from scharrel.text.words import LANGUAGES, Words, catalogue


def template_names() -> list[str]:
    """The name of every template, in order."""
    packaged = (source.name for source in files("scharrel").joinpath("sample", "templates").iterdir())
    return sorted([*packaged, *map(words_name, LANGUAGES)])


def template_text(name: str) -> str | None:
    """The template of that name, if there is one."""
    for lang in LANGUAGES:
        if name == words_name(lang):
            head = f"{{# {Words(lang)('init.paper-words')} #}}\n"
            return head + "".join(
                f"{{% set {key} = {json.dumps(text, ensure_ascii=False)} %}}\n"
                for key, text in catalogue(lang)["paper"].items()
            )
    source = files("scharrel").joinpath("sample", "templates", name)
    return source.read_text("utf-8") if name in template_names() else None


def words_name(lang: str) -> str:
    """The file in which a cooperative has its own words on paper."""
    return f"words.{lang}.j2"
