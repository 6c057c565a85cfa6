"""The ledger on a real database: what is refused writes nothing, what is written balances."""


async def test_a_city_stands(city, database):
    assert city.officer("training_centre").person_id
