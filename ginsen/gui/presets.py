"""Sets of parameters, kept by name, for each protocol: a small JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

Presets = dict[str, dict[str, dict[str, str]]]
"""By protocol, by the preset's name: what its fields say, by parameter."""


def read_presets(path: Path) -> Presets:
    """The presets in a file; none where there is no file.

    Raises ValueError for a file that holds something else.
    """
    if not path.exists():
        return {}
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return {protocol: {name: {key: str(value) for key, value in texts.items()}
                           for name, texts in sets.items()} for protocol, sets in told.items()}
    except (ValueError, AttributeError) as problem:
        raise ValueError(f"{path} holds no presets: {problem}; move it away to begin "
                         "anew") from None


def with_preset(presets: Presets, protocol: str, name: str, texts: Mapping[str, str]) -> Presets:
    """The presets with one more, in place of one of the same name."""
    return {**presets, protocol: {**presets.get(protocol, {}), name: dict(texts)}}


def without_preset(presets: Presets, protocol: str, name: str) -> Presets:
    """The presets without one."""
    left = {each: texts for each, texts in presets.get(protocol, {}).items() if each != name}
    return {**presets, protocol: left}


def write_presets(presets: Presets, path: Path) -> None:
    """Write all presets; a file is there whole or as it was before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(presets, ensure_ascii=False, indent=1), encoding="utf-8")
    beside.replace(path)
