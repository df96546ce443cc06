"""Message exchange and status: IEEE 488.2 chapters 6 and 11."""

from __future__ import annotations

from ginsen.sim_backend.scpi import Register


def send(probe, link, message):
    probe.receive(link, message.encode(), True)
    probe.bench.advance_to(probe.bench.now + 5.0)


def read(probe, link, count=1000):
    return probe.take(link, count) if probe.waiting(link) else None


def test_an_unread_reply_is_lost_to_the_next_message(probe):
    link = probe.connect(stream=False)
    send(probe, link, "VOLT?")
    send(probe, link, "COUN?")
    assert read(probe, link) == (b"10\n", True)
    assert probe.errors.pop().code == -410
    send(probe, link, "*ESR?")
    assert int(read(probe, link)[0]) & 4


def test_a_reply_half_read_is_lost_too(probe):
    link = probe.connect(stream=False)
    send(probe, link, "FETC? 10")
    assert probe.take(link, 4) == (b"xxxx", False)
    send(probe, link, "*RST")
    assert read(probe, link) is None
    assert probe.errors.pop().code == -410


def test_a_stream_loses_nothing(probe):
    link = probe.connect(stream=True)
    send(probe, link, "VOLT?\nCOUN?\nCO")
    send(probe, link, "UN?\n")
    assert read(probe, link) == (b"5.000000E-01\n10\n10\n", False)
    probe.asked_to_talk(link)
    assert len(probe.errors) == 0


def test_reading_without_a_question_is_an_error(probe):
    link = probe.connect(stream=False)
    probe.asked_to_talk(link)
    assert probe.errors.pop().code == -420
    probe.receive(link, b"READ?", False)
    probe.asked_to_talk(link)
    assert probe.errors.pop().code == -420


def test_a_query_after_an_indefinite_reply(ask, probe):
    assert ask("*IDN?;VOLT?") == "GINSEN,PROBE,1,0"
    assert probe.errors.pop().code == -440
    assert ask("VOLT?;*IDN?") == "5.000000E-01;GINSEN,PROBE,1,0"


def test_a_message_that_never_ends(probe):
    link = probe.connect(stream=False)
    probe.receive(link, b"x" * 201, False)
    assert probe.errors.pop().code == -363
    send(probe, link, "VOLT?")
    probe.receive(link, b"x" * 201, False)
    assert probe.errors.pop().code == -430
    assert read(probe, link) is None


def test_the_error_queue_says_when_it_has_overflowed(ask):
    for _ in range(5):
        ask("NONSENSE")
    assert [ask("SYST:ERR?")[:4] for _ in range(4)] == ["-113", "-113", "-350", '0,"N']


def test_a_reply_to_several_questions_is_one_message(ask):
    assert ask("VOLT?;:COUN?;OUTP?") == "5.000000E-01;10;0"


def test_commands_wait_for_a_long_one_before_them(ask, bench):
    ask("OUTP ON")
    before = bench.now
    assert ask("READ?;:COUN?") == "5.000000E-04;10"
    assert abs(bench.now - before - 0.022) < 1e-9


def test_opc_waits_for_the_overlapped_operation(ask, bench, probe):
    before = bench.now
    assert ask("INIT;*OPC?") == "1"
    assert abs(bench.now - before - 0.501) < 1e-9
    assert ask("*CLS;INIT;*OPC;*ESR?") == "0"
    bench.advance_to(bench.now + 0.6)
    assert ask("*ESR?") == "1"
    assert ask("*OPC;*ESR?") == "1"
    before = bench.now
    assert ask("INIT;*WAI;:COUN?") == "10"
    assert abs(bench.now - before - 0.502) < 1e-9


def test_cls_and_rst_forget_that_opc_waits(ask, bench):
    for message in ("INIT;*OPC;*CLS", "*ESR?;INIT;*OPC;*RST"):
        ask(message)
        bench.advance_to(bench.now + 1.0)
        assert ask("*ESR?") == "0"


def test_reset_ends_operations_and_keeps_enables(ask, probe, bench):
    ask("*SRE 16;*ESE 8;VOLT 3;INIT;*RST")
    assert not probe.pending
    assert ask("*SRE?;*ESE?;:VOLT?") == "16;8;5.000000E-01"


def test_device_clear_drops_what_is_under_way(probe):
    link = probe.connect(stream=False)
    probe.receive(link, b"INIT;*OPC?;:VOLT 9", True)
    probe.bench.advance_to(0.1)
    probe.receive(link, b"VOLT 8\nVOL", False)
    probe.device_clear(link)
    probe.bench.advance_to(2.0)
    assert read(probe, link) is None
    assert probe.level == 0.5
    send(probe, link, "VOLT?")
    assert read(probe, link) == (b"5.000000E-01\n", True)


def test_status_byte(ask, probe):
    assert ask("*STB?") == "0"
    ask("NONSENSE")
    assert ask("*STB?") == "4"
    assert ask("*ESE 32;*STB?") == str(4 + 32)
    assert ask("*SRE 32;*STB?") == str(4 + 32 + 64)
    assert ask("*ESR?") == str(128 + 32)
    assert ask("SYST:ERR?;*STB?")[-2:] == ";0"


def test_service_is_asked_for_once_for_each_reason(probe):
    asked = []
    probe.on_service_request(lambda: asked.append(probe.bench.now))
    link = probe.connect(stream=False)
    send(probe, link, "*ESE 32;*SRE 48")
    send(probe, link, "NONSENSE")
    assert len(asked) == 1
    assert probe.serial_poll() == 4 + 32 + 64
    assert probe.serial_poll() == 4 + 32
    send(probe, link, "NONSENSE")
    assert len(asked) == 1
    send(probe, link, "VOLT?")
    assert len(asked) == 2
    assert probe.serial_poll() == 4 + 16 + 32 + 64
    read(probe, link)
    send(probe, link, "*CLS")
    assert probe.serial_poll() == 0


def test_registers_follow_the_edges_let_through():
    register = Register()
    register.negative = 2
    register.update(3)
    assert register.take_event() == 3
    register.update(0)
    assert register.take_event() == 2
    register.set(4, True)
    assert (register.condition, register.take_event(), register.take_event()) == (4, 4, 0)


def test_operation_register_by_command(ask, probe):
    probe.status.operation.set(16, True)
    assert ask("STAT:OPER:COND?;ENAB 16;:*STB?") == "16;128"
    assert ask("STAT:OPER?;:STAT:OPERation:EVENt?;*STB?") == "16;0;0"
    assert ask("STAT:PRES;:STAT:OPER:ENAB?;PTR?;NTR?") == "0;32767;0"
