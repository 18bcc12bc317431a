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
    catalogue = spanish()
    waiting = [
        message.id for message in catalogue if message.id and not _is_translated(message.string)
    ]
    if "--check" not in sys.argv:
        write(catalogue)
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


def spanish() -> Catalog:
    """The Spanish catalogue, brought up to every message there is now."""
    catalogue = _kept()
    # The date stays, so that a run without news changes nothing.
    catalogue.update(gather(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    catalogue.project, catalogue.version = "Afterglow", "1"
    catalogue.header_comment = "# The Spanish words of Afterglow."
    catalogue.msgid_bugs_address = catalogue.last_translator = catalogue.copyright_holder = ""
    catalogue.language_team = "es"
    catalogue.revision_date = catalogue.creation_date
    return catalogue


def write(catalogue: Catalog) -> None:
    """Keep the catalogue, sorted and without places, so that its changes read well."""
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as target:
        write_po(
            target, catalogue, width=100, omit_header=False, no_location=True, sort_output=True
        )


def _kept() -> Catalog:
    if CATALOGUE.exists():
        with CATALOGUE.open("rb") as source:
            return read_po(source, locale="es")
    return Catalog(locale="es", charset="utf-8")


def _is_translated(words: str | list[str] | tuple[str, ...] | None) -> bool:
    return bool(words) if words is None or isinstance(words, str) else all(words)


if __name__ == "__main__":
    sys.exit(main())
