"""No table can be forgotten when two records are joined: the schema itself is walked."""

import pytest
from sqlalchemy import UniqueConstraint, func, select

from app.people import merging
from app.people.models import Patient
from app.protocols import folding
from tests.rows import fill

EVERY = merging.references()
ONE_OF_A_KIND = [
    (column, constraint)
    for column in EVERY
    for constraint in column.table.constraints
    if isinstance(constraint, UniqueConstraint) and column in constraint.columns.values()
]


@pytest.fixture
def given(db, cast):
    return {"clinic": cast.clinic.id, "practitioner": cast.dr_okafor.id, "patient": cast.noor.id}


@pytest.fixture
def join(db, cast):
    """Theo's record goes into Maya's: the rows alone."""

    def run():
        db.flush()
        kept, gone = db.get_one(Patient, cast.maya.id), db.get_one(Patient, cast.theo.id)
        folding.fold(db, kept, gone)
        merging.move(db, kept, gone)
        merging.take_values(db, kept, gone, ())

    return run


def _named(columns):
    return [f"{column.table.name}.{column.name}" for column in columns]


def test_the_walk_finds_what_everybody_knows_of():
    assert {"appointment.patient_id", "message.patient_id", "told_apart.other_id"} <= {
        *_named(EVERY)
    }
    assert len(EVERY) > 20


@pytest.mark.every_value_on_both
@pytest.mark.parametrize("column", EVERY, ids=_named(EVERY))
def test_what_hangs_on_one_record_hangs_on_the_other(db, cast, given, join, column):
    row_id = fill(db, column.table, given, **{column.name: cast.theo.id})
    rule = folding.RULES.get(column.table.name)

    join()

    table = column.table
    left = select(func.count()).select_from(table).where(column == cast.theo.id)
    assert db.scalar(left) == 0
    now = db.scalar(select(column).where(table.c.id == row_id))
    assert now == cast.maya.id or (rule is not None and now is None)


@pytest.mark.every_value_on_both
@pytest.mark.parametrize(
    ("column", "constraint"), ONE_OF_A_KIND, ids=_named(pair[0] for pair in ONE_OF_A_KIND)
)
def test_a_row_of_which_there_may_be_one_has_a_rule(db, cast, given, join, column, constraint):
    assert column.table.name in folding.RULES
    table, others = column.table, set(constraint.columns.values()) - {column}
    first = fill(db, table, given, **{column.name: cast.maya.id})
    same = {
        other.name: db.scalar(select(other).where(table.c.id == first))
        for other in others
        if not other.foreign_keys
    }
    fill(db, table, given, **same, **{column.name: cast.theo.id})

    join()

    rows = db.execute(select(table.c.id).where(column == cast.maya.id)).all()
    assert rows
    assert db.scalar(select(func.count()).where(column == cast.theo.id)) == 0


@pytest.mark.parametrize("name", ["thread", "course", "journal_preference"])
def test_whatever_points_at_a_row_that_is_folded_points_at_the_one_that_stays(
    db, cast, given, join, name
):
    table = Patient.metadata.tables[name]
    stays = fill(db, table, given, patient_id=cast.maya.id)
    goes = fill(db, table, given, patient_id=cast.theo.id)
    pointing = [
        (column, fill(db, column.table, given, **{column.name: goes}))
        for column in folding.pointing_at(name)
    ]

    join()

    assert db.scalars(select(table.c.id)).all() == [stays]
    for column, row_id in pointing:
        assert db.scalar(select(column).where(column.table.c.id == row_id)) == stays
