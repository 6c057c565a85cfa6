"""A run of a course of the centre, by level city: the centre registers and reviews."""

import pytest

from completion.rows import Course, open_course


@pytest.fixture
async def course(database, city, policy) -> Course:
    """A run, nobody in it yet."""
    return await open_course(database, city, policy)
