"""Catalogue: what is offered and required (服务目录), the functions it serves, and what may never be outsourced.

Owns services, the register of functions (职能登记), the taxonomies of the source documents (packs) and the rules of
scope (不应外包的职能). Refuses business that needs limits and has none, an assessment without its reasons, and, with no
way around it, a function or service that a rule of scope forbids to outsource.
"""
