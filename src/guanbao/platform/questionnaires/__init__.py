"""Questionnaires: definitions as data, and issues of them to somebody about a record.

Owns the versions of definitions that an institution has, issues, answers (each amendment a row of its own) and what
reviewers said of them. It knows no app: an app attaches questionnaires to its records with one line (`attaching`). It
refuses a definition that asks in circles, an answer that would overwrite one its writer has not seen, a review by who
answered, and any change once an issue is concluded.
"""
