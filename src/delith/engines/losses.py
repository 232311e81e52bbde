"""What is lost under a task: which errors another attempt may mend, and how they are told of."""

from __future__ import annotations

import logging

from delith.records import Task

#: How often a task is begun, where what it ran on was lost, before it is given up.
ATTEMPTS = 3
#: What may go better another time or elsewhere, as no bug and no mistake does.
LOSSES = (OSError, MemoryError)
#: What is known of a process that is gone.
KILLED = "its process was killed (out of memory, perhaps)"

#: Hears of every loss, from executors that know nothing of the folder of a run.
LOG = logging.getLogger("delith.engines.losses")
LOG.setLevel(logging.INFO)
LOG.addHandler(logging.NullHandler())


class LostError(Exception):
    """What a task ran on was lost under it, as often as it was begun."""

    @classmethod
    def after(cls, attempts: int, loss: str) -> LostError:
        """Of the last of so many attempts."""
        times = "attempt" if attempts == 1 else "attempts"
        return cls(f"given up after {attempts} {times}: {loss}")


def tell(call: tuple[object, ...], attempt: int, loss: str) -> None:
    """Tell those who log that an attempt at a call was lost; the first is number 1."""
    keys = [item.key for item in call if isinstance(item, Task)]
    # a warning would go to standard error where nobody logs
    LOG.info(loss, extra={"tasks": keys, "attempt": attempt})
