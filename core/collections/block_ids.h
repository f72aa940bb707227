// Where the blocks of a collection lie.
//
// A collection is found by its name: its header's id is the hash of network and name. Every later
// block's id follows from the header, the action that made the block, and a number. So ids can be
// computed again by whoever replays the log, and nobody chooses them freely to get a block into a
// cluster of his liking. Number 0 is the log block that an action began; tree blocks count from 1.
// Source: protocol document, 1.5.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>

#include "core/base/ids.h"
#include "core/crypto/suite.h"

namespace core {

inline constexpr std::string_view kHeaderIdDomain = "vt/coll";
inline constexpr std::string_view kBlockIdDomain = "vt/block/id/1";

// Names one logical action for good, through every retry; drawn at random by the client.
struct ActionId {
  std::array<uint8_t, 16> bytes{};

  friend constexpr auto operator<=>(const ActionId&, const ActionId&) = default;
};

inline constexpr uint32_t kLogBlockNumber = 0;
inline constexpr uint32_t kFirstTreeBlockNumber = 1;

[[nodiscard]] BlockId HeaderIdOf(const Suite& suite, const Key256& network, std::string_view name);
[[nodiscard]] BlockId BlockIdOf(const Suite& suite, const BlockId& header, const ActionId& creator,
                                uint32_t number);

}  // namespace core
