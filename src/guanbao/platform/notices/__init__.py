"""Notices: what people are told of, and by which ways it reaches them.

Owns notices (something happened that concerns an organisation), receipts (whom it is for, and whether they have read
it), deliveries (each way out of the house: e-mail, SMS, webhook, robots of DingTalk and WeCom), people's wishes and
the organisations' endpoints. Apps declare kinds of notices and send them from their services; who gets one is asked
when it goes out, by permission. It is sent after the change stands, and once: what may have gone out already is never
sent again by itself. It refuses to reach a host that the installation does not name.
"""
