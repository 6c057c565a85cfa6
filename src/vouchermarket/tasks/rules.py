"""What may be asked of a task, and what becomes of one nobody holds any more."""

from datetime import timedelta

from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.tasks.structs import Task, TaskState

# A worker that is killed says nothing: its task comes back when this time has run out.
LEASE = timedelta(minutes=2)
ATTEMPTS_MAX = 3
OPEN_MAX = 20
FINAL = frozenset({TaskState.DONE, TaskState.FAILED, TaskState.CANCELLED})


class TaskEnded(Refusal):
    code = "task_ended"
    kind = Kind.CONFLICT
    zh = "此任务已经结束"
    en = "This task has ended"
    remedy_zh = "结束的任务不能取消;如需撤回其结果,请另行办理"
    remedy_en = "What has ended cannot be cancelled; take its result back by its own desk"


class TasksWaiting(Refusal):
    code = "tasks_waiting"
    kind = Kind.CONFLICT
    zh = "您已有 {open} 个任务未完成,上限为 {open_max} 个"
    en = "You have {open} tasks that have not ended; {open_max} is the most"
    remedy_zh = "请等待其中一个完成,或取消一个"
    remedy_en = "Wait for one to end, or cancel one"


def room_for_one(open_tasks: int) -> None:
    """One person keeps the workers from nobody else. Refuses `TasksWaiting`."""
    if open_tasks >= OPEN_MAX:
        raise TasksWaiting(open=open_tasks, open_max=OPEN_MAX)


def cancelled_now(task: Task) -> bool:
    """Whether a cancelled task ends at once, for nobody works at it. Refuses `TaskEnded`."""
    if task.state in FINAL:
        raise TaskEnded
    return task.state is TaskState.WAITING
