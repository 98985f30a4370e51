"""One folder a domain, in the order of an arrangement's life."""
