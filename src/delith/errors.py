"""What Delith raises when the input, not the code, is at fault.

The command line turns every `DelithError` into one message and exit code 2; anything else is a
bug and keeps its traceback.
"""


class DelithError(ValueError):
    """Something the user can mend; the message says what was wrong and what to do."""


class DelithWarning(UserWarning):
    """Something the user should know about, although the result stands."""
