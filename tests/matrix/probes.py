"""Probes: for one actor and one route, every way to ask, and what must hold of the answer."""

import io
import json
import random
import re
import zipfile
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from filling import api_body, page_body, related_of
from routes import ABSENT, EVERYBODYS, OWNERS, keys_of
from world import found_in

from guanbao.platform.ledger.models import Entry

KINDS = ("id", "filter", "order", "search", "page", "export", "nested", "upload", "stream", "list", "own", "method")
KEY = re.compile(r"(?<![\w-])1\d{7}(?!\w)")
_TOKENS = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]+|(X-CSRFToken": ")[^"]+|("csrf[^"]*": ")[^"]+')
# Who may see a tender sees who bids for it.
_OF_TENDERS = re.compile(
    r"(/api/v1)?/(awards|backup-plans|bids|clarifications|concentration-assessments|evaluations|questions|tender-invitations|tenders)(/|\?|$)"
)
_ORDERS = ("contractor__organisation__name", "-institution__organisation__name", "person__password", "?", "pk;drop")


@dataclass
class Probe:
    """One request. `twin` is the same about what does not exist: both must be answered alike. `names` are keys sent.

    `still` says that nothing may be written: whose row it is about is not theirs.
    """

    kind: str
    method: str
    url: str
    data: Any = None
    names: frozenset = frozenset()
    twin: "Probe | None" = None
    still: bool = False
    gone: bool = False
    headers: dict = field(default_factory=dict)


class Prober:
    """Makes the probes of a world, sends them, and tells of every foreign byte."""

    def __init__(self, world, seed):
        self.world, self.random, self.faults, self.sent = world, random.Random(seed), [], 0
        self.statuses = {}
        self.keys = {model: keys_of(model) for model in OWNERS}
        self.owner = {
            key: owners
            for model, found in self.keys.items()
            if model is not Entry and model not in EVERYBODYS
            for key, owners in found.items()
        }
        # An institution's ledger says by which number it knows whoever acted in its affairs, of a contractor too.
        self.acted = {}
        for institution, person in Entry.objects.values_list("institution", "person_id").distinct():
            self.acted.setdefault(institution, set()).add(person)

    # What there is, to an actor.

    def foreign(self, who, model):
        """A key of a row that is not theirs, if there is one."""
        organisation = who.actor.organisation_id
        keys = [key for key, of in self.keys[model].items() if organisation not in of and (of or model is Entry)]
        return self.random.choice(keys) if keys else ABSENT - 1

    def own(self, who, model):
        """A key of a row that may be theirs."""
        organisation = who.actor.organisation_id
        keys = [key for key, of in self.keys[model].items() if organisation in of or model in EVERYBODYS]
        return self.random.choice(keys) if keys else ABSENT - 1

    # The probes of a route.

    def probes(self, who, route):
        """Every way to ask this route."""
        yield from self._methods(who, route)
        if route.resource is None:
            yield from self._single(who, route)
        else:
            yield from getattr(self, f"_{route.page.replace('-', '_')}")(who, route, route.resource)

    def _methods(self, who, route):
        model = route.resource.model if route.resource else None
        given = {hole: self._foreign_hole(who, route, hole, model) for hole in route.holes}
        for method in ("put", "patch", "delete", "head", "options"):
            yield Probe(
                "method", method, route.url(**given), names=_numbers(given), still=method in ("put", "patch", "delete")
            )

    def _foreign_hole(self, who, route, hole, model):
        filled = route.entry.filled.get(hole) if route.entry else None
        if hole == "verb":
            return route.resource.verbs[0].name if route.resource.verbs else "none"
        if isinstance(filled, tuple):
            return filled[0]
        model = filled or model
        return self.foreign(who, model) if model else ABSENT

    def _single(self, who, route):
        filled = route.entry.filled
        kind = route.entry.kind
        rows = {hole: model for hole, model in filled.items() if not isinstance(model, tuple)}
        words = [(hole, word) for hole, said in filled.items() if isinstance(said, tuple) for word in said] or [None]
        for word in words:
            said = dict([word]) if word else {}
            own = {hole: self.own(who, model) for hole, model in rows.items()} | said
            theirs = {hole: self.foreign(who, model) for hole, model in rows.items()} | said
            absent = dict.fromkeys(rows, ABSENT) | said
            for method in ("get", "post"):
                ask = _asked(route, method)
                yield Probe(kind, method, route.url(**own) + ask, self._body(route, method))
                if rows:
                    twin = Probe(kind, method, route.url(**absent) + ask, self._body(route, method))
                    yield Probe(kind, method, route.url(**theirs) + ask, self._body(route, method),
                                _numbers(theirs), twin, still=True, gone=True)  # fmt: skip
        if route.name == "find":
            yield from self._searches(who, route.url(), kind="search")
        if route.name == "ledger":
            person = self.foreign(who, _person())
            yield Probe("filter", "get", f"/ledger/?person={person}", names=frozenset({person}))
            yield Probe("filter", "get", "/ledger/?object_type=arrangements.arrangement")
            yield Probe("page", "get", "/ledger/?before=100")
        if route.name == "act-for":
            other = next(o.pk for o in self.world.organisations.values() if o.pk != who.actor.organisation_id)
            yield Probe("own", "post", route.url(), {"organisation": other}, still=True)
            yield Probe("own", "get", "/")

    @staticmethod
    def _body(route, method):
        if method != "post":
            return None
        return {"mapping": "anonymous-bank", "file": _upload()} if route.entry.kind == "upload" else {}

    def _list(self, who, route, resource):
        url = route.url()
        yield Probe("list", "get", url)
        yield Probe("list", "get", url, headers={"HX-Request": "true"})
        yield from self._filters(who, url, resource)
        for order in (*resource.columns, *(f"-{name}" for name in resource.columns), *_ORDERS):
            yield Probe("order", "get", f"{url}?sort={order}")
        yield from self._searches(who, url)
        for cursor in ("", "0", "-1", "x", "WyJ4Il0:1:x"):
            yield Probe("page", "get", f"{url}?cursor={cursor}&per_page=9999")

    def _searches(self, who, url, kind="search"):
        for of in ("qzeast", "qzwest", "qzalpha", "qzeb", "qzwg", "qzwa"):
            if of not in who.allowed:
                # The mark's end keeps what is typed apart from what is found.
                yield Probe(kind, "get", f"{url}?q={of}0", twin=Probe(kind, "get", f"{url}?q=zzzzz0"))

    def _filters(self, who, url, resource, form="{}={}"):
        for name in resource.filters:
            column = resource.field(name)
            if column.is_relation and column.related_model in OWNERS:
                key = self.foreign(who, column.related_model)
                twin = Probe("filter", "get", f"{url}?{form.format(name, ABSENT)}")
                yield Probe("filter", "get", f"{url}?{form.format(name, key)}", names=frozenset({key}), twin=twin)
                own = self.own(who, column.related_model)
                yield Probe("filter", "get", f"{url}?{form.format(name, own)}")
            elif column.choices:
                yield Probe("filter", "get", f"{url}?{form.format(name, column.flatchoices[0][0])}")
        for lookup in ("pk__gt=0", "contractor__organisation__name__startswith=C", "organisation=1", "id__in=1,2"):
            yield Probe("filter", "get", f"{url}?{lookup}")

    def _export(self, who, route, resource):
        for form in ("csv", "xlsx"):
            yield Probe("export", "post", route.url(), {"form": form})
        yield Probe("export", "post", f"{route.url()}?q=qz&sort=-{resource.columns[0]}", {"form": "csv"})
        for probe in self._filters(who, route.url(), resource):
            twin = probe.twin and Probe("export", "post", probe.twin.url, {"form": "csv"})
            yield Probe("export", "post", probe.url, {"form": "csv"}, probe.names, twin)

    def _views(self, who, route, _resource):
        other = self.world.by["west" if who.tenant == "east" else "east", "risk"].person
        yield Probe("own", "get", route.url())
        yield Probe("own", "post", route.url(), {"name": "Mine", "query": "q=qzwest0&sort=pk", "person": other.pk},
                    names=frozenset({other.pk}))  # fmt: skip
        yield Probe("id", "post", route.url(), {"remove": "1"})

    def _import(self, _who, route, _resource):
        yield Probe("upload", "get", route.url())
        yield Probe("upload", "post", route.url(), {"file": _upload()})

    def _bulk(self, who, route, resource):
        own, theirs = self.own(who, resource.model), self.foreign(who, resource.model)
        for verb in (*(verb.name for verb in resource.verbs), "nothing"):
            yield Probe("id", "get", f"{route.url()}?verb={verb}&row={own}")
            yield _alike("id", "get", *(f"{route.url()}?verb={verb}&row={key}" for key in (theirs, ABSENT)), theirs,
                         gone=False)  # fmt: skip
            twin = Probe("id", "post", route.url(), {"verb": verb, "row": [str(ABSENT)]})
            sent = {"verb": verb, "row": [str(theirs)]}
            yield Probe("id", "post", route.url(), sent, frozenset({theirs}), twin, still=True)
            yield Probe("id", "post", route.url(), {"verb": verb, "row": [str(own), str(theirs)]}, frozenset({theirs}))

    def _add(self, who, route, resource):
        url = route.url()
        yield Probe("own", "get", url)
        if resource.add is None:
            yield Probe("own", "post", url, {}, still=True)
            return
        yield from self._writes(who, url, resource, resource.add, page_body)

    def _writes(self, who, url, resource, verb, body):
        """A verb with rows that are theirs, then with one that is not."""
        related = related_of(resource, verb)
        mine = {name: self.own(who, model) for name, model in related.items() if model in OWNERS}
        yield Probe("own", "post", url, body(resource, verb, mine.items()))
        for name, model in related.items():
            if model in OWNERS:
                key = self.foreign(who, model)
                twin = Probe("nested", "post", url, body(resource, verb, (mine | {name: ABSENT}).items()))
                sent = body(resource, verb, (mine | {name: key}).items())
                yield Probe("nested", "post", url, sent, frozenset({key}), twin, still=True)
                if body is page_body:
                    twin = Probe("nested", "get", f"{url}?{name}={ABSENT}")
                    yield Probe("nested", "get", f"{url}?{name}={key}", names=frozenset({key}), twin=twin)
        for name in ("organisation", "institution", "contractor", "side", "permissions", "person"):
            if name not in related:  # what no form asks for
                theirs = next(o.pk for o in self.world.organisations.values() if o.pk != who.actor.organisation_id)
                yield Probe("own", "post", url, body(resource, verb, (mine | {name: theirs}).items()))

    def _detail(self, who, route, resource):
        own, theirs = self.own(who, resource.model), self.foreign(who, resource.model)
        yield Probe("id", "get", route.url(pk=own))
        yield _alike("id", "get", route.url(pk=theirs), route.url(pk=ABSENT), theirs)
        tabs = [panel.name for panel in resource.panels_for(who.actor, "tab")] or ["history"]
        for key in list(self.keys[resource.model])[:40]:
            yield Probe("id", "get", route.url(pk=key), names=frozenset({key}),
                        gone=who.actor.organisation_id not in self.keys[resource.model][key]
                        and resource.model not in EVERYBODYS)  # fmt: skip
        for tab in (*tabs, "nothing"):
            yield Probe("nested", "get", f"{route.url(pk=own)}?tab={tab}")
            yield _alike(
                "nested", "get", f"{route.url(pk=theirs)}?tab={tab}", f"{route.url(pk=ABSENT)}?tab={tab}", theirs
            )

    def _verb(self, who, route, resource):
        own, theirs = self.own(who, resource.model), self.foreign(who, resource.model)
        yield _alike("id", "get", route.url(pk=theirs, verb="nothing"), route.url(pk=ABSENT, verb="nothing"), theirs)
        for verb in resource.verbs:
            url, foreign, absent = (route.url(pk=key, verb=verb.name) for key in (own, theirs, ABSENT))
            yield Probe("id", "get", url)
            yield _alike("id", "get", foreign, absent, theirs)
            yield _alike("id", "post", foreign, absent, theirs, page_body(resource, verb), still=True)
            yield from self._writes(who, url, resource, verb, page_body)

    def _api_list(self, who, route, resource):
        url = route.url()
        adds = route.name == f"api:{resource.name}-add"
        if not adds:
            yield Probe("list", "get", url)
            yield Probe("page", "get", f"{url}?limit=1")
            yield Probe("page", "get", f"{url}?limit=200")
            yield Probe("page", "get", f"{url}?cursor=forged")
            yield from self._filters(who, url, resource)
            for order in (*resource.columns, *_ORDERS):
                yield Probe("order", "get", f"{url}?sort={order}")
            yield from self._searches(who, url)
        elif resource.add:
            yield from self._writes(who, url, resource, resource.add, api_body)

    def _api_one(self, who, route, resource):
        own, theirs = self.own(who, resource.model), self.foreign(who, resource.model)
        yield Probe("id", "get", route.url(id=own))
        yield _alike("id", "get", route.url(id=theirs), route.url(id=ABSENT), theirs)
        for key in list(self.keys[resource.model])[:40]:
            yield Probe("id", "get", route.url(id=key), names=frozenset({key}),
                        gone=who.actor.organisation_id not in self.keys[resource.model][key]
                        and resource.model not in EVERYBODYS)  # fmt: skip

    def _api_verb(self, who, route, resource):
        name = route.address.rsplit("/", 1)[-1]
        verb = next((verb for verb in resource.verbs if verb.name == name), None)
        own, theirs = self.own(who, resource.model), self.foreign(who, resource.model)
        body = api_body(resource, verb) if verb else {}
        method = "post" if verb else "get"
        yield _alike("id", method, route.url(id=theirs), route.url(id=ABSENT), theirs, body, still=True)
        if verb:
            yield from self._writes(who, route.url(id=own), resource, verb, api_body)
        else:
            yield Probe("stream", "get", route.url(id=own))

    # Sending one, and judging the answer.

    def judge(self, who, probe):
        """Send a probe; each way in which its answer is wrong is kept."""
        self.sent += 1
        before = Entry.objects.count() if probe.still else 0
        with transaction.atomic():
            status, said, ledger = self._answer(who, probe)
            transaction.set_rollback(True)
        self.statuses[status // 100] = self.statuses.get(status // 100, 0) + 1
        wrong = []
        if status >= 500:
            wrong.append(f"{status}")
        rivals = who.rivals if _OF_TENDERS.match(probe.url) else set()
        if foreign := found_in(said) - who.allowed - rivals:
            wrong.append(f"marks of others: {sorted(foreign)}")
        told = {int(key) for key in KEY.findall(said)} - probe.names
        organisation = who.actor.organisation_id
        if probe.url.startswith("/ledger/"):
            told -= self.acted.get(organisation, set())
        if keys := [key for key in told if organisation not in self.owner.get(key, {organisation})]:
            wrong.append(f"keys of others: {keys}")
        if probe.gone and status not in (404, 405, 302, 401, *((403, 422) if probe.twin else ())):
            wrong.append(f"{status} about what is not theirs")
        if probe.still and ledger != before:
            wrong.append("something was written")
        if probe.twin:
            with transaction.atomic():
                other = self._answer(who, probe.twin)[:2]
                transaction.set_rollback(True)
            names = {*probe.names, *probe.twin.names, ABSENT}
            if (status, _plain(said, names)) != (other[0], _plain(other[1], names)):
                wrong.append(f"told apart from what does not exist ({status}, {other[0]})")
        self.faults += [f"{who} {probe.method} {probe.url} {probe.data or ''}: {what}" for what in wrong]
        return status

    def _answer(self, who, probe):
        client, headers = who.client, {"Accept-Language": "en", **probe.headers}
        kept = {name: morsel.value for name, morsel in client.cookies.items()}
        data = probe.data
        if data is not None and "file" in data:
            data = data | {"file": _upload()}
        if probe.url.startswith("/api/"):
            headers |= {"Authorization": f"Bearer {who.secret}", "If-Match": "*"}
            sent = json.dumps(data) if probe.method != "get" else None
            response = client.generic(probe.method.upper(), probe.url, sent or "", "application/json", headers=headers)
        else:
            response = (
                getattr(client, probe.method)(probe.url, data, headers=headers)
                if data is not None
                else getattr(client, probe.method)(probe.url, headers=headers)
            )
        client.cookies.clear()
        for name, value in kept.items():
            client.cookies[name] = value
        content = b"".join(response.streaming_content) if response.streaming else response.content
        response.close()
        heads = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
        ledger = Entry.objects.count()
        return response.status_code, f"{heads}\n\n{_text(content)}", ledger


def _person():
    return next(model for model in OWNERS if model.__name__ == "Person")


def _alike(kind, method, url, twin, key, data=None, *, still=False, gone=True):  # noqa: PLR0917 - as a probe
    other = Probe(kind, method, twin, data)
    return Probe(kind, method, url, data, frozenset({key}), other, still, gone)


def _numbers(given):
    return frozenset(value for value in given.values() if isinstance(value, int))


def _asked(route, method):
    return "?month=1999-02-01" if route.name == "level-preview" and method == "get" else ""


def _upload():
    return SimpleUploadedFile("calls.txt", b"vru+line\tcall_id\n")


def _text(content):
    """What a body says, unpacked where it is a workbook."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"\n".join(packed.read(name) for name in packed.namelist())
    return content.decode("utf-8", "replace")


def _plain(said, names):
    """An answer without what differs each time, and without what was asked for: keys of these `names`."""
    said = _TOKENS.sub("", said)
    for key in sorted(names, reverse=True):  # a short one may be a part of a long one, a long one looks like a time
        said = said.replace(str(key), "KEY")
    said = re.sub(r"Content-Length: \d+|[a-f0-9]{32}|\d{8}[-_T]?\d{4,6}|\d\d:\d\d(:\d\d)?(\.\d+)?", "", said)
    said = said.replace("zzzzz0", "Q")
    return re.sub(r"qz[a-z]+0(?!q)", "Q", said)
