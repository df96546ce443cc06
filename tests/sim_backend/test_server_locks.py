"""Locks by HiSLIP and VXI-11, one and the same for both and for sessions in process."""

import socket
import threading
import time

import pytest
import pyvisa
from framed_clients import call, channels, message
from pyvisa.constants import AccessModes
from pyvisa_py.protocols import hislip as wire

from ginsen.sim_backend import vxi11, vxi11_interrupt, vxi11_link
from ginsen.sim_backend.fault import Fault
from ginsen.sim_backend.rpc import numbers, opaque
from ginsen.sim_backend.server import served

pytestmark = pytest.mark.realtime

IDENTITY = "GINSEN,PROBE,42,0\n"
LOCAL = "TCPIP0::probe::inst0::INSTR"
LOCKED = pytest.raises(pyvisa.VisaIOError, match="VI_ERROR_RSRC_LOCKED")
UNTOLD = pytest.raises(pyvisa.VisaIOError, match="VI_ERROR_IO")
"""What pyvisa-py makes of a lock that keeps it from writing or reading."""


@pytest.fixture
def server(manager):
    with served(manager.visalib.bench, speed=20.0) as server:
        yield server


@pytest.fixture
def door(server):
    return {door.name: door for door in server.doors}


@pytest.fixture
def clients(door):
    """Three HiSLIP sessions of pyvisa-py's client."""
    clients = [wire.Instrument("127.0.0.1", port=door["HiSLIP"].port) for _ in range(3)]
    yield clients
    for client in clients:
        client.close()


@pytest.fixture
def linked(door):
    """A VXI-11 session of pyvisa-py."""
    manager = pyvisa.ResourceManager("@py")
    with manager.open_resource(door["VXI-11"].address, timeout=2000) as linked:
        yield linked
    manager.close()


def asked(client, question):
    client.send(question)
    return client.receive().decode("ascii")


def test_an_exclusive_lock_makes_the_messages_of_others_wait(clients):
    first, second, _ = clients
    assert asked(first, b"*IDN?") == IDENTITY
    assert first.async_lock_request(0.0) == "success"
    assert first.async_lock_request(0.0) == "error"  # it has it
    began = time.perf_counter()
    assert second.async_lock_request(0.1) == "failure"
    assert time.perf_counter() - began >= 0.1
    assert second.async_lock_release() == "error"
    assert (first.async_lock_info(), second.async_lock_info()) == (1, 1)
    second.send(b":VOLT 3")
    second.async_status_query()  # is answered all the same
    time.sleep(0.05)
    assert asked(first, b":VOLT?") == "5.000000E-01\n"
    assert first.async_lock_release() == "success"
    assert asked(second, b":VOLT?") == "3.000000E+00\n"
    assert first.async_lock_info() == 0


def test_a_lock_is_waited_for(clients):
    first, second, _ = clients
    asked(first, b"*IDN?")
    first.async_lock_request(0.0)
    release = threading.Timer(0.1, first.async_lock_release)
    release.start()
    assert second.async_lock_request(5.0) == "success"
    release.join()


def test_a_lock_shared_by_key(clients):
    first, second, third = clients
    for client in clients:
        asked(client, b"*IDN?")
    assert [each.async_lock_request(0.0, "ours") for each in (first, second)] == ["success"] * 2
    assert third.async_lock_request(0.0, "mine") == "failure"
    assert third.async_lock_request(0.0) == "failure"
    assert third.async_lock_request(0.0, "k" * 256) == "error"
    assert asked(second, b"*OPC?") == "1\n"
    assert second.async_lock_request(0.0) == "success"  # the exclusive one besides
    assert second.async_lock_request(0.0, "ours") == "error"
    assert first.async_lock_info() == 1
    assert second.async_lock_release() == "success"
    assert second.async_lock_release() == "success shared"
    assert first.async_lock_release() == "success shared"
    assert third.async_lock_request(0.0, "mine") == "success"


def test_how_many_hold_a_lock_and_a_release_that_comes_before_its_message(door):
    with channels(door["HiSLIP"].port) as (first, second):
        wire.send_msg(second, "AsyncLock", 2, 0)
        assert message(second)[:2] == ("Error", 2)
        for key in (b"ours\0", b""):
            wire.send_msg(second, "AsyncLock", 1, 0, key)
            assert message(second) == ("AsyncLockResponse", 1, 0, b"")
        wire.send_msg(second, "AsyncLockInfo", 0, 0)
        assert message(second) == ("AsyncLockInfoResponse", 1, 1, b"")
        wire.send_msg(second, "AsyncLock", 0, 0xFFFFFF00)
        time.sleep(0.05)
        began = time.perf_counter()
        wire.send_msg(first, "DataEnd", 0, 0xFFFFFF00, b":SLOW;:SLOW")
        assert message(second) == ("AsyncLockResponse", 1, 0, b"")
        assert time.perf_counter() - began > 0.08  # two bench seconds of twenty a second
        wire.send_msg(second, "AsyncLockInfo", 0, 0)
        assert message(second) == ("AsyncLockInfoResponse", 0, 1, b"")


def test_the_lock_of_a_client_binds_all_that_come_by_lan(clients, linked, manager):
    first = clients[0]
    asked(first, b"*IDN?")
    local, bus = manager.open_resource(LOCAL), manager.open_resource("GPIB0::7::INSTR")
    first.async_lock_request(0.0)
    for refused in (linked.clear, linked.read_stb, linked.lock_excl, linked.assert_trigger,
                    lambda: local.query("*IDN?"), lambda: local.lock_excl(timeout=5)):
        with LOCKED:
            refused()
    for refused in (lambda: linked.write("*IDN?"), linked.read):
        with UNTOLD:
            refused()
    assert local.lock_state is AccessModes.exclusive_lock
    assert bus.query("*IDN?") == IDENTITY  # VISA itself keeps the locks of a bus
    first.async_lock_release()
    assert linked.query("*IDN?") == local.query("*IDN?") == IDENTITY
    local.lock_excl()
    assert first.async_lock_request(0.0) == "failure"
    with UNTOLD:
        linked.write("*IDN?")
    local.unlock()
    linked.lock_excl()
    with LOCKED:
        local.query("*IDN?")
    assert first.async_lock_request(0.0) == "failure"
    linked.unlock()
    assert first.async_lock_request(0.0) == "success"


def test_the_lock_of_a_fault_keeps_every_lan_client_out_for_its_time(clients, linked, door,
                                                                     manager):
    first = clients[0]
    asked(first, b"*IDN?")
    manager.visalib.bench.add_fault(Fault("lock", duration=20.0))  # 1 s of the wall's
    began = time.perf_counter()
    with LOCKED:
        linked.lock_excl()
    assert (first.async_lock_request(0.0), first.async_lock_info()) == ("failure", 1)
    with socket.create_connection(("127.0.0.1", door["probe"].port), 5.0) as raw:
        raw.sendall(b"*IDN?\n")  # a raw socket knows no locks
        assert raw.recv(100) == IDENTITY.encode()
    assert asked(first, b"*OPC?") == "1\n"
    assert time.perf_counter() - began > 0.8
    assert first.async_lock_request(0.0) == "success"


def test_a_reply_that_waits_asks_for_service_by_hislip(door):
    with channels(door["HiSLIP"].port) as (first, second):
        wire.send_msg(first, "DataEnd", 0, 0, b"*CLS;*SRE 16;:SLOW;*IDN?")
        assert message(second) == ("AsyncServiceRequest", 64 + 16, 0, b"")
        assert message(first)[3] == IDENTITY.encode()
        for status in (64 + 16, 16):  # the request is taken back by the poll
            wire.send_msg(second, "AsyncStatusQuery", 0, 0)
            assert message(second) == ("AsyncStatusResponse", status, 0, b"")
        wire.send_msg(first, "DataEnd", 1, 2, b"*SRE 0;*OPC?")  # RMT delivered
        assert message(first)[3] == b"1\n"
        wire.send_msg(second, "AsyncStatusQuery", 1, 2)
        assert message(second) == ("AsyncStatusResponse", 0, 0, b"")


def test_who_hangs_up_holds_no_lock_and_waits_for_none(door, manager):
    local = manager.open_resource(LOCAL)
    holder, waiter = (wire.Instrument("127.0.0.1", port=door["HiSLIP"].port) for _ in range(2))
    holder.async_lock_request(0.0)
    waiter.send(b":VOLT 9")
    time.sleep(0.05)
    waiter.close()
    time.sleep(0.05)
    holder.close()
    local.lock_excl(timeout=2000)
    assert local.query(":VOLT?") == "5.000000E-01\n"


class Link:
    """A VXI-11 link by hand."""

    def __init__(self, client, *, lock=False, patience=0):
        self.client = client
        made = call(client, vxi11.CORE, 1, vxi11.CREATE_LINK,
                    numbers(1, lock, patience) + opaque(b"inst0"))
        self.error, self.number = made[4:6]

    def do(self, procedure, *values, data=b""):
        """The error of a call, and what follows it."""
        return call(self.client, vxi11.CORE, 1, procedure,
                    numbers(self.number, *values) + data)[4:]

    def ask(self, question):
        assert self.do(vxi11.WRITE, 2000, 0, vxi11.END_FLAG, data=opaque(question))[0] == 0
        reply = self.do(vxi11.READ, 100, 2000, 0, 0, 0)
        assert reply[:2] == (0, vxi11_link.END_READ)
        return b"".join(word.to_bytes(4, "big") for word in reply[3:])[:reply[2]]


@pytest.fixture
def wires(door):
    """Two connections to the VXI-11 door."""
    with socket.create_connection(("127.0.0.1", door["VXI-11"].port), 5.0) as one, \
            socket.create_connection(("127.0.0.1", door["VXI-11"].port), 5.0) as two:
        yield one, two


def test_a_link_locks_once_and_others_wait_as_long_as_they_say(wires):
    one, two = (Link(each) for each in wires)
    assert one.do(vxi11.UNLOCK) == (vxi11_link.NO_LOCK,)
    assert one.do(vxi11.LOCK, 0, 0) == (0,)
    assert one.do(vxi11.LOCK, 0, 0) == (vxi11_link.LOCKED,)  # locks do not nest
    began = time.perf_counter()
    assert two.do(vxi11.LOCK, 0, 60_000) == (vxi11_link.LOCKED,)  # waits only if told to
    assert time.perf_counter() - began < 5.0
    assert two.do(vxi11.LOCK, vxi11.WAIT_FLAG, 50) == (vxi11_link.LOCKED,)
    assert two.do(vxi11.WRITE, 1000, 50, vxi11.END_FLAG | vxi11.WAIT_FLAG,
                  data=opaque(b":VOLT 3")) == (vxi11_link.LOCKED, 0)
    assert two.do(vxi11.READ, 10, 1000, 0, 0, 0) == (vxi11_link.LOCKED, 0, 0)
    assert two.do(vxi11.LOCAL, 0, 0, 0) == (vxi11_link.LOCKED,)
    assert Link(wires[1], lock=True, patience=20).error == vxi11_link.LOCKED
    assert one.ask(b":VOLT?") == b"5.000000E-01\n"
    release = threading.Timer(0.1, lambda: one.do(vxi11.UNLOCK))
    release.start()
    assert two.do(vxi11.LOCK, vxi11.WAIT_FLAG, 5000) == (0,)
    release.join()
    assert two.do(vxi11.DESTROY_LINK) == (0,)
    assert one.ask(b"*IDN?") == IDENTITY.encode()


def test_a_link_made_with_the_lock_keeps_it_until_its_connection_ends(wires):
    one, two = wires
    assert Link(one, lock=True).error == 0
    other = Link(two)
    assert other.do(vxi11.LOCK, 0, 0) == (vxi11_link.LOCKED,)
    one.shutdown(socket.SHUT_RDWR)
    assert other.do(vxi11.LOCK, vxi11.WAIT_FLAG, 5000) == (0,)


@pytest.fixture
def ear():
    """Where a VXI-11 client listens for interrupts."""
    with socket.create_server(("127.0.0.1", 0)) as ear:
        ear.settimeout(5.0)
        yield ear


LOOPBACK = 0x7F000001
CALLED = numbers(0x0607B1, 1, vxi11_interrupt.SERVICE_REQUEST, 0, 0, 0, 0)


def heard(connection):
    """What comes in one call of the instrument's, after its number."""
    size = int.from_bytes(wire.receive_exact(connection, 4), "big") & 0x7FFFFFFF
    body = bytes(wire.receive_exact(connection, size))
    assert body[4:12] == numbers(0, 2)
    return body[12:]


def test_service_is_asked_for_by_the_interrupt_channel(wires, ear):
    port = ear.getsockname()[1]
    link = Link(wires[0])
    channel = numbers(LOOPBACK, port, 0x0607B1, 1, 0)
    assert call(wires[0], vxi11.CORE, 1, vxi11.CREATE_INTERRUPT, channel)[4:] == (0,)
    ear = ear.accept()[0]
    with ear:
        ear.settimeout(5.0)
        assert link.do(vxi11.ENABLE_REQUESTS, 1, data=opaque(b"handle")) == (0,)
        assert link.do(vxi11.WRITE, 2000, 0, vxi11.END_FLAG,
                       data=opaque(b"*CLS;*ESE 1;*SRE 48;*OPC"))[0] == 0
        assert heard(ear) == CALLED + opaque(b"handle")
        assert link.do(vxi11.READ_STATUS, 0, 0, 0) == (0, 64 + 32)
        assert link.do(vxi11.READ_STATUS, 0, 0, 0) == (0, 32)
        assert link.ask(b"*ESR?") == b"1\n"
        assert heard(ear) == CALLED + opaque(b"handle")  # a reply waits: MAV
        assert link.do(vxi11.ENABLE_REQUESTS, 0, data=opaque(b"")) == (0,)
        assert link.ask(b"*OPC?;*OPC") == b"1\n"
        assert call(wires[0], vxi11.CORE, 1, vxi11.DESTROY_INTERRUPT)[4:] == (0,)
        assert ear.recv(1) == b""  # nothing more was said
        assert call(wires[0], vxi11.CORE, 1, vxi11.DESTROY_INTERRUPT)[4:] == (vxi11.NO_CHANNEL,)


@pytest.mark.parametrize(("host", "change", "error"), [
    (LOOPBACK, {"family": 1}, vxi11.NOT_SUPPORTED),
    (LOOPBACK + 1, {}, vxi11.NO_CHANNEL),  # somebody else's address
    (LOOPBACK, {"port": 0}, vxi11.NO_CHANNEL),
])
def test_interrupt_channels_there_cannot_be(wires, ear, host, change, error):
    port = change.get("port", ear.getsockname()[1])
    channel = numbers(host, port, 0x0607B1, 1, change.get("family", 0))
    assert call(wires[0], vxi11.CORE, 1, vxi11.CREATE_INTERRUPT, channel)[4:] == (error,)


def test_a_connection_has_one_interrupt_channel_and_ends_it(wires, ear):
    channel = numbers(LOOPBACK, ear.getsockname()[1], 0x0607B1, 1, 0)
    assert call(wires[0], vxi11.CORE, 1, vxi11.CREATE_INTERRUPT, channel)[4:] == (0,)
    assert call(wires[0], vxi11.CORE, 1, vxi11.CREATE_INTERRUPT, channel)[4:] == (
        vxi11.CHANNEL_EXISTS,)
    with ear.accept()[0] as heard:
        heard.settimeout(5.0)
        wires[0].shutdown(socket.SHUT_RDWR)
        assert heard.recv(1) == b""
