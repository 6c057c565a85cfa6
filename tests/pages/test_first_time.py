"""A slip of paper from the school, and a teacher who comes in with it for the first time."""

import re

import pytest

from pages.conftest import Arrive, Reader
from world import World

pytestmark = pytest.mark.database


async def test_a_school_prints_a_slip_and_the_teacher_comes_in_with_it(world: World, arrive: Arrive) -> None:
    clerk = await arrive(world.city.officer("school_a"))
    form = clerk.sheet.forms[0]
    teacher_id = world.city.teacher().person_id
    slip = await clerk.send_form(
        type(form)(f"/{clerk.code}/people/{teacher_id}/slip", "post", form.fields), 200
    )
    code = re.findall(r"(?:[A-Z2-9]{4}-){4}[A-Z2-9]{4}", slip.text)[0]
    username = slip.text.split("用户名")[1].split()[0]
    clerk.client.cookies.clear()
    stranger = Reader(clerk.client, clerk.code)
    await stranger.see("/first")
    again = await stranger.send(
        "设置密码", 401, username=username, code="AAAA-AAAA", password="秋天里的第一片叶子"
    )
    assert "登录码不正确" in again.text
    assert stranger.sheet.form_with("设置密码").fields["username"] == username
    await stranger.send("设置密码", username=username, code=code, password="秋天里的第一片叶子")
    assert "密码已设置" in stranger.sheet.text
    await stranger.send("登录", username=username, password="秋天里的第一片叶子")
    assert "培训超市" in stranger.sheet.text
