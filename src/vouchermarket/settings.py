"""The environment, read once into one struct. Nothing else reads it."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

# What a demo keeps its secrets under. It is public, so production refuses it.
DEMO_SECRET_KEY = "a demo keeps no secrets"  # noqa: S105 - public on purpose


class Secret:
    """A word that nothing shows: no representation, log line, trace or encoder."""

    __slots__ = ("_word",)

    def __init__(self, word: str) -> None:
        self._word = word

    def __repr__(self) -> str:
        return "Secret(***)"

    def __bool__(self) -> bool:
        return bool(self._word)

    def reveal(self) -> str:
        """The word itself, for the one place that sends it."""
        return self._word


NO_SECRET = Secret("")
STRIPE_API_BASE = "https://api.stripe.com"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a process is told from outside.

    `database_url` empty = the embedded PostgreSQL. `clock_offset_seconds` moves the clock of a demo city into
    its own school year; production mode refuses it. `allowed_hosts` empty = any host that is well written.
    `base_url` is what links in mails begin with. `trusted_proxies` are addresses or networks whose
    `X-Forwarded-For` is believed. `secret_key` ciphers what has to be read again, such as second factors.
    `stripe_api_key` empty = nothing is paid through Stripe; `stripe_webhook_secrets` are two while one is
    rotated. `demo_entrance` lets anybody come in as one of the invented people; production mode refuses it.
    `oidc_issuer` empty = nobody comes in by an identity provider; `oidc_claim` names the claim that holds a
    person's code on the roster. `smtp_url` empty = no mail; it reads `smtp://name:password@host:587` or
    `smtps://…`, and `smtp_sender` is the address letters come from.
    """

    database_url: str = ""
    database_owner_url: str = ""
    data_dir: Path
    seeds_dir: Path
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    mode: str = "demo"
    clock_offset_seconds: int = 0
    allowed_hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    base_url: str = ""
    secret_key: str = DEMO_SECRET_KEY
    require_second_factor: bool = False
    demo_entrance: bool = False
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: Secret = NO_SECRET
    oidc_claim: str = "preferred_username"
    stripe_api_base: str = STRIPE_API_BASE
    stripe_api_key: Secret = NO_SECRET
    stripe_webhook_secrets: tuple[Secret, ...] = ()
    smtp_url: Secret = NO_SECRET
    smtp_sender: str = ""

    def __repr__(self) -> str:
        """Without addresses of databases and keys: settings end up in traces."""
        return f"Settings(mode={self.mode!r}, host={self.host!r}, port={self.port!r})"


def default_data_dir(is_root: bool, environment: Mapping[str, str]) -> Path:
    """Root keeps its data under /var/lib (homes stay closed), a user under the user's data directory."""
    if is_root:
        return Path("/var/lib/vouchermarket")
    base = environment.get("XDG_DATA_HOME") or str(Path(environment.get("HOME", "/tmp")) / ".local/share")  # noqa: S108 - a user without a home
    return Path(base) / "vouchermarket"


def _seeds_dir() -> Path:
    package = Path(__file__).parent
    installed = package / "seeds"
    return installed if installed.is_dir() else package.parents[1] / "seeds"


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Read VOUCHERMARKET_*, DATABASE_{URL,OWNER_URL}, STRIPE_API_{BASE,KEY} and STRIPE_WEBHOOK_SECRETS."""
    env = os.environ if environment is None else environment
    data_dir = env.get("VOUCHERMARKET_DATA_DIR")
    seeds_dir = env.get("VOUCHERMARKET_SEEDS_DIR")
    return Settings(
        database_url=env.get("DATABASE_URL", ""),
        database_owner_url=env.get("DATABASE_OWNER_URL", ""),
        data_dir=Path(data_dir) if data_dir else default_data_dir(os.geteuid() == 0, env),
        seeds_dir=Path(seeds_dir) if seeds_dir else _seeds_dir(),
        host=env.get("VOUCHERMARKET_HOST", "127.0.0.1"),
        port=int(env.get("VOUCHERMARKET_PORT", "8000")),
        workers=int(env.get("VOUCHERMARKET_WORKERS", "1")),
        mode=env.get("VOUCHERMARKET_MODE", "demo"),
        clock_offset_seconds=int(env.get("VOUCHERMARKET_CLOCK_OFFSET_SECONDS", "0")),
        allowed_hosts=tuple(env.get("VOUCHERMARKET_ALLOWED_HOSTS", "").lower().split()),
        trusted_proxies=tuple(env.get("VOUCHERMARKET_TRUSTED_PROXIES", "").split()),
        base_url=env.get("VOUCHERMARKET_BASE_URL", ""),
        secret_key=env.get("VOUCHERMARKET_SECRET_KEY", DEMO_SECRET_KEY),
        require_second_factor=env.get("VOUCHERMARKET_REQUIRE_SECOND_FACTOR", "") == "1",
        oidc_issuer=env.get("VOUCHERMARKET_OIDC_ISSUER", ""),
        oidc_client_id=env.get("VOUCHERMARKET_OIDC_CLIENT_ID", ""),
        oidc_client_secret=Secret(env.get("VOUCHERMARKET_OIDC_CLIENT_SECRET", "")),
        oidc_claim=env.get("VOUCHERMARKET_OIDC_CLAIM", "preferred_username"),
        demo_entrance=env.get("VOUCHERMARKET_DEMO_ENTRANCE", "") == "1",
        stripe_api_base=env.get("STRIPE_API_BASE", STRIPE_API_BASE),
        stripe_api_key=Secret(env.get("STRIPE_API_KEY", "")),
        stripe_webhook_secrets=tuple(map(Secret, env.get("STRIPE_WEBHOOK_SECRETS", "").split())),
        smtp_url=Secret(env.get("VOUCHERMARKET_SMTP_URL", "")),
        smtp_sender=env.get("VOUCHERMARKET_SMTP_SENDER", ""),
    )


def hand_down(settings: Settings) -> None:
    """Put settings into the environment of the processes this one begins."""
    os.environ.update(
        {
            "DATABASE_URL": settings.database_url,
            "VOUCHERMARKET_DATA_DIR": str(settings.data_dir),
            "VOUCHERMARKET_SEEDS_DIR": str(settings.seeds_dir),
            "VOUCHERMARKET_MODE": settings.mode,
            "VOUCHERMARKET_CLOCK_OFFSET_SECONDS": str(settings.clock_offset_seconds),
            "VOUCHERMARKET_ALLOWED_HOSTS": " ".join(settings.allowed_hosts),
            "VOUCHERMARKET_TRUSTED_PROXIES": " ".join(settings.trusted_proxies),
            "VOUCHERMARKET_BASE_URL": settings.base_url,
            "VOUCHERMARKET_SECRET_KEY": settings.secret_key,
            "VOUCHERMARKET_REQUIRE_SECOND_FACTOR": "1" if settings.require_second_factor else "",
            "VOUCHERMARKET_DEMO_ENTRANCE": "1" if settings.demo_entrance else "",
        }
    )
