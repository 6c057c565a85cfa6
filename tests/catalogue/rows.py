"""Givens of the catalogue: drafts as a provider writes them, courses and runs brought to the shelf."""

from datetime import UTC, date, datetime, timedelta

import factory

from factories import NOW, City
from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue.structs import FileAccreditation, FileCourse, MeetingTime, OpenRun, ReviewCourse
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import CourseId, RunId, new_id
from vouchermarket.policies.structs import Level, Mode, Unit

FIRST_MEETING = datetime(2014, 5, 10, 1, 0, tzinfo=UTC)


class AccreditationDraft(factory.Factory):
    class Meta:
        model = FileAccreditation

    from_on = date(2014, 1, 1)
    to_on = date(2015, 1, 1)
    document = "株培资〔2014〕1号"


class CourseDraft(factory.Factory):
    class Meta:
        model = FileCourse

    title = "高中语文新课堂"
    summary = "文本细读与任务设计"
    type = "in_post"
    level = Level.CITY
    mode = Mode.FACE_TO_FACE
    subject = "chinese"
    stage = "senior"
    fund_lines = ("all_staff",)
    price_fen = 18000
    amount = "18"
    unit = Unit.CREDIT


def meeting(days: int = 0, hours: int = 3) -> MeetingTime:
    """A class of so many hours, so many days after the first meeting."""
    starts_at = FIRST_MEETING + timedelta(days=days)
    return MeetingTime(starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours))


class RunDraft(factory.Factory):
    class Meta:
        model = OpenRun

    course_id = factory.LazyFunction(new_id)
    capacity = 40
    books_from_at = NOW
    books_until_at = FIRST_MEETING - timedelta(days=3)
    place = "第一师范学院 3 号楼"
    meetings = (meeting(0), meeting(7), meeting(14))


class CourseRow(factory.DictFactory):
    """An inert course; the test adds its provider, organiser, filer and policy version."""

    id = factory.LazyFunction(new_id)
    title = "课堂提问与反馈"
    summary = ""
    type = "in_post"
    level = "city"
    mode = "face_to_face"
    subject = None
    stage = None
    fund_lines = factory.LazyFunction(lambda: ["all_staff"])
    price_fen = 12000
    amount_hundredths = 1200
    unit = "credit"
    state = "published"
    filed_at = NOW


class RunRow(factory.DictFactory):
    """An inert run of a course."""

    id = factory.LazyFunction(new_id)
    capacity = 40
    taken = 0
    offered = 0
    price_fen = 12000
    books_from_at = NOW
    books_until_at = FIRST_MEETING - timedelta(days=3)
    starts_at = FIRST_MEETING
    ends_at = FIRST_MEETING + timedelta(hours=3)
    place = "市教师培训中心"
    opened_at = NOW


async def accredit(session: Session, city: City, body: str = "provider", **changes) -> None:
    """A provider accredited for 2014 by the training centre."""
    draft = AccreditationDraft(**changes)
    filed = await catalogue.file_accreditation(session, city.officer(body), draft, now=NOW)
    centre = city.officer("training_centre")
    await catalogue.decide_accreditation(session, centre, filed, approve=True, now=NOW)


async def file(session: Session, city: City, **changes) -> CourseId:
    """A course filed by the provider's first officer, organised by the training centre."""
    draft = CourseDraft(**{"organiser_id": city.bodies["training_centre"], **changes})
    return await catalogue.file_course(session, city.officer("provider"), draft, now=NOW)


async def publish(session: Session, city: City, **changes) -> CourseId:
    """A course filed, reviewed and put on the shelf; its provider must be accredited."""
    course_id = await file(session, city, **changes)
    centre = city.officer("training_centre")
    review = ReviewCourse(course_id=course_id, approve=True)
    await catalogue.review_course(session, centre, review, now=NOW)
    await catalogue.publish_course(session, centre, course_id, now=NOW)
    return course_id


async def open_run(session: Session, city: City, course_id: CourseId, **changes) -> RunId:
    """A run of this course with three meetings a week apart."""
    draft = RunDraft(course_id=course_id, **changes)
    return await catalogue.open_run(session, city.officer("provider"), draft, now=NOW)
