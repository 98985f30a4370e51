"""Obligations: dated duties, of whom each is reminded before its day and who is told when it has passed.

Owns duties (something about a record that is to be done by a day), what was told of them, and the addresses of
calendars to which people subscribe. Apps declare which records have duties and which dates of theirs arm one. A day is
counted by the institution's own working calendar; where a year's holidays are not announced it is provisional. A duty
moves when the date moves on which it hangs. What is told is told once for each duty and day, however many workers look
and however long none did. It refuses to change what was done, excused or cancelled.
"""
