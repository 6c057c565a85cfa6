"""Tasks: long work that is asked for here and carried out by a worker."""

from litestar import get, post
from litestar.params import JSONBody

from vouchermarket.reporting.queries import exports
from vouchermarket.tasks import operations as tasks
from vouchermarket.tasks import queries
from vouchermarket.tasks.structs import Task
from vouchermarket.web import given
from vouchermarket.web.commands import Made
from vouchermarket.web.fields import Id, Limit, Offset

TAGS = ["tasks"]


@get("/tasks", verb="read_own", tags=TAGS)
async def own_tasks(
    session: given.Session, actor: given.Actor, limit: Limit = 50, offset: Offset = 0
) -> list[Task]:
    """One's own tasks, newest first."""
    return await queries.own_tasks(session, actor, limit=limit, offset=offset)


@get("/tasks/{task_id:uuid}", verb="read_own", tags=TAGS)
async def one_task(task_id: Id, session: given.Session, actor: given.Actor) -> Task:
    """How far one's own task has come, and what it made."""
    return await queries.own_task(session, actor, task_id)


@post("/tasks/{task_id:uuid}/cancel", verb="read_own", tags=TAGS, status_code=200)
async def cancel(task_id: Id, session: given.Session, actor: given.Actor, now: given.Now) -> Task:
    """Cancel one's own task: at once while it waits, between two parts while it runs."""
    return await tasks.ask_cancel(session, actor, task_id, now=now)


@post("/books/transfers/export", verb="read_money", tags=TAGS)
async def export_transfers(
    data: JSONBody[exports.ExportTransfers], session: given.Session, actor: given.Actor, now: given.Now
) -> Made:
    """Have the transfers of a period written into an Excel file; the answer is the id of the task."""
    return Made(await tasks.enqueue(session, actor, exports.TRANSFERS, data, now=now))


ROUTES = (own_tasks, one_task, cancel, export_transfers)
