"""The inbox: notices as their readers see them, how they wish to be told, and, for administrators, what went where.

Owns no tables: notices are the platform's. Refuses to show one person's notices to another; who looks after deliveries
reads their kind, way and state, not what they tell.
"""
