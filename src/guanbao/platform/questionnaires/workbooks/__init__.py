"""Questionnaires as Excel workbooks: answers filled in offline, and definitions."""
