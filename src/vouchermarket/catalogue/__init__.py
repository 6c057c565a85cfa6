"""Accredited providers, their courses, base placements and runs."""
