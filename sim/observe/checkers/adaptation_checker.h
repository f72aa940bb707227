// MM-6: every narrowing step follows a crowd signal; every widening follows an empty or thin
// answer.
//
// The signal is what the holders meant to say (Answered), not what the participant says it heard: a
// step to a narrower key needs a crowded or truncated answer of some holder to this peer within
// kAnswerMemory; a step to a wider key must not follow crowded answers only. Steps that an
// adversary's answers may have caused are not judged.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/flat_table.h"
#include "sim/observe/checkers/checker.h"

namespace sim {

class AdaptationChecker : public Checker {
 public:
  AdaptationChecker();

  [[nodiscard]] FactMask Wants() const override {
    return MaskOf<core::Answered, core::Respecified>();
  }

  void OnFact(const WorldView& world, const Fact& fact) override;

 private:
  static constexpr size_t kRemembered = 12;

  // Small: a world of 500,000 workers remembers six million of them.
  struct Answer {
    WorldTime at;
    uint16_t shared = 0;  // Leading bits that the key shares with the peer's id.
    bool crowd = false;
    bool honest = false;
  };

  // The latest answers to one peer, a ring.
  struct Answers {
    std::array<Answer, kRemembered> last{};
    uint32_t next = 0;
    uint32_t count = 0;
  };

  struct Summary {
    uint32_t crowded = 0;
    uint32_t thin = 0;
    bool doubtful = false;
  };

  void OnAnswered(const WorldView& world, const Fact& fact, const core::Answered& answered);
  void Judge(const Fact& fact, const core::Respecified& step, bool lossless);
  [[nodiscard]] static Summary Before(const Answers& answers, const Fact& fact, uint8_t from);

  core::FlatTable<core::PeerId, Answers> answers_;
};

}  // namespace sim
