"""What is done about contracts by itself."""

from __future__ import annotations

from datetime import time

from guanbao.apps.contracts.services.following import contract_follow, contracts_due
from guanbao.engine.language import _
from guanbao.platform.actors import Actor
from guanbao.platform.tasks.declaring import job, schedule
from guanbao.platform.tasks.running import Running
from guanbao.platform.tasks.whens import Daily
from guanbao.platform.wording import _ as title_


@schedule(Daily(at=time(0, 10)))
@job(
    "contracts.follow", title=title_("Have contracts take effect, renew themselves and expire"), outcome=_("{n} moved.")
)
def follow(job: Running, *, actor: Actor) -> dict[str, int]:  # noqa: ARG001 - as every job
    """Each contract in a transaction of its own, before duties are held against their records."""
    return {"n": sum(contract_follow(pk=pk) for pk in list(contracts_due()))}
