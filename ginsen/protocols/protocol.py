"""The base of every protocol: it owns the run, so that a protocol is only its stimulus."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from pymeasure.experiment.parameters import (
    FloatParameter,
    IntegerParameter,
    ListParameter,
    Parameter,
)
from pymeasure.experiment.procedure import Procedure

from ginsen.protocols.acquisition import Acquisition, News
from ginsen.protocols.further_inputs import FurtherInputs
from ginsen.protocols.steering import Steering
from ginsen.records.layout import ABOUT
from ginsen.records.recording import Recording
from ginsen.station import Station
from ginsen.types import Outcome, Phase

log = logging.getLogger(__name__)

UNKNOWN = "unknown"

class ParameterError(ValueError):
    """A parameter that a protocol does not have, or a value that it does not take."""


class Protocol(Procedure):  # type: ignore[misc]
    """A PyMeasure procedure that owns its run: station, recording, live β, outcome, output off.

    A protocol declares its parameters and `phases()`; one that decides while it measures writes
    `measure()`. `startup`, `execute` and `shutdown` belong to this class: whatever happens in a
    protocol, its output ends off and its recording says how it ended.
    """

    DATA_COLUMNS: ClassVar = [
        "Time (s)", "Voltage (V)", "Current (A)", "Conductance (S)", "Compliance", "Phase",
        "Beta", "Beta low", "Beta high"]

    name = ""
    """How the command line calls it, in kebab case."""

    windows = (256, 1024)
    """Lengths of the live β windows, in samples."""

    station = Parameter("Station", default="simulated",
                        description="Path of a station file, or 'simulated'")
    source_meter = Parameter("Source meter", default="",
                             description="Which of the station's, by name; the first if empty")
    folder = Parameter("Folder", default="runs", description="Where recordings are put")
    polarity = ListParameter("Polarity", choices=["+", "-"], default="+",
                             description="Sign of every level")
    sample = Parameter("Sample", default=UNKNOWN, description="Name of the sample")
    electrode_pair = Parameter("Electrode pair", default=UNKNOWN,
                               description="Which electrodes are contacted")
    operator = Parameter("Operator", default=UNKNOWN, description="Who measures")
    cycle_on_this_pair = Parameter("Cycle on this pair", default=UNKNOWN,
                                   description="How often this pair was stimulated before")
    time_since_last_stimulus = Parameter("Time since last stimulus", default=UNKNOWN,
                                         description="Of this pair")
    charge_so_far = Parameter("Charge so far", default=UNKNOWN,
                              description="Charge that has passed this pair before")
    temperature = Parameter("Temperature", default=UNKNOWN, description="Of the sample")
    humidity = Parameter("Humidity", default=UNKNOWN, description="Around the sample")
    notes = Parameter("Notes", default=UNKNOWN, description="Anything worth keeping")
    notebook = Parameter("Notebook", default=UNKNOWN, description="Link to the notebook")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for method in ("startup", "execute", "shutdown"):
            if method in cls.__dict__:
                raise TypeError(f"{cls.__name__}.{method}: the base class owns the run; write "
                                "phases() or measure() instead")

    def __init__(self, *, lab: Station | None = None, seed: int | None = None,
                 **parameters: Any) -> None:
        super().__init__()
        self.lab = lab
        self.seed = seed
        self.outcome = Outcome("running")
        self.recording: Recording | None = None
        self.show: Callable[[News], None] = lambda news: None
        self.steering = Steering()
        self._owns_lab = lab is None
        self._acquisition: Acquisition | None = None
        self._further = FurtherInputs((), 0.0)
        for name, value in parameters.items():
            self.set(name, value)

    def set(self, name: str, value: object) -> None:
        """Set a parameter from a value or its text.

        Raises ParameterError, naming what is allowed, for an unknown name or a value out of
        bounds.
        """
        parameter = self._parameters.get(name)
        if parameter is None:
            raise ParameterError(f"{self.name} has no parameter {name!r}; it has "
                                 f"{', '.join(sorted(self._parameters))}.")
        try:
            # float() also takes 1_0 and the digits of every script.
            if (isinstance(value, str) and not isinstance(parameter.default, str)
                    and ("_" in value or not value.isascii())):
                raise ValueError
            converted = parameter.convert(value)
            if isinstance(converted, float) and not math.isfinite(converted):
                raise ValueError
        except (ValueError, TypeError):
            raise ParameterError(f"{self.name}: {name} = {value!r} is not allowed; it takes "
                                 f"{allowed(parameter)}.") from None
        parameter.value = converted
        setattr(self, name, converted)

    def attach(self, lab: Station) -> None:
        """Run on this open station, which stays open afterwards."""
        self.lab = lab
        self._owns_lab = False

    @property
    def recording_path(self) -> Path | None:
        """Where this run is recorded, once it has begun."""
        return None if self.recording is None else self.recording.path

    @property
    def recording_files(self) -> tuple[Path, ...]:
        """The files that hold this run: more than one where a disk failed under it."""
        return () if self.recording is None else self.recording.files

    # -- what a protocol writes -----------------------------------------------------------------

    def phases(self) -> Sequence[Phase]:
        """The stimulus, as far as it is known beforehand; limits and previews read the same."""
        return ()

    def stimulus(self) -> list[Phase]:
        """`phases()` under the polarity asked for: what limits, plans and previews look at."""
        return [phase.scaled(self._sign) for phase in self.phases()]

    @property
    def _sign(self) -> float:
        return -1.0 if self.polarity == "-" else 1.0

    def measure(self) -> None:
        """What is done: all of `phases()`. A protocol that decides on live data overrides this."""
        self.apply(self.phases())

    def apply(self, phases: Sequence[Phase], *, off_after: bool = True,
              until: Callable[[News], bool] | None = None) -> bool:
        """Run phases, from within `measure`, under the polarity asked for.

        `until` is asked about each new piece of data, after it was recorded; once it says yes the
        rest is left out, the level stays, and True is returned. With `off_after` False the level
        also stays after the last phase, for what the protocol does next.
        """
        if self._acquisition is None:
            raise RuntimeError("apply() belongs into measure(), which the run calls")
        return self._acquisition.apply([phase.scaled(self._sign) for phase in phases],
                                       off_after=off_after, until=until)

    # -- the run --------------------------------------------------------------------------------

    def startup(self) -> None:
        """Open the station if none was given, hold the stimulus against its limits, open a file."""
        self.outcome, self.recording, self._acquisition = Outcome("running"), None, None
        try:
            if self.lab is None:
                self.lab = Station.open(self.station, seed=self.seed)
            meter = self.lab.source_meter(self.source_meter)
            phases = self.stimulus()
            meter.check(phases)
            contact = self.lab.contact_told(meter)
            resistance = meter.leads.series_resistance
            origin = self.lab.clock.now()
            utc = self.lab.clock.utc()
            told: dict[str, Any] = {
                "protocol": self.name,
                "about": {name: str(getattr(self, name)) for name in ABOUT},
                "parameters": {name: (parameter.value, getattr(parameter, "units", None) or "")
                               for name, parameter in self.parameter_objects().items()
                               if name not in ABOUT},
                "station_text": self.lab.file.text, "identities": self.lab.identities,
                "calibrations": self.lab.calibrations, "contact": contact,
                "seed": self.lab.seed, "series_resistance": resistance}
            rows = sum(phase.count for phase in phases) * (1 + len(meter.further_inputs))
            self.recording = Recording.begin(Path(self.folder), utc, rows=rows, **told)
            self._further = FurtherInputs.begin(meter, self.recording, {**told, "origin": utc})
            if self.lab.caveat:
                self.recording.event(0.0, "note", self.lab.caveat)
            self._acquisition = Acquisition(
                meter, self.recording, self._further, lab=self.lab, origin=origin,
                series_resistance=resistance, windows=self.windows,
                total=sum(phase.duration for phase in phases), should_stop=self._stopped,
                show=self._report, steering=self.steering)
        except BaseException as problem:
            self._ended(problem)
            raise

    def execute(self) -> None:
        """Measure; whatever comes out of it is caught once, noted, and handed on."""
        try:
            self.measure()
        except BaseException as problem:
            self._ended(problem)
            raise
        self.outcome = Outcome("aborted", "stopped by the user") if self._stopped() else \
            Outcome("finished")

    def shutdown(self) -> None:
        """Output off, read back, recording closed. Never raises."""
        failures: Mapping[str, str] = {}
        if self.lab is not None:
            failures = self.lab.off()
            if failures:
                self.outcome = Outcome("failed", "; ".join(failures.values()))
        if self.outcome.state == "running":
            self.outcome = Outcome("aborted", "stopped before it began")
        if self.recording is not None:
            self._close_recording(self.recording, proved_off=not failures)
        if self.lab is not None and self._owns_lab:
            try:
                self.lab.close()
            except Exception as problem:  # already in the outcome; PyMeasure would wedge
                log.error("%s", problem)
            self.lab = None
        if self.outcome.state == "failed":
            # PyMeasure's Worker would otherwise call a run whose shutdown failed finished.
            self.status = Procedure.FAILED

    def _close_recording(self, recording: Recording, *, proved_off: bool) -> None:
        try:
            if proved_off:
                self._note("INFO", "every output is off, by read-back")
            try:
                recording.close(self.outcome)
            finally:
                self._further.close(self.outcome)
        except Exception as problem:  # a full disk must not leave the caller hanging
            self.outcome = Outcome("failed", f"the recording could not be closed: {problem}")
            log.error("%s", self.outcome)

    def _ended(self, problem: BaseException) -> None:
        if isinstance(problem, Exception):
            self.outcome = Outcome("failed", str(problem) or type(problem).__name__)
        else:
            self.outcome = Outcome("aborted", "interrupted")
        self._note("ERROR", str(self.outcome))

    def _note(self, level: str, text: str) -> None:
        """A line of the recording's log; a recording that can't take it must not hide the cause."""
        try:
            if self.recording is not None and self.lab is not None:
                self.recording.log(level, text, self.lab.clock.utc())
        except Exception as problem:
            log.error("%s (%s)", text, problem)

    def _stopped(self) -> bool:
        return bool(self.should_stop())

    def _report(self, news: News) -> None:
        """The screen's share: a callback, and a thinned copy for PyMeasure's own windows."""
        try:
            self.show(news)
        except Exception as problem:  # a screen must not end an experiment
            log.warning("the display failed and is left out: %s", problem)
            self.show = lambda news: None
        step = max(1, round(0.05 / news.phase.interval))
        samples, G = news.samples[::step], news.conductance[::step]
        fit = next((fit for fit in news.fits if fit is not None and fit.beta is not None), None)
        betas = (math.nan,) * 3 if fit is None else (fit.beta, fit.beta_low, fit.beta_high)
        count = len(samples)
        self.emit("batch results", dict(zip(self.DATA_COLUMNS, (
            samples.time, samples.voltage, samples.current, G, samples.compliance.astype(int),
            [news.number] * count, *([value] * count for value in betas)), strict=True)))
        if news.total > 0:
            self.emit("progress", min(100.0, 100 * news.done / news.total))


def allowed(parameter: Parameter) -> str:
    """What a parameter takes, in words."""
    if isinstance(parameter, ListParameter):
        return " or ".join(repr(choice) for choice in parameter.choices)
    if isinstance(parameter, FloatParameter):
        unit = f" {parameter.units}" if parameter.units else ""
        return f"a number from {parameter.minimum:g} to {parameter.maximum:g}{unit}"
    if isinstance(parameter, IntegerParameter):
        return f"a whole number from {parameter.minimum} to {parameter.maximum}"
    return "a text"

