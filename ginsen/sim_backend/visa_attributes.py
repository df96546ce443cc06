"""The VISA attributes of a session: which there are, how they begin, which may be set.

Names, defaults and access are those PyVISA tabulates from the VISA specification (VPP-4.3).
"""

from __future__ import annotations

from typing import Any

from pyvisa import attributes, constants
from pyvisa.constants import InterfaceType, ResourceAttribute, StatusCode
from pyvisa.rname import ResourceName

_VERSION = 0x00100000
"""Version 0.1 as VISA packs it: 12 bits major, 12 minor, 8 sub-minor."""

_FROM_NAME = {
    "primary_address": ResourceAttribute.gpib_primary_address,
    "secondary_address": ResourceAttribute.gpib_secondary_address,
    "manufacturer_id": ResourceAttribute.manufacturer_id,
    "model_code": ResourceAttribute.model_code,
    "port": ResourceAttribute.tcpip_port,
}


class SessionAttributes:
    """The attributes of one open session."""

    def __init__(self, name: ResourceName, manager: int) -> None:
        kind = (name.interface_type_const, name.resource_class)
        self._known = {
            each.attribute_id: each
            for group in (kind, attributes.AllSessionTypes)
            for each in attributes.AttributesPerResource[group]
        }
        self.values: dict[int, Any] = {
            number: each.default for number, each in self._known.items()
            if each.default is not attributes.NotAvailable
        }
        board = getattr(name, "board", "0")
        self.values.update({
            ResourceAttribute.resource_manager_session: manager,
            ResourceAttribute.interface_type: name.interface_type_const,
            ResourceAttribute.interface_number: int(board) if board.isdigit() else 0,
            ResourceAttribute.interface_instrument_name: f"ginsen {name.interface_type}",
            ResourceAttribute.resource_class: name.resource_class,
            ResourceAttribute.resource_name: str(name),
            ResourceAttribute.resource_impl_version: _VERSION,
            ResourceAttribute.resource_manufacturer_name: "Ginsen",
            ResourceAttribute.resource_manufacturer_id: 0,
        })
        for field, attribute in _FROM_NAME.items():
            text = getattr(name, field, None)
            if text is not None and attribute in self._known:
                self.values[attribute] = int(text, 0)
        if name.interface_type_const is InterfaceType.gpib:
            self.values.setdefault(ResourceAttribute.gpib_secondary_address,
                                   constants.VI_NO_SEC_ADDR)
            self.values[ResourceAttribute.gpib_ren_state] = constants.LineState.asserted
        if hasattr(name, "serial_number"):
            self.values[ResourceAttribute.usb_serial_number] = name.serial_number
        if hasattr(name, "host_address"):
            self.values[ResourceAttribute.tcpip_address] = name.host_address
            self.values[ResourceAttribute.tcpip_hostname] = name.host_address

    def __getitem__(self, attribute: int) -> Any:
        return self.values[attribute]

    def get(self, attribute: int) -> tuple[Any, StatusCode]:
        """What viGetAttribute answers."""
        if attribute not in self._known or attribute not in self.values:
            return None, StatusCode.error_nonsupported_attribute
        return self.values[attribute], StatusCode.success

    def set(self, attribute: int, state: Any) -> StatusCode:
        """What viSetAttribute answers."""
        known = self._known.get(attribute)
        if known is None:
            return StatusCode.error_nonsupported_attribute
        if not known.write:
            return StatusCode.error_attribute_read_only
        low, high = getattr(known, "min_value", None), getattr(known, "max_value", None)
        if low is not None and high is not None and not low <= state <= high:
            return StatusCode.error_nonsupported_attribute_state
        self.values[attribute] = state
        return StatusCode.success
