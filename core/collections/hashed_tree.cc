#include "core/collections/hashed_tree.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/codec/canonical.h"

namespace core {
namespace {

std::string_view TextOf(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Digest256 EntryHash(const Suite& suite, const TreeEntry& entry) {
  std::vector<uint8_t> bytes;
  CanonicalWriter writer(bytes);
  writer.Text(TextOf(entry.key));
  writer.Text(TextOf(entry.value));
  return MerkleLeafHash(suite, bytes);
}

bool HashedTree::Advance(Draft& view) {
  while (auto entry = cursor_.Next(view)) {
    merkle_.Add(EntryHash(view.suite(), *entry));
    keys_.push_back(std::move(entry->key));
  }
  return view.ok();
}

std::optional<uint64_t> HashedTree::IndexOf(const Bytes& key) const {
  const auto place = std::lower_bound(keys_.begin(), keys_.end(), key);
  if (place == keys_.end() || *place != key) return std::nullopt;
  return static_cast<uint64_t>(place - keys_.begin());
}

}  // namespace core
