"""Settings, routes and the server's entry: what is put together here is written elsewhere."""
