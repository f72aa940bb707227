// StoringWorld: a few peers that do nothing but store, and the world around them. Each peer numbers its batches: batch n
// requires that row n is absent and puts it, so that a batch that is applied twice or out of order is refused.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/world/world.h"

namespace tests {

// What one peer was told, over all its incarnations.
struct StoringLife {
  struct Completion {
    uint32_t number = 0;
    absl::StatusCode code = absl::StatusCode::kOk;
    core::Time at;
    uint32_t incarnation = 0;

    friend bool operator==(const Completion&, const Completion&) = default;
  };

  std::vector<std::vector<core::StoredRow>> starts;  // Rows of each.
  std::vector<Completion> completions;
  std::vector<std::pair<uint32_t, core::Time>> handed_over;  // Number of the batch, and when.

  [[nodiscard]] std::vector<uint32_t> Numbers(absl::StatusCode code) const {
    std::vector<uint32_t> numbers;
    for (const Completion& each : completions) {
      if (each.code == code) numbers.push_back(each.number);
    }
    return numbers;
  }
};

struct StoringHabit {
  core::Duration every = core::Milliseconds(100);
  uint32_t batches = 1;  // Handed over in each step.
  size_t value_bytes = 100;
  bool answers =
      false;  // Each completion is answered by a batch, and so each of those that are handed over every time.
};

class StoringPeer : public core::Participant {
 public:
  static constexpr core::TableId kTable{40};

  StoringPeer(const StoringHabit& habit, StoringLife& life) : habit_(habit), life_(life) {}

  void Step(core::Time now, const core::Input& input, core::Effects& effects) override {
    if (const auto* start = std::get_if<core::Start>(&input)) {
      life_.starts.emplace_back(start->rows.begin(), start->rows.end());
      next_ = static_cast<uint32_t>(start->rows.size());
      deadline_ = now + habit_.every;
    } else if (const auto* stored = std::get_if<core::Stored>(&input)) {
      const auto number = static_cast<uint32_t>(stored->ticket.value);
      life_.completions.push_back({number, stored->status.code(), now, Incarnation()});
      if (habit_.answers && number % 2 == 0) Store(now, effects);
    } else if (now >= deadline_) {
      for (uint32_t i = 0; i < habit_.batches; ++i) Store(now, effects);
      deadline_ = now + habit_.every;
    }
  }

  [[nodiscard]] core::Time NextDeadline() const override { return deadline_; }

  void SeedRoutes(std::span<const core::PeerId>) override {}

  [[nodiscard]] std::vector<core::PeerId> Contacts() const override { return {}; }

  void Digest(core::Hasher& hasher) const override {
    hasher.Add(next_);
    for (const StoringLife::Completion& each : life_.completions) {
      hasher.Add(each.number);
      hasher.Add(static_cast<uint64_t>(each.code));
      hasher.Add(static_cast<uint64_t>(each.at.us));
    }
  }

  [[nodiscard]] size_t MemoryUsage() const override { return sizeof(*this); }

  static core::StoreKey KeyOf(uint32_t number) {
    return {kTable, {static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)}};
  }

 private:
  [[nodiscard]] uint32_t Incarnation() const {
    return static_cast<uint32_t>(life_.starts.size() - 1);
  }

  void Store(core::Time now, core::Effects& effects) {
    core::StoreBatch batch;
    batch.Require(KeyOf(next_), core::Requirement::Kind::kAbsent);
    batch.Put(KeyOf(next_), core::Bytes(habit_.value_bytes, static_cast<uint8_t>(next_)));
    life_.handed_over.emplace_back(next_, now);
    effects.Store({next_++}, std::move(batch));
  }

  StoringHabit habit_;
  StoringLife& life_;
  uint32_t next_ = 0;
  core::Time deadline_ = core::Time::Never();
};

class StoringWorld : private sim::ParticipantFactory {
 public:
  static constexpr uint32_t kPeers = 4;

  explicit StoringWorld(core::Duration duration = core::Seconds(10)) {
    scenario.name = "storing";
    scenario.modelled_crypto = true;
    scenario.warm = false;
    scenario.seed_peers = 0;
    scenario.duration = duration;
    sim::Group group;
    group.name = "peers";
    group.count = kPeers;
    scenario.groups.push_back(group);
  }

  // To the end; the fingerprint.
  core::Fingerprint Run(int threads = 1, int shards = 0) {
    lives.assign(kPeers, {});
    sim::RunPlan plan;
    plan.threads = threads;
    plan.shards = shards;
    plan.factory = this;
    auto made = sim::World::Make(std::make_shared<const sim::Scenario>(scenario), plan, observers);
    EXPECT_TRUE(made.ok());
    world = *std::move(made);
    EXPECT_TRUE(world->RunUntil(sim::WorldTime{scenario.duration.us}).ok());
    world->Finish();
    return world->fingerprint();
  }

  // Of one peer, from `at` on.
  sim::Fault& AddFault(sim::Fault::Kind kind, core::Duration at, core::Duration length,
                       uint32_t peer = 0) {
    sim::Fault fault;
    fault.kind = kind;
    fault.at = at;
    fault.length = length;
    fault.targets.ranges = {{peer, peer + 1}};
    return scenario.faults.emplace_back(fault);
  }

  sim::Scenario scenario;
  StoringHabit habit;
  sim::ObserverSet observers;
  std::unique_ptr<sim::World> world;
  std::vector<StoringLife> lives;

 private:
  [[nodiscard]] std::unique_ptr<core::Participant> Make(core::PeerId self, const core::Context&,
                                                        const core::SecretKey&,
                                                        core::Random) const override {
    return std::make_unique<StoringPeer>(habit, const_cast<StoringLife&>(lives[self.value]));
  }
};

}  // namespace tests
