"""HiSLIP and VXI-11 by hand: both channels of a session, a message, a remote procedure call."""

import socket
import struct
from contextlib import contextmanager

from pyvisa_py.protocols import hislip as wire

from ginsen.sim_backend.rpc import call_message, record


@contextmanager
def channels(port):
    """Both channels of a HiSLIP session, opened by hand."""
    with socket.create_connection(("127.0.0.1", port), 5.0) as first, \
            socket.create_connection(("127.0.0.1", port), 5.0) as second:
        wire.send_msg(first, "Initialize", 0, 0x01000000, b"hislip0")
        number = wire.InitializeResponse(first).session_id
        wire.send_msg(second, "AsyncInitialize", 0, number)
        assert wire.AsyncInitializeResponse(second).msg_type == "AsyncInitializeResponse"
        yield first, second


def message(connection):
    """The next HiSLIP message: its name, control code, parameter and payload."""
    header = wire.RxHeader(connection)
    payload = bytes(wire.receive_exact(connection, header.payload_length))
    return header.msg_type, header.control_code, header.message_parameter, payload


def call(client, program, version, procedure, arguments=b"", call=7):
    """One remote procedure call by hand; what comes after the transaction's number."""
    client.sendall(record(call_message(call, program, version, procedure, arguments)))
    size = int.from_bytes(wire.receive_exact(client, 4), "big") & 0x7FFFFFFF
    reply = struct.unpack(f"!{size // 4}I", wire.receive_exact(client, size))
    assert reply[:2] == (call, 1)
    return reply[2:]
