"""The routes of every registered resource."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from guanbao.web.details import add_page, bulk_page, detail_page, verb_page
from guanbao.web.exports import export_page, fetch_page
from guanbao.web.frame import find_page, start_page
from guanbao.web.importing import import_page
from guanbao.web.lists import list_page, views_page
from guanbao.web.resource import resources


def routes() -> list[URLPattern]:
    """Each resource's list, forms and detail page, then the pages of the frame."""
    made = [
        path("", start_page, name="start"),
        path("find", find_page, name="find"),
        path("exports/<int:number>", fetch_page, name="export-fetch"),
    ]
    for resource in resources():
        given, name = {"resource": resource}, resource.name
        made += [
            path(f"{name}/", require_safe(list_page), given, name=f"{name}-list"),
            path(f"{name}/views", views_page, given, name=f"{name}-views"),
            path(f"{name}/bulk", bulk_page, given, name=f"{name}-bulk"),
            path(f"{name}/import", import_page, given, name=f"{name}-import"),
            path(f"{name}/export", export_page, given, name=f"{name}-export"),
            path(f"{name}/add", add_page, given, name=f"{name}-add"),
            path(f"{name}/<int:pk>/", detail_page, given, name=f"{name}-detail"),
            path(f"{name}/<int:pk>/<slug:verb>", verb_page, given, name=f"{name}-verb"),
        ]
    return made
