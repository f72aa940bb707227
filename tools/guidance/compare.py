#!/usr/bin/env python3
"""tools/guidance/compare.py [--repeats N] [--jobs N] [--set-ups LIST] [--orbsim FILE]

What guidance is worth: planted bugs that seeds in their order seldom find, and how many runs it takes to the first failure
with and without guidance (`orbsim sweep --guided`, and the same with --fresh 100). Each set-up is repeated from several first
seeds; the table shows medians and means, a repeat that found nothing within its limit counting as the limit. Then how
many features and probes the same number of runs showed. It counts runs, not time: the same build prints the same table.
"""
import argparse
import concurrent.futures
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SPARSE = "tests/sim/workflow/sweep/sparse_writes.json"
SOAK = "scenarios/random_fault_soak.json"
LOW = ["--set", "swarm.intensity=low"]
UPSTREAM = ["--set", "profile=upstream"]
# Name: what is looked for (a check, or any failure), the limit of runs, and the arguments of orbsim sweep.
SET_UPS = {
    "lost-votes": ("any", 500, [SPARSE, "--plant", "lost-votes"]),
    "lost-votes, low": ("any", 2500, [SPARSE, "--plant", "lost-votes", *LOW]),
    "brief-locks, low": ("BR-2", 1500, [SPARSE, "--plant", "brief-locks", *LOW]),
    "deaf-to-first-attempts, low": ("TX-1", 500, [SPARSE, "--plant", "deaf-to-first-attempts", *LOW]),
    # Without a swarm; what they are: results/upstream-rules.md.
    "U1": ("BR-3", 240, ["scenarios/pend_commit_interleave.json", *UPSTREAM]),
    "U1, rarer": ("TX-5", 240, ["scenarios/pend_commit_interleave.json", *UPSTREAM]),
    "U2": ("CO-4", 240, ["scenarios/concurrent_creation.json", *UPSTREAM, "--set", "protocol.transactions.cluster_size=4"]),
    "U3": ("TX-1", 240, ["scenarios/reservation_outlives_patience.json", *UPSTREAM]),
    "U4": ("TX-1", 240, ["scenarios/coordinator_crash.json", *UPSTREAM, "--set", "faults[0].nth=3"]),
    "U5": ("BR-2", 240, ["scenarios/sequential_coordinator.json", *UPSTREAM]),
}
COVERED = {"sparse-writes": (1000, [SPARSE]), "random-fault-soak": (300, [SOAK])}
FIRST_RUNS = 15  # Of a sweep that goes on after failures of other checks.
WAYS = {"unguided": ["--fresh", "100"], "guided": []}


class Sweeps:
    def __init__(self, options):
        self.options = options

    def sweep(self, folder, first, runs, arguments):
        """Output and runs of one sweep, in the order of places."""
        command = [self.options.orbsim, "sweep", *arguments, "--guided", "--jobs", "1", "--out", folder,
                   "--seeds", f"{first}..{first + runs - 1}"]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode not in (0, 2, 3, 6):
            raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}: {done.stderr}")
        with open(os.path.join(folder, "runs.jsonl"), encoding="utf-8") as ledger:
            lines = [json.loads(line) for line in ledger]
        return done.stdout, [line for line in lines if "exit" in line]

    def first_failure(self, check, limit, arguments, repeat):
        """The place of the first run that fails so, from 1; the limit when none does."""
        if check == "any":
            arguments = [*arguments, "--fail-fast"]
        with tempfile.TemporaryDirectory() as folder:
            count = limit if check == "any" else min(FIRST_RUNS, limit)
            while True:  # A longer sweep begins with the runs of the shorter one.
                _, runs = self.sweep(folder, 1 + repeat * 1_000_000, count, arguments)
                for place, run in enumerate(runs, 1):
                    if run["exit"] != 0 if check == "any" else check in run["failed"]:
                        return place, True
                if count == limit:
                    return limit, False
                count = min(2 * count, limit)

    def failures(self, name):
        check, limit, arguments = SET_UPS[name]
        jobs = [(way, repeat) for repeat in range(self.options.repeats) for way in WAYS]
        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            found = list(pool.map(lambda job: self.first_failure(check, limit, [*arguments, *WAYS[job[0]]], job[1]),
                                  jobs))
        for way in WAYS:
            places = [place for job, (place, _) in zip(jobs, found) if job[0] == way]
            hits = sum(hit for job, (_, hit) in zip(jobs, found) if job[0] == way)
            yield [name, check, way, f"{statistics.median(places):.0f}", f"{statistics.mean(places):.0f}",
                   f"{hits} of {len(places)}", str(limit)]

    def coverage(self, name):
        count, arguments = COVERED[name]
        for way in WAYS:
            with tempfile.TemporaryDirectory() as folder:
                text, _ = self.sweep(folder, 1, count, [*arguments, *WAYS[way]])
            features = re.search(r"^features +(\d+)", text, re.M).group(1)
            probes = re.search(r"^probes +(\d+)", text, re.M).group(1)
            yield [name, way, str(count), features, probes]


def table(head, rows):
    rows = [head, *rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip(), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--set-ups", default=";".join([*SET_UPS, *COVERED]), help="names, between semicolons")
    parser.add_argument("--orbsim", default=os.path.join(ROOT, "build", "release", "bin", "orbsim"))
    options = parser.parse_args()
    names = options.set_ups.split(";")
    unknown = [name for name in names if name not in SET_UPS and name not in COVERED]
    if unknown:
        print(f"--set-ups: found \"{unknown[0]}\", allowed {'; '.join([*SET_UPS, *COVERED])}", file=sys.stderr)
        return 1
    sweeps = Sweeps(options)
    rows = [row for name in names if name in SET_UPS for row in sweeps.failures(name)]
    if rows:
        table(["bug", "looked for", "", "median", "mean", "found", "limit"], rows)
    rows = [row for name in names if name in COVERED for row in sweeps.coverage(name)]
    if rows:
        table(["scenario", "", "runs", "features", "probes"], rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
