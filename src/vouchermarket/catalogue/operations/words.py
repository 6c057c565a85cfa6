"""The words by which courses are found: written when they come onto the shelf, removed when they leave it."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from vouchermarket.catalogue.structs import CourseState
from vouchermarket.catalogue.tables import course, course_words
from vouchermarket.identity.tables import organisation
from vouchermarket.kit import text
from vouchermarket.kit.db import Session, among, leads_to

# Courses read and written at a time: a hundred thousand are never held at once.
PART = 1000

_INSERT = insert(course_words)
_WRITE = _INSERT.on_conflict_do_update(
    index_elements=["bureau_id", "course_id"],
    set_={"words": _INSERT.excluded.words, "name_sort": _INSERT.excluded.name_sort},
)


async def write_words(session: Session, bureau_id: UUID, course_ids: Collection[UUID]) -> None:
    """Write the words of those of these courses that are published, anew where they are written already."""
    wanted = sorted(set(course_ids))
    for start in range(0, len(wanted), PART):
        rows = [
            {
                "bureau_id": bureau_id,
                "course_id": row.id,
                "words": text.vector(
                    row.title, filter(None, (row.subject, row.type, row.stage, row.provider_name))
                ),
                "name_sort": text.sorting(row.title),
            }
            for row in await session.execute(_published(bureau_id, wanted[start : start + PART]))
        ]
        if rows:
            await session.execute(_WRITE, rows)


async def remove_words(session: Session, bureau_id: UUID, course_ids: Collection[UUID]) -> None:
    """Let these courses be found no more."""
    table = course_words
    await session.execute(
        delete(table).where(table.c.bureau_id == bureau_id, table.c.course_id == among(course_ids))
    )


def _published(bureau_id: UUID, course_ids: Collection[UUID]) -> Any:
    return (
        select(
            course.c.id,
            course.c.title,
            course.c.subject,
            course.c.type,
            course.c.stage,
            organisation.c.name.label("provider_name"),
        )
        .join_from(course, organisation, leads_to(course.c.provider_id, organisation))
        .where(
            course.c.bureau_id == bureau_id,
            course.c.id == among(course_ids),
            course.c.state == CourseState.PUBLISHED.value,
        )
    )
