"""Who is told what: inbox and mail. Empty until the second stage of the line."""
