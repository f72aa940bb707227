"""Session lengths of arriving peers from the residual lives of peers that were on-line.

Renewal theory: when sessions have survival S(t) and mean m, a peer found on-line at a random
moment has residual survival R(t) = integral of S from t to infinity, divided by m; the age of its
session has the same law.  So R is what the measurements show and S is what a simulator draws.
"""

import math

from fit_stats import median, minimise, normal_tail, upper_gamma

HOUR_S = 3600.0


def weibull_survival(shape, scale, t):
    return math.exp(-((t / scale) ** shape))


def weibull_residual(shape, scale, t):
    """R(t) for Weibull sessions: the integral is an incomplete gamma function."""
    return upper_gamma(1 / shape, (t / scale) ** shape)


def weibull_mean(shape, scale):
    return scale * math.gamma(1 + 1 / shape)


def weibull_median(shape, scale):
    return scale * math.log(2) ** (1 / shape)


def lognormal_residual(mu, sigma, t):
    """R(t) for log-normal sessions."""
    z = (math.log(t) - mu) / sigma
    mean = math.exp(mu + sigma * sigma / 2)
    return normal_tail(z - sigma) - t * normal_tail(z) / mean


def fit_runs(runs, survival, start):
    """Least squares of one survival law, common to all runs, each with its own free count at 0.

    The count at publishing time was not recorded (the first point is 0.5 to 2 h later), so it is
    a free factor; its best value is linear and needs no search.  Each run is scaled by it, so that
    runs weigh by their points and not by how many nodes they followed.
    Returns (parameters, {run: count at 0}, coefficient of determination).
    """
    def residual(logs):
        return sum(_run_error(points, survival, logs)[0] for points in runs.values())

    parameters, error = minimise(residual, start)
    counts = {name: _run_error(points, survival, parameters)[1] for name, points in runs.items()}
    spread = 0.0
    for name, points in runs.items():
        shares = [count / counts[name] for _, count in points]
        mean = sum(shares) / len(shares)
        spread += sum((share - mean) ** 2 for share in shares)
    return parameters, counts, 1 - error / spread


def _run_error(points, survival, parameters):
    modelled = [survival(parameters, t) for t, _ in points]
    power = sum(value * value for value in modelled)
    if power <= 0:
        return math.inf, 1.0
    initial = sum(count * value for (_, count), value in zip(points, modelled)) / power
    if initial <= 0:
        return math.inf, 1.0
    error = sum((count / initial - value) ** 2 for (_, count), value in zip(points, modelled))
    return error, initial


def plain_weibull(parameters, t):
    return weibull_survival(math.exp(parameters[0]), math.exp(parameters[1]), t)


def weibull_sessions(parameters, t):
    return weibull_residual(math.exp(parameters[0]), math.exp(parameters[1]), t)


def lognormal_sessions(parameters, t):
    return lognormal_residual(parameters[0], math.exp(parameters[1]), t)


def fit_churn(runs):
    """Fits the residual law itself and both candidate session laws.  Times in seconds."""
    laws = {"residual_weibull": (plain_weibull, [math.log(0.57), math.log(25 * HOUR_S)]),
            "session_weibull": (weibull_sessions, [math.log(0.4), math.log(4 * HOUR_S)]),
            "session_lognormal": (lognormal_sessions, [math.log(2 * HOUR_S), math.log(2.0)])}
    fitted = {}
    for name, (law, start) in laws.items():
        parameters, counts, r2 = fit_runs(runs, law, start)
        first, second = parameters[0], math.exp(parameters[1])
        if name != "session_lognormal":
            first = math.exp(first)
        fitted[name] = {"first": first, "second": second, "counts": counts, "r2": r2}
    return fitted


def fit_ages(shares_by_age):
    """Weibull sessions whose stationary ages match a few shares (for comparison, servers)."""
    points = sorted(shares_by_age.items())

    def error(parameters):
        return sum((weibull_sessions(parameters, age) - share) ** 2 for age, share in points)

    parameters, _ = minimise(error, [math.log(0.4), math.log(24 * HOUR_S)])
    return math.exp(parameters[0]), math.exp(parameters[1])


def clean_shares(shares):
    """Median share per age over the snapshots; zeros are restarts of the monitor, left out."""
    return {age: median([value for value in values if value > 0])
            for age, values in shares.items()}
