"""What people were told: one row a person and fact. The words are made when it is read.

`mail_address` says who gets letters and where; `letter` is one notice on its way out of the building.
"""

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from vouchermarket.kit.db import instant, own_id, refers, tenant_index, tenant_table, words
from vouchermarket.notices.structs import Language

notice = tenant_table(
    "notice",
    own_id(),
    *refers("person_id", "person"),
    Column("kind", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    instant("at"),
    instant("read_at", nullable=True),
    tenant_index("notice", "person_id", "at"),
    tenant_index("notice", "person_id", where=text("read_at IS NULL")),
)

mail_address = tenant_table(
    "mail_address",
    *refers("person_id", "person", in_key=True),
    # Ciphered, the code too: who reads the table has nobody's address and confirms none.
    Column("sealed", LargeBinary, nullable=False),
    *words("language", list(Language)),
    Column("is_wanted", Boolean, nullable=False),
    instant("entered_at"),
    instant("confirmed_at", nullable=True),
    Column("sealed_code", LargeBinary),
    Column("code_tries", Integer, nullable=False, server_default="0"),
    deletable=True,
)

letter = tenant_table(
    "letter",
    *refers("notice_id", "notice", in_key=True),
    instant("due_at"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    instant("sent_at", nullable=True),
    instant("given_up_at", nullable=True),
    Column("fault", Text),
    tenant_index("letter", "due_at", where=text("sent_at IS NULL AND given_up_at IS NULL")),
)
