"""Questionnaires as people see them: lists, answering, reviewing, workbooks, and what stands on records' pages.

Owns no tables: questionnaires are the platform's. Refuses to show a contractor's people any that was not put to them,
and weights, scores and remarks on accepted answers of those that the institution keeps inside.
"""
