// HostRig: whole hosts in one process, over real TCP on loopback, with real cryptography, on one io_context.
//
// No sleeps: RunUntil turns the loop until a condition holds, with a deadline far beyond what any step takes. Thread rule:
// one thread.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "core/crypto/sodium_suite.h"
#include "core/recording/replayer.h"
#include "node/handshake/entropy.h"
#include "node/handshake/identity.h"
#include "node/host/host.h"
#include "node/log/log.h"
#include "tests/node/base/run_until.h"

namespace node {

class MemorySink : public LogSink {
 public:
  bool Write(std::string_view line) override {
    text += line;
    return true;
  }

  std::string text;
};

// A store that forgets nothing while it lives.
class FakeMemory : public HostMemory {
 public:
  [[nodiscard]] uint32_t NextIncarnation() override { return ++incarnation; }

  void SavePeers(std::vector<uint8_t> bytes) override {
    peers = std::move(bytes);
    ++saves;
  }

  void SaveRoutes(const std::vector<core::Contact>& saved) override { routes = saved; }

  [[nodiscard]] core::StatusOr<std::vector<core::StoredRow>> LoadRows() override {
    if (!reads.ok()) return reads;
    std::vector<core::StoredRow> all;
    for (const auto& [at, value] : rows) {
      if (!core::IsBulkTable(at.table)) all.push_back({at, value});
    }
    return all;
  }

  void Store(core::StoreRequest request) override {
    open.push_back(std::move(request));
    if (io_ != nullptr && !hold) asio::post(*io_, [this] { CompleteOne(); });
  }

  [[nodiscard]] core::Status Health() const override { return health; }

  // Batches are completed through io for the host that is there then. What an earlier host has left open is stored, as
  // by the end of its process.
  void Attach(asio::io_context& io, const std::unique_ptr<Host>& host) {
    for (const core::StoreRequest& request : std::exchange(open, {})) (void)Apply(request.batch);
    io_ = &io;
    host_ = &host;
  }

  void CompleteOne() {
    if (open.empty()) return;
    const core::StoreRequest request = std::move(open.front());
    open.pop_front();
    core::Stored stored{request.ticket, Apply(request.batch), {}};
    for (const core::StoreKey& at : request.batch.reads) {
      const auto found = rows.find(at);
      stored.found.push_back(found == rows.end() ? std::nullopt : std::optional(found->second));
    }
    if (*host_ != nullptr) (*host_)->OnStored(stored);
  }

  uint32_t incarnation = 0;
  std::map<core::StoreKey, core::Bytes> rows;
  std::deque<core::StoreRequest> open;
  bool hold = false;  // Nothing is completed but by CompleteOne.
  core::Status reads;
  size_t saves = 0;
  core::Status health;
  std::vector<uint8_t> peers;
  std::vector<core::Contact> routes;

 private:
  [[nodiscard]] core::Status Apply(const core::StoreBatch& batch) {
    RETURN_IF_ERROR(health);
    RETURN_IF_ERROR(batch.CheckCoreTables());
    for (const core::Requirement& requirement : batch.requirements) {
      const auto found = rows.find(requirement.at);
      const auto value = found == rows.end() ? std::nullopt : std::optional(found->second);
      if (!requirement.Holds(value)) return core::FailedPrecondition("it does not hold");
    }
    for (const core::StoreWrite& write : batch.writes) {
      rows.erase(write.at);
      if (write.value.has_value()) rows.emplace(write.at, *write.value);
    }
    return absl::OkStatus();
  }

  asio::io_context* io_ = nullptr;
  const std::unique_ptr<Host>* host_ = nullptr;
};

inline core::SecretKey SecretOf(uint64_t number) {
  core::Random random({.seed = number, .purpose = core::Purpose::kIdentity});
  core::SecretKey secret;
  random.Fill(secret.seed);
  return secret;
}

// What the flight recorder of a host would save. REQUIRES: it has one.
inline std::vector<uint8_t> RecordingOf(const Host& host) {
  std::vector<uint8_t> file;
  host.Recording()->Save([&file](std::span<const uint8_t> part) {
    file.insert(file.end(), part.begin(), part.end());
  });
  return file;
}

// Plays a recording to its end.
inline void FeedAll(core::Replayer& replay, core::Participant& peer) {
  core::Effects effects;
  core::ReplayedInput step;
  for (;;) {
    const auto more = replay.Next(peer, step);
    ASSERT_TRUE(more.ok()) << core::MessageOf(more.status());
    if (!*more) return;
    replay.Feed(peer, effects, step);
  }
}

class HostRig {
 public:
  static constexpr core::Key256 kNetwork{{1, 2, 3}};

  struct Reported {
    size_t host = 0;
    core::Observation what;
  };

  // Everything of one host that outlives its process.
  struct Place {
    explicit Place(uint64_t number)
        : identity(SecretOf(number), DrawKey(), kNetwork),
          log({.level = LogLevel::kDebug, .format = LogFormat::kText}, sink, ReadClocks) {}

    Identity identity;
    MemorySink sink;
    Log log;
    FakeMemory memory;
    core::Duration wall_offset;    // The wall clock of this place against the machine's.
    core::Duration steady_offset;  // The steady one; only forward.
    std::unique_ptr<Host> host;
    HostOptions options;
  };

  // A host that joins through the seeds; its number is its index.
  Host& Add(const std::vector<Seed>& seeds = {}) {
    return AddListening(seeds, IpEndpoint{ParseIp("127.0.0.1").value(), 0});
  }

  // One that does not listen.
  Host& AddClient(const std::vector<Seed>& seeds) { return AddListening(seeds, std::nullopt); }

  Host& AddListening(const std::vector<Seed>& seeds, std::optional<IpEndpoint> listen) {
    places_.push_back(std::make_unique<Place>(first_number + places_.size()));
    Place& place = *places_.back();
    place.options.version = "test";
    place.options.listen = listen;
    place.options.discovery.seeds = seeds;
    place.options.transport.channels = {kCoreChannel, kDiscoveryChannel};
    place.options.transport.per_address_max = 1000;
    place.options.transport.inbound_max = place.options.discovery.inbound_max = inbound_max;
    place.options.recorder = recorder;
    place.options.directory_capacity = directory_capacity;
    return Begin(places_.size() - 1);
  }

  // The host of the place starts, again or for the first time.
  Host& Begin(size_t index) {
    Place& place = *places_[index];
    place.options.seed = 1000 * index + place.memory.incarnation + 1;
    const auto time = [&place] {
      Moment moment = ReadClocks();
      moment.wall = moment.wall + place.wall_offset;
      moment.steady = moment.steady + place.steady_offset;
      return moment;
    };
    place.options.make_peer = make_peer;
    place.memory.Attach(io_, place.host);
    place.host = std::make_unique<Host>(io_, place.options, place.identity, suite_, place.memory,
                                        place.log, time);
    place.host->Observe([this, index](core::Time, const core::Observation& what) {
      reported_.push_back({index, what});
    });
    CHECK(place.host->Open().ok());
    if (!place.memory.peers.empty()) CHECK(place.host->RestorePeers(place.memory.peers).ok());
    place.host->RestoreRoutes(place.memory.routes);
    place.host->Begin();
    // The same place again, when it is begun again.
    place.options.listen = place.host->listening();
    return *place.host;
  }

  [[nodiscard]] Host& at(size_t index) { return *places_[index]->host; }

  [[nodiscard]] Place& place(size_t index) { return *places_[index]; }

  [[nodiscard]] size_t size() const { return places_.size(); }

  [[nodiscard]] asio::io_context& io() { return io_; }

  // As a seed of others.
  [[nodiscard]] Seed SeedOf(size_t index) {
    return {places_[index]->identity.node_id(), {"", *at(index).listening()}};
  }

  [[nodiscard]] bool RunUntil(const std::function<bool()>& condition,
                              std::chrono::seconds deadline = std::chrono::seconds(60)) {
    return node::RunUntil(io_, condition, deadline);
  }

  [[nodiscard]] bool AllJoined() {
    for (const auto& place : places_) {
      if (place->host != nullptr && place->host->phase() != HostPhase::kJoined) return false;
    }
    return true;
  }

  template <typename Fact>
  [[nodiscard]] std::vector<std::pair<size_t, Fact>> All() const {
    std::vector<std::pair<size_t, Fact>> facts;
    for (const Reported& report : reported_) {
      if (const auto* fact = std::get_if<Fact>(&report.what))
        facts.emplace_back(report.host, *fact);
    }
    return facts;
  }

  // Stops the host and takes it down.
  [[nodiscard]] bool End(size_t index) {
    bool stopped = false;
    at(index).Stop([&stopped] { stopped = true; });
    if (!RunUntil([&] { return stopped; }, std::chrono::seconds(10))) return false;
    places_[index]->host.reset();
    return true;
  }

  // Of hosts begun from now on.
  MakePeer make_peer;
  // Of hosts added from now on.
  std::optional<core::RecorderLimits> recorder;
  size_t inbound_max = 125;
  size_t directory_capacity = NodeDirectory::kCapacity;
  uint64_t first_number = 1;  // Identities are numbered from here.

 private:
  asio::io_context io_;
  core::SodiumSuite suite_;
  std::vector<std::unique_ptr<Place>> places_;
  std::vector<Reported> reported_;
};

}  // namespace node
