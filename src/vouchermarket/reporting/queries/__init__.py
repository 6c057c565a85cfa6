"""Reads over all slices: the invariants, the money line, the trace of one booking."""
