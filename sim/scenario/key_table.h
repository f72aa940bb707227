// Key tables: the one description of the scenario format.
//
// The loader checks and converts by them (conform.h), scenarios/schema.json and the reference in
// docs/scenario_files.md are generated from them (reference.h): what is documented is what is
// accepted. One KeyTable per kind of object, one KeyRow per key; an object whose keys depend on one
// of them (its selector: "do", "model", ...) has one KeyCase per value.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace sim {

enum class KeyKind : uint8_t {
  kText,
  kName,  // A word of letters, digits and underscores that begins with a letter.
  kFlag,
  kInteger,
  kDuration,  // "250ms": microseconds.
  kSize,      // "4KiB": bytes.
  kRate,      // "20Mbit/s": bits per second.
  kShare,     // "0.2%": millionths.
  kDecimal,   // "0.57": millionths.
  kWord,      // One of `words`; converted to its index.
  kTopic,     // "kind/label" or "label".
  kPeers,     // Group algebra: "crowd[10%] + seekers".
  kTarget,    // "random" or 64 hexadecimal digits.
  kFile,      // A path relative to the file that names it.
  kBound,     // A number in the unit of the metric beside it.
  kIntegers,  // A list of integers.
  kGrid,      // A square list of lists of integers.
  kObject,    // By `table`; or one of `words`, when there are any.
  kOptions,   // An adversary's own options.
};

struct KeyWord {
  std::string_view word;
  std::string_view about = {};
};

struct KeyTable;

struct KeyRow {
  std::string_view key = {};
  KeyKind kind = KeyKind::kText;
  std::string_view about = {};
  bool required = false;
  bool list = false;  // A list of what `kind` says.
  int64_t low = 0;    // Smallest value in the kind's base; texts: smallest length; kIntegers,
                      // kGrid: smallest element.
  int64_t high = std::numeric_limits<int64_t>::max();
  int64_t count_low = 0;  // Lists: smallest and largest number of elements.
  int64_t count_high = 10'000;
  std::string_view fallback = {};  // JSON text of the default; empty: see `about`.
  std::span<const KeyWord> words = {};
  const KeyTable* table = nullptr;
};

struct KeyCase {
  KeyWord word;  // The selector's value.
  std::span<const KeyRow> rows;
};

struct KeyTable {
  std::string_view name;  // Title in the reference and the schema.
  std::string_view about = {};
  std::span<const KeyRow> rows;  // In every case.
  std::string_view selector;     // Key whose value chooses the case; empty: no cases.
  std::span<const KeyCase> cases;
};

// The roots: a scenario file, and the file of fitted network parameters.
extern const KeyTable kScenarioTable;
extern const KeyTable kParametersTable;

// What a disk keeps when the process dies, in the order of DiskSpec::Keeps.
inline constexpr KeyWord kDiskKeeps[] = {
    {"everything", "All that was handed over."},
    {"synced", "What was reported as durable."},
    {"some", "What was reported as durable, and the first few of the others."},
    {"nothing", "Nothing: the disk is empty."}};

// Shared by more than one file of tables.
extern const KeyTable kProtocolTable;
extern const KeyTable kNetworkTable;
extern const KeyTable kGroupTable;
extern const KeyTable kReachabilityTable;
extern const KeyTable kOperationTable;
extern const KeyTable kFaultTable;
extern const KeyTable kDistributionTable;
extern const KeyTable kChurnTable;
extern const KeyTable kSwarmTable;

}  // namespace sim
