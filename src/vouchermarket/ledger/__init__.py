"""Accounts, transfers and holds in integer fen: the only place where value moves."""
