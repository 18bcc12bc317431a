"""A form's own expressions take part in what is asked, and never keep it from coming to rest."""

from decimal import Decimal

from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.expressing import Outcome, Wanted
from app.questionnaires.engine.values import EMPTY, Coding, Sheet, Slot
from tests.questionnaires.engine.forms import CORE, SDC, choice, form, group, item, when


class Plain:
    """Expressions written as `not a`, `a`, `count`, over answers that count."""

    def __init__(self):
        self.calls = 0

    def work_out(self, form, sheet, asks):
        self.calls += 1
        return tuple(self._one(sheet, ask) for ask in asks)

    def _one(self, sheet, ask):
        words = ask.expression.path.split()
        if ask.wanted is Wanted.CALCULATED:
            return Outcome(values=(len(sheet.values),) if words[0] == "count" else ())
        is_true = sheet.values.get(Slot(words[-1]), (False,))[0] is True
        return Outcome(is_true=is_true is (words[0] != "not"))


def shown_if(path):
    expression = {"language": "text/fhirpath", "expression": path}
    return [{"url": SDC + "enableWhenExpression", "valueExpression": expression}]


def worked_out(path):
    expression = {"language": "text/fhirpath", "expression": path}
    return [{"url": SDC + "calculatedExpression", "valueExpression": expression}]


def sheet(**values):
    return Sheet({Slot(link_id): answers for link_id, answers in values.items()})


def test_an_expression_decides_what_is_asked_and_hides_what_hangs_on_it():
    read_form = form(
        item("a"), item("b", extension=shown_if("a")), item("c", enableWhen=[when("b")])
    )

    state = evaluate(read_form, sheet(a=(False,), b=(True,), c=(True,)), expressions=Plain())

    assert state.sheet == sheet(a=(False,))
    assert evaluate(read_form, sheet(a=(True,), b=(True,)), expressions=Plain()).is_enabled(
        Slot("c")
    )


def test_without_anybody_to_work_them_out_all_is_asked():
    read_form = form(item("a"), item("b", extension=shown_if("a")))

    assert evaluate(read_form, EMPTY).is_enabled(Slot("b"))


def test_expressions_that_chase_each_other_come_to_an_end():
    read_form = form(item("a", extension=shown_if("not b")), item("b", extension=shown_if("not a")))
    plain = Plain()

    state = evaluate(read_form, sheet(a=(True,), b=(True,)), expressions=plain)

    assert plain.calls <= 10
    assert set(state.sheet.values) <= state.enabled


def test_what_was_worked_out_is_an_answer_like_others_and_never_typed():
    read_form = form(
        item("a"),
        item("n", "integer", extension=worked_out("count")),
        item("more", enableWhen=[when("n", ">", answerInteger=0)]),
    )

    state = evaluate(read_form, sheet(a=(True,), n=(99,)), expressions=Plain())

    assert state.values(Slot("n")) == (2,)
    assert state.is_enabled(Slot("more"))
    assert state.scores["n"].total == Decimal(2)


def test_nothing_is_worked_out_for_what_is_hidden():
    read_form = form(
        item("a"), item("n", "integer", extension=worked_out("count"), enableWhen=[when("a")])
    )

    assert evaluate(read_form, sheet(a=(False,)), expressions=Plain()).values(Slot("n")) == ()


def test_an_imported_sum_of_weights_is_not_told_of_half_a_scale():
    read_form = form(
        group(
            "g",
            choice("a", "no", "yes", weights=(0, 1)),
            choice("b", "no", "yes", weights=(0, 1)),
            item("t", "integer", extension=worked_out("count %resource.answer.ordinal()")),
        )
    )
    yes = (Coding("yes", "urn:clinic"),)

    def total_of(path, **answers):
        variable = {
            "url": CORE + "variable",
            "valueExpression": {"name": "w", "expression": "%resource.item.answer.weight()"},
        }
        found = form(
            *(choice(each, "no", "yes", weights=(0, 1)) for each in "abc"),
            item("t", "integer", extension=worked_out(path)),
            extension=[variable],
        )
        return evaluate(found, sheet(**answers), expressions=Plain()).values(Slot("t"))

    named = "count where(linkId in ('a' | 'b')).answer.ordinal()"
    assert total_of(named, a=yes) == ()
    assert total_of(named, a=yes, b=yes) == (3,)
    assert total_of("count %w.sum()", a=yes, b=yes) == ()
    assert total_of("count %w.sum()", a=yes, b=yes, c=yes) == (4,)
    assert total_of("count", a=yes) == (2,)
    half = evaluate(read_form, sheet(a=yes), expressions=Plain())
    whole = evaluate(read_form, sheet(a=yes, b=yes), expressions=Plain())

    assert half.values(Slot("t")) == ()
    assert whole.values(Slot("t")) == (3,)
