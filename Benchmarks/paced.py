"""Calls at a fixed modest rate, each timed from the moment it was due: waiting counts."""
import time


def timed(calls, rate):
    """Milliseconds, sorted, of each list of calls, made in turn at `rate` turns a second: `calls[i][n]` is the n-th call of list i."""
    times = [[] for _ in calls]
    due = time.perf_counter()
    for turn in zip(*calls):
        for i, call in enumerate(turn):
            due = max(due + 1 / rate / len(calls), time.perf_counter())
            while time.perf_counter() < due:
                time.sleep(max(0, min(0.001, due - time.perf_counter() - 0.0005)))
            call()
            times[i].append((time.perf_counter() - due) * 1000)
    return [sorted(t) for t in times]


def p(times, share):
    return times[min(len(times) - 1, int(len(times) * share))]
