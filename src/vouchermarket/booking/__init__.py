"""Seats and holds taken together: lock, decide, write."""
