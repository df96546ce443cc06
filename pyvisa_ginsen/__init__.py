"""The name PyVISA looks for when asked for "@ginsen"."""

from ginsen.sim_backend.library import GinsenVisaLibrary

WRAPPER_CLASS = GinsenVisaLibrary
