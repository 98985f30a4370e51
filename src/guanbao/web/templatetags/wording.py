"""Sentences in templates, by the application's own wording."""

from __future__ import annotations

from django import template

from guanbao.platform.wording import told

register = template.Library()


@register.simple_tag
def say(sentence: str, **params: object) -> str:
    """`{% say "Find" %}`: a sentence in the reader's language."""
    return told(sentence, **params)
