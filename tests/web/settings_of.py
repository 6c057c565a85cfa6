"""Settings of an application under test."""

import os
from pathlib import Path

from vouchermarket.settings import Settings


def settings(**more: object) -> Settings:
    values = {
        "database_url": os.environ["DATABASE_URL"],
        "data_dir": Path("/nowhere"),
        "seeds_dir": Path("/nowhere"),
    }
    return Settings(**(values | more))
