"""Workflow: people deciding about a record, by models in BPMN 2.0 with decision tables in DMN.

Owns the versions of models, approvals (one run of a model over one record), their tasks and decisions, and who stands
in for whom. It knows no app: an app attaches a model to a record with one line (`attaching`). It refuses a decision by
who asked for it, a second one by the same person in one chain, and any about a record that is no longer what it was.
"""
