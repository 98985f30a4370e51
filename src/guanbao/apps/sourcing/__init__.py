"""Sourcing: from qualification to award (选商).

Owns tenders (采购项目) of arrangements, who is invited, what bidders ask and all are answered, sealed bids and the
officers who open them, evaluations, awards and back-up plans, and due diligence. It refuses to read a bid before its
hour, to show a bidder anything of another, to award without evaluations, and to let an arrangement pass to signature
without diligence.
"""
