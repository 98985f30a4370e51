"""A crawl of every page in both languages: none says anything in the other, but for data.

What is data is told by the world: a text of the database that holds a mark was written by somebody, and so were the
words of the file of records that it imports. What a page says beside them is the product's own.
"""

import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import available_timezones

import pytest
import yaml
from django.apps import apps
from django.db import connection, transaction
from django.db.models import CharField, JSONField, TextField
from django.http import HttpResponse
from django.test import Client
from world import LEI, calls, found_in

from guanbao.engine.measures.catalogue import MEASURES
from pages import addresses

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="what pages say does not hang on the database"),
]
ALLOWED = yaml.safe_load((Path(__file__).parent / "latin.yaml").read_text(encoding="utf-8"))
# By tenant and role, with how many rows of each kind. The bank's others read what the office does not.
OFFICE = ("east", "outsourcing_office")
READERS = {
    OFFICE: 2,
    ("alpha", "service_manager"): 2,
    ("east", "internal_audit"): 1,
    ("east", "platform_administrator"): 1,
}
HAN = re.compile("[\u3400-\u9fff\uff00-\uffef\u3001-\u301f]+")
LATIN = re.compile("[A-Za-z0-9_.%/+:=@-]*[A-Za-z][A-Za-z0-9_.%/+:=@-]*")
BLANK = "---"
TOLD = ("title", "placeholder", "aria-label", "alt", "data-label")
# Not seen, or no language: programs, and what stands in a file's own form.
UNSEEN = {"script", "style", "template", "code", "pre", "textarea", "kbd"}
UNCLOSED = {"br", "hr", "img", "input", "link", "meta", "area", "col", "wbr"}
DRAWN = {"title", "titles", "told", "words", "unit"}  # of a chart's data, what the chart writes


class Seen(HTMLParser):
    """The texts of a page that are seen or read out, each with the language that it is said to be in."""

    def __init__(self, page, lang):
        super().__init__()
        self.open, self.texts = [("", lang, True)], []
        self.data = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        _, lang, seen = self.open[-1]
        lang, seen = said.get("lang", lang), seen and tag not in UNSEEN
        self.texts += [(lang, said[name]) for name in TOLD if seen and said.get(name)]
        if tag == "input" and said.get("type") in ("submit", "button", "reset"):
            self.texts.append((lang, said.get("value") or ""))
        if tag not in UNCLOSED:
            self.open.append((tag, lang, seen))
        self.data = [] if tag == "script" and said.get("type") == "application/json" else None

    def handle_endtag(self, tag):
        if tag == "script" and self.data:
            lang = self.open[-1][1]
            self.texts += [(lang, text) for text in drawn(json.loads("".join(self.data)))]
            self.data = None
        while len(self.open) > 1 and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self.data is not None:
            self.data.append(data)
        elif self.open[-1][2] and data.strip():
            self.texts.append((self.open[-1][1], data.strip()))


def drawn(data, name=""):
    """The texts in a chart's data that the chart writes."""
    match data:
        case dict():
            return [text for key, each in data.items() for text in drawn(each, key)]
        case list():
            return [text for each in data for text in drawn(each, name)]
        case str() if name in DRAWN:
            return [data]
        case _:
            return []


def written():
    """Every text of the database that somebody wrote."""
    for model in apps.get_models():
        of = [
            f for f in model._meta.concrete_fields if isinstance(f, CharField | TextField | JSONField) and not f.choices
        ]
        for row in model._default_manager.values_list(*(field.attname for field in of)) if of else ():
            yield from (leaf for value in row for leaf in leaves(value) if found_in(leaf))


def leaves(value):
    """The texts in a value, whole and by their lines."""
    match value:
        case str():
            yield from (value, value.strip(), *value.splitlines())
        case dict():
            yield from (leaf for each in (*value, *value.values()) for leaf in leaves(each))
        case list():
            yield from (leaf for each in value for leaf in leaves(each))


@pytest.fixture(scope="module")
def data(world):  # noqa: ARG001 - what is there when it is there
    """Texts that somebody wrote, the longest first, and the words of the file of records."""
    words = set(calls("").decode().split())
    return sorted(set(written()), key=len, reverse=True), words | {LEI}


@cache
def allowed(word):
    """Whether a Chinese page may say a Latin word."""
    parameters = {parameter.name for measure in MEASURES.values() for parameter in measure.parameters}
    return (
        any(re.fullmatch(form, word) for entry in ALLOWED for form in entry["words"])
        or word in available_timezones()
        or word in parameters
    )


def faults(answer, data):
    """What a page says that it may not."""
    if not answer.get("Content-Type", "").startswith("text/html"):
        return
    texts, words = data
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    for language, text in Seen(content.decode(), answer["Content-Language"]).texts:
        own = text
        for written_ in texts if found_in(text) else ():
            own = own.replace(written_, " ")
        if BLANK in own:
            yield f"a blank choice: {text}"
        if language.startswith("zh"):
            said = [word.strip(".:/-+=") for word in LATIN.findall(own)]
            yield from (f"{w}: {text[:100]}" for w in said if not (allowed(w) or words.issuperset(w.split("-"))))
        else:
            yield from (f"{word}: {text[:100]}" for word in HAN.findall(own))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("reader", READERS, ids="-".join)
def test_no_page_says_anything_in_the_other_language(world, data, reader, language):
    who = world.by[reader]
    more = reader[0] == OFFICE[0] and reader != OFFICE
    known = {name for name, _url in addresses(world.by[OFFICE], 1)} if more else set()
    own = [(name, url) for name, url in addresses(who, READERS[reader]) if name not in known]
    found, pages = {}, 0
    with transaction.atomic():
        who.person.language = language
        who.person.save(update_fields=["language"])
        for name, url in [*own, ("find", "/find?q=0q"), ("taxonomies", "/taxonomies/?q=A")]:
            answers = [who.client.get(url)]
            if answers[0].status_code == 200 and re.search(r"-add$|-verb:|-import$|-send$", name):
                with transaction.atomic():  # what an empty form is answered
                    answers.append(who.client.post(url))
                    transaction.set_rollback(True)
            for answer in answers:
                pages += answer.status_code in (200, 422)
                for fault in faults(answer, data):
                    found.setdefault(fault, name)
                answer.close()
        transaction.set_rollback(True)
    print(f"\n{who} in {language}: {pages} pages", end=" ")
    assert pages > (10 if more else 60)
    assert not found, "\n".join(f"{name}: {fault}" for fault, name in sorted(found.items()))


@pytest.mark.parametrize(("asked", "language"), [("en-GB,zh;q=0.5", "en"), ("zh-CN,en;q=0.5", "zh"), ("fr", "zh")])
def test_who_is_not_logged_in_is_answered_as_their_browser_asks(data, asked, language):
    for url in ("/login", "/invitation/nothing", "/nowhere"):
        for answer in (Client().get(url, headers={"Accept-Language": asked}, follow=True),
                       Client().post(url, headers={"Accept-Language": asked})):  # fmt: skip
            assert answer["Content-Language"].startswith(language)
            assert list(faults(answer, data)) == []


def test_what_is_foreign_is_found(data):
    def found(page, lang):
        return list(faults(HttpResponse(page, headers={"Content-Language": lang}), data))

    ours = "<p title='各方'>承包方 LEI v2 <b lang='en'>Contractor</b> qzea0q</p>"
    assert found(ours, "zh-hans") == []
    chart = """<script type='application/json'>{"titles": ["Score"]}</script>"""
    for wrong in ("<p>contact.offered", "<p title=Find>", "<option>anonymous-bank", "<p>qzea0q interactions", chart):
        assert found(wrong, "zh-hans"), wrong
    assert found("<option>---------", "zh-hans")
    assert found("<option>---------", "en")
    for wrong in ("<p>达标", "<input placeholder=搜索>", "<b lang=zh-Hans>中文</b>，", "<title>x · 管包</title>"):
        assert found(wrong, "en"), wrong
    assert found("<b lang=zh-Hans>中文</b><code>中文</code>", "en") == []
