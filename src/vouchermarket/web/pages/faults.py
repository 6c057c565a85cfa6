"""Errors: a page for browsers, told as a helpful clerk would; a problem document for programs."""

import json
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response

from vouchermarket.identity.rules import SignInNeeded
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web import errors
from vouchermarket.web.guards import SAFE
from vouchermarket.web.pages import shown, signing_in
from vouchermarket.web.pages.surroundings import Surroundings
from vouchermarket.web.pages.turn import HTML, OF_THE_FORM, Bare, prefix_of

PROGRAMS = ("/api/", "/schema", "/health", "/assets/", "/hooks/")


def handle(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Every error of every route comes out here.

    The framework's handlers do not wait, so a page is drawn here without what stands around it.
    """
    if not wants_page(request):
        return errors.handle(request, error)
    refusal = errors.refusal_of(errors.inmost(error))
    if isinstance(refusal, SignInNeeded):
        return to_sign_in(request) if request.method in SAFE else sign_in_again(request, refusal)
    return _page(request, refusal)


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Is a browser asking, for something people read?"""
    path = request.scope["path"]
    return "text/html" in request.headers.get("accept", "") and not path.startswith(PROGRAMS)


def to_sign_in(request: Request[Any, Any, Any]) -> Response[str]:
    """First to the door, then back to where one wanted to be."""
    wanted = prefix_of(request) + request.scope["path"]
    if request.scope["query_string"]:
        wanted += "?" + request.scope["query_string"].decode("latin-1")
    location = f"{prefix_of(request)}/login?{urlencode({'next': wanted})}"
    return Response("", status_code=303, media_type=HTML, headers={"Location": location})


def sign_in_again(request: Request[Any, Any, Any], refusal: Refusal) -> Response[str]:
    """The door, with what was being sent kept in its form: a login that ends in mid form loses nothing."""
    bare = Bare(request)
    pairs = [pair for pair in request.scope["state"].get("typed", []) if pair[0] not in OF_THE_FORM]
    kept = json.dumps({"path": request.scope["path"], "pairs": pairs}, ensure_ascii=False)
    fields = signing_in.form_of(bare.say).fields()
    carried = {"next": "", "kept": kept}
    return _drawn(bare, refusal, "logins/door.html", fields=fields, refusal=None, carried=carried)


def _page(request: Request[Any, Any, Any], refusal: Refusal) -> Response[str]:
    return _drawn(Bare(request), refusal, "refused.html", refusal=refusal, back=None)


def _drawn(bare: Bare, why: Refusal, template: str, **context: Any) -> Response[str]:
    text = shown.draw(template, turn=bare, around=Surroundings(), _=bare.say, **context)
    answer = errors.answer(why, bare.language)
    headers = {name: value for name, value in answer.headers.items() if name != "content-type"}
    return Response(text, status_code=errors.status_of(why), media_type=HTML, headers=headers)
