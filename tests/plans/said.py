"""Plans as they may be said, for tests that hold for every plan."""

from hypothesis import strategies as st

from app.plans import order, reading
from app.plans.plan import STANDARD
from app.plans.steps import StepKind, Unit, fields_of


def values(field):
    """What may be said in one field, as it is typed or written."""
    if field.unit is Unit.FLAG:
        return st.booleans()
    if field.unit is Unit.TIME:
        first, last = (at.hour * 4 + at.minute // 15 for at in (field.least, field.most))
        quarters = st.integers(first, min(last, 83))
        return quarters.map(lambda quarter: f"{quarter // 4:02d}:{quarter % 4 * 15:02d}")
    if field.unit is Unit.GAPS:
        return st.lists(st.integers(field.least, field.most), min_size=1, max_size=5)
    if field.unit is Unit.ROUTE:
        return st.sampled_from(["iv", "im", "tablet", "nasal"])
    numbers = st.integers(field.least, field.most)
    return numbers | st.none() if field.may_be_empty else numbers


def steps(kind):
    """`(kind, some of its values)`."""
    each = {field.name: values(field) for field in fields_of(kind)}
    return st.fixed_dictionaries({}, optional=each).map(lambda said: (kind, said))


edits = st.lists(st.sampled_from([*StepKind]).flatmap(steps), min_size=1, max_size=6)


def edited(plan, said):
    """The plan after these edits, without those that are refused."""
    for kind, each in said:
        try:
            plan = reading.changed(plan, kind, each)
        except order.PlanRefusal:
            continue
    return plan


def plans():
    """Every plan that can be saved."""
    return edits.map(lambda said: edited(STANDARD, said))
