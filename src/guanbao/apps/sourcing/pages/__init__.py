"""The pages of sourcing, by noun."""
