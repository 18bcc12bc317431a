"""Others' renderers of the PHQ-9, each as its makers say it is to be put on a page.

A page tells `answered()` when the renderer itself has counted an answer. Whatever has to be bundled
is bundled and made small; a font that would be asked of a third party is left out.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.peers import phq9, xform
from bench.peers.scratch import bundle, install, unpack

_REACT = ("react@19.3.1", "react-dom@19.3.1")
_SURVEY = "2.5.38"
_MEDPLUM = "5.2.13"
_MANTINE = "8.3.18"


@dataclass(frozen=True)
class Renderer:
    """One of them: `build` installs it and writes a site into a folder."""

    name: str
    build: Callable[[Path, Path], None]


def page(
    head: str = "", scripts: Sequence[str] = (), body: str = "<div id=form></div>", last: str = ""
) -> str:
    """A page for a phone with these scripts, the form's place, and a last module of its own."""
    asked = "".join(f"<script src={name}></script>" for name in scripts)
    own = f"<script type=module>{last}</script>" if last else ""
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>PHQ-9</title>"
        f"<meta name=viewport content='width=device-width'>{head}<body>{body}{asked}{own}"
    )


def _style(name: str) -> str:
    return f"<link rel=stylesheet href={name}>"


def _survey_model() -> str:
    choices = [{"value": value, "text": said} for value, said in enumerate(phq9.ANSWERS)]
    elements = [
        {
            "type": "radiogroup",
            "name": f"q{place}",
            "title": words,
            "isRequired": True,
            "choices": choices,
        }
        for place, words in enumerate(phq9.questions(), 1)
    ]
    return json.dumps({"title": phq9.TITLE, "elements": elements})


def _surveyjs(folder: Path, site: Path) -> None:
    core = unpack(folder, f"survey-core@{_SURVEY}")
    light = unpack(folder, f"survey-js-ui@{_SURVEY}")
    for path in (core / "survey.core.min.js", core / "survey-core.fontless.min.css"):
        shutil.copy(path, site)
    shutil.copy(light / "survey-js-ui.min.js", site)
    start = (
        f"const survey = new Survey.Model({_survey_model()});"
        "survey.onValueChanged.add(() => answered());"
        "survey.render(document.getElementById('form'))"
    )
    scripts = ("survey.core.min.js", "survey-js-ui.min.js")
    head = _style("survey-core.fontless.min.css")
    (site / "index.html").write_text(page(head, scripts, last=start))


def _surveyjs_react(folder: Path, site: Path) -> None:
    versions = [f"{name}@{_SURVEY}" for name in ("survey-core", "survey-react-ui")]
    modules = install(folder / "surveyjs-react", [*versions, *_REACT])
    _bundled(
        folder,
        modules,
        site,
        f"""
        import {{ createRoot }} from "react-dom/client"
        import {{ Model }} from "survey-core"
        import {{ Survey }} from "survey-react-ui"
        import "survey-core/survey-core.fontless.min.css"
        const survey = new Model({_survey_model()})
        survey.onValueChanged.add(() => answered())
        createRoot(document.getElementById("form")).render(<Survey model={{survey}} />)
        """,
    )


def _formio(folder: Path, site: Path) -> None:
    form = unpack(folder, "@formio/js@5.6.0") / "dist"
    looks = unpack(folder, "bootstrap@5.3.9") / "dist" / "css"
    for path in (form / "formio.form.min.js", form / "formio.form.min.css"):
        shutil.copy(path, site)
    shutil.copy(looks / "bootstrap.min.css", site)
    values = [{"value": str(value), "label": said} for value, said in enumerate(phq9.ANSWERS)]
    components = [
        {
            "type": "radio",
            "key": f"q{place}",
            "label": words,
            "values": values,
            "input": True,
            "validate": {"required": True},
        }
        for place, words in enumerate(phq9.questions(), 1)
    ]
    start = (
        f"const made = {json.dumps({'display': 'form', 'components': components})};"
        "Formio.createForm(document.getElementById('form'), made).then((form) => "
        "form.on('change', ({ changed }) => changed && answered()))"
    )
    head = _style("bootstrap.min.css") + _style("formio.form.min.css")
    (site / "index.html").write_text(page(head, ["formio.form.min.js"], last=start))


def _medplum(folder: Path, site: Path) -> None:
    medplum = [f"@medplum/{name}@{_MEDPLUM}" for name in ("core", "react", "react-hooks")]
    mantine = [
        f"@mantine/{name}@{_MANTINE}" for name in ("core", "hooks", "notifications", "spotlight")
    ]
    small = ("jsqr@1.4.0", "signature_pad@5.1.4", "react-router@8.5.1")
    modules = install(folder / "medplum", [*medplum, *mantine, *small, *_REACT])
    _bundled(
        folder,
        modules,
        site,
        f"""
        import {{ createRoot }} from "react-dom/client"
        import {{ MantineProvider }} from "@mantine/core"
        import {{ MedplumClient }} from "@medplum/core"
        import {{ MedplumProvider, QuestionnaireForm }} from "@medplum/react"
        import "@mantine/core/styles.css"
        import "@medplum/react/styles.css"
        const nothing = async () => new Response("{{}}", {{ status: 404 }})
        const medplum = new MedplumClient({{ baseUrl: location.origin, fetch: nothing }})
        const made = {json.dumps(phq9.resource())}
        const changed = (said) => JSON.stringify(said).includes("valueCoding") && answered()
        createRoot(document.getElementById("form")).render(
          <MedplumProvider medplum={{medplum}}><MantineProvider>
            <QuestionnaireForm questionnaire={{made}} onChange={{changed}} onSubmit={{() => 0}} />
          </MantineProvider></MedplumProvider>
        )
        """,
    )


def _lhc_forms(folder: Path, site: Path) -> None:
    built = unpack(folder, "lforms@40.1.3") / "dist" / "lforms"
    element = built / "webcomponent"
    names = ("runtime.js", "polyfills.js", "main.js", "styles.css", "assets/lib/zone.min.js")
    for name in names:
        shutil.copy(element / name, site)
    shutil.copy(built / "fhir" / "R4" / "lformsFHIR.min.js", site)
    scripts = ["zone.min.js", "runtime.js", "polyfills.js", "main.js", "lformsFHIR.min.js"]
    start = (
        f"const made = {json.dumps(phq9.resource())};"
        "const place = document.getElementById('form');"
        "LForms.Util.addFormToPage(made, place, { fhirVersion: 'R4' });"
        # the element's own data, so that asking costs nothing
        "const asked = () => place.firstElementChild?.lhcFormData?.items"
        "?.some((each) => each.value) ? answered() : requestAnimationFrame(asked);"
        "place.addEventListener('click', () => requestAnimationFrame(asked), true)"
    )
    (site / "index.html").write_text(page(_style("styles.css"), scripts, last=start))


def _odk(folder: Path, site: Path) -> None:
    modules = install(folder / "odk", ["@getodk/web-forms@0.22.0", "vue@3.5.45"])
    _bundled(
        folder,
        modules,
        site,
        f"""
        import {{ createApp, h }} from "vue"
        import {{ OdkWebForm, webFormsPlugin }} from "@getodk/web-forms"
        const formXml = {json.dumps(xform.written())}
        const fetchFormAttachment = async () => new Response("", {{ status: 404 }})
        const app = createApp({{ render: () => h(OdkWebForm, {{ formXml, fetchFormAttachment }}) }})
        app.use(webFormsPlugin)
        app.mount("#form")
        document.addEventListener("change", () => requestAnimationFrame(() => {{
          if (document.querySelector("input[type=radio]:checked")) answered()
        }}))
        """,
    )


def _bundled(folder: Path, modules: Path, site: Path, source: str) -> None:
    entry = modules.parent / "entry.jsx"
    entry.write_text(source)
    bundle(folder, modules, entry, site)
    styles = "".join(_style(path.name) for path in site.glob("entry.css"))
    script = "<script type=module src=entry.js></script>"
    (site / "index.html").write_text(page(styles + script))


RENDERERS = (
    Renderer("Medplum React form", _medplum),
    Renderer("Form.io", _formio),
    Renderer("SurveyJS light UI", _surveyjs),
    Renderer("SurveyJS React", _surveyjs_react),
    Renderer("LHC-Forms", _lhc_forms),
    Renderer("ODK Web Forms", _odk),
)
