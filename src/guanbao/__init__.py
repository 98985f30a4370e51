"""Guanbao (管包): the outsourcing of a financial institution, from strategy to hand-back."""
