"""What comes back from an executor, and when."""

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

import pytest

from delith.engines.queueing import Queue
from delith.errors import DelithError
from delith.study.planning import plan


def test_records_that_ended_are_given_before_an_error(quick):
    good = plan(quick).bulk_tasks()[0]
    broken = replace(good, potential="no such potential")
    with ThreadPoolExecutor(1) as executor:
        queue = Queue(executor)
        queue.put(broken)
        queue.put(good)
        wait(queue._futures)
        executor.shutdown()
        given = queue.take(0.0)
        assert next(given).key == good.key
        with pytest.raises(DelithError, match="no such potential"):
            next(given)
