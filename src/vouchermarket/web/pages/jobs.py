"""Tasks: long work that goes on while one leaves the page, with how far it is and what it made."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Stream

from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.refusal import Refusal
from vouchermarket.reporting.queries import exports
from vouchermarket.tasks import operations as tasks
from vouchermarket.tasks import queries
from vouchermarket.tasks.rules import FINAL
from vouchermarket.tasks.structs import Task
from vouchermarket.web import given
from vouchermarket.web.api.files import sent_out
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import tables
from vouchermarket.web.pages.acting import act, said, told
from vouchermarket.web.pages.forms import Form
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.words import N_


def _progress(one: Task) -> str:
    return f"{one.done} / {one.total}" if one.total else ""


COLUMNS = (
    Column(N_("任务"), lambda one: one.kind, "label", "task_kind", link=lambda one: f"/tasks/{one.id}"),
    Column(N_("提交时间"), lambda one: one.asked_at, "instant"),
    Column(N_("状态"), lambda one: one.state, "state", "task"),
    Column(N_("进度"), _progress),
    Column(N_("结束时间"), lambda one: one.ended_at, "instant"),
)


@get("/tasks", verb="read_own")
async def own(turn: given.Turn) -> Response[Any]:
    """One's own tasks, newest first."""

    async def read(limit: int, offset: int) -> list[Task]:
        async with turn.reading() as session:
            return await queries.own_tasks(session, turn.actor, limit=limit, offset=offset)

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, COLUMNS, "tasks")
    empty = N_("还没有任务。导入、导出等耗时的工作提交后列在这里,可以离开页面,稍后再来看结果。")
    return await turn.show("jobs/tasks.html", table=await tables.read_page(turn, read, COLUMNS, empty))


@get("/tasks/{task_id:uuid}", verb="read_own")
async def one(turn: given.Turn, task_id: Id) -> Response[str]:
    """How far a task is, and what it has come to."""
    return await _task(turn, task_id, None)


@get("/tasks/{task_id:uuid}/progress", verb="read_own")
async def progress(turn: given.Turn, task_id: Id) -> Response[str]:
    """The bar alone, asked again each second; at the end it brings the whole page."""
    async with turn.reading() as session:
        found = await queries.own_task(session, turn.actor, task_id)
    answer = turn.piece("jobs/progress.html", task=_shown(found))
    if found.state in FINAL:
        answer.headers["HX-Refresh"] = "true"
    return answer


@post("/tasks/{task_id:uuid}/cancel", verb="read_own")
async def cancel(turn: given.Turn, task_id: Id) -> Response[Any]:
    """Cancel it: at once while it waits, between two parts while it runs."""

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _task(turn, task_id, refusal)

    def then(_: Any) -> Response[str]:
        return turn.go(f"/tasks/{task_id}", done="cancel_asked")

    return await turn.carry_out(tasks.ask_cancel, task_id, typed=await turn.typed(), then=then, again=again)


@get("/tasks/{task_id:uuid}/file", verb="read_own", media_type="application/octet-stream")
async def result_file(turn: given.Turn, task_id: Id) -> Stream:
    """What the task made, to be saved. Refuses `NotFound` where it made nothing, or it has been swept."""
    async with turn.reading() as session:
        found = await queries.own_task(session, turn.actor, task_id)
    if found.file_id is None:
        raise NotFound
    return await sent_out(turn.database, turn.actor, found.file_id)


@get("/tasks/new/transfers", verb="read_money")
async def before_exporting(turn: given.Turn) -> Response[str]:
    """Which transfers shall be written into a file."""
    return await _exporting(turn, None, None)


@post("/tasks/new/transfers", verb="read_money")
async def export_transfers(turn: given.Turn) -> Response[Any]:
    """Have them written by a worker."""

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _exporting(turn, typed, refusal)

    return await act(
        turn,
        tasks.enqueue,
        exports.TRANSFERS,
        then=lambda made: f"/tasks/{made}",
        again=again,
        form=_form(turn),
        done="task_asked",
    )


def _form(turn: Turn) -> Form:
    return Form(exports.ExportTransfers, turn.say, turn.bureau.time_zone)


async def _exporting(turn: Turn, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    year = turn.today.year
    period = {"from_on": f"{year}-01-01", "to_on": f"{year + 1}-01-01"}
    return await turn.show("jobs/transfers.html", **said(_form(turn), typed, refusal, period))


async def _task(turn: Turn, task_id: Id, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        found = await queries.own_task(session, turn.actor, task_id)
    return await turn.show("jobs/task.html", task=_shown(found), one=found, columns=COLUMNS, **told(refusal))


def _shown(found: Task) -> dict[str, Any]:
    """A task as the bar draws it."""
    shown = {name: getattr(found, name) for name in ("id", "done", "total", "state")}
    return shown | {"is_over": found.state in FINAL}


ROUTES = (own, one, progress, cancel, result_file, before_exporting, export_transfers)
