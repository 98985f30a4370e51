"""Parties: who outsources, who is outsourced to, and how they are known.

Owns institutions with their departments, contractors with their standing (候选, 准入, 限制, 退出, 禁用) and licences,
identifiers and contacts. Refuses an identifier whose check digits are wrong, a standing without a reason, and an
ancestry that runs in a circle.
"""
