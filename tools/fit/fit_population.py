"""Peer shares and bandwidth of the eight regions."""

from fit_latency import REGIONS
from fit_stats import median

# DSN plots only its ten largest countries; together they speak for three of SimBlock's regions.
COUNTRY_REGION = {"US": "NORTH_AMERICA", "CA": "NORTH_AMERICA", "AU": "AUSTRALIA",
                  "DE": "EUROPE", "FR": "EUROPE", "NL": "EUROPE", "GB": "EUROPE",
                  "RU": "EUROPE", "CH": "EUROPE", "CZ": "EUROPE"}

# Judgement, not measurement.  East and west follow the population of the United States' West
# census region (about one quarter); SimBlock's "Asia Pacific" is everything that has no class of
# its own, and nothing at hand says how it divides.
NORTH_AMERICA_SPLIT = {"north_america_east": 0.75, "north_america_west": 0.25}
ASIA_PACIFIC_SPLIT = {"east_asia": 0.50, "south_asia": 0.35, "africa_middle_east": 0.15}

# SimBlock has no class for Africa and the Middle East; its slowest one stands in.
BANDWIDTH_FROM = {"north_america_east": ("NORTH_AMERICA",),
                  "north_america_west": ("NORTH_AMERICA",),
                  "south_america": ("SOUTH_AMERICA",),
                  "europe": ("EUROPE",),
                  "africa_middle_east": ("SOUTH_AMERICA",),
                  "south_asia": ("ASIA_PACIFIC",),
                  "east_asia": ("ASIA_PACIFIC", "JAPAN"),
                  "oceania": ("AUSTRALIA",)}


def simblock_shares(simblock):
    return dict(zip(simblock["regions"], simblock["region_share_bitcoin_2019"]))


def dsn_shares(countries, joint_share):
    """DSN's medians by SimBlock region, scaled to the share those regions have in SimBlock."""
    sums = {}
    for country, counts in sorted(countries.items()):
        region = COUNTRY_REGION.get(country)
        if region:
            sums[region] = sums.get(region, 0.0) + median(counts)
    total = sum(sums.values())
    return {region: joint_share * value / total for region, value in sums.items()}


def eight_shares(simblock, countries):
    """Fractions per region: the mean of both sources where both speak, then the splits."""
    shares = simblock_shares(simblock)
    both = sorted(set(COUNTRY_REGION.values()))
    second = dsn_shares(countries, sum(shares[region] for region in both))
    for region in both:
        shares[region] = (shares[region] + second[region]) / 2
    result = {"south_america": shares["SOUTH_AMERICA"], "europe": shares["EUROPE"],
              "oceania": shares["AUSTRALIA"]}
    for region, part in NORTH_AMERICA_SPLIT.items():
        result[region] = part * shares["NORTH_AMERICA"]
    for region, part in ASIA_PACIFIC_SPLIT.items():
        result[region] = part * shares["ASIA_PACIFIC"]
    result["east_asia"] += shares["JAPAN"]
    return [result[region] for region in REGIONS]


def permille(fractions):
    """Integers that sum to 1000, by largest remainder; ties go to the earlier region."""
    scaled = [1000 * fraction / sum(fractions) for fraction in fractions]
    whole = [int(value) for value in scaled]
    by_remainder = sorted(range(len(scaled)), key=lambda i: (whole[i] - scaled[i], i))
    for i in by_remainder[:1000 - sum(whole)]:
        whole[i] += 1
    return whole


def bandwidth(simblock, key):
    """Bit/s per region; where two of SimBlock's regions meet, weighted by their peers."""
    shares = simblock_shares(simblock)
    speed = dict(zip(simblock["regions"], simblock[key]["per_region"]))
    weight = dict(shares, ASIA_PACIFIC=shares["ASIA_PACIFIC"] * ASIA_PACIFIC_SPLIT["east_asia"])
    result = []
    for region in REGIONS:
        sources = BANDWIDTH_FROM[region]
        total = sum(weight[source] for source in sources)
        result.append(sum(weight[source] * speed[source] for source in sources) / total)
    return result
