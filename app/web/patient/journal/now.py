"""What a phone asks for when it has a signal, and keeps sealed for when it has none."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app import i18n
from app.people import phones
from app.people.models import Clinic
from app.web import quiet_minute
from app.web.guards import journal_only
from app.web.pages import mood


@journal_only
def now(request: Request, db: Session) -> Response:
    """Who it is for, what is asked, when the clinic reads, the server's clock. No earlier words."""
    here = quiet_minute.of(request, db)
    clinic: Clinic = request.state.patient.clinic
    bring = here.bring
    prompt = {
        "id": here.prompt,
        "moment": here.moment,
        "lead": here.lead,
        "questions": [{"id": id_, "text": words} for id_, words in here.questions],
    }
    return JSONResponse(
        {
            "owner": here.owner,
            "clock": here.clock,
            "lang": i18n.language(),
            "mood": mood(request),
            "clinic": {
                "name": clinic.name,
                "phone": clinic.phone,
                "spoken": phones.spoken(clinic.phone) if clinic.phone else "",
            },
            "prompt": prompt if here.prompt else None,
            "readers": here.readers,
            "check": here.check or None,
            "bring": {"to": bring.to, "day": bring.day} if bring else None,
        }
    )


routes = [Route("/journal/now", now, name="journal:now")]
