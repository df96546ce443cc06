"""One open VISA session to one virtual instrument: reading, writing, locks, events.

Statuses are those VPP-4.3 (The VISA Library) lists for each operation named.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

from pyvisa import constants
from pyvisa.constants import InterfaceType, ResourceAttribute, StatusCode
from pyvisa.rname import ResourceName

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.resource_lock import ResourceLock
from ginsen.sim_backend.scpi.exchange import Instrument
from ginsen.sim_backend.session_lock import SessionLock
from ginsen.sim_backend.visa_attributes import SessionAttributes

_BUS_OPERATION = 0.1e-3
"""Bench seconds of a serial poll, a trigger or a clear: never free, or a polling loop would stand
still in virtual time."""

class Session:
    """One session. `number` is its handle, `lock` the lock of the resource it is open to."""

    def __init__(self, bench: Bench, instrument: Instrument, name: ResourceName,
                 number: int, manager: int, lock: ResourceLock) -> None:
        self.number = number
        self.attributes = SessionAttributes(name, manager)
        self._bench = bench
        self._instrument = instrument
        self._serial = name.interface_type_const is InterfaceType.asrl
        self._link = instrument.connect(
            stream=self._serial or name.resource_class == "SOCKET", bus=on_bus(name))
        self.lock = SessionLock(bench, instrument, self._link, lock)
        self._aborted = False
        self._queue_enabled = False
        self._requests: deque[None] = deque()
        instrument.on_service_request(self._service_requested)

    @property
    def timeout(self) -> float:
        """The VISA timeout in bench seconds."""
        return seconds(self.attributes[ResourceAttribute.timeout_value])

    def write(self, data: bytes) -> tuple[int, StatusCode]:
        """viWrite: returns once the instrument has taken the bytes in.

        On a virtual bench the stated cost of the commands passes here, up to the first that
        takes its time.
        """
        bench, instrument = self._bench, self._instrument
        if instrument.answered_at_once(self._link, data):
            return len(data), StatusCode.success
        with bench.lock:
            bench.catch_up()
            refusal = self._refusal()
            if refusal is not None:
                return 0, refusal
            full = not instrument.has_room(len(data))
            if not full:
                self._hand_over(data)
            started = bench.now
        if full:
            if not bench.wait(lambda: instrument.has_room(len(data)), started + self.timeout):
                return 0, StatusCode.error_timeout
            with bench.lock:
                self._hand_over(data)
        if not bench.paced:
            bench.wait(lambda: not instrument.busy, math.inf)
        return len(data), StatusCode.success

    def read(self, count: int) -> tuple[bytes, StatusCode]:
        """viRead: at most `count` bytes, up to END, the termination character, or the timeout."""
        bench, instrument = self._bench, self._instrument
        if self._link.aside:
            return self._take_aside(count)
        with bench.lock:
            bench.catch_up()
            refusal = self._refusal()
            if refusal is not None:
                return b"", refusal
            instrument.asked_to_talk(self._link)
            self._aborted = False
            started = bench.now
        patience = self.timeout
        if self._link.stream and not self._readable(count):
            # A stream has no END: what has come without a termination character is handed
            # over when half the timeout has brought no more, as pyvisa-py does.
            bench.wait(lambda: self._settled(count), started + patience / 2)
            if self._link.received and not self._readable(count):
                return self._read_rest(count)
        bench.wait((lambda: self._settled(count)) if self._link.stream else self._answered,
                   started + patience)
        with bench.lock:
            if self._aborted:
                return b"", StatusCode.error_abort
            if self._link.lost == "closed":
                return b"", StatusCode.error_connection_lost
            if not self._readable(count):
                return self._read_rest(count)
            return self._take(count)

    def _hand_over(self, data: bytes) -> None:
        end = bool(self.attributes[ResourceAttribute.send_end_enabled])
        self._instrument.receive(self._link, data, end)

    def clear(self) -> StatusCode:
        """viClear: device clear; on a stream only what was received is dropped."""
        return self._operate(lambda: self._instrument.device_clear(self._link))

    def trigger(self) -> StatusCode:
        """The interface's trigger (viAssertTrigger with the default protocol)."""
        return self._operate(self._instrument.triggered)

    def read_status_byte(self) -> tuple[int, StatusCode]:
        """viReadSTB: a serial poll."""
        byte = 0

        def poll() -> None:
            nonlocal byte
            byte = self._instrument.serial_poll()

        status = self._operate(poll)
        return byte, status

    def discard_input(self) -> None:
        """Drop what a stream has received and nobody has read."""
        with self._bench.lock:
            self._link.aside.clear()
            if self._link.stream:
                self._link.received.clear()

    def get_attribute(self, attribute: int) -> tuple[object, StatusCode]:
        """An attribute and its status (viGetAttribute)."""
        if attribute == ResourceAttribute.resource_lock_state:
            return self.lock.mode, StatusCode.success
        if attribute == ResourceAttribute.asrl_avalaible_number and self._serial:
            self._operate(lambda: None)
            return len(self._link.received), StatusCode.success
        return self.attributes.get(attribute)

    def abort(self) -> None:
        """viTerminate: a read under way in another thread ends with error_abort."""
        self._aborted = True

    def enable_requests(self) -> StatusCode:
        """Queue service requests from now on."""
        if self._queue_enabled:
            return StatusCode.success_event_already_enabled
        self._queue_enabled = True
        return StatusCode.success

    def disable_requests(self) -> StatusCode:
        """Queue no more service requests; those queued stay."""
        if not self._queue_enabled:
            return StatusCode.success_event_already_disabled
        self._queue_enabled = False
        return StatusCode.success

    def discard_requests(self) -> StatusCode:
        """Forget queued service requests."""
        if not self._requests:
            return StatusCode.success_queue_already_empty
        self._requests.clear()
        return StatusCode.success

    def wait_for_request(self, timeout: float) -> StatusCode:
        """viWaitOnEvent: up to `timeout` bench seconds for a service request."""
        if not self._queue_enabled:
            return StatusCode.error_not_enabled
        self._bench.wait(lambda: bool(self._requests),
                         self._bench.current_time() + timeout)
        with self._bench.lock:
            if not self._requests:
                return StatusCode.error_timeout
            self._requests.popleft()
            return (StatusCode.success_queue_not_empty if self._requests
                    else StatusCode.success)

    def close(self) -> None:
        """End the session: its locks are released, its reads aborted."""
        with self._bench.lock:
            self._aborted = True
            self._queue_enabled = False
            self.lock.release_all()
            self._instrument.ignore_service_request(self._service_requested)

    def _operate(self, action: Callable[[], object]) -> StatusCode:
        """Do something that is no message: it needs the lock and takes a little time."""
        bench = self._bench
        with bench.lock:
            bench.catch_up()
            refusal = self._refusal()
            if refusal is not None:
                return refusal
            self._spend()
            if self._link.lost:
                return StatusCode.error_timeout
            action()
        return StatusCode.success

    def _refusal(self) -> StatusCode | None:
        """Why nothing can pass now, None if it can; being told takes as long as a serial poll."""
        if self._link.lost == "closed":
            status = StatusCode.error_connection_lost
        elif self._instrument.trouble.locked:
            status = StatusCode.error_resource_locked
        else:
            return None if self.lock.admits() else StatusCode.error_resource_locked
        self._spend()
        return status

    def _spend(self) -> None:
        """Let the time of a bus operation pass."""
        if not self._bench.paced:
            self._bench.advance_to(self._bench.now + _BUS_OPERATION)

    def _settled(self, count: int) -> bool:
        """Whether a read of a stream need wait no longer."""
        return self._aborted or self._link.lost == "closed" or self._readable(count)

    def _answered(self) -> bool:
        """Whether a read of a message need wait no longer."""
        lost = self._link.lost
        if self._aborted or lost:
            return self._aborted or lost == "closed"
        return self._instrument.message_available

    def _take_aside(self, count: int) -> tuple[bytes, StatusCode]:
        """What was answered at once, up to its END."""
        aside = self._link.aside
        data = bytes(aside[:count])
        del aside[:count]
        return data, StatusCode.success_max_count_read if aside else StatusCode.success

    def _service_requested(self) -> None:
        if self._queue_enabled and len(self._requests) < (
                self.attributes[ResourceAttribute.max_queue_length]):
            self._requests.append(None)

    def _stop_character(self) -> bytes:
        """The byte that ends a read, b"" if none does."""
        values = self.attributes
        if self._serial:
            ends = (values[ResourceAttribute.asrl_end_in]
                    == constants.SerialTermination.termination_char)
        else:
            ends = bool(values[ResourceAttribute.termchar_enabled])
        return bytes([values[ResourceAttribute.termchar]]) if ends else b""

    def _readable(self, count: int) -> bool:
        waiting = self._instrument.waiting(self._link)
        if not self._link.stream:
            return bool(waiting)
        stop = self._stop_character()
        return len(waiting) >= count or bool(stop and stop in waiting)

    def _take(self, count: int) -> tuple[bytes, StatusCode]:
        stop = self._stop_character()
        at = self._instrument.waiting(self._link).find(stop, 0, count) if stop else -1
        data, end = self._instrument.take(self._link, at + 1 if at >= 0 else count)
        if end:
            return data, StatusCode.success
        if at >= 0:
            return data, StatusCode.success_termination_character_read
        return data, StatusCode.success_max_count_read

    def _read_rest(self, count: int) -> tuple[bytes, StatusCode]:
        """What a stream has, without an end: a success unless END is suppressed or nothing came."""
        with self._bench.lock:
            if (self._link.stream and self._link.received
                    and not self.attributes[ResourceAttribute.suppress_end_enabled]):
                return self._instrument.take(self._link, count)[0], StatusCode.success
        return b"", StatusCode.error_timeout


def on_bus(name: ResourceName) -> bool:
    """Whether a resource is on GPIB or a serial line, where there is no connection to lose."""
    return name.interface_type_const in (InterfaceType.gpib, InterfaceType.asrl)


def on_lan(name: ResourceName) -> bool:
    """Whether a resource is reached by VXI-11 or HiSLIP, which know locks."""
    return (name.interface_type_const is InterfaceType.tcpip
            and name.resource_class == "INSTR")


def seconds(timeout: float) -> float:
    """A VISA timeout (ms) in s; VI_TMO_INFINITE is infinite."""
    return math.inf if timeout == constants.VI_TMO_INFINITE else timeout * 1e-3
