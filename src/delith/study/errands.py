"""What a plan computes step by step: each answer decides what is asked next.

An errand is a generator that yields tasks and is sent their records. The same records make it ask
for the same tasks, so that a run which was stopped is replayed from its store.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Generic, TypeVar

from delith.records import Record, Task

Product = TypeVar("Product")
Steps = Generator[list[Task], list[Record], Product]


class Errand(Generic[Product]):
    """An errand on its way.

    Parameters
    ----------
    steps : generator
        Yields lists of tasks, is sent lists of their records, and returns what came of it.

    Attributes
    ----------
    asked : list of Task
        What it waits for; empty once it has ended.
    count : int
        Tasks it has asked for so far.
    product : object or None
        What it returned.
    """

    def __init__(self, steps: Steps[Product]) -> None:
        self._steps = steps
        self.asked: list[Task] = []
        self.count = 0
        self.product: Product | None = None
        self._send(None)

    @property
    def ended(self) -> bool:
        """Whether it asks for nothing more."""
        return not self.asked

    def go_on(self, records: Mapping[str, Record]) -> bool:
        """Go on as far as what it waits for is among the records, by key; tell whether it did."""
        before = self.asked
        while self.asked and all(task.key in records for task in self.asked):
            self._send([records[task.key] for task in self.asked])
        return self.asked is not before

    def _send(self, records: list[Record] | None) -> None:
        try:
            # None starts a generator
            self.asked = self._steps.send(records)  # type: ignore[arg-type]
            self.count += len(self.asked)
        except StopIteration as stop:
            self.asked, self.product = [], stop.value
