"""Per-message one-way jitter: round-trip deviations, split into two equal independent halves."""

from fit_sources import SEATTLE_HOSTS
from fit_stats import histogram_quantile, quantile, sum_of_two, table_from

LOW_QUANTILE = 0.05      # A pair's resting round trip; the minimum would follow single outliers.
HOME_BIN_MS = 10.0       # Seattle99 has two decimals of a second.
HOME_BINS = 300          # Halves are resolved up to 3 s; slower round trips pile up there.
HUMP = range(10, 45)     # 100 to 450 ms: a second mode whose cause the data does not name.
WIRED_BIN_MS = 0.2
WIRED_BINS = 500
TAIL_LEVEL = 0.99        # The quantile of the sum that fixes the top entry of the table.


def home_deviations(slices):
    """{hundredths of a second above the pair's low quantile: count} over all ordered pairs.

    A zero means "below 10 ms or missing", which cannot be told apart, so zeros are left out.
    Also returns the resting round trips in ms, how many slices a value is held on average, and
    for each measuring host the share of its samples in HUMP, both ascending lists.
    """
    counts, resting, changes, total, humps = {}, [], 0, 0, []
    for i in range(SEATTLE_HOSTS):
        inside = samples = 0
        for j in range(SEATTLE_HOSTS):
            series = [cells[i * SEATTLE_HOSTS + j] for cells in slices]
            present = sorted(value for value in series if value)
            if i == j or len(present) < 100:
                continue
            low = round(quantile(present, LOW_QUANTILE))
            resting.append(10.0 * low)
            for value in present:
                above = max(0, value - low)
                counts[above] = counts.get(above, 0) + 1
                inside += above in HUMP
            samples += len(present)
            changes += 1 + sum(a != b for a, b in zip(series, series[1:]))
            total += len(series)
        humps.append(inside / max(1, samples))
    return counts, sorted(resting), total / changes, sorted(humps)


def wired_deviations(matrices):
    """{bins of WIRED_BIN_MS above the pair's least of the kept slices: count}, all pairs."""
    counts = {}
    for i in range(len(matrices[0])):
        for j in range(i):
            values = [matrix[i][j] for matrix in matrices]
            low = min(values)
            for value in values:
                above = round((value - low) / WIRED_BIN_MS)
                counts[above] = counts.get(above, 0) + 1
    return counts


def halve(counts, top, rounds=25):
    """The distribution of J on bins 0..top with J + J' distributed as counts; J' is a second draw.

    Expectation maximisation for a self-convolution: each observed sum is shared out over the
    pairs of halves that make it, in proportion to how likely these now are.  Sums above top are
    counted as top.
    """
    total = sum(counts.values())
    target = [0.0] * (top + 1)
    for value, count in counts.items():
        target[min(value, top)] += count / total
    half = list(target)
    for _ in range(rounds):
        sums = [sum(half[k] * half[d - k] for k in range(d + 1)) for d in range(top + 1)]
        ratio = [t / s if s > 0 else 0.0 for t, s in zip(target, sums)]
        half = [half[k] * sum(half[d - k] * ratio[d] for d in range(k, top + 1))
                for k in range(top + 1)]
        scale = sum(half)
        half = [value / scale for value in half]
    return dict(enumerate(half))


def jitter_table(counts, top, bin_ms):
    """Quantile table in ms of one half; its top entry is set so that p99 of the sum is right."""
    half = halve(counts, top)
    table = table_from(lambda p: bin_ms * histogram_quantile(half, p))
    wanted = bin_ms * histogram_quantile(counts, TAIL_LEVEL)
    low, high = table[-2], 4 * max(wanted, table[-2])
    for _ in range(16):
        middle = (low + high) / 2
        if quantile(sum_of_two(table[:-1] + [middle]), TAIL_LEVEL) < wanted:
            low = middle
        else:
            high = middle
    return table[:-1] + [(low + high) / 2]
