"""What every generated request is told before it goes: who sends it, and ids of things that are there.

A schema cannot say who may do what, nor which ids exist. Left to themselves nearly all requests would end
with 401 or 404 at the first guard; so a desk that may signs them, and well-made ids become real ones.
"""

import json
import os
import random
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import schemathesis

CITY: dict[str, Any] = json.loads(Path(os.environ["FUZZ_CITY"]).read_text(encoding="utf-8"))
PREFIX = "/api/v1"
# What ends the login or the token that asks, or hangs on it: done by somebody who may be locked out.
GUESTS = ("/tokens", "/logout", "/logins", "/password")
REAL, OTHER_DESK = 0.8, 0.1

_chance = random.Random(int(os.environ["FUZZ_SEED"]))  # noqa: S311 - dice, no secrets


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Sign the request and put real ids where well-made ones stand."""
    path = case.operation.path.removeprefix(PREFIX)
    case.headers = {name: value for name, value in (case.headers or {}).items() if name != "Authorization"}
    case.headers["Authorization"] = _bearer(f"{case.method.upper()} {path}", path)
    case.path_parameters = {name: _real(name, value) for name, value in (case.path_parameters or {}).items()}
    case.body = _with_real("", case.body)
    if case.method.upper() != "GET":
        _spare_the_keepers(case.path_parameters)


def _bearer(route: str, path: str) -> str:
    if path.startswith(GUESTS):
        return CITY["guest"]
    may = CITY["verbs"].get(route) or sorted(CITY["bearers"])
    desks = sorted(CITY["bearers"]) if _chance.random() < OTHER_DESK else may
    return CITY["bearers"][_chance.choice(desks)]


def _real(name: str, value: Any) -> Any:
    known = CITY["ids"].get(name)
    return _chance.choice(known) if known and _is_id(value) and _chance.random() < REAL else value


def _with_real(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {each: _with_real(each, one) for each, one in value.items()}
    if isinstance(value, list):
        return [_with_real(f"{name.removesuffix('s')}", one) for one in value]
    return _real(name, value)


def _is_id(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False


def _spare_the_keepers(parameters: dict[str, Any]) -> None:
    """Who signs the requests is not sent away, disabled or given another password."""
    if parameters.get("person_id") in CITY["keepers"]:
        parameters["person_id"] = _chance.choice(CITY["spare"])
    for name in ("appointment_id", "token_id"):
        if parameters.get(name) in CITY["kept"]:
            parameters[name] = str(uuid4())
