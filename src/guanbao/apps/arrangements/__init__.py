"""Arrangements: the thread. What is outsourced, to whom, for which department, and how far it has come.

Owns arrangements (外包事项), their sub-outsourcing chain and places, the stages, and the registry of gates: an app that
has something to say about leaving a stage registers a gate here, and never reaches in. Refuses to leave a stage while
a gate is shut, and a function that may never be outsourced.
"""
