// The option table: the one description of the configuration file.
//
// The loader checks and converts by it, `orbnode init` writes it out with comments, and the reference in
// docs/node_configuration.md is generated from it: what is documented is what is accepted.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/config/node_config.h"

namespace node {

enum class OptionKind : uint8_t {
  kText,  // Bytes: low to high.
  kPath,  // The same, without NUL.
  kKey,   // Empty, or 64 hexadecimal digits.
  kFlag,
  kInteger,
  kDuration,  // "250ms": microseconds.
  kSize,      // "4KiB": bytes.
  kWord,      // One of `words`; its index.
  kListen,    // Empty, or an address to listen at.
  kListens,   // Lists, low to high elements.
  kAddresses,
  kSeeds,
};

// One option's value; which member is set depends on the kind.
struct OptionValue {
  int64_t number = 0;
  std::string text;
  std::vector<IpEndpoint> endpoints;
  std::vector<Address> addresses;
  std::vector<Seed> seeds;
};

struct OptionRow {
  std::string_view section;  // Empty: the top of the file.
  std::string_view key;
  OptionKind kind = OptionKind::kText;
  std::string_view fallback;  // JSON.
  int64_t low = 0;
  int64_t high = std::numeric_limits<int64_t>::max();
  std::span<const std::string_view> words = {};
  std::string_view about;  // One line.
  void (*store)(const OptionValue& value, NodeConfig& config) = nullptr;
};

struct OptionSection {
  std::string_view name;
  std::string_view about;
};

// In the order in which they are written; rows of a section stand together, those of the top first.
[[nodiscard]] std::span<const OptionRow> OptionRows();
[[nodiscard]] std::span<const OptionSection> OptionSections();

}  // namespace node
