#include "core/matchmaking/tasks.h"

#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/core/matchmaking/flow_rig.h"

namespace core {
namespace {

RC_GTEST_PROP(TasksTest, AnySequenceOfOffersAndEndsKeepsTheBudget, ()) {
  FlowRig rig(4);
  const auto budget = *rc::gen::inRange<uint16_t>(0, 5);
  Tasks tasks(budget);
  const auto steps = *rc::gen::container<std::vector<std::pair<uint8_t, uint8_t>>>(
      rc::gen::arbitrary<std::pair<uint8_t, uint8_t>>());
  for (const auto& [what, number] : steps) {
    Offer offer;
    offer.task.bytes[0] = static_cast<uint8_t>(number % 8);
    offer.expires_ms = rig.now.us / 1000 + 1000 - (number / 64) * 8000;
    const PeerId matcher{static_cast<uint32_t>(what % 3)};
    bool repeated = false;
    if (what % 4 == 0) {
      rig.now = rig.now + Seconds(number);
      tasks.OnDeadline(rig.moment());
    } else if (what % 4 == 1) {
      tasks.Finish(rig.moment(), matcher, offer.task);
    } else {
      const uint16_t before = tasks.active();
      const bool taken = !tasks.Accept(rig.moment(), matcher, offer, repeated).has_value();
      RC_ASSERT(tasks.active() == before + (taken && !repeated ? 1 : 0));
    }
    RC_ASSERT(tasks.active() <= tasks.budget());
  }
}

}  // namespace
}  // namespace core
