"""What a browser calls itself, as people call it: the name and the system, not the whole line."""

from collections.abc import Mapping

# The first mark found counts: most browsers say that they are Chrome and Safari too.
BROWSERS: Mapping[str, str] = {
    "MicroMessenger": "微信",
    "DingTalk": "钉钉",
    "wxwork": "企业微信",
    "Edg": "Edge",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS: Mapping[str, str] = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS X": "Mac",
    "HarmonyOS": "HarmonyOS",
    "Linux": "Linux",
}


def short_name(told: str | None) -> str:
    """`Chrome · Linux`; a program by its own first word, nothing where nothing was told."""
    if not told:
        return ""
    browser = next((name for mark, name in BROWSERS.items() if mark in told), told.split("/")[0][:40])
    system = next((name for mark, name in SYSTEMS.items() if mark in told), "")
    return f"{browser} · {system}" if system else browser
