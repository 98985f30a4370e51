"""What happens to premises, as the ledger tells it."""

from guanbao.platform.ledger.events import declare

_CLEAR = ("contractor", "name", "city", "seats")
ADDED = declare("premises.added", en="{actor} added {object}", zh="{actor}新增了{object}", clear=_CLEAR)
EDITED = declare("premises.edited", en="{actor} edited {object}", zh="{actor}修改了{object}", clear=_CLEAR)
