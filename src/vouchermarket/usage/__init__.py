"""Verified use of space resources, paid by the piece. Empty until resources are listed."""
