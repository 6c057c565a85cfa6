"""The application over HTTP, as the tests of the web have it."""

from web.conftest import app, clock, desks, learning, shared_app, transport, visit

__all__ = ["app", "clock", "desks", "learning", "shared_app", "transport", "visit"]
