"""Bureaus, bodies, people, their appointments, and how they come in."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    text,
)

from vouchermarket.identity.structs import DepartureKind, OrganisationKind, ProviderKind, Role, SchoolStage
from vouchermarket.kit.db import instant, own_id, refers, registry_table, tenant_index, tenant_table, words

bureau = registry_table(
    "bureau",
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("time_zone", Text, nullable=False, server_default="Asia/Shanghai"),
    instant("opened_at"),
)

bureau_host = registry_table(
    "bureau_host",
    Column("host", Text, primary_key=True),
    Column("bureau_id", Uuid, ForeignKey("bureau.id"), nullable=False),
)

organisation = tenant_table(
    "organisation",
    own_id(),
    *words("kind", [kind.value for kind in OrganisationKind]),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    # A school's or county body's county bureau; a research office's school; none for the city's own bodies.
    *refers("parent_id", "organisation", nullable=True),
    Column("is_direct", Boolean, nullable=False, server_default=text("false")),
    Column("is_rural", Boolean, nullable=False, server_default=text("false")),
    *words("stage", [stage.value for stage in SchoolStage], nullable=True),
    *words("provider_kind", [kind.value for kind in ProviderKind], nullable=True),
    Column("closed_on", Date),
    CheckConstraint("(kind = 'provider') = (provider_kind IS NOT NULL)", name="provider_kind_of_providers"),
    tenant_index("organisation", "code", unique=True),
    tenant_index("organisation", "kind"),
)

person = tenant_table(
    "person",
    own_id(),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    *words("sex", ["female", "male"]),
    Column("born_on", Date, nullable=False),
    Column("joined_on", Date, nullable=False),
    Column("registered", Boolean, nullable=False, server_default=text("true")),
    Column("subject", Text),
    tenant_index("person", "code", unique=True),
)

appointment = tenant_table(
    "appointment",
    own_id(),
    *refers("person_id", "person"),
    *refers("organisation_id", "organisation"),
    *words("role", [role.value for role in Role]),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date),
    # A seat that ends on the day it would have begun never came into force: its person was gone by then.
    CheckConstraint("to_on IS NULL OR to_on >= from_on", name="period"),
    tenant_index("appointment", "person_id"),
    tenant_index("appointment", "organisation_id", "role"),
)

# An appointment held in another's place, for as long as it lasts.
substitution = tenant_table(
    "substitution",
    *refers("appointment_id", "appointment", in_key=True),
    *refers("person_id", "person"),
    *refers("acting_for", "person"),
    CheckConstraint("acting_for <> person_id", name="another_person"),
    tenant_index("substitution", "acting_for"),
    append_only=True,
)

# Who is no longer there, from a day on. One that was wrong, or whose person is back, is taken back.
departure = tenant_table(
    "departure",
    own_id(),
    *refers("person_id", "person"),
    *words("kind", [kind.value for kind in DepartureKind]),
    Column("gone_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    *refers("recorded_by", "person"),
    instant("recorded_at"),
    instant("taken_back_at", nullable=True),
    tenant_index("departure", "person_id", "kind", unique=True, where=text("taken_back_at IS NULL")),
)

# A rule of the policy that does not bind a person for a time, and why.
exemption = tenant_table(
    "exemption",
    own_id(),
    *refers("person_id", "person"),
    Column("rule", Text, nullable=False),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date),
    Column("reason", Text, nullable=False),
    *refers("granted_by", "person"),
    instant("granted_at"),
    CheckConstraint("to_on IS NULL OR to_on > from_on", name="period"),
    tenant_index("exemption", "person_id"),
)

person_post = tenant_table(
    "person_post",
    *refers("person_id", "person", in_key=True),
    Column("post", Text, primary_key=True),
    Column("from_on", Date, primary_key=True),
    Column("to_on", Date),
)

person_tier = tenant_table(
    "person_tier",
    *refers("person_id", "person", in_key=True),
    Column("tier", Text, primary_key=True),
    Column("from_on", Date, primary_key=True),
    Column("to_on", Date),
)

credential = tenant_table(
    "credential",
    *refers("person_id", "person", in_key=True),
    Column("username", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    instant("set_at"),
    instant("disabled_at", nullable=True),
    tenant_index("credential", "username", unique=True),
)

login = tenant_table(
    "login",
    own_id(),
    *refers("person_id", "person"),
    # Only the hash is kept: who reads the table cannot come in.
    Column("secret_hash", LargeBinary, nullable=False),
    Column("address", Text),
    Column("browser", Text),
    instant("opened_at"),
    instant("seen_at"),
    instant("ended_at", nullable=True),
    tenant_index("login", "secret_hash", unique=True),
    tenant_index("login", "person_id"),
)

bearer_token = tenant_table(
    "bearer_token",
    own_id(),
    *refers("person_id", "person"),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("label", Text, nullable=False),
    instant("made_at"),
    instant("expires_at"),
    instant("ended_at", nullable=True),
    tenant_index("bearer_token", "secret_hash", unique=True),
    tenant_index("bearer_token", "person_id"),
)

# Failed attempts under one user name or from one address; the id is a hash of which.
login_limit = tenant_table(
    "login_limit",
    own_id(),
    *words("kind", ["username", "address"]),
    Column("failures", Integer, nullable=False),
    instant("failed_at"),
    tenant_index("login_limit", "failed_at"),
    deletable=True,
)

second_factor = tenant_table(
    "second_factor",
    *refers("person_id", "person", in_key=True),
    # Ciphered: who reads the table has no code.
    Column("sealed", LargeBinary, nullable=False),
    instant("made_at"),
    instant("confirmed_at", nullable=True),
    # The thirty seconds of the last code that was used: it and all before it are worth nothing.
    Column("last_step", BigInteger),
    deletable=True,
)

recovery_code = tenant_table(
    "recovery_code",
    *refers("person_id", "person", in_key=True),
    Column("code_hash", LargeBinary, primary_key=True),
    instant("used_at", nullable=True),
    deletable=True,
)

# A code on paper by which somebody chooses a first or a new password: one a person, good once.
sign_in_code = tenant_table(
    "sign_in_code",
    *refers("person_id", "person", in_key=True),
    Column("code_hash", LargeBinary, nullable=False),
    *refers("made_by", "person"),
    instant("made_at"),
    instant("expires_at"),
    instant("used_at", nullable=True),
)
