#!/usr/bin/env python3
"""Tests of the fitting functions on small synthetic data whose parameters are known."""

import math
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import fit_churn
import fit_jitter
import fit_latency
import fit_population
import fit_sources
import fit_turnout
import fit_stats
import fit_world


def integral(function, low, high, steps=20000):
    """Trapezoids on a logarithmic axis: independent of the closed forms under test."""
    total, previous = 0.0, (low, function(low))
    for i in range(1, steps + 1):
        x = low * (high / low) ** (i / steps)
        y = function(x)
        total += (x - previous[0]) * (y + previous[1]) / 2
        previous = (x, y)
    return total


class ChurnTest(unittest.TestCase):
    HOURS = [3600.0 * hour for hour in range(1, 120, 3)]

    def runs(self, survival):
        return {"small": [(t, 900 * survival(t)) for t in self.HOURS],
                "large": [(t, 7000 * survival(t)) for t in self.HOURS[1:]]}

    def test_weibull_residual_is_the_integral_of_survival_over_the_mean(self):
        shape, scale = 0.45, 7000.0
        tail = integral(lambda t: fit_churn.weibull_survival(shape, scale, t), 5000.0, 1e9)
        expected = tail / fit_churn.weibull_mean(shape, scale)
        self.assertAlmostEqual(fit_churn.weibull_residual(shape, scale, 5000.0), expected, 4)

    def test_lognormal_residual_is_the_integral_of_survival_over_the_mean(self):
        mu, sigma = math.log(4000.0), 1.3
        tail = integral(lambda t: fit_stats.normal_tail((math.log(t) - mu) / sigma), 5000.0, 1e8)
        expected = tail / math.exp(mu + sigma ** 2 / 2)
        self.assertAlmostEqual(fit_churn.lognormal_residual(mu, sigma, 5000.0), expected, 4)

    def test_exponential_sessions_have_exponential_residuals(self):
        self.assertAlmostEqual(fit_churn.weibull_residual(1.0, 10.0, 7.0), math.exp(-0.7), 12)

    def test_known_weibull_sessions_are_recovered_from_residual_lives(self):
        runs = self.runs(lambda t: fit_churn.weibull_residual(0.4, 9000.0, t))
        law = fit_churn.fit_churn(runs)["session_weibull"]
        self.assertAlmostEqual(law["first"], 0.4, 3)
        self.assertAlmostEqual(law["second"] / 9000.0, 1.0, 2)
        self.assertAlmostEqual(law["counts"]["small"], 900, 0)

    def test_known_plain_weibull_is_recovered(self):
        runs = self.runs(lambda t: fit_churn.weibull_survival(0.57, 90000.0, t))
        law = fit_churn.fit_churn(runs)["residual_weibull"]
        self.assertAlmostEqual(law["first"], 0.57, 3)
        self.assertAlmostEqual(law["second"] / 90000.0, 1.0, 2)

    def test_known_lognormal_sessions_are_recovered_and_fit_best(self):
        runs = self.runs(lambda t: fit_churn.lognormal_residual(math.log(5000.0), 1.5, t))
        laws = fit_churn.fit_churn(runs)
        self.assertAlmostEqual(laws["session_lognormal"]["second"], 1.5, 2)
        self.assertEqual(max(laws, key=lambda name: laws[name]["r2"]), "session_lognormal")

    def test_ages_leave_out_monitor_restarts(self):
        self.assertEqual(fit_churn.clean_shares({60: [0.0, 0.8, 0.9, 1.0]}), {60: 0.9})


class StatsTest(unittest.TestCase):
    def test_quantile_interpolates(self):
        self.assertEqual(fit_stats.quantile([0, 10, 20], 0.25), 5)

    def test_table_gives_back_the_capped_quantile(self):
        table = fit_stats.table_from(lambda p: 1 / (1.001 - p))
        self.assertEqual(len(table), 65)
        self.assertEqual(table, sorted(table))
        self.assertAlmostEqual(fit_stats.table_value(table, 0.99), 1 / 0.011, 6)

    def test_sum_of_two_uniform_draws_is_a_triangle(self):
        sums = fit_stats.sum_of_two([i / 64 for i in range(65)])
        self.assertAlmostEqual(fit_stats.quantile(sums, 0.5), 1.0, 2)
        self.assertAlmostEqual(fit_stats.quantile(sums, 0.08), 0.4, 2)

    def test_upper_gamma_agrees_with_closed_forms(self):
        self.assertAlmostEqual(fit_stats.upper_gamma(1.0, 2.5), math.exp(-2.5), 12)
        self.assertAlmostEqual(fit_stats.upper_gamma(3.0, 2.0), math.exp(-2) * 5, 12)
        self.assertAlmostEqual(fit_stats.upper_gamma(0.5, 4.0), math.erfc(2.0), 12)

    def test_minimiser_finds_a_valley(self):
        point, _ = fit_stats.minimise(lambda p: (p[0] - 3) ** 2 + 9 * (p[1] + p[0]) ** 2, [0, 0])
        self.assertAlmostEqual(point[0], 3, 4)
        self.assertAlmostEqual(point[1], -3, 4)

    def test_weighted_quantile_follows_the_weights(self):
        self.assertEqual(fit_stats.weighted_quantile([(1, 1), (5, 8), (9, 1)], 0.5), 5)


class JitterTest(unittest.TestCase):
    def test_halves_of_a_two_point_law_are_recovered(self):
        # J is 0 or 30 bins with 80 % and 20 %; two of them give 0, 30 and 60.
        half = fit_jitter.halve({0: 64, 30: 32, 60: 4}, 80)
        self.assertAlmostEqual(half[0], 0.8, 3)
        self.assertAlmostEqual(half[30], 0.2, 3)

    def test_sum_of_two_draws_has_the_measured_quantiles(self):
        counts = {k: round(1e6 * 0.9 ** k) for k in range(100)}
        table = fit_jitter.jitter_table(counts, 120, 1.0)
        sums = fit_stats.sum_of_two(table)
        for p in (0.5, 0.75, 0.95, 0.99):
            wanted = fit_stats.histogram_quantile(counts, p)
            self.assertAlmostEqual(fit_stats.quantile(sums, p) / wanted, 1.0, delta=0.06)

    def test_wired_deviations_are_taken_from_the_least_slice(self):
        slices = [[[0, value], [value, 0]] for value in (10.0, 10.4, 12.0)]
        self.assertEqual(fit_jitter.wired_deviations(slices), {0: 1, 2: 1, 10: 1})


class LatencyTest(unittest.TestCase):
    def line_world(self):
        """Sites on a line; the RTT is the distance, so landmarks are exact."""
        places = {"a": 0.0, "b": 10.0, "c": 40.0, "d": 100.0}
        rtt = {frozenset((x, y)): abs(places[x] - places[y])
               for x in places for y in places if x < y}
        return sorted(places), rtt

    def test_landmarks_complete_a_missing_pair(self):
        sites, rtt = self.line_world()
        del rtt[frozenset("ab")]
        full, estimated = fit_latency.complete(sites, rtt)
        self.assertEqual(estimated, {frozenset("ab")})
        self.assertEqual(full[frozenset("ab")], 10.0)

    def synthetic_hosts(self):
        base = [[5.0, 40.0, 90.0], [40.0, 6.0, 60.0], [90.0, 60.0, 10.0]]
        placed = [0] * 12 + [1] * 10 + [2] * 8
        access = [float(i % 5) for i in range(30)]
        matrix = [[0.0 if i == j else 2 * (base[placed[i]][placed[j]] + access[i] + access[j])
                   for j in range(30)] for i in range(30)]
        return base, placed, access, matrix

    def test_hosts_are_placed_by_their_distances(self):
        base, placed, _, matrix = self.synthetic_hosts()
        found, _ = fit_latency.place_hosts(matrix, base, [0.4, 0.3, 0.3])
        self.assertEqual(found, placed)

    def test_access_of_hosts_is_recovered(self):
        base, placed, access, matrix = self.synthetic_hosts()
        for found, wanted in zip(fit_latency.host_access(matrix, placed, base), access):
            self.assertAlmostEqual(found, wanted, delta=0.6)

    def test_composed_rtt_without_access_is_the_base(self):
        self.assertEqual(fit_latency.composed_rtt([[10.0]], [1.0], [0.0] * 65, [0.5], 0.5),
                         [20.25])


class PopulationTest(unittest.TestCase):
    def test_shares_sum_to_exactly_one_thousand(self):
        self.assertEqual(sum(fit_population.permille([1 / 7] * 7)), 1000)
        self.assertEqual(fit_population.permille([0.3335, 0.3335, 0.333]), [334, 333, 333])

    def test_splits_use_everything(self):
        for split in (fit_population.NORTH_AMERICA_SPLIT, fit_population.ASIA_PACIFIC_SPLIT):
            self.assertAlmostEqual(sum(split.values()), 1.0)


class TurnoutTest(unittest.TestCase):
    def test_shares_are_hourly_and_follow_the_counts(self):
        self.assertEqual(fit_turnout.hourly_shares([250, 600, 1000]), [50] * 5 + [50] * 7 + [100] * 4)

    def test_a_count_that_falls_is_located(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / fit_sources.TURNOUT_CSV
            path.parent.mkdir()
            path.write_text("a;b;c;d;e;Elettori;Ore 12;Ore 19;Ore 23\nx;x;x;x;x;100;50;40;60\n",
                            encoding="utf-8")
            with self.assertRaisesRegex(fit_sources.DataError, ":2\n.*'40'"):
                fit_sources.read_turnout(folder)


class InputTest(unittest.TestCase):
    def test_a_missing_file_is_named(self):
        with tempfile.TemporaryDirectory() as empty:
            with self.assertRaisesRegex(fit_sources.DataError, "simblock_regions.json"):
                fit_world.fit_everything(empty)

    def test_a_damaged_number_is_located(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / fit_sources.AZURE_CSV
            path.parent.mkdir()
            path.write_text("source,X,Y\nX,,7\nY,seven,\n", encoding="utf-8")
            with self.assertRaisesRegex(fit_sources.DataError, ":3 column X\n.*'seven'"):
                fit_sources.read_azure(folder)

    def test_a_truncated_archive_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / fit_sources.SEATTLE_TAR
            path.parent.mkdir()
            path.write_bytes(b"\xfd7zXZ\x00broken")
            with self.assertRaisesRegex(fit_sources.DataError, "cannot be unpacked"):
                fit_sources.read_seattle(folder)


if __name__ == "__main__":
    unittest.main()
