// MatcherTest: a matcher whose holders and partners are played by the test.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "core/matchmaking/matcher.h"
#include "tests/core/matchmaking/flow_rig.h"

namespace core {

class MatcherTest : public testing::Test {
 protected:
  MatcherTest() {
    rig.shared_prefix = 16;
    command.topic = {"proof", "chapter one"};
  }

  void Begin() {
    matcher.emplace(rig.topic, command, rig.config.matchmaking);
    matcher->Begin(rig.moment());
    Locate();
  }

  void Locate() {
    while (!rig.lookups.empty()) {
      const auto asked = rig.lookups.front();
      rig.lookups.erase(rig.lookups.begin());
      matcher->OnLookup(rig.moment(), asked.token, holders, 5);
    }
  }

  // Every holder acknowledges the record and answers the question that were last sent.
  void Answer(const std::vector<Record>& records, const Traffic& traffic = {},
              bool truncated = false) {
    const auto provides = rig.Sent<Provide>();
    const auto finds = rig.Sent<Find>();
    rig.effects.Clear();
    for (const auto& [holder, message] : provides) {
      ProvideAck ack;
      ack.key = std::get<Provide>(message.body).key;
      matcher->OnProvideAck(rig.moment(), holder, message.id, ack);
    }
    for (const auto& [holder, message] : finds) {
      Found found;
      found.key = std::get<Find>(message.body).key;
      found.records = records;
      found.traffic = traffic;
      found.truncated = truncated;
      matcher->OnFound(rig.moment(), holder, message.id, found);
    }
  }

  void Advance(Duration by) {
    const Time end = rig.now + by;
    while (matcher->NextDeadline() <= end) {
      rig.now = std::max(rig.now, matcher->NextDeadline());
      matcher->OnDeadline(rig.moment());
      Locate();
    }
    rig.now = end;
  }

  // To the next query, whatever the reason.
  void AdvanceToQuery() {
    for (int i = 0; i < 100 && rig.Sent<Find>().empty(); ++i) {
      rig.now = std::max(rig.now, matcher->NextDeadline());
      matcher->OnDeadline(rig.moment());
      Locate();
    }
  }

  std::vector<Record> Workers(uint32_t from, uint32_t count) {
    std::vector<Record> records;
    for (uint32_t i = 0; i < count; ++i) {
      records.push_back(rig.RecordOf(PeerId{from + i}, Role::kWorker, 16));
    }
    return records;
  }

  std::optional<MatchFinished> End() {
    const auto ends = rig.Observed<MatchFinished>();
    return ends.empty() ? std::nullopt : std::optional(ends.back());
  }

  FlowRig rig;
  MatchCommand command;
  std::vector<PeerId> holders{PeerId{40}, PeerId{41}, PeerId{42}, PeerId{43}};
  std::optional<Matcher> matcher;
};

}  // namespace core
