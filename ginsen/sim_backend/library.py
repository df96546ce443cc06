"""The PyVISA library behind "@ginsen": a bench per resource manager, a session per open resource.

`ResourceManager("@ginsen")` opens the bundled bench that holds every virtual instrument,
`"simulated@ginsen"` another bundled one, `"/path/bench.toml@ginsen"` a bench file.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from pyvisa import constants, rname
from pyvisa.constants import StatusCode
from pyvisa.highlevel import VisaLibraryBase
from pyvisa.typing import VISAEventContext, VISAHandler, VISARMSession, VISASession
from pyvisa.util import DebugInfo, LibraryPath

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.bench_file import load_bench
from ginsen.sim_backend.clock import BenchClock
from ginsen.sim_backend.resource_lock import ResourceLock
from ginsen.sim_backend.session import Session, on_bus, on_lan, seconds

_DEFAULT_BENCH = "everything"

_REFUSAL = 1e-3
"""Bench seconds it takes to be told that nobody is there: never free, or who tries again and again
would stop the time of a virtual bench."""

_REQUESTS = (constants.EventType.service_request, constants.EventType.all_enabled)

_INPUT_BUFFERS = (constants.BufferOperation.discard_read_buffer
                  | constants.BufferOperation.discard_read_buffer_no_io
                  | constants.BufferOperation.discard_receive_buffer
                  | constants.BufferOperation.discard_receive_buffer2)


class GinsenVisaLibrary(VisaLibraryBase):
    """Virtual instruments through PyVISA.

    The bench is new each time the default resource manager is opened, and gone when it is closed.
    """

    @staticmethod
    def get_library_paths() -> Iterable[LibraryPath]:
        """The bench that "@ginsen" opens without a name."""
        return (LibraryPath(_DEFAULT_BENCH),)

    @staticmethod
    def get_debug_info() -> DebugInfo:
        """What `pyvisa-info` shows."""
        from ginsen.sim_backend.models import MODELS

        return {"Virtual instruments": ", ".join(MODELS)}

    def _init(self) -> None:
        self._handles = itertools.count(1)
        self._bench: Bench | None = None
        self._manager = 0
        self._sessions: dict[int, Session] = {}
        self._contexts: dict[int, constants.EventType] = {}
        self._locks: dict[str, ResourceLock] = {}

    @property
    def bench(self) -> Bench:
        """The open bench. Raises RuntimeError when no resource manager is open."""
        if self._bench is None:
            raise RuntimeError(f"{self.library_path}@ginsen has no open bench: "
                               "open a ResourceManager first")
        return self._bench

    @property
    def clock(self) -> BenchClock:
        """The bench's clock, the one time of everything that speaks to it."""
        return self.bench.clock

    def open_default_resource_manager(self) -> tuple[VISARMSession, StatusCode]:
        """Open a new bench. Raises BenchFileError if its file makes no sense."""
        self._bench = load_bench(str(self.library_path))
        self._manager = next(self._handles)
        status = self.handle_return_value(VISARMSession(self._manager), StatusCode.success)
        return VISARMSession(self._manager), status

    def list_resources(self, session: VISARMSession, query: str = "?*::INSTR") -> tuple[str, ...]:
        """The addresses on the bench that match a VISA regular expression."""
        return rname.filter(self.bench.addresses, query)

    def open(
        self, session: VISARMSession, resource_name: str,
        access_mode: constants.AccessModes = constants.AccessModes.no_lock,
        open_timeout: int | None = constants.VI_TMO_IMMEDIATE,
    ) -> tuple[VISASession, StatusCode]:
        """Open a session to an address on the bench."""
        try:
            name = rname.ResourceName.from_string(resource_name)
        except rname.InvalidResourceName:
            self.handle_return_value(session, StatusCode.error_invalid_resource_name)
            raise
        address, instrument = next(
            ((address, each) for address, each in self.bench.addresses.items()
             if address.upper() == str(name).upper()), (str(name), None))
        if instrument is None:
            status = self.handle_return_value(session, StatusCode.error_resource_not_found)
            return VISASession(0), status
        if instrument.trouble.refusing and not on_bus(name):
            self.bench.clock.sleep(_REFUSAL)
            return VISASession(0), self.handle_return_value(
                session, StatusCode.error_resource_not_found)
        # What an instrument serves by LAN is locked in it; of other resources VISA keeps the lock.
        lock = (instrument.lock if on_lan(name)
                else self._locks.setdefault(address, ResourceLock()))
        number = next(self._handles)
        opened = Session(self.bench, instrument, name, number, session, lock)
        if access_mode & constants.AccessModes.exclusive_lock:
            status = opened.lock.take_exclusive(seconds(open_timeout or 0))
            if status < 0:
                opened.close()
                return VISASession(0), self.handle_return_value(session, status)
        self._sessions[number] = opened
        return VISASession(number), self.handle_return_value(
            VISASession(number), StatusCode.success)

    def close(self, session: VISASession | VISAEventContext | VISARMSession) -> StatusCode:
        """Close a session or an event; closing the resource manager drops the bench."""
        if session == self._manager and self._bench is not None:
            for each in self._sessions.values():
                each.close()
            self._sessions.clear()
            self._contexts.clear()
            self._locks.clear()
            self._bench = None
            return self.handle_return_value(session, StatusCode.success)
        if session in self._contexts:
            del self._contexts[session]
            return self.handle_return_value(session, StatusCode.success)
        self._session(session).close()
        del self._sessions[session]
        return self.handle_return_value(session, StatusCode.success)

    def write(self, session: VISASession, data: bytes) -> tuple[int, StatusCode]:
        """Send bytes to the instrument."""
        count, status = self._session(session).write(bytes(data))
        return count, self.handle_return_value(session, status)

    def read(self, session: VISASession, count: int) -> tuple[bytes, StatusCode]:
        """Read at most `count` bytes from the instrument."""
        data, status = self._session(session).read(count)
        return data, self.handle_return_value(session, status)

    def buffer_write(self, session: VISASession, data: bytes) -> tuple[int, StatusCode]:
        """As `write`: nothing is buffered here."""
        return self.write(session, data)

    def buffer_read(self, session: VISASession, count: int) -> tuple[bytes, StatusCode]:
        """As `read`: nothing is buffered here."""
        return self.read(session, count)

    def clear(self, session: VISASession) -> StatusCode:
        """Device clear."""
        return self.handle_return_value(session, self._session(session).clear())

    def flush(self, session: VISASession, mask: constants.BufferOperation) -> StatusCode:
        """Discard received bytes where `mask` says so; there is nothing else to flush."""
        opened = self._session(session)
        if mask & _INPUT_BUFFERS:
            opened.discard_input()
        return self.handle_return_value(session, StatusCode.success)

    def read_stb(self, session: VISASession) -> tuple[int, StatusCode]:
        """The status byte by serial poll."""
        byte, status = self._session(session).read_status_byte()
        return byte, self.handle_return_value(session, status)

    def assert_trigger(self, session: VISASession,
                       protocol: constants.TriggerProtocol) -> StatusCode:
        """The interface's trigger; only the default protocol exists off VXI."""
        status = (self._session(session).trigger()
                  if protocol == constants.TriggerProtocol.default
                  else StatusCode.error_invalid_protocol)
        return self.handle_return_value(session, status)

    def gpib_control_ren(self, session: VISASession,
                         mode: constants.RENLineOperation) -> StatusCode:
        """Remote and local: accepted, since no one stands at a virtual front panel."""
        self._session(session)
        return self.handle_return_value(session, StatusCode.success)

    def get_attribute(
        self, session: VISASession | VISAEventContext | VISARMSession,
        attribute: constants.ResourceAttribute | constants.EventAttribute,
    ) -> tuple[Any, StatusCode]:
        """The state of an attribute of a session or an event."""
        if session in self._contexts:
            known = attribute == constants.EventAttribute.event_type
            value: Any = self._contexts[session] if known else None
            status = (StatusCode.success if known
                      else StatusCode.error_nonsupported_attribute)
        else:
            value, status = self._session(session).get_attribute(attribute)
        return value, self.handle_return_value(session, status)

    def set_attribute(self, session: VISASession, attribute: constants.ResourceAttribute,
                      attribute_state: Any) -> StatusCode:
        """Set an attribute of a session."""
        opened = self._session(session)
        return self.handle_return_value(
            session, opened.attributes.set(attribute, attribute_state))

    def lock(self, session: VISASession, lock_type: constants.Lock, timeout: int,
             requested_key: str | None = None) -> tuple[str, StatusCode]:
        """Lock the resource for this session, or for all that know the key."""
        opened, key = self._session(session), ""
        if lock_type == constants.Lock.shared:
            key, status = opened.lock.take_shared(seconds(timeout), requested_key or "")
        else:
            status = opened.lock.take_exclusive(seconds(timeout))
        return key, self.handle_return_value(session, status)

    def unlock(self, session: VISASession) -> StatusCode:
        """Give one lock back."""
        return self.handle_return_value(session, self._session(session).lock.release())

    def terminate(self, session: VISASession, degree: None, job_id: Any) -> StatusCode:
        """End a read that another thread waits in."""
        self._session(session).abort()
        return self.handle_return_value(session, StatusCode.success)

    def enable_event(self, session: VISASession, event_type: constants.EventType,
                     mechanism: constants.EventMechanism, context: None = None) -> StatusCode:
        """Queue service requests; there are no other events and no handlers."""
        opened = self._session(session)
        if event_type != constants.EventType.service_request:
            status = StatusCode.error_invalid_event
        elif mechanism != constants.EventMechanism.queue:
            status = StatusCode.error_nonsupported_mechanism
        else:
            status = opened.enable_requests()
        return self.handle_return_value(session, status)

    def disable_event(self, session: VISASession, event_type: constants.EventType,
                      mechanism: constants.EventMechanism) -> StatusCode:
        """Queue no more service requests."""
        opened = self._session(session)
        status = (opened.disable_requests() if event_type in _REQUESTS
                  else StatusCode.error_invalid_event)
        return self.handle_return_value(session, status)

    def discard_events(self, session: VISASession, event_type: constants.EventType,
                       mechanism: constants.EventMechanism) -> StatusCode:
        """Forget queued service requests."""
        opened = self._session(session)
        status = (opened.discard_requests() if event_type in _REQUESTS
                  else StatusCode.error_invalid_event)
        return self.handle_return_value(session, status)

    def wait_on_event(
        self, session: VISASession, in_event_type: constants.EventType, timeout: int,
    ) -> tuple[constants.EventType, VISAEventContext, StatusCode]:
        """Wait for a service request, in bench time."""
        opened = self._session(session)
        status = (opened.wait_for_request(seconds(timeout)) if in_event_type in _REQUESTS
                  else StatusCode.error_invalid_event)
        status = self.handle_return_value(session, status)
        context = next(self._handles)
        self._contexts[context] = constants.EventType.service_request
        return constants.EventType.service_request, VISAEventContext(context), status

    def install_handler(self, session: VISASession, event_type: constants.EventType,
                        handler: VISAHandler, user_handle: Any) -> Any:
        """Refused: events are queued, not handed to callbacks."""
        self._session(session)
        return self.handle_return_value(session, StatusCode.error_nonsupported_mechanism)

    def _session(self, number: int) -> Session:
        session = self._sessions.get(number)
        if session is None:
            self.handle_return_value(None, StatusCode.error_invalid_object)
            raise AssertionError("handle_return_value raises for an error")
        return session
