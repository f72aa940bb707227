#include "sim/world/planted/ring_bugs.h"

#include <algorithm>

#include "core/arachnode/holding.h"
#include "core/arachnode/ring_rows.h"
#include "core/transactions/cluster.h"
#include "sim/world/planted/bodies.h"

namespace sim {

bool Misplaced::Before(core::Time, core::Input& input) {
  auto* start = std::get_if<core::Start>(&input);
  if (start == nullptr) return true;
  rows_.assign(start->rows.begin(), start->rows.end());
  for (core::StoredRow& row : rows_) {
    core::PlaceRow place;
    if (row.at != core::PlaceKey() || core::DecodeRow(row.value, place) != nullptr) continue;
    place.ring = std::min<uint8_t>(core::limits::kRingMax, place.ring + 1);
    row.value = core::EncodeRow(place);
  }
  start->rows = rows_;
  return true;
}

bool DoubleLending::Before(core::Time, core::Input& input) {
  auto* command = std::get_if<core::Command>(&input);
  if (command == nullptr) return true;
  if (auto* lend = std::get_if<core::LendCommand>(command)) lend->bytes *= 2;
  return true;
}

void HollowHolder::Remember(const core::Archive& archive) {
  core::Archive& known = archives_[core::ClusterKey(*context_->suite, archive.block)];
  if (known.revision < archive.revision) known = archive;
}

bool HollowHolder::Before(core::Time, core::Input& input) {
  if (!hollow_) return true;
  const auto* store = BodyOf<core::ArchiveStore>(input);
  const auto* reply = BodyOf<core::ArchiveReply>(input);
  if (store != nullptr) Remember(store->archive);
  if (reply != nullptr && !reply->archive.empty()) Remember(reply->archive);
  return store == nullptr && (reply == nullptr || reply->state != core::ArchiveState::kHeld);
}

void HollowHolder::Show(const core::HoldingChallenge& challenge, core::HoldingProof& proof) const {
  const auto known = archives_.find(challenge.block.key);
  if (known == archives_.end()) return;
  proof = {.block = {challenge.block.key, known->second.revision},
           .state = core::ArchiveState::kHeld,
           .proof = core::HoldingProofOf(*context_, known->second, challenge.nonce,
                                         context_->directory->NodeIdOf(self_))};
}

void HollowHolder::After(core::Time, const core::Input& input, core::Effects& effects) {
  if (!hollow_) return;
  EditSends<core::Confirm>(effects, [&](core::Confirm& confirm) {
    std::erase_if(confirm.missing, [&](const core::KeyedRevision& block) {
      const auto known = archives_.find(block.key);
      return known != archives_.end() && known->second.revision >= block.revision;
    });
  });
  const auto* challenge = BodyOf<core::HoldingChallenge>(input);
  if (challenge == nullptr) return;
  EditSends<core::HoldingProof>(effects,
                                [&](core::HoldingProof& proof) { Show(*challenge, proof); });
}

bool MisheardArchives::Before(core::Time, core::Input& input) {
  const auto* reply = BodyOf<core::ArchiveReply>(input);
  if (reply == nullptr || reply->state != core::ArchiveState::kHeld) return true;
  if (hears_ == Hears::kNothing) return false;
  auto& arrival = std::get<core::Arrival>(input);
  heard_ = *arrival.message;
  auto& changed = std::get<core::ArchiveReply>(heard_.body);
  changed.state = core::ArchiveState::kNotHeld;
  changed.archive = {};
  arrival.message = &heard_;
  return true;
}

}  // namespace sim
