"""HiSLIP and VXI-11 as pyvisa-py's clients speak them, and as nobody should."""

import gc
import socket
import struct
import time

import pytest
import pyvisa
from framed_clients import call, channels, message
from pyvisa_py.protocols import hislip as wire

from ginsen.sim_backend import hislip_wire, vxi11, vxi11_link
from ginsen.sim_backend.bench_file import load_bench
from ginsen.sim_backend.links import MOST_CLIENTS
from ginsen.sim_backend.rpc import numbers, opaque
from ginsen.sim_backend.server import served

pytestmark = pytest.mark.realtime

IDENTITY = "GINSEN,PROBE,42,0\n"


@pytest.fixture
def server(bench_file):
    with served(load_bench(str(bench_file())), speed=20.0) as server:
        yield server


@pytest.fixture(scope="module")
def manager():
    manager = pyvisa.ResourceManager("@py")
    yield manager
    manager.close()


@pytest.fixture(params=["HiSLIP", "VXI-11"])
def address(server, request):
    return next(door.address for door in server.doors if door.name == request.param)


@pytest.fixture
def port(server):
    return next(door.port for door in server.doors if door.name == "HiSLIP")


@pytest.fixture
def probe(manager, address):
    with manager.open_resource(address, timeout=2000) as probe:
        yield probe


def test_a_message_ends_with_end_and_blocks_keep_their_bytes(probe):
    assert probe.query("*IDN?") == IDENTITY
    probe.write_raw(b"*IDN?")  # no line feed: END is enough
    assert probe.read() == IDENTITY
    data = bytes(range(256))
    probe.write_raw(b":DATA #3256" + data)
    probe.write(":DATA?")
    assert probe.read_bytes(257) == data + b"\n"


def test_a_long_reply_comes_in_parts(probe):
    for _ in range(2):
        assert len(probe.query(":FETC? 100000")) == 100_001


def test_a_long_message_goes_in_parts_and_one_too_long_is_refused(probe):
    probe.write(":NAME '" + "x" * 150 + "'" + ";:OUTP 0" * 9000)
    assert probe.query("SYST:ERR?") == '-363,"Input buffer overrun"\n'


def test_the_status_byte_says_that_a_reply_waits(probe):
    probe.write("*CLS")
    assert probe.read_stb() & 16 == 0
    probe.write("*IDN?")
    time.sleep(0.05)
    assert probe.read_stb() & 16
    assert probe.read() == IDENTITY
    assert probe.read_stb() & 16 == 0


def test_a_reply_not_read_is_lost_and_said_to_be(probe):
    probe.write("*IDN?")
    time.sleep(0.05)
    assert probe.query(":OUTP?") == "0\n"
    assert probe.query("SYST:ERR?") == '-410,"Query INTERRUPTED"\n'


def test_device_clear_ends_what_is_under_way(probe):
    probe.write(":SLOW;" * 100 + "*IDN?")  # 100 bench seconds are 5 of the wall's
    began = time.perf_counter()
    probe.clear()
    assert probe.query("*OPC?") == "1\n"
    assert time.perf_counter() - began < 1.0


def test_a_query_of_nothing_times_out(probe):
    probe.timeout = 200
    with pytest.raises(pyvisa.VisaIOError, match="VI_ERROR_TMO"):
        probe.read()
    probe.timeout = 2000
    probe.clear()
    assert probe.query("*IDN?") == IDENTITY


def test_a_slow_answer_is_waited_for(probe):
    assert probe.query(":SLOW;:SLOW;*OPC?") == "1\n"


def test_clients_get_their_own_replies_and_no_other_is_cleared(manager, address):
    with manager.open_resource(address, timeout=2000) as one, \
            manager.open_resource(address, timeout=2000) as other:
        one.write(":SLOW;:SLOW;:CHAN1:GAIN? a")
        time.sleep(0.02)
        other.clear()
        assert other.query(":CHAN2:GAIN? b") == "2,b\n"
        assert one.read() == "1,a\n"


@pytest.fixture
def leaking():
    """What pyvisa-py leaves open where it was refused is collected before another test."""
    yield
    gc.collect()


FORGETFUL = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning",
                                       "ignore::ResourceWarning")


@FORGETFUL
def test_one_client_too_many_is_turned_away(manager, address, leaking):
    clients = [manager.open_resource(address) for _ in range(MOST_CLIENTS)]
    try:
        with pytest.raises(Exception, match=r"VI_ERROR|error creating link: 9"):
            manager.open_resource(address)
        clients.pop().close()
        time.sleep(0.1)
        with manager.open_resource(address) as again:
            assert again.query("*IDN?") == IDENTITY
    finally:
        for client in clients:
            client.close()


@FORGETFUL
def test_an_instrument_that_is_not_there_is_not_opened(manager, address, leaking):
    with pytest.raises(Exception, match=r"VI_ERROR|error creating link: 3"):
        manager.open_resource(address.replace("hislip0", "hislip7").replace("inst0", "inst7"))


def test_who_breaks_off_in_the_midst_leaves_no_reply_to_the_next(manager, address):
    for _ in range(3):
        with manager.open_resource(address) as probe:
            probe.write(":SLOW;*IDN?")
    with manager.open_resource(address, timeout=5000) as probe:
        assert probe.query(":OUTP?") == "0\n"
        assert probe.query("SYST:ERR?") == '0,"No error"\n'


def test_service_is_asked_for_on_the_asynchronous_channel(port):
    with channels(port) as (first, second):
        wire.send_msg(first, "DataEnd", 0, 0, b"*SRE 32;*ESE 1;*OPC")
        assert message(second) == ("AsyncServiceRequest", 96, 0, b"")


def test_an_interrupted_query_is_told_on_both_channels(port):
    with channels(port) as (first, second):
        wire.send_msg(first, "DataEnd", 0, 2, b"*IDN?")
        assert message(first) == ("DataEnd", 0, 2, IDENTITY.encode())
        wire.send_msg(first, "DataEnd", 0, 4, b":OUTP?")
        assert message(first) == ("Interrupted", 0, 4, b"")
        assert message(first) == ("DataEnd", 0, 4, b"0\n")
        assert message(second) == ("AsyncInterrupted", 0, 4, b"")
        wire.send_msg(first, "DataEnd", 1, 6, b":OUTP?")  # RMT delivered
        assert message(first) == ("DataEnd", 0, 6, b"0\n")


def test_sizes_are_agreed(port):
    with channels(port) as (first, second):
        wire.send_msg(second, "AsyncRemoteLocalControl", 1, 0)
        assert message(second)[0] == "AsyncRemoteLocalResponse"
        wire.send_msg(second, "AsyncMaxMsgSize", 0, 0, (100).to_bytes(8, "big"))
        assert message(second)[3] == hislip_wire.LARGEST.to_bytes(8, "big")
        wire.send_msg(first, "DataEnd", 0, 0, b":FETC? 200")
        parts = [message(first) for _ in range(3)]
        assert [part[0] for part in parts] == ["Data", "Data", "DataEnd"]
        assert [len(part[3]) for part in parts] == [84, 84, 33]


def test_what_is_no_message_or_no_place_for_it_is_said(port):
    with channels(port) as (first, second):
        wire.send_msg(first, "GetDescriptors", 0, 0)
        assert message(first)[:2] == ("Error", hislip_wire.UNKNOWN_MESSAGE)
        wire.send_msg(second, "Trigger", 0, 0)
        assert message(second)[:2] == ("Error", hislip_wire.UNKNOWN_MESSAGE)
        first.sendall(struct.pack("!2sBBIQ", b"HS", 7, 0, 0, hislip_wire.LARGEST + 1)
                      + bytes(hislip_wire.LARGEST + 1))
        assert message(first)[:2] == ("Error", hislip_wire.TOO_LARGE)
        wire.send_msg(first, "DataEnd", 0, 0, b"*IDN?")
        assert message(first)[3] == IDENTITY.encode()
        first.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert message(first)[:2] == ("FatalError", hislip_wire.POORLY_FORMED)
        assert (first.recv(1), second.recv(1)) == (b"", b"")


def test_a_wrong_beginning_is_told_and_cut_off(port):
    with socket.create_connection(("127.0.0.1", port), 5.0) as client:
        wire.send_msg(client, "DataEnd", 0, 0, b"*IDN?")
        assert message(client)[:2] == ("FatalError", hislip_wire.INVALID_INITIALIZATION)
    with socket.create_connection(("127.0.0.1", port), 5.0) as client:
        wire.send_msg(client, "Initialize", 0, 0x01000000, b"hislip0")
        wire.InitializeResponse(client)
        wire.send_msg(client, "DataEnd", 0, 0, b"*IDN?")
        assert message(client)[:2] == ("FatalError", hislip_wire.NOT_BOTH_CHANNELS)
    with socket.create_connection(("127.0.0.1", port), 5.0) as client:
        wire.send_msg(client, "AsyncInitialize", 0, 999)
        assert message(client)[:2] == ("FatalError", hislip_wire.INVALID_INITIALIZATION)


@pytest.mark.parametrize(("arguments", "answer"), [
    ((vxi11.CORE, 1, 0), (0, 0, 0, 0)),
    ((5, 1, 0), (0, 0, 0, vxi11.UNKNOWN_PROGRAM)),
    ((vxi11.CORE, 9, 0), (0, 0, 0, vxi11.UNKNOWN_VERSION, 1, 1)),
    ((vxi11.CORE, 1, 99), (0, 0, 0, vxi11.UNKNOWN_PROCEDURE)),
    ((vxi11.CORE, 1, vxi11.READ, b"\0\0"), (0, 0, 0, vxi11.GARBAGE)),
    ((vxi11.CORE, 1, vxi11.READ, numbers(3)), (0, 0, 0, 0, vxi11.INVALID_LINK, 0, 0)),
    ((vxi11.CORE, 1, vxi11.LOCK, numbers(3)), (0, 0, 0, 0, vxi11.INVALID_LINK)),
])
def test_calls_that_make_no_sense_are_answered_so(server, arguments, answer):
    with socket.create_connection(("127.0.0.1", server.doors[-1].port), 5.0) as client:
        assert call(client, *arguments) == answer


def test_a_link_reads_up_to_a_character(server):
    with socket.create_connection(("127.0.0.1", server.doors[-1].port), 5.0) as client:
        made = call(client, vxi11.CORE, 1, vxi11.CREATE_LINK,
                    numbers(1, 0, 0) + opaque(b"inst0"))
        link = made[5]
        assert made[3:] == (0, 0, link, 0, vxi11.LARGEST)
        assert call(client, vxi11.CORE, 1, vxi11.WRITE, numbers(link, 1000, 0, 8)
                    + opaque(b"*IDN?"))[4:] == (0, 5)
        reply = call(client, vxi11.CORE, 1, vxi11.READ,
                     numbers(link, 100, 1000, 0, 128, ord(",")))
        assert reply[4:7] == (0, vxi11_link.CHARACTER_READ, 7)
        assert call(client, vxi11.CORE, 1, vxi11.DESTROY_LINK, numbers(link))[4] == 0
        assert call(client, vxi11.CORE, 1, vxi11.DESTROY_LINK, numbers(link))[4] == 4


def test_bytes_that_are_no_call_end_the_connection(server):
    for nonsense in (b"\xff" * 8, b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\0" * 9):
        with socket.create_connection(("127.0.0.1", server.doors[-1].port), 5.0) as client:
            client.sendall(nonsense)
            assert client.recv(10) == b""
