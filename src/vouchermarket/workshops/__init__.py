"""Teacher workshops whose activity earns hours. Empty: no pack in use asks for them yet."""
