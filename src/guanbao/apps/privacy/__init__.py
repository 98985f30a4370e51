"""Personal data that an arrangement has processed: the record of entrusted processing (委托处理个人信息).

Owns one record for each purpose of an arrangement: what PIPL art. 21 has the parties agree (purpose, period, method,
kinds of data, protection, rights and duties), the consent to sub-entrustment, the impact assessment of art. 55, and how
the data were returned or deleted. Without an assessed record an arrangement with personal data does not leave the stage
of its contract. It refuses to change a record whose data are gone.
"""
