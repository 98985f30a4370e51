"""Steps of a chain of decisions."""

from guanbao.platform.workflow.models import Task
from guanbao.platform.workflow.services.deciding import task_decide

COUNTERSIGN = ("risk", "compliance", "legal", "finance")
DECIDE = ("executing_department", *COUNTERSIGN, "outsourcing_office", "committee", "committee2", "committee3",
          "senior_management", "board")  # fmt: skip


def task_of(approval, level, seat=1):
    """The newest task of a level's seat."""
    return Task.objects.filter(approval=approval, level=level, seat=seat).order_by("-round").first()


def decided(approval, actor, level, verdict="approve", seat=1, **said):
    """Somebody decides."""
    return task_decide(actor=actor, task=task_of(approval, level, seat), verdict=verdict, **said)


def up_to(deciders, approval, level):
    """Everybody before a level approves."""
    by = deciders.by
    order = [("executing", by["executing_department"], 1), *[(f"sign_{one}", by[one], 1) for one in COUNTERSIGN],
             ("office", by["outsourcing_office"], 1), ("committee", by["committee"], 1),
             ("committee", by["committee2"], 2), ("senior", by["senior_management"], 1)]  # fmt: skip
    for name, actor, seat in order:
        if name == level:
            return
        decided(approval, actor, name, seat=seat)
