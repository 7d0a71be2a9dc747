#!/usr/bin/env python3
"""Standings of a class once more, in another language and from the formulas alone.

  plain.py standings INPUT.csv EXPECTED.json   what a class of the reference values comes to
  plain.py cover [SEASONS]                     how often intervals and groups hold, on drawn seasons
  plain.py grades                              spread, shrunken scores, grades and rank sets of drawn classes
  plain.py gaps [SEASONS]                      what gaps in our listening do to a score, by four rules

It shares no code with the package beside it. Standard library only.
"""
import csv, json, math, random, statistics, sys

phi = statistics.NormalDist()


def incidence(rows, tau):
    """Area under the incidence of cause 1 to tau over tau, and its error by the infinitesimal jackknife.

    rows: (time, state); state 0 is censored. Each row's influence is followed by itself."""
    times = sorted({t for t, _ in rows})
    n = len(rows)
    surv, share, area, now = 1.0, 0.0, 0.0, 0.0
    ds, df, da = [0.0] * n, [0.0] * n, [0.0] * n
    for t in times + [tau]:
        upto = min(t, tau)
        area += share * (upto - now)
        for i in range(n):
            da[i] += df[i] * (upto - now)
        now = upto
        if t > tau:
            break
        risk = sum(1 for u, _ in rows if u >= t)
        if risk == 0:
            break
        ends = sum(1 for u, s in rows if u == t and s) / risk
        first = sum(1 for u, s in rows if u == t and s == 1) / risk
        for i, (u, s) in enumerate(rows):
            here = 1 if u >= t else 0
            g = here * ((1 if u == t and s else 0) - ends) / risk
            g1 = here * ((1 if u == t and s == 1 else 0) - first) / risk
            df[i] += surv * g1 + ds[i] * first
            ds[i] = ds[i] * (1 - ends) - surv * g
        share += surv * first
        surv *= 1 - ends
    if now < tau:
        area += share * (tau - now)
        da = [a + f * (tau - now) for a, f in zip(da, df)]
    return area / tau, math.sqrt(sum(a * a for a in da)) / tau


def two_more(score, se, n):
    """Centre and variance with one perfect and one failed contact added."""
    c = (n * score + 1) / (n + 2)
    return c, (n * n * se * se + n * (score - c) ** 2 + c * c + (1 - c) ** 2) / ((n + 1) * (n + 2))


def heard(time, state, tau):
    """What a contact counts where two are added: as much as was heard of it, if it was not decided."""
    return 1 if state else min(time / tau, 1)


def company(channels, weights):
    """channels: name -> (score, se, n). Score, centre, error channel by channel, error of all together."""
    total = sum(weights[c] for c in channels)
    score = sum(weights[c] * s for c, (s, _, _) in channels.items()) / total
    n = sum(k for _, _, k in channels.values())
    se = math.sqrt(sum((weights[c] * e) ** 2 for c, (_, e, _) in channels.items())) / total
    centre, together = two_more(score, se, n)
    apiece = sum(weights[c] ** 2 * (0.25 if k < 2 else two_more(s, e, k)[1]) for c, (s, e, k) in channels.items())
    return score, centre, math.sqrt(apiece) / total, math.sqrt(together)


def z_of(a, b):
    return 0.0 if a[0] == b[0] else (a[0] - b[0]) / math.hypot(a[1], b[1])


def bounds(est):
    p = len(est)
    z = phi.inv_cdf(1 - 0.05 / (p * (p - 1)))
    return [(1 + sum(z_of(b, a) > z for b in est), p - sum(z_of(a, b) > z for b in est)) for a in est]


def may_be_best(est, z):
    return [all(z_of(b, a) <= z for b in est) for a in est]


def standings(source, target):
    want = json.load(open(target))
    rows = list(csv.DictReader(open(source)))
    names, est, out = sorted({r["company"] for r in rows}), [], {}
    for name in names:
        mine = [r for r in rows if r["company"] == name]
        channels = {}
        for ch in sorted({r["channel"] for r in mine}):
            some = [(float(r["time"]), int(r["state"])) for r in mine if r["channel"] == ch]
            channels[ch] = (*incidence(some, want["tau"][ch]), sum(heard(t, s, want["tau"][ch]) for t, s in some))
        score, centre, se, _ = company(channels, want["weights"])
        est.append((score, se))
        z = phi.inv_cdf(0.975)
        out[name] = {"score": score, "se": se, "lower": max(centre - z * se, 0), "upper": min(centre + z * se, 1)}
    best = phi.inv_cdf(1 - 0.05 / (len(est) - 1))
    for name, (low, high), may in zip(names, bounds(est), may_be_best(est, best)):
        out[name].update(rank_lower=low, rank_upper=high, may_be_best=may)
    print(json.dumps({"best_z": best, "companies": out}, indent=1))


def contact(draw, reach, speed):
    """1 - wait/deadline of an answer, 0 of silence. Mean: reach * speed/(speed+1)."""
    return draw.random() ** (1 / speed) if draw.random() < reach else 0.0


def score_of(draw, shape):
    """shape: channel -> (contacts, reach, speed)."""
    channels = {}
    for ch, (n, reach, speed) in shape.items():
        x = [contact(draw, reach, speed) for _ in range(n)]
        m = sum(x) / n
        channels[ch] = (m, math.sqrt(sum((v - m) ** 2 for v in x)) / n, n)
    return company(channels, {c: 1.0 for c in shape})


def cover(seasons):
    draw, z = random.Random(20), phi.inv_cdf(0.975)
    print("interval of 95 %%: share of %d seasons in which it holds the truth" % seasons)
    print("%-34s %9s %9s" % ("mail + chat", "together", "apiece"))
    for label, shape in {
        "13 + 12, good": {"mail": (13, 0.95, 8), "chat": (12, 0.95, 8)},
        "20 + 5, good": {"mail": (20, 0.95, 8), "chat": (5, 0.9, 8)},
        "23 + 2, chat even": {"mail": (23, 0.97, 20), "chat": (2, 0.5, 8)},
        "23 + 2, good": {"mail": (23, 0.97, 20), "chat": (2, 0.9, 20)},
        "24 + 1, chat even": {"mail": (24, 0.97, 20), "chat": (1, 0.5, 8)},
        "24 + 1, good": {"mail": (24, 0.97, 20), "chat": (1, 0.9, 20)},
        "24 + 1, good mail, poor chat": {"mail": (24, 1, 60), "chat": (1, 0.02, 2)},
    }.items():
        truth = sum(r * s / (s + 1) for _, r, s in shape.values()) / len(shape)
        held = [0, 0]
        for _ in range(seasons):
            _, c, apiece, together = score_of(draw, shape)
            held[0] += max(c - z * together, 0) <= truth <= min(c + z * together, 1)
            held[1] += max(c - z * apiece, 0) <= truth <= min(c + z * apiece, 1)
        print("%-34s %8.1f%% %8.1f%%" % (label, 100 * held[0] / seasons, 100 * held[1] / seasons))
    print("\neight companies of 15 + 10 contacts: who may be the best")
    print("%-34s %17s %17s" % ("", "all pairs", "with the best"))
    pairs, best = phi.inv_cdf(1 - 0.05 / 56), phi.inv_cdf(1 - 0.05 / 7)
    for label, reach in {
        "all alike, 0.5": [0.5] * 8, "all alike, 0.8": [0.8] * 8, "all alike, 0.95": [0.95] * 8,
        "one 16 points ahead": [0.95] + [0.75] * 7, "even steps of 5 points": [0.95 - 0.06 * i for i in range(8)],
    }.items():
        sizes, held = [0, 0], [0, 0]
        for _ in range(seasons // 4):
            est = []
            for r in reach:
                s, _, se, _ = score_of(draw, {"mail": (15, r, 6), "chat": (10, r, 6)})
                est.append((s, se))
            for k, crit in enumerate((pairs, best)):
                may = may_be_best(est, crit)
                sizes[k] += sum(may)
                held[k] += may[0]
        rest = ["%5.2f of 8, %5.1f%%" % (sizes[k] / (seasons // 4), 100 * held[k] / (seasons // 4)) for k in (0, 1)]
        print("%-34s %17s %17s" % (label, *rest))


def area(rows):
    """Area under the incidence of answers to 1. rows: (time, 1 answered or 0 censored)."""
    rows, n, s, total = sorted(rows, key=lambda r: (r[0], -r[1])), len(rows), 1.0, 0.0
    for i, (t, answered) in enumerate(rows):
        if answered:
            total, s = total + s / (n - i) * (1 - t), s - s / (n - i)
    return total


def wait(draw, reach, speed):
    return (1 - draw.random() ** (1 / speed), 1) if draw.random() < reach else (1.0, 0)


def gapped(draw, n, door, gap):
    """One season by four rules. gap: which share of contacts it meets, and how long it is, of the deadline."""
    rules = {"answers count": [], "broken off": [], "replacement alone": [], "no replacement": []}
    for _ in range(n):
        first, second = wait(draw, *door), wait(draw, *door)
        start = max(draw.uniform(-gap[1], 1), 0)
        end = min(start + gap[1], 1)
        heard = (start, 0)
        if draw.random() >= gap[0] or first[1] and first[0] < start:
            for rows in rules.values():
                rows.append(first)
            continue
        rules["answers count"] += [first] if first[1] and first[0] >= end else [heard, second]
        rules["broken off"] += [heard, second]
        rules["replacement alone"] += [second]
        rules["no replacement"] += [heard]
    return {rule: area(rows) for rule, rows in rules.items()}


def gaps(seasons):
    draw = random.Random(5)
    names = ("answers count", "broken off", "replacement alone", "no replacement")
    print("bias in points, %d seasons: contacts, reach, speed, share with a gap, its length" % seasons)
    print(" " * 26 + "".join("%19s" % n for n in names))
    for n in (25, 13):
        for door in ((0.6, 1.5), (0.9, 4), (0.97, 12)):
            for gap in ((0.5, 0.1), (0.5, 0.4), (1.0, 0.2)):
                truth, sums = door[0] * (1 - 1 / (door[1] + 1)), dict.fromkeys(names, 0.0)
                for _ in range(seasons):
                    for rule, score in gapped(draw, n, door, gap).items():
                        sums[rule] += score
                print("%3d %5.2f %5.1f %5.2f %4.1f " % (n, *door, *gap) + "".join(
                    "%+19.2f" % (100 * (sums[r] / seasons - truth)) for r in names))


def graded(believed, rate):
    """Every way to cut the order into grades is tried; prices rise by a hundredth."""
    order = sorted(range(len(believed)), key=lambda i: -believed[i][0])
    n = len(order)
    wrong = [[phi.cdf(-z_of(believed[order[i]], believed[order[k]])) for k in range(n)] for i in range(n)]
    options = []
    for cuts in range(2 ** (n - 1)):
        g, grades = 1, [1]
        for i in range(1, n):
            g += cuts >> (i - 1) & 1
            grades.append(g)
        apart = [(i, k) for i in range(n) for k in range(i + 1, n) if grades[i] != grades[k]]
        options.append((len(apart), sum(wrong[i][k] for i, k in apart), grades))
    price = 1.0
    while True:
        best = max(options, key=lambda o: (round(o[0] - (1 + price) * o[1], 12), -o[2][-1]))
        if best[1] / (n * (n - 1) / 2) <= rate:
            out = [0] * n
            for i, at in enumerate(order):
                out[at] = best[2][i]
            return out, best[1] / (n * (n - 1) / 2)
        price *= 1.01


def reach_ranks(of):
    p, out = len(of), []
    for i, a in enumerate(of):
        low, high = 1, p
        for k, b in enumerate(of):
            if i == k:
                continue
            if exact(a, b) <= 0.05 / (p * (p - 1)):
                high -= 1
            elif exact(b, a) <= 0.05 / (p * (p - 1)):
                low += 1
        out.append((low, high))
    return out


def exact(a, b):
    """Fisher's exact test, one-sided, by whole numbers."""
    reached, n = a[0] + b[0], a[1] + b[1]
    some = sum(math.comb(a[1], x) * math.comb(b[1], reached - x) for x in range(a[0], min(a[1], reached) + 1) if reached - x <= b[1])
    return some / math.comb(n, reached)


def grades():
    draw = random.Random(9)
    classes = [[(min(draw.gauss(0.75, 0.12), 1), draw.uniform(0.04, 0.12)) for _ in range(n)] for n in (3, 5, 8, 8)]
    squares = sum((v - statistics.fmean(x for x, _ in c)) ** 2 for c in classes for v, _ in c) / sum(len(c) - 1 for c in classes)
    noise = statistics.fmean(e * e for c in classes for _, e in c)
    tau = max(squares - noise, 0)
    shrunk = []
    for c in classes:
        m = statistics.fmean(x for x, _ in c)
        shrunk.append([(m + tau / (tau + noise) * (v - m), math.sqrt(tau * noise / (tau + noise))) for v, _ in c])
    cards = [graded(c, 0.05) for c in shrunk]
    reach = [[(25, 25), (24, 25), (12, 25), (3, 25)], [(0, 4), (4, 4), (2, 4)], [(25, 25), (18, 25), (9, 25), (20, 24), (1, 2), (13, 25)]]
    print(json.dumps({
        "classes": classes, "spread": {"variance": tau, "noise": noise, "reliability": tau / (tau + noise)}, "shrunk": shrunk,
        "grades": [g for g, _ in cards], "wrong": [w for _, w in cards],
        "reach": [{"of": r, "ranks": reach_ranks(r)} for r in reach]}, indent=1))


if __name__ == "__main__":
    if sys.argv[1] == "standings":
        standings(*sys.argv[2:])
    elif sys.argv[1] == "grades":
        grades()
    elif sys.argv[1] == "gaps":
        gaps(int(sys.argv[2]) if len(sys.argv) > 2 else 4000)
    else:
        cover(int(sys.argv[2]) if len(sys.argv) > 2 else 4000)
