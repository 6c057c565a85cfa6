"""Credit entries and the decisions of their reviewers: never money."""
