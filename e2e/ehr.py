"""The clinic's other system, at the FHIR door."""

import json
import urllib.request
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")


class Ehr:
    """Another system with a key that opens everything."""

    def __init__(self, clinic) -> None:
        self._clinic = clinic
        self._key = clinic.get("/demo/apikey")["key"]

    def now(self) -> datetime:
        """What the clinic's clock shows."""
        return datetime.fromisoformat(self._clinic.get("/demo/clock")["now"]).astimezone(ZONE)

    def wait_for_day(self) -> None:
        """Push the clock to an hour at which texts leave, if it is night."""
        now = self.now()
        if not 8 <= now.hour < 20:
            morning = now.replace(hour=9, minute=0, second=0, microsecond=0)
            morning += timedelta(days=1 if now.hour >= 20 else 0)
            self._clinic.push(f"PT{int((morning - now).total_seconds())}S")

    def get(self, path: str) -> dict:
        return self._asked(path, None)

    def post(self, kind: str, **resource) -> dict:
        return self._asked(kind, json.dumps({"resourceType": kind, **resource}).encode())

    def patient(self, given: str, family: str, phone: str, **more) -> dict:
        """A patient of the clinic."""
        return self.post(
            "Patient",
            name=[{"given": [given], "family": family}],
            telecom=[{"system": "phone", "value": phone}],
            **more,
        )

    def clinician(self) -> dict:
        """The demo clinician."""
        return self.get("Practitioner")["entry"][0]["resource"]

    def book(self, service: str, starts_at: datetime, minutes: int, *participants: dict) -> dict:
        """An appointment of the patient, and of whoever else takes part."""
        return self.post(
            "Appointment",
            status="booked",
            serviceType=[{"coding": [{"code": service}]}],
            start=starts_at.isoformat(),
            end=(starts_at + timedelta(minutes=minutes)).isoformat(),
            participant=[
                {
                    "actor": {"reference": f"{each['resourceType']}/{each['id']}"},
                    "status": "accepted",
                }
                for each in participants
            ],
        )

    def end(self, appointment: dict, ended_at: datetime) -> dict:
        """Record when a session really ended."""
        stands = self.get(f"Appointment/{appointment['id']}")
        ended = stands | {"status": "fulfilled", "end": ended_at.isoformat()}
        return self._asked(
            f"Appointment/{appointment['id']}", json.dumps(ended).encode(), method="PUT"
        )

    def ask(self, patient: dict, questionnaire_id: str) -> dict:
        """Have the patient asked to fill in a form."""
        return self.post(
            "Task",
            status="requested",
            intent="order",
            code={"coding": [{"code": "complete-questionnaire"}]},
            focus={"reference": f"Questionnaire/{questionnaire_id}"},
            **{"for": {"reference": f"Patient/{patient['id']}"}},
        )

    def _asked(self, path: str, body: bytes | None, method: str | None = None) -> dict:
        request = urllib.request.Request(
            f"{self._clinic.url}/fhir/R4/{path}",
            body,
            {
                "Content-Type": "application/fhir+json",
                "Authorization": f"Bearer {self._key}",
            },
            method=method,
        )
        with urllib.request.urlopen(request, timeout=60) as answered:
            return json.load(answered)
