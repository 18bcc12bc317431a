import pytest

from app.web import ways_back


@pytest.mark.parametrize("to", ["/", "/visits/0193", "/sign-in", "/clinic/visits/a-b_c/"])
def test_a_page_of_ours_may_be_gone_back_to(to):
    assert ways_back.safe(to) == to


@pytest.mark.parametrize(
    "to",
    [
        "",
        "//evil.test",
        "///evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "https://evil.test",
        "javascript:alert(1)",
        "/%2f/evil.test",
        "/a?b=c",
        "/a#b",
        "/a\r\nSet-Cookie: x=y",
        "/a\n",
        " /",
        "/ä",
        "evil.test",
        "/..//evil.test",
    ],
)
def test_asvs_3_7_2_anything_else_leads_home(to):
    assert ways_back.safe(to) == "/"
