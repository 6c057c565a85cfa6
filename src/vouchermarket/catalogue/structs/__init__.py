"""Courses, base placements and runs, as filed and as shown.

Credits and hours come in and go out as decimal strings ("12", "49.5"); `Run`, which the booking engine
judges, carries them in integer hundredths. Prices are integer fen.
"""

from vouchermarket.catalogue.structs.commands import (
    CAPACITY_MAX,
    MEETINGS_MAX,
    FileAccreditation,
    FileCourse,
    MeetingTime,
    OpenRun,
    ReviewCourse,
)
from vouchermarket.catalogue.structs.market import (
    COUNTED_MAX,
    PAGE_MAX,
    SAVED_MAX,
    Found,
    Page,
    Part,
    RunCard,
    RunFilter,
    RunList,
    RunPage,
    SavedSearch,
    SaveSearch,
    SearchPage,
    SearchRuns,
    SearchSort,
    Sort,
    Tally,
    When,
)
from vouchermarket.catalogue.structs.shelf import (
    Accreditation,
    Course,
    CourseState,
    Meeting,
    MeetingAhead,
    Run,
)

__all__ = [
    "CAPACITY_MAX",
    "COUNTED_MAX",
    "MEETINGS_MAX",
    "PAGE_MAX",
    "SAVED_MAX",
    "Accreditation",
    "Course",
    "CourseState",
    "FileAccreditation",
    "FileCourse",
    "Found",
    "Meeting",
    "MeetingAhead",
    "MeetingTime",
    "OpenRun",
    "Page",
    "Part",
    "ReviewCourse",
    "Run",
    "RunCard",
    "RunFilter",
    "RunList",
    "RunPage",
    "SaveSearch",
    "SavedSearch",
    "SearchPage",
    "SearchRuns",
    "SearchSort",
    "Sort",
    "Tally",
    "When",
]
