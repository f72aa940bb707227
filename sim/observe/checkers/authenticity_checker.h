// MM-5: every record acted on has a valid owner signature and passes the seeker's filter.
//
// The signature is verified with the world's true suite, whatever suite the peers were given; the
// filter is the one of the command that the world handed to the seeker.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/flat_table.h"
#include "sim/observe/checkers/checker.h"

namespace sim {

class AuthenticityChecker : public Checker {
 public:
  AuthenticityChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::MatchStarted, core::MatchFinished, core::Seen>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;
  void OnWorldFact(const WorldView& world, const WorldFact& fact) override;

 private:
  struct Session {
    core::PeerId peer;
    core::Key256 topic;

    friend bool operator==(const Session&, const Session&) = default;
  };

  struct SessionHash {
    uint64_t operator()(const Session& session) const {
      return core::Mix64(core::FlatHash{}(session.topic), session.peer.value);
    }
  };

  void JudgeSignature(const WorldView& world, const Fact& fact, const core::Seen& seen);
  void JudgeFilter(const WorldView& world, const Fact& fact, const core::Seen& seen);

  [[nodiscard]] bool IsGenuine(const core::Context& context, const core::Record& record);

  std::vector<uint8_t> bytes_;                                  // Reused between records.
  core::FlatTable<core::PeerId, uint32_t> commanded_;           // The latest match operation.
  core::FlatTable<Session, uint32_t, SessionHash> operations_;  // Of each running match.
};

}  // namespace sim
