"""A bureau's document as data, and the judge that reads it."""
