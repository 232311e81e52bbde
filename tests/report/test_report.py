"""The report: everything in one file, nothing from elsewhere, the numbers of the tables."""

import base64
import html
import re
import shutil
import subprocess
from dataclasses import replace
from io import StringIO
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml
from ase.io import read

from delith import checking, report, running, study
from delith.report.words import OF_TABLES
from delith.results import OUTPUTS, Results
from delith.store import places
from delith.study import Study

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
#: Tells the browser's own view: errors, what overflows a phone, whether a click enlarges.
ASKED = """<script>
window.addEventListener("load", () => {
  document.querySelector("figure img").click();
  const told = {
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    drawn: [...document.querySelectorAll("figure img")].filter((i) => i.naturalWidth > 0).length,
    opened: document.querySelector("dialog").open,
  };
  document.querySelector("dialog button").click();
  told.closed = !document.querySelector("dialog").open;
  document.body.dataset.told = JSON.stringify(told);
});
</script></body>"""


@pytest.fixture(scope="module")
def folder(undisturbed, tmp_path_factory):
    """A copy of a real run, checked by what it was computed with."""
    copy = tmp_path_factory.mktemp("reported") / "run"
    shutil.copytree(undisturbed.folder, copy)
    checking.check(copy, "chgnet-r2scan")
    return copy


@pytest.fixture(scope="module")
def page(folder):
    return report.write(folder).read_text()


def addresses(page, kind):
    found = re.findall(rf'(?:src|href)="data:{re.escape(kind)};base64,([^"]+)"', page)
    return [base64.b64decode(each).decode() for each in found]


def test_every_table_has_its_words():
    assert set(OF_TABLES) == {output.name for output in OUTPUTS}


def test_it_needs_nothing_from_elsewhere(page):
    linked = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert linked
    assert all(link.startswith(("data:", "#")) for link in linked)
    assert not re.search(r"@import|url\(|<link|<iframe", page)


def test_its_numbers_are_those_of_the_tables(page, undisturbed):
    tables = [pd.read_csv(StringIO(each)) for each in addresses(page, "text/csv")]
    written = [table for table in undisturbed.tables.values() if len(table)]
    assert [len(each) for each in tables] == [len(table) for table in written]
    assert tables[0]["gamma_J_per_m2"].to_numpy() == pytest.approx(
        undisturbed.table["gamma_J_per_m2"].to_numpy()
    )
    for gamma in undisturbed.table["gamma_J_per_m2"]:
        assert f"{gamma:.3f} J/m² at x" in page


def test_figures_and_structures_are_there(page, undisturbed):
    drawn = sum(
        len(list(output.drawn(undisturbed.tables[output.name])))
        for output in OUTPUTS
        if len(undisturbed.tables[output.name])
    )
    cells = [read(StringIO(each), format="extxyz") for each in addresses(page, "chemical/x-xyz")]
    assert len(cells) == len(undisturbed.table)
    # and of the check: what it found beside γ(x), and parity
    assert len(addresses(page, "image/svg+xml")) == drawn + len(cells) + 2
    known = {record.key: record.atoms for record in undisturbed.records}
    for cell, key in zip(cells, undisturbed.table["lowest_record"], strict=True):
        assert cell.positions == pytest.approx(known[key].positions, abs=1e-6)


def test_figures_say_what_they_show_to_those_who_do_not_see_them(page):
    told = [html.unescape(each) for each in re.findall(r'<img src="[^"]*" alt="([^"]*)"', page)]
    assert "Boundary energy against lithium content: twin (104), x = 1 to 0.5" in told
    assert "Layer by layer along the normal: twin (104), x = 1 to 0.5" in told
    assert len(set(told)) == len(told)


def test_what_is_printed_can_be_read(page):
    """Closed details show their summary alone: it stays, and they are opened."""
    assert not re.search(r"@media print[^\n]*summary", page)
    assert "beforeprint" in page


def test_the_study_in_it_is_the_study(page, folder):
    (shown,) = re.findall(r"<pre>(.*?)</pre>", page, flags=re.DOTALL)
    asked = yaml.safe_load((folder / "study.yaml").read_text())
    assert Study.model_validate(yaml.safe_load(html.unescape(shown))) == Study.model_validate(asked)


def test_it_says_what_to_doubt(undisturbed):
    *others, last = undisturbed.records
    poor = replace(last, problem="did not converge in 3 steps")
    content = report.Content.of(Results(undisturbed.folder, 9, [*others, poor]))
    told = " ".join(content.warnings)
    missing = 9 - len(undisturbed.records)
    assert f"not done: {missing} of 9" in told
    assert "chgnet-r2scan (universal): universal potentials soften defects" in told
    assert "No DFT has checked" in told
    assert f"1 of {len(undisturbed.records)} calculations are left out" in told
    assert [why for _, why in content.left_out] == ["did not converge in 3 steps"]


@pytest.mark.slow
@pytest.mark.parametrize(("by", "checked"), [("chgnet", False), ("gpaw-pbe+u", True)])
def test_only_dft_is_a_check_by_dft(undisturbed, by, checked):
    content = report.Content.of(Results(undisturbed.folder, 9, undisturbed.records))
    found = replace(content, checks={by: pd.DataFrame({"by": [by]})})
    assert ("No DFT has checked" in " ".join(found.warnings)) is not checked


def test_few_orderings_are_no_matter_where_no_more_exist(undisturbed):
    """The full cell has one; of the half empty one there may be more than the two asked for."""
    content = report.Content.of(undisturbed)
    few = "1 of 2 values rest on fewer than 3 orderings."
    assert few in list(content.warnings)
    more = content.asked.model_copy(update={"orderings": 12})
    assert "rest on fewer" not in " ".join(replace(content, asked=more).warnings)
    screened = more.model_copy(update={"screen": "chgnet"})
    assert few in list(replace(content, asked=screened).warnings)
    running_on = replace(undisturbed, total=9)
    assert few in list(replace(content, asked=more, results=running_on).warnings)


def test_a_sum_of_two_boundaries_is_told_for_one_and_gamma_of_one_where_it_is_known(undisturbed):
    content = report.Content.of(Results(undisturbed.folder, 9, undisturbed.records))
    table = content.results.table
    assert "sum of two" not in " ".join(content.answers)
    assert "γ of one" not in content.brief
    plain = SimpleNamespace(records=[], table=table)
    both = SimpleNamespace(records=[], table=table.assign(boundaries_equivalent=False))
    for told, summed in ((plain, ""), (both, " (sum of two)")):
        found = replace(content, results=told)
        (answer,) = found.answers
        assert answer.startswith(f"twin (104){summed}: ")
        assert set(found.brief["boundary"]) == {f"twin (104){summed}"}
    moved = table.assign(
        state="1 Co exchanged",
        boundaries_equivalent=False,
        gamma_J_per_m2=2 * table["gamma_J_per_m2"],
    )
    mixed = SimpleNamespace(records=[], table=pd.concat([table, moved], ignore_index=True))
    brief = replace(content, results=mixed).brief
    assert brief["boundary"].tolist() == ["twin (104)"] * 2 + ["twin (104) (sum of two)"] * 2
    assert brief["γ, J/m²"].tolist()[2:] == pytest.approx(2 * brief["γ of one"][:2], abs=2e-3)
    assert brief["γ of one"].tolist()[:2] == brief["γ of one"].tolist()[2:]


def test_the_question_of_a_study_that_names_no_contents_is_of_those_it_has(undisturbed):
    content = report.Content.of(Results(undisturbed.folder, 9, undisturbed.records))
    asked = content.asked.model_copy(update={"lithium": None})
    half = content.results.table.query("lithium_content == 0.5")
    alone = SimpleNamespace(records=content.results.records, table=half)
    assert "at x = 0.5?" in replace(content, asked=asked, results=alone).question


def test_the_question_counts_contents(quick):
    asked = quick.model_copy(update={"lithium": [1.0, 0.5, 0.0]})
    empty = SimpleNamespace(records=[])
    assert "at x = 1 to 0 at 3 contents?" in report.Content(empty, asked, {}).question


def test_before_there_is_a_boundary_energy_no_table_is_taken_for_it(undisturbed, tmp_path):
    bulk = [r for r in undisturbed.records if not r.host.count]
    folder = tmp_path / "bulk"
    running.prepare(study.load(undisturbed.folder / "study.yaml"), folder)
    store = places.store_of(folder)
    with store.writing():
        store.add(*bulk)
    page = report.write(folder).read_text()
    assert "Bulk orderings" in page
    assert "All columns" not in page


def test_words_in_a_study_are_no_code(undisturbed, folder, tmp_path):
    study = (folder / "study.yaml").read_text()
    evil = tmp_path / "run"
    shutil.copytree(folder, evil)
    (evil / "study.yaml").write_text(f"# <script>alert(1)</script>\n{study}")
    assert "<script>alert" not in report.write(evil).read_text()


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no browser")
@pytest.mark.parametrize("width", [1280, 390])
def test_a_browser_shows_all_of_it(page, width, tmp_path):
    file = tmp_path / "asked.html"
    file.write_text(page.replace("</body>", ASKED).replace(' loading="lazy"', ""))
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    command += [f"--window-size={width},900", f"--user-data-dir={tmp_path / 'profile'}"]
    shown = subprocess.run(
        [*command, file.as_uri()], capture_output=True, text=True, timeout=120, check=True
    ).stdout
    (told,) = re.findall(r'data-told="([^"]*)"', shown)
    told = yaml.safe_load(html.unescape(told))
    assert told["wide"] <= 0
    assert told["drawn"] == len(addresses(page, "image/svg+xml"))
    assert told["opened"]
    assert told["closed"]
