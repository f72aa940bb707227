// Tables of the faults section. The cases stand in the order of Fault::Kind.
#include <array>

#include "core/base/time.h"
#include "sim/scenario/key_table.h"

namespace sim {
namespace {

constexpr int64_t kYearUs = core::Minutes(365 * 24 * 60).us;
constexpr int64_t kHourUs = core::Minutes(60).us;
constexpr int64_t kAll = 1'000'000;

constexpr KeyRow kFor = {.key = "for",
                         .kind = KeyKind::kDuration,
                         .about = "How long.",
                         .required = true,
                         .low = 1,
                         .high = kYearUs};
constexpr KeyRow kDown = {.key = "for",
                          .kind = KeyKind::kDuration,
                          .about =
                              "How long the peers stay away. Default: until the fault phase "
                              "or the run ends.",
                          .low = 1,
                          .high = kYearUs};
constexpr KeyRow kWho = {
    .key = "who", .kind = KeyKind::kPeers, .about = "The peers it hits.", .required = true};
constexpr KeyRow kSenders = {.key = "who",
                             .kind = KeyKind::kPeers,
                             .about = "Messages that these peers send.",
                             .fallback = "\"peers\""};
constexpr KeyRow kTowards = {.key = "towards",
                             .kind = KeyKind::kPeers,
                             .about = "Only messages to these peers. Default: to all."};
constexpr KeyRow kRatio = {.key = "ratio",
                           .kind = KeyKind::kShare,
                           .about = "Share of the messages that it hits.",
                           .required = true,
                           .low = 1,
                           .high = kAll};
constexpr KeyRow kOneWay = {.key = "one_way",
                            .kind = KeyKind::kFlag,
                            .about = "Only from the first side to the second.",
                            .fallback = "false"};

constexpr KeyRow By(int64_t low, std::string_view about) {
  return {.key = "by",
          .kind = KeyKind::kDuration,
          .about = about,
          .required = true,
          .low = low,
          .high = 24 * kHourUs};
}

constexpr KeyRow kPartition[] = {kFor,
                                 {.key = "between",
                                  .kind = KeyKind::kPeers,
                                  .about = "The two sides.",
                                  .required = true,
                                  .list = true,
                                  .count_low = 2,
                                  .count_high = 2},
                                 kOneWay};
constexpr KeyRow kRandomHit[] = {kFor, kSenders, kTowards, kRatio};
constexpr KeyRow kDelay[] = {kFor, kSenders, kTowards, By(1, "Added to the delay of a message.")};
constexpr KeyRow kReorder[] = {kFor, kSenders, kTowards, kRatio,
                               By(1, "How long the messages are held back.")};
constexpr KeyRow kKeeps = {.key = "keeps",
                           .kind = KeyKind::kWord,
                           .about = "What the disk keeps. Default: what the group's disk keeps.",
                           .words = kDiskKeeps};
constexpr KeyWord kSides[] = {
    {"before", "The batch and those behind it are lost, whatever the disk keeps."},
    {"after", "The batch is as durable as those before it, but the peer was not told."}};

constexpr KeyRow kCrash[] = {kDown, kWho, kKeeps};
constexpr KeyRow kWipe[] = {kDown, kWho};
constexpr KeyRow kPause[] = {kFor, kWho};
constexpr KeyRow kRestart[] = {kWho, kKeeps};
constexpr KeyRow kClockJump[] = {kWho, By(-24 * kHourUs, "Forwards, or backwards if negative.")};
constexpr KeyRow kSlow[] = {kFor, kWho, By(1, "Added to the time that a peer needs per message.")};
constexpr KeyRow kIsolate[] = {
    kFor,
    kWho,
    {.key = "one_way",
     .kind = KeyKind::kFlag,
     .about = "Only what the peers send is lost; they still hear the others.",
     .fallback = "false"}};

constexpr KeyRow kCrashAtStore[] = {
    kDown,
    kWho,
    kKeeps,
    {.key = "nth",
     .kind = KeyKind::kInteger,
     .about = "Which of the batches that become durable in the life of the peer, all incarnations "
              "together. "
              "Each peer crashes once; not at all when it was past that when the fault began.",
     .required = true,
     .low = 1,
     .high = 1'000'000'000},
    {.key = "side",
     .kind = KeyKind::kWord,
     .about = "On which side of the batch.",
     .required = true,
     .words = kSides}};

constexpr KeyCase kFaults[] = {
    {{"partition", "No message passes between two sides."}, kPartition},
    {{"loss", "Messages are lost."}, kRandomHit},
    {{"delay", "Messages take longer."}, kDelay},
    {{"duplicate", "Messages arrive twice."}, kRandomHit},
    {{"reorder", "Messages are overtaken."}, kReorder},
    {{"corrupt", "Messages arrive with one byte flipped."}, kRandomHit},
    {{"crash", "Peers stop at once and lose what they had in memory."}, kCrash},
    {{"pause", "Peers do nothing for a while, then go on."}, kPause},
    {{"restart", "Peers stop and start again at once, as a new incarnation."}, kRestart},
    {{"wipe", "Peers crash and come back with an empty disk."}, kWipe},
    {{"clock-jump", "Clocks jump."}, kClockJump},
    {{"slow", "Peers take longer for each message."}, kSlow},
    {{"isolate", "Peers are cut off from all others, and from each other."}, kIsolate},
    {{"disk_full", "Disks take nothing more; what is on them stays."}, kPause},
    {{"disk_failing", "Disks fail to write; after a crash what failed may be there nevertheless."},
     kPause},
    {{"lost_sync",
      "Disks report what they have not synced; a crash within this time takes it back."},
     kPause},
    {{"corrupt_read",
      "A row of each disk cannot be read: batches that depend on it fail, and who starts stays "
      "down until this is over."},
     kPause},
    {{"crash_at_store", "Peers crash where a batch becomes durable."}, kCrashAtStore}};

constexpr KeyRow kCommon[] = {
    {.key = "at",
     .kind = KeyKind::kDuration,
     .about = "When it begins.",
     .required = true,
     .high = kYearUs},
    {.key = "drawn",
     .kind = KeyKind::kFlag,
     .about = "The simulator drew it for \"swarm\"; it says so in capsules.",
     .fallback = "false"}};

constexpr auto kWords = [] {
  std::array<KeyWord, std::size(kFaults)> words;
  for (size_t i = 0; i < words.size(); ++i) words[i] = kFaults[i].word;
  return words;
}();

constexpr KeyWord kIntensities[] = {{"none", "No fault is drawn."},
                                    {"low", "Few and short."},
                                    {"medium", "Several at a time."},
                                    {"high", "Nearly always something."}};
constexpr KeyRow kSwarm[] = {{.key = "draw",
                              .kind = KeyKind::kWord,
                              .about = "Kinds of faults to draw from.",
                              .required = true,
                              .list = true,
                              .count_low = 1,
                              .count_high = 18,
                              .words = kWords},
                             {.key = "intensity",
                              .kind = KeyKind::kWord,
                              .about = "How many.",
                              .fallback = "\"medium\"",
                              .words = kIntensities}};

}  // namespace

constinit const KeyTable kFaultTable = {"fault", "Something that goes wrong.", kCommon, "do",
                                        kFaults};
constinit const KeyTable kSwarmTable = {
    "swarm", "Faults drawn at random by the seed.", kSwarm, "", {}};

}  // namespace sim
