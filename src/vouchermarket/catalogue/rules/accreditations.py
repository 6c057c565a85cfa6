"""Who may offer anything: accreditations, filed by a provider, decided by the centre."""

from collections.abc import Iterable, Sequence
from datetime import date

from vouchermarket.catalogue.structs import Accreditation
from vouchermarket.identity.structs import Seat
from vouchermarket.kit.ids import OrganisationId, PersonId
from vouchermarket.kit.refusal import Kind, Refusal


class ProviderNotNamed(Refusal):
    code = "provider_not_named"
    kind = Kind.INVALID
    zh = "您在 {providers} 个承担单位任职,未说明代表哪一个"
    en = "You act for {providers} providers and have not said for which"
    remedy_zh = "请填写承担单位"
    remedy_en = "Name the provider"


class AccreditationPeriodEmpty(Refusal):
    code = "accreditation_period_empty"
    kind = Kind.INVALID
    zh = "资质有效期止于 {to_on},不晚于起始日 {from_on}"
    en = "The accreditation would end on {to_on}, not after it begins on {from_on}"
    remedy_zh = "截止日须晚于起始日"
    remedy_en = "Let it end after it begins"


class AccreditationDecided(Refusal):
    code = "accreditation_decided"
    kind = Kind.CONFLICT
    zh = "该资质申请已有决定"
    en = "This accreditation has been decided already"
    remedy_zh = "如需更改,请承担单位重新申请"
    remedy_en = "The provider files another one if it is still needed"


class FilerCannotDecide(Refusal):
    code = "filer_cannot_decide"
    kind = Kind.FORBIDDEN
    zh = "申报人不能自己审核"
    en = "Whoever filed it cannot decide it"
    remedy_zh = "请由培训中心的另一位经办人审核"
    remedy_en = "Ask another officer of the training centre"


class ProviderNotAccredited(Refusal):
    code = "provider_not_accredited"
    kind = Kind.FORBIDDEN
    zh = "该承担单位在 {from_on} 至 {to_on} 期间没有完整有效的资质"
    en = "The provider is not accredited for the whole time from {from_on} to {to_on}"
    remedy_zh = "请先申请资质,并由培训中心核准"
    remedy_en = "File an accreditation and have the training centre approve it"


def only_provider(seats: Sequence[Seat]) -> OrganisationId:
    """The one provider these seats are at. Refuses `ProviderNotNamed` when there are several."""
    providers = {seat.organisation_id for seat in seats}
    if len(providers) > 1:
        raise ProviderNotNamed(providers=len(providers))
    return providers.pop()


def period(from_on: date, to_on: date) -> None:
    """Whether an accreditation lasts at least a day. Refuses `AccreditationPeriodEmpty`."""
    if to_on <= from_on:
        raise AccreditationPeriodEmpty(from_on=from_on, to_on=to_on)


def decidable(accreditation: Accreditation, by: PersonId) -> None:
    """Whether this person may decide it. Refuses `AccreditationDecided`, `FilerCannotDecide`."""
    if accreditation.approved is not None:
        raise AccreditationDecided
    if accreditation.filed_by == by:
        raise FilerCannotDecide


def accredited(accreditations: Iterable[Accreditation], first_on: date, last_on: date) -> None:
    """Whether every day from the first to the last lies within approved accreditations, one after another.

    Refuses `ProviderNotAccredited`.
    """
    uncovered = first_on
    for one in sorted(accreditations, key=lambda one: one.from_on):
        if one.approved and one.from_on <= uncovered < one.to_on:
            uncovered = one.to_on
    if uncovered <= last_on:
        raise ProviderNotAccredited(from_on=first_on, to_on=last_on)
