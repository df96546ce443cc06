"""A bench on TCP ports: streams of bytes, many clients, and clients that misbehave."""

import socket
import struct
import time

import pytest

from ginsen.sim_backend.bench_file import load_bench
from ginsen.sim_backend.links import MOST_CLIENTS
from ginsen.sim_backend.server import BenchServer, served

pytestmark = pytest.mark.realtime

IDENTITY = b"GINSEN,PROBE,42,0\n"


@pytest.fixture
def server(bench_file):
    with served(load_bench(str(bench_file())), speed=20.0) as server:
        yield server


@pytest.fixture
def connect(server):
    """Open a socket to the probe; all are closed in the end."""
    opened = []

    def connect(receive_buffer=None):
        client = socket.socket()
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(5.0)
        client.connect(("127.0.0.1", server.doors[0].port))
        opened.append(client)
        return client

    yield connect
    for client in opened:
        client.close()


def line(client):
    """What arrives up to a line feed; less only if the server hangs up."""
    data = b""
    while not data.endswith(b"\n") and (more := client.recv(1)):
        data += more
    return data


def exactly(client, count):
    with client.makefile("rb") as file:
        return file.read(count)


def ask(client, message):
    client.sendall(message)
    return line(client)


def test_every_instrument_has_a_door_and_the_bench_the_last(server):
    probe, bench, *_ = server.doors
    assert (probe.name, probe.identity) == ("probe", "GINSEN,PROBE,42,0")
    assert probe.address == f"TCPIP0::127.0.0.1::{probe.port}::SOCKET"
    assert (bench.name, bench.identity) == ("bench", "GINSEN,BENCH,5,1")
    with socket.create_connection(("127.0.0.1", bench.port), 5.0) as client:
        assert ask(client, b":MODE?\n") == b"PACED\n"


def test_ports_go_up_from_the_one_given(bench_file):
    with BenchServer(load_bench(str(bench_file()))) as found:
        port = found.doors[0].port
    with BenchServer(load_bench(str(bench_file())), port=port) as server:
        assert [door.port for door in server.doors] == [*range(port, port + 4)]


def test_a_message_ends_with_a_line_feed_however_it_is_cut(connect):
    client = connect()
    for part in (b"*I", b"DN?", b"\r", b"\n:OUT", b"P?\n:OUTP?;*IDN?\n"):
        client.sendall(part)
        time.sleep(0.02)
    assert [line(client) for _ in range(3)] == [IDENTITY, b"0\n", b"0;" + IDENTITY]


def test_a_line_feed_in_a_block_ends_nothing(connect):
    client = connect()
    client.sendall(b":DATA #15a\nb\nc\n*IDN?\n")
    assert line(client) == IDENTITY
    client.sendall(b":DATA?\n")
    assert exactly(client, 6) == b"a\nb\nc\n"


def test_replies_come_to_one_who_has_finished_speaking(connect):
    client = connect()
    client.sendall(b"*IDN?\n*IDN?\n:VOLT 2")  # the last is no message: its line feed is missing
    client.shutdown(socket.SHUT_WR)
    assert [line(client) for _ in range(3)] == [IDENTITY, IDENTITY, b""]
    assert ask(connect(), b":VOLT?\n") == b"5.000000E-01\n"


def test_each_client_gets_its_own_replies(connect):
    clients = [connect() for _ in range(5)]
    for number, client in enumerate(clients):
        client.sendall(f":CHAN{number + 1}:GAIN? a\n:CHAN{number + 1}:GAIN? b\n".encode())
    for number, client in enumerate(clients):
        assert line(client) == f"{number + 1},a\n".encode()
        assert line(client) == f"{number + 1},b\n".encode()


def test_one_who_never_reads_holds_up_only_itself(connect):
    deaf, other = connect(receive_buffer=4096), connect()
    deaf.sendall(b":FETC? 100000\n" * 200 + b":VOLT 9\n")
    began = time.perf_counter()
    while time.perf_counter() - began < 1.0:
        assert ask(other, b"*IDN?\n") == IDENTITY
    # 20 MB of replies are more than two sockets hold: what comes after was not looked at.
    assert ask(other, b":VOLT?\n") == b"5.000000E-01\n"
    assert len(exactly(deaf, 200 * 100_001)) == 200 * 100_001
    assert ask(deaf, b":VOLT?\n") == b"9.000000E+00\n"


def test_a_reply_waits_for_nobody_who_came_later(connect):
    first, second, third = connect(), connect(), connect()
    began = time.perf_counter()
    for client, message in ((first, b":SLOW;:SLOW;:SLOW;:SLOW\n"), (second, b"*IDN?\n"),
                            (third, b":SLOW;" * 20 + b"\n")):
        client.sendall(message)
        time.sleep(0.02)
    assert line(second) == IDENTITY
    assert 0.2 <= time.perf_counter() - began < 0.8  # 4 bench seconds, and not 24


def test_a_flood_that_is_read_leaves_others_their_turn(connect):
    flood, other = connect(), connect()
    flood.sendall(b"*IDN?\n" * 4000)
    time.sleep(0.05)
    began = time.perf_counter()
    assert ask(other, b":OUTP?\n") == b"0\n"
    assert time.perf_counter() - began < 0.5  # all 4000 take four bench seconds, and more to send
    flood.setblocking(False)
    assert len(flood.recv(1 << 20)) < 4000 * len(IDENTITY)


def test_a_message_without_an_end_is_refused_and_forgotten(connect):
    hostile, other = connect(), connect()
    hostile.sendall(b"x" * (1 << 20))
    for _ in range(100):
        if (error := ask(other, b"SYST:ERR?\n")) != b'0,"No error"\n':
            break
        time.sleep(0.02)
    assert error == b'-363,"Input buffer overrun"\n'
    hostile.sendall(b"\n*IDN?\n")
    assert line(hostile) == IDENTITY


def test_one_who_breaks_off_leaves_the_instrument_as_it_is(connect, caplog):
    for _ in range(MOST_CLIENTS + 1):
        client = connect()
        assert ask(client, b":VOLT 3;:OUTP ON;*OPC?\n") == b"1\n"
        client.sendall(b":FETC? 100000\n" * 10)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()  # a reset, with replies on their way
        time.sleep(0.02)
    assert ask(connect(), b":VOLT?;:OUTP?\n") == b"3.000000E+00;1\n"
    assert not caplog.records


def test_one_client_too_many_is_turned_away(connect):
    clients = [connect() for _ in range(MOST_CLIENTS)]
    assert all(ask(client, b"*IDN?\n") == IDENTITY for client in clients)
    assert connect().recv(10) == b""
    clients.pop().close()
    time.sleep(0.1)
    assert ask(connect(), b"*IDN?\n") == IDENTITY


@pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"),
                    reason="this system does not let a program acknowledge at once")
def test_two_writes_and_a_query_wait_for_no_delayed_acknowledgement(connect):
    client = connect()
    began = time.perf_counter()
    for _ in range(25):
        client.send(b":VOLT 1\n")
        client.send(b":VOLT 2\n")
        assert ask(client, b"*OPC?\n") == b"1\n"
    assert time.perf_counter() - began < 0.6  # 25 times 40 ms is a second


def test_a_served_bench_lives_while_nobody_speaks(bench_file):
    bench = load_bench(str(bench_file()))
    with served(bench, speed=20.0):
        time.sleep(0.3)
        assert bench.now == pytest.approx(20 * 0.3, abs=3.0)


@pytest.mark.parametrize(("mode", "own", "given", "speed"), [
    ("virtual", 1.0, None, 1.0), ("virtual", 1.0, 8.0, 8.0),
    ("paced", 4.0, None, 4.0), ("paced", 4.0, 8.0, 8.0)])
def test_the_speed_of_a_served_bench(bench_file, mode, own, given, speed):
    bench = load_bench(str(bench_file(mode, own)))
    bench.clock.sleep(0.1)
    before = bench.current_time()
    with BenchServer(bench, speed=given):
        began, wall = bench.current_time(), time.perf_counter()
        assert before <= began < before + 1.0  # the change of pace is no leap
        time.sleep(0.2)
        passed = (bench.current_time() - began) / (time.perf_counter() - wall)
    assert passed == pytest.approx(speed, rel=0.1)


def test_stopped_while_clients_wait_it_cuts_them_off(bench_file):
    with served(load_bench(str(bench_file()))) as server:
        port = server.doors[0].port
        waiting = socket.create_connection(("127.0.0.1", port), 5.0)
        deaf = socket.create_connection(("127.0.0.1", port), 5.0)
        deaf.sendall(b":FETC? 100000\n" * 200)
        time.sleep(0.3)
        waiting.sendall(b":SLOW;:SLOW;:SLOW;*IDN?\n")
        time.sleep(0.1)
    with waiting, deaf:
        assert waiting.recv(10) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5.0)


@pytest.mark.parametrize(("options", "sentence"), [
    ({"host": "0.0.0.0"}, "at 0.0.0.0 other machines can reach the bench"),
    ({"host": "no such host"}, "host 'no such host' cannot be found"),
    ({"host": "192.0.2.1", "expose": True}, "port 0 at 192.0.2.1 cannot be opened"),
    ({"port": 65535}, "give a number from 1 to 65532, or 0"),
    ({"port": -1}, "give a number from 1 to 65532, or 0"),
    ({"speed": 0.0}, "the speed of a bench is a finite number greater than 0, not 0.0"),
])
def test_what_cannot_be_served_is_said(bench_file, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        BenchServer(load_bench(str(bench_file())), **options)


def test_a_port_that_is_taken_is_said_and_the_others_are_given_back(bench_file):
    with BenchServer(load_bench(str(bench_file()))) as first:
        taken = first.doors[0].port
        with pytest.raises(ValueError, match=f"port {taken} at 127.0.0.1 cannot be opened"):
            BenchServer(load_bench(str(bench_file())), port=taken - 1)
        with socket.create_server(("127.0.0.1", taken - 1)):
            pass


def test_other_machines_are_let_in_when_asked_for(bench_file):
    with BenchServer(load_bench(str(bench_file())), host="0.0.0.0", expose=True) as server:
        assert server.doors[0].listener.getsockname()[0] == "0.0.0.0"
