// The roll: every registrant of the network with its record, as the Registrants collection holds them
// when it is closed. Its head is the Merkle head over that collection's entries (HashedTree), so a
// roll can be held against the collection itself.
//
// Thread rule: immutable. Source: protocol document, 1.5 (Registrants, Hashed tree), 2.2.
#pragma once

#include <vector>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "core/collections/election_collections.h"
#include "core/collections/merkle.h"

namespace core {

struct RollEntry {
  PublicKey key{};
  Registrant registrant;

  friend bool operator==(const RollEntry&, const RollEntry&) = default;
};

class Roll {
 public:
  // Errors: keys that do not ascend.
  static StatusOr<Roll> Of(std::vector<RollEntry> entries);

  [[nodiscard]] const std::vector<RollEntry>& entries() const { return entries_; }

  // Nothing: no such registrant.
  [[nodiscard]] const Registrant* Find(const PublicKey& key) const;

  [[nodiscard]] TreeHead Head(const Suite& suite) const;

 private:
  explicit Roll(std::vector<RollEntry> entries) : entries_(std::move(entries)) {}

  std::vector<RollEntry> entries_;
};

// The slot of a registrant for an election. Nothing: it has none.
[[nodiscard]] const RegistrantVote* SlotOf(const Registrant& registrant,
                                           const Key256& template_cid);

}  // namespace core
