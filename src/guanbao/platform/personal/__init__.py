"""Personal data: fields that are covered wherever they are shown, and the one way to read what is under the cover.

A field is marked by its class (`fields`): its values are `Covered`, which print as their mask in pages, answers, files
and the ledger, whoever writes the template. A reveal (`services`) asks a reason, counts against the day's budget and
stands in the ledger; rows planted as canaries, which nobody has a reason to read, raise an alert. An app says in one
line that rows of a model can be revealed (`attaching`). Refuses to search, sort or filter by what is covered: each
answer would tell a little of it.
"""
