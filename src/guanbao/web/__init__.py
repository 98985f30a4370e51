"""Generic pages: one `Resource` per model, and from it list, detail, forms, verbs and exports.

Knows no app. An app builds Resources in its `pages` and registers them in its `apps`; `urls` makes their routes, the
menu and the command palette list what the reader may see. Pages ask selectors and call services, and nothing else.
"""
