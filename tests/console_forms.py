"""The forms of a page as they stand there, to be filled in and sent by a visitor without script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

TEXTS = ("text", "search", "", "tel", "email")


@dataclass
class PageForm:
    """One form: where it goes, what is in it already, and which of its fields take whatever is written."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def filled(self, text: str) -> dict[str, str]:
        """What is sent when the text is written into every field that takes one; a number's field keeps what it has."""
        return {**self.values, **dict.fromkeys(self.texts, text)}


class PageParts(HTMLParser):
    """What a page is made of, as far as a form or a script is concerned."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[PageForm] = []
        self.doing: list[str] = []  # what would do something of itself
        self._area = self._select = ""
        self._in_form = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.doing += [f"{tag} {name}={value}" for name, value in given.items() if _does_something(tag, name, value)]
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.doing.append("a script of its own")
        if tag == "form":
            self.forms.append(PageForm(given.get("action", ""), given.get("method", "get")))
            self._in_form = True
        elif self._in_form and given.get("name"):
            self._field(tag, given)
        elif tag == "option" and self._select and given.get("value"):
            values = self.forms[-1].values
            if "selected" in given or self._select not in values:
                values[self._select] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in_form = False
        elif tag == "select":
            self._select = ""

    def _field(self, tag: str, given: dict[str, str]) -> None:
        form, name, kind = self.forms[-1], given["name"], given.get("type", "")
        if tag == "select":
            self._select = name
        elif tag == "textarea" or (tag == "input" and kind in TEXTS and "num" not in given.get("class", "").split()):
            form.texts.append(name)
        elif kind == "file":
            form.files.append(name)
        elif kind in ("checkbox", "radio") or tag == "input":
            form.values.setdefault(name, given.get("value", ""))


def _does_something(tag: str, name: str, value: str) -> bool:
    """Whether an attribute runs something, or loads what a text asked for."""
    link = name in ("href", "src", "action", "formaction") and value.strip().lower().startswith(
        ("javascript:", "data:")
    )
    return name.startswith("on") or link or (tag == "img" and value == "x")


def parts_of(page: str) -> PageParts:
    """The page, taken apart."""
    parts = PageParts()
    parts.feed(page)
    return parts


def posts_of(page: str) -> Iterator[PageForm]:
    """Its forms that change something."""
    yield from (form for form in parts_of(page).forms if form.method == "post")
