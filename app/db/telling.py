"""Which changes other systems are told of, written down by the database itself.

A trigger puts a row into `subscription_event` in the very transaction that changes a resource,
whichever way it is changed: through a model, by a statement, or by hand. Where nobody listens it
finds no subscription and does nothing.

The triggers are no history: they are put there anew whenever a database is brought up to date,
since SQLite drops them with a table that a migration makes anew.
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, inspect, text

_PREFIX = "told_"
_SEQUENCE = "subscription_event_position"  # PostgreSQL's; SQLite has one writer and counts itself


@dataclass(frozen=True)
class Told:
    """Rows of a table that are resources of a type, and when one of them has changed."""

    table: str
    resource_type: str
    moment: str  # of the change, as an expression
    resource_id: str = "NEW.id"
    added: str = "TRUE"  # which new rows count
    changed: str = "TRUE"  # and which changes


_CHANGED = "COALESCE(NEW.changed_at, NEW.made_at)"
TOLD = (
    Told("appointment", "Appointment", _CHANGED),
    Told("consent", "Consent", "COALESCE(NEW.withdrawn_at, NEW.signed_at)"),
    Told("encounter", "Encounter", "COALESCE(NEW.changed_at, NEW.started_at)"),
    Told("intake_task", "Task", _CHANGED),
    Told(
        "message",
        "Communication",
        _CHANGED,
        added="NEW.patient_id IS NOT NULL",
        # That a worker has it in hand for a moment is nobody's news.
        changed="NEW.patient_id IS NOT NULL AND NEW.status <> OLD.status "
        "AND NEW.status <> 'sending'",
    ),
    Told("patient", "Patient", _CHANGED),
    Told("practitioner", "Practitioner", _CHANGED),
    Told("protocol", "PlanDefinition", _CHANGED),
    # A plan is never changed: a newer version takes its place.
    Told("protocol_version", "PlanDefinition", "NEW.made_at", "NEW.protocol_id"),
    Told(
        "questionnaire",
        "Questionnaire",
        "COALESCE(NEW.retired_at, NEW.made_at)",
        added="NEW.clinic_id IS NOT NULL",
        changed="NEW.clinic_id IS NOT NULL",
    ),
    Told(
        "questionnaire_response",
        "QuestionnaireResponse",
        "COALESCE(NEW.completed_at, NEW.saved_at, NEW.made_at)",
        # What is being typed stays the patient's until they send it.
        added="NEW.status = 'completed'",
        changed="NEW.status <> OLD.status",
    ),
)
RESOURCE_TYPES = tuple(sorted({told.resource_type for told in TOLD}))


def put(connection: Connection) -> None:
    """Every trigger as it is to be, and none beside them. Nothing happens where all is well."""
    if not inspect(connection).has_table("subscription_event"):
        return
    wanted = _wanted(connection)
    there = _there(connection)
    for name in there.keys() - wanted.keys():
        _drop(connection, name, there[name])
    new = sorted(wanted.keys() - there.keys())
    for name in new:
        _create(connection, name, *wanted[name])
    if new and not _is_sqlite(connection):
        _count_on(connection)


def take_away(connection: Connection) -> None:
    """No trigger of ours is left: before the tables go."""
    for name, table in _there(connection).items():
        _drop(connection, name, table)


def missing(connection: Connection) -> list[str]:
    """Tables whose changes would go untold."""
    there = _there(connection)
    names = _wanted(connection)
    return sorted({told.table for name, (told, _) in names.items() if name not in there})


def _wanted(connection: Connection) -> dict[str, tuple[Told, str]]:
    """Every trigger by name: whose, and upon what."""
    columns = {told.table: _open_columns(connection, told.table) for told in TOLD}
    acts = [(told, act) for told in TOLD for act in ("INSERT", f"UPDATE{columns[told.table]}")]
    return {_name(told, act): (told, act) for told, act in acts}


def _open_columns(connection: Connection, table: str) -> str:
    """Upon a change of which columns a table's trigger looks. Nothing: of any.

    Who seals a value anew, or moves what it is found by, touches no other column: nobody is told,
    since nothing has changed. Every other change touches `changed_at`, or one of these.
    """
    names = [column["name"] for column in inspect(connection).get_columns(table)]
    is_open = [name for name in names if not name.endswith(("_sealed", "_index"))]
    return "" if is_open == names else f" OF {', '.join(sorted(is_open))}"


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _there(connection: Connection) -> dict[str, str]:
    """The triggers of ours by name, each with its table."""
    query = (
        "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
        if _is_sqlite(connection)
        else "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE NOT tgisinternal"
    )
    rows = connection.execute(text(query))
    return {name: table for name, table in rows if name.startswith(_PREFIX)}


def _create(connection: Connection, name: str, told: Told, act: str) -> None:
    when = told.added if act == "INSERT" else told.changed
    if _is_sqlite(connection):
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} AFTER {act} ON {told.table} WHEN {when} "
            f"BEGIN {_writing(told, act, *_SQLITE)}; END"
        )
        return
    connection.exec_driver_sql(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {_writing(told, act, *_POSTGRESQL)}; RETURN NULL; END $$"
    )
    connection.exec_driver_sql(
        f"CREATE TRIGGER {name} AFTER {act} ON {told.table} FOR EACH ROW WHEN ({when}) "
        f"EXECUTE FUNCTION {name}()"
    )


def _count_on(connection: Connection) -> None:
    """Behind what is there: rows of a copy were brought in past the sequence."""
    newest = "SELECT COALESCE(MAX(position), 0) + 1 FROM subscription_event"
    connection.exec_driver_sql(
        f"SELECT setval('{_SEQUENCE}', GREATEST(nextval('{_SEQUENCE}'), ({newest})))"
    )


def _drop(connection: Connection, name: str, table: str) -> None:
    if _is_sqlite(connection):
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        return
    connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}()")


def _writing(told: Told, act: str, new_id: str, position: str) -> str:
    return f"""
        INSERT INTO subscription_event (id, clinic_id, subscription_id, resource_type,
            resource_id, is_new, status, position, attempts, made_at)
        SELECT {new_id}, NEW.clinic_id, subscription.id, '{told.resource_type}',
            {told.resource_id}, {"TRUE" if act == "INSERT" else "FALSE"}, 'waiting', {position}, 0,
            {told.moment}
        FROM subscription
        WHERE subscription.clinic_id = NEW.clinic_id
            AND subscription.resource_type = '{told.resource_type}'
            AND subscription.status <> 'off'
    """  # noqa: S608  made of the constants above alone


_NEXT = "SELECT MAX(position) FROM subscription_event WHERE subscription_id = subscription.id"
_SQLITE = ("lower(hex(randomblob(16)))", f"COALESCE(({_NEXT}), 0) + 1")
_POSTGRESQL = ("gen_random_uuid()", f"nextval('{_SEQUENCE}')")


def _name(told: Told, act: str) -> str:
    """Another body has another name, and so takes the former one's place."""
    when = told.added if act == "INSERT" else told.changed
    kind, _, columns = act.partition(" ")
    body = when + columns + _writing(told, act, *_SQLITE) + _writing(told, act, *_POSTGRESQL)
    return f"{_PREFIX}{told.table}_{kind.lower()}_{hashlib.sha256(body.encode()).hexdigest()[:8]}"
