"""The status model of IEEE 488.2 chapter 11 and SCPI-1999 volume 1, chapter 9."""

from __future__ import annotations

from collections.abc import Callable

MAV = 16
ESB = 32
MSS = 64

OPERATION_COMPLETE = 1
POWER_ON = 128


class Register:
    """Condition, transition filters, event and enable of one 16-bit register (bit 15 unused)."""

    def __init__(self) -> None:
        self.condition = 0
        self.event = 0
        self.enable = 0
        self.positive = 0x7FFF
        self.negative = 0

    def update(self, condition: int) -> None:
        """Take a new condition; edges the filters let through become events."""
        rising = condition & ~self.condition & self.positive
        falling = self.condition & ~condition & self.negative
        self.event |= rising | falling
        self.condition = condition

    def set(self, mask: int, on: bool) -> None:
        """Raise or drop the condition bits of `mask`."""
        self.update(self.condition | mask if on else self.condition & ~mask)

    def take_event(self) -> int:
        """The event register, which reading clears."""
        event, self.event = self.event, 0
        return event

    def preset(self) -> None:
        """What STATus:PRESet does: nothing enabled, rising edges only."""
        self.enable, self.positive, self.negative = 0, 0x7FFF, 0


class Status:
    """Status byte, standard event register and the SCPI registers of one instrument.

    `registers` maps the bit (a mask) of the status byte to the register it sums up: 8 is
    questionable, 128 operation; `below` are registers that those sum up. `message_available` and
    `error_available` tell of the queues; `on_request` is called when the instrument begins to ask
    for service.
    """

    def __init__(self, message_available: Callable[[], bool],
                 error_available: Callable[[], bool]) -> None:
        self.questionable = Register()
        self.operation = Register()
        self.registers = {8: self.questionable, 128: self.operation}
        self.below: list[Register] = []
        self.error_bit = 4
        self.event_status = POWER_ON
        self.event_enable = 0
        self.on_request: list[Callable[[], None]] = []
        self._message_available = message_available
        self._error_available = error_available
        self._service_enable = 0
        self._reasons = 0
        self._requesting = False

    @property
    def service_enable(self) -> int:
        """The service request enable register; bit 6 cannot be set (IEEE 488.2 11.3.2)."""
        return self._service_enable

    @service_enable.setter
    def service_enable(self, mask: int) -> None:
        self._service_enable = mask & ~MSS
        self.refresh()

    def summary(self) -> int:
        """The status byte without bit 6."""
        byte = 0
        for bit, register in self.registers.items():
            if register.event & register.enable:
                byte |= bit
        if self._error_available():
            byte |= self.error_bit
        if self._message_available():
            byte |= MAV
        if self.event_status & self.event_enable:
            byte |= ESB
        return byte

    def byte(self) -> int:
        """What *STB? answers: bit 6 is the master summary (IEEE 488.2 11.2.2)."""
        byte = self.summary()
        return byte | MSS if byte & self._service_enable else byte

    def poll(self) -> int:
        """What a serial poll answers: bit 6 says that service is asked for, and is taken back."""
        self.refresh()
        byte = self.summary()
        if self._requesting:
            self._requesting = False
            byte |= MSS
        return byte

    def refresh(self) -> None:
        """Look for a new reason to ask for service; to be called after anything has changed."""
        if not self._service_enable:
            self._reasons = 0
            self._requesting = False
            return
        reasons = self.summary() & self._service_enable
        new = reasons & ~self._reasons
        self._reasons = reasons
        if not reasons:
            self._requesting = False
        elif new:
            self._requesting = True
            for notify in self.on_request:
                notify()

    def take_event_status(self) -> int:
        """The standard event status register, which reading clears."""
        value, self.event_status = self.event_status, 0
        return value

    def clear(self) -> None:
        """What *CLS does to the event registers; enables stay."""
        self.event_status = 0
        for register in (*self.registers.values(), *self.below):
            register.event = 0
        self.refresh()

    def power_on(self) -> None:
        """As after switching on: nothing enabled, and nothing but that has happened."""
        self.event_enable = self._service_enable = 0
        self.preset()
        self.clear()
        self.event_status = POWER_ON

    def preset(self) -> None:
        """What STATus:PRESet does to the SCPI registers."""
        for register in (*self.registers.values(), *self.below):
            register.preset()
        self.refresh()
