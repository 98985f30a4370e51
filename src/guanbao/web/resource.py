"""A Resource: one declaration from which all pages of a model come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.db.models import Field, Model, QuerySet
from django.forms import ModelForm
from django.urls import reverse

from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.ledger.telling import tell_list
from guanbao.web.errors import ResourceTwice

Selector = Callable[..., QuerySet[Any]]
_RESOURCES: dict[str, Resource] = {}
_LISTS = ("columns", "shown", "answers", "search", "filters", "order", "exported")  # of fields
_ADDED: dict[str, list[Panel]] = {}


@dataclass(frozen=True)
class Verb:
    """Something that can be done to a row: a service, who may call it, and the fields, or the form, it asks for.

    The service is called as `service(actor=…, <model>=…, **fields)`, one that adds without the row. `when` says for
    which rows it makes sense, and for whom; `grave` asks once more, for what cannot be undone; `bulk` lets it be done
    to many rows of a list, each by itself, with the same fields. One that adds by a form of its own takes rows from
    files where it is `imported`.
    """

    name: str
    title: str
    permission: Permission
    service: Callable[..., Any]
    fields: tuple[str, ...] = ()
    form: type[ModelForm[Any]] | None = None
    when: Callable[[Any, Actor], bool] = lambda _row, _actor: True
    grave: bool = False
    bulk: bool = False
    imported: bool = False

    @property
    def from_files(self) -> bool:
        """Whether rows can be added from a file: by plain fields, or a form that says so."""
        return self.imported or bool(self.fields)

    def may(self, actor: Actor) -> bool:
        """Whether the actor may do it to anything at all."""
        return not reach(actor, self.permission).is_empty


Slot = Literal["head", "tab", "side"]


@dataclass(frozen=True)
class Panel:
    """A part of the detail page: a template, and what it is given of a row; the template finds it in `given`.

    It stands over the page (`head`), on a tab of its own (`tab`) or at the right (`side`), where `may` allows it, in
    the order of `rank`.
    """

    name: str
    title: str
    template: str
    context: Callable[[Actor, Any], dict[str, Any]]
    slot: Slot = "tab"
    may: Callable[[Actor], bool] = lambda _actor: True
    rank: int = 50


@dataclass(frozen=True)
class Resource:
    """One model's pages.

    `rows(actor=…)` is the app's selector, already limited to what the actor may see. `columns` are fields of the
    list, the first leads to the detail page; `shown` those of the detail page, the columns where none are named.
    `search` are text fields. `inside` are
    fields that only an institution's people see: what it thinks of a contractor is not the contractor's to read.
    `exported` are fields of files, the columns where none are named; None lets nothing be exported.
    Rows that are a part of another name it by `parent`: they are no entry of the menu, and their pages lead back there.
    The API answers `shown`, or `answers` where panels show the rest.
    """

    name: str
    model: type[Model]
    title: str
    singular: str
    group: str
    empty: str
    view: Permission
    rows: Selector
    columns: tuple[str, ...]
    shown: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    order: tuple[str, ...] = ("pk",)
    add: Verb | None = None
    verbs: tuple[Verb, ...] = ()
    panels: tuple[Panel, ...] = ()
    inside: frozenset[str] = frozenset()
    exported: tuple[str, ...] | None = ()
    parent: str = ""
    answers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "shown", self.shown or self.columns)

    def hidden_from(self, actor: Actor) -> frozenset[str]:
        """The fields that are not this actor's to read or write: those `inside`, of who is not inside."""
        inside = not self.inside or reach(actor, self.view).side is Side.INSTITUTION
        return frozenset() if inside else self.inside

    def seen_by(self, actor: Actor) -> Resource:
        """The resource without the fields that are not this actor's to read, filter, sort or search by."""
        hidden = self.hidden_from(actor)
        left: dict[str, Any] = {}
        for part in _LISTS if hidden else ():
            if (fields := getattr(self, part)) is not None:
                left[part] = tuple(name for name in fields if name.lstrip("-") not in hidden)
        return replace(self, **left)

    @property
    def answered(self) -> tuple[str, ...]:
        """The fields of the API's records."""
        return self.answers or self.shown

    def verbs_for(self, actor: Actor, row: Model | None = None) -> list[Verb]:
        """What the actor may do; of that, where a row is named, what makes sense for it."""
        return [verb for verb in self.verbs if verb.may(actor) and (row is None or verb.when(row, actor))]

    def panels_for(self, actor: Actor, slot: Slot) -> list[Panel]:
        """What stands in a slot for this actor, by rank; of equal rank its own panels before those of other apps."""
        every = sorted((*self.panels, *panels_added(self.name)), key=lambda panel: panel.rank)
        return [panel for panel in every if panel.slot == slot and panel.may(actor)]

    def field(self, name: str) -> Field[Any, Any]:
        """A field of the model."""
        return self.model._meta.get_field(name)  # type: ignore[return-value] # noqa: SLF001 - Django's way

    @property
    def choosable(self) -> tuple[str, ...]:
        """The fields that a list can show: its columns, and what else the detail page tells."""
        return tuple(dict.fromkeys((*self.columns, *self.answered)))

    def showing(self, chosen: Iterable[str]) -> Resource:
        """The resource with those of its choosable columns; the first is always there, for it leads on."""
        wanted = set(chosen).intersection(self.choosable)
        found = tuple(name for name in self.choosable if name in {self.columns[0], *wanted})
        return replace(self, columns=found) if wanted else self

    def joined(self, rows: QuerySet[Any], names: Iterable[str]) -> QuerySet[Any]:
        """Rows with what their fields of these names lead to, in as many queries whatever their number."""
        related = [field for field in map(self.field, names) if field.is_relation]
        if one := [field.name for field in related if not field.many_to_many]:
            rows = rows.select_related(*one)  # without names Django would follow every field
        return rows.prefetch_related(*(field.name for field in related if field.many_to_many))

    def heading(self, name: str) -> str:
        """What a field is called."""
        return str(self.field(name).verbose_name)

    def may_view(self, actor: Actor) -> bool:
        """Whether the actor may see anything of it."""
        return not reach(actor, self.view).is_empty

    def url(self, page: Literal["list", "add", "detail", "verb"], *parts: object) -> str:
        """The address of a page."""
        return reverse(f"{self.name}-{page}", args=parts)


def register(*resources: Resource) -> None:
    """Make resources known; an app does so once, in its `apps`.

    Raises:
        ResourceTwice: a name is taken.
    """
    for resource in resources:
        if resource.name in _RESOURCES:
            raise ResourceTwice(name=resource.name)
        _RESOURCES[resource.name] = resource
        tell_list(resource.name, resource.title, resource.model)


def add_panels(page: str, *panels: Panel) -> None:
    """Put panels of an app on the detail page of another's resource, or on `start`; once, in its `apps`."""
    _ADDED.setdefault(page, []).extend(panels)


def add_verbs(name: str, *verbs: Verb) -> None:
    """Let what is done by another app be done to rows of a resource; once, in its `apps`, after theirs."""
    _RESOURCES[name] = replace(_RESOURCES[name], verbs=(*_RESOURCES[name].verbs, *verbs))


def panels_added(page: str) -> list[Panel]:
    """What apps put on a page, by rank."""
    return sorted(_ADDED.get(page, ()), key=lambda panel: panel.rank)


def resources() -> tuple[Resource, ...]:
    """Every resource, in the order of registration."""
    return tuple(_RESOURCES.values())


def resource_named(name: str) -> Resource:
    """The resource of that name. Raises KeyError."""
    return _RESOURCES[name]


def resource_title(name: str) -> str:
    """What a resource is called; its name, where there is none any more."""
    return str(_RESOURCES[name].title) if name in _RESOURCES else name


def resource_of(model: type[Model]) -> Resource | None:
    """The resource of a model, if it has pages."""
    return next((resource for resource in _RESOURCES.values() if resource.model is model), None)
