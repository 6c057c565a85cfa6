"""Who is told what: the inbox on every desk, and mail for those who have confirmed an address."""
