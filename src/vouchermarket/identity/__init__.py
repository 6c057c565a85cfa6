"""Bodies, people, appointments, logins, and the matrix of who may do what."""
