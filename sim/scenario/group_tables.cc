// Tables of the groups section.
#include "core/base/time.h"
#include "sim/scenario/key_table.h"

namespace sim {
namespace {

constexpr int64_t kHourUs = core::Minutes(60).us;
constexpr int64_t kYearUs = core::Minutes(365 * 24 * 60).us;
constexpr int64_t kAll = 1'000'000;
constexpr int64_t kTerabit = 1'000'000'000'000;

constexpr KeyWord kReach[] = {
    {"public", "Anybody can open a connection."},
    {"full-cone", "Behind a NAT; reachable by all once it has sent to anybody."},
    {"restricted", "Behind a NAT; reachable by those to whom it has sent."},
    {"symmetric", "Behind a NAT with a new mapping per partner."},
    {"relay-only", "Reachable through a relay only."},
    {"one-way", "Sends, and never receives an opening message."}};

constexpr KeyRow kReachRow = {.kind = KeyKind::kShare, .high = kAll, .fallback = "\"0%\""};

constexpr KeyRow ShareOf(const KeyWord& word) {
  KeyRow row = kReachRow;
  row.key = word.word;
  row.about = word.about;
  return row;
}

constexpr KeyRow kReachShares[] = {ShareOf(kReach[0]), ShareOf(kReach[1]), ShareOf(kReach[2]),
                                   ShareOf(kReach[3]), ShareOf(kReach[4]), ShareOf(kReach[5])};
constexpr KeyRow kClock[] = {
    {.key = "offset",
     .kind = KeyKind::kDuration,
     .about = "Each clock is off by up to this much, in either direction, drawn evenly.",
     .high = 24 * kHourUs,
     .fallback = "\"0us\""},
    {.key = "drift",
     .kind = KeyKind::kShare,
     .about = "Each clock runs too fast or too slow by up to this much, drawn evenly.",
     .high = 100'000,
     .fallback = "\"0%\""}};
constexpr KeyTable kClockTable = {"clock", "The clocks of the group's peers.", kClock, "", {}};

constexpr KeyRow kAdversary[] = {{.key = "role",
                                  .kind = KeyKind::kText,
                                  .about = "A name of `orbsim list adversaries`.",
                                  .required = true,
                                  .low = 1,
                                  .high = 60},
                                 {.key = "rate",
                                  .kind = KeyKind::kShare,
                                  .about = "Share of the occasions on which it misbehaves.",
                                  .high = kAll,
                                  .fallback = "\"100%\""},
                                 {.key = "options",
                                  .kind = KeyKind::kOptions,
                                  .about = "The role's own options.",
                                  .fallback = "{}"}};
constexpr KeyTable kAdversaryTable = {
    "adversary", "What the group's peers do wrong.", kAdversary, "", {}};

constexpr KeyRow kStart[] = {{.key = "at",
                              .kind = KeyKind::kDuration,
                              .about = "When the first peer of the group starts.",
                              .high = kYearUs,
                              .fallback = "\"0us\""},
                             {.key = "over",
                              .kind = KeyKind::kDuration,
                              .about = "The starts are spread evenly over this.",
                              .high = kYearUs,
                              .fallback = "\"0us\""}};
constexpr KeyTable kStartTable = {"start", "When the group's peers start.", kStart, "", {}};

constexpr KeyRow kGrind[] = {
    {.key = "near",
     .kind = KeyKind::kTopic,
     .about = "The ids of the group are ground next to this topic's root key."},
    {.key = "near_block",
     .kind = KeyKind::kText,
     .about = "They are ground next to the key of this block's cluster instead.",
     .low = 1,
     .high = 64},
    {.key = "blocks",
     .kind = KeyKind::kInteger,
     .about = "Of near_block: above 1, next to those of \"name/0\", \"name/1\", ... in turn.",
     .low = 1,
     .high = 1'000'000,
     .fallback = "1"},
    {.key = "bits",
     .kind = KeyKind::kInteger,
     .about = "Leading bits that they share with it.",
     .required = true,
     .low = 1,
     .high = 64}};
constexpr KeyTable kGrindTable = {"grind", "Ids chosen by the attacker.", kGrind, "", {}};

constexpr KeyRow kDisk[] = {
    {.key = "sync",
     .kind = KeyKind::kDuration,
     .about = "How long a sync takes; batches that wait meanwhile share the next one.",
     .high = kHourUs,
     .fallback = "\"1ms\""},
    {.key = "spread",
     .kind = KeyKind::kDuration,
     .about = "Each sync takes up to this much longer, drawn evenly.",
     .high = kHourUs,
     .fallback = "\"0us\""},
    {.key = "rate",
     .kind = KeyKind::kRate,
     .about = "Rate at which batches are written. 0bit/s: unlimited.",
     .high = kTerabit,
     .fallback = "\"0bit/s\""},
    {.key = "keeps",
     .kind = KeyKind::kWord,
     .about = "What is there after a crash, and after a peer left.",
     .fallback = "\"synced\"",
     .words = kDiskKeeps}};
constexpr KeyTable kDiskTable = {"disk", "What keeps the stored state of a peer.", kDisk, "", {}};

constexpr KeyWord kFitted[] = {{"fitted", "The churn of the network's parameters file."}};

constexpr KeyRow kGroup[] = {
    {.key = "name",
     .kind = KeyKind::kName,
     .about = "Name, for group algebra; \"peers\" is taken.",
     .required = true,
     .low = 1,
     .high = 40},
    {.key = "count",
     .kind = KeyKind::kInteger,
     .about = "Number of peers.",
     .required = true,
     .low = 1,
     .high = 16'777'216},
    {.key = "region",
     .kind = KeyKind::kName,
     .about = "Region of all its peers. Default: drawn by the regions' shares.",
     .low = 1,
     .high = 40},
    {.key = "reachability",
     .kind = KeyKind::kObject,
     .about = "Who can reach the peers: one word for all, or shares.",
     .fallback = "\"public\"",
     .words = kReach,
     .table = &kReachabilityTable},
    {.key = "clock",
     .kind = KeyKind::kObject,
     .about = "Clocks that are off.",
     .fallback = "{}",
     .table = &kClockTable},
    {.key = "churn",
     .kind = KeyKind::kObject,
     .about = "Leaving and coming back. Default: peers stay.",
     .words = kFitted,
     .table = &kChurnTable},
    {.key = "adversary",
     .kind = KeyKind::kObject,
     .about = "Misbehaviour. Default: honest.",
     .table = &kAdversaryTable},
    {.key = "disk",
     .kind = KeyKind::kObject,
     .about = "The disks; they matter to peers that store.",
     .fallback = "{}",
     .table = &kDiskTable},
    {.key = "up",
     .kind = KeyKind::kRate,
     .about = "Rate at which a peer sends. 0bit/s: the region's.",
     .high = kTerabit,
     .fallback = "\"0bit/s\""},
    {.key = "down",
     .kind = KeyKind::kRate,
     .about = "Rate at which a peer receives. 0bit/s: the region's.",
     .high = kTerabit,
     .fallback = "\"0bit/s\""},
    {.key = "service_time",
     .kind = KeyKind::kDuration,
     .about = "Time to handle one message. 0us: none.",
     .high = kHourUs,
     .fallback = "\"0us\""},
    {.key = "start",
     .kind = KeyKind::kObject,
     .about = "Late or gradual starts.",
     .fallback = "{}",
     .table = &kStartTable},
    {.key = "grind",
     .kind = KeyKind::kObject,
     .about = "Ids ground near a key. Default: drawn evenly.",
     .table = &kGrindTable}};

}  // namespace

constinit const KeyTable kReachabilityTable = {
    "reachability", "Shares of the group; they sum to 100%.", kReachShares, "", {}};
constinit const KeyTable kGroupTable = {"group", "Peers with the same properties.", kGroup, "", {}};

}  // namespace sim
