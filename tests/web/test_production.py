"""What production does not start with: a line a setting, and the role row-level security would not hold."""

import os

import pytest
from sqlalchemy import create_engine, make_url, text

from vouchermarket.app import UNSAFE, create_app, refuse_privileged, safe_for_production
from vouchermarket.kit.db import Database
from vouchermarket.settings import DEMO_SECRET_KEY, from_environment
from vouchermarket.web.problems import ProductionNotSafe
from web.settings_of import SAFE, settings

REFUSED = [
    ({"database_url": ""}, "DATABASE_URL (embedded PostgreSQL)"),
    ({"clock_offset_seconds": -5}, "VOUCHERMARKET_CLOCK_OFFSET_SECONDS"),
    ({"oidc_issuer": "http://id.example.cn"}, "VOUCHERMARKET_OIDC_ISSUER (not https)"),
    ({"demo_entrance": True}, "VOUCHERMARKET_DEMO_ENTRANCE"),
    ({"allowed_hosts": ()}, "VOUCHERMARKET_ALLOWED_HOSTS"),
    ({"base_url": "http://market.test"}, "VOUCHERMARKET_BASE_URL (not https)"),
    ({"stripe_api_base": "http://127.0.0.1:12111"}, "STRIPE_API_BASE (not https)"),
    ({"secret_key": DEMO_SECRET_KEY}, "VOUCHERMARKET_SECRET_KEY (the demo's)"),
    ({"secret_key": "x" * 31}, "VOUCHERMARKET_SECRET_KEY (short)"),
]


@pytest.mark.parametrize(("unsafe", "named"), REFUSED)
async def test_production_refuses_what_is_fit_for_a_demo_only(unsafe: dict[str, object], named: str) -> None:
    """docs/trust.md 72: nothing starts, and the setting is named; a demo does not mind."""
    with pytest.raises(ProductionNotSafe) as refused:
        create_app(settings(**(SAFE | unsafe)))
    assert refused.value.facts == {"setting": named}
    safe_for_production(settings(**(SAFE | unsafe | {"mode": "demo"})))


def test_every_check_of_production_is_tried() -> None:
    """docs/trust.md 72."""
    assert [named for _, named in REFUSED] == [setting for setting, _ in UNSAFE]
    safe_for_production(settings(**SAFE, base_url="https://market.test"))


def test_a_mode_that_nobody_knows_does_not_run_as_a_demo() -> None:
    """docs/trust.md 72: `VOUCHERMARKET_MODE=prodution` would have run with a demo's checks."""
    with pytest.raises(ProductionNotSafe):
        create_app(settings(mode="prodution"))


async def test_no_variable_of_the_framework_turns_on_its_debugging(monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/trust.md 72: a page with the trace and the source would answer whoever finds a fault."""
    monkeypatch.setenv("LITESTAR_DEBUG", "1")
    monkeypatch.setenv("LITESTAR_PDB", "1")
    app = create_app(settings(**SAFE))
    assert (app.debug, app.pdb_on_exception) == (False, False)
    await app.state.database.close()


def test_settings_show_no_secret() -> None:
    """docs/trust.md 66: neither the key nor the password of the database."""
    secret, password = "s3cret-of-the-bureau", "pa55-of-the-database"
    read = from_environment(
        {"VOUCHERMARKET_SECRET_KEY": secret, "DATABASE_URL": f"postgresql+psycopg://app:{password}@db/market"}
    )
    assert read.secret_key == secret
    assert not {word for word in (secret, password) if word in f"{read!r} {read}"}


async def test_production_does_not_run_as_a_superuser(owner_url: str) -> None:
    """docs/trust.md 72: row-level security would not hold such a role."""
    url = make_url(os.environ["DATABASE_URL"])
    engine = create_engine(owner_url)
    with engine.connect() as connection:
        superuser = connection.execute(
            text("SELECT rolname FROM pg_roles WHERE rolsuper AND rolcanlogin ORDER BY oid LIMIT 1")
        ).scalar_one()
    engine.dispose()
    for name, is_safe in ((url.username, True), (superuser, False)):
        database = Database(url.set(username=name).render_as_string(hide_password=False), pool_size=1)
        if is_safe:
            await refuse_privileged(database)
        else:
            with pytest.raises(ProductionNotSafe):
                await refuse_privileged(database)
        await database.close()
