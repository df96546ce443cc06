"""A calibrated twin as a device file, which a bench loads."""

from __future__ import annotations

from collections.abc import Sequence

from ginsen.calibration.calibrate import Calibration

PLACES = {
    "growth_barrier": ("filament", "growth_barrier_eV"),
    "growth_spread": ("filament", "growth_spread_eV"),
    "loss_barrier": ("filament", "loss_barrier_eV"),
    "loss_spread": ("filament", "loss_spread_eV"),
    "supply": ("filament", "supply_per_s"), "widest": ("filament", "widest_atoms"),
    "leak": ("filament", "leak_S"), "size": ("fluctuators", "size"),
    "barrier": ("fluctuators", "barrier_eV"), "barrier_spread": ("fluctuators", "spread_eV"),
    "box": ("network", "box_um"),
}
"""Table and key of each open number of `ginsen.calibration.parameters`, in the same unit."""


def device_file(found: Calibration, sources: Sequence[str]) -> str:
    """The TOML of a `fluctuating_network` fitted to the records named in `sources`.

    Beside each fitted number stands the 90 % range of its posterior.
    """
    twin = found.twin
    filament, tip = twin.filament, twin.fluctuating
    sections: dict[str, dict[str, object]] = {
        "network": {"wires": twin.wires, "box_um": twin.box * 1e6,
                    "mean_length_um": twin.mean_length * 1e6,
                    "sd_length_um": twin.sd_length * 1e6, "seed": twin.seed,
                    **({"electrodes": "pads", "pad_um": twin.pad * 1e6} if twin.pad > 0
                       else {"electrodes": "farthest"})},
        "filament": {"growth_barrier_eV": filament.growth_barrier,
                     "growth_spread_eV": filament.growth_spread,
                     "loss_barrier_eV": filament.loss_barrier,
                     "loss_spread_eV": filament.loss_spread, "supply_per_s": filament.supply,
                     "gap_nm": filament.gap * 1e9, "widest_atoms": int(filament.widest),
                     "work_eV": filament.work, "leak_S": filament.leak},
        "fluctuators": {"count": tip.count, "barrier_eV": tip.barrier, "spread_eV": tip.spread,
                        "asymmetry_eV": tip.asymmetry, "size": tip.size, "reach": tip.reach,
                        "fastest_per_s": tip.fastest},
    }
    ranges = {PLACES[name]: found.percentiles(name, (5, 95)) for name in found.parameters.names
              if name in PLACES}
    lines = [f"# A twin fitted by `ginsen calibrate` to {', '.join(sources)}.",
             "# Behind a number: the 90 % range of what the records allow (docs/calibration.md)."]
    if twin.formed_for > 0:
        lines.append(f"# The sample had been formed before: hold the first level for "
                     f"{twin.formed_for:.3g} s, then 0 V for {twin.rested:.3g} s.")
    lines += ['kind = "fluctuating_network"', f"temperature_K = {_written(twin.temperature)}"]
    for section, entries in sections.items():
        lines += ["", f"[{section}]"]
        for key, value in entries.items():
            line = f"{key} = {_written(value)}"
            if (section, key) in ranges:
                low, high = ranges[section, key]
                line = f"{line:32}# {low:.4g} to {high:.4g}"
            lines.append(line)
    return "\n".join(lines) + "\n"


def _written(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.7g}"
    return f'"{value}"' if isinstance(value, str) else str(value)
