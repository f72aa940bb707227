"""The comparison of fit and measurement: every figure of the decision document comes from here.

The model side is always computed from the rounded parameters that are written, not from the fit's
internal values, so that the tables show what a simulator will do.
"""

import math

from fit_churn import (lognormal_residual, weibull_mean, weibull_median, weibull_residual,
                       weibull_survival)
from fit_jitter import HOME_BIN_MS, HUMP, WIRED_BIN_MS
from fit_latency import REGIONS, completion_errors, composed_rtt, site_pairs
from fit_population import bandwidth, dsn_shares, permille, simblock_shares
from fit_report import plot, table, versus
from fit_stats import histogram_quantile, median, quantile, sum_of_two, weighted_quantile

LEVELS = {"median": 0.5, "p95": 0.95, "p99": 0.99}
WIDE_LEVELS = {"p5": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95, "p99": 0.99}
HOUR_S = 3600.0
AGE_NAMES = {60: "60 s", 3600: "1 h", 86400: "1 day", 604800: "7 days", 2592000: "30 days"}


def at_levels(values, levels):
    ordered = sorted(values)
    return [quantile(ordered, p) for p in levels.values()]


def written(world):
    """The written delays back in ms."""
    base = [[value / 1000 for value in row] for row in world["one_way_us"]]
    return base, [value / 1000 for value in world["access_us"]]


def azure_table(fit, world):
    """Measured site pairs against the base RTT of their regions, by distance class."""
    base, _ = written(world)
    groups = {"all measured pairs": ([], []), "inside one region": ([], []),
              "between regions": ([], [])}
    errors = []
    rtt = fit["latency"]["rtt"]
    for r, first in enumerate(REGIONS):
        for s, second in enumerate(REGIONS[:r + 1]):
            for pair in site_pairs(first, second):
                if pair not in rtt:
                    continue
                kind = "inside one region" if r == s else "between regions"
                for name in (kind, "all measured pairs"):
                    groups[name][0].append(rtt[pair])
                    groups[name][1].append(2 * base[r][s])
                if r != s:
                    errors.append(abs(2 * base[r][s] / rtt[pair] - 1))
    rows = [(f"{name} ({len(values[0])})", at_levels(values[0], LEVELS),
             at_levels(values[1], LEVELS)) for name, values in groups.items()]
    rows.append(("weighted by peer shares, with completed pairs",) + peer_weighted(fit, base))
    errors.sort()
    note = (f"Relative error of single site pairs between regions: median "
            f"{quantile(errors, 0.5):.1%}, p95 {quantile(errors, 0.95):.1%}, "
            f"p99 {quantile(errors, 0.99):.1%}.\n")
    return versus("Azure RTT, base without access", LEVELS, rows, "ms") + "\n" + note


def peer_weighted(fit, base):
    """The same comparison as peers meet it: a region pair weighs by the product of its shares."""
    measured, modelled = [], []
    for r, first in enumerate(REGIONS):
        for s, second in enumerate(REGIONS):
            weight = fit["shares"][r] * fit["shares"][s]
            pairs = site_pairs(first, second)
            modelled.append((2 * base[r][s], weight))
            measured += [(fit["latency"]["full"][pair], weight / len(pairs)) for pair in pairs]
            if not pairs:  # One site only: nothing inside the region to compare with.
                measured.append((2 * base[r][s], weight))
    return tuple([weighted_quantile(values, p) for p in LEVELS.values()]
                 for values in (measured, modelled))


def completion_table(fit):
    latency = fit["latency"]
    errors = completion_errors(latency["sites"], latency["rtt"])
    rows = []
    for low, high in ((0, 30), (30, 100), (100, 200), (200, 1000)):
        ratios = sorted(guess / known for known, guess in errors if low <= known < high)
        rows.append([f"{low}..{high}", str(len(ratios))]
                    + [f"{quantile(ratios, p):.2f}" for p in (0.1, 0.5, 0.9)])
    note = (f"\nMeasured site pairs: {len(latency['rtt'])}; completed: "
            f"{len(latency['estimated'])}.\n")
    return table("Landmark completion tried on measured pairs (estimate / measured)",
                 ["RTT ms", "pairs", "p10", "median", "p90"], rows) + note


def region_table(fit):
    """Where the base of each region pair comes from and what PlanetLab has there."""
    latency = fit["latency"]
    matrix, placed = latency["matrix"], latency["placed"]
    hosts = [[i for i, region in enumerate(placed) if region == r] for r in range(len(REGIONS))]
    rows = []
    for r, first in enumerate(REGIONS):
        for s, second in enumerate(REGIONS[:r + 1]):
            pairs = site_pairs(first, second)
            known = sum(pair in latency["rtt"] for pair in pairs)
            values = [matrix[i][j] for i in hosts[r] for j in hosts[s] if i != j]
            rows.append([f"{second} - {first}", f"{known}/{len(pairs)}",
                         f"{2 * latency['base'][r][s]:.0f}",
                         f"{median(values):.0f}" if values else "-"])
    return table("Region pairs", ["pair", "site pairs measured / all", "base RTT ms",
                                  "PlanetLab median RTT ms"], rows)


def planetlab_table(fit, world):
    latency = fit["latency"]
    base, access = written(world)
    model = composed_rtt(base, latency["weights"], access, WIDE_LEVELS.values())
    shares = [share / 1000 for share in permille(fit["shares"])]
    peers = composed_rtt(base, shares, access, WIDE_LEVELS.values())
    rows = [("PlanetLab490 weights", at_levels(latency["everything"], WIDE_LEVELS), model)]
    counts = ", ".join(f"{name} {latency['placed'].count(r)}" for r, name in enumerate(REGIONS))
    scale, power, cap = latency["bend"]
    known = at_levels(latency["everything"], WIDE_LEVELS)
    worst = max(abs(have / want - 1) for have, want in zip(model, known))
    return (versus("All-pairs RTT of the composed model", WIDE_LEVELS, rows, "ms")
            + f"\nHosts placed: {counts}.  Path stretch while placing: {latency['stretch']}.  "
            + f"Bend of the access table: scale {scale:.3f}, power {power:.2f}, cap {cap:.1f} ms."
            + f"  Largest error of the six quantiles: {worst:.1%}.\n"
            + "Raw host excess (ms, before the bend): " + _levels_text(latency["raw"]) + ".\n"
            + "Access (ms, written): " + _levels_text(access) + ".\n"
            + "With the peer shares instead (ms): " + ", ".join(
                f"{name} {value:.0f}" for name, value in zip(WIDE_LEVELS, peers)) + ".\n")


def _levels_text(values):
    return ", ".join(f"{name} {quantile(values, p):.1f}"
                     for name, p in {"median": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95,
                                     "p99": 0.99}.items())


def jitter_tables(fit, world):
    levels = {"p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95, "p99": 0.99,
              "p99.9": 0.999}
    rows = []
    for title, name, counts, bin_ms in (
            ("home (Seattle99)", "home", fit["jitter"]["home_counts"], HOME_BIN_MS),
            ("datacentre (PlanetLab)", "datacentre", fit["jitter"]["wired_counts"],
             WIRED_BIN_MS)):
        draws = [value / 1000 for value in world["jitter"][name]["quantiles_us"]]
        rows.append((title, [bin_ms * histogram_quantile(counts, p) for p in levels.values()],
                     at_levels(sum_of_two(draws), levels)))
    resting = fit["jitter"]["resting"]
    hump = sum(count for value, count in fit["jitter"]["home_counts"].items() if value in HUMP)
    total = sum(fit["jitter"]["home_counts"].values())
    home = [value / 1000 for value in world["jitter"]["home"]["quantiles_us"]]
    return (versus("RTT above the pair's resting value: measured, and two draws of the table",
                   levels, rows, "ms", 1)
            + "\nOne-way home jitter (ms): " + _levels_text(home)
            + f", top entry {home[-1]:.0f}.\nResting RTT of Seattle pairs (ms): "
            + ", ".join(f"{name} {value:.0f}" for name, value in
                        zip(LEVELS, at_levels(resting, LEVELS)))
            + f".  A value is held for {fit['jitter']['hold']:.1f} slices on average.  "
            + f"Share of samples 100 to 450 ms above rest: {hump / total:.1%}; by measuring host "
            + ", ".join(f"{name} {quantile(fit['jitter']['humps'], p):.1%}" for name, p in
                        {"p5": 0.05, "median": 0.5, "p95": 0.95}.items()) + ".\n")


def session_of(world):
    session = world["churn"]["session"]
    return float(session["shape"]), float(session["scale"][:-1])


def churn_tables(fit, world):
    shape, scale = session_of(world)
    rows = []
    for name, points in fit["runs"].items():
        count = fit["churn"]["session_weibull"]["counts"][name]
        chosen = [points[0], points[len(points) // 4], points[len(points) // 2], points[-1]]
        rows.append([name] + [f"{t / HOUR_S:.1f} h: {n / count:.3f} / "
                              f"{weibull_residual(shape, scale, t):.3f}" for t, n in chosen])
    text = table("Mainline DHT, share still answering: measured / model",
                 ["run", "first point", "a quarter", "half", "last point"], rows)
    errors = sorted(abs(n / fit["churn"]["session_weibull"]["counts"][name]
                        - weibull_residual(shape, scale, t))
                    for name, points in fit["runs"].items() for t, n in points)
    text += (f"\nAbsolute error of the share over all {len(errors)} points: median "
             f"{quantile(errors, 0.5):.3f}, p95 {quantile(errors, 0.95):.3f}, "
             f"p99 {quantile(errors, 0.99):.3f}.\n\n")
    text += law_table(fit["churn"]) + "\n"
    rows = [[name, f"{law['first']:.3f}", f"{law['second']:.0f}",
             f"{weibull_mean(law['first'], law['second']) / HOUR_S:.2f}", f"{law['r2']:.5f}"]
            for name, law in fit["alone"].items()]
    text += table("Weibull sessions fitted to one run alone",
                  ["run", "shape", "scale s", "mean h", "R2"], rows) + "\n"
    servers = fit["servers"]
    rows = [[AGE_NAMES[age], f"{share:.3f}", f"{weibull_residual(shape, scale, age):.3f}",
             f"{weibull_residual(*servers, age):.3f}"] for age, share in fit["online"].items()]
    text += table("Bitcoin connections at least this old (KIT DSN): measured and models",
                  ["age", "measured", "fitted sessions", "refit to these five"], rows)
    return text + (f"\nThe refit has shape {servers[0]:.3f}, scale {servers[1]:.0f} s, mean "
                   f"{weibull_mean(*servers) / HOUR_S:.1f} h (not written to the file).\n")


def law_table(churn):
    rows = []
    for name, law in churn.items():
        first, second = law["first"], law["second"]
        if name == "session_lognormal":
            mean, middle = math.exp(first + second ** 2 / 2), math.exp(first)
            what = f"median {middle:.0f} s, sigma {second:.3f}"
        else:
            mean, middle = weibull_mean(first, second), weibull_median(first, second)
            what = f"shape {first:.3f}, scale {second:.0f} s"
        rows.append([name, what, f"{middle / HOUR_S:.2f}", f"{mean / HOUR_S:.2f}",
                     f"{law['r2']:.5f}"])
    return table("Laws fitted to the Mainline runs",
                 ["law", "parameters", "median h", "mean h", "R2"], rows)


def population_tables(fit, world):
    shares = simblock_shares(fit["simblock"])
    joint = sum(shares[name] for name in ("NORTH_AMERICA", "EUROPE", "AUSTRALIA"))
    second = dsn_shares(fit["countries"], joint)
    rows = [[name, f"{share:.1%}", f"{second[name]:.1%}" if name in second else "-"]
            for name, share in shares.items()]
    text = table("Peer shares by source", ["SimBlock region", "SimBlock 2019",
                                           "DSN 2025, same joint share"], rows) + "\n"
    down, up = bandwidth(fit["simblock"], "download_bps_2019"), fit["up"]
    rows = [[region["name"], region["share"], f"{d / 1e6:.2f}", region["down"], f"{u / 1e6:.2f}",
             region["up"]] for region, d, u in zip(world["regions"], down, up)]
    return text + table("Regions as written", ["region", "share", "SimBlock down Mbit/s", "down",
                                               "SimBlock up Mbit/s", "up"], rows)


def simblock_table(fit):
    """Shows that SimBlock's latencies are of the size of round trips, not of one-way delays."""
    names = {"NORTH_AMERICA": "north_america_east", "EUROPE": "europe",
             "SOUTH_AMERICA": "south_america", "AUSTRALIA": "oceania", "JAPAN": "east_asia"}
    base, rows = fit["latency"]["base"], []
    regions = fit["simblock"]["regions"]
    for first, second in (("NORTH_AMERICA", "EUROPE"), ("NORTH_AMERICA", "SOUTH_AMERICA"),
                          ("EUROPE", "JAPAN"), ("EUROPE", "AUSTRALIA"), ("JAPAN", "AUSTRALIA")):
        known = fit["simblock"]["latency_ms_2019"][regions.index(first)][regions.index(second)]
        ours = base[REGIONS.index(names[first])][REGIONS.index(names[second])]
        rows.append([f"{first} - {second}", str(known), f"{2 * ours:.0f}", f"{ours:.0f}"])
    return table("SimBlock 2019 latency beside Azure",
                 ["pair", "SimBlock ms", "Azure RTT ms", "Azure one-way ms"], rows)


def report(fit, world):
    """{file name: text} of the report directory."""
    tables = [azure_table(fit, world), completion_table(fit), simblock_table(fit),
              region_table(fit), planetlab_table(fit, world), jitter_tables(fit, world),
              churn_tables(fit, world), population_tables(fit, world)]
    text = "# Network fit: measured and model\n\nWritten by tools/fit/fit_world.py.\n\n"
    return {"network_fit.md": text + "\n".join(tables), "network_rtt.svg": rtt_plot(fit, world),
            "network_home_jitter.svg": jitter_plot(fit, world),
            "network_churn.svg": churn_plot(fit, world)}


def _steps(count=100):
    return [(i + 0.5) / count for i in range(count)]


def rtt_plot(fit, world):
    base, access = written(world)
    levels = _steps()
    model = composed_rtt(base, fit["latency"]["weights"], access, levels)
    known = [quantile(fit["latency"]["everything"], p) for p in levels]
    return plot("All-pairs round trip: PlanetLab490 and the composed model", "ms",
                "share of pairs below",
                [("PlanetLab490", list(zip(known, levels))), ("model", list(zip(model, levels)))],
                [(x, str(x)) for x in range(0, 501, 100)],
                [(y / 4, f"{25 * y}%") for y in range(5)])


def jitter_plot(fit, world):
    levels = _steps()
    draws = [value / 1000 for value in world["jitter"]["home"]["quantiles_us"]]
    sums = sum_of_two(draws)
    counts = fit["jitter"]["home_counts"]
    known = [math.log10(max(1, HOME_BIN_MS * histogram_quantile(counts, p))) for p in levels]
    model = [math.log10(max(1, quantile(sums, p))) for p in levels]
    return plot("Home jitter: round trip above the pair's resting value", "ms (log)",
                "share of samples below",
                [("Seattle99", list(zip(known, levels))),
                 ("two draws of the table", list(zip(model, levels)))],
                [(x, str(10 ** x)) for x in range(5)], [(y / 4, f"{25 * y}%") for y in range(5)])


def churn_plot(fit, world):
    shape, scale = session_of(world)
    hours = [10 ** (-2 + 5 * p) for p in _steps()]
    points = sorted((math.log10(t / HOUR_S), n / fit["churn"]["session_weibull"]["counts"][name])
                    for name, run in fit["runs"].items() for t, n in run)
    ages = [(math.log10(age / HOUR_S), share) for age, share in fit["online"].items()]
    curves = [("Mainline runs", points),
              ("model, peers found on-line",
               [(math.log10(h), weibull_residual(shape, scale, h * HOUR_S)) for h in hours]),
              ("Bitcoin connections (DSN)", ages),
              ("model, arriving sessions",
               [(math.log10(h), weibull_survival(shape, scale, h * HOUR_S)) for h in hours])]
    return plot("Churn: share still on-line", "hours (log)", "share", curves,
                [(x, f"{10.0 ** x:g}") for x in range(-2, 4)],
                [(y / 4, f"{25 * y}%") for y in range(5)], legend="start")
