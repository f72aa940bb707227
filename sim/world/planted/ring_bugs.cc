#include "sim/world/planted/ring_bugs.h"

#include <algorithm>

#include "core/arachnode/ring_rows.h"
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

bool HollowHolder::Before(core::Time, core::Input& input) {
  if (!hollow_) return true;
  const auto* reply = BodyOf<core::ArchiveReply>(input);
  return BodyOf<core::ArchiveStore>(input) == nullptr &&
         (reply == nullptr || reply->state != core::ArchiveState::kHeld);
}

void HollowHolder::After(core::Time, const core::Input&, core::Effects& effects) {
  if (!hollow_) return;
  EditSends<core::Confirm>(effects, [](core::Confirm& confirm) { confirm.missing.clear(); });
}

}  // namespace sim
