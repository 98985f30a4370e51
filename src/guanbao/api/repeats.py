"""Creates that may be sent twice and happen once: the header Idempotency-Key."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from guanbao.api.errors import KeyUsedOtherwise, parameter_wrong
from guanbao.api.models import KeptAnswer
from guanbao.platform.actors import Actor
from guanbao.platform.wording import told

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=24)
_FORM = re.compile(r"[!-~]{1,255}")


def once(request: HttpRequest, actor: Actor, write: Callable[[], HttpResponse]) -> HttpResponse:
    """Do `write` in one transaction; under a key that was used within a day, give its first answer again.

    Whoever comes second waits at the unique key until the first is done. What is refused keeps no answer.
    """
    key = request.headers.get(HEADER)
    with transaction.atomic():
        if key is None:
            return write()
        if not _FORM.fullmatch(key):
            raise parameter_wrong(HEADER, told("It is not 1 to 255 printable ASCII characters."))
        asked = sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()
        whose = {"person_id": actor.person_id or 0, "organisation_id": actor.organisation_id or 0}
        now = timezone.now()
        KeptAnswer.objects.filter(**whose, kept_at__lt=now - KEPT_FOR).delete()
        kept, is_first = KeptAnswer.objects.get_or_create(**whose, key=key, defaults={"digest": asked, "kept_at": now})
        if is_first:
            response = write()
            kept.status, kept.body = response.status_code, response.content
            kept.headers = dict(response.headers)
            kept.save()
            return response
    if kept.digest != asked:
        raise KeyUsedOtherwise
    return HttpResponse(bytes(kept.body), status=kept.status, headers=kept.headers)
