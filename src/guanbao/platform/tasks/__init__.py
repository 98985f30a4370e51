"""Tasks: work that is done in the background, and when it is done by itself.

Owns jobs (what was asked for, by whom, how far it is and how it ended) and schedules (when something was last started
by itself). Apps declare both in their `tasks`. The backend, django-tasks-db, only hands a job to a worker; retries,
progress and schedules are ours. A job runs with the rights that who asked for it has when it runs. It may run twice,
after a crash, so what it does must bear that; it refuses a kind that no app declares.
"""
