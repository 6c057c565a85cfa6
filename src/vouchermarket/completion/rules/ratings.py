"""Who may rate what, and what ratings come to. Pure."""

from vouchermarket.completion.rules.refusals import CompletionRevoked
from vouchermarket.completion.structs import Completion, Participant, Stand, State
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.ids import PersonId
from vouchermarket.kit.refusal import Kind, Refusal


class RatingTooEarly(Refusal):
    """What has not been completed cannot be judged as a whole."""

    code = "rating_too_early"
    kind = Kind.CONFLICT
    zh = "此项培训的完成情况尚未确认,还不能评价"
    en = "This completion has not been confirmed yet: it is too early to rate it"
    remedy_zh = "请先确认完成情况;有异议的,待承担单位重新上报后再评价"
    remedy_en = "Confirm it first; where you contest it, rate it once the provider has reported again"


class AlreadyRated(Refusal):
    code = "already_rated"
    kind = Kind.CONFLICT
    zh = "此项培训您已评价过;每次培训只评价一次,评价后不能更改"
    en = "You have rated this completion already: each is rated once, and a rating stands as it is"
    remedy_zh = "无须再次评价;有新情况的,请向市教师培训中心反映"
    remedy_en = "There is nothing more to do; tell the training centre if something new has come up"


def rateable(
    completion: Completion | None, participant: Participant | None, by: PersonId, *, is_rated: bool
) -> Participant:
    """The participant, if this person may rate this completion now: the own one, once it is confirmed.

    Refuses `NotFound` for anybody else's, `CompletionRevoked`, `RatingTooEarly`, `AlreadyRated`.
    """
    if completion is None or participant is None or participant.person_id != by:
        raise NotFound
    if completion.state is State.REVOKED:
        raise CompletionRevoked
    if completion.state not in {State.CONFIRMED, State.VERIFIED}:
        raise RatingTooEarly
    if is_rated:
        raise AlreadyRated
    return participant


def stand(ratings: int, stars: int) -> Stand:
    """The average of so many stars in hundredths, a half rounded up; none of no ratings, and never 0."""
    return Stand(ratings, (200 * stars + ratings) // (2 * ratings) if ratings else None)
