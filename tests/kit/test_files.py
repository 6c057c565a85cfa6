"""Files: kept in parts with their hash, judged by what they hold, called what is harmless, swept in time."""

import hashlib
import io
import zipfile
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from factories import NOW, City
from vouchermarket.kit import files
from vouchermarket.kit.db import Database
from vouchermarket.kit.events import event
from vouchermarket.kit.files import FileKind, NewFile

PDF = b"%PDF-1.7 "
PNG = b"\x89PNG\r\n\x1a\n"


def workbook(*members: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("xl/workbook.xml", b"<workbook/>"), *members):
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


async def kept(database: Database, city: City, content: bytes, name: str, kind: FileKind, now=NOW):
    async with database.transaction(city.bureau_id) as session:
        new = NewFile(kind, name, content)
        return await files.store(session, city.bureau_id, new, made_by=city.teacher().person_id, now=now)


async def content_of(database: Database, bureau_id, file_id) -> list[bytes]:
    async with database.transaction(bureau_id) as session:
        return [part async for part in files.read(session, bureau_id, file_id)]


async def rows(database: Database, bureau_id, table) -> int:
    async with database.transaction(bureau_id) as session:
        counted = select(func.count()).select_from(table).where(table.c.bureau_id == bureau_id)
        return (await session.execute(counted)).scalar_one()


@pytest.mark.parametrize("size", [10, files.PART_BYTES, files.PART_BYTES + 1, files.BYTES_MAX])
async def test_a_file_comes_back_byte_by_byte_in_parts(database, city, size) -> None:
    content = (PDF + bytes(range(256)) * (size // 256 + 1))[:size]
    stored = await kept(database, city, content, "证明.pdf", FileKind.EVIDENCE)
    parts = await content_of(database, city.bureau_id, stored.id)
    assert b"".join(parts) == content
    assert {len(part) for part in parts[:-1]} <= {files.PART_BYTES}
    assert len(parts) == -(-size // files.PART_BYTES)
    assert (stored.size_bytes, stored.sha256) == (size, hashlib.sha256(content).hexdigest())
    async with database.transaction(city.bureau_id) as session:
        assert await files.find(session, city.bureau_id, stored.id, city.teacher().person_id) == stored
        assert await files.find(session, city.bureau_id, stored.id, city.teacher(1).person_id) is None
        told = select(event.c.facts).where(event.c.subject_id == stored.id)
        facts = (await session.execute(told)).scalar_one()
    assert facts == {"kind": "evidence", "size_bytes": size, "sha256": stored.sha256}


async def test_another_bureau_reads_no_part(database, city) -> None:
    import factories

    stored = await kept(database, city, PDF, "证明.pdf", FileKind.EVIDENCE)
    other = await factories.make_bureau(database)
    async with database.transaction(other) as session:
        assert await files.find(session, city.bureau_id, stored.id, city.teacher().person_id) is None
        assert [part async for part in files.read(session, city.bureau_id, stored.id)] == []


@pytest.mark.parametrize(
    ("content", "name", "kind", "refusal"),
    [
        (b"", "证明.pdf", FileKind.EVIDENCE, files.FileEmpty),
        (PDF + b"x" * files.BYTES_MAX, "证明.pdf", FileKind.EVIDENCE, files.FileTooLarge),
        (PDF, "名单.xlsx", FileKind.IMPORT, files.FileKindNotTaken),
        (b"MZ\x90\x00", "证明.pdf", FileKind.EVIDENCE, files.FileKindNotTaken),
        (b"<svg onload=alert(1)>", "图.png", FileKind.EVIDENCE, files.FileKindNotTaken),
        (b"a,b\x00", "名单.csv", FileKind.IMPORT, files.FileKindNotTaken),
        (b"a,b", "名单.html", FileKind.IMPORT, files.FileKindNotTaken),
        (PNG, "图.png", FileKind.IMPORT, files.FileKindNotTaken),
        (workbook()[:-9], "名单.xlsx", FileKind.IMPORT, files.FileUnpacksTooLarge),
        (b"PK\x03\x04" + b"\xff" * 99, "名单.xlsx", FileKind.IMPORT, files.FileUnpacksTooLarge),
    ],
)
async def test_what_does_not_fit_is_refused_and_leaves_nothing(
    database, city, content, name, kind, refusal
) -> None:
    with pytest.raises(refusal):
        await kept(database, city, content, name, kind)
    assert await rows(database, city.bureau_id, files.file) == 0
    assert await rows(database, city.bureau_id, files.file_part) == 0


async def test_a_zip_that_is_no_workbook_is_refused(database, city) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("run.exe", b"MZ")
    with pytest.raises(files.FileKindNotTaken):
        await kept(database, city, packed.getvalue(), "名单.xlsx", FileKind.IMPORT)


async def test_a_bomb_is_known_before_it_is_opened(database, city) -> None:
    """Trust 43: ten megabytes of zeros, twenty-one times, packed into 200 kB."""
    zeros = bytes(10_000_000)
    bomb = workbook(*((f"xl/{number}.xml", zeros) for number in range(21)))
    assert len(bomb) < 300_000
    with pytest.raises(files.FileUnpacksTooLarge):
        await kept(database, city, bomb, "名单.xlsx", FileKind.IMPORT)


async def test_a_good_workbook_and_a_csv_of_any_bytes_are_taken(database, city) -> None:
    table = await kept(database, city, workbook(), "名单.xlsx", FileKind.IMPORT)
    plain = await kept(database, city, "姓名\n张三".encode("gb18030"), "名单.CSV", FileKind.IMPORT)
    assert (table.media_type, plain.media_type) == (files.XLSX, files.CSV)


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\boot\\证明.pdf", "证明.pdf"),
        ('a"; filename=b\r\nX: 1.pdf', 'a"; filename=bX: 1.pdf'),
        ("证\u202efdp.exe", "证fdp.exe"),
        ("\x00\x1b[31m", "[31m"),
        ("..", "file"),
        ("", "file"),
        ("/", "file"),
        ("\ud800", "file"),
        ("名" * 400 + ".pdf", "名" * 139 + ".pdf"),
        ("x" * 400, "x" * 150),
    ],
)
def test_a_hostile_name_is_a_harmless_label(given_name, shown) -> None:
    """Trust 44."""
    assert files.label(given_name) == shown


@given(st.text())
def test_any_name_becomes_one_line_that_is_no_path(name) -> None:
    shown = files.label(name)
    assert 1 <= len(shown) <= files.NAME_LENGTH_MAX
    assert "/" not in shown
    assert "\\" not in shown
    assert shown.isprintable() or any(one.isspace() for one in shown)
    assert shown.strip(" .") not in {"", ".."}
    shown.encode()


async def test_exports_are_swept_after_seven_days_and_nothing_else_is(database, city) -> None:
    eight_days_ago = NOW - timedelta(days=8)
    await kept(database, city, workbook(), "旧.xlsx", FileKind.EXPORT, eight_days_ago)
    kept_on = [
        await kept(database, city, workbook(), "新.xlsx", FileKind.EXPORT, NOW - timedelta(days=7)),
        await kept(database, city, PDF, "证明.pdf", FileKind.EVIDENCE, eight_days_ago),
        await kept(database, city, workbook(), "名单.xlsx", FileKind.IMPORT, eight_days_ago),
    ]
    for wanted in (1, 0):
        async with database.transaction(city.bureau_id) as session:
            assert await files.sweep(session, city.bureau_id, NOW) == wanted
    assert await rows(database, city.bureau_id, files.file) == 3
    for one in kept_on:
        assert b"".join(await content_of(database, city.bureau_id, one.id))
