"""A Questionnaire as another system reads it, and the report of its import."""

import json
from collections.abc import Sequence
from typing import Any

from app.questionnaires import finding_words
from app.questionnaires.engine.findings import Finding
from app.questionnaires.importing import findings_of
from app.questionnaires.models import Questionnaire
from app.web.fhir.outcome import issue

FINDINGS = "urn:afterglow:import-finding"
_WARNINGS = "afterglow-warnings"
_NOT_ITS_MEANING = ("id", "meta", "text", "status")


def written(questionnaire: Questionnaire) -> dict[str, Any]:
    """The form as it came, under the id, url and version it is kept as, with its warnings."""
    resource: dict[str, Any] = json.loads(questionnaire.definition)
    resource |= {
        "id": str(questionnaire.id),
        "url": questionnaire.url,
        "version": questionnaire.version,
        "status": _status(questionnaire, resource),
        "meta": _meta(questionnaire, resource),
    }
    findings = findings_of(questionnaire)
    if findings:
        reference = {
            "url": "urn:afterglow:warnings",
            "valueReference": {"reference": f"#{_WARNINGS}"},
        }
        resource["contained"] = [*_list(resource, "contained"), _contained(findings)]
        resource["extension"] = [*_list(resource, "extension"), reference]
    return resource


def says_the_same(questionnaire: Questionnaire, resource: dict[str, Any]) -> bool:
    """Whether it is this very form, as it came or as it is read here; its status aside."""
    came = json.loads(questionnaire.definition)
    named = {"url": questionnaire.url, "version": questionnaire.version}
    try:
        return _meaning(resource) in (_meaning(came | named), _meaning(written(questionnaire)))
    except RecursionError:  # nested deeper than any form that was taken in
        return False


def issues(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """A report as the issues of an OperationOutcome, each saying where in the form it lies."""
    return [_issue(each) for each in findings]


def _meaning(resource: dict[str, Any]) -> str:
    said = {name: value for name, value in resource.items() if name not in _NOT_ITS_MEANING}
    return json.dumps(said, sort_keys=True)


def _issue(finding: Finding) -> dict[str, Any]:
    is_refused = finding.severity == "refused"
    words = finding_words.said(finding)
    diagnostics = f"linkId {finding.link_id}: {words}" if finding.link_id else words
    found = issue(
        "error" if is_refused else "warning",
        "invalid" if is_refused else "informational",
        words,
        diagnostics,
    )
    found["details"]["coding"] = [{"system": FINDINGS, "code": finding.code}]
    if finding.link_id:
        quoted = finding.link_id.replace("\\", "\\\\").replace("'", "\\'")
        found["expression"] = [f"Questionnaire.descendants().where(linkId = '{quoted}')"]
    return found


def _contained(findings: Sequence[Finding]) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "id": _WARNINGS, "issue": issues(findings)}


def _status(questionnaire: Questionnaire, resource: dict[str, Any]) -> str:
    """As it came, unless the clinic does not ask with it any more."""
    if questionnaire.retired_at is not None:
        return "retired"
    said = resource.get("status")
    return said if said in ("draft", "active", "retired", "unknown") else "unknown"


def _meta(questionnaire: Questionnaire, resource: dict[str, Any]) -> dict[str, Any]:
    came = resource.get("meta")
    kept = came if isinstance(came, dict) else {}
    since = questionnaire.retired_at or questionnaire.made_at
    profile = {"profile": kept["profile"]} if isinstance(kept.get("profile"), list) else {}
    return profile | {"lastUpdated": since.isoformat(timespec="milliseconds")}


def _list(resource: dict[str, Any], name: str) -> list[Any]:
    value = resource.get(name)
    return value if isinstance(value, list) else []
