"""Certificates of completion and their public verification. Empty for now."""
