"""The keys of other systems as pages list them: who made each, and what should be done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.access.models import ApiKey
from app.people.models import Practitioner
from app.web.console.team import key_scopes


@dataclass(frozen=True)
class KeyLine:
    """One key."""

    row: ApiKey
    may: list[str]
    maker: Practitioner | None  # None: an operator at the command line
    before: ApiKey | None  # the key it takes over from, while that still opens
    is_replaced: bool  # another one waits to take over

    @property
    def is_live(self) -> bool:
        return self.row.revoked_at is None

    @property
    def is_leavers(self) -> bool:
        """Whether somebody saw it who works here no more, and it still opens."""
        return self.is_live and self.maker is not None and self.maker.disabled_at is not None


def lines(
    keys: Sequence[ApiKey], team: Sequence[Practitioner], every: Sequence[ApiKey] | None = None
) -> list[KeyLine]:
    """Keys of a clinic in their order. `every`: all of the clinic's, where `keys` are some."""
    people = {each.id: each for each in team}
    live = {each.id: each for each in every or keys if each.revoked_at is None}
    replaced = {each.replaces_id for each in live.values()}
    return [
        KeyLine(
            key,
            key_scopes.described(key.scopes),
            people.get(key.made_by_id) if key.made_by_id else None,
            _before(live, key),
            key.id in replaced,
        )
        for key in keys
    ]


def of_member(member: Practitioner, keys: Sequence[ApiKey]) -> list[KeyLine]:
    """Those of the clinic's keys that somebody made and that still open, oldest first."""
    theirs = [each for each in keys if each.made_by_id == member.id and each.revoked_at is None]
    return lines(theirs[::-1], [member], keys)


def _before(live: dict[UUID, ApiKey], key: ApiKey) -> ApiKey | None:
    return live.get(key.replaces_id) if key.replaces_id else None
