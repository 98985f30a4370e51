"""Premises: where a contractor's people sit. A plain app, as small as one is; installed by tests only."""
