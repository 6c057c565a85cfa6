"""Vouchermarket: training vouchers from a bureau's budget to a provider's payout.

fund -> voucher -> hold -> capture -> statement -> payout, and beside it capture -> credit entry -> review.

settings      the environment, read once            kit            database, ids, clock, money, refusals
ledger        accounts, transfers, holds            identity       bodies, people, logins, who may do what
payments      money leaving the building            policies       a bureau's document as data, and its judge
catalogue     courses, runs, accreditation          vouchers       funds, issuance, vouchers
credits       credit entries and their review       booking        seats and holds, decided together
completion    attendance, reports, verification     settlement     statements and their two keys
reporting     figures, trace, the twelve invariants web | jobs     HTTP and the schedule; cli on top
Floors: pyproject.toml, [tool.importlinter]. A slice: tables, structs, rules, operations, queries.
"""

__version__ = "0.1.0"
