"""Growth plans, post-training duties, portfolio. Empty for now."""
