"""Bringing a database to the newest schema, as its owner."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from vouchermarket.kit.refusal import Kind, Refusal


class SchemaBehind(Refusal):
    code = "schema_behind"
    kind = Kind.CONFLICT
    zh = "数据库结构为 {found},程序需要 {wanted}"
    en = "The database is at {found}, this program needs {wanted}"
    remedy_zh = "请先运行 vouchermarket migrate"
    remedy_en = "Run vouchermarket migrate first"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
    return config


def newest() -> str:
    """The revision this program needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def upgrade(owner_url: str, to: str = "head") -> None:
    """Bring the database to a revision, the newest by default. All or nothing: schema changes roll back."""
    engine = create_engine(owner_url)
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, to)
    engine.dispose()


def differences(owner_url: str) -> list[str]:
    """What the declared tables and the database do not agree on; empty when they do."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from vouchermarket.kit.db import metadata

    engine = create_engine(owner_url)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    return [str(difference) for difference in found]


def current(url: str) -> str:
    """The revision a database is at; empty for a fresh one."""
    engine = create_engine(url)
    with engine.connect() as connection:
        known = connection.execute(text("SELECT to_regclass('alembic_version')")).scalar()
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else ""
    engine.dispose()
    return found or ""
