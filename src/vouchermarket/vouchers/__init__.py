"""Funds, appropriations, issuances and the vouchers they give out."""
