#include "core/election/roll.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "core/collections/hashed_tree.h"

namespace core {

StatusOr<Roll> Roll::Of(std::vector<RollEntry> entries) {
  for (size_t i = 1; i < entries.size(); ++i) {
    if (entries[i - 1].key < entries[i].key) continue;
    return InvalidArgument(absl::StrCat("roll: registrant ", i, " does not ascend"));
  }
  return Roll(std::move(entries));
}

const Registrant* Roll::Find(const PublicKey& key) const {
  const auto at =
      std::lower_bound(entries_.begin(), entries_.end(), key,
                       [](const RollEntry& entry, const PublicKey& k) { return entry.key < k; });
  return at != entries_.end() && at->key == key ? &at->registrant : nullptr;
}

TreeHead Roll::Head(const Suite& suite) const {
  MerkleTree tree(suite);
  for (const RollEntry& entry : entries_) {
    tree.Add(EntryHash(
        suite, {.key = {entry.key.begin(), entry.key.end()}, .value = Encode(entry.registrant)}));
  }
  return tree.Head();
}

const RegistrantVote* SlotOf(const Registrant& registrant, const Key256& template_cid) {
  for (const RegistrantVote& vote : registrant.votes) {
    if (vote.template_cid == template_cid) return &vote;
  }
  return nullptr;
}

}  // namespace core
