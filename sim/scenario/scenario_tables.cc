// Tables of the top of a scenario file.
#include "core/base/time.h"
#include "sim/scenario/key_table.h"

namespace sim {
namespace {

constexpr int64_t kYearUs = core::Minutes(365 * 24 * 60).us;

constexpr KeyWord kBootstrapWords[] = {
    {"warm", "Routing tables are built from global knowledge at the start."},
    {"cold", "Peers join through seeds."}};
constexpr KeyRow kBootstrap[] = {{.key = "mode",
                                  .kind = KeyKind::kWord,
                                  .about = "How peers find the first others.",
                                  .required = true,
                                  .words = kBootstrapWords},
                                 {.key = "seeds",
                                  .kind = KeyKind::kInteger,
                                  .about = "Cold: how many first peers everybody knows.",
                                  .low = 1,
                                  .high = 1'000,
                                  .fallback = "8"}};
constexpr KeyTable kBootstrapTable = {
    "bootstrap", "How peers find the first others.", kBootstrap, "", {}};

constexpr KeyWord kCryptoWords[] = {
    {"real", "Ed25519 and SHA-256 by libsodium."},
    {"modelled",
     "Tokens of the same size that the simulator can check, and a quick hash, for large runs."}};

constexpr KeyRow kPhases[] = {
    {.key = "safety_until",
     .kind = KeyKind::kDuration,
     .about = "Faults happen until then; afterwards all is healed and liveness must hold. "
              "Default: no phases.",
     .low = 1,
     .high = kYearUs},
    {.key = "safety_only",
     .kind = KeyKind::kFlag,
     .about = "Faults may last to the end; liveness is not judged.",
     .fallback = "false"}};
constexpr KeyTable kPhasesTable = {"phases", "Fault phase and calm phase.", kPhases, "", {}};

constexpr KeyRow kReseed[] = {
    {.key = "at",
     .kind = KeyKind::kDuration,
     .about = "When; after the time of the one before.",
     .required = true,
     .high = kYearUs},
    {.key = "seed", .kind = KeyKind::kInteger, .about = "The other seed.", .required = true}};
constexpr KeyTable kReseedTable = {"reseed", "Another seed from a time on.", kReseed, "", {}};

constexpr KeyRow kExpect[] = {
    {.key = "check",
     .kind = KeyKind::kText,
     .about = "Checker that must hold: an id of `orbsim list checks`.",
     .low = 1,
     .high = 60},
    {.key = "metric",
     .kind = KeyKind::kText,
     .about = "Metric to compare: a name of `orbsim list metrics`.",
     .low = 1,
     .high = 100},
    {.key = "below", .kind = KeyKind::kBound, .about = "The metric must be smaller than this."},
    {.key = "above", .kind = KeyKind::kBound, .about = "The metric must be greater than this."},
    {.key = "equals", .kind = KeyKind::kBound, .about = "The metric must be exactly this."},
    {.key = "must_fail",
     .kind = KeyKind::kFlag,
     .about = "The scenario exists to show that this fails.",
     .fallback = "false"},
    {.key = "counted",
     .kind = KeyKind::kFlag,
     .about = "Violations of the check are counted and fail nothing: the adversaries can bring "
              "them about.",
     .fallback = "false"}};
constexpr KeyTable kExpectTable = {"expectation",
                                   "One check, or one metric with one of below, above and equals.",
                                   kExpect,
                                   "",
                                   {}};

constexpr KeyRow kScenario[] = {
    {.key = "$schema", .kind = KeyKind::kText, .about = "For editors; not used.", .high = 1'000},
    {.key = "schema",
     .kind = KeyKind::kInteger,
     .about = "Version of the format.",
     .required = true,
     .low = 1,
     .high = 1},
    {.key = "name",
     .kind = KeyKind::kText,
     .about = "Short name, for results.",
     .required = true,
     .low = 1,
     .high = 80},
    {.key = "about",
     .kind = KeyKind::kText,
     .about = "What the scenario shows.",
     .high = 10'000,
     .fallback = "\"\""},
    {.key = "use",
     .kind = KeyKind::kFile,
     .about = "Files to merge first, in this order; paths relative to this file.",
     .list = true,
     .count_high = 32,
     .fallback = "[]"},
    {.key = "duration",
     .kind = KeyKind::kDuration,
     .about = "Simulated time of the run.",
     .required = true,
     .low = 1'000,
     .high = kYearUs},
    {.key = "seed",
     .kind = KeyKind::kInteger,
     .about = "Seed of everything random; --seed replaces it.",
     .fallback = "1"},
    {.key = "profile",
     .kind = KeyKind::kText,
     .about = "Set of protocol defaults: strict, linear, single-root, three-roots or upstream.",
     .low = 1,
     .high = 60,
     .fallback = "\"strict\""},
    {.key = "fails_under",
     .kind = KeyKind::kText,
     .about = "Profiles under which the run must fail, because their rules are wrong: a test runs "
              "it under each of them too.",
     .list = true,
     .low = 1,
     .high = 60,
     .count_high = 100,
     .fallback = "[]"},
    {.key = "bootstrap",
     .kind = KeyKind::kObject,
     .about = "How peers find the first others.",
     .fallback = "\"warm\"",
     .words = kBootstrapWords,
     .table = &kBootstrapTable},
    {.key = "crypto",
     .kind = KeyKind::kWord,
     .about = "Signatures and hashes.",
     .fallback = "\"real\"",
     .words = kCryptoWords},
    {.key = "protocol",
     .kind = KeyKind::kObject,
     .about = "Parameters of the protocols.",
     .fallback = "{}",
     .table = &kProtocolTable},
    {.key = "network",
     .kind = KeyKind::kObject,
     .about = "Links between the peers.",
     .fallback = "{}",
     .table = &kNetworkTable},
    {.key = "groups",
     .kind = KeyKind::kObject,
     .about = "The peers; numbered in the order of the groups.",
     .required = true,
     .list = true,
     .count_low = 1,
     .count_high = 1'000,
     .table = &kGroupTable},
    {.key = "workload",
     .kind = KeyKind::kObject,
     .about = "What users ask of peers.",
     .list = true,
     .fallback = "[]",
     .table = &kOperationTable},
    {.key = "faults",
     .kind = KeyKind::kObject,
     .about = "What goes wrong, and when.",
     .list = true,
     .fallback = "[]",
     .table = &kFaultTable},
    {.key = "swarm",
     .kind = KeyKind::kObject,
     .about = "Further faults, drawn by the seed. Default: none.",
     .table = &kSwarmTable},
    {.key = "reseed",
     .kind = KeyKind::kObject,
     .about =
         "Other futures of the same past: what happens to messages, in which order events of "
         "one instant come, and what peers and disks draw, is left to another seed from a time "
         "on. Who takes part, the workload and the faults stay as they are.",
     .list = true,
     .fallback = "[]",
     .table = &kReseedTable},
    {.key = "plant",
     .kind = KeyKind::kText,
     .about = "Planted bugs, by name of `orbsim list bugs`.",
     .list = true,
     .low = 1,
     .high = 60,
     .count_high = 100,
     .fallback = "[]"},
    {.key = "expect",
     .kind = KeyKind::kObject,
     .about = "What the run must show.",
     .list = true,
     .fallback = "[]",
     .table = &kExpectTable},
    {.key = "phases",
     .kind = KeyKind::kObject,
     .about = "Fault phase and calm phase.",
     .fallback = "{}",
     .table = &kPhasesTable}};

}  // namespace

constinit const KeyTable kScenarioTable = {
    "scenario", "One run of the simulator.", kScenario, "", {}};

}  // namespace sim
