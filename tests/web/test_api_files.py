"""Files over HTTP: sent in one at a time, judged by content, given back to their owner as an attachment."""

import io
import zipfile

import httpx
import pytest

from factories import City
from vouchermarket.kit.files import BYTES_MAX, NAME_LENGTH_MAX
from vouchermarket.kit.ids import new_id
from web.market import Desks, refused, told

PDF = b"%PDF-1.7 " + bytes(range(256)) * 3000
NAMES = [
    'a"b;c.pdf',
    "../../etc/passwd",
    "证明 1.pdf",
    "a\\b.pdf",
    "<script>.pdf",
    "%0d%0aX: 1.pdf",
    "." * 300,
]


@pytest.fixture
def desks(visit, city: City, database) -> Desks:
    return Desks(visit, city, database)


async def sent(
    client: httpx.AsyncClient, name: str, content: bytes, kind: str = "evidence"
) -> httpx.Response:
    return await client.post("/files", params={"kind": kind}, files={"file": (name, content)})


async def test_a_file_goes_in_and_comes_back_as_an_attachment(desks: Desks) -> None:
    teacher = await desks.teacher()
    kept = told(await sent(teacher, "证明.pdf", PDF), 201)
    assert (kept["name"], kept["media_type"], kept["size_bytes"]) == ("证明.pdf", "application/pdf", len(PDF))
    back = await teacher.get(f"/files/{kept['id']}")
    assert (back.status_code, back.content) == (200, PDF)
    assert back.headers["content-type"] == "application/octet-stream"
    assert back.headers["x-content-type-options"] == "nosniff"
    assert back.headers["content-length"] == str(len(PDF))
    assert back.headers["content-disposition"] == (
        "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E8%AF%81%E6%98%8E.pdf"
    )


@pytest.mark.parametrize("name", NAMES)
async def test_a_hostile_name_is_harmless_in_the_header(desks: Desks, name: str) -> None:
    """Trust 44."""
    teacher = await desks.teacher()
    kept = told(await sent(teacher, name, PDF), 201)
    assert len(kept["name"]) <= NAME_LENGTH_MAX
    header = (await teacher.get(f"/files/{kept['id']}")).headers["content-disposition"]
    assert header.startswith("attachment; ")
    assert header.count('"') == 2
    assert header.isascii()
    assert not any(one in header for one in "\\/\r\n<>")


async def test_another_persons_file_is_not_there(desks: Desks) -> None:
    kept = told(await sent(await desks.teacher(), "证明.pdf", PDF), 201)
    for path in (f"/files/{kept['id']}", f"/files/{new_id()}"):
        refused(await (await desks.teacher(1)).get(path), 404, "not_found")
        refused(await (await desks.at("inspectorate")).get(path), 404, "not_found")


def zip_of(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            # Without the time of day: two workers have to make the same file.
            archive.writestr(zipfile.ZipInfo(name), b"x")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind", "code"),
    [
        ("空.pdf", b"", "evidence", "file_empty"),
        ("大.pdf", b"%PDF-" + b"x" * BYTES_MAX, "evidence", "file_too_large"),
        ("名单.pdf", b"MZ", "evidence", "file_kind_not_taken"),
        ("页.html", b"<script>", "import", "file_kind_not_taken"),
        ("名单.xlsx", zip_of("run.exe"), "import", "file_kind_not_taken"),
        ("名单.xlsx", zip_of("a")[:-5], "import", "file_unpacks_too_large"),
    ],
)
async def test_what_does_not_fit_is_refused_with_its_reason(desks: Desks, name, content, kind, code) -> None:
    teacher = await desks.teacher()
    before = await desks.rows()
    refused(await sent(teacher, name, content, kind), 422, code)
    assert await desks.rows() == before


async def test_eleven_megabytes_are_cut_off_at_the_door(desks: Desks) -> None:
    refused(await sent(await desks.teacher(), "大.pdf", b"%PDF-" + b"x" * 11_000_000), 413, "body_too_large")


PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1\r\n'
BAD: list[tuple[bytes, str]] = [
    (b"", "multipart/form-data; boundary=x"),
    (b"{}", "multipart/form-data; boundary=x"),
    (PART, "multipart/form-data; boundary=x"),
    (PART + b"--x--", "multipart/form-data"),
    (PART + b"--x--", "multipart/form-data; boundary="),
    (PART + PART + b"--x--", "multipart/form-data; boundary=x"),
    (PART.replace(b'; filename="a.pdf"', b"") + b"--x--", "multipart/form-data; boundary=x"),
    (
        PART.replace(b"\r\n\r\n", b"\r\nContent-Type: a; charset=\xff\r\n\r\n", 1) + b"--x--",
        "multipart/form-data",
    ),
    (
        PART.replace(b'; filename="a.pdf"\r\n', b"\r\nContent-Type: text/plain; charset=nonsense\r\n")
        + b"--x--",
        "multipart/form-data; boundary=x",
    ),
    (
        PART.replace(b"%PDF", b"\xff\xfe").replace(b'; filename="a.pdf"', b"") + b"--x--",
        "multipart/form-data; boundary=x",
    ),
    (PART + b"--x--", "application/json"),
    (PART + b"--x--", "application/x-www-form-urlencoded"),
    (PART + b"--x--", "application/pdf"),
    (PART * 3000 + b"--x--", "multipart/form-data; boundary=x"),
]


@pytest.mark.parametrize(("content", "media"), BAD)
async def test_a_body_that_is_not_one_file_is_refused(desks: Desks, content: bytes, media: str) -> None:
    teacher = await desks.teacher()
    answer = await teacher.post("/files", content=content, headers={"content-type": media})
    refused(answer, 415, "media_type_not_taken")


async def test_exports_cannot_be_sent_in(desks: Desks) -> None:
    refused(
        await sent(await desks.teacher(), "a.xlsx", zip_of("xl/workbook.xml"), "export"),
        400,
        "request_not_readable",
    )
