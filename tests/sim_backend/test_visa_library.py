"""The PyVISA library: statuses, timeouts, locks, events, sessions, the life of a bench."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
import pyvisa
from probe_instrument import PROBE_ADDRESSES
from pyvisa.constants import (
    AccessModes,
    BufferOperation,
    EventMechanism,
    EventType,
    InterfaceType,
    Lock,
    ResourceAttribute,
    StatusCode,
    TriggerProtocol,
)
from pyvisa.errors import VisaIOError

INSTR, SOCKET, GPIB, SERIAL, USB = PROBE_ADDRESSES


def refused(code):
    return pytest.raises(VisaIOError, match=VisaIOError(code).abbreviation)


@pytest.mark.parametrize("address", PROBE_ADDRESSES)
def test_every_interface_reaches_the_same_instrument(manager, address):
    probe = manager.open_resource(address, read_termination="\n")
    probe.write("VOLT 2.5")
    assert probe.query("*IDN?") == "GINSEN,PROBE,42,0"
    with manager.open_resource(GPIB, read_termination="\n") as other:
        assert other.query("VOLT?") == "2.500000E+00"


@pytest.mark.parametrize("ending", ["\n", "\r\n", ""])
def test_every_way_of_ending_a_message(manager, ending):
    probe = manager.open_resource(INSTR, write_termination=ending)
    assert probe.query("COUN?") == "10\n"


def test_resources(manager):
    assert set(manager.list_resources()) == {
        INSTR, GPIB, SERIAL, USB, "TCPIP0::bench::inst0::INSTR"}
    assert manager.list_resources("?*::SOCKET") == (SOCKET,)
    assert manager.list_resources("GPIB?*") == (GPIB,)
    assert manager.resource_info(GPIB).interface_type is InterfaceType.gpib
    assert manager.open_resource("GPIB::7").query("COUN?") == "10\n"
    with refused(StatusCode.error_resource_not_found):
        manager.open_resource("GPIB0::9::INSTR")


def test_a_read_that_nobody_answers_takes_its_timeout_in_bench_time(manager):
    probe = manager.open_resource(INSTR, timeout=30_000)
    clock = manager.visalib.clock
    before, wall = clock.now(), time.process_time()
    with refused(StatusCode.error_timeout):
        probe.read()
    assert clock.now() - before == pytest.approx(30.0)
    assert time.process_time() - wall < 1.0
    assert probe.query("SYST:ERR?").startswith("-420")


def test_a_reply_is_waited_for_as_long_as_it_takes_and_no_longer(manager):
    probe = manager.open_resource(INSTR)
    probe.write("OUTP ON")
    clock = manager.visalib.clock
    before = clock.now()
    assert float(probe.query("READ?")) == pytest.approx(0.5 / 1000.0)
    assert clock.now() - before == pytest.approx(0.021)
    before = clock.now()
    probe.write("INIT;*OPC?")
    assert clock.now() - before == pytest.approx(0.002)
    probe.timeout = 100
    with refused(StatusCode.error_timeout):
        probe.read()
    probe.timeout = 1000
    assert probe.read() == "1\n"
    assert clock.now() - before == pytest.approx(0.501)


def test_the_cost_of_a_command_passes_in_the_write(manager):
    probe = manager.open_resource(INSTR)
    before = manager.visalib.clock.now()
    probe.write("SLOW;SLOW;VOLT 1")
    assert manager.visalib.clock.now() - before == pytest.approx(2.001)


def test_a_full_input_buffer_holds_the_writer_up(manager):
    probe = manager.open_resource(INSTR, timeout=100)
    clock = manager.visalib.clock
    probe.write("INIT;*WAI")
    probe.write("VOLT 1" + " " * 150)
    before = clock.now()
    with refused(StatusCode.error_timeout):
        probe.write("VOLT 2" + " " * 150)
    assert clock.now() - before == pytest.approx(0.1)
    probe.timeout = 1000
    probe.write("VOLT 3" + " " * 150)
    assert clock.now() == pytest.approx(0.503, abs=1e-3)
    assert probe.query("VOLT?") == "3.000000E+00\n"


def test_statuses_of_a_read(manager):
    probe = manager.open_resource(INSTR)
    library, session = manager.visalib, probe.session
    probe.write("FETC? 10")
    with probe.ignore_warning(StatusCode.success_max_count_read):
        assert library.read(session, 4) == (b"xxxx", StatusCode.success_max_count_read)
    assert library.read(session, 7) == (b"xxxxxx\n", StatusCode.success)
    probe.read_termination = "x"
    probe.write("FETC? 2")
    assert library.read(session, 9) == (b"x", StatusCode.success_termination_character_read)
    assert library.read(session, 1) == (b"x", StatusCode.success_termination_character_read)
    assert library.read(session, 9) == (b"\n", StatusCode.success)
    probe.read_termination = "\n"
    probe.write("FETC? 2")
    assert library.read(session, 9) == (b"xx\n", StatusCode.success)


def test_a_long_reply_comes_in_chunks(manager):
    probe = manager.open_resource(INSTR, chunk_size=1000)
    assert probe.query("FETC? 50000") == "x" * 50_000 + "\n"


def test_a_socket_has_no_end(manager):
    probe = manager.open_resource(SOCKET, timeout=2000)
    library, clock = manager.visalib, manager.visalib.clock
    probe.write("COUN?")
    before = clock.now()
    assert library.read(probe.session, 100) == (b"10\n", StatusCode.success)
    assert clock.now() - before == pytest.approx(1.0)
    probe.read_termination = "\n"
    probe.write("COUN?")
    before = clock.now()
    assert library.read(probe.session, 100) == (
        b"10\n", StatusCode.success_termination_character_read)
    assert clock.now() == before


def test_a_late_reply_on_a_socket_shifts_every_later_one(manager):
    probe = manager.open_resource(SOCKET, read_termination="\n", timeout=100)
    probe.write("INIT;*OPC?")
    with refused(StatusCode.error_timeout):
        probe.read()
    manager.visalib.clock.sleep(1.0)
    assert probe.query("COUN?") == "1"
    assert probe.query("*IDN?") == "10"
    probe.flush(BufferOperation.discard_read_buffer)
    assert probe.query("COUN?") == "10"


def test_a_serial_line_ends_at_its_termination_character(manager):
    probe = manager.open_resource(SERIAL)
    assert probe.query("COUN?") == "10\n"
    probe.write("COUN?")
    assert probe.bytes_in_buffer == 3


def test_without_end_a_message_waits_for_its_line_feed(manager):
    probe = manager.open_resource(INSTR, write_termination="")
    probe.send_end = False
    probe.write("COU")
    probe.write("N?\n")
    assert probe.read() == "10\n"


def test_two_sessions_share_the_instrument(manager):
    first, second = (manager.open_resource(INSTR) for _ in range(2))
    first.write("VOLT 4")
    assert second.query("VOLT?") == "4.000000E+00\n"
    first.write("VOL")
    assert second.query("COUN?") == "10\n"
    first.write("COUN?")
    second.write("VOLT?")
    assert first.read() == "4.000000E+00\n"
    assert second.query("SYST:ERR?;ERR?").count("-4") == 1


def test_exclusive_lock(manager):
    first, second = (manager.open_resource(INSTR) for _ in range(2))
    other = manager.open_resource(GPIB)
    first.lock_excl()
    first.lock_excl()
    assert second.lock_state is AccessModes.exclusive_lock
    with refused(StatusCode.error_resource_locked):
        second.write("VOLT 1")
    with refused(StatusCode.error_resource_locked):
        second.read()
    with refused(StatusCode.error_resource_locked):
        second.clear()
    with refused(StatusCode.error_resource_locked):
        second.lock_excl(timeout=5)
    with refused(StatusCode.error_resource_locked):
        manager.open_resource(INSTR, AccessModes.exclusive_lock, 5)
    assert other.query("COUN?") == "10\n"
    first.unlock()
    with refused(StatusCode.error_resource_locked):
        second.write("VOLT 1")
    first.close()
    second.write("VOLT 1")
    with refused(StatusCode.error_session_not_locked):
        second.unlock()


def test_shared_lock(manager):
    first, second, third = (manager.open_resource(INSTR) for _ in range(3))
    key = first.lock()
    second.lock(requested_key=key)
    assert second.query("COUN?") == "10\n"
    with refused(StatusCode.error_resource_locked):
        third.query("COUN?")
    first.unlock()
    second.unlock()
    assert third.query("COUN?") == "10\n"


def test_who_shares_a_lock_may_have_the_exclusive_one_besides(manager):
    first, second, third = (manager.open_resource(INSTR) for _ in range(3))
    key = first.lock(requested_key="ours")
    second.lock(requested_key=key)
    second.lock_excl()
    with refused(StatusCode.error_resource_locked):
        first.query("COUN?")
    with refused(StatusCode.error_resource_locked):
        first.lock_excl(timeout=5)
    with refused(StatusCode.error_resource_locked):  # the exclusive lock can't be shared
        second.lock(timeout=5, requested_key=key)
    second.unlock()
    assert first.query("COUN?") == second.query("COUN?") == "10\n"
    with refused(StatusCode.error_resource_locked):
        third.lock_excl(timeout=5)


def test_a_shared_lock_has_one_key_however_often_it_is_taken(manager):
    library = manager.visalib
    first = manager.open_resource(INSTR)
    key, status = library.lock(first.session, Lock.shared, 0)
    assert (len(key) > 0, status) == (True, StatusCode.success)
    assert library.lock(first.session, Lock.shared, 0) == (key, StatusCode.success_nested_shared)
    with refused(StatusCode.error_invalid_access_key):
        first.lock(requested_key="another")
    assert library.lock(first.session, Lock.exclusive, 0) == ("", StatusCode.success)
    assert library.lock(first.session, Lock.exclusive, 0)[1] is StatusCode.success_nested_exclusive
    left = [library.unlock(first.session) for _ in range(4)]
    assert left == [StatusCode.success_nested_exclusive, StatusCode.success_nested_shared,
                    StatusCode.success_nested_shared, StatusCode.success]
    with refused(StatusCode.error_invalid_access_key):
        first.lock(requested_key="k" * 256)
    assert first.lock(requested_key="k" * 255) == "k" * 255


def test_a_reply_that_waits_is_a_reason_to_ask_for_service(manager):
    probe = manager.open_resource(GPIB)
    probe.write("*CLS;*SRE 16")
    probe.enable_event(EventType.service_request, EventMechanism.queue)
    assert probe.wait_on_event(EventType.service_request, 10, capture_timeout=True).timed_out
    probe.write(":SLOW;*IDN?")
    assert not probe.wait_on_event(EventType.service_request, 2000).timed_out
    assert probe.stb == 64 + 16
    assert probe.stb == 16
    assert probe.read() == "GINSEN,PROBE,42,0\n"
    assert probe.stb == 0
    assert probe.wait_on_event(EventType.service_request, 10, capture_timeout=True).timed_out
    probe.write("*IDN?")
    probe.wait_for_srq(1000)
    probe.read()
    probe.write("*SRE 0;*IDN?")
    assert probe.wait_on_event(EventType.service_request, 10, capture_timeout=True).timed_out


def test_status_byte_and_service_request(manager):
    probe = manager.open_resource(GPIB)
    probe.write("*CLS;*ESE 1;*SRE 32")
    assert probe.stb == 0
    probe.enable_event(EventType.service_request, EventMechanism.queue)
    probe.write("INIT;*OPC")
    clock = manager.visalib.clock
    before = clock.now()
    response = probe.wait_on_event(EventType.service_request, 2000)
    assert not response.timed_out
    assert response.event.event_type is EventType.service_request
    assert clock.now() - before == pytest.approx(0.499)
    assert probe.stb == 64 + 32
    assert probe.stb == 32
    assert probe.wait_on_event(EventType.service_request, 10, capture_timeout=True).timed_out
    probe.write("*CLS;INIT;*OPC")
    probe.wait_for_srq(5000)
    probe.disable_event(EventType.service_request, EventMechanism.queue)
    with refused(StatusCode.error_not_enabled):
        probe.wait_on_event(EventType.service_request, 10)
    with refused(StatusCode.error_nonsupported_mechanism):
        probe.enable_event(EventType.service_request, EventMechanism.handler)


def test_polling_the_status_byte_lets_time_pass(manager):
    probe = manager.open_resource(GPIB)
    probe.write("INIT;*OPC?")
    polls = 0
    while not probe.stb & 16:
        polls += 1
        assert polls < 10_000
    assert manager.visalib.clock.now() == pytest.approx(0.501, abs=1e-3)


def test_clear_and_trigger(manager):
    probe = manager.open_resource(GPIB)
    probe.write("FETC? 100")
    probe.clear()
    assert probe.query("VOLT?") == "5.000000E-01\n"
    probe.assert_trigger()
    assert probe.query("VOLT?") == "7.000000E+00\n"
    probe.control_ren(pyvisa.constants.RENLineOperation.asrt)
    with refused(StatusCode.error_invalid_protocol):
        manager.visalib.assert_trigger(probe.session, TriggerProtocol.on)


def test_attributes(manager):
    gpib, usb, socket = (manager.open_resource(each) for each in (GPIB, USB, SOCKET))
    assert (gpib.primary_address, gpib.timeout, gpib.interface_number) == (7, 2000, 0)
    assert (gpib.resource_name, gpib.resource_class) == (GPIB, "INSTR")
    assert (usb.manufacturer_id, usb.model_code, usb.serial_number) == (0x1234, 0x5678, "1")
    assert socket.get_visa_attribute(ResourceAttribute.tcpip_port) == 5025
    with refused(StatusCode.error_attribute_read_only):
        gpib.set_visa_attribute(ResourceAttribute.resource_name, "x")
    with refused(StatusCode.error_nonsupported_attribute):
        gpib.get_visa_attribute(ResourceAttribute.tcpip_port)
    with refused(StatusCode.error_nonsupported_attribute_state):
        gpib.set_visa_attribute(ResourceAttribute.timeout_value, -1)
    del gpib.timeout
    assert gpib.timeout == float("inf")
    assert gpib.query("COUN?") == "10\n"


def test_a_closed_session_is_no_session(manager):
    probe = manager.open_resource(INSTR)
    number = probe.session
    probe.close()
    with refused(StatusCode.error_invalid_object):
        manager.visalib.read(number, 10)


def test_a_bench_is_new_each_time_it_is_opened(bench_file):
    name = f"{bench_file()}@ginsen"

    def draw():
        manager = pyvisa.ResourceManager(name)
        try:
            probe = manager.open_resource(INSTR)
            started = manager.visalib.clock.now()
            level = probe.query("VOLT?")
            probe.write("VOLT 9")
            return started, level, [probe.query("NOIS?") for _ in range(5)]
        finally:
            manager.close()

    first, second = draw(), draw()
    assert first == second
    assert first[:2] == (0.0, "5.000000E-01\n")
    assert len(set(first[2])) == 5


def test_a_closed_library_says_so(bench_file):
    manager = pyvisa.ResourceManager(f"{bench_file()}@ginsen")
    library = manager.visalib
    manager.close()
    with pytest.raises(RuntimeError, match="open a ResourceManager first"):
        _ = library.clock


def test_the_bench_as_an_instrument(manager):
    bench = manager.open_resource("TCPIP0::bench::inst0::INSTR", read_termination="\n")
    probe = manager.open_resource(INSTR)
    assert bench.query(":MODE?") == "VIRT"
    assert bench.query(":SEED?") == "5"
    manager.visalib.clock.sleep(3.0)
    assert float(bench.query(":TIME?")) == pytest.approx(manager.visalib.clock.now())
    draws = []
    for seed in (1, 2, 1):
        bench.write(f":SEED {seed}")
        draws.append([float(probe.query("NOIS?")) for _ in range(3)])
    assert draws[0] == draws[2]
    assert not np.any(np.equal(draws[0], draws[1]))


@pytest.mark.realtime
def test_terminate_ends_a_read_in_another_thread(bench_file):
    manager = pyvisa.ResourceManager(f"{bench_file('paced')}@ginsen")
    probe = manager.open_resource(INSTR, timeout=20_000)
    caught = []

    def read():
        try:
            probe.read()
        except VisaIOError as error:
            caught.append(error.error_code)

    reader = threading.Thread(target=read)
    reader.start()
    time.sleep(0.1)
    manager.visalib.terminate(probe.session, None, None)
    reader.join(2.0)
    assert caught == [StatusCode.error_abort]
    manager.close()


@pytest.mark.realtime
def test_paced_replies_come_at_their_time(bench_file):
    manager = pyvisa.ResourceManager(f"{bench_file('paced', speed=5.0)}@ginsen")
    probe = manager.open_resource(INSTR)
    began = time.perf_counter()
    probe.write("INIT;*OPC?")
    assert time.perf_counter() - began < 0.05
    assert probe.read() == "1\n"
    assert 0.09 < time.perf_counter() - began < 0.5
    manager.close()


def test_threads_share_a_bench(manager):
    """Each thread on its own session; every reply is the one to its own question."""
    wrong = []

    def work(address, question, answer):
        with manager.open_resource(address, read_termination="\n") as session:
            for _ in range(200):
                if session.query(question) != answer:
                    wrong.append(question)

    threads = [threading.Thread(target=work, args=arguments) for arguments in (
        (SOCKET, "COUN?", "10"), (SERIAL, "VOLT?", "5.000000E-01"),
        ("TCPIP0::bench::inst0::INSTR", "MODE?", "VIRT"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
