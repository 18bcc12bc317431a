"""What was found in a Questionnaire that came: reasons to refuse it, and warnings."""

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["refused", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing. `code` names its kind, `about` is the one word of the file it speaks of."""

    severity: Severity
    link_id: str
    code: str
    message: str
    about: str = ""


@dataclass
class Report:
    """Findings as they come up while a form is read. The same is told once."""

    found: dict[tuple[str, str, str], Finding] = field(default_factory=dict)
    said: set[tuple[str, str]] = field(default_factory=set)

    def refuse(self, link_id: str, code: str, message: str, about: str = "") -> None:
        self._add("refused", link_id, code, message, about)

    def warn(
        self, link_id: str, code: str, message: str, about: str = "", *, once: bool = False
    ) -> None:
        """`once`: for the whole form, not for each item."""
        if once and (code, about) in self.said:
            return
        self.said.add((code, about))
        self._add("warning", link_id, code, message, about)

    def _add(self, severity: Severity, link_id: str, code: str, message: str, about: str) -> None:
        about = _short(about)
        key = (link_id, code, about)
        self.found.setdefault(key, Finding(severity, _short(link_id), code, message, about))

    def is_refused(self) -> bool:
        return any(finding.severity == "refused" for finding in self.found.values())

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Refusals first."""
        return tuple(sorted(self.found.values(), key=lambda finding: finding.severity))


def _short(text: str) -> str:
    return text if len(text) <= 200 else text[:199] + "…"
