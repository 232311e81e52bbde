"""Where a run stands can be read from outside while it goes on, and after it was killed."""

import json
import os
import platform
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from delith import running, terminal
from delith.engines import computing, journal
from delith.engines.journal import Journal, Standing

pytestmark = pytest.mark.usefixtures("undrawn")


def standing(**changes) -> Standing:
    facts = {"host": "here", "process": 1, "began": 0.0, "told": time.time(), "total": 30}
    facts |= {"done": 20, "computed": 10, "running": 2, "waiting": 8}
    return Standing(**facts | changes)


def test_rate_and_time_left_are_of_what_this_run_computed():
    """Not of what was there before it began."""
    here = standing(began=1000.0, told=1100.0)
    assert here.rate == pytest.approx(0.1)
    assert here.left == pytest.approx(100)
    assert standing(computed=0).left is None


def test_a_run_tells_where_it_stands_and_takes_it_back(quick, tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "PERIOD", 0)
    seen = []

    def look(progress: computing.Progress) -> None:
        seen.append((progress, journal.read(tmp_path)))

    with ThreadPoolExecutor(1) as executor:
        running.run(quick, tmp_path, executor, look)
    for progress, told in seen:
        assert (told.host, told.process) == (platform.node(), os.getpid())
        assert (told.done, told.total) == (progress.done, progress.total)
        assert told.running == len(progress.running) <= 1
    assert seen[-1][1].computed == 7
    assert max(told.waiting for _, told in seen) > 1
    assert journal.read(tmp_path) is None


def test_a_run_that_ended_in_an_error_takes_it_back_too(tmp_path):
    Journal(tmp_path).close()
    assert journal.read(tmp_path) is None


@pytest.mark.parametrize("content", ["", "{}", "[1]", json.dumps({"host": "here"})])
def test_a_file_that_says_nothing_is_none(tmp_path, content):
    (tmp_path / journal.NAME).write_text(content)
    assert journal.read(tmp_path) is None


def test_status_says_what_goes_on_or_may_have_stopped(capsys):
    now = time.time()
    terminal.show_standing(standing(began=now - 3600, told=now), [])
    assert "2 running, 8 queued; 10 an hour, 1 h 0 min to go at most" in capsys.readouterr().out
    terminal.show_standing(standing(told=now - 600), [])
    told = " ".join(capsys.readouterr().out.split())
    assert "process 1) has said nothing for 10 min: if it was stopped" in told
