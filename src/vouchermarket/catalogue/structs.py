"""Courses, base placements and runs, as filed and as shown."""

import enum


class Level(enum.StrEnum):
    """The five levels of training (ZZ-A25)."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"
    CITY = "city"
    COUNTY = "county"
    SCHOOL = "school"


class Mode(enum.StrEnum):
    """How a course is taught."""

    FACE_TO_FACE = "face_to_face"
    ONLINE = "online"
    BASE = "base"
    STUDY = "study"
    SCHOOL_BASED = "school_based"
    BLENDED = "blended"
    OFFLINE = "offline"


class Unit(enum.StrEnum):
    """学分 or 学时: never converted but by a dated policy row."""

    CREDIT = "credit"
    HOUR = "hour"


class CourseState(enum.StrEnum):
    """Filed by the provider, reviewed by the centre, published; or returned with a reason; or withdrawn."""

    FILED = "filed"
    RETURNED = "returned"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
