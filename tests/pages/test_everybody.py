"""What everybody has: the inbox, letters, logins, the password, the second factor, bearer tokens."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

from pages.conftest import Arrive
from vouchermarket.web.pages.browsers import short_name
from web.conftest import PASSWORD, HandClock, Visit
from web.learning import Learning
from world import World

pytestmark = pytest.mark.database

OTHER = "秋天里的最后一片叶子"


async def test_notices_are_read_one_by_one_and_all_together(learning: Learning, arrive: Arrive) -> None:
    await learning.verify()
    teacher = await arrive(learning.city.teacher())
    inbox = await teacher.see("/notices")
    assert "2 条未读" in inbox.text
    # What was told leads to where it can be looked at.
    assert any("/completions/" in link for link in inbox.links.values())
    assert "1 条未读" in (await teacher.send("标为已读")).text
    unread = await teacher.see("/notices?unread=yes")
    assert unread.text.count("标为已读") == 1
    done = await teacher.send("全部设为已读")
    assert "条未读" not in done.text
    assert "没有未读消息" in (await teacher.see("/notices?unread=yes")).text


async def test_an_address_for_letters_is_entered_and_forgotten(world: World, arrive: Arrive) -> None:
    teacher = await arrive(world.city.teacher())
    await teacher.see("/notices/mail")
    wrong = await teacher.send("发送验证码", 422, address="不是地址")
    assert "不是地址" in str(wrong.forms)
    sent = await teacher.send("发送验证码", address="teacher0001@example.org")
    assert "待验证" in sent.text
    refused = await teacher.send("验证", 422, code="000000")
    assert "怎么办:" in refused.text
    assert "填写邮箱地址" in (await teacher.send("删除这个地址")).text


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36", "Chrome · Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8",
            "微信 · iPhone",
        ),
        ("python-httpx/0.28.1", "python-httpx"),
        (None, ""),
    ],
)
def test_a_browser_is_called_as_people_call_it(told: str | None, shown: str) -> None:
    assert short_name(told) == shown


async def test_other_logins_are_listed_and_ended(world: World, arrive: Arrive, visit: Visit) -> None:
    here = await arrive(world.city.teacher())
    assert "没有其他登录" in (await here.see("/logins")).text
    others = [visit.stranger(), visit.stranger()]
    for other in others:
        await other.post("/login", json={"username": "user0", "password": PASSWORD})
        assert (await other.get("/me")).status_code == 200
    await here.see("/logins")
    assert "将结束其他 2 个登录" in here.sheet.text
    await here.send("结束这个登录")
    assert "将结束其他 1 个登录" in here.sheet.text
    assert "其他登录均已退出" in (await here.send("结束其他所有登录")).text
    for other in others:
        assert (await other.get("/me")).status_code == 401


async def test_a_password_is_changed_and_other_logins_end(world: World, arrive: Arrive, visit: Visit) -> None:
    here = await arrive(world.city.teacher())
    other = visit.stranger()
    await other.post("/login", json={"username": "user0", "password": PASSWORD})
    await here.see("/logins/password")
    short = await here.send("更改密码", 422, present=PASSWORD, password="短")
    assert "怎么办:" in short.text
    assert "短" not in str(short.forms)
    changed = await here.send("更改密码", present=PASSWORD, password=OTHER)
    assert "密码已更改" in changed.text
    assert "当前登录" in changed.text
    assert (await other.get("/me")).status_code == 401


async def test_a_second_factor_is_set_up_by_a_picture(world: World, arrive: Arrive, clock: HandClock) -> None:
    here = await arrive(world.city.teacher())
    assert "启用双重验证" in (await here.see("/logins")).links
    await here.see("/second-factor")
    await here.send("下一步", 401, username="user0", password="不是这个")
    await here.send("下一步", username="user0", password=PASSWORD)
    assert here.answer is not None
    secret = _secret(here.sheet.form_with("完成启用").fields["address"])
    assert secret in here.sheet.text
    assert "data:image/svg+xml" in here.answer.text
    # A code that is not right leaves the picture where it is.
    again = await here.send("完成启用", 401, password=PASSWORD, code="000000")
    assert secret in again.text
    codes = await here.send("完成启用", password=PASSWORD, code=pyotp.TOTP(secret).at(clock.now))
    assert len(re.findall(r"\b[A-Z2-7]{16}\b", codes.text)) == 10
    assert "还有 10 个恢复码未用" in (await here.see("/logins")).text
    here.client.cookies.clear()
    await here.see("/login")
    asked = await here.send("登录", 401, username="user0", password=PASSWORD)
    assert "验证码" in asked.text


async def test_nothing_but_an_authenticators_address_is_drawn(world: World, arrive: Arrive) -> None:
    here = await arrive(world.city.teacher())
    await here.see("/second-factor")
    form = await here.send("下一步", username="user0", password=PASSWORD)
    sent = form.form_with("完成启用")
    answer = await here.send_form(sent, 401, password=PASSWORD, code="000000", address="https://example.org/")
    assert "example.org" not in answer.text
    assert here.answer is not None
    assert "data:image/svg+xml" not in here.answer.text


async def test_a_token_is_shown_once_and_ended(world: World, arrive: Arrive, visit: Visit) -> None:
    here = await arrive(world.city.teacher())
    await here.see("/logins/tokens")
    assert "f-days-fault" in (await here.send("生成访问令牌", 422, label="成绩同步", days="一年")).faults
    made = await here.send("生成访问令牌", label="成绩同步", days="30")
    [token] = re.findall(r"vm_[a-z0-9-]+_[A-Za-z0-9_-]+", made.text)
    program = visit.stranger(authorization=f"Bearer {token}")
    assert (await program.get("/me")).status_code == 200
    listed = await here.see("/logins/tokens")
    assert token not in listed.text
    assert "已结束" in (await here.send("结束这个令牌")).text
    assert (await program.get("/me")).status_code == 401


def _secret(address: str) -> str:
    return parse_qs(urlsplit(unquote(address)).query)["secret"][0]
