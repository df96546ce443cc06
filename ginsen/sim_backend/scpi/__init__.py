"""IEEE 488.2 message exchange and SCPI command tables.

Declare an instrument by a subclass of `ScpiInstrument` with a table of `setting`, `query` and
`action`; see commands.py for the notation and parameters.py for the kinds of parameter.
"""

from ginsen.sim_backend.scpi.commands import CommandTable, Entry, action, query, setting, stored
from ginsen.sim_backend.scpi.errors import ErrorEntry, ErrorQueue, ScpiError
from ginsen.sim_backend.scpi.instrument import ScpiInstrument
from ginsen.sim_backend.scpi.message import definite_block
from ginsen.sim_backend.scpi.parameters import (
    INFINITY,
    block,
    boolean,
    channels,
    choice,
    choice_of,
    integer,
    number,
    optional,
    repeated,
    string,
)
from ginsen.sim_backend.scpi.status import Register, Status

__all__ = [
    "INFINITY",
    "CommandTable",
    "Entry",
    "ErrorEntry",
    "ErrorQueue",
    "Register",
    "ScpiError",
    "ScpiInstrument",
    "Status",
    "action",
    "block",
    "boolean",
    "channels",
    "choice",
    "choice_of",
    "definite_block",
    "integer",
    "number",
    "optional",
    "query",
    "repeated",
    "setting",
    "stored",
    "string",
]
