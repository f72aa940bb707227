"""Readers for the measurement files: one function per source, plain Python values out.

Every reader checks shape and range before it returns.  A damaged or missing file ends in a
DataError that says what was read, where, what was found and what is allowed.
"""

import csv
import json
import lzma
import math
import re
import tarfile
from array import array
from pathlib import Path

AZURE_CSV = "latency-azure-regions-2023/azure_p50_rtt_ms_2023-07.csv"
PLANETLAB_DIR = "latency-planetlab490"
PLANETLAB_SLICES = (1, 9, 18)
PLANETLAB_HOSTS = 490
SEATTLE_TAR = "latency-seattle99/Seattle_688x99x99.tar.xz"
SEATTLE_HOSTS = 99
SEATTLE_SLICES = 688
SIMBLOCK_JSON = "regions-simblock/simblock_regions.json"
PKARR_DIR = "churn-mainline-dht-pkarr"
PKARR_RUNS = ("run_128_1", "run_256_1", "run_512", "run_512_2", "run_512_late")
DSN_ONLINE = "churn-bitcoin-dsn/ot10-v.gpd.xz"
DSN_COUNTRIES = "churn-bitcoin-dsn/whois_asn_country_code_all.gp.xz"
TURNOUT_CSV = "election-italy-2022/Politiche2022_Votanti_Varie_Ore_Camera_Italia.csv"
DSN_AGES_S = (60, 3600, 86400, 604800, 2592000)


class DataError(Exception):
    """A measurement file is missing or is not what it should be."""

    def __init__(self, what, where, found, allowed):
        super().__init__(f"{what}\n  where    {where}\n  found    {found}\n  allowed  {allowed}")


def _located(data_dir, relative):
    path = Path(data_dir) / relative
    if not path.is_file():
        raise DataError("a measurement file is missing", path, "no such file",
                        f"a readable file {relative} under the data directory")
    return path


def _text(path):
    """The whole file as text, unpacked when its name ends in .xz."""
    try:
        if path.suffix == ".xz":
            with lzma.open(path, "rt", encoding="utf-8") as stream:
                return stream.read()
        return path.read_text(encoding="utf-8-sig")
    except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise DataError("a measurement file cannot be unpacked", path, str(error),
                        "an undamaged UTF-8 text file (xz-packed if so named)") from error


def _number(text, where, low, high):
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise DataError("a number is malformed or out of range", where, repr(text),
                        f"a decimal between {low} and {high}")
    return value


def read_azure(data_dir):
    """Returns (sites, rtt) with rtt[frozenset({a, b})] in ms, both directions averaged."""
    path = _located(data_dir, AZURE_CSV)
    rows = list(csv.reader(_text(path).splitlines()))
    if not rows or rows[0][:1] != ["source"]:
        raise DataError("the header is wrong", f"{path}:1", rows[:1], "source,<site>,<site>,...")
    columns, seen = rows[0][1:], {}
    for line, row in enumerate(rows[1:], start=2):
        if len(row) != len(rows[0]):
            raise DataError("a row has the wrong length", f"{path}:{line}", len(row), len(rows[0]))
        for column, cell in zip(columns, row[1:]):
            if cell and column != row[0]:
                value = _number(cell, f"{path}:{line} column {column}", 1, 2000)
                seen.setdefault(frozenset((row[0], column)), []).append(value)
    sites = sorted(row[0] for row in rows[1:])
    return sites, {pair: sum(values) / len(values) for pair, values in seen.items()}


def read_turnout(data_dir):
    """Returns (electors, voters so far at 12, 19 and 23 o'clock) of each municipality."""
    path = _located(data_dir, TURNOUT_CSV)
    rows = list(csv.reader(_text(path).splitlines(), delimiter=";"))
    if not rows or rows[0][5:] != ["Elettori", "Ore 12", "Ore 19", "Ore 23"]:
        raise DataError("the header is wrong", f"{path}:1", rows[:1],
                        "five columns of names, then Elettori;Ore 12;Ore 19;Ore 23")
    places = []
    for line, row in enumerate(rows[1:], start=2):
        where = f"{path}:{line}"
        if len(row) != len(rows[0]):
            raise DataError("a row has the wrong length", where, len(row), len(rows[0]))
        electors, *counts = (int(_number(cell, where, 0, 1e8)) for cell in row[5:])
        if not counts[0] <= counts[1] <= counts[2] <= electors:
            raise DataError("a count falls", where, row[5:], "voters by 12 <= by 19 <= by 23 <= electors")
        places.append((electors, counts))
    return places


def read_planetlab(data_dir):
    """Returns one symmetric matrix of RTT in ms for each kept time slice."""
    return [_planetlab_slice(_located(data_dir, f"{PLANETLAB_DIR}/PlanetLabData_{k}.xz"))
            for k in PLANETLAB_SLICES]


def _planetlab_slice(path):
    lines = _text(path).splitlines()
    if len(lines) != PLANETLAB_HOSTS:
        raise DataError("the matrix has the wrong height", path, len(lines), PLANETLAB_HOSTS)
    matrix = []
    for line, text in enumerate(lines, start=1):
        cells = text.split()
        if len(cells) != PLANETLAB_HOSTS:
            raise DataError("a matrix row has the wrong width", f"{path}:{line}", len(cells),
                            PLANETLAB_HOSTS)
        matrix.append([_number(cell, f"{path}:{line}", 0, 60000) for cell in cells])
    return matrix


def read_seattle(data_dir):
    """Returns the slices in time order, each a flat 99 x 99 array of RTT in hundredths of 1 s."""
    path = _located(data_dir, SEATTLE_TAR)
    slices = {}
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                name = re.fullmatch(r"(?:.*/)?SeattleData_(\d+)", member.name)
                if name and member.isfile():
                    text = archive.extractfile(member).read().decode("utf-8")
                    slices[int(name[1])] = _seattle_slice(text, f"{path}:{member.name}")
    except (OSError, EOFError, tarfile.TarError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise DataError("an archive cannot be unpacked", path, str(error),
                        "an undamaged tar.xz of SeattleData_1 .. SeattleData_688") from error
    if sorted(slices) != list(range(1, SEATTLE_SLICES + 1)):
        raise DataError("time slices are missing", path, f"{len(slices)} slices",
                        f"SeattleData_1 .. SeattleData_{SEATTLE_SLICES}, each once")
    return [slices[k] for k in sorted(slices)]


def _seattle_slice(text, where):
    cells = array("H")
    for line, row in enumerate(text.splitlines(), start=1):
        cells.extend(round(100 * _number(cell, f"{where}:{line}", 0, 655)) for cell in row.split())
    if len(cells) != SEATTLE_HOSTS ** 2:
        raise DataError("a slice has the wrong size", where, len(cells), SEATTLE_HOSTS ** 2)
    return cells


def read_simblock(data_dir):
    """Returns the tables as they stand in the JSON file."""
    path = _located(data_dir, SIMBLOCK_JSON)
    try:
        tables = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise DataError("not JSON", f"{path}:{error.lineno}", error.msg,
                        "one JSON object") from error
    if not isinstance(tables, dict):
        raise DataError("not an object", path, type(tables).__name__, "one JSON object")
    regions = tables.get("regions", [])
    wanted = ("latency_ms_2019", "region_share_bitcoin_2019")
    for key in wanted:
        if len(tables.get(key, ())) != len(regions) or not regions:
            raise DataError("a table is missing or short", f"{path} key {key}",
                            len(tables.get(key, ())), f"{len(regions)} entries")
    for key in ("download_bps_2019", "upload_bps_2019"):
        if len(tables.get(key, {}).get("per_region", ())) != len(regions):
            raise DataError("a table is missing or short", f"{path} key {key}.per_region",
                            tables.get(key), f"{len(regions)} entries")
    return tables


def read_pkarr(data_dir):
    """Returns for each run the list of (seconds since publishing, nodes still answering)."""
    runs = {}
    for name in PKARR_RUNS:
        path = _located(data_dir, f"{PKARR_DIR}/{name}.csv")
        rows = list(csv.reader(_text(path).splitlines()))
        if rows[:1] != [["node_count", "timestamp"]] or len(rows) < 10:
            raise DataError("a churn run is damaged", path, f"{len(rows)} rows, header {rows[:1]}",
                            "header node_count,timestamp and at least nine rows")
        points = []
        for line, row in enumerate(rows[1:], start=2):
            if len(row) != 2:
                raise DataError("a row has the wrong length", f"{path}:{line}", len(row), 2)
            points.append((_number(row[1], f"{path}:{line}", 1, 1e8),
                           _number(row[0], f"{path}:{line}", 1, 1e7)))
        runs[name] = points
    return runs


def read_dsn_online(data_dir):
    """Returns {age in s: [share of connections at least that old, one per snapshot]}."""
    path = _located(data_dir, DSN_ONLINE)
    shares = {age: [] for age in DSN_AGES_S}
    for line, text in enumerate(_text(path).splitlines(), start=1):
        cells = text.split()
        ages = tuple(int(cell) for cell in cells[1:11:2] if cell.isdigit())
        if len(cells) != 12 or ages != DSN_AGES_S:
            raise DataError("a snapshot is damaged", f"{path}:{line}", text[:80],
                            f"time, then age and share for {DSN_AGES_S}, then a tag")
        for age, cell in zip(ages, cells[2:12:2]):
            if cell.lstrip("-") != "nan":
                shares[age].append(_number(cell, f"{path}:{line}", 0, 1))
    return shares


def read_dsn_countries(data_dir):
    """Returns {country code: [connected peers, one per snapshot]} of the ten plotted series."""
    path = _located(data_dir, DSN_COUNTRIES)
    series, country = {}, None
    for line, text in enumerate(_text(path).splitlines(), start=1):
        heading = re.fullmatch(r"# ([A-Z]{2})", text)
        if heading:
            country = heading[1]
            series[country] = []
        elif text.strip() == "e":
            country = None
        elif country and text.strip():
            cells = text.split()
            if len(cells) != 2:
                raise DataError("a row is damaged", f"{path}:{line}", text[:80], "time and count")
            series[country].append(_number(cells[1], f"{path}:{line}", 0, 1e7))
    if len(series) != 10 or not all(series.values()):
        raise DataError("country series are missing", path, sorted(series), "ten series")
    return series
