"""The schedule, its leader, and the sweeps it runs."""
