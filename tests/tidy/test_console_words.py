"""The console speaks both languages whole: nothing untranslated, nothing translated that nobody says."""

from __future__ import annotations

import re

from console_words import WEB, texts_in_python, texts_in_templates

from fanzha.web.words import ENGLISH, catalogue

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# What stands in Chinese on an English page too: the mark of what is made up, names of languages, words of paper forms.
AS_IT_IS = re.compile(r"模拟|中文|\{#.*?#\}")


def test_every_text_has_its_english() -> None:
    known = catalogue(ENGLISH)
    missing = {text: file for text, file in {**texts_in_python(), **texts_in_templates()}.items() if text not in known}
    assert not missing


def test_no_translation_is_left_over() -> None:
    assert not sorted(set(catalogue(ENGLISH)) - set(texts_in_python()) - set(texts_in_templates()))


def test_english_texts_have_no_chinese_in_them() -> None:
    assert not {text: said for text, said in catalogue(ENGLISH).items() if CHINESE.search(said.replace("中文", ""))}


def test_templates_say_nothing_outside_the_catalogue() -> None:
    bare = {}
    for path in sorted((WEB / "templates").rglob("*.html")):
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        left = CHINESE.findall(AS_IT_IS.sub("", text))
        if left:
            bare[path.name] = "".join(left)
    assert not bare


def test_no_catalogue_says_a_text_twice() -> None:
    said: dict[str, str] = {}
    twice = []
    for part in sorted((WEB / "locale" / ENGLISH).glob("*.po")):
        for text in re.findall(
            r'^(?:msgctxt ".+"\n)?msgid ".+"$', part.read_text(encoding="utf-8"), flags=re.MULTILINE
        ):
            if text in said:
                twice.append((text, said[text], part.name))
            said[text] = part.name
    assert not twice
