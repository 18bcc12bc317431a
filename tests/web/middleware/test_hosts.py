import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("afterglow.test", True),
        ("AFTERGLOW.TEST", True),
        ("afterglow.test:443", True),
        ("afterglow.test:8000", True),
        ("evil.test", False),
        ("afterglow.test.evil.test", False),
        ("evil.test:afterglow.test", False),
        ("evilafterglow.test", False),
        ("127.0.0.1", False),
        ("localhost", False),
        ("", False),
    ],
)
def test_the_house_answers_to_its_own_name_alone(browser, cast, host, known):
    response = browser().get("/j", headers={"host": host})

    assert (response.status_code == 200) is known
    if not known:
        assert response.status_code == 400


def test_two_names_at_once_are_none_of_ours(browser, cast):
    names = [("host", "afterglow.test"), ("host", "evil.test")]

    assert browser().get("/j", headers=names).status_code == 400


def test_probes_know_an_address_and_no_name(browser, cast):
    for path, status in (("/healthz", 200), ("/readyz?only=pages", 200), ("/metrics", 403)):
        assert browser().get(path, headers={"host": "10.0.0.7"}).status_code == status


def test_no_page_takes_an_address_from_the_host_header(browser, cast, link_to):
    _, token = link_to()
    page = browser(host="afterglow.test:4444", **{"x-forwarded-host": "evil.test"})

    opened = page.post("/x", json={"t": token, "kind": "join"}).json()
    address = page.post(f"{opened['address']}/link", headers={"accept": "application/json"}).json()

    assert address["address"] == f"https://afterglow.test/j#{token}"


def test_the_demo_answers_on_the_loopback_address_too(database):
    settings = Settings(
        _env_file=None,
        base_url="http://localhost:8000",
        secret_keys="s" * 40,
        encryption_keys="e" * 40,
        sms="demo",
        demo=True,
    )
    app = create_app(settings, database, works=False)
    for host in ("localhost:8000", "127.0.0.1:8000"):
        page = TestClient(app, base_url=f"http://{host}", follow_redirects=False)
        assert page.get("/j").status_code == 200
        answer = page.post("/gentle", data={"on": "1"}, headers={"origin": f"http://{host}"})
        assert answer.status_code == 303
    assert TestClient(app, base_url="http://evil.test").get("/j").status_code == 400
