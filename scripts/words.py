"""Gathers every word that people read and brings the Spanish catalogue up to it.

New messages are added without a translation, vanished ones go, translations are never guessed.
Usage: words.py [--check], which changes nothing and fails when the catalogue is behind.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "app" / "locale" / "es" / "LC_MESSAGES" / "afterglow.po"
_METHODS = [("app/**.py", "python"), ("templates/**.html", "jinja2")]
_OPTIONS = {"templates/**.html": {"trimmed": "false", "newstyle_gettext": "true"}}


def main() -> int:
    catalogue = _spanish()
    catalogue.update(gather(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    waiting = [
        message.id for message in catalogue if message.id and not _is_translated(message.string)
    ]
    if "--check" not in sys.argv:
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        with CATALOGUE.open("wb") as target:
            write_po(
                target, catalogue, width=100, omit_header=False, no_location=True, sort_output=True
            )
    print(f"{len(catalogue)} messages, {len(waiting)} without a translation")
    return 1 if "--check" in sys.argv and waiting else 0


def gather() -> Catalog:
    """Every message in the code and the templates."""
    found = Catalog(project="Afterglow", charset="utf-8")
    directory = str(ROOT)
    for _, _, message, comments, context in extract_from_dir(
        directory,
        _METHODS,
        _OPTIONS,
        keywords={"_": None, "gettext": None, "ngettext": (1, 2)},
        directory_filter=lambda path: (
            not Path(path).name.startswith((".", "_"))
            and Path(path).name not in ("var", "tests", "e2e", "bench", "node_modules")
        ),
    ):
        found.add(message, None, [], auto_comments=comments, context=context)
    return found


def _spanish() -> Catalog:
    if CATALOGUE.exists():
        with CATALOGUE.open("rb") as source:
            return read_po(source, locale="es")
    return Catalog(locale="es", project="Afterglow", charset="utf-8")


def _is_translated(words: str | list[str] | tuple[str, ...] | None) -> bool:
    return bool(words) if words is None or isinstance(words, str) else all(words)


if __name__ == "__main__":
    sys.exit(main())
