"""The application over HTTP, as the tests of the web have it."""

from pages.conftest import arrive
from web.conftest import app, clock, desks, learning, shared_app, transport, visit

__all__ = ["app", "arrive", "clock", "desks", "learning", "shared_app", "transport", "visit"]
