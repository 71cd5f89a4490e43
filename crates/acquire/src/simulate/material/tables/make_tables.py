"""Writes the tables beside this file: elements.csv, isotopes.csv, xray.txt, tube.txt.

Run with Python 3 and: pip install xraydb==4.5.8 periodictable==2.1.0 spekpy==2.5.4
    python make_tables.py
The files are derived data; NOTICE names where they come from.
"""

import json
import pathlib

import numpy as np
import periodictable
import spekpy
import xraydb

HERE = pathlib.Path(__file__).parent
HIGHEST_Z = 98
HIGHEST_Z_XRAY = 92
FIRST_KEV, LAST_KEV = 1.0, 160.0
# Largest error of log-log interpolation between the nodes that are kept: of the total, and of a part.
TOLERANCE, TOLERANCE_OF_PART = 2e-3, 1e-2
PROCESSES = {"photo": "photoelectric", "coh": "coherent", "incoh": "incoherent"}
ISOTOPES = [("H", 1), ("H", 2), ("He", 3), ("Li", 6), ("Li", 7), ("B", 10), ("B", 11)]
TUBE_KV = [30, 35, 40, 45, 50, 55, 60, 65, 68, 70, 72, 74, 76, 80, 85, 90]
ANODE_DEGREES = 25
BERYLLIUM_MM = 0.2
FILTERS = ["Be", "Al", "Cu"]


def short(value):
    """Four significant digits, without what a reader of numbers does not need."""
    return np.format_float_positional(float(f"{value:.4g}"), trim="-") if 1e-3 <= value < 1e4 \
        else f"{value:.3e}".replace("e-0", "e-").replace("e+0", "e")


def neutron_columns(neutron):
    """Coherent, incoherent, absorption in barn; empty where there is no value."""
    if neutron is None or neutron.absorption is None or neutron.total is None:
        return ["", "", ""]
    incoherent = neutron.incoherent if neutron.incoherent is not None else 0.0
    # The bound total is what the cross-sections are checked against.
    return [f"{value:.6g}" for value in (neutron.total - incoherent, incoherent, neutron.absorption)]


def write_elements():
    lines = ["# Z, symbol, standard atomic weight g/mol, bound neutron cross-sections in barn:",
             "# coherent, incoherent, absorption at 1.798 angstrom (empty: none measured)",
             "z,symbol,weight,coherent,incoherent,absorption"]
    for z in range(1, HIGHEST_Z + 1):
        element = periodictable.elements[z]
        columns = [str(z), element.symbol, f"{element.mass:.7g}", *neutron_columns(element.neutron)]
        lines.append(",".join(columns))
    (HERE / "elements.csv").write_text("\n".join(lines) + "\n")
    lines = ["# as elements.csv, for single isotopes", "mass_number,symbol,weight,coherent,incoherent,absorption"]
    for symbol, number in ISOTOPES:
        isotope = getattr(periodictable, symbol)[number]
        columns = [str(number), symbol, f"{isotope.mass:.8g}", *neutron_columns(isotope.neutron)]
        lines.append(",".join(columns))
    (HERE / "isotopes.csv").write_text("\n".join(lines) + "\n")


def edges(database, symbol):
    """Energies where the table of photoabsorption jumps, keV: it holds two values there."""
    row = database.get_cache("photoabsorption", column="element", value=symbol)[0]
    kev = np.exp(np.array(json.loads(row.log_energy))) / 1000
    jumps = kev[1:][np.diff(kev) == 0]
    return [edge for edge in sorted(set(jumps.tolist())) if FIRST_KEV * 1.001 < edge < LAST_KEV]


def nodes(log_kev, log_value, tolerance):
    """Indices that a chord between neighbours leaves nowhere by more than the tolerance there."""
    kept, open_spans = {0, len(log_kev) - 1}, [(0, len(log_kev) - 1)]
    while open_spans:
        first, last = open_spans.pop()
        chord = np.interp(log_kev[first:last + 1], log_kev[[first, last]], log_value[[first, last]])
        excess = np.abs(chord - log_value[first:last + 1]) / tolerance[first:last + 1]
        worst = first + int(np.argmax(excess))
        if excess.max() > 1 and first < worst < last:
            kept.add(worst)
            open_spans += [(first, worst), (worst, last)]
    return sorted(kept)


def curve(database, symbol, kind):
    """Nodes `keV:cm2/g` of one process; an edge has two nodes of equal energy."""
    jumps = edges(database, symbol) if kind == "photo" else []
    words = []
    for first, last in zip([FIRST_KEV, *jumps], [*jumps, LAST_KEV]):
        inside = np.geomspace(first * (1 + 1e-7), last * (1 - 1e-7), 600)
        log_kev = np.log(inside)
        parts = {of: database.cross_section_elam(symbol, inside * 1000, of) for of in PROCESSES}
        log_value = np.log(parts[kind])
        tolerance = np.minimum(TOLERANCE * sum(parts.values()) / parts[kind], TOLERANCE_OF_PART)
        labels = [f"{kev:.4g}" for kev in inside[nodes(log_kev, log_value, tolerance)]]
        labels[0], labels[-1] = f"{first:.6g}", f"{last:.6g}"
        values = np.exp(np.interp(np.log([float(label) for label in labels]), log_kev, log_value))
        words += [f"{label}:{short(value)}" for label, value in zip(labels, values)]
    return " ".join(words)


def write_xray():
    database = xraydb.get_xraydb()
    lines = ["# mass attenuation, keV:cm2/g, to be interpolated in log-log between nodes; an edge has two nodes of one energy"]
    for z in range(1, HIGHEST_Z_XRAY + 1):
        symbol = periodictable.elements[z].symbol
        lines += [f"{symbol} {name} {curve(database, symbol, kind)}" for kind, name in PROCESSES.items()]
    (HERE / "xray.txt").write_text("\n".join(lines) + "\n")


def tube_row(kv, lines):
    """Photons a keV, cm2 and mAs at 1 m, in bins of 1 keV with centres 1.5, 2.5, … keV."""
    tube = spekpy.Spek(kvp=kv, th=ANODE_DEGREES, dk=1.0, mas=1.0, z=100.0, brem=not lines, char=lines)
    tube.filter("Be", BERYLLIUM_MM)
    kev, fluence = tube.get_spectrum(flu=True, diff=True)
    assert abs(kev[0] - 1.5) < 1e-6 and np.allclose(np.diff(kev), 1)
    last = np.nonzero(fluence > 0)[0][-1] if np.any(fluence > 0) else -1
    return " ".join(short(value) if value > 0 else "0" for value in fluence[:last + 1])


def filter_row(symbol):
    """Mass attenuation as the tube's author uses it, in the centres of the bins."""
    kev = np.arange(1.5, max(TUBE_KV), 1.0)
    values = spekpy.Spek(kvp=90, th=ANODE_DEGREES).mu_data.get_mu_over_rho(
        getattr(periodictable, symbol).number, kev)
    return " ".join(short(value) for value in values)


def write_tube():
    text = ["# photons per keV, cm2 and mAs at 1 m: tungsten, anode angle 25 degrees, 0.2 mm beryllium, no air",
            "# bins of 1 keV, first centre 1.5 keV; `continuum` is bremsstrahlung, `lines` the characteristic radiation",
            "# then mass attenuation of filters, cm2/g, in the same bins"]
    for kind in ("continuum", "lines"):
        text += [f"{kv} {kind} {tube_row(kv, kind == 'lines')}" for kv in TUBE_KV]
    text += [f"{symbol} filter {filter_row(symbol)}" for symbol in FILTERS]
    (HERE / "tube.txt").write_text("\n".join(text) + "\n")


if __name__ == "__main__":
    write_elements()
    write_xray()
    write_tube()
