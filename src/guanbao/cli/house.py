"""`guanbao init` and `guanbao serve`: an installation of the web application."""

from __future__ import annotations

import signal
from contextlib import nullcontext
from os import environ
from typing import Annotated
from urllib.parse import unquote, urlsplit

import typer

from guanbao.cli import speech
from guanbao.cli.setting_up import django_ready
from guanbao.cli.speech import _
from guanbao.cli.worker import working_beside


def add(app: typer.Typer) -> None:
    """Register both verbs."""

    @app.command(help=_("Set up or bring up to date: keys, database, roles; an institution with its administrator."))
    def init(
        institution: Annotated[
            str, typer.Option(help=_("The institution to begin with; it is added where there is none."))
        ] = "",
        administrator: Annotated[str, typer.Option(help=_("The login of its platform administrator."))] = "",
        password: Annotated[
            str, typer.Option(help=_("The administrator's password; one is made up and printed where none is given."))
        ] = "",
    ) -> None:
        """Set up an installation in GUANBAO_HOME; what is there stays."""
        # Whose tables they are and who works with them are two roles, where PostgreSQL is told of both.
        application = urlsplit(environ.get("DATABASE_URL", ""))
        has_owner = bool(environ.get("GUANBAO_OWNER_URL"))
        if has_owner:
            environ["DATABASE_URL"] = environ["GUANBAO_OWNER_URL"]
        settings = django_ready()
        import secrets

        from django.core.management import call_command

        from guanbao.platform.access.roles import roles_sync
        from guanbao.platform.access.tenancy import application_role, tenant_set
        from guanbao.platform.actors import SYSTEM

        call_command("migrate", verbosity=0)
        tenant_set(SYSTEM)
        if has_owner:
            application_role(unquote(application.username or ""), unquote(application.password or ""))
        roles_sync()
        speech.out.print(_("Ready in {folder}.", folder=settings.HOME), markup=False)
        if institution:
            from guanbao.apps.parties.models import Institution

            if Institution.objects.exists():
                speech.out.print(_("There is an institution already; none was added."), markup=False)
                return
            made = password or secrets.token_urlsafe(12)
            _begin(institution, administrator or "admin", made)
            told = _("Log in as {login} with the password {password}", login=administrator or "admin", password=made)
            speech.out.print(told, markup=False)

    @app.command(help=_("Serve the web application on this machine."))
    def serve(
        host: Annotated[str, typer.Option(help=_("The address to listen on."))] = "127.0.0.1",
        port: Annotated[int, typer.Option(help=_("The port to listen on."))] = 8000,
        no_worker: Annotated[
            bool, typer.Option("--no-worker", help=_("Leave background work to guanbao worker."))
        ] = False,
    ) -> None:
        """Run until it is stopped."""
        django_ready()
        run_server(host, port, worker=not no_worker)


def run_server(host: str, port: int, *, worker: bool = True) -> None:
    """Serve until it is stopped, with or without a worker beside."""
    import uvicorn

    speech.out.print(_("Open http://{host}:{port}/", host=host, port=port), markup=False)
    # uvicorn ends on this signal, then raises it once more: the worker is still to be ended after that.
    signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    with working_beside() if worker else nullcontext():
        uvicorn.run("guanbao.config.asgi:application", host=host, port=port, log_level="warning")


def _begin(institution: str, login: str, password: str) -> None:
    """The first institution, with somebody who can give roles in it."""
    from django.db import transaction
    from django.utils import timezone

    from guanbao.apps.parties.choices import InstitutionKind
    from guanbao.apps.parties.services import institution_add
    from guanbao.platform.access.models import Role
    from guanbao.platform.access.services import grant_give
    from guanbao.platform.actors import SYSTEM
    from guanbao.platform.identity.services import membership_give, person_add

    today = timezone.localdate()
    with transaction.atomic():
        made = institution_add(actor=SYSTEM, name=institution, kind=InstitutionKind.BANK)
        person = person_add(actor=SYSTEM, login=login, name=login, password=password)
        membership_give(actor=SYSTEM, person=person, organisation=made.organisation, since=today)
        role = Role.objects.get(code="platform_administrator", institution=None)
        grant_give(actor=SYSTEM, person=person, organisation=made.organisation, role=role, since=today)
