// Scenario: one validated run description. The loader makes it from a file, the world runs it, the
// capsule carries it.
//
// Plain data, every field with its unit in the name or type, every default the documented one
// (docs/scenario_files.md). Groups are resolved to peer ranges; faults and workload name peers as
// PeerSet.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/base/time.h"
#include "core/port/command.h"
#include "core/port/config.h"
#include "sim/scenario/peer_set.h"

namespace sim {

using core::Duration;

// A distribution of durations; drawn with integers only (sim/network/distribution.h).
struct Distribution {
  enum class Kind : uint8_t {
    kFixed,
    kUniform,
    kExponential,
    kWeibull,
    kLogNormal,
    kTable,
    kTrace
  };
  Kind kind = Kind::kFixed;
  Duration low;                       // fixed: the value; uniform: from.
  Duration high;                      // uniform: to (inclusive).
  Duration scale;                     // exponential: mean; Weibull: scale; log-normal: median.
  uint64_t shape_ppm = 1'000'000;     // Weibull shape, log-normal sigma, in millionths.
  std::vector<int64_t> quantiles_us;  // table: equidistant quantiles, linear between; trace: the
                                      // values, drawn in turn.

  friend bool operator==(const Distribution&, const Distribution&) = default;
};

struct Region {
  std::string name;
  uint64_t share_ppm = 0;      // Of the peers; the regions' shares sum to 1,000,000.
  uint64_t up_bits_per_s = 0;  // 0: unlimited.
  uint64_t down_bits_per_s = 0;
};

struct NetworkSpec {
  enum class Model : uint8_t { kFixed, kUniform, kMatrix, kRegions };
  Model model = Model::kFixed;
  Duration fixed = core::Milliseconds(50);  // One-way.
  Duration uniform_low = core::Milliseconds(10);
  Duration uniform_high = core::Milliseconds(100);
  std::string file;  // matrix: round trips in ms, n x n; regions: parameters.
  uint32_t matrix_side = 0;
  std::vector<uint32_t> matrix_one_way_us;  // Row-major.
  std::vector<Region> regions;
  std::vector<uint32_t> region_one_way_us;  // Row-major.
  std::vector<int64_t> access_us;           // Per-peer access delay, quantile table.
  Distribution jitter;                      // Per message, added.
  Duration floor = core::Milliseconds(1);   // Smallest one-way delay: the engine's lookahead.
  core::Ratio loss;
  core::Ratio duplicate;
  core::Ratio reorder;  // Share of messages that get reorder_extra on top.
  Duration reorder_extra = core::Milliseconds(50);
  core::Ratio corrupt;     // One byte of the frame is flipped.
  bool bandwidth = false;  // Regions' or groups' up and down rates with a queue each.
  Duration queue_limit = core::Seconds(2);  // A message that would wait longer is dropped.
};

struct ClockSpec {
  Duration offset;         // Uniform in [-offset, +offset] per peer.
  uint32_t drift_ppm = 0;  // Uniform in [-drift, +drift].
};

enum class Reachability : uint8_t {
  kPublic,
  kFullCone,
  kRestricted,
  kSymmetric,
  kRelayOnly,
  kOneWay
};

struct ChurnSpec {
  bool on = false;
  Distribution session;
  Distribution gap;
  bool wipe = false;  // A returning peer has forgotten its routing table.
};

struct AdversarySpec {
  std::string role;        // A name of `orbsim list adversaries`; empty: honest.
  core::Ratio rate{1, 1};  // Share of the occasions on which it misbehaves.
  std::map<std::string, std::string> options;  // Checked by the role's own table in the loader.
};

// The disk of a peer; it matters only to peers that store (sim/world/simulated_storage.h).
struct DiskSpec {
  // What is there after a crash: all that was handed over, what was reported as durable, that and some of
  // the rest, or nothing.
  enum class Keeps : uint8_t { kEverything, kSynced, kSome, kNothing };

  Duration sync = core::Milliseconds(1);  // Of each group of batches.
  Duration sync_spread;                   // Added to it, drawn evenly up to this.
  uint64_t bits_per_s = 0;                // Rate of writing; 0: unlimited.
  Keeps keeps = Keeps::kSynced;

  friend bool operator==(const DiskSpec&, const DiskSpec&) = default;
};

struct Group {
  std::string name;
  uint32_t first = 0;
  uint32_t count = 0;
  std::string region;                                               // Empty: by shares.
  std::vector<std::pair<Reachability, uint64_t>> reachability_ppm;  // Shares; empty: all public.
  ClockSpec clock;
  ChurnSpec churn;
  AdversarySpec adversary;
  DiskSpec disk;
  uint64_t up_bits_per_s = 0;  // 0: the region's.
  uint64_t down_bits_per_s = 0;
  Duration service_time;      // CPU model: per message handled. 0: infinitely fast.
  Duration start_at;          // First arrival of the group.
  Duration start_over;        // Arrivals spread evenly over this time.
  std::string grind_near;     // "kind/label": ids are ground next to this topic's root key.
  std::string grind_block;    // Or, if not empty, next to the key of the cluster of this block,
  uint32_t grind_blocks = 1;  // or of these in turn: "name/0", "name/1", ...
  uint32_t grind_bits = 0;    // Leading bits shared with the key.
};

// What the user at a peer wants with blocks; carried out as calls by sim/world/block_user.
struct BlockOperation {
  std::string block;             // Its name; of several: "name/0", "name/1", ...
  uint32_t blocks = 1;           // So many are there; each time one of them is drawn, or `writes`.
  uint32_t writes = 1;           // Of a transaction.
  uint32_t bytes = 64;           // Of a written block: a mark that tells who wrote it, and padding.
  std::optional<uint64_t> base;  // Of a write; empty: the latest revision, asked for first.
  uint64_t revision = 0;         // Of a get; 0: the latest.
  uint32_t tries = 1;            // Of a write: as often it begins again when others were faster.
};

// What the user at a peer wants with a collection: an action of the collection's client loop, or its part of one over several
// collections. Carried out by sim/world/collection_user.
struct CollectionOperation {
  static constexpr uint32_t kKeysMax =
      32;  // That one action touches: its edits fit into one entry.

  enum class Kind : uint8_t { kAppend, kInsert, kErase };
  static constexpr size_t kKinds = 3;
  Kind kind = Kind::kAppend;
  std::string collection;  // Its name. A diary is appended to; the others edit a tree.
  uint32_t keys = 1000;    // Of a tree: so many can be there; `count` of them are drawn each time.
  uint32_t count = 1;      // Keys that one action inserts or erases, all or none.
  uint32_t absent = 0;  // Keys drawn besides, which must not be there: looked up, and not changed.
  uint32_t bytes = 64;  // Of an entry or a value: a mark that tells who wrote it, and padding.

  [[nodiscard]] bool OnTree() const { return kind != Kind::kAppend; }
};

// A vote in an election that peers call by a name.
struct VoteOperation {
  std::string election;
  uint32_t voters = 0;  // That its voters expect.
  Duration opens;       // The voting period, in world time.
  Duration closes;
  uint32_t choices = 2;  // Of which each voter draws one.
  bool unitary = true;   // Voters consent to blocks of their own.
};

struct Operation {
  Duration at;      // World time of the first one.
  Duration spread;  // Each member starts at its own time within this.
  // How many start in each equal part of it, in relation to each other; empty: as many everywhere.
  std::vector<uint32_t> shares;
  Duration every;  // 0: once; otherwise repeated until `until`.
  Duration until;
  PeerSet who;
  bool random_target = false;  // A lookup draws a new target each time; the command's is unused.
  std::optional<BlockOperation> on_blocks;  // Then the command says no more than its kind.
  // One action over all of them, whole or not at all; when there are any, the command is a transaction.
  std::vector<CollectionOperation> on_collections;
  std::optional<VoteOperation> vote;  // Then the command says no more than its kind.
  core::Command command;
};

struct Fault {
  enum class Kind : uint8_t {
    kPartition,
    kLoss,
    kDelay,
    kDuplicate,
    kReorder,
    kCorrupt,
    kCrash,
    kPause,
    kRestart,
    kWipe,
    kClockJump,
    kSlow,
    kIsolate,
    kDiskFull,
    kDiskFailing,
    kLostSync,
    kCorruptRead,
    kCrashAtStore
  };
  Kind kind = Kind::kLoss;
  Duration at;
  Duration
      length;  // 0 with kCrash, kWipe and kCrashAtStore: until the fault phase or the run ends.
  PeerSet targets;  // Senders for link faults.
  PeerSet others;   // The other side of a partition or link fault; empty: everybody.
  bool one_way = false;
  core::Ratio ratio;  // loss, duplicate, reorder, corrupt: share of the messages.
  Duration amount;    // delay, reorder, clock jump, slow (per message).
  std::optional<DiskSpec::Keeps> keeps;  // Of a crash, instead of the group's.
  uint32_t nth = 0;                      // crash at store: which batch of the peer's life, from 1.
  bool after = false;  // crash at store: the batch is durable, but nobody is told.
  bool drawn = false;  // Came from the swarm.
};

struct SwarmSpec {
  std::vector<Fault::Kind> draw;
  enum class Intensity : uint8_t { kNone, kLow, kMedium, kHigh } intensity = Intensity::kNone;
};

// Luck is drawn from another seed from `at` on: another future of the same past.
struct Reseed {
  Duration at;
  uint64_t seed = 0;
};

struct Expectation {
  std::string check;   // A checker's id, or empty.
  std::string metric;  // A metric's name, or empty.
  enum class Relation : uint8_t { kHolds, kBelow, kAbove, kEquals } relation = Relation::kHolds;
  int64_t bound = 0;       // In the metric's own unit (us, ppm, count, bytes).
  std::string text;        // As the file wrote it, for the verdict line.
  bool must_fail = false;  // The scenario exists to show that the check can fail.
  bool counted = false;    // Violations fail nothing: adversaries can bring them about.
};

struct Scenario {
  std::string name;
  std::string about;
  std::string path;
  // Content of every data file that the scenario names, by its path relative to the scenario's
  // folder. With `canonical` they are the whole scenario again (loader.h, ReloadScenario).
  std::map<std::string, std::string> data_files;
  std::string canonical;   // Merged and overridden JSON without comments: hashed and kept.
  core::Fingerprint hash;  // Over canonical and every data file.
  uint64_t seed = 1;
  Duration duration;
  Duration safety_until;  // End of the fault phase; 0: no phases.
  bool safety_only = false;
  bool warm = true;         // Bootstrap from global knowledge; false: cold, through seeds.
  uint32_t seed_peers = 8;  // Cold: how many first peers are known as seeds.
  bool modelled_crypto = false;
  core::Config protocol;
  NetworkSpec network;
  std::vector<Group> groups;
  std::vector<Operation> workload;
  std::vector<Fault> faults;
  SwarmSpec swarm;
  std::vector<Reseed> reseed;  // In the order of time.
  std::string profile = "strict";
  std::vector<std::string> fails_under;  // Profiles whose rules this scenario shows to be wrong.
  std::vector<Expectation> expect;
  std::vector<std::string> plant;  // Planted bugs, by name: `orbsim list bugs`.

  [[nodiscard]] uint32_t PeerCount() const;
};

}  // namespace sim
