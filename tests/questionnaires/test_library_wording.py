"""The shipped scales say exactly what their authors wrote, under the codes of LOINC."""

import pytest

from tests.questionnaires.shelf import answers_of, by_link_id, read_file, spanish, total_of

STEM = "Over the last two weeks, how often have you been bothered by any of the following problems?"
STEM_ES = (
    "Durante las últimas 2 semanas, ¿qué tan seguido ha tenido molestias debido a los "
    "siguientes problemas?"
)
HOW_OFTEN = [
    ("LA6568-5", "Not at all", "Ningún día", 0),
    ("LA6569-3", "Several days", "Varios días", 1),
    ("LA6570-1", "More than half the days", "Más de la mitad de los días", 2),
    ("LA6571-9", "Nearly every day", "Casi todos los días", 3),
]
PHQ_9 = [
    (
        "44250-9",
        "Little interest or pleasure in doing things",
        "Poco interés o placer en hacer cosas",
    ),
    (
        "44255-8",
        "Feeling down, depressed, or hopeless",
        "Se ha sentido decaído(a), deprimido(a) o sin esperanzas",
    ),
    (
        "44259-0",
        "Trouble falling or staying asleep, or sleeping too much",
        "Ha tenido dificultad para quedarse o permanecer dormido(a), o ha dormido demasiado",
    ),
    (
        "44254-1",
        "Feeling tired or having little energy",
        "Se ha sentido cansado(a) o con poca energía",
    ),
    ("44251-7", "Poor appetite or overeating", "Sin apetito o ha comido en exceso"),
    (
        "44258-2",
        (
            "Feeling bad about yourself — or that you are a failure or have let yourself or your "
            "family down"
        ),
        (
            "Se ha sentido mal con usted mismo(a) — o que es un fracaso o que ha quedado mal con "
            "usted mismo(a) o con su familia"
        ),
    ),
    (
        "44252-5",
        "Trouble concentrating on things, such as reading the newspaper or watching television",
        (
            "Ha tenido dificultad para concentrarse en ciertas actividades, tales como leer el "
            "periódico o ver la televisión"
        ),
    ),
    (
        "44253-3",
        (
            "Moving or speaking so slowly that other people could have noticed. Or the opposite — "
            "being so fidgety or restless that you have been moving around a lot more than usual"
        ),
        (
            "¿Se ha movido o hablado tan lento que otras personas podrían haberlo notado? o lo "
            "contrario — muy inquieto(a) o agitado(a) que ha estado moviéndose mucho más de lo "
            "normal"
        ),
    ),
    (
        "44260-8",
        "Thoughts that you would be better off dead, or of hurting yourself in some way",
        "Pensamientos de que estaría mejor muerto(a) o de lastimarse de alguna manera",
    ),
]
DIFFICULTY = (
    "How difficult have these problems made it for you to do your work, take care of things at "
    "home, or get along with other people?"
)
DIFFICULTY_ES = (
    "¿Qué tanta dificultad le han dado estos problemas para hacer su trabajo, encargarse de las "
    "tareas del hogar, o llevarse bien con otras personas?"
)
HOW_DIFFICULT = [
    ("LA6572-7", "Not difficult at all", "No ha sido difícil"),
    ("LA6573-5", "Somewhat difficult", "Un poco difícil"),
    ("LA6575-0", "Very difficult", "Muy difícil"),
    ("LA6574-3", "Extremely difficult", "Extremadamente difícil"),
]
GAD_7 = [
    (
        "69725-0",
        "Feeling nervous, anxious, or on edge",
        "Se ha sentido nervioso(a), ansioso(a) o con los nervios de punta",
    ),
    (
        "68509-9",
        "Not being able to stop or control worrying",
        "No ha sido capaz de parar o controlar su preocupación",
    ),
    (
        "69733-4",
        "Worrying too much about different things",
        "Se ha preocupado demasiado por motivos diferentes",
    ),
    ("69734-2", "Trouble relaxing", "Ha tenido dificultad para relajarse"),
    (
        "69735-9",
        "Being so restless that it is hard to sit still",
        "Se ha sentido tan inquieto(a) que no ha podido quedarse quieto(a)",
    ),
    (
        "69689-8",
        "Becoming easily annoyed or irritable",
        "Se ha molestado o irritado fácilmente",
    ),
    (
        "69736-7",
        "Feeling afraid, as if something awful might happen",
        "Ha tenido miedo de que algo terrible fuera a pasar",
    ),
]
PCL_5 = [
    "Repeated, disturbing, and unwanted memories of the stressful experience?",
    "Repeated, disturbing dreams of the stressful experience?",
    (
        "Suddenly feeling or acting as if the stressful experience were actually happening again "
        "(as if you were actually back there reliving it)?"
    ),
    "Feeling very upset when something reminded you of the stressful experience?",
    (
        "Having strong physical reactions when something reminded you of the stressful experience "
        "(for example, heart pounding, trouble breathing, sweating)?"
    ),
    "Avoiding memories, thoughts, or feelings related to the stressful experience?",
    (
        "Avoiding external reminders of the stressful experience (for example, people, places, "
        "conversations, activities, objects, or situations)?"
    ),
    "Trouble remembering important parts of the stressful experience?",
    (
        "Having strong negative beliefs about yourself, other people, or the world (for example, "
        "having thoughts such as: I am bad, there is something seriously wrong with me, no one can "
        "be trusted, the world is completely dangerous)?"
    ),
    "Blaming yourself or someone else for the stressful experience or what happened after it?",
    "Having strong negative feelings such as fear, horror, anger, guilt, or shame?",
    "Loss of interest in activities that you used to enjoy?",
    "Feeling distant or cut off from other people?",
    (
        "Trouble experiencing positive feelings (for example, being unable to feel happiness or "
        "have loving feelings for people close to you)?"
    ),
    "Irritable behavior, angry outbursts, or acting aggressively?",
    "Taking too many risks or doing things that could cause you harm?",
    'Being "superalert" or watchful or on guard?',
    "Feeling jumpy or easily startled?",
    "Having difficulty concentrating?",
    "Trouble falling or staying asleep?",
]
BOTHERED = ["Not at all", "A little bit", "Moderately", "Quite a bit", "Extremely"]


@pytest.mark.parametrize(
    ("slug", "panel", "total", "rows"),
    [
        ("phq-9", "44249-1", "44261-6", PHQ_9),
        ("phq-2", "55757-9", "55758-7", PHQ_9[:2]),
        ("gad-7", "69737-5", "70274-6", GAD_7),
    ],
)
def test_a_scale_has_its_exact_words_and_codes(slug, panel, total, rows):
    resource = read_file(slug)
    scale = by_link_id(resource)[slug]

    assert [(q["code"][0]["code"], q["text"], spanish(q, "text")) for q in scale["item"]] == rows
    assert all(answers_of(question) == HOW_OFTEN for question in scale["item"])
    assert (scale["text"], spanish(scale, "text")) == (STEM, STEM_ES)
    assert resource["code"][0]["code"] == scale["code"][0]["code"] == panel
    assert total_of(resource)["code"] == [{"system": "http://loinc.org", "code": total}]


def test_the_tenth_question_is_asked_when_any_of_the_nine_is_above_zero():
    question = by_link_id(read_file("phq-9"))["difficulty"]

    assert question["code"][0]["code"] == "69722-7"
    assert (question["text"], spanish(question, "text")) == (DIFFICULTY, DIFFICULTY_ES)
    assert [answer[:3] for answer in answers_of(question)] == HOW_DIFFICULT
    assert [answer[3] for answer in answers_of(question)] == [None] * 4
    assert question["enableBehavior"] == "any"
    assert {
        (when["question"], when["operator"], when["answerCoding"]["code"])
        for when in question["enableWhen"]
    } == {(f"q{n}", "=", code) for n in range(1, 10) for code, *_ in HOW_OFTEN[1:]}


def test_the_pcl_5_has_its_exact_words_in_english_alone():
    resource = read_file("pcl-5")
    scale = by_link_id(resource)["pcl-5"]

    assert [question["text"] for question in scale["item"]] == PCL_5
    assert scale["text"] == "In the past month, how much were you bothered by:"
    assert resource["code"][0]["code"] == scale["code"][0]["code"] == "101697-1"
    assert total_of(resource)["code"][0]["code"] == "101698-9"
    for question in scale["item"]:
        assert [(words, weight) for _, words, _, weight in answers_of(question)] == list(
            zip(BOTHERED, range(5), strict=True)
        )
    assert "English only" in resource["description"]


def test_the_pcl_5_says_beforehand_what_it_asks():
    first = read_file("pcl-5")["item"][0]

    assert first["linkId"] == "before-you-start"
    assert "hard" in first["item"][0]["text"]
    assert "stop" in first["item"][0]["text"]


@pytest.mark.parametrize("slug", ["phq-9", "phq-2", "gad-7", "pcl-5"])
def test_a_scale_carries_its_notices(slug):
    notice = read_file(slug)["copyright"]

    assert "LOINC is copyright Regenstrief Institute, Inc. and the LOINC Committee" in notice
    assert "http://loinc.org/license" in notice
    assert "No permission required to reproduce" in notice or "Not copyrighted" in notice
