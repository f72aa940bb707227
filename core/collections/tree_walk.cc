#include <utility>

#include "core/collections/tree.h"
#include "core/collections/tree_path.h"

namespace core {

bool TreeCursor::Load(Draft& view) {
  const bool before = order_ == Order::kDescending && (beyond_ || place_.empty());
  auto path = Descend(view, place_, before ? Side::kBefore : Side::kAt);
  if (!path.has_value()) return false;
  leaf_ = std::move(path->nodes.back().node);
  return true;
}

// The next entry of the leaf at hand.
std::optional<TreeEntry> TreeCursor::Take() {
  const auto& entries = leaf_->entries;
  size_t at = EntryAt(*leaf_, place_);
  const bool found = at < entries.size() && entries[at].key == place_;
  if (order_ == Order::kAscending) {
    if (found && beyond_) ++at;
    if (at == entries.size()) return std::nullopt;
  } else {
    if (place_.empty()) at = entries.size();
    if (found && !beyond_) ++at;
    if (at == 0) return std::nullopt;
    --at;
  }
  place_ = entries[at].key;
  beyond_ = true;
  return entries[at];
}

bool TreeCursor::LeaveLeaf() {
  const Bytes& fence = order_ == Order::kAscending ? leaf_->high : leaf_->low;
  if (fence.empty()) return false;
  place_ = fence;
  beyond_ = order_ == Order::kDescending;  // A low fence belongs to the leaf that it begins.
  leaf_.reset();
  return true;
}

std::optional<TreeEntry> TreeCursor::Next(Draft& view) {
  while (!ended_) {
    if (!leaf_.has_value() && !Load(view)) return std::nullopt;
    if (auto entry = Take(); entry.has_value()) return entry;
    ended_ = !LeaveLeaf();
  }
  return std::nullopt;
}

}  // namespace core
