"""What every slice stands on: database, ids, clock, money, refusals, locks, events, keys."""
