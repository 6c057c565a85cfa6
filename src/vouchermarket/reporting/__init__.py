"""Figures, traces and the invariants of the books: reads only."""
