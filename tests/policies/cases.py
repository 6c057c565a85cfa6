"""Facts for the judge: one teacher of a direct school, and entries written in short. Pure, no database."""

from datetime import date
from pathlib import Path
from typing import Any

from vouchermarket.kit.money import decimal_text, hundredths
from vouchermarket.policies import packs, rules
from vouchermarket.policies.structs import Affiliation, Entry, Evaluation, Person, Roll, RollRow, SchoolFacts

SEED = Path(__file__).parents[2] / "seeds" / "zhuzhou-2014"
TEXT = (SEED / "pack.toml").read_text(encoding="utf-8")
ZHUZHOU = packs.decode(TEXT)
END = date(2015, 12, 31)

HEAD = """
[pack]
code = "elsewhere-2020"
bureau = "某市教育局"
document = "某教〔2020〕1号"
effective_from = 2020-01-01

[[cycle]]
code = "2020-2024"
from = 2020-01-01
to = 2025-01-01
unit = "hour"
cite = { rule = "EX-A01", quote = "五年为一周期" }
"""
CITE = 'cite = { rule = "EX-A02", quote = "某条" }\n'


def elsewhere(rows: str) -> rules.Pack:
    """A small invented pack: head, one cycle counted in hours, and the rows given (`CITE` fills in)."""
    return packs.decode(HEAD + rows.replace("CITE\n", CITE))


def person(**changes: Any) -> Person:
    """A teacher of long standing; changes by keyword."""
    facts: dict[str, Any] = {
        "id": "t1",
        "born_on": date(1975, 5, 1),
        "sex": "female",
        "joined_on": date(1998, 9, 1),
        "posts": ("subject_teacher",),
        "school": Affiliation(is_direct=True),
    }
    return Person(**(facts | changes))


def entry(type_: str, amount: str, on: str, **changes: Any) -> Entry:
    """An approved entry with evidence, in credits unless told."""
    facts: dict[str, Any] = {"unit": "credit", "evidence_complete": True, "status": "approved"}
    return Entry(
        type=type_, amount_hundredths=hundredths(amount), on=date.fromisoformat(on), **(facts | changes)
    )


def judged(
    entries: list[Entry], who: Person | None = None, as_of: date = END, pack: rules.Pack = ZHUZHOU
) -> Evaluation:
    """The verdict on a person under Zhuzhou's pack at the end of the cycle, unless told otherwise."""
    return rules.evaluate(pack, who or person(), entries, as_of)


def counted(evaluation: Evaluation) -> list[str]:
    """What each entry counts."""
    return [decimal_text(one.counted_hundredths) for one in evaluation.entries]


def whys(evaluation: Evaluation) -> list[str | None]:
    """Why each entry counts less."""
    return [one.why for one in evaluation.entries]


def cycle_sum(evaluation: Evaluation) -> str:
    """The sum of the first cycle."""
    return decimal_text(evaluation.cycles[0].counted_hundredths)


def years(evaluation: Evaluation) -> dict[int, tuple[str, bool]]:
    """Sum and verdict of each year."""
    return {
        row.year: (decimal_text(row.verdict.counted_hundredths), row.verdict.met) for row in evaluation.years
    }


def found(evaluation: Evaluation) -> list[str | None]:
    """The rules of the findings."""
    return [finding.rule for finding in evaluation.findings]


def roll(missed: int, of: int, **school: Any) -> Roll:
    """A school of which so many teachers stayed below 72."""
    counts = ["71.99"] * missed + ["72"] * (of - missed)
    return Roll(
        school=SchoolFacts(**school),
        teachers=tuple(
            RollRow(id=f"t{place}", counted_hundredths=hundredths(amount))
            for place, amount in enumerate(counts)
        ),
    )


def school_based(amount: str, on: str, term: str) -> Entry:
    """School-based credits of a term."""
    return entry("school_based", amount, on, term=term, mode="school_based", level="school")


def ten_full_terms() -> list[Entry]:
    """10 × 12 = 120 school-based credits, two terms a year from 2009 to 2013."""
    return [
        school_based("12", f"{year}-{month}-30", f"{year}-{half}")
        for year in range(2009, 2014)
        for month, half in (("05", 1), ("11", 2))
    ]


def ed_tech(face_to_face: str, online: str, study: str) -> list[Entry]:
    """Ed-tech in its three parts; a part of 0 is left out."""
    parts = {"face_to_face": face_to_face, "online": online, "study": study}
    return [
        entry("ed_tech", amount, f"2010-0{place}-01", term="2010-1", mode=mode, level="city")
        for place, (mode, amount) in enumerate(parts.items(), 1)
        if amount != "0"
    ]


def in_post(amount: str, on: str) -> Entry:
    """Post training of the city."""
    return entry("in_post", amount, on, mode="face_to_face", level="city")
