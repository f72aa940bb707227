// The host's side of the storage rings: the room that is lent, and what becomes of it.
#include <system_error>
#include <variant>

#include "core/port/names.h"
#include "node/host/host.h"
#include "node/host/lend_check.h"

namespace node {

void Host::ReportRings(const core::Observation& observation) {
  if (const auto* changed = std::get_if<core::RingChanged>(&observation)) {
    const std::string_view status = changed->lends ? core::NameOf(changed->status) : "none";
    log_->Write(ring_site_, "a place in the rings",
                {{"status", status},
                 {"ring", uint64_t{changed->ring}},
                 {"from", uint64_t{changed->from}},
                 {"capacity", changed->capacity},
                 {"used", changed->used}});
  } else if (const auto* ended = std::get_if<core::HandoffEnded>(&observation)) {
    log_->Write(ring_site_, "a handoff ended", {{"done", ended->done}, {"blocks", ended->blocks}});
  } else if (const auto* pressure = std::get_if<core::StoragePressure>(&observation)) {
    log_->Write(ring_site_, "storage pressure", {{"on", pressure->on}});
  } else if (std::holds_alternative<core::Joined>(observation)) {
    LendConfigured();
  }
}

// What is refused leaves the place as it was: a node that lent before goes on.
void Host::LendConfigured() {
  if (options_.lend == 0) return;
  const core::LendCommand lend{options_.lend};
  const core::Status allowed = CheckLender(lend);
  if (!allowed.ok()) {
    log_->Error("the configured room is not lent", {{"why", allowed}});
    return;
  }
  options_.lend = 0;
  const core::RingOverview rings = peer_->Rings();
  const bool lent = rings.place.has_value() && rings.capacity == lend.bytes &&
                    rings.place->status != core::RingStatus::kLeaving;
  if (!lent) Deliver(lend);
}

core::Status Host::CheckLender(const core::LendCommand& lend) const {
  const core::RingOverview rings = peer_->Rings();
  return CheckLend(lend, {.client = client_,
                          .used = rings.used,
                          .lends = rings.place.has_value(),
                          .disk_free = DiskFree()});
}

core::RingOverview Host::Rings() const {
  return peer_ == nullptr ? core::RingOverview{} : peer_->Rings();
}

std::optional<uint64_t> Host::DiskFree() const {
  if (options_.store.empty()) return std::nullopt;
  std::error_code error;
  const std::filesystem::space_info space =
      std::filesystem::space(options_.store.parent_path(), error);
  if (error) return std::nullopt;
  return space.available;
}

}  // namespace node
