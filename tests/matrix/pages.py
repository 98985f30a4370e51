"""Every page that somebody can open: the addresses of all routes, filled with rows that may be theirs."""

from routes import ABSENT, EVERYBODYS, WORDS, keys_of, routes

from guanbao.platform.ledger.models import Entry

_ROWS = 12  # of a model, in a crawl


def addresses(who, rows=_ROWS):
    """Each address to GET, with the name of its route: lists, forms, rows with every tab, verbs, single pages."""
    for route in routes():
        if not route.name.startswith("api:") and (route.resource is None or route.resource.may_view(who.actor)):
            yield from ((_named(route, url), url) for url in _filled(who, route, rows))


def own_keys(who, model, most=_ROWS):
    """Keys of rows that may be theirs; of the ledger's entries one of each event, in each organisation."""
    if model is Entry:
        ours = Entry.objects.filter(organisation_id=who.actor.organisation_id).order_by("index")
        return sorted({event: index for index, event in ours.values_list("index", "event")}.values())
    organisation = who.actor.organisation_id
    return [key for key, of in keys_of(model).items() if organisation in of or model in EVERYBODYS][:most]


def _named(route, url):
    tab = url.partition("?tab=")[2]
    verb = url.rsplit("/", 1)[1].partition("?")[0] if route.page == "verb" else ""
    return route.name + (f"?{tab}" if tab else "") + (f":{verb}" if verb else "")


def _filled(who, route, rows):
    resource = route.resource
    if resource is None:
        yield from _single(who, route, rows)
        return
    match route.page:
        case "detail":
            tabs = [panel.name for panel in resource.panels_for(who.actor, "tab")]
            for key in own_keys(who, resource.model, rows):
                url = route.url(pk=key)
                yield from (url, *(f"{url}?tab={tab}" for tab in tabs[1:]))
        case "verb":
            for key in own_keys(who, resource.model, rows):
                yield from (route.url(pk=key, verb=verb.name) for verb in resource.verbs if verb.may(who.actor))
        case "bulk":
            keys = "".join(f"&row={key}" for key in own_keys(who, resource.model, rows))
            yield from (f"{route.url()}?verb={verb.name}{keys}" for verb in resource.verbs if verb.bulk)
        case "views" | "export":
            return  # of what is sent
        case _:
            yield route.url()


def _single(who, route, rows):
    filled = route.entry.filled if route.entry else {}
    ways = [{}]
    for hole in route.holes:
        said = filled.get(hole, (WORDS.get(hole, ABSENT),))
        values = said if isinstance(said, tuple) else own_keys(who, said, rows)
        ways = [way | {hole: value} for way in ways for value in values]
    yield from (route.url(**way) + ("?month=1999-02-01" if route.name == "level-preview" else "") for way in ways)
