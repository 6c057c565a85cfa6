"""Versions of a pack in the database: one proposes, another decides, and a judgement keeps its version."""

from datetime import date, timedelta
from pathlib import Path

import pytest

import factories
from factories import NOW, TODAY, City
from vouchermarket.identity.rules import RoleNotAllowed
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import new_id
from vouchermarket.policies import operations as policies
from vouchermarket.policies import queries
from vouchermarket.policies.packs import PackNotReadable
from vouchermarket.policies.rules import versions

SEEDS = Path(__file__).parents[2] / "seeds"
TEXT = (SEEDS / "zhuzhou-2014" / "pack.toml").read_text(encoding="utf-8")
DEARER = TEXT.replace("free_until_hours = 72", "free_until_hours = 48")


async def _approved(database: Database, city: City, content: str, now=NOW):
    first, second = city.officers["teacher_office"]
    async with database.transaction(city.bureau_id) as session:
        version_id = await policies.propose(session, first, content, now=now)
        await policies.decide(session, second, version_id, approve=True, now=now)
    return version_id


async def test_a_pack_binds_nobody_until_a_second_person_approves(database: Database, city: City):
    first, second = city.officers["teacher_office"]
    async with database.transaction(city.bureau_id) as session:
        version_id = await policies.propose(session, first, TEXT, now=NOW)
        with pytest.raises(versions.NoPolicyInForce):
            await queries.in_force(session, city.bureau_id, TODAY)
        with pytest.raises(versions.ProposerCannotDecide):
            await policies.decide(session, first, version_id, approve=True, now=NOW)
        await policies.decide(session, second, version_id, approve=True, now=NOW)
        assert (await queries.in_force(session, city.bureau_id, TODAY)).version_id == version_id
        with pytest.raises(versions.VersionDecided):
            await policies.decide(session, second, version_id, approve=False, now=NOW)


async def test_a_version_is_in_force_from_its_day(database: Database, city: City):
    await _approved(database, city, TEXT)
    async with database.transaction(city.bureau_id) as session:
        assert await queries.in_force(session, city.bureau_id, date(2014, 2, 26))
        with pytest.raises(versions.NoPolicyInForce):
            await queries.in_force(session, city.bureau_id, date(2014, 2, 25))


async def test_of_two_versions_of_one_day_the_one_approved_last_stands(database: Database, city: City):
    before = await _approved(database, city, TEXT)
    after = await _approved(database, city, DEARER, NOW + timedelta(days=1))
    async with database.transaction(city.bureau_id) as session:
        assert (await queries.in_force(session, city.bureau_id, TODAY)).version_id == after
        # What was judged under the first can be judged under it again.
        kept = await queries.by_version(session, city.bureau_id, before)
    assert kept.pack.cancellation is not None
    assert kept.pack.cancellation.free_until_hours == 72


async def test_a_rejected_version_never_comes_into_force(database: Database, city: City):
    first, second = city.officers["teacher_office"]
    async with database.transaction(city.bureau_id) as session:
        version_id = await policies.propose(session, first, TEXT, now=NOW)
        await policies.decide(session, second, version_id, approve=False, now=NOW)
        with pytest.raises(versions.NoPolicyInForce):
            await queries.in_force(session, city.bureau_id, TODAY)


async def test_the_same_text_is_proposed_once(database: Database, city: City):
    first = city.officer("teacher_office")
    async with database.transaction(city.bureau_id) as session:
        await policies.propose(session, first, TEXT, now=NOW)
        with pytest.raises(versions.VersionKnown):
            await policies.propose(session, first, TEXT, now=NOW)


async def test_a_pack_with_faults_is_refused_with_every_path_and_nothing_is_kept(
    database: Database, city: City
):
    faulty = TEXT.replace('at_least = "450"', 'at_leest = "450"')
    async with database.transaction(city.bureau_id) as session:
        with pytest.raises(PackNotReadable) as refused:
            await policies.propose(session, city.officer("teacher_office"), faulty, now=NOW)
        assert any("at_leest" in fault for fault in refused.value.faults)
        with pytest.raises(versions.NoPolicyInForce):
            await queries.in_force(session, city.bureau_id, TODAY)


async def test_only_the_teacher_office_proposes_and_a_version_must_be_known(database: Database, city: City):
    async with database.transaction(city.bureau_id) as session:
        with pytest.raises(RoleNotAllowed):
            await policies.propose(session, city.officer("training_centre"), TEXT, now=NOW)
        with pytest.raises(versions.VersionUnknown):
            await policies.decide(session, city.officer("teacher_office"), new_id(), approve=True, now=NOW)
        with pytest.raises(versions.VersionUnknown):
            await queries.by_version(session, city.bureau_id, new_id())


async def test_knowing_another_bureaus_version_opens_nothing(database: Database, city: City):
    """The decoded packs are kept in the process, so the wall between bureaus has to stand there too."""
    version_id = await _approved(database, city, TEXT)
    async with database.transaction(city.bureau_id) as session:
        await queries.by_version(session, city.bureau_id, version_id)
    other = await factories.make_bureau(database)
    async with database.transaction(other) as session:
        with pytest.raises(versions.VersionUnknown):
            await queries.by_version(session, other, version_id)
