"""What every app stands on and that knows no app: who acts, what they may do, and the ledger of what they did."""
