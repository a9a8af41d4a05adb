"""The statistics behind `./bootstrap bench --check`: limits beside a slow twin and R, and verdicts on made-up noisy times."""
import itertools
import random
import unittest

import intervals

ROUNDS = 30


def noisy_times(seed, rounds, slower_head=1.0, slower_again=1.0):
    """Rounds of base, base again and head on a busy machine: slow drift of all three, an uneven part of each, now and then a burst."""
    source = random.Random(seed)
    times, drift = [], 1.0
    for _ in range(rounds):
        drift *= 1 + source.gauss(0, 0.03)
        row = []
        for factor in (1.0, slower_again, slower_head):
            burst = 1.4 if source.random() < 0.05 else 1.0
            row.append(10 * factor * drift * burst * (1 + source.expovariate(1 / 0.04)))
        times.append(row)
    return [list(column) for column in zip(*times)]


class Limits(unittest.TestCase):
    def test_counts_are_those_of_all_patterns_of_signs(self):
        for n in (1, 2, 3, 7, 10):
            slow = [0] * (n * (n + 1) // 2 + 1)
            for signs in itertools.product((0, 1), repeat=n):
                slow[sum(rank for rank, sign in zip(range(1, n + 1), signs) if sign)] += 1
            self.assertEqual(intervals.rank_sum_counts(n), slow)

    def test_interval_is_the_one_of_r(self):
        # wilcox.test(x, conf.int = TRUE, conf.level = 0.99, exact = TRUE)
        x = [0.013, -0.021, 0.004, 0.055, 0.031, -0.007, 0.018, 0.042, -0.015, 0.027, 0.009, 0.036]
        for found, of_r in zip(intervals.interval(x, 0.99), (-0.006, 0.01625, 0.0365)):
            self.assertAlmostEqual(found, of_r, places=12)

    def test_interval_covers_the_centre_as_often_as_it_says(self):
        source, missed, samples = random.Random(1), 0, 2000
        for _ in range(samples):
            values = [source.gauss(0, 1) * source.choice((1, 1, 1, 10)) for _ in range(12)]
            lower, _, upper = intervals.interval(values, 0.95)
            missed += not lower <= 0 <= upper
        self.assertLess(missed / samples, 0.05 + 3 * (0.05 * 0.95 / samples) ** 0.5)
        self.assertGreater(missed / samples, 0.02)

    def test_too_few_values_are_refused(self):
        self.assertEqual(len(intervals.interval([0.1] * 8, 0.99)), 3)
        with self.assertRaises(ValueError):
            intervals.interval([0.1] * 7, 0.99)

    def test_a_factor_comes_back(self):
        lower, middle, upper = intervals.ratio_interval([2.0 * t for t in range(1, 13)], list(range(1, 13)))
        for limit in (lower, middle, upper):
            self.assertAlmostEqual(limit, 2, places=12)


class Verdicts(unittest.TestCase):
    def verdict(self, *arguments, **factors):
        return intervals.judge(*noisy_times(*arguments, **factors))[2]

    def test_twenty_runs_of_identical_programs_are_never_slower(self):
        self.assertNotIn("FAIL", [self.verdict(seed, ROUNDS) for seed in range(20)])

    def test_fifteen_percent_is_caught(self):
        verdicts = [self.verdict(seed, ROUNDS, slower_head=1.15) for seed in range(20)]
        self.assertGreaterEqual(verdicts.count("FAIL"), 19, verdicts)  # the base is told from itself once in a hundred times

    def test_what_is_within_the_tolerance_is_not_slower(self):
        self.assertNotIn("FAIL", [self.verdict(seed, ROUNDS, slower_head=1.04) for seed in range(20)])

    def test_nothing_is_proved_where_the_base_is_told_from_itself(self):
        self.assertEqual({self.verdict(seed, ROUNDS, slower_head=1.5, slower_again=1.3) for seed in range(20)}, {"not proved"})


if __name__ == "__main__":
    unittest.main(argv=["intervals_test.py"])
