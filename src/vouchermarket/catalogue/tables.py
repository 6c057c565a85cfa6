"""Accreditations, courses, runs and their meetings; the words by which courses are found."""

from sqlalchemy import ARRAY, Boolean, CheckConstraint, Column, Date, Index, Integer, Text
from sqlalchemy.dialects.postgresql import TSVECTOR

from vouchermarket.catalogue.structs import CourseState
from vouchermarket.kit.db import (
    fen,
    instant,
    own_id,
    refers,
    tenant_index,
    tenant_table,
    unguarded_table,
    words,
)
from vouchermarket.policies.structs import Level, Mode

accreditation = tenant_table(
    "accreditation",
    own_id(),
    *refers("provider_id", "organisation"),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date, nullable=False),
    Column("document", Text, nullable=False),
    *refers("filed_by", "person"),
    instant("filed_at"),
    *refers("decided_by", "person", nullable=True),
    instant("decided_at", nullable=True),
    Column("approved", Boolean),
    CheckConstraint("to_on > from_on", name="period"),
    CheckConstraint("decided_by <> filed_by", name="two_persons"),
    tenant_index("accreditation", "provider_id"),
)

course = tenant_table(
    "course",
    own_id(),
    *refers("provider_id", "organisation"),
    # Whose training it is: the county, the city's centre or the school that organises it (Table 1).
    *refers("organiser_id", "organisation"),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("type", Text, nullable=False),
    *words("level", [level.value for level in Level]),
    *words("mode", [mode.value for mode in Mode]),
    Column("subject", Text),
    Column("stage", Text),
    Column("fund_lines", ARRAY(Text), nullable=False),
    *fen("price_fen"),
    Column("amount_hundredths", Integer, nullable=False),
    *words("unit", ["credit", "hour"]),
    *words("state", [state.value for state in CourseState]),
    *refers("policy_version_id", "policy_version"),
    *refers("filed_by", "person"),
    instant("filed_at"),
    *refers("reviewed_by", "person", nullable=True),
    instant("reviewed_at", nullable=True),
    Column("return_reason", Text),
    instant("published_at", nullable=True),
    # Written down by the relay when a completion is verified: the market sorts by it.
    Column("completions", Integer, nullable=False, server_default="0"),
    # So are its ratings: how many are shown, and their average, which is absent where there are none.
    Column("ratings", Integer, nullable=False, server_default="0"),
    Column("rating_hundredths", Integer),
    CheckConstraint("amount_hundredths >= 0", name="amount_not_negative"),
    CheckConstraint("reviewed_by <> filed_by", name="two_persons"),
    CheckConstraint("(ratings = 0) = (rating_hundredths IS NULL)", name="average_of_some"),
    tenant_index("course", "provider_id"),
    tenant_index("course", "state", "type"),
)

run = tenant_table(
    "run",
    own_id(),
    *refers("course_id", "course"),
    Column("capacity", Integer, nullable=False),
    Column("taken", Integer, nullable=False, server_default="0"),
    Column("offered", Integer, nullable=False, server_default="0"),
    *fen("price_fen"),
    instant("books_from_at"),
    instant("books_until_at"),
    instant("starts_at"),
    instant("ends_at"),
    Column("place", Text, nullable=False),
    instant("opened_at"),
    instant("cancelled_at", nullable=True),
    CheckConstraint("taken >= 0 AND offered >= 0 AND taken + offered <= capacity", name="seats"),
    CheckConstraint("capacity > 0", name="capacity_positive"),
    CheckConstraint("books_from_at < books_until_at AND starts_at < ends_at", name="periods"),
    tenant_index("run", "course_id"),
    tenant_index("run", "starts_at"),
)

meeting = tenant_table(
    "meeting",
    own_id(),
    *refers("run_id", "run"),
    Column("number", Integer, nullable=False),
    instant("starts_at"),
    instant("ends_at"),
    Column("place", Text, nullable=False),
    CheckConstraint("starts_at < ends_at", name="period"),
    tenant_index("meeting", "run_id", "number", unique=True),
)

# What somebody looks for again and again: the query in its one canonical text.
saved_search = tenant_table(
    "saved_search",
    own_id(),
    *refers("person_id", "person"),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    instant("saved_at"),
    tenant_index("saved_search", "person_id", "name", unique=True),
    deletable=True,
)

# Published courses by their words. `@@` is not leakproof: behind row-level security its index would not be
# used, so the words stand here without it, and every statement names the bureau.
course_words = unguarded_table(
    "course_words",
    *refers("course_id", "course", in_key=True),
    Column("words", TSVECTOR, nullable=False),
    # The title in pinyin, byte by byte: the order of a Chinese list.
    Column("name_sort", Text(collation="C"), nullable=False),
    # Written seldom, asked at every keystroke: no list of changes that each search would have to read.
    Index("course_words_words_idx", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
)
