"""SQL is never glued together from pieces, and no float comes near money."""

import ast
import re
from collections.abc import Iterator

import pytest

from tidy.source import Check, Module, called, findings, none, sample

_SPEAKS_SQL = re.compile(
    r"\b(SELECT|INSERT INTO|UPDATE \S+ SET|DELETE FROM|SET LOCAL|SET SESSION|CREATE|ALTER|DROP|GRANT|REVOKE"
    r"|TRUNCATE|WITH RECURSIVE|ORDER BY|WHERE)\b"
)
# The bureau's setting: a bound value is a syntax error there, so it is typed UUID and then written.
# The grants: PostgreSQL binds no words of rights; they come from a closed list beside the statement.
ALLOWED = {("kit/db.py", "SET LOCAL"), ("kit/db.py", "GRANT")}
# Seconds to wait, never money: starting a server, the heartbeat of the leader, the beat of the schedule.
TIMINGS = {"kit/embedded/cluster.py", "jobs/leader.py", "jobs/schedule.py"}
FLOATS = {"float", "Float", "Double", "REAL"}


def _literal(node: ast.AST) -> str:
    return " ".join(
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )


def _is_glued(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return not (isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        # psycopg's SQL(...).format(Identifier(...)) quotes what it is given and is no such gluing.
        of = node.func.value
        return node.func.attr in {"format", "join"} and not (isinstance(of, ast.Call) and called(of) == "SQL")
    return False


def glued_sql(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if not _is_glued(node):
            continue
        said = _SPEAKS_SQL.search(_literal(node))
        if said and (module.path, said.group(1)) not in ALLOWED:
            yield f"{getattr(node, 'lineno', 0)} {ast.unparse(node)[:80]}"


def built_elsewhere(module: Module) -> Iterator[str]:
    """`text(variable)`: a text whose making cannot be seen here is one that somebody may have glued."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and called(node) in {"text", "exec_driver_sql"} and node.args:
            by_name = isinstance(node.func, ast.Name) or called(node) == "exec_driver_sql"
            of_sqlalchemy = by_name or ast.unparse(node.func) in {"sa.text", "sqlalchemy.text"}
            if of_sqlalchemy and _is_glued(node.args[0]) and module.path != "kit/db.py":
                yield f"{node.lineno} {ast.unparse(node)[:80]}"


def floats(module: Module) -> Iterator[str]:
    if module.path in TIMINGS:
        return
    # `isinstance(raw, float)` is how a float is refused.
    asked = {
        id(part)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and called(node) == "isinstance"
        for part in ast.walk(node)
    }
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"{node.lineno} {node.value}"
        elif isinstance(node, ast.Name) and node.id in FLOATS and id(node) not in asked:
            yield f"{node.lineno} {node.id}"


BAD: list[tuple[Check, str]] = [
    (glued_sql, 'session.execute(text(f"SELECT id FROM voucher WHERE code = {code}"))'),
    (glued_sql, 'q = "SELECT id FROM voucher WHERE code = " + code'),
    (glued_sql, 'q = "SELECT id FROM voucher WHERE code = %s" % code'),
    (glued_sql, 'q = "SELECT id FROM {}".format(table)'),
    (glued_sql, 'q = " AND ".join(["SELECT 1", more])'),
    (built_elsewhere, 'session.execute(text(f"VACUUM {table}"))'),
    (floats, "price = 12.5"),
    (floats, "price = float(written)"),
    (floats, "def f(price: float): ..."),
]


@pytest.mark.parametrize("check", [glued_sql, built_elsewhere, floats], ids=lambda check: check.__name__)
def test_no_statement_is_glued_and_no_amount_floats(check: Check) -> None:
    none(findings(check))


@pytest.mark.parametrize(("check", "bad"), BAD)
def test_the_checks_of_statements_and_amounts_can_fail(check: Check, bad: str) -> None:
    assert findings(check, [sample("vouchers/queries.py", bad)])


def test_the_setting_of_the_bureau_is_allowed_in_its_one_place() -> None:
    line = "s.exec_driver_sql(f\"SET LOCAL app.bureau_id = '{UUID(str(bureau_id))}'\")"
    assert not findings(glued_sql, [sample("kit/db.py", line)])
    assert findings(glued_sql, [sample("web/deps.py", line)])
