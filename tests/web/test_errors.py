import pytest
import structlog
from starlette.exceptions import HTTPException
from starlette.routing import Route

from app.people.models import Patient
from app.refusal import Refusal
from app.web.guards import anyone, patient_only, staff_only

CANARY = "Maya Osei called from +13125550142"


class Danger(Exception):
    pass


@anyone
def crash(request, db):
    raise Danger(CANARY)


@patient_only
def crash_at_home(request, db):
    raise Danger(CANARY)


@staff_only
def lose_at_the_desk(request, db):
    raise HTTPException(404)


@patient_only
def refuse(request, db):
    db.get_one(Patient, request.state.patient.id).given_name = "changed"
    raise Refusal("Choose another time.")


async def crash_early(request):
    raise Danger(CANARY)


@pytest.fixture(autouse=True)
def _broken(app):
    """A few addresses that break, each in its way."""
    for path, endpoint in {
        "/crash": crash,
        "/crash-at-home": crash_at_home,
        "/clinic-lost": lose_at_the_desk,
        "/refuse": refuse,
        "/crash-early": crash_early,
    }.items():
        app.router.routes.insert(0, Route(path, endpoint, methods=["GET", "POST"]))


@pytest.fixture
def maya(browser, signed_in, cast):
    phone = browser()
    phone.cookies = signed_in(cast.maya).cookies
    return phone


@pytest.mark.parametrize("path", ["/crash", "/crash-at-home", "/crash-early"])
def test_asvs_16_5_1_a_crash_is_a_page_that_a_patient_can_read(maya, path):
    response = maya.get(path)

    assert response.status_code == 500
    assert "It is not your doing." in response.text
    assert "I am not safe" in response.text
    for word in ("Traceback", "Danger", "Maya Osei", "5550142", "sqlalchemy", ".py"):
        assert word not in response.text


def test_a_crash_still_leaves_the_clinics_number(maya):
    assert "tel:+13125550110" in maya.get("/crash-at-home").text


def test_a_lost_page_at_the_desk_still_names_the_clinic(signed_in, cast):
    response = signed_in(cast.dr_okafor).get("/clinic-lost")

    assert response.status_code == 404
    assert "Northside Clinic" in response.text


@pytest.mark.parametrize(
    ("language", "words"), [("en", "That did not work."), ("es", "Eso no funcionó.")]
)
def test_errors_speak_the_visitors_language(browser, language, words):
    for response in (
        browser(**{"accept-language": language}).get("/crash"),
        browser(cookie=f"__Host-ag_lang={language}", **{"accept-language": "de"}).get("/crash"),
    ):
        assert f'lang="{language}"' in response.text
        assert ("not your doing" in response.text) is (language == "en")


@pytest.mark.parametrize("path", ["/nothing", "/clinic/nothing", "/visits", "/J", "/j/x"])
def test_an_address_that_is_none_says_so_kindly(browser, path):
    response = browser().get(path)

    assert response.status_code == 404
    assert "There is nothing at this address." in response.text


def test_a_method_that_is_none_is_no_crash(browser):
    assert browser().post("/j").status_code == 405


def test_a_refusal_that_no_form_took_shows_its_sentence_and_changes_nothing(maya, cast, database):
    response = maya.post("/refuse")

    assert response.status_code == 422
    assert "Choose another time." in response.text
    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.maya.id).given_name == "Maya"


@pytest.mark.parametrize("path", ["/crash", "/nothing"])
def test_a_script_is_answered_in_json_without_reasons(browser, path):
    response = browser(accept="application/json").get(path)

    assert response.json() == {"status": response.status_code, "message": ""}


def test_the_log_names_the_kind_and_place_of_a_crash_and_none_of_its_words(maya):
    with structlog.testing.capture_logs() as lines:
        maya.get("/crash-at-home")

    [crash_line] = [line for line in lines if line["event"] == "crash"]
    assert crash_line["kind"] == "Danger"
    assert "test_errors:" in crash_line["place"]
    assert "5550142" not in repr(lines)
    assert "Maya" not in repr(lines)


def test_asvs_2_3_3_16_5_3_a_page_that_crashed_takes_its_changes_back(app, maya, cast, database):
    @patient_only
    def change_and_crash(request, db):
        db.get_one(Patient, request.state.patient.id).given_name = "changed"
        db.flush()
        raise Danger

    app.router.routes.insert(0, Route("/change", change_and_crash, methods=["POST"]))

    assert maya.post("/change").status_code == 500
    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.maya.id).given_name == "Maya"
