"""Records as a contractor sends them."""

from datetime import date

from guanbao.apps.service_levels.services.imports import import_announce, import_receive

HOURS = 'zone: Asia/Jerusalem\nweek: {sun-thu: ["07:00-24:00"], fri: ["07:00-14:00"], sat: ["20:00-24:00"]}\n'
FEBRUARY = date(1999, 2, 1)


def sent(actor, arrangement, data, *, name="calls.txt", mapping="anonymous-bank", dataset="interactions"):
    """Records, sent in one piece; the import as it waits."""
    announced = import_announce(
        actor=actor, arrangement=arrangement, dataset=dataset, mapping=mapping, file_name=name, size=len(data)
    )
    return import_receive(actor=actor, import_=announced, offset=0, pieces=[data])
