"""Where in PostgreSQL the records of a study are: a URL, and a name of its own for each study."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

from delith.errors import DelithError

#: Of a study in a database. PostgreSQL takes 63 letters, eight of which are `Address.schema`'s.
_NAME = re.compile(r"[a-z0-9_]{1,48}")
_VARIABLE = re.compile(r"\$\{?\w+\}?")
#: Of a connection whose URL says nothing of it: a server whose machine is gone is noticed in a
#: minute or two.
_USUAL = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
EXAMPLE = "postgresql://me@server/database#my_study"


def driver() -> Any:
    """Psycopg, which ase-db-backends speaks to PostgreSQL by.

    Raises
    ------
    DelithError
        If either is not installed.
    """
    try:
        import ase_db_backends.postgresql
        import psycopg2
    except ImportError as error:
        raise DelithError(
            f"records in PostgreSQL need more packages ({error}): pip install 'delith[postgres]'."
        ) from error
    del ase_db_backends
    return psycopg2


@dataclass(frozen=True)
class Address:
    """A database, and which study of those in it.

    Attributes
    ----------
    url : str
        Without the study; variables of the environment stand in it as ``${NAME}``.
    study : str
        Small letters, digits and underscores.
    """

    url: str
    study: str

    def __str__(self) -> str:
        return f"{self.url}#{self.study}"

    @classmethod
    def of(cls, text: str, study: str = "") -> Address:
        """Read a URL of libpq, with the name of the study behind ``#``.

        Parameters
        ----------
        text : str
            Such as ``postgresql://me@server/database#my_study``.
        study : str
            The name where the URL has none, of any letters.

        Raises
        ------
        DelithError
            If it is none, or holds a password, which would be written into files.
        """
        url, _, name = text.strip().partition("#")
        name = name or re.sub(r"[^a-z0-9_]+", "_", study.lower())[:48]
        if not url.startswith(("postgresql://", "postgres://")):
            raise DelithError(f"records can be in {EXAMPLE}, not in {_hidden(url)!r}.")
        if not _NAME.fullmatch(name):
            raise DelithError(
                f"{name!r} names no study in a database: small letters, digits and _ behind the #, "
                f"48 at most, as in {EXAMPLE}."
            )
        try:
            given = driver().extensions.parse_dsn(url)
        except driver().Error as error:
            raise DelithError(f"{_hidden(url)!r} is no URL such as {EXAMPLE}: {error}") from error
        for secret in ("password", "sslpassword"):
            if secret in given and not _VARIABLE.fullmatch(given[secret]):
                raise DelithError(
                    "the URL holds a password, which would be written into the results folder: "
                    "give it by PGPASSWORD or ~/.pgpass, or as '${MY_VARIABLE}' in the URL."
                )
        return cls(url, name)

    @property
    def schema(self) -> str:
        """Its schema in the database: tables of its own, which no other study sees."""
        return f"delith_{self.study}"

    def dsn(self, client: str) -> str:
        """What psycopg connects by, the environment read.

        Parameters
        ----------
        client : str
            What the server shows the connection as.

        Raises
        ------
        DelithError
            If a variable is not set.
        """
        extensions = driver().extensions
        given = {k: _expanded(value) for k, value in extensions.parse_dsn(self.url).items()}
        options = f"{given.pop('options', '')} -csearch_path={self.schema}".strip()
        usual = _USUAL | {"application_name": client}
        return str(extensions.make_dsn(**(usual | given), options=options))


def _expanded(value: str) -> str:
    read = os.path.expandvars(value)
    for name in _VARIABLE.findall(value):
        if os.path.expandvars(name) == name:
            raise DelithError(
                f"the URL of the records needs the variable {name}, which is not set."
            )
    return read


def _hidden(url: str) -> str:
    """A URL without its password."""
    hidden = re.sub(r"(://[^/@:]*):[^@]*@", r"\1:***@", url)
    return re.sub(r"(password=)[^&]*", r"\1***", hidden)
