"""The page on Starlette and Jinja, for anybody, with no data behind it."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from material import OPTIONS, QUESTIONS, STEM, TITLE
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

_folder = Path(__file__).parent
_template = Environment(loader=FileSystemLoader(_folder), autoescape=True).get_template("page.html")


async def show(request) -> HTMLResponse:
    """The first so many questions."""
    values = {"title": TITLE, "clinic": "Northside Clinic", "stem": STEM, "response": "1"}
    values |= {"token": "t" * 32, "revision": 0}
    questions = [
        {
            "name": f"q{place}",
            "words": words,
            "options": [
                {"value": value, "words": said, "chosen": False} for value, said in OPTIONS
            ],
        }
        for place, words in enumerate(QUESTIONS[: request.path_params["count"]], 1)
    ]
    return HTMLResponse(_template.render(questions=questions, **values))


app = Starlette(routes=[Route("/form/{count:int}", show)])
