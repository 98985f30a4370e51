"""The REST API, from the same `Resource`s as the pages: `/api/v1`, its OpenAPI, and docs to try it in.

Knows no app. Of each resource it makes a list with search, filters, sort and cursor; detail with its ETag; create, once
per Idempotency-Key; each verb, under If-Match. What the declaration does not name can neither be read nor set, filtered
nor sorted by. Every refusal is a problem (RFC 9457) in the reader's language.

An app with an endpoint of its own writes it in its `api` as a `ninja.Router` and registers it in its `apps`:
`register_router("arrangements", router)` puts `@router.post("/{int:id}/records/{dataset}")` under
`/api/v1/arrangements/…`. It finds its actor by `guanbao.platform.access.acting.actor_of(request)`; authentication,
problems, refusal of unknown parameters and the common answers in the OpenAPI come by themselves; raise any
`GuanbaoError`, or
`guanbao.api.errors.NotHere`. What reads a body of another type than JSON names it in
`openapi_extra["requestBody"]["content"]`, takes no body parameter, and reads `request` as a stream; other types get
415. Give each body and answer an example.
"""
