"""A record submitted and approved by everybody whom its model asks."""

from guanbao.platform.identity.models import Person
from guanbao.platform.workflow.models import Approval, Task
from guanbao.platform.workflow.services.approvals import approval_start
from guanbao.platform.workflow.services.deciding import task_decide


def approved(house, maker, subject):
    """The approval, ended."""
    approval = approval_start(actor=maker, subject=subject)
    while task := Task.objects.filter(approval=approval, state="open").order_by("pk").first():
        decider = house.person(f"decider{Person.objects.count()}", house.bank.organisation, task.role)[1]
        task_decide(actor=decider, task=task, verdict="approve")
    return Approval.objects.get(pk=approval.pk)
