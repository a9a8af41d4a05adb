"""Intervals of paired log ratios, free of any assumption on the noise but that it is as likely to fall on either side.

The middle is the Hodges-Lehmann estimate, the median of all means of two (Walsh averages); the limits are the Walsh averages that
the signed-rank test of Wilcoxon does not refuse (Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, 3rd ed., 3.3).
"""
import math

LEVEL = 0.99
SLOWER = 1.05  # a ratio that counts as slower, where the whole interval lies above it


def rank_sum_counts(n):
    """How many of the 2^n patterns of signs give each sum of positive ranks, 0 ... n(n+1)/2."""
    counts = [1]
    for rank in range(1, n + 1):
        wider = counts + [0] * rank
        for total, count in enumerate(counts):
            wider[total + rank] += count
        counts = wider
    return counts


def refused(n, level):
    """The number of Walsh averages to leave out at either end, plus one; 0 where n is too small for the level."""
    counts, below = rank_sum_counts(n), 0
    for total, count in enumerate(counts):
        below += count
        if below > (1 - level) / 2 * 2**n:
            return total
    return len(counts)


def interval(values, level=LEVEL):
    """(lower, middle, upper) of the centre of the values. ValueError where there are too few."""
    n = len(values)
    place = refused(n, level)
    if place == 0:
        raise ValueError(f"{n} values are too few for an interval of {level:.0%}")
    walsh = sorted((values[i] + values[j]) / 2 for i in range(n) for j in range(i, n))
    half = len(walsh) // 2
    middle = walsh[half] if len(walsh) % 2 else (walsh[half - 1] + walsh[half]) / 2
    return walsh[place - 1], middle, walsh[-place]


def ratio_interval(above, below, level=LEVEL):
    """The same of the ratio of paired times."""
    return tuple(math.exp(x) for x in interval([math.log(a / b) for a, b in zip(above, below)], level))


def judge(base, again, head):
    """Of times taken in turns: base, base again, and head. Returns the two intervals of ratios and the verdict."""
    itself = ratio_interval(again, base)
    ratio = ratio_interval(head, [math.sqrt(a * b) for a, b in zip(base, again)])
    if not itself[0] <= 1 <= itself[2]:
        return itself, ratio, "not proved"  # the machine tells one program from itself
    return itself, ratio, "FAIL" if ratio[0] > SLOWER else "pass"
