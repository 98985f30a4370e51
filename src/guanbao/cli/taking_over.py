"""`guanbao take-over`: what ran before the institution began with Guanbao, put at the stage where it stands."""

from __future__ import annotations

from typing import Annotated

import typer

from guanbao.cli import speech
from guanbao.cli.setting_up import django_ready
from guanbao.cli.speech import _


def add(app: typer.Typer) -> None:
    """Register the verb."""

    @app.command("take-over", help=_("Put an arrangement that ran before at the stage where it stands."))
    def take_over(
        reference: Annotated[str, typer.Argument(help=_("The reference of the arrangement."))],
        stage: Annotated[str, typer.Argument(help=_("The stage, such as operation."))],
        reason: Annotated[str, typer.Option(help=_("Where it comes from; it stands in the ledger."))],
    ) -> None:
        """Take it over; whoever runs this command has the database, and the ledger says that it was the system."""
        django_ready()
        from guanbao.apps.arrangements.choices import Stage
        from guanbao.apps.arrangements.models import Arrangement
        from guanbao.apps.arrangements.services import arrangement_take_over
        from guanbao.platform.access.tenancy import tenant_set
        from guanbao.platform.actors import SYSTEM

        tenant_set(SYSTEM)
        found = Arrangement.objects.filter(reference=reference)
        if len(found) != 1:
            raise typer.BadParameter(_("There is no one arrangement {reference}.", reference=reference))
        if stage not in Stage.values:
            raise typer.BadParameter(_("Name one of the stages: {stages}.", stages=", ".join(Stage.values)))
        made = arrangement_take_over(actor=SYSTEM, arrangement=found[0], stage=stage, reason=reason)
        speech.out.print(f"{made} · {Stage(made.stage).label}", markup=False)
