"""Pure rules about versions of a pack: who may decide them, and what is missing when none is in force."""

from vouchermarket.kit.ids import PersonId
from vouchermarket.kit.refusal import Kind, Refusal


class NoPolicyInForce(Refusal):
    code = "no_policy_in_force"
    kind = Kind.CONFLICT
    zh = "{on} 没有生效的政策,无法依据条款办理"
    en = "No policy is in force on {on}: there is no clause to act upon"
    remedy_zh = "请教师科提出并核准本市政策"
    remedy_en = "The teacher affairs office proposes the bureau's pack and a second officer approves it"


class VersionUnknown(Refusal):
    code = "policy_version_unknown"
    kind = Kind.MISSING
    zh = "没有这一版政策"
    en = "There is no such version of the policy"
    remedy_zh = "请核对编号"
    remedy_en = "Check its number"


class VersionKnown(Refusal):
    code = "policy_version_known"
    kind = Kind.CONFLICT
    zh = "内容相同的政策“{pack}”已经提出过"
    en = "This very text of {pack} has been proposed before"
    remedy_zh = "请核准已提出的一版,或修改内容"
    remedy_en = "Decide the version that stands, or change the text"


class VersionDecided(Refusal):
    code = "policy_version_decided"
    kind = Kind.CONFLICT
    zh = "这一版政策已有决定"
    en = "This version has been decided already"
    remedy_zh = "如需更改,请提出新的一版"
    remedy_en = "Propose a new version to change it"


class ProposerCannotDecide(Refusal):
    code = "proposer_cannot_decide"
    kind = Kind.FORBIDDEN
    zh = "提出政策的人不能自己核准"
    en = "Whoever proposed a version cannot decide it"
    remedy_zh = "请由另一位经办人核准"
    remedy_en = "Ask a second officer"


def decidable(*, is_decided: bool, proposed_by: PersonId, by: PersonId) -> None:
    """Whether this person may decide the version. Refuses `VersionDecided`, `ProposerCannotDecide`."""
    if is_decided:
        raise VersionDecided
    if proposed_by == by:
        raise ProposerCannotDecide
