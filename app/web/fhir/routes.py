"""The FHIR door's addresses, below /fhir/R4."""

from sqlalchemy.orm import Session
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from app.web.fhir import (
    appointments,
    communications,
    consents,
    encounters,
    everything,
    organization,
    patients,
    plan_definitions,
    practitioners,
    questionnaires,
    responses,
    subscriptions,
    tasks,
)
from app.web.fhir.door import in_fhir
from app.web.fhir.largest_body import OUT_OF_THE_WAY, LargestBody
from app.web.fhir.metadata import statement
from app.web.fhir.outcome import respond
from app.web.guards import anyone


@in_fhir
@anyone
def metadata(request: Request, _db: Session) -> Response:
    """Open to everybody: it tells nothing that the documentation does not."""
    return respond(statement(routes, f"{request.app.state.settings.base_url}/fhir/R4"))


routes = [
    Route("/metadata", metadata, methods=["GET"], name="metadata"),
    Route("/Patient", patients.search, methods=["GET"], name="patients"),
    Route("/Patient", patients.create, methods=["POST"], name="create-patient"),
    Route("/Patient/{id}", patients.show, methods=["GET"], name="patient"),
    Route("/Patient/{id}/$everything", everything.show, methods=["GET"], name="everything"),
    Route("/Organization/{id}", organization.show, methods=["GET"], name="organization"),
    Route("/Practitioner", practitioners.search, methods=["GET"], name="practitioners"),
    Route("/Practitioner/{id}", practitioners.show, methods=["GET"], name="practitioner"),
    Route("/Appointment", appointments.search, methods=["GET"], name="appointments"),
    Route("/Appointment", appointments.create, methods=["POST"], name="create-appointment"),
    Route("/Appointment/{id}", appointments.show, methods=["GET"], name="appointment"),
    Route("/Appointment/{id}", appointments.change, methods=["PUT"], name="change-appointment"),
    Route("/Communication", communications.search, methods=["GET"], name="communications"),
    Route("/Communication/{id}", communications.show, methods=["GET"], name="communication"),
    Route("/Consent", consents.search, methods=["GET"], name="consents"),
    Route("/Consent/{id}", consents.show, methods=["GET"], name="consent"),
    Route("/Encounter", encounters.search, methods=["GET"], name="encounters"),
    Route("/Encounter/{id}", encounters.show, methods=["GET"], name="encounter"),
    Route("/Questionnaire", questionnaires.search, methods=["GET"], name="questionnaires"),
    Route("/Questionnaire", questionnaires.create, methods=["POST"], name="create-questionnaire"),
    Route("/Questionnaire/{id}", questionnaires.show, methods=["GET"], name="questionnaire"),
    Route(
        "/Questionnaire/{id}", questionnaires.change, methods=["PUT"], name="change-questionnaire"
    ),
    Route("/QuestionnaireResponse", responses.search, methods=["GET"], name="responses"),
    Route("/QuestionnaireResponse/{id}", responses.show, methods=["GET"], name="response"),
    Route("/Binary/{id}", responses.show_file, methods=["GET"], name="binary"),
    Route("/PlanDefinition", plan_definitions.search, methods=["GET"], name="plans"),
    Route("/PlanDefinition", plan_definitions.create, methods=["POST"], name="create-plan"),
    Route("/PlanDefinition/{id}", plan_definitions.show, methods=["GET"], name="plan"),
    Route("/PlanDefinition/{id}", plan_definitions.change, methods=["PUT"], name="change-plan"),
    Route("/Subscription", subscriptions.search, methods=["GET"], name="subscriptions"),
    Route("/Subscription", subscriptions.create, methods=["POST"], name="create-subscription"),
    Route("/Subscription/{id}", subscriptions.show, methods=["GET"], name="subscription"),
    Route("/Subscription/{id}", subscriptions.change, methods=["PUT"], name="change-subscription"),
    Route("/Subscription/{id}", subscriptions.end, methods=["DELETE"], name="end-subscription"),
    Route("/Subscription/{id}/$status", subscriptions.status, methods=["GET"], name="told"),
    Route("/Subscription/{id}/$replay", subscriptions.replay, methods=["POST"], name="replay"),
    Route("/Task", tasks.search, methods=["GET"], name="tasks"),
    Route("/Task", tasks.create, methods=["POST"], name="create-task"),
    Route("/Task/{id}", tasks.show, methods=["GET"], name="task"),
]

door = Mount(
    "/fhir/R4",
    routes=routes,
    name="fhir",
    middleware=[Middleware(LargestBody)],
    max_body_size=OUT_OF_THE_WAY,
)
