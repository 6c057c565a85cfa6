"""What a transaction that did not return amounts to: it had no effect, or nobody here can say."""

from sqlalchemy.exc import DBAPIError

from vouchermarket.kit.refusal import Kind, Refusal


class Busy(Refusal):
    code = "busy"
    kind = Kind.BUSY
    zh = "现在办理的人太多,本次请求没有生效"
    en = "Too many people at once: this request had no effect"
    remedy_zh = "请稍候片刻再试一次"
    remedy_en = "Wait a moment and try again"


class ChangedMeanwhile(Refusal):
    code = "changed_meanwhile"
    kind = Kind.CONFLICT
    zh = "同一记录刚被他人更改,本次请求没有生效"
    en = "Somebody else has just changed the same record: this request had no effect"
    remedy_zh = "请刷新后再试"
    remedy_en = "Load it anew and try again"


class OutcomeUnknown(Refusal):
    code = "outcome_unknown"
    kind = Kind.BUSY
    zh = "保存时与数据库的连接中断,无法得知本次请求是否已生效"
    en = "The database was lost while this request was being saved: whether it took effect is not known"
    remedy_zh = "请用同一 Idempotency-Key 再试一次:同一请求只会生效一次"
    remedy_en = "Try again with the same Idempotency-Key: the same request takes effect once"


def refusal_of(error: DBAPIError, *, commits: bool) -> Refusal | None:
    """The refusal an error of the database amounts to, or None where it is a fault of ours.

    `commits`: the work was through and COMMIT on its way. Only a "no" of the server itself is then certain.
    """
    state = getattr(error.orig, "sqlstate", None) or ""
    if state in {"55P03", "40P01", "40001", "57014"}:  # lock timeout, deadlock, serialization, cancelled
        return Busy()
    if state == "23505":  # a unique key: the net below the locks
        return ChangedMeanwhile()
    # A deferred constraint says no at COMMIT and undoes it; of a connection that is gone nobody knows.
    if commits and not state.startswith("23"):
        return OutcomeUnknown()
    return None
