"""Small statistics on plain lists: quantiles, quantile tables, sums of draws, a minimiser.

Tables have 65 entries; entry i is the quantile at i/64 and readers interpolate linearly.
"""

import math

TABLE_STEPS = 64
SUBSTEPS = 8  # Points per table interval when a table is expanded to equally likely values.


def quantile(ordered, p):
    """The p-quantile of an ascending list, linear between neighbours."""
    if not ordered:
        raise ValueError("quantile of an empty list")
    position = p * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def median(values):
    return quantile(sorted(values), 0.5)


def weighted_quantile(weighted, p):
    """The p-quantile of [(value, weight)], without interpolation."""
    ordered = sorted(weighted)
    wanted = p * sum(weight for _, weight in ordered)
    for value, weight in ordered:
        wanted -= weight
        if wanted <= 0:
            return value
    return ordered[-1][0]


def histogram_quantile(counts, p, half_width=0.5):
    """The p-quantile of {integer value: count}; a value v stands for v +- half_width, >= 0.

    Spreading each rounded value over the width it was rounded from avoids steps of one unit.
    """
    total = sum(counts.values())
    passed = 0
    for value in sorted(counts):
        if passed + counts[value] >= p * total:
            low, high = max(0.0, value - half_width), value + half_width
            return low + (high - low) * (p * total - passed) / counts[value]
        passed += counts[value]
    return float(max(counts))


def table_from(quantile_at, cap_at=0.99):
    """A 65-entry table of the given quantile function whose top entry is set by one quantile.

    A table reader interpolates linearly between 63/64 and 1, so putting the maximum at the top
    would stretch the tail beyond all measurement.  The top is placed so that the interpolated
    value at cap_at is right; this is where the tail is cut.
    """
    table = [quantile_at(i / TABLE_STEPS) for i in range(TABLE_STEPS)]
    last = (TABLE_STEPS - 1) / TABLE_STEPS
    rise = (quantile_at(cap_at) - table[-1]) / ((cap_at - last) / (1 - last))
    table.append(table[-1] + max(0.0, rise))
    return monotone(table)


def monotone(table):
    result, highest = [], 0.0
    for value in table:
        highest = max(highest, value)
        result.append(highest)
    return result


def table_value(table, p):
    position = p * TABLE_STEPS
    below = min(int(position), TABLE_STEPS - 1)
    return table[below] + (table[below + 1] - table[below]) * (position - below)


def expand(table, substeps=SUBSTEPS):
    """Equally likely values that stand for draws from the table, ascending."""
    count = TABLE_STEPS * substeps
    return [table_value(table, (i + 0.5) / count) for i in range(count)]


def sum_of_two(table, substeps=SUBSTEPS):
    """All sums of two independent draws from one table, ascending, without sampling noise."""
    values = expand(table, substeps)
    sums = []
    for i, first in enumerate(values):
        sums.append(2 * first)
        for second in values[:i]:
            sums.append(first + second)
            sums.append(first + second)
    sums.sort()
    return sums


def minimise(function, start, step=0.25, rounds=400):
    """Nelder and Mead's simplex search; deterministic, for two or three smooth parameters."""
    size = len(start)
    points = [list(start)] + [[x + (step if i == j else 0.0) for j, x in enumerate(start)]
                              for i in range(size)]
    scored = sorted((function(point), point) for point in points)
    for _ in range(rounds):
        if abs(scored[-1][0] - scored[0][0]) <= 1e-14 * (1 + abs(scored[0][0])):
            break
        scored = sorted(_simplex_step(function, scored, size))
    return scored[0][1], scored[0][0]


def _simplex_step(function, scored, size):
    centre = [sum(point[i] for _, point in scored[:-1]) / size for i in range(size)]
    worst_score, worst = scored[-1]

    def tried(factor):
        point = [c + factor * (c - w) for c, w in zip(centre, worst)]
        return function(point), point

    reflected = tried(1.0)
    if reflected[0] < scored[0][0]:
        return scored[:-1] + [min(reflected, tried(2.0))]
    if reflected[0] < scored[-2][0]:
        return scored[:-1] + [reflected]
    inside = tried(-0.5)
    if inside[0] < worst_score:
        return scored[:-1] + [inside]
    best = scored[0][1]
    return [scored[0]] + [_shrunk(function, best, point) for _, point in scored[1:]]


def _shrunk(function, best, point):
    closer = [b + 0.5 * (x - b) for b, x in zip(best, point)]
    return function(closer), closer


def upper_gamma(a, x):
    """Regularised upper incomplete gamma Q(a, x): series below a + 1, continued fraction above."""
    if x <= 0:
        return 1.0
    front = math.exp(-x + a * math.log(x) - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        for n in range(1, 500):
            term *= x / (a + n)
            total += term
            if term < total * 1e-15:
                break
        return max(0.0, 1.0 - front * total)
    b, c = x + 1 - a, 1e300
    d = fraction = 1 / b
    for n in range(1, 500):
        b += 2
        d = 1 / (-n * (n - a) * d + b)
        c = b - n * (n - a) / c
        fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return front * fraction


def normal_tail(z):
    return 0.5 * math.erfc(z / math.sqrt(2))
