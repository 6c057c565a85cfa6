"""Tables in and out: what is written is read the same, and a hostile file is refused before it is opened."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vouchermarket.kit import tabular
from vouchermarket.kit.tabular import reading
from vouchermarket.kit.tabular.harmless import would_run

# What XML cannot hold, and the carriage return it turns into a line feed, are no part of a workbook.
IN_XML = st.characters(
    exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff", include_characters="\t\n"
)
IN_CSV = st.characters(exclude_categories=["Cs"])
DANGEROUS = st.sampled_from(
    ["=1+1", "+1", "-1", "@A1", "\t=1", "＝1", "＋1", "－1", "＠A", " =1", "　＝1", "'=1", "''-1", "'a"]
)


def rows_of(letters):
    cell = DANGEROUS | st.text(letters, max_size=12)
    return st.lists(st.lists(cell, min_size=1, max_size=6), max_size=6)


def filled(rows):
    """What a reader can tell of rows: without empty ones, up to the last filled cell."""
    found = []
    for number, row in enumerate(rows, start=1):
        cells = list(row)
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            found.append((number, tuple(cells)))
    return found


def told(content):
    return [(row.number, row.cells) for row in tabular.read(content).rows]


@given(rows_of(IN_CSV))
def test_a_csv_file_is_read_as_it_was_written(rows):
    assert told(tabular.write_csv(rows)) == filled(rows)


@settings(deadline=None)  # the first workbook loads its reader and its writer
@given(rows_of(IN_XML))
def test_a_workbook_is_read_as_it_was_written(rows):
    content = tabular.write_xlsx(rows, name="名册")
    assert told(content) == filled(rows)
    assert not any(row.formulas for row in tabular.read(content).rows)


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@A", "\t1", "\r1", "\n1", "＝1", "＋1", "－1", "＠1", "  =1", "　－1"]
)
def test_a_cell_that_would_run_is_made_harmless(text):
    """Trust 46, out: marked in CSV, a plain text in a workbook."""
    assert would_run(text)
    [line] = tabular.write_csv([["a", text]]).decode("utf-8-sig").split("\r\na")
    assert "'" + text in line
    book = openpyxl.load_workbook(io.BytesIO(tabular.write_xlsx([["a", text]], name="x")))
    assert book.active["B1"].data_type == "s"


def test_amounts_stay_numbers_and_codes_stay_texts():
    """Trust 46 and 47: a negative amount is no formula, a code of digits no number."""
    rows = [["007", -5, Decimal("49.5"), date(2014, 3, 1), None, 3]]
    assert tabular.write_csv(rows) == b"\xef\xbb\xbf007,-5,49.5,2014-03-01,,3\r\n"
    sheet = openpyxl.load_workbook(io.BytesIO(tabular.write_xlsx(rows, name="x"))).active
    assert [cell.data_type for cell in sheet[1]] == ["s", "n", "n", "s", "n", "n"]
    assert sheet["B1"].value == -5


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("姓名,张三".encode(), "utf-8"),
        ("姓名,张三".encode("utf-8-sig"), "utf-8"),
        ("姓名,张三".encode("gb18030"), "gb18030"),
    ],
)
def test_the_encoding_that_was_read_is_told(content, encoding):
    sheet = tabular.read(content)
    assert (sheet.encoding, sheet.rows[0].cells) == (encoding, ("姓名", "张三"))


def a_workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_a_workbook_of_a_clerk_is_read_cell_by_cell():
    content = a_workbook(
        ["code", "born", None], [7, date(1980, 5, 1), True], [], [7.25, date(1981, 1, 2), "x"]
    )
    sheet = tabular.read(content)
    assert sheet.encoding == "xlsx"
    assert told(content) == [
        (1, ("code", "born")),
        (2, ("7", "1980-05-01", "true")),
        (4, ("7.25", "1981-01-02", "x")),
    ]


def test_a_formula_is_seen_where_it_stands():
    [row] = tabular.read(a_workbook(["a", "=1+1"])).rows
    assert (row.cells, row.formulas) == (("a", "=1+1"), frozenset({1}))


def packed(*parts):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def swapped(content, name, make):
    """The workbook with one of its parts made another."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [(each, archive.read(each)) for each in archive.namelist()]
    return packed(*((each, make(part) if each == name else part) for each, part in parts))


SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">]><worksheet>&b;</worksheet>'
BROKEN = {
    "bytes": (tabular.TableTooLarge, lambda: b"x" * (tabular.BYTES_MAX + 1)),
    "a zip bomb": (tabular.TableTooLarge, lambda: packed(("a", b"\0" * (reading.EXPANDED_MAX + 1)))),
    "entries": (tabular.TableTooLarge, lambda: packed(*((f"{n}", b"") for n in range(1001)))),
    "rows": (tabular.TableTooLarge, lambda: b"a\n" * (tabular.ROWS_MAX + 2)),
    "columns": (tabular.TableTooLarge, lambda: b"a," * 50 + b"a"),
    "cells": (tabular.TableTooLarge, lambda: (b"a" + b"," * 1000 + b"\n") * 6000),
    "no encoding": (tabular.EncodingUnknown, lambda: b"\xff\xfe\x81\x00"),
    "an open quote": (tabular.TableNotReadable, lambda: b'a,"b'),
    "a zip that is none": (tabular.TableNotReadable, lambda: b"PK\x03\x04" + b"\0" * 100),
    "a zip of something": (tabular.TableNotReadable, lambda: packed(("a", b"b"))),
    "entities": (tabular.TableNotReadable, lambda: swapped(a_workbook(["a"]), SHEET, lambda _: LAUGHS)),
    "UTF-16": (
        tabular.TableNotReadable,
        lambda: swapped(a_workbook(["a"]), SHEET, lambda _: LAUGHS.decode().encode("utf-16")),
    ),
    "broken XML": (
        tabular.TableNotReadable,
        lambda: swapped(a_workbook(["a"]), SHEET, lambda part: part[:90]),
    ),
    "a row far away": (
        tabular.TableTooLarge,
        lambda: swapped(
            a_workbook(["a"]), SHEET, lambda part: part.replace(b'<row r="1"', b'<row r="900000000"')
        ),
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_file_that_cannot_be_is_refused(what):
    """Trust 43: by size, count and content; what it would unpack to is known before it is opened."""
    refusal, make = BROKEN[what]
    content = make()
    with pytest.raises(refusal) as refused:
        tabular.read(content)
    assert refused.value.text("zh")
