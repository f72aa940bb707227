// A node that is what a test says: the admin pages and the control socket are tried against it.
#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/crypto/sodium_suite.h"
#include "node/host/command_check.h"
#include "node/host/node_directory.h"
#include "node/host/node_view.h"

namespace node {

class FakeNodeView : public NodeView {
 public:
  FakeNodeView() : directory(core::PublicKey{1}, suite) {
    status.id.bytes.fill(0xab);
    status.network.bytes.fill(0xcd);
    status.version = "test-1";
    status.phase = HostPhase::kJoined;
    status.routines = 1;
    status.listen = *ParseEndpoint("127.0.0.1:7420");
    digests = {{"routing", core::Fingerprint{7, 9}}};
  }

  void StartRecorder() {
    core::RecordingHeader header;
    header.build = "test-1";
    recorder = std::make_unique<core::Recorder>(header, core::RecorderLimits{}, directory, suite);
  }

  [[nodiscard]] NodeStatus Status() const override { return status; }

  [[nodiscard]] std::vector<PeerStatus> Peers() const override { return peers; }

  [[nodiscard]] const MessageCounters& Messages() const override { return messages; }

  [[nodiscard]] const TransportCounters& Sockets() const override { return sockets; }

  [[nodiscard]] const Courier::Counters& Frames() const override { return frames; }

  [[nodiscard]] std::vector<core::ModuleDigest> ModuleDigests() const override { return digests; }

  [[nodiscard]] core::RingOverview Rings() const override { return rings; }

  [[nodiscard]] const core::Recorder* Recording() const override { return recorder.get(); }

  // The handle's number in every byte.
  [[nodiscard]] core::NodeId NodeIdOf(core::PeerId peer) const override {
    core::NodeId id;
    id.bytes.fill(static_cast<uint8_t>(peer.value));
    return id;
  }

  // The first bytes of its text.
  [[nodiscard]] core::Key256 TopicOf(const core::Topic& topic) const override {
    const std::string text = topic.kind + "/" + topic.label;
    core::Key256 key;
    std::memcpy(key.bytes.data(), text.data(), std::min(text.size(), key.bytes.size()));
    return key;
  }

  // The same.
  [[nodiscard]] core::BlockId BlockOf(std::string_view name) const override {
    core::BlockId id;
    std::memcpy(id.bytes.data(), name.data(), std::min(name.size(), id.bytes.size()));
    return id;
  }

  [[nodiscard]] core::Status Submit(const core::Command& command) override {
    if (!answer.ok()) return answer;
    const core::Status checked = CheckCommand(command);
    if (!checked.ok()) return checked;
    commands.push_back(command);
    // As the core: a matcher that leaves says so at once.
    if (const auto* leave = std::get_if<core::LeaveCommand>(&command)) {
      const core::Key256 key = TopicOf(leave->topic);
      if (seeking.erase(key) > 0) {
        Tell(core::MatchFinished{
            .topic = key, .end = core::MatchEnd::kLeft, .wanted = 3, .took = {}});
      }
    } else if (const auto* match = std::get_if<core::MatchCommand>(&command)) {
      seeking[TopicOf(match->topic)] = true;
      Tell(core::MatchStarted{
          .topic = TopicOf(match->topic), .want = match->want, .patience = match->patience});
    }
    return absl::OkStatus();
  }

  uint64_t Observe(Observer observer) override {
    observers.emplace(++last_observer, std::move(observer));
    return last_observer;
  }

  void Unobserve(uint64_t id) override { observers.erase(id); }

  void Tell(const core::Observation& observation) {
    for (const auto& [id, observer] : observers) observer(core::Time{1'000}, observation);
  }

  template <typename Command>
  [[nodiscard]] size_t Count() const {
    size_t count = 0;
    for (const core::Command& command : commands) count += std::holds_alternative<Command>(command);
    return count;
  }

  core::SodiumSuite suite;
  NodeDirectory directory;
  NodeStatus status;
  std::vector<PeerStatus> peers;
  MessageCounters messages;
  TransportCounters sockets;
  Courier::Counters frames;
  std::vector<core::ModuleDigest> digests;
  core::RingOverview rings;
  std::unique_ptr<core::Recorder> recorder;
  core::Status answer;  // Of Submit.
  std::vector<core::Command> commands;
  std::map<core::Key256, bool> seeking;
  std::map<uint64_t, Observer> observers;
  uint64_t last_observer = 0;
};

}  // namespace node
