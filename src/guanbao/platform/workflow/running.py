"""A model as it runs: SpiffWorkflow, of which the rest of the house sees nothing but this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.camunda.parser import CamundaParser
from SpiffWorkflow.camunda.serializer import DEFAULT_CONFIG

from guanbao.platform.workflow.diagrams import process_of, tree_of
from guanbao.platform.workflow.expressions import Closed

_SERIALIZER = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(DEFAULT_CONFIG))
_SPECS: dict[tuple[str, ...], Any] = {}
_MOST_SPECS = 200


class Run:
    """One run of a model: the levels that are asked now, and the way that it took."""

    def __init__(self, workflow: Any) -> None:  # noqa: ANN401 - SpiffWorkflow has no types
        self._workflow = workflow
        workflow.script_engine = Closed()

    @classmethod
    def begin(cls, bpmn: str, tables: list[str], facts: Mapping[str, object]) -> Run:
        """A new run over these facts, at its first levels."""
        run = cls(BpmnWorkflow(spec_of(bpmn, tables)))
        run._workflow.task_tree.data.update(facts)
        run._workflow.do_engine_steps()
        return run

    @classmethod
    def restore(cls, text: str) -> Run:
        """A run as it was kept."""
        return cls(_SERIALIZER.deserialize_json(text))

    def keep(self) -> str:
        """The run as text."""
        return str(_SERIALIZER.serialize_json(self._workflow))

    @property
    def is_over(self) -> bool:
        """Whether it came to its end."""
        return bool(self._workflow.is_completed())

    def asked(self) -> list[str]:
        """The levels that are asked now."""
        return [task.task_spec.name for task in self._ready()]

    def complete(self, level: str, **said: object) -> None:
        """Go on from a level that is asked, with what came of it as further facts. Raises LookupError: it is not."""
        task = next((task for task in self._ready() if task.task_spec.name == level), None)
        if task is None:
            raise LookupError(level)
        task.data.update(said)
        task.run()
        self._workflow.do_engine_steps()

    def passed(self) -> set[str]:
        """The nodes that it has passed."""
        return {task.task_spec.name for task in self._workflow.get_tasks(state=TaskState.COMPLETED)}

    def steps(self) -> set[tuple[str, str]]:
        """Which node led to which: the ways that gateways chose."""
        every = self._workflow.get_tasks(state=TaskState.COMPLETED | TaskState.READY | TaskState.WAITING)
        return {(task.parent.task_spec.name, task.task_spec.name) for task in every if task.parent is not None}

    def _ready(self) -> list[Any]:
        return list(self._workflow.get_tasks(state=TaskState.READY, manual=True))


def spec_of(bpmn: str, tables: list[str]) -> Any:  # noqa: ANN401 - SpiffWorkflow's
    """The specification of a model that was checked."""
    key = (bpmn, *tables)
    if key not in _SPECS:
        if len(_SPECS) >= _MOST_SPECS:
            _SPECS.clear()
        root = tree_of(bpmn.encode())
        parser = CamundaParser()
        parser.add_bpmn_xml(root)
        for table in tables:
            parser.add_dmn_xml(tree_of(table.encode()))
        _SPECS[key] = parser.get_spec(process_of(root).get("id"))
    return _SPECS[key]
