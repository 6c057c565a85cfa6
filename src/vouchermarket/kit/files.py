"""Files under row security: evidence, what is to be imported, what was exported. Their bytes stand in parts.

What somebody called a file is a label and never a path; what it is, its content says.
"""

import hashlib
import io
import unicodedata
import zipfile
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import CheckConstraint, Column, Integer, LargeBinary, Text, delete, insert, select

from vouchermarket.kit import events
from vouchermarket.kit.db import Session, among, instant, own_id, refers, tenant_index, tenant_table, words
from vouchermarket.kit.ids import PersonId, new_id
from vouchermarket.kit.refusal import Kind, Refusal

BYTES_MAX = 10_000_000
PART_BYTES = 256_000
UNPACKED_BYTES_MAX = 200_000_000
NAME_LENGTH_MAX = 150
EXPORTS_KEPT = timedelta(days=7)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV, PDF, PNG, JPEG = "text/csv", "application/pdf", "image/png", "image/jpeg"
_BEGINNINGS = {b"%PDF-": PDF, b"\x89PNG\r\n\x1a\n": PNG, b"\xff\xd8\xff": JPEG}


class FileKind(StrEnum):
    """What a file is for."""

    EVIDENCE = "evidence"
    IMPORT = "import"
    EXPORT = "export"


TAKEN = {
    FileKind.EVIDENCE: frozenset({PDF, PNG, JPEG}),
    FileKind.IMPORT: frozenset({CSV, XLSX}),
    FileKind.EXPORT: frozenset({CSV, XLSX}),
}

file = tenant_table(
    "file",
    own_id(),
    *words("kind", list(FileKind)),
    Column("media_type", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    *refers("made_by", "person"),
    instant("made_at"),
    CheckConstraint(f"size_bytes BETWEEN 1 AND {BYTES_MAX}", name="size_bytes_bounded"),
    tenant_index("file", "kind", "made_at"),
    deletable=True,
)

file_part = tenant_table(
    "file_part",
    *refers("file_id", "file", in_key=True),
    Column("number", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    CheckConstraint(f"octet_length(content) BETWEEN 1 AND {PART_BYTES}", name="content_bounded"),
    deletable=True,
)


class FileEmpty(Refusal):
    code = "file_empty"
    kind = Kind.INVALID
    zh = "文件“{name}”是空的"
    en = 'The file "{name}" is empty'
    remedy_zh = "请选择有内容的文件"
    remedy_en = "Choose a file with something in it"


class FileTooLarge(Refusal):
    code = "file_too_large"
    kind = Kind.INVALID
    zh = "文件“{name}”超过 {megabytes_max} MB"
    en = 'The file "{name}" is larger than {megabytes_max} MB'
    remedy_zh = "请压缩图片或把表格分成几份"
    remedy_en = "Make its pictures smaller or cut the table into several"


class FileKindNotTaken(Refusal):
    code = "file_kind_not_taken"
    kind = Kind.INVALID
    zh = "“{name}”的内容不是此处可用的文件类型({taken})"
    en = 'What "{name}" holds is none of the kinds taken here ({taken})'
    remedy_zh = "请另存为所列类型之一;改扩展名不起作用"
    remedy_en = "Save it as one of these kinds; another ending does not change what it is"


class FileUnpacksTooLarge(Refusal):
    code = "file_unpacks_too_large"
    kind = Kind.INVALID
    zh = "“{name}”解开后超过 {megabytes_max} MB,或内部损坏"
    en = '"{name}" would unpack to more than {megabytes_max} MB, or is damaged inside'
    remedy_zh = "请把内容复制到新建的表格中再保存"
    remedy_en = "Copy what it holds into a new table and save that"


class NewFile(msgspec.Struct, frozen=True):
    """A file as it comes in: `name` as its sender called it."""

    kind: FileKind
    name: str
    content: bytes


class StoredFile(msgspec.Struct, frozen=True):
    """A stored file without its bytes. `sha256` in hexadecimal."""

    id: UUID
    kind: FileKind
    media_type: str
    name: str
    size_bytes: int
    sha256: str
    made_by: PersonId
    made_at: datetime


def label(name: str) -> str:
    """A name fit to be shown: the last step of a path, no control or direction marks, 150 characters."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    # Cc, Cf, Cs, Co, Cn: controls, marks that turn text round, halves of characters, what is nobody's.
    shown = "".join(one for one in last if not unicodedata.category(one).startswith("C")).strip(" .")
    if len(shown) <= NAME_LENGTH_MAX:
        return shown or "file"
    stem, dot, ending = shown.rpartition(".")
    return (
        f"{stem[: NAME_LENGTH_MAX - 11]}.{ending[:10]}"
        if dot and len(ending) <= 10
        else shown[:NAME_LENGTH_MAX]
    )


def media_type_of(content: bytes, name: str) -> str | None:
    """What the content is: its first bytes say it, for text its ending; None for what nobody asked for.

    Refuses `FileUnpacksTooLarge` for an Excel file, before anything in it is unpacked.
    """
    for beginning, media_type in _BEGINNINGS.items():
        if content.startswith(beginning):
            return media_type
    if content.startswith(b"PK\x03\x04"):
        return XLSX if _is_workbook(content, name) else None
    return CSV if name.lower().endswith((".csv", ".txt")) and b"\x00" not in content else None


def _is_workbook(content: bytes, name: str) -> bool:
    refused = FileUnpacksTooLarge(name=name, megabytes_max=UNPACKED_BYTES_MAX // 1_000_000)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            inside = packed.infolist()
    except (zipfile.BadZipFile, ValueError, RuntimeError) as error:
        raise refused from error
    # A reader stops at the size that is declared, so the declared sizes bound what there is to come.
    if len(inside) > 10_000 or sum(one.file_size for one in inside) > UNPACKED_BYTES_MAX:
        raise refused
    return any(one.filename == "xl/workbook.xml" for one in inside)


async def store(
    session: Session, bureau_id: UUID, new: NewFile, *, made_by: PersonId, now: datetime
) -> StoredFile:
    """Keep a file in parts of 256 kB, with its hash in the audit trail.

    Refuses `FileEmpty`, `FileTooLarge`, `FileKindNotTaken`, `FileUnpacksTooLarge`.
    """
    name = label(new.name)
    if not new.content:
        raise FileEmpty(name=name)
    if len(new.content) > BYTES_MAX:
        raise FileTooLarge(name=name, megabytes_max=BYTES_MAX // 1_000_000)
    media_type = media_type_of(new.content, name)
    if media_type is None or media_type not in TAKEN[new.kind]:
        raise FileKindNotTaken(name=name, taken=", ".join(sorted(TAKEN[new.kind])))
    digest = hashlib.sha256(new.content)
    stored = StoredFile(
        new_id(), new.kind, media_type, name, len(new.content), digest.hexdigest(), made_by, now
    )
    row = msgspec.structs.asdict(stored) | {"kind": new.kind.value, "sha256": digest.digest()}
    await session.execute(insert(file).values(bureau_id=bureau_id, **row))
    await session.execute(insert(file_part), _parts(bureau_id, stored.id, new.content))
    facts = {"kind": new.kind.value, "size_bytes": stored.size_bytes, "sha256": stored.sha256}
    await events.record(
        session, bureau_id, "kit.file_stored", stored.id, now=now, actor_id=made_by, facts=facts
    )
    return stored


def _parts(bureau_id: UUID, file_id: UUID, content: bytes) -> list[dict[str, Any]]:
    return [
        {
            "bureau_id": bureau_id,
            "file_id": file_id,
            "number": number,
            "content": content[begins : begins + PART_BYTES],
        }
        for number, begins in enumerate(range(0, len(content), PART_BYTES))
    ]


def _file_of(row: Any) -> StoredFile:
    return StoredFile(
        row.id,
        FileKind(row.kind),
        row.media_type,
        row.name,
        row.size_bytes,
        row.sha256.hex(),
        row.made_by,
        row.made_at,
    )


async def find(session: Session, bureau_id: UUID, file_id: UUID, made_by: UUID) -> StoredFile | None:
    """A person's own file without its bytes; None for another's, which is like one that nobody has."""
    found = select(file).where(file.c.bureau_id == bureau_id, file.c.id == file_id, file.c.made_by == made_by)
    row = (await session.execute(found)).one_or_none()
    return _file_of(row) if row else None


async def part(session: Session, bureau_id: UUID, file_id: UUID, number: int) -> bytes | None:
    """One part of a file's bytes, counted from 0; None after the last one."""
    found = select(file_part.c.content).where(
        file_part.c.bureau_id == bureau_id, file_part.c.file_id == file_id, file_part.c.number == number
    )
    return (await session.execute(found)).scalar()


async def read(session: Session, bureau_id: UUID, file_id: UUID) -> AsyncIterator[bytes]:
    """The bytes of a file part by part, so that nobody holds more than one of them."""
    for number in range(BYTES_MAX // PART_BYTES + 1):
        content = await part(session, bureau_id, file_id, number)
        if content is None:
            return
        yield content


async def sweep(session: Session, bureau_id: UUID, now: datetime, *, at_most: int = 100) -> int:
    """Remove exports of more than seven days ago; returns how many."""
    old = (
        select(file.c.id)
        .where(
            file.c.bureau_id == bureau_id,
            file.c.kind == FileKind.EXPORT.value,
            file.c.made_at < now - EXPORTS_KEPT,
        )
        .limit(at_most)
    )
    ids = list((await session.execute(old)).scalars())
    await session.execute(
        delete(file_part).where(file_part.c.bureau_id == bureau_id, file_part.c.file_id == among(ids))
    )
    await session.execute(delete(file).where(file.c.bureau_id == bureau_id, file.c.id == among(ids)))
    return len(ids)
