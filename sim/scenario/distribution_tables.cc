// Tables of distributions, of churn and of the file of fitted network parameters.
#include "core/base/time.h"
#include "sim/scenario/key_table.h"

namespace sim {
namespace {

constexpr int64_t kYearUs = core::Minutes(365 * 24 * 60).us;
constexpr int64_t kMinuteUs = core::Minutes(1).us;
constexpr int64_t kTableMax = 4097;

constexpr KeyRow kFixed[] = {{.key = "value",
                              .kind = KeyKind::kDuration,
                              .about = "The value.",
                              .required = true,
                              .high = kYearUs}};
constexpr KeyRow kUniform[] = {{.key = "low",
                                .kind = KeyKind::kDuration,
                                .about = "Smallest value.",
                                .required = true,
                                .high = kYearUs},
                               {.key = "high",
                                .kind = KeyKind::kDuration,
                                .about = "Largest value, included.",
                                .required = true,
                                .high = kYearUs}};
constexpr KeyRow kExponential[] = {{.key = "mean",
                                    .kind = KeyKind::kDuration,
                                    .about = "The mean.",
                                    .required = true,
                                    .low = 1,
                                    .high = kYearUs}};
constexpr KeyRow kWeibull[] = {{.key = "shape",
                                .kind = KeyKind::kDecimal,
                                .about = "Below 1: many short and a few very long values.",
                                .required = true,
                                .low = 100'000,
                                .high = 10'000'000},
                               {.key = "scale",
                                .kind = KeyKind::kDuration,
                                .about = "The value that 63.2 % of the draws do not exceed.",
                                .required = true,
                                .low = 1,
                                .high = kYearUs}};
constexpr KeyRow kLogNormal[] = {{.key = "median",
                                  .kind = KeyKind::kDuration,
                                  .about = "The median.",
                                  .required = true,
                                  .low = 1,
                                  .high = kYearUs},
                                 {.key = "sigma",
                                  .kind = KeyKind::kDecimal,
                                  .about = "Standard deviation of the natural logarithm.",
                                  .required = true,
                                  .low = 10'000,
                                  .high = 5'000'000}};
constexpr KeyRow kQuantiles[] = {
    {.key = "quantiles_us",
     .kind = KeyKind::kIntegers,
     .about = "Equidistant quantiles in microseconds, ascending; linear between them.",
     .required = true,
     .high = kYearUs,
     .count_low = 2,
     .count_high = kTableMax}};
constexpr KeyRow kTrace[] = {
    {.key = "file",
     .kind = KeyKind::kFile,
     .about = "Text file with one duration per line, drawn in turn; # begins a comment.",
     .required = true}};

constexpr KeyCase kDistributions[] = {
    {{"fixed", "Always the same value."}, kFixed},
    {{"uniform", "Every value between two equally likely."}, kUniform},
    {{"exponential", "Without memory."}, kExponential},
    {{"weibull", "Session lengths of peers, as measured."}, kWeibull},
    {{"log-normal", "A product of many small causes."}, kLogNormal},
    {{"table", "By quantiles."}, kQuantiles},
    {{"trace", "Values from a file."}, kTrace}};

constexpr KeyRow kChurn[] = {{.key = "session",
                              .kind = KeyKind::kObject,
                              .about = "How long a peer stays.",
                              .required = true,
                              .table = &kDistributionTable},
                             {.key = "gap",
                              .kind = KeyKind::kObject,
                              .about = "How long it is away.",
                              .required = true,
                              .table = &kDistributionTable},
                             {.key = "wipe",
                              .kind = KeyKind::kFlag,
                              .about = "A returning peer has forgotten its routing table.",
                              .fallback = "false"}};

constexpr KeyRow kRegion[] = {
    {.key = "name",
     .kind = KeyKind::kName,
     .about = "Name, for a group's \"region\".",
     .required = true,
     .low = 1,
     .high = 40},
    {.key = "share",
     .kind = KeyKind::kShare,
     .about = "Share of the peers; the shares of all regions sum to 100%.",
     .required = true,
     .high = 1'000'000},
    {.key = "up",
     .kind = KeyKind::kRate,
     .about = "Rate at which a peer sends. 0bit/s: unlimited.",
     .high = 1'000'000'000'000,
     .fallback = "\"0bit/s\""},
    {.key = "down",
     .kind = KeyKind::kRate,
     .about = "Rate at which a peer receives. 0bit/s: unlimited.",
     .high = 1'000'000'000'000,
     .fallback = "\"0bit/s\""}};
constexpr KeyTable kRegionTable = {"region", "A region of the world.", kRegion, "", {}};

constexpr KeyRow kJitterTableRows[] = {kQuantiles[0]};
constexpr KeyTable kJitterQuantiles = {
    "jitter quantiles", "Jitter of one kind of connection.", kJitterTableRows, "", {}};
constexpr KeyRow kJitters[] = {{.key = "home",
                                .kind = KeyKind::kObject,
                                .about = "Home connections.",
                                .required = true,
                                .table = &kJitterQuantiles},
                               {.key = "datacentre",
                                .kind = KeyKind::kObject,
                                .about = "Machines in data centres.",
                                .required = true,
                                .table = &kJitterQuantiles}};
constexpr KeyTable kJittersTable = {
    "fitted jitter", "What the jitter words stand for.", kJitters, "", {}};

constexpr KeyRow kParameters[] = {
    {.key = "schema",
     .kind = KeyKind::kInteger,
     .about = "Version of the format.",
     .required = true,
     .low = 1,
     .high = 1},
    {.key = "about",
     .kind = KeyKind::kText,
     .about = "What the numbers are.",
     .high = 10'000,
     .fallback = "\"\""},
    {.key = "sources",
     .kind = KeyKind::kText,
     .about = "Where the numbers come from.",
     .list = true,
     .high = 1'000},
    {.key = "regions",
     .kind = KeyKind::kObject,
     .about = "The regions.",
     .required = true,
     .list = true,
     .count_low = 1,
     .count_high = 256,
     .table = &kRegionTable},
    {.key = "one_way_us",
     .kind = KeyKind::kGrid,
     .about = "One-way delay in microseconds from region (row) to region (column).",
     .required = true,
     .high = kMinuteUs,
     .count_low = 1,
     .count_high = 256},
    {.key = "access_us",
     .kind = KeyKind::kIntegers,
     .about = "Quantiles of a peer's own access delay in microseconds, ascending.",
     .required = true,
     .high = kMinuteUs,
     .count_low = 2,
     .count_high = kTableMax},
    {.key = "jitter",
     .kind = KeyKind::kObject,
     .about = "Jitter by kind of connection.",
     .required = true,
     .table = &kJittersTable},
    {.key = "churn",
     .kind = KeyKind::kObject,
     .about = "What the churn word \"fitted\" stands for.",
     .required = true,
     .table = &kChurnTable}};

}  // namespace

constinit const KeyTable kDistributionTable = {
    "distribution",
    "A distribution of durations, drawn with integers only.",
    {},
    "distribution",
    kDistributions};
constinit const KeyTable kChurnTable = {"churn", "Peers that leave and come back.", kChurn, "", {}};
constinit const KeyTable kParametersTable = {
    "network parameters", "A file of fitted network parameters.", kParameters, "", {}};

}  // namespace sim
