"""Which address leads where."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from guanbao.api.application import api_routes
from guanbao.apps.approvals.pages import approval_routes
from guanbao.apps.catalogue.pages import taxonomies_page, taxonomy_page
from guanbao.apps.documents.pages import document_routes
from guanbao.apps.duties.pages import duty_routes
from guanbao.apps.evidence.pages import evidence_routes
from guanbao.apps.inbox.pages import inbox_routes
from guanbao.apps.people.routes import account_routes
from guanbao.apps.privacy.pages import personal_routes
from guanbao.apps.service_levels.pages.views import routes as service_level_routes
from guanbao.apps.sourcing.pages.views import sourcing_routes
from guanbao.apps.surveys.views import survey_routes
from guanbao.web.urls import routes

urlpatterns: list[URLPattern | URLResolver] = [
    *account_routes(),
    path("taxonomies/", taxonomies_page, name="taxonomies"),
    path("taxonomies/<slug:name>/", taxonomy_page, name="taxonomy"),
    *document_routes(),
    *evidence_routes(),
    *approval_routes(),
    *inbox_routes(),
    *personal_routes(),
    *duty_routes(),
    *service_level_routes(),
    *survey_routes(),
    *sourcing_routes(),
    *routes(),
    *api_routes(),
]
