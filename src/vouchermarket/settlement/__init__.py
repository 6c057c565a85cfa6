"""Statements of what a provider has earned, and the two keys that settle them."""
