"""What a course must be to be filed, reviewed and shown."""

from collections.abc import Sequence
from datetime import date

from vouchermarket.catalogue.rules.accreditations import FilerCannotDecide
from vouchermarket.catalogue.structs import Course, CourseState, FileCourse, ReviewCourse
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor, OrganisationKind
from vouchermarket.kit.ids import PersonId
from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.policies import rules as policies
from vouchermarket.policies.rules import Pack
from vouchermarket.policies.structs import Level


class OrganiserNotOfLevel(Refusal):
    code = "organiser_not_of_level"
    kind = Kind.INVALID
    zh = "“{organiser}”不组织“{level}”层次的培训"
    en = "A body of kind '{organiser}' organises no training at level '{level}'"
    remedy_zh = "请填写该层次的主办单位:{kinds}"
    remedy_en = "Name a body of that level: {kinds}"
    clause = "ZZ-A25"


class FundLinesMissing(Refusal):
    code = "fund_lines_missing"
    kind = Kind.INVALID
    zh = "收费课程须写明由哪些经费额度支付"
    en = "A course with a price names the fund lines that may pay for it"
    remedy_zh = "请选择至少一个经费额度,或将价格定为 0"
    remedy_en = "Choose at least one fund line, or set the price to 0"
    clause = "ZZ-A24"


class PriceAboveCeiling(Refusal):
    code = "price_above_ceiling"
    kind = Kind.INVALID
    zh = "价格 {price_fen} 分,高于上限 {at_most_fen} 分"
    en = "The price is {price_fen} fen, above the ceiling of {at_most_fen}"
    remedy_zh = "请将价格定在上限以内"
    remedy_en = "Set a price within the ceiling"


class CourseNotInState(Refusal):
    code = "course_not_in_state"
    kind = Kind.CONFLICT
    zh = "课程现为“{state}”,此操作只适用于“{wanted}”"
    en = "The course is '{state}'; this is done to a course that is '{wanted}'"
    remedy_zh = "请刷新后查看课程状态"
    remedy_en = "Load the course anew to see where it stands"


class ReturnReasonMissing(Refusal):
    code = "return_reason_missing"
    kind = Kind.INVALID
    zh = "退回课程须说明理由"
    en = "A course is returned with a reason"
    remedy_zh = "请写明承担单位应当改正什么"
    remedy_en = "Say what the provider should change"


# Whose training a level is (Table 1, ZZ-B05 to ZZ-B08): the bodies that may stand as its organiser.
_CITY = (OrganisationKind.BUREAU, OrganisationKind.TRAINING_CENTRE, OrganisationKind.RESEARCH_INSTITUTE)
ORGANISERS: dict[Level, tuple[OrganisationKind, ...]] = {
    Level.NATIONAL: _CITY,
    Level.PROVINCIAL: _CITY,
    Level.CITY: _CITY,
    Level.COUNTY: (OrganisationKind.COUNTY_BUREAU, OrganisationKind.COUNTY_TRAINING_BODY),
    Level.SCHOOL: (OrganisationKind.SCHOOL, OrganisationKind.SCHOOL_RESEARCH_OFFICE),
}


def fileable(pack: Pack, draft: FileCourse, organiser: OrganisationKind, on: date) -> None:
    """Whether the pack knows such a course, and somebody who registers it.

    Checked in this order: `TypeUnknown`, `LevelNotAllowed`, `ModeNotAllowed`, `UnitNotAllowed`, then
    `LevelNotAllowed` where no body registers the pair, `OrganiserNotOfLevel`, and the price's refusals.
    """
    policies.admit(pack, draft.type, draft.level, draft.mode, draft.unit, None, on)
    _registered_by_somebody(pack, draft)
    if organiser not in ORGANISERS[draft.level]:
        kinds = ", ".join(kind.value for kind in ORGANISERS[draft.level])
        raise OrganiserNotOfLevel(organiser=organiser.value, level=draft.level.value, kinds=kinds)
    priced(pack, draft.type, draft.fund_lines, draft.price_fen)


def _registered_by_somebody(pack: Pack, draft: FileCourse) -> None:
    # The market is open to both affiliations: one that somebody registers is enough to file the course.
    try:
        policies.authority(pack, draft.type, draft.level, is_direct=True)
    except policies.LevelNotAllowed:
        policies.authority(pack, draft.type, draft.level, is_direct=False)


def priced(pack: Pack, type_: str, fund_lines: Sequence[str], price_fen: int) -> None:
    """Whether the pack lets these lines pay this price.

    Refuses `FundLineUnknown`, `FundLinesMissing`, and `PriceAboveCeiling` with the ceiling's clause.
    """
    for line in fund_lines:
        policies.fund_line(pack, line)
    if price_fen and not fund_lines:
        raise FundLinesMissing
    for ceiling in pack.price_ceilings:
        of_type = not ceiling.types or type_ in ceiling.types
        of_line = not ceiling.fund_lines or not set(ceiling.fund_lines).isdisjoint(fund_lines)
        if of_type and of_line and price_fen > ceiling.at_most_fen:
            raise PriceAboveCeiling(
                price_fen=price_fen, at_most_fen=ceiling.at_most_fen, clause=ceiling.clause
            )


def in_state(state: CourseState, *wanted: CourseState) -> None:
    """Whether a course stands where the verb expects it. Refuses `CourseNotInState`."""
    if state not in wanted:
        raise CourseNotInState(state=state.value, wanted=", ".join(one.value for one in wanted))


def reviewable(command: ReviewCourse, state: CourseState, filed_by: PersonId, by: PersonId) -> None:
    """Whether this person may review it so.

    Refuses `CourseNotInState`, `FilerCannotDecide`, `ReturnReasonMissing`.
    """
    in_state(state, CourseState.FILED)
    if filed_by == by:
        raise FilerCannotDecide
    if not command.approve and not command.reason.strip():
        raise ReturnReasonMissing


def may_see(actor: Actor, course: Course) -> None:
    """What is on the shelf is everybody's to see; before and after, its provider's and the offices'.

    Refuses `NotFound`.
    """
    if course.state is CourseState.PUBLISHED:
        return
    readers = identity.matrix()["read_provider"]
    if not any(
        seat.desk in readers
        and (seat.kind is not OrganisationKind.PROVIDER or seat.organisation_id == course.provider_id)
        for seat in actor.seats
    ):
        raise identity.NotFound
