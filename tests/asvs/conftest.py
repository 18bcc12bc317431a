from tests.web import conftest as web

browser = web.browser
link_to = web.link_to
