#include "sim/world/planted/collection_bugs.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <variant>

#include "core/collections/blocks.h"

namespace sim {
namespace {

// CO-1.
void BreakChain(core::LogBlock& log) {
  if (log.prior.has_value()) log.prior->hash[0] ^= 1;
}

// CO-4: the entry before the newest one gives way to one that nobody asked for. Not the first action of a block, after which the
// block is named.
void OverwriteEntry(core::LogBlock& log) {
  const size_t first = log.first_sequence == 0 ? 0 : 1;
  if (log.entries.size() < first + 3) return;
  auto* action = std::get_if<core::LogAction>(&log.entries[log.entries.size() - 2].body);
  if (action != nullptr) action->id.bytes[0] ^= 1;
}

// CO-5: what the newest action looked up is nowhere named. A block with a link is full, and its hash stands behind it.
void ForgetReads(core::LogBlock& log) {
  auto* action = std::get_if<core::LogAction>(&log.entries.back().body);
  if (action != nullptr && !log.next.has_value()) action->reads.clear();
}

// CO-2: entries of a leaf that is not the root get lost.
void ThinLeaf(core::TreeNode& node) {
  const bool root = node.low.empty() && node.high.empty();
  if (root || !node.leaf() || node.entries.size() < core::kNodeSlotsMin) return;
  node.entries.resize(core::kNodeSlotsMin - 1);
}

// CO-3: a value that the log does not know of.
void EditSilently(core::TreeNode& node) {
  if (node.leaf() && !node.entries.empty()) node.entries.back().value.back() = 0xff;
}

template <typename Block, typename Decode>
void Spoil(core::BlockWrite& write, Decode decode, void (*spoil)(Block&)) {
  auto block = decode(write.value);
  if (!block.ok()) return;
  spoil(*block);
  write.value = core::Encode(*block);
}

}  // namespace

void SpoilWrite(std::span<const std::string> planted, core::BlockWrite& write) {
  if (write.erase) return;
  for (const std::string& bug : planted) {
    if (bug == "broken-chain") Spoil(write, core::DecodeLogBlock, BreakChain);
    if (bug == "thin-leaf") Spoil(write, core::DecodeNode, ThinLeaf);
    if (bug == "silent-edit") Spoil(write, core::DecodeNode, EditSilently);
    if (bug == "overwritten-entry") Spoil(write, core::DecodeLogBlock, OverwriteEntry);
    if (bug == "forgotten-reads") Spoil(write, core::DecodeLogBlock, ForgetReads);
  }
}

}  // namespace sim
