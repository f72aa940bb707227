"""One-way delays between eight regions and the per-peer access delay that spreads them.

Model: one_way(a, b) = base[region a][region b] + access(a) + access(b).  The base comes from
data-centre round trips (Azure), the access table from all-pairs round trips of hosts (PlanetLab).
"""

import math

from fit_stats import expand, median, minimise, monotone, quantile

REGIONS = ("north_america_east", "north_america_west", "south_america", "europe",
           "africa_middle_east", "south_asia", "east_asia", "oceania")
SITES = {
    "north_america_east": ("Canada Central", "Canada East", "Central US", "East US", "East US 2",
                           "North Central US", "South Central US"),
    "north_america_west": ("West Central US", "West US", "West US 2", "West US 3"),
    "south_america": ("Brazil South",),
    "europe": ("France Central", "France South", "Germany North", "Germany West Central",
               "North Europe", "Norway East", "Norway West", "Sweden Central",
               "Switzerland North", "Switzerland West", "UK South", "UK West", "West Europe"),
    "africa_middle_east": ("Qatar Central", "South Africa North", "South Africa West",
                           "UAE Central", "UAE North"),
    "south_asia": ("Central India", "South India", "Southeast Asia", "West India"),
    "east_asia": ("East Asia", "Japan East", "Japan West", "Korea Central", "Korea South"),
    "oceania": ("Australia Central", "Australia Central 2", "Australia East",
                "Australia Southeast"),
}
ONE_WAY_MIN_US = 1000
CLUSTERS = 12
NEAR_MS = 10.0  # Added before taking ratios, so that pairs of a few ms do not dominate a cost.
STRETCHES = (1.0, 1.1, 1.2, 1.3, 1.4, 1.5)
ENDS_MS = 5.0   # Access of both ends, one way, while hosts are being placed.
PRIOR_WEIGHT = 0.05  # Against a mean mismatch of about 0.25 for each pair of hosts.
FIT_LEVELS = (0.05, 0.25, 0.50, 0.75, 0.95, 0.99)
FIT_WEIGHTS = (0.5, 0.5, 2.0, 1.0, 2.0, 2.0)


def landmark_estimate(rtt, a, b):
    """RTT of a pair that was not measured: the largest |rtt(a, c) - rtt(b, c)| over third sites c.

    The triangle inequality makes each difference a lower bound; with twenty-odd landmarks around
    the world the largest one is close to the truth (checked on the measured pairs).
    """
    differences = []
    landmarks = {site for pair in rtt if a in pair or b in pair for site in pair} - {a, b}
    for c in landmarks:
        to_a, to_b = rtt.get(frozenset((a, c))), rtt.get(frozenset((b, c)))
        if to_a is not None and to_b is not None:
            differences.append(abs(to_a - to_b))
    return max(differences) if differences else None


def complete(sites, rtt):
    """All pairs: measured where possible, else the landmark estimate.  Returns (all, estimated)."""
    full, estimated = dict(rtt), set()
    for i, a in enumerate(sites):
        for b in sites[:i]:
            pair = frozenset((a, b))
            if pair not in full:
                guess = landmark_estimate(rtt, a, b)
                if guess is not None:
                    full[pair] = max(guess, 1.0)
                    estimated.add(pair)
    return full, estimated


def completion_errors(sites, rtt):
    """(measured, estimated) for every measured pair, as if that pair had not been measured."""
    result = []
    for i, a in enumerate(sites):
        for b in sites[:i]:
            known = rtt.get(frozenset((a, b)))
            if known is not None:
                result.append((known, landmark_estimate(rtt, a, b)))
    return result


def site_pairs(first, second):
    """Distinct pairs of sites, one in each region (or both in the same one)."""
    pairs = {frozenset((a, b)) for a in SITES[first] for b in SITES[second] if a != b}
    return sorted(pairs, key=sorted)


def base_table(full, level, lone_region_ms):
    """Symmetric one-way ms: the given quantile over the site pairs of each region pair, halved.

    A region with one site has no inner pair; lone_region_ms is its inner round trip.
    """
    table = []
    for first in REGIONS:
        row = []
        for second in REGIONS:
            values = sorted(full[pair] for pair in site_pairs(first, second) if pair in full)
            row.append((quantile(values, level) if values else lone_region_ms) / 2)
        table.append(row)
    return table


def cluster(matrix, count):
    """Greedy k-medoids: which of count groups each host belongs to."""
    hosts = range(len(matrix))
    medoids = [min(hosts, key=lambda i: sum(matrix[i]))]
    while len(medoids) < count:
        nearest = [min(matrix[i][m] for m in medoids) for i in hosts]
        medoids.append(min((c for c in hosts if c not in medoids),
                           key=lambda c: sum(map(min, matrix[c], nearest))))
    for _ in range(10):
        groups = [min(range(count), key=lambda k: matrix[i][medoids[k]]) for i in hosts]
        moved = []
        for k in range(count):
            members = [i for i in hosts if groups[i] == k]
            moved.append(min(members, key=lambda c: sum(matrix[i][c] for i in members)))
        if moved == medoids:
            break
        medoids = moved
    return groups


def group_medians(matrix, groups, count):
    """Median RTT between every two groups of hosts; None inside a group of one."""
    result = [[None] * count for _ in range(count)]
    members = [[i for i, group in enumerate(groups) if group == k] for k in range(count)]
    for k in range(count):
        for m in range(k + 1):
            values = [matrix[i][j] for i in members[k] for j in members[m] if i != j]
            result[k][m] = result[m][k] = median(values) if values else None
    return result


def mismatch(measured_ms, one_way_ms):
    """How far apart a measured RTT and a region pair are, as a ratio >= 1 minus 1."""
    x, y = measured_ms + NEAR_MS, 2 * one_way_ms + NEAR_MS
    return max(x, y) / min(x, y) - 1


def place_groups(between, sizes, base, shares):
    """Which region each group of hosts most likely is in: coordinate descent, many starts.

    Nothing in the data names a place; only the pattern of distances does.  Two patterns can be
    nearly alike with the continents exchanged, so a weak prior prefers regions with many peers.
    Returns the cost and one region index per group.
    """
    count, choices = len(sizes), range(len(base))
    prior = [PRIOR_WEIGHT * sum(sizes) * math.log(1 / share) for share in shares]

    def cost_of(k, region, places):
        inner = between[k][k]
        own = sizes[k] ** 2 * mismatch(inner, base[region][region]) if inner is not None else 0.0
        own += sizes[k] * prior[region]
        return own + sum(sizes[k] * sizes[m] * mismatch(between[k][m], base[region][places[m]])
                         for m in range(count) if m != k and places[m] is not None)

    largest = sorted(range(count), key=lambda k: -sizes[k])
    best = None
    for start in range(len(base) ** 2):
        places = [None] * count
        places[largest[0]], places[largest[1]] = divmod(start, len(base))
        for _ in range(8):
            before = list(places)
            for k in largest if None not in places else largest[2:] + largest[:2]:
                places[k] = min(choices, key=lambda r: cost_of(k, r, places))
            if places == before:
                break
        cost = sum(cost_of(k, places[k], places) for k in range(count))
        if best is None or cost < best[0]:
            best = (cost, places)
    return best


def place_hosts(matrix, base, shares):
    """Returns (region index of every host, path stretch that explains the distances best).

    Hosts are slower than data centres, so the base is stretched before the patterns are compared;
    without it the search puts the groups into the wrong continents.
    """
    groups = cluster(matrix, CLUSTERS)
    sizes = [groups.count(k) for k in range(CLUSTERS)]
    between = group_medians(matrix, groups, CLUSTERS)
    best = None
    for stretch in STRETCHES:
        slower = [[stretch * one_way + ENDS_MS for one_way in row] for row in base]
        cost, places = place_groups(between, sizes, slower, shares)
        if best is None or cost < best[0]:
            best = (cost, stretch, places)
    return [best[2][group] for group in groups], best[1]


def host_access(matrix, placed, base):
    """One-way access ms per host: the median excess over base and the other end's access."""
    hosts = range(len(matrix))
    access = [0.0] * len(matrix)
    for _ in range(8):
        for i in hosts:
            row, bases = matrix[i], base[placed[i]]
            excess = median([row[j] / 2 - bases[placed[j]] - access[j] for j in hosts if j != i])
            access[i] = max(0.0, excess)
    return access


def fit_access(raw_table, base, weights, measured):
    """Bends the table of raw host excesses until the composed RTT has the measured quantiles.

    The raw excess is a median over all partners, so it misses the pair-to-pair part; on the other
    hand the excesses of two ends add up.  Three parameters correct this: scale, power and cap.
    Returns (table in ms, (scale, power, cap in ms)).
    """
    centre = max(1.0, raw_table[len(raw_table) // 2])

    def bent(logs):
        scale, power, cap = (math.exp(value) for value in logs)
        return [min(cap, scale * centre * (value / centre) ** power) for value in raw_table]

    def error(logs):
        modelled = composed_rtt(base, weights, bent(logs), FIT_LEVELS, bin_ms=0.5)
        return sum(weight * math.log(have / want) ** 2
                   for weight, have, want in zip(FIT_WEIGHTS, modelled, measured))

    logs, _ = minimise(error, [0.0, 0.0, math.log(100.0)], rounds=120)
    return monotone(bent(logs)), tuple(math.exp(value) for value in logs)


def composed_rtt(base, weights, access_table, quantiles, bin_ms=0.25):
    """Quantiles of the model's all-pairs RTT when regions have these weights; no sampling.

    Two access delays are added once as a histogram, which is then shifted by every region pair.
    """
    draws = expand(access_table, 4)
    sums = {}
    for first in draws:
        for second in draws:
            key = int(2 * (first + second) / bin_ms)
            sums[key] = sums.get(key, 0) + 1
    total = {}
    for r, row in enumerate(base):
        for s, one_way in enumerate(row):
            weight = weights[r] * weights[s]
            shift = int(2 * one_way / bin_ms)
            if weight:
                for key, count in sums.items():
                    total[key + shift] = total.get(key + shift, 0.0) + weight * count
    return _levels(total, quantiles, bin_ms)


def _levels(counts, quantiles, bin_ms):
    everything, passed, result = sum(counts.values()), 0.0, []
    keys = iter(sorted(counts))
    key = next(keys)
    for p in sorted(quantiles):
        while passed + counts[key] < p * everything:
            passed += counts[key]
            key = next(keys)
        result.append((key + 0.5) * bin_ms)
    return result
