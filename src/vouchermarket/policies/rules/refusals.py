"""Every "no" of the policies slice that rests on a pack or a file."""

from collections.abc import Sequence

from vouchermarket.kit.refusal import Kind, Refusal


class PackNotReadable(Refusal):
    """`faults` lists every one as `pack.toml: requirement[3].at_leest: unknown field`."""

    code = "pack_not_readable"
    kind = Kind.INVALID
    zh = "规则包无法读取:{listed}"
    en = "The policy pack cannot be read: {listed}"
    remedy_zh = "请按所列路径逐条改正"
    remedy_en = "Correct the fields at the paths listed"

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(listed="; ".join(faults))


class FactsNotReadable(Refusal):
    """`faults` lists every one as `teacher.json: entries[3].amount: …`."""

    code = "facts_not_readable"
    kind = Kind.INVALID
    zh = "待评判的材料无法读取:{listed}"
    en = "The facts to be judged cannot be read: {listed}"
    remedy_zh = "请按所列路径逐条改正"
    remedy_en = "Correct the fields at the paths listed"

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(listed="; ".join(faults))


class TypeUnknown(Refusal):
    code = "type_unknown"
    kind = Kind.INVALID
    zh = "本规则包没有“{type}”这一培训类型"
    en = 'The pack has no training type "{type}"'
    remedy_zh = "请选用附表所列的培训类型"
    remedy_en = "Choose a training type of the pack"


class WindowUsed(Refusal):
    code = "window_used"
    kind = Kind.CONFLICT
    zh = "“{type}”在 {period} 内申报已满 {times} 次,或当月不受理"
    en = '"{type}" takes no more applications in {period}: {times} at most, in the months it is open'
    remedy_zh = "请在下一期申报;原登记有误的,退回后更正,被否决的可重新登记"
    remedy_en = (
        "Apply in the next period; correct an entry once it is returned, or register anew once rejected"
    )
    clause = "ZZ-A15"


class LevelNotAllowed(Refusal):
    code = "level_not_allowed"
    kind = Kind.INVALID
    zh = "“{type}”不设“{level}”这一层次"
    en = '"{type}" is not held at level "{level}"'
    remedy_zh = "可选层次:{levels}"
    remedy_en = "Levels of this type: {levels}"


class ModeNotAllowed(Refusal):
    code = "mode_not_allowed"
    kind = Kind.INVALID
    zh = "“{type}”不采用“{mode}”这一培训形式"
    en = '"{type}" is not held in mode "{mode}"'
    remedy_zh = "可选形式:{modes}"
    remedy_en = "Modes of this type: {modes}"


class UnitNotAllowed(Refusal):
    code = "unit_not_allowed"
    kind = Kind.INVALID
    zh = "“{type}”以“{expected}”登记,不以“{unit}”登记"
    en = '"{type}" is registered in "{expected}", not in "{unit}"'
    remedy_zh = "请改用“{expected}”"
    remedy_en = 'Register it in "{expected}"'


class AudienceNotAllowed(Refusal):
    code = "audience_not_allowed"
    kind = Kind.FORBIDDEN
    zh = "“{type}”不面向此人"
    en = '"{type}" is not meant for this person'
    remedy_zh = "请由学校核对其岗位、层级和任职日期"
    remedy_en = "Let the school check the person's posts, tiers and dates"


class HolderNotEntitled(Refusal):
    code = "holder_not_entitled"
    kind = Kind.FORBIDDEN
    zh = "“{holder}”不在培训券试行范围内"
    en = 'Vouchers are not issued to "{holder}"'
    remedy_zh = "培训券发给:{holders}"
    remedy_en = "Vouchers are issued to: {holders}"
    clause = "ZZ-A22"


class FundLineUnknown(Refusal):
    code = "fund_line_unknown"
    kind = Kind.INVALID
    zh = "没有“{line}”这一经费科目"
    en = 'There is no fund line "{line}"'
    remedy_zh = "经费科目:{lines}"
    remedy_en = "Fund lines: {lines}"
