"""What the administrator does with one person: each deed a command, its form, and what follows from it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from vouchermarket.identity import operations as identity
from vouchermarket.identity.structs import (
    Actor,
    Appoint,
    GivePost,
    GiveTier,
    Leave,
    Move,
    OrganisationKind,
    RecordDeath,
)
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import PersonId
from vouchermarket.web.words import N_


class EndEveryLogin(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whose logins and bearer tokens end; with `disable` none is opened until a password is given."""

    person_id: PersonId
    disable: bool = False


class DropSecondFactor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whose second factor is taken away."""

    person_id: PersonId


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """One deed: its name, its button, its command and verb, and what follows, before the button.

    `is_grave`: it ends something, so what hangs on it is told in figures. `bodies`: of which kinds one is
    chosen, all where there are none.
    """

    title: str
    button: str
    follows: str
    command: type[msgspec.Struct]
    verb: Callable[..., Awaitable[Any]]
    is_grave: bool = False
    bodies: tuple[OrganisationKind, ...] = ()


async def _end_logins(session: Session, actor: Actor, command: EndEveryLogin, *, now: datetime) -> None:
    await identity.end_logins(session, actor, command.person_id, disable=command.disable, now=now)


async def _drop_factor(session: Session, actor: Actor, command: DropSecondFactor, *, now: datetime) -> None:
    await identity.drop_second_factor(session, actor, command.person_id, now=now)


DEEDS: Mapping[str, Deed] = {
    "appoint": Deed(
        title=N_("任职"),
        button=N_("确认任职"),
        follows=N_("从这一天起,此人可以办理该岗位的事项。"),
        command=Appoint,
        verb=identity.appoint,
    ),
    "post": Deed(
        title=N_("授予职务"),
        button=N_("确认授予"),
        follows=N_("职务决定此人适用哪些学分要求。"),
        command=GivePost,
        verb=identity.give_post,
    ),
    "tier": Deed(
        title=N_("列入层次"),
        button=N_("确认列入"),
        follows=N_("层次决定此人可用哪些经费、可选哪些培训。"),
        command=GiveTier,
        verb=identity.give_tier,
    ),
    "move": Deed(
        title=N_("调动"),
        button=N_("确认调动"),
        follows=N_("现学校的任教于调入日期结束;已选的课程和培训券保留。"),
        command=Move,
        verb=identity.move,
        bodies=(OrganisationKind.SCHOOL,),
    ),
    "leave": Deed(
        title=N_("登记离岗"),
        button=N_("确认离岗"),
        follows=N_("从这一天起任职和登录全部结束,培训券冻结;已选的课程由学校或培训中心退选。"),
        command=Leave,
        verb=identity.leave,
        is_grave=True,
    ),
    "death": Deed(
        title=N_("登记去世"),
        button=N_("确认登记"),
        follows=N_("任职和登录全部结束,培训券冻结,不再发送任何消息;学分和证书原样保留。"),
        command=RecordDeath,
        verb=identity.record_death,
        is_grave=True,
    ),
    "end-logins": Deed(
        title=N_("结束全部登录"),
        button=N_("确认结束"),
        follows=N_("所有浏览器和接口令牌立即退出。"),
        command=EndEveryLogin,
        verb=_end_logins,
        is_grave=True,
    ),
    "second-factor": Deed(
        title=N_("解除双重验证"),
        button=N_("确认解除"),
        follows=N_("验证器和恢复码作废;请先当面核对本人身份。"),
        command=DropSecondFactor,
        verb=_drop_factor,
        is_grave=True,
    ),
}
