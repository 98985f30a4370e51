"""Ways out of the house, and how a delivery can stand."""

from __future__ import annotations

from django.db.models import TextChoices

from guanbao.platform.wording import _


class Channel(TextChoices):
    """By which way a notice leaves."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    WEBHOOK = "webhook", _("Webhook")
    DINGTALK = "dingtalk", _("DingTalk robot")
    WECOM = "wecom", _("WeCom robot")


PERSONAL = (Channel.EMAIL, Channel.SMS)
ENDPOINTS = (Channel.WEBHOOK, Channel.DINGTALK, Channel.WECOM)


class State(TextChoices):
    """From to be sent to ended."""

    WAITING = "waiting", _("Waiting")
    HELD = "held", _("Kept for the daily summary")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNCERTAIN = "uncertain", _("May have been sent")
    DROPPED = "dropped", _("No longer to be sent")


AGAIN = (State.FAILED, State.UNCERTAIN)
