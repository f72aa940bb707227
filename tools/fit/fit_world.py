#!/usr/bin/env python3
"""Fits the network parameters of the worldwide scenarios from public measurements.

Reads the measurement files under DATA_DIR, writes one parameter file (integers and strings with
units, no measurement) and a report with tables and pictures.  The same input gives the same bytes.
How and how well: docs/decisions/0004-fitted-network-parameters.md.
"""

import argparse
import json
import math
import sys
from pathlib import Path

import fit_churn
import fit_compare
import fit_jitter
import fit_latency
import fit_population
import fit_sources
from fit_stats import median, quantile, table_from

SOURCES = [
    "Azure network round-trip latency statistics, July 2023 (Microsoft, CC BY 4.0)",
    "PlanetLab 490 hosts, all-pairs RTT (Zhu, Liu, Niu, Li, Zhao 2017, MIT)",
    "Seattle 99 personal devices, RTT over 688 slices (Zhu, Liu, Niu, Li, Zhao 2017, MIT)",
    "pkarr-churn, Mainline DHT node decay (MIT)",
    "KIT DSN Bitcoin monitoring, connection ages and countries (KIT DSN, CC BY 4.0)",
    "SimBlock region tables (Distributed Systems Group, Tokyo Tech, Apache-2.0)",
]
ABOUT = ("Eight world regions fitted from measurements by tools/fit/fit_world.py. "
         "One-way delay = one_way_us[a][b] + access(a) + access(b) + jitter. "
         "Tables of 65 entries are quantiles at i/64, interpolated linearly.")
BASE_LEVEL = 0.5       # Median over the site pairs of two regions.
GAP_SHAPE = "1.000"    # No data: memoryless, and as long on average as a session.


def fit_latencies(azure, simblock, planetlab, shares):
    sites, rtt = azure
    missing = sorted({site for named in fit_latency.SITES.values() for site in named} - set(sites))
    if missing:
        raise fit_sources.DataError("sites are missing", fit_sources.AZURE_CSV, sites,
                                    f"a row for each of {missing} too")
    full, estimated = fit_latency.complete(sites, rtt)
    # Azure has one site in South America.  SimBlock's table has the region's inner value; its
    # numbers agree with round trips, not with one-way delays (see the report).
    lone = float(simblock["latency_ms_2019"][2][2])
    base = fit_latency.base_table(full, BASE_LEVEL, lone)
    hosts = range(len(planetlab[0]))
    matrix = [[median([time_slice[i][j] for time_slice in planetlab]) for j in hosts]
              for i in hosts]
    placed, stretch = fit_latency.place_hosts(matrix, base, shares)
    weights = [placed.count(r) / len(placed) for r in range(len(base))]
    excess = sorted(fit_latency.host_access(matrix, placed, base))
    raw = table_from(lambda p: quantile(excess, p))
    everything = sorted(matrix[i][j] for i in hosts for j in range(i))
    measured = [quantile(everything, p) for p in fit_latency.FIT_LEVELS]
    access, bend = fit_latency.fit_access(raw, base, weights, measured)
    return {"sites": sites, "rtt": rtt, "full": full, "estimated": estimated, "base": base,
            "matrix": matrix, "placed": placed, "stretch": stretch, "weights": weights,
            "everything": everything, "raw": raw, "access": access, "bend": bend}


def fit_jitters(seattle, planetlab):
    home, resting, hold, humps = fit_jitter.home_deviations(seattle)
    wired = fit_jitter.wired_deviations(planetlab)
    return {"home_counts": home, "resting": resting, "hold": hold, "humps": humps,
            "wired_counts": wired,
            "home": fit_jitter.jitter_table(home, fit_jitter.HOME_BINS, fit_jitter.HOME_BIN_MS),
            "wired": fit_jitter.jitter_table(wired, fit_jitter.WIRED_BINS,
                                             fit_jitter.WIRED_BIN_MS)}


def fit_everything(data_dir):
    """Reads and fits; writes nothing, so that a damaged file leaves no half result."""
    simblock = fit_sources.read_simblock(data_dir)
    planetlab = fit_sources.read_planetlab(data_dir)
    countries = fit_sources.read_dsn_countries(data_dir)
    runs = fit_sources.read_pkarr(data_dir)
    shares = fit_population.eight_shares(simblock, countries)
    online = fit_churn.clean_shares(fit_sources.read_dsn_online(data_dir))
    return {"simblock": simblock, "countries": countries, "runs": runs, "online": online,
            "shares": shares,
            "latency": fit_latencies(fit_sources.read_azure(data_dir), simblock, planetlab,
                                     shares),
            "jitter": fit_jitters(fit_sources.read_seattle(data_dir), planetlab),
            "churn": fit_churn.fit_churn(runs),
            "alone": {name: fit_churn.fit_churn({name: points})["session_weibull"]
                      for name, points in runs.items()},
            "servers": fit_churn.fit_ages(online),
            "up": fit_population.bandwidth(simblock, "upload_bps_2019"),
            "down": fit_population.bandwidth(simblock, "download_bps_2019")}


def microseconds(table_ms, least=0):
    return [max(least, round(1000 * value)) for value in table_ms]


def megabits(bits_per_s):
    return f"{round(bits_per_s / 1e6, 1):g}Mbit/s"


def parameters(fit):
    """The parameter file as a dictionary: rounding happens here and nowhere else."""
    regions = [{"name": name, "share": f"{share // 10}.{share % 10}%", "up": megabits(up),
                "down": megabits(down)}
               for name, share, up, down in zip(fit_latency.REGIONS,
                                                fit_population.permille(fit["shares"]),
                                                fit["up"], fit["down"])]
    session = fit["churn"]["session_weibull"]
    gap_s = fit_churn.weibull_mean(session["first"], session["second"])
    return {
        "schema": 1, "about": ABOUT, "sources": SOURCES, "regions": regions,
        "one_way_us": [microseconds(row, fit_latency.ONE_WAY_MIN_US)
                       for row in fit["latency"]["base"]],
        "access_us": microseconds(fit["latency"]["access"]),
        "jitter": {"home": {"quantiles_us": microseconds(fit["jitter"]["home"])},
                   "datacentre": {"quantiles_us": microseconds(fit["jitter"]["wired"])}},
        "churn": {"session": {"distribution": "weibull", "shape": f"{session['first']:.3f}",
                              "scale": f"{round(session['second'])}s"},
                  "gap": {"distribution": "weibull", "shape": GAP_SHAPE,
                          "scale": f"{round(gap_s)}s"}}}


def to_text(world):
    """JSON with one line per row of numbers: diffs stay readable and the order is fixed."""
    rows = []

    def short(value):
        rows.append(json.dumps(value))
        return f"@row{len(rows) - 1}@"

    shown = dict(world)
    shown["regions"] = [short(region) for region in world["regions"]]
    shown["one_way_us"] = [short(row) for row in world["one_way_us"]]
    shown["access_us"] = short(world["access_us"])
    shown["jitter"] = {name: short(value) for name, value in world["jitter"].items()}
    shown["churn"] = {name: short(value) for name, value in world["churn"].items()}
    text = json.dumps(shown, indent=2)
    for index, row in enumerate(rows):
        text = text.replace(f'"@row{index}@"', row)
    return text + "\n"


def check(world):
    """What the loader demands, so that a bad fit stops here with a reason."""
    problems = []
    tenths = sum(round(10 * float(region["share"][:-1])) for region in world["regions"])
    if tenths != 1000:
        problems.append(f"shares sum to {tenths / 10}%, must be 100.0%")
    matrix = world["one_way_us"]
    if any(matrix[i][j] != matrix[j][i] for i in range(8) for j in range(8)):
        problems.append("one_way_us is not symmetric")
    tables = {"access_us": world["access_us"]}
    tables.update((f"jitter.{name}", value["quantiles_us"])
                  for name, value in world["jitter"].items())
    for name, values in tables.items():
        if len(values) != 65 or values != sorted(values) or values[0] < 0:
            problems.append(f"{name} is not 65 nondecreasing integers from 0")
    if float(world["churn"]["session"]["shape"]) <= 0 or not math.isfinite(sum(matrix[0])):
        problems.append("a fit did not converge")
    return problems


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data_dir", type=Path, metavar="DATA_DIR",
                        help="directory that holds the measurement folders")
    parser.add_argument("--out", type=Path, required=True, help="parameter file to write")
    parser.add_argument("--report", type=Path, help="directory for tables and pictures")
    options = parser.parse_args(arguments)
    try:
        fit = fit_everything(options.data_dir)
    except fit_sources.DataError as error:
        print(f"fit_world: {error}", file=sys.stderr)
        return 1
    world = parameters(fit)
    problems = check(world)
    if problems:
        print("fit_world: " + "; ".join(problems), file=sys.stderr)
        return 1
    files = {options.out: to_text(world)}
    if options.report:
        for name, text in fit_compare.report(fit, world).items():
            files[options.report / name] = text
    return write_all(files)


def write_all(files):
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            print(f"fit_world: cannot write {path}: {error.strerror}", file=sys.stderr)
            return 1
        print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
