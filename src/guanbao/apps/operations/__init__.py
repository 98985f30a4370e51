"""Operations: background work as its readers see it, and what keeps an installation tidy.

Owns no tables: jobs and schedules are the platform's. Refuses to show one person's work to another, but to the
administrator of their institution.
"""
