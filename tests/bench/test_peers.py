"""What others made is put into a scratch folder; where it is not to be had, that is said."""

import math
from xml.etree import ElementTree

import pytest

from bench.peers import phq9, xform
from bench.peers.forms import RENDERERS
from bench.peers.page import sites
from bench.peers.scratch import NotInstalledError, install, scratch

NOWHERE = "http://127.0.0.1:9/"


@pytest.fixture
def no_registry(monkeypatch, tmp_path):
    monkeypatch.setenv("npm_config_registry", NOWHERE)
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    monkeypatch.delenv("PEERS", raising=False)


def test_a_registry_that_does_not_answer_is_a_reason_and_not_a_crash(no_registry, tmp_path):
    with pytest.raises(NotInstalledError) as refused:
        install(tmp_path / "modules", ["esbuild@0.28.2"])

    assert str(refused.value)


def test_without_a_registry_each_renderer_is_a_row_that_says_why(no_registry, monkeypatch):
    monkeypatch.setattr("bench.peers.page.RENDERERS", RENDERERS[1:3])

    with sites() as (found, missing):
        assert found == []

    assert [row.name for row in missing] == [
        "question page: Form.io: not measured",
        "question page: SurveyJS light UI: not measured",
    ]
    assert all(math.isnan(row.value) and row.peer and row.ok for row in missing)


def test_what_is_there_in_these_versions_is_not_installed_anew(no_registry, tmp_path):
    folder = tmp_path / "modules"
    folder.mkdir()
    (folder / ".installed").write_text("esbuild@0.28.2")

    assert install(folder, ["esbuild@0.28.2"]) == folder / "node_modules"


def test_the_folder_goes_when_the_bench_ends(no_registry):
    with scratch() as folder:
        assert folder.is_dir()

    assert not folder.exists()


def test_others_are_asked_the_same_nine_questions():
    form = ElementTree.fromstring(xform.written())
    asked = form.findall(".//{http://www.w3.org/2002/xforms}select1")

    assert len(asked) == len(phq9.resource()["item"]) == 9
    assert [each["text"] for each in phq9.resource()["item"]] == list(phq9.questions())
