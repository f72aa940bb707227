// MM-3: no reply contains a record older than ttl + clock error + one propagation delay.
//
// The age is counted by the world's clock from the moment when the owner published that sequence
// number, not from what the record says. A record that a seeker refused as expired stood in a reply
// as well, so both Seen and RecordRefused are judged. Of each owner the last publications are
// remembered; an older sequence is at least as old as the oldest of them.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/flat_table.h"
#include "sim/observe/checkers/checker.h"

namespace sim {

class FreshnessChecker : public Checker {
 public:
  FreshnessChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::Published, core::Seen, core::RecordRefused>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  static constexpr size_t kRemembered = 4;

  struct Publication {
    uint64_t sequence = 0;
    WorldTime at;
    core::Role role = core::Role::kWorker;
  };

  // A ring: the newest overwrites the oldest.
  struct Publications {
    std::array<Publication, kRemembered> last{};
    uint32_t next = 0;
    uint32_t count = 0;
  };

  // What a reply carried. The ttl is what the owner signed; zero: the fact does not say.
  struct Served {
    core::PeerId owner;
    uint64_t sequence = 0;
    core::Duration ttl;
  };

  void OnPublished(const Fact& fact, const core::Published& published);
  void Judge(const WorldView& world, const Fact& fact, const Served& served);

  core::FlatTable<core::PeerId, Publications> owners_;
};

}  // namespace sim
