"""Vouchers: funds, issuances by two persons, what holders have, and freezing."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery, JSONBody, QueryParameter

from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.fields import Line
from vouchermarket.kit.ids import FundId, OrganisationId, VoucherId
from vouchermarket.vouchers import operations as vouchers
from vouchermarket.vouchers import queries
from vouchermarket.vouchers.structs import (
    Appropriate,
    Appropriation,
    Freeze,
    Fund,
    Issuance,
    IssuanceLine,
    Issued,
    Preview,
    ProposeIssuance,
    Returned,
    Voucher,
)
from vouchermarket.web import given
from vouchermarket.web.commands import Decide
from vouchermarket.web.fields import Id, Limit, Offset

TAGS = ["vouchers"]

Year = Annotated[int | None, QueryParameter(ge=2000, le=2100, description="Of one year only")]
ToLapse = Annotated[bool, QueryParameter(description="Only of years that are over, with something free")]


class Why(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The reason that will stand in the audit trail."""

    reason: Line


# --- funds ------------------------------------------------------------------------------------------------


@get("/funds", verb="read_money", tags=TAGS)
async def funds(
    session: given.Session,
    actor: given.Actor,
    place: given.Place,
    now: given.Now,
    year: Year = None,
    to_lapse: ToLapse = False,
) -> list[Fund]:
    """Funds by year and line, each with what is in it, what of it is held, and what is free, in fen."""
    if not to_lapse:
        return await queries.funds(session, actor.bureau_id, year)
    found = await queries.funds_to_lapse(session, actor.bureau_id, civil_day(now, place.bureau.time_zone))
    return [fund for fund in found if year in {None, fund.year}]


@post("/appropriations", verb="appropriate", tags=TAGS)
async def appropriate(data: JSONBody[Appropriate], once: given.Once) -> Response[Appropriation]:
    """Set money aside for one line of one year."""
    return await once(vouchers.appropriate, data)


@post("/funds/{fund_id:uuid}/lapse", verb="lapse_fund", tags=TAGS, status_code=200)
async def lapse(fund_id: Id, once: given.Once) -> Response[Returned]:
    """Give what a fund has free back to the treasury once its year is over."""
    return await once(vouchers.lapse, FundId(fund_id), status=200)


# --- issuances --------------------------------------------------------------------------------------------


@get("/issuances", verb="read_money", tags=TAGS)
async def issuances(
    session: given.Session,
    actor: given.Actor,
    fund_id: FromQuery[UUID | None] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> list[Issuance]:
    """Issuances, newest first; of one fund where it is named."""
    return await queries.issuances(session, actor.bureau_id, fund_id=fund_id, limit=limit, offset=offset)


@get("/issuances/{issuance_id:uuid}", verb="read_money", tags=TAGS)
async def issuance(issuance_id: Id, session: given.Session, actor: given.Actor) -> Issuance:
    """An issuance: what it would give out or has given out, and who proposed and decided it."""
    return await queries.issuance(session, actor.bureau_id, issuance_id)


@get("/issuances/{issuance_id:uuid}/lines", verb="read_money", tags=TAGS)
async def issuance_lines(
    issuance_id: Id, session: given.Session, actor: given.Actor, limit: Limit = 50, offset: Offset = 0
) -> list[IssuanceLine]:
    """A page of the list as it was frozen at its preview, by the holders' codes."""
    return await queries.lines_of(session, actor.bureau_id, issuance_id, limit=limit, offset=offset)


@post("/issuances", verb="propose_issuance", tags=TAGS)
async def propose_issuance(
    data: JSONBody[ProposeIssuance], session: given.Session, actor: given.Actor, now: given.Now
) -> Preview:
    """Count who is entitled, and freeze the list that a second person will decide on; nothing moves yet."""
    return await vouchers.propose_issuance(session, actor, data, now=now)


@post("/issuances/{issuance_id:uuid}/decide", verb="decide_issuance", tags=TAGS, status_code=204)
async def decide_issuance(
    issuance_id: Id, data: JSONBody[Decide], session: given.Session, actor: given.Actor, now: given.Now
) -> None:
    """Approve or reject an issuance, as another person than the one who proposed it."""
    await vouchers.decide_issuance(session, actor, issuance_id, approve=data.approve, now=now)


@post("/issuances/{issuance_id:uuid}/issue", verb="decide_issuance", tags=TAGS)
async def issue(issuance_id: Id, once: given.Once) -> Response[Issued]:
    """Give out an approved issuance: all of its vouchers or none."""
    return await once(vouchers.issue, issuance_id)


# --- vouchers ---------------------------------------------------------------------------------------------


@get("/me/vouchers", verb="read_own", tags=TAGS)
async def own_vouchers(session: given.Session, actor: given.Actor) -> list[Voucher]:
    """One's own vouchers with what is left on each, by end of validity."""
    return await queries.vouchers_of(session, actor.bureau_id, actor.person_id)


@get("/schools/{school_id:uuid}/vouchers", verb="read_school", tags=TAGS)
async def vouchers_of_school(school_id: Id, session: given.Session, actor: given.Actor) -> list[Voucher]:
    """A school's vouchers with what is left on each, by end of validity."""
    return await queries.vouchers_of_school(session, actor, OrganisationId(school_id))


@get("/people/{person_id:uuid}/vouchers", verb="freeze_voucher", tags=TAGS)
async def vouchers_of_person(person_id: Id, session: given.Session, actor: given.Actor) -> list[Voucher]:
    """A teacher's vouchers, for the office that may freeze them."""
    return await queries.vouchers_to_freeze(session, actor, person_id)


@post("/vouchers/{voucher_id:uuid}/freeze", verb="freeze_voucher", tags=TAGS, status_code=204)
async def freeze(
    voucher_id: Id, data: JSONBody[Why], session: given.Session, actor: given.Actor, now: given.Now
) -> None:
    """Stop a voucher from paying for new bookings; what is held stays held."""
    command = Freeze(voucher_id=VoucherId(voucher_id), reason=data.reason)
    await vouchers.freeze(session, actor, command, now=now)


@post("/vouchers/{voucher_id:uuid}/unfreeze", verb="freeze_voucher", tags=TAGS, status_code=204)
async def unfreeze(
    voucher_id: Id, data: JSONBody[Why], session: given.Session, actor: given.Actor, now: given.Now
) -> None:
    """Let a frozen voucher pay again."""
    command = Freeze(voucher_id=VoucherId(voucher_id), reason=data.reason)
    await vouchers.unfreeze(session, actor, command, now=now)


ROUTES = (
    funds,
    appropriate,
    lapse,
    issuances,
    issuance,
    issuance_lines,
    propose_issuance,
    decide_issuance,
    issue,
    own_vouchers,
    vouchers_of_school,
    vouchers_of_person,
    freeze,
    unfreeze,
)
