// Tables of the workload section: what users ask of peers, and when.
#include "core/base/time.h"
#include "core/codec/limits.h"
#include "sim/scenario/key_table.h"

namespace sim {
namespace {

constexpr int64_t kYearUs = core::Minutes(365 * 24 * 60).us;
constexpr int64_t kHourUs = core::Minutes(60).us;
constexpr auto kCapabilityBytes = static_cast<int64_t>(core::limits::kCapabilityBytesMax);
constexpr auto kCapabilities = static_cast<int64_t>(core::limits::kCapabilitiesMax);
constexpr int64_t kBudgetMax = 65'535;

constexpr KeyRow kTopic = {.key = "topic",
                           .kind = KeyKind::kTopic,
                           .about = "\"kind/label\", or \"label\" of the kind \"work\".",
                           .required = true};
constexpr KeyRow kOwnCapabilities = {.key = "capabilities",
                                     .kind = KeyKind::kText,
                                     .about = "What the peer can do, for its partners' filters.",
                                     .list = true,
                                     .low = 1,
                                     .high = kCapabilityBytes,
                                     .count_high = kCapabilities,
                                     .fallback = "[]"};

constexpr KeyRow kFilter[] = {{.key = "must",
                               .kind = KeyKind::kText,
                               .about = "Capabilities that a partner must have.",
                               .list = true,
                               .low = 1,
                               .high = kCapabilityBytes,
                               .count_high = kCapabilities,
                               .fallback = "[]"},
                              {.key = "must_not",
                               .kind = KeyKind::kText,
                               .about = "Capabilities that a partner must not have.",
                               .list = true,
                               .low = 1,
                               .high = kCapabilityBytes,
                               .count_high = kCapabilities,
                               .fallback = "[]"},
                              {.key = "min_budget",
                               .kind = KeyKind::kInteger,
                               .about = "Tasks that a partner must still be able to take.",
                               .high = kBudgetMax,
                               .fallback = "0"}};
constexpr KeyTable kFilterTable = {"filter", "Which partners will do.", kFilter, "", {}};

constexpr KeyWord kSeek[] = {{"matchers", "Peers that seek each other."},
                             {"workers", "Peers that wait for work."}};

constexpr KeyRow kMatch[] = {kTopic,
                             {.key = "want",
                              .kind = KeyKind::kInteger,
                              .about = "Number of partners.",
                              .low = 1,
                              .high = 1'000,
                              .fallback = "3"},
                             {.key = "patience",
                              .kind = KeyKind::kDuration,
                              .about = "Give up after this long.",
                              .low = 1'000,
                              .high = 24 * kHourUs,
                              .fallback = "\"10s\""},
                             {.key = "seek",
                              .kind = KeyKind::kWord,
                              .about = "Whom to seek.",
                              .fallback = "\"workers\"",
                              .words = kSeek},
                             {.key = "filter",
                              .kind = KeyKind::kObject,
                              .about = "Which partners will do.",
                              .fallback = "{}",
                              .table = &kFilterTable},
                             kOwnCapabilities};
constexpr KeyRow kWork[] = {kTopic,
                            {.key = "budget",
                             .kind = KeyKind::kInteger,
                             .about = "Tasks at a time.",
                             .low = 1,
                             .high = kBudgetMax,
                             .fallback = "1"},
                            kOwnCapabilities};
constexpr KeyRow kLeave[] = {kTopic};
constexpr KeyRow kLookup[] = {
    {.key = "target",
     .kind = KeyKind::kTarget,
     .about = "A key of 64 hexadecimal digits, or \"random\": each lookup draws its own.",
     .fallback = "\"random\""}};

constexpr KeyCase kOperations[] = {
    {{"match", "Find partners on a topic."}, kMatch},
    {{"work", "Offer to work on a topic until leave."}, kWork},
    {{"leave", "Stop taking part in a topic, in either role."}, kLeave},
    {{"lookup", "Find the peers nearest to a key."}, kLookup}};

constexpr KeyRow kCommon[] = {
    {.key = "at", .kind = KeyKind::kDuration, .about = "When.", .required = true, .high = kYearUs},
    {.key = "spread",
     .kind = KeyKind::kDuration,
     .about = "Each peer begins at its own time within this, drawn evenly.",
     .high = kYearUs,
     .fallback = "\"0us\""},
    {.key = "every",
     .kind = KeyKind::kDuration,
     .about = "Repeat at this interval. Default: once.",
     .low = 1'000,
     .high = kYearUs},
    {.key = "until",
     .kind = KeyKind::kDuration,
     .about = "Last repetition. Default: the end of the run.",
     .high = kYearUs},
    {.key = "who", .kind = KeyKind::kPeers, .about = "The peers that do it.", .required = true}};

}  // namespace

constinit const KeyTable kOperationTable = {"operation", "Something that users ask of peers.",
                                            kCommon, "do", kOperations};

}  // namespace sim
