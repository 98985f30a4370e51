"""Which address leads where."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, path

from guanbao.api.application import api_routes
from guanbao.apps.catalogue.pages import taxonomies_page, taxonomy_page
from guanbao.apps.people.accounts import PasswordPage
from guanbao.web.urls import routes

urlpatterns: list[URLPattern | URLResolver] = [
    path("login", LoginView.as_view(template_name="web/login.html"), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("password", PasswordPage.as_view(), name="password"),
    path("taxonomies/", taxonomies_page, name="taxonomies"),
    path("taxonomies/<slug:name>/", taxonomy_page, name="taxonomy"),
    *routes(),
    *api_routes(),
]
