// Tables of the network section.
#include "core/base/time.h"
#include "sim/scenario/key_table.h"

namespace sim {
namespace {

constexpr int64_t kMinuteUs = core::Minutes(1).us;
constexpr int64_t kHourUs = core::Minutes(60).us;
constexpr int64_t kAll = 1'000'000;

constexpr KeyRow kFixed[] = {{.key = "delay",
                              .kind = KeyKind::kDuration,
                              .about = "One-way delay of every link.",
                              .high = kMinuteUs,
                              .fallback = "\"50ms\""}};
constexpr KeyRow kUniform[] = {{.key = "low",
                                .kind = KeyKind::kDuration,
                                .about = "Smallest one-way delay of a link.",
                                .high = kMinuteUs,
                                .fallback = "\"10ms\""},
                               {.key = "high",
                                .kind = KeyKind::kDuration,
                                .about = "Largest one-way delay of a link.",
                                .high = kMinuteUs,
                                .fallback = "\"100ms\""}};
constexpr KeyRow kMatrix[] = {
    {.key = "file",
     .kind = KeyKind::kFile,
     .about = "Round trips in milliseconds, n x n, separated by white space or commas; mapped "
              "onto the peers by the seed.",
     .required = true}};
constexpr KeyRow kRegions[] = {
    {.key = "file",
     .kind = KeyKind::kFile,
     .about = "Fitted parameters of regions: shares, delays, access delays, jitter, churn.",
     .required = true}};
constexpr KeyCase kModels[] = {
    {{"fixed", "The same delay for every link."}, kFixed},
    {{"uniform", "Each link has its own delay, drawn evenly."}, kUniform},
    {{"matrix", "Measured round trips."}, kMatrix},
    {{"regions", "Regions with measured delays between them."}, kRegions}};
constexpr KeyTable kLatencyTable = {
    "latency", "One-way delay of the links, without jitter.", {}, "model", kModels};

constexpr KeyWord kJitterWords[] = {
    {"none", "No jitter."},
    {"home", "Home connections, from the parameters file."},
    {"datacentre", "Machines in data centres, from the parameters file."}};

constexpr KeyRow kNetwork[] = {
    {.key = "latency",
     .kind = KeyKind::kObject,
     .about = "How long a message travels.",
     .fallback = R"({"model":"fixed","delay":"50ms"})",
     .table = &kLatencyTable},
    {.key = "jitter",
     .kind = KeyKind::kObject,
     .about = "Added to the delay of each message, drawn anew.",
     .fallback = "\"none\"",
     .words = kJitterWords,
     .table = &kDistributionTable},
    {.key = "parameters",
     .kind = KeyKind::kFile,
     .about = "File of fitted parameters behind the words home, datacentre and fitted. Default: "
              "the file of the regions model, otherwise data/eight_regions.json beside the "
              "scenario."},
    {.key = "floor",
     .kind = KeyKind::kDuration,
     .about = "Smallest one-way delay: shorter ones are raised to it.",
     .low = 100,
     .high = kMinuteUs,
     .fallback = "\"1ms\""},
    {.key = "loss",
     .kind = KeyKind::kShare,
     .about = "Share of the messages that are lost.",
     .high = kAll,
     .fallback = "\"0%\""},
    {.key = "duplicate",
     .kind = KeyKind::kShare,
     .about = "Share of the messages that arrive twice.",
     .high = kAll,
     .fallback = "\"0%\""},
    {.key = "reorder",
     .kind = KeyKind::kShare,
     .about = "Share of the messages that are held back by reorder_extra.",
     .high = kAll,
     .fallback = "\"0%\""},
    {.key = "reorder_extra",
     .kind = KeyKind::kDuration,
     .about = "How long they are held back.",
     .high = kHourUs,
     .fallback = "\"50ms\""},
    {.key = "corrupt",
     .kind = KeyKind::kShare,
     .about = "Share of the messages with one byte flipped.",
     .high = kAll,
     .fallback = "\"0%\""},
    {.key = "bandwidth",
     .kind = KeyKind::kFlag,
     .about = "Peers send and receive at the rates of their group or region, with a queue each.",
     .fallback = "false"},
    {.key = "queue_limit",
     .kind = KeyKind::kDuration,
     .about = "A message that would wait longer in a queue is dropped.",
     .low = 1,
     .high = kHourUs,
     .fallback = "\"2s\""}};

}  // namespace

constinit const KeyTable kNetworkTable = {"network", "Links between the peers.", kNetwork, "", {}};

}  // namespace sim
