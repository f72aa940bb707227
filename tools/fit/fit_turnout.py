#!/usr/bin/env python3
"""Fits when voters of a day come from the turn-out of a real election.

    tools/fit/fit_turnout.py DATA_DIR

Prints the shares of an operation (`shares` of a scenario's workload) for equal parts of the day, and
measured beside fitted. Source: Italian general election, 25 September 2022, Chamber: electors and
voters so far at 12:00, 19:00 and 23:00 in 7,904 municipalities; polls opened at 07:00 (Ministry of the
Interior, Eligendo; from onData's repository elezioni-politiche-2022, commit 43844d70).

Within a stretch between two counts the voters are taken as spread evenly: the source says no more.
"""

import sys

from fit_sources import DataError, read_turnout

OPENS = 7
COUNTED_AT = (12, 19, 23)
PER_MILLE = 1000


def hourly_shares(totals):
    """Voters of each hour in per mille of all, from the totals at COUNTED_AT."""
    shares = []
    begin, before = OPENS, 0
    for hour, total in zip(COUNTED_AT, totals):
        each = (total - before) / totals[-1] / (hour - begin)
        shares += [round(PER_MILLE * each)] * (hour - begin)
        begin, before = hour, total
    return shares


def quantile(values, share):
    values = sorted(values)
    return values[min(int(share * len(values)), len(values) - 1)]


def main(arguments):
    if len(arguments) != 1:
        print("usage: tools/fit/fit_turnout.py DATA_DIR", file=sys.stderr)
        return 1
    try:
        places = read_turnout(arguments[0])
    except DataError as error:
        print(f"fit_turnout: {error}", file=sys.stderr)
        return 1
    totals = [sum(counts[i] for _, counts in places) for i in range(len(COUNTED_AT))]
    shares = hourly_shares(totals)
    print(f'"shares": {shares}')
    print(f"{'voters so far':>14} {'all':>7} {'fitted':>7}   of municipalities: p5, median, p95")
    for i, hour in enumerate(COUNTED_AT):
        fitted = sum(shares[: hour - OPENS]) / sum(shares)
        each = [counts[i] / counts[-1] for _, counts in places if counts[-1] > 0]
        spread = ", ".join(f"{100 * quantile(each, q):.1f} %" for q in (0.05, 0.5, 0.95))
        print(f"{'by ' + str(hour) + ':00':>14} {100 * totals[i] / totals[-1]:6.1f}% {100 * fitted:6.1f}%   {spread}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
