"""Commissioned training: a need stated, quotes, a reserved run. Empty for now."""
