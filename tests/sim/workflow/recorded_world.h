// Peers of a simulated world with a flight recorder each: what a node's host does around its peer, done around core::Peer inside a world.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/codec/wire.h"
#include "core/peer/peer.h"
#include "core/recording/recorder.h"
#include "sim/network/swarm.h"
#include "sim/observe/observer_set.h"
#include "sim/world/world.h"
#include "tests/sim/workflow/recording_parts.h"

namespace sim {

inline FileBytes Saved(const core::Recorder& recorder) {
  FileBytes file;
  recorder.Save([&file](std::span<const uint8_t> part) {
    file.insert(file.end(), part.begin(), part.end());
  });
  return file;
}

// (handle, incarnation): the file at the end of that life.
using Recordings = std::map<std::pair<uint32_t, uint32_t>, FileBytes>;

class RecordedPeer : public core::Participant {
 public:
  using OnEnd = std::function<void(FileBytes)>;

  RecordedPeer(const core::RecordingHeader& header, const core::RecorderLimits& limits,
               const core::Context& context, const core::SecretKey& secret, OnEnd on_end)
      : recorder_(header, limits, DirectoryOf(context), *context.suite),
        context_(context),
        wire_(context.network, recorder_.directory()),
        on_end_(std::move(on_end)) {
    context_.directory = &recorder_.directory();
    context_.suite = &recorder_.suite();
    peer_ =
        std::make_unique<core::Peer>(header.self, context_, secret, core::Random(header.stream));
  }

  ~RecordedPeer() override { on_end_(Saved(recorder_)); }

  void Step(core::Time now, const core::Input& input, core::Effects& effects) override {
    frame_.clear();
    if (const auto* arrival = std::get_if<core::Arrival>(&input)) {
      wire_.Encode(*arrival->message, frame_);
      EXPECT_TRUE(wire_.Decode(frame_, message_).ok());
    }
    recorder_.Record(now, input, frame_);
    peer_->Step(now, input, effects);
    recorder_.Settle(*peer_);
  }

  [[nodiscard]] core::Time NextDeadline() const override { return peer_->NextDeadline(); }

  void SeedRoutes(std::span<const core::PeerId> contacts) override {
    recorder_.SeedRoutes(contacts);
    peer_->SeedRoutes(contacts);
  }

  [[nodiscard]] std::vector<core::PeerId> Contacts() const override { return peer_->Contacts(); }

  void Digest(core::Hasher& hasher) const override { peer_->Digest(hasher); }

  [[nodiscard]] size_t MemoryUsage() const override { return peer_->MemoryUsage(); }

 private:
  // A world's directory learns nobody: Learn changes nothing in it.
  static core::Directory& DirectoryOf(const core::Context& context) {
    return const_cast<core::Directory&>(*context.directory);
  }

  core::Recorder recorder_;
  core::Context context_;
  core::Wire wire_;
  core::Message message_;
  std::vector<uint8_t> frame_;
  std::unique_ptr<core::Peer> peer_;
  OnEnd on_end_;
};

class RecordingFactory : public ParticipantFactory {
 public:
  // Records the peers whose handle is `offset` modulo `every`.
  RecordingFactory(const Scenario& scenario, const core::RecorderLimits& limits, uint32_t every = 1,
                   uint32_t offset = 0)
      : config_(scenario.protocol),
        seed_(scenario.seed),
        limits_(limits),
        every_(every),
        offset_(offset) {}

  std::unique_ptr<core::Participant> Make(core::PeerId self, const core::Context& context,
                                          const core::SecretKey& secret,
                                          core::Random random) const override {
    if (self.value % every_ != offset_) {
      return std::make_unique<core::Peer>(self, context, secret, random);
    }
    const std::lock_guard lock(mutex_);
    const uint32_t incarnation = incarnations_[self.value]++;
    const core::RecordingHeader header{.build = "test",
                                       .network = context.network,
                                       .public_key = context.suite->PublicKeyFor(secret),
                                       .self = self,
                                       .stream = {.seed = seed_,
                                                  .peer = self.value,
                                                  .incarnation = incarnation,
                                                  .purpose = core::Purpose::kPeer},
                                       .config = config_};
    const auto on_end = [this, key = std::pair(self.value, incarnation)](FileBytes file) {
      const std::lock_guard ending(mutex_);
      recordings_[key] = std::move(file);
    };
    return std::make_unique<RecordedPeer>(header, limits_, context, secret, on_end);
  }

  // REQUIRES: the world is gone.
  [[nodiscard]] Recordings Take() { return std::move(recordings_); }

 private:
  core::Config config_;
  uint64_t seed_;
  core::RecorderLimits limits_;
  uint32_t every_;
  uint32_t offset_;
  mutable std::mutex mutex_;
  mutable std::map<uint32_t, uint32_t> incarnations_;
  mutable Recordings recordings_;
};

struct RecordedRun {
  Recordings recordings;
  core::Fingerprint fingerprint;
};

// Runs the scenario for so many seconds with recorders in it.
inline RecordedRun RecordRun(const Scenario& scenario, int64_t seconds,
                             const core::RecorderLimits& limits = {}, uint32_t every = 1) {
  RecordingFactory factory(scenario, limits, every);
  RecordedRun run;
  {
    ObserverSet observers;
    RunPlan plan;
    plan.threads = 2;
    plan.factory = &factory;
    auto world =
        World::Make(std::make_shared<const Scenario>(WithDrawnFaults(scenario)), plan, observers);
    EXPECT_TRUE(world.ok());
    if (!world.ok()) return run;
    EXPECT_TRUE((*world)->RunUntil(WorldTime{seconds * 1'000'000}).ok());
    run.fingerprint = (*world)->fingerprint();
  }
  run.recordings = factory.Take();
  return run;
}

}  // namespace sim
