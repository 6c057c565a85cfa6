"""Settings of an application under test."""

import os
from pathlib import Path

from vouchermarket.settings import Settings

# What production runs with.
SAFE = {"mode": "production", "allowed_hosts": ("market.test",), "secret_key": "0123456789abcdef" * 4}


def settings(**more: object) -> Settings:
    values = {
        "database_url": os.environ["DATABASE_URL"],
        "data_dir": Path("/nowhere"),
        "seeds_dir": Path("/nowhere"),
    }
    return Settings(**(values | more))
