"""Computes every figure of an export anew, from its rows alone, and says where they differ.

Usage: recompute.py EXPORT.zip (or a folder with its tables)

It shares nothing with Afterglow but the definitions that stand beside each number: rows are judged
anew from what was recorded, shares are exact fractions, and Wilson's interval is found as the two
roots of its equation with whole numbers only. It ends with 0 when all is equal, with 1 when
something is not.
"""

import csv
import io
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import isqrt
from pathlib import Path
from zoneinfo import ZoneInfo

Row = dict[str, str]
Figures = dict[tuple[str, str, str], tuple[str, ...]]
FEW = 10
PLACES = 8
# 1.959963984540054235524594430520551527955550, as a whole number of 10^-42.
Z = Fraction(1959963984540054235524594430520551527955550, 10**42)
SCALE = 10**40


def main() -> int:
    """Compare, and say how many figures there were."""
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    tables = read(Path(sys.argv[1]))
    said, found = exported(tables), recomputed(tables)
    wrong = [
        f"{' '.join(key)}: exported {said.get(key)}, computed {found.get(key)}"
        for key in sorted(said.keys() | found.keys())
        if said.get(key) != found.get(key)
    ]
    print("\n".join(wrong) or f"{len(said)} figures, all equal")
    return 1 if wrong else 0


def read(where: Path) -> dict[str, list[Row]]:
    """Every table of an export by its name."""
    if where.is_dir():
        texts = {each.stem: each.read_bytes().decode() for each in where.glob("*.csv")}
    else:
        with zipfile.ZipFile(where) as packed:
            texts = {
                Path(name).stem: packed.read(name).decode()
                for name in packed.namelist()
                if name.endswith(".csv")
            }
    return {name: list(csv.DictReader(io.StringIO(text))) for name, text in texts.items()}


def exported(tables: dict[str, list[Row]]) -> Figures:
    """The figures as they were exported."""
    return {
        (row["metric"], row["month"], row["measure"]): tuple(
            row[name] for name in ("n", "of", "share", "low", "high") if row[name]
        )
        for row in tables["figures"]
    }


def recomputed(tables: dict[str, list[Row]]) -> Figures:
    """The same from the rows."""
    about = tables["about"][0]
    as_of, zone = moment(about["as_of"]), ZoneInfo(about["zone"])
    months = about["months"].split()
    found: Figures = {}
    assert as_of is not None, "an export says of when it is"
    for metric, judge in JUDGES.items():
        judged = [(row, *judge(row, as_of)) for row in tables[metric]]
        is_private = metric == "journaling"
        if is_private and len(judged) < FEW:
            continue
        no_months = is_private and any(not row["month"] for row in tables[metric])
        for month in ("all", *([] if no_months else months)):
            chosen = [each for each in judged if month in ("all", month_of(each[0], zone))]
            for measure, figure in figures_of(metric, chosen).items():
                found[metric, month, measure] = figure
    return found


def figures_of(metric: str, judged: list[tuple[Row, str, str]]) -> dict[str, tuple[str, ...]]:
    """Of rows with what they count as ("hit", "miss", "open", "left-out") and why."""
    counted = [each for each in judged if each[1] in ("hit", "miss")]
    n, of = sum(state == "hit" for _row, state, _why in counted), len(counted)
    found = {"share": (str(n), str(of), *interval(n, of))}
    for _row, state, why in judged:
        if state in ("miss", "left-out") and why:
            bump(found, f"{state}:{why}", str(of) if state == "miss" else "")
    if metric != "journaling":
        found["open"] = (str(sum(state == "open" for _row, state, _why in judged)),)
    for name, (value_of, ranks) in MEASURES.get(metric, {}).items():
        values = sorted(v for row, _s, _w in counted if (v := value_of(row)) is not None)
        for rank in ranks if len(values) >= FEW else ():
            place = -(-rank * len(values) // 100)  # the first that so many percent reach
            found[f"p{rank}:{name}"] = (str(values[place - 1]), str(len(values)))
    return found


def bump(found: dict[str, tuple[str, ...]], measure: str, of: str) -> None:
    """One more of these."""
    count = int(found.get(measure, ("0",))[0]) + 1
    found[measure] = (str(count), of) if of else (str(count),)


def interval(n: int, of: int) -> tuple[str, ...]:
    """Share, low and high to eight places; nothing below ten.

    The ends are the roots in x of (p - x)² = z² x (1 - x) / of.
    """
    if of < FEW:
        return ()
    p, z2 = Fraction(n, of), Z * Z / of
    a, b, c = 1 + z2, 2 * p + z2, p * p
    root = square_root(b * b - 4 * a * c)
    low, high = (b - root) / (2 * a), (b + root) / (2 * a)
    return rounded(p), rounded(low if n else Fraction(0)), rounded(high if n < of else Fraction(1))


def square_root(value: Fraction) -> Fraction:
    """To forty places, with whole numbers."""
    return Fraction(isqrt(value.numerator * SCALE * SCALE // value.denominator), SCALE)


def rounded(value: Fraction) -> str:
    """Eight places, halves up."""
    whole = (value * 10**PLACES * 2 + 1) // 2
    return f"{whole // 10**PLACES}.{whole % 10**PLACES:0{PLACES}d}"


def on_time(row: Row, as_of: datetime) -> tuple[str, str]:
    """A talk of ten minutes that began by the window's close."""
    state = common(row, as_of, "" if row["plans_visit"] == "yes" else "none-planned")
    if state[0] != "counted":
        return state
    closes_at, began_at = sure(row, "window_closes_at"), held_since(row)
    if began_at and began_at <= closes_at:
        return "hit", ""
    return "miss", "".join(next(stops(row, closes_at, began_at)))


def held_since(row: Row) -> datetime | None:
    """When a talk that counts began."""
    said = row.get("staff_said", "")
    if said in ("by-phone", "part-by-phone"):
        return moment(row["call_began_at"])
    if said == "not-held":
        return None
    if row.get("provider") == "external":
        return moment(row["started_at"]) if row["held_elsewhere"] == "yes" else None
    long_enough = int(row.get("seconds_together") or 0) >= int(row["least_seconds"])
    return moment(row.get("started_at", "")) if long_enough else None


def stops(row: Row, closes_at: datetime, began_at: datetime | None) -> Iterator[str]:
    """Where a miss stopped: the first that holds."""
    if not row["visit"] or row["visit_status"] == "cancelled":
        yield "never-booked"
    if (
        sure(row, "visit_starts_at") > closes_at
        or row["asked_for_another_time_at"]
        or row["staff_said_why"] == "not-ready"
    ):
        yield "moved-outside"
    claimed_at, admitted_at = moment(row["claimed_at"]), moment(row["admitted_at"])
    if began_at:
        yield "clinician-late" if claimed_at and claimed_at <= closes_at else "moved-outside"
    if not row["opened_at"]:
        if row["opted_out_at"]:
            yield "opted-out"
        yield "text-undelivered" if row["text_lost"] == "yes" else "not-opened"
    if row["fault"] == "denied" and not row["started_at"]:
        yield "permission-denied"
    if claimed_at is None:
        yield "opened-not-joined"
        return
    due_at = max(claimed_at, sure(row, "visit_starts_at")) + timedelta(minutes=10)
    is_late = admitted_at > due_at if admitted_at else row["clinician_came"] == "yes"
    yield "clinician-late" if is_late else "one-side-only"


def joined(row: Row, as_of: datetime) -> tuple[str, str]:
    """Somebody was there, and both were connected."""
    why_not = ""
    if row["provider"] == "external":
        why_not = "room-elsewhere"
    elif row["pages_opened"] == "0":
        why_not = "nobody-tapped"
    elif not row.get("claimed_at"):
        why_not = "nobody-shown"
    state = common(row, as_of, why_not)
    if state[0] != "counted":
        return state
    if row["started_at"] or int(row["remote_ms"] or 0):
        return "hit", ""
    return "miss", row["fault"] or "never-met"


def intake(row: Row, as_of: datetime) -> tuple[str, str]:
    """Done on the phone before the planned start, of what was texted a day ahead."""
    start, sent_at = sure(row, "planned_start_at"), moment(row["sent_at"])
    why_not = ""
    if row["asked"] == "no":
        why_not = "nothing-asked"
    elif sent_at is None:
        why_not = "not-texted"
    elif start - sent_at < timedelta(hours=24):
        why_not = "texted-late"
    state = common(row, as_of, why_not)
    if state[0] != "counted":
        return state
    done_at = moment(row["done_at"])
    if done_at and row["opened_at"]:
        return ("hit", "") if done_at < start else ("miss", "done-late")
    if done_at:
        return "miss", "at-the-desk"
    for step, why in (("started_at", "started-not-done"), ("opened_at", "opened-not-started")):
        if row[step]:
            return "miss", why
    return "miss", "not-opened" if row["delivered_at"] else "text-undelivered"


def journaling(row: Row, _as_of: datetime) -> tuple[str, str]:
    """An entry or a skip within 72 hours. Only rows that count are exported."""
    hours = [int(row[name]) for name in ("hours_to_entry", "hours_to_skip") if row[name]]
    return ("hit", "") if any(each <= 72 for each in hours) else ("miss", "neither")


def rescheduled(row: Row, as_of: datetime) -> tuple[str, str]:
    """A new time that the patient confirmed, inside the window."""
    how = row["how"]
    is_new = how in ("self-service", "staff")
    state = common(row, as_of, "" if is_new else how)
    if state[0] != "counted":
        return state
    opens_at, closes_at = sure(row, "window_opens_at"), sure(row, "window_closes_at")
    if is_new and opens_at <= sure(row, "visit_starts_at") <= closes_at:
        return "hit", ""
    return "miss", "outside-the-window" if is_new else "not-confirmed"


def undelivered(row: Row, as_of: datetime) -> tuple[str, str]:
    """A text that did not arrive."""
    state = common(row, as_of)
    if state[0] != "counted":
        return state
    return "hit" if row["text_status"] in ("undelivered", "failed") else "miss", ""


def opt_outs(row: Row, as_of: datetime) -> tuple[str, str]:
    """Somebody wanted no more texts between booking and the window's close."""
    state = common(row, as_of, "" if row["texted"] == "yes" else "not-texted")
    if state[0] != "counted":
        return state
    left_at = moment(row["opted_out_at"])
    is_in = left_at and sure(row, "booked_at") <= left_at <= sure(row, "window_closes_at")
    return "hit" if is_in else "miss", ""


def texts(row: Row, as_of: datetime) -> tuple[str, str]:
    """How many texts there were: every row that counts."""
    state = common(row, as_of)
    return ("hit", "") if state[0] == "counted" else state


def answered(row: Row, as_of: datetime) -> tuple[str, str]:
    """Whether anybody said how easy it was."""
    state = common(row, as_of, "" if row["held"] == "yes" else "no-talk")
    if state[0] != "counted":
        return state
    if row["said"] in ("yes", "partly", "no"):
        return "hit", ""
    return "miss", row["said"] or "no-answer"


def easy(row: Row, as_of: datetime) -> tuple[str, str]:
    """Of the answers, those that say yes."""
    said = row["said"] in ("yes", "partly", "no")
    why_not = "" if said else "no-answer"
    state = common(row, as_of, why_not if row["held"] == "yes" else "no-talk")
    if state[0] != "counted":
        return state
    return ("hit", "") if row["said"] == "yes" else ("miss", row["said"])


def common(row: Row, as_of: datetime, why_not: str = "") -> tuple[str, str]:
    """Whether an infusion counts at all: took place, its end recorded, its window closed."""
    why = row["left_out_by_staff"]
    if not why and row["status"] in ("cancelled", "noshow"):
        why = {"cancelled": "called-off", "noshow": "did-not-come"}[row["status"]]
    why = why or ("no-end" if row["end_recorded"] == "no" else why_not)
    if why:
        return "left-out", why
    return ("counted" if sure(row, "window_closes_at") <= as_of else "open"), ""


def month_of(row: Row, zone: ZoneInfo) -> str:
    """The month of an infusion's end on the clinic's clock."""
    ended_at = moment(row.get("infusion_ended_at", ""))
    return f"{ended_at.astimezone(zone):%Y-%m}" if ended_at else row["month"]


def moment(value: str) -> datetime | None:
    """A moment; None for an empty cell."""
    return datetime.fromisoformat(value).astimezone(UTC) if value else None


def sure(row: Row, name: str) -> datetime:
    """A moment that must be there."""
    found = moment(row[name])
    assert found is not None, f"{name} is empty"
    return found


def number(name: str) -> Callable[[Row], int | None]:
    """A cell as a number."""
    return lambda row: int(row[name]) if row.get(name) else None


def after_both(row: Row) -> int | None:
    """From let in to the first picture."""
    if not row.get("both_ms") or not row.get("remote_ms"):
        return None
    return max(0, int(row["remote_ms"]) - int(row["both_ms"]))


def waited(row: Row) -> int | None:
    """Seconds from being there, or the planned start if later, to being let in."""
    claimed_at, admitted_at = moment(row.get("claimed_at", "")), moment(row.get("admitted_at", ""))
    if claimed_at is None or admitted_at is None:
        return None
    since = max(claimed_at, sure(row, "visit_starts_at"))
    return max(0, (admitted_at - since) // timedelta(seconds=1))


def clock(row: Row) -> int | None:
    """Seconds from "not ready" to a confirmed new time."""
    asked_at, settled_at = moment(row["asked_at"]), moment(row["settled_at"])
    if asked_at is None or settled_at is None or row["how"] not in ("self-service", "staff"):
        return None
    return (settled_at - asked_at) // timedelta(seconds=1)


JUDGES: dict[str, Callable[[Row, datetime], tuple[str, str]]] = {
    "on-time": on_time,
    "joined": joined,
    "intake": intake,
    "journaling": journaling,
    "rescheduled": rescheduled,
    "undelivered": undelivered,
    "opt-outs": opt_outs,
    "texts": texts,
    "answered": answered,
    "easy": easy,
}
STEPS = ("usable_ms", "join_ms", "allow_ms", "preview_ms")
MEASURES: dict[str, dict[str, tuple[Callable[[Row], int | None], tuple[int, ...]]]] = {
    "joined": {
        **{step: (number(step), (50, 75, 95)) for step in STEPS},
        "both_to_remote_ms": (after_both, (50, 75, 95)),
        "waited_seconds": (waited, (50, 75, 95)),
    },
    "rescheduled": {
        "clock_seconds": (clock, (50, 90)),
        "staffed_seconds": (number("staffed_seconds"), (50, 90)),
    },
    "texts": {"texts": (number("texts"), (50, 90, 100))},
}

if __name__ == "__main__":
    sys.exit(main())
