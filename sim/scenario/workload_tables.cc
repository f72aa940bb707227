// Tables of the workload section: what users ask of peers, and when.
#include "core/base/time.h"
#include "core/codec/limits.h"
#include "sim/scenario/key_table.h"
#include "sim/scenario/scenario.h"

namespace sim {
namespace {

constexpr int64_t kYearUs = core::Minutes(365 * 24 * 60).us;
constexpr int64_t kHourUs = core::Minutes(60).us;
constexpr auto kCapabilityBytes = static_cast<int64_t>(core::limits::kCapabilityBytesMax);
constexpr auto kCapabilities = static_cast<int64_t>(core::limits::kCapabilitiesMax);
constexpr int64_t kBudgetMax = 65'535;
constexpr auto kBlockBytes = static_cast<int64_t>(core::limits::kBlockBytesMax);
constexpr auto kWrites = static_cast<int64_t>(core::limits::kTransactionWritesMax);
constexpr int64_t kMarkBytes = 16;
constexpr int64_t kBlockNameBytes = 64;

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

constexpr KeyRow kBlock = {
    .key = "block",
    .kind = KeyKind::kText,
    .about = "The block's name; with blocks above 1 the names are \"name/0\", \"name/1\", ...",
    .required = true,
    .low = 1,
    .high = kBlockNameBytes};
constexpr KeyRow kBlocks = {.key = "blocks",
                            .kind = KeyKind::kInteger,
                            .about = "Number of blocks, of which one is drawn each time.",
                            .low = 1,
                            .high = 10'000'000,
                            .fallback = "1"};
constexpr KeyRow kSize = {.key = "size",
                          .kind = KeyKind::kSize,
                          .about = "Of the content: a mark that tells who wrote it, and padding.",
                          .low = kMarkBytes,
                          .high = kBlockBytes,
                          .fallback = "\"64B\""};
constexpr KeyRow kTries = {
    .key = "tries",
    .kind = KeyKind::kInteger,
    .about =
        "How often the user begins again, from the question for the revision on, "
        "when others were faster.",
    .low = 1,
    .high = 1'000,
    .fallback = "1"};
constexpr KeyRow kBase = {.key = "base",
                          .kind = KeyKind::kInteger,
                          .about =
                              "The revision that is replaced; 0: there is none. Default: the "
                              "latest, which the user asks for first.",
                          .high = 1'000'000'000};

constexpr KeyRow kPut[] = {kBlock, kBlocks, kSize, kBase, kTries};
constexpr KeyRow kDelete[] = {kBlock, kBlocks, kBase, kTries};
constexpr KeyRow kGet[] = {kBlock,
                           kBlocks,
                           {.key = "revision",
                            .kind = KeyKind::kInteger,
                            .about = "The highest revision up to this one; 0: the latest.",
                            .high = 1'000'000'000,
                            .fallback = "0"}};
constexpr KeyRow kRevision[] = {kBlock, kBlocks};
constexpr KeyRow kTransact[] = {
    kBlock,
    kBlocks,
    {.key = "writes",
     .kind = KeyKind::kInteger,
     .about = "Number of blocks written at once; the one with the smallest id decides.",
     .required = true,
     .low = 1,
     .high = kWrites},
    kSize,
    kBase,
    kTries};

constexpr int64_t kEntryBytes = 8'192;
// An action's keys and values together fit into one entry of the log.
constexpr int64_t kValueBytes = 128;
constexpr int64_t kEditKeys = CollectionOperation::kKeysMax;
// A tree begins with four blocks, and a transaction writes so many that eight of them fit.
constexpr int64_t kAlsoMax = kWrites / 4 - 1;

constexpr KeyRow kCollection = {.key = "collection",
                                .kind = KeyKind::kText,
                                .about = "The collection's name; who comes first creates it.",
                                .required = true,
                                .low = 1,
                                .high = kBlockNameBytes};
constexpr KeyRow kKeys = {.key = "keys",
                          .kind = KeyKind::kInteger,
                          .about = "Number of keys that can be there.",
                          .low = 1,
                          .high = 1'000'000,
                          .fallback = "1000"};
constexpr KeyRow kCount = {.key = "count",
                           .kind = KeyKind::kInteger,
                           .about = "Keys drawn for each action, which it changes all or none.",
                           .low = 1,
                           .high = kEditKeys,
                           .fallback = "1"};

constexpr KeyRow kAbsent = {.key = "absent",
                            .kind = KeyKind::kInteger,
                            .about =
                                "Keys drawn for each action besides, which it looks up and leaves "
                                "alone; refused when one is there.",
                            .high = kEditKeys,
                            .fallback = "0"};
constexpr KeyRow kEntrySize = {
    .key = "size",
    .kind = KeyKind::kSize,
    .about = "Of the entry: a mark that tells who wrote it, and padding.",
    .low = kMarkBytes,
    .high = kEntryBytes,
    .fallback = "\"64B\""};
constexpr KeyRow kValueSize = {
    .key = "size",
    .kind = KeyKind::kSize,
    .about = "Of each value: a mark that tells who wrote it, and padding.",
    .low = kMarkBytes,
    .high = kValueBytes,
    .fallback = "\"32B\""};

constexpr KeyWord kAppendWord = {"append", "Add an entry to a diary."};
constexpr KeyWord kInsertWord = {"insert", "Add keys to a tree; refused when one is there."};
constexpr KeyWord kEraseWord = {"erase", "Take keys out of a tree; refused when one is not there."};

constexpr KeyRow kAppendPart[] = {kCollection, kEntrySize};
constexpr KeyRow kInsertPart[] = {kCollection, kKeys, kCount, kAbsent, kValueSize};
constexpr KeyRow kErasePart[] = {kCollection, kKeys, kCount, kAbsent};

// In the order of CollectionOperation::Kind.
constexpr KeyCase kParts[] = {
    {kAppendWord, kAppendPart}, {kInsertWord, kInsertPart}, {kEraseWord, kErasePart}};
constexpr KeyTable kPartTable = {
    "part of an action", "What an action does in one more collection.", {}, "do", kParts};
constexpr KeyRow kAlso = {.key = "also",
                          .kind = KeyKind::kObject,
                          .about =
                              "What the same action does in other collections. One transaction, "
                              "decided at one of their tails: all of it, or nothing.",
                          .list = true,
                          .count_high = kAlsoMax,
                          .fallback = "[]",
                          .table = &kPartTable};

constexpr KeyRow kAppend[] = {kCollection, kEntrySize, kAlso};
constexpr KeyRow kInsert[] = {kCollection, kKeys, kCount, kAbsent, kValueSize, kAlso};
constexpr KeyRow kErase[] = {kCollection, kKeys, kCount, kAbsent, kAlso};

constexpr KeyRow kLend[] = {{.key = "capacity",
                             .kind = KeyKind::kSize,
                             .about = "For archives, their proofs included; 0B: leave the rings.",
                             .required = true,
                             .high = int64_t{1} << 50}};

constexpr KeyRow kVote[] = {{.key = "election",
                             .kind = KeyKind::kText,
                             .about = "The election's name.",
                             .required = true,
                             .low = 1,
                             .high = kBlockNameBytes},
                            {.key = "voters",
                             .kind = KeyKind::kInteger,
                             .about = "That voters expect: what the first topics are cut for.",
                             .required = true,
                             .low = 1,
                             .high = 100'000'000},
                            {.key = "opens",
                             .kind = KeyKind::kDuration,
                             .about = "When the voting period begins.",
                             .high = kYearUs,
                             .fallback = "\"0us\""},
                            {.key = "closes",
                             .kind = KeyKind::kDuration,
                             .about = "When it ends.",
                             .required = true,
                             .high = kYearUs},
                            {.key = "choices",
                             .kind = KeyKind::kInteger,
                             .about = "Answers, of which each voter draws one.",
                             .low = 1,
                             .high = 256,
                             .fallback = "2"},
                            {.key = "unitary",
                             .kind = KeyKind::kFlag,
                             .about = "Whoever finds nobody consents to a block of its own.",
                             .fallback = "true"}};

constexpr KeyCase kOperations[] = {
    {{"match", "Find partners on a topic."}, kMatch},
    {{"work", "Offer to work on a topic until leave."}, kWork},
    {{"leave", "Stop taking part in a topic, in either role."}, kLeave},
    {{"lookup", "Find the peers nearest to a key."}, kLookup},
    {{"put", "Write a block."}, kPut},
    {{"delete", "Replace a block by a tombstone."}, kDelete},
    {{"get", "Read a block."}, kGet},
    {{"revision", "Ask for a block's latest revision."}, kRevision},
    {{"transact", "Write several blocks, all or none."}, kTransact},
    {{"lend", "Store blocks of others in a ring."}, kLend},
    {{"vote", "Form a block with other voters."}, kVote},
    {kAppendWord, kAppend},
    {kInsertWord, kInsert},
    {kEraseWord, kErase}};

constexpr KeyRow kCommon[] = {
    {.key = "at", .kind = KeyKind::kDuration, .about = "When.", .required = true, .high = kYearUs},
    {.key = "spread",
     .kind = KeyKind::kDuration,
     .about = "Each peer begins at its own time within this, drawn evenly or by shares.",
     .high = kYearUs,
     .fallback = "\"0us\""},
    {.key = "shares",
     .kind = KeyKind::kInteger,
     .about = "How many peers begin in each equal part of spread, in relation to each other. "
              "Default: as many everywhere.",
     .list = true,
     .high = 1'000'000,
     .count_high = 1'000,
     .fallback = "[]"},
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
