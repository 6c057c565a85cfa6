"""The refusals of the door itself: what is wrong with a request before any desk has seen it."""

from typing import ClassVar

from vouchermarket.kit.refusal import Kind, Refusal


class DoorRefusal(Refusal):
    """A refusal whose HTTP status is not the one of its kind."""

    status: ClassVar[int] = 400


class RequestNotReadable(DoorRefusal):
    code = "request_not_readable"
    kind = Kind.INVALID
    zh = "请求内容不合要求,位置 {path}:{problem}"
    en = "The request cannot be read at {path}: {problem}"
    remedy_zh = "请按接口说明(/schema)更正该处"
    remedy_en = "Put that place right by the description of the interface at /schema"


class HostNotAccepted(DoorRefusal):
    code = "host_not_accepted"
    kind = Kind.INVALID
    zh = "请求的主机名不被接受"
    en = "The request is for a host that is not ours"
    remedy_zh = "请使用本系统公布的网址"
    remedy_en = "Use the published address"


class CsrfTokenNotRight(DoorRefusal):
    code = "csrf_token_not_right"
    kind = Kind.FORBIDDEN
    status = 403
    zh = "请求没有带本次登录的防伪标记,或来自其他网站"
    en = "The request lacks the token of this login, or comes from another site"
    remedy_zh = "请刷新页面后再试;接口调用请使用访问令牌"
    remedy_en = "Load the page anew; programs use a bearer token"


class HookNotSigned(DoorRefusal):
    code = "hook_not_signed"
    kind = Kind.INVALID
    zh = "通知没有有效的签名,或签名时间不在允许范围内"
    en = "This message is not signed with a secret of ours, or not just now"
    remedy_zh = "请核对付款渠道处登记的签名密钥和本机时钟"
    remedy_en = "Compare the signing secret at the gateway with ours, and look at the clock"


class RouteNotFound(DoorRefusal):
    code = "route_not_found"
    kind = Kind.MISSING
    status = 404
    zh = "没有这个地址"
    en = "There is nothing at this address"
    remedy_zh = "请核对网址"
    remedy_en = "Check the address"


class MethodNotOffered(DoorRefusal):
    code = "method_not_offered"
    kind = Kind.INVALID
    status = 405
    zh = "此地址不支持这种请求方法"
    en = "This address does not offer that method"
    remedy_zh = "请按接口说明(/schema)使用方法"
    remedy_en = "See the description of the interface at /schema"


class BodyTooLarge(DoorRefusal):
    code = "body_too_large"
    kind = Kind.INVALID
    status = 413
    zh = "请求内容超过上限"
    en = "The body is larger than what is taken"
    remedy_zh = "请分成几次提交"
    remedy_en = "Send it in several parts"


class MediaTypeNotTaken(DoorRefusal):
    code = "media_type_not_taken"
    kind = Kind.INVALID
    status = 415
    zh = "请求内容须为 {wanted}"
    en = "The body has to be {wanted}"
    remedy_zh = "请以该格式发送,并在 Content-Type 中注明"
    remedy_en = "Send it in that form and name it in Content-Type"


class SomethingBroke(DoorRefusal):
    """A fault of ours. Its inside is in the log under the request's number, never in the answer."""

    code = "something_broke"
    kind = Kind.BUSY
    status = 500
    zh = "系统出错,本次请求没有生效;编号 {request_id}"
    en = "Something of ours broke and the request had no effect; number {request_id}"
    remedy_zh = "请再试一次;若仍出错,请把编号告诉管理员"
    remedy_en = "Try again; if it stays, tell the administrator the number"


class ProductionNotSafe(Refusal):
    """Said when the application is to start, by whatever starts it."""

    code = "production_not_safe"
    kind = Kind.CONFLICT
    zh = "正式运行不接受这一设置:{setting}"
    en = "Production does not run with this setting: {setting}"
    remedy_zh = "请按部署说明更正该设置"
    remedy_en = "Put the setting right as the runbook says"
