// What it costs that a completion is an input: a batch from Effects::Store to Stored on the loop's thread, through node/host/node_records,
// beside the same batch handed to the same kind of store by a thread that waits for it; and the step itself.
//   stored_benchmark FOLDER [ROUNDS]
// Both in turns, so that they share the minute's disk. One line for each number of batches that are open at a time: medians per batch.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/crypto/sodium_suite.h"
#include "core/peer/peer.h"
#include "node/host/node_records.h"
#include "node/storage/durable_storage.h"
#include "tests/core/peer/peer_rig.h"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kValueBytes = 4096;
constexpr uint32_t kKeys = 256;

double MicrosecondsSince(Clock::time_point begun) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begun).count();
}

core::StoreBatch BatchNumber(uint32_t number) {
  core::StoreBatch batch;
  batch.Put({core::kCoreTableFirst, {static_cast<uint8_t>(number % kKeys)}},
            core::Bytes(kValueBytes, static_cast<uint8_t>(number)));
  return batch;
}

// The thread that hands over waits for all.
class Waiting {
 public:
  explicit Waiting(const std::string& file) {
    auto opened = node::DurableStorage::Open({file}, [this](const auto& stored) {
      const std::lock_guard lock(mutex_);
      done_ += stored.size();
      changed_.notify_one();
    });
    CHECK(opened.ok());
    storage_ = *std::move(opened);
  }

  void Write(uint32_t count) {
    const uint64_t goal = handed_over_ + count;
    for (; handed_over_ < goal; ++handed_over_) {
      storage_->Commit({handed_over_}, BatchNumber(static_cast<uint32_t>(handed_over_)));
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done_ == goal; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t done_ = 0;
  uint64_t handed_over_ = 0;
  std::unique_ptr<node::DurableStorage> storage_;
};

class NoLog : public node::LogSink {
 public:
  bool Write(std::string_view) override { return true; }
};

// As node/host/node.cc puts them together.
class Looping {
 public:
  explicit Looping(const std::string& file) {
    auto opened = node::DurableStorage::Open({file}, [this](std::vector<core::Stored> stored) {
      node::asio::post(io_, [this, stored = std::move(stored)] {
        for (const core::Stored& one : stored) done_ += records_->OnStored(one).has_value() ? 1 : 0;
      });
    });
    CHECK(opened.ok());
    storage_ = *std::move(opened);
    records_ = std::make_unique<node::NodeRecords>(*storage_, io_, suite_, log_);
    CHECK(records_->Open().ok());
  }

  void Write(uint32_t count) {
    const uint64_t goal = done_ + count;
    for (uint32_t i = 0; i < count; ++i) records_->Store({{done_ + i}, BatchNumber(i)});
    const auto working = node::asio::make_work_guard(io_);
    if (io_.stopped()) io_.restart();
    while (done_ < goal) io_.run_one();
  }

 private:
  node::asio::io_context io_;
  core::SodiumSuite suite_;
  NoLog sink_;
  node::Log log_{{}, sink_, node::ReadClocks};
  uint64_t done_ = 0;
  std::unique_ptr<node::NodeRecords> records_;
  std::unique_ptr<node::DurableStorage> storage_;
};

double MedianOf(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void CompareStores(const std::string& folder, uint32_t open, uint32_t rounds) {
  Waiting waiting(folder + "/waiting-" + std::to_string(open) + ".db");
  Looping looping(folder + "/looping-" + std::to_string(open) + ".db");
  std::vector<double> plain;
  std::vector<double> as_input;
  for (uint32_t round = 0; round < rounds; ++round) {
    const auto first = Clock::now();
    waiting.Write(open);
    plain.push_back(MicrosecondsSince(first) / open);
    const auto second = Clock::now();
    looping.Write(open);
    as_input.push_back(MicrosecondsSince(second) / open);
  }
  std::printf("open=%u rounds=%u waited_us=%.1f stored_us=%.1f\n", open, rounds, MedianOf(plain),
              MedianOf(as_input));
}

void MeasureStep() {
  constexpr uint32_t kSteps = 200'000;
  core::PeerRig rig(32);
  rig.SeedEverybody();
  rig.Step(core::Start{});
  const auto begun = Clock::now();
  for (uint32_t i = 0; i < kSteps; ++i) rig.Step(core::Stored{{i}, core::Status()});
  std::printf("step_ns=%.0f\n", MicrosecondsSince(begun) * 1000 / kSteps);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: stored_benchmark FOLDER [ROUNDS]\n");
    return 1;
  }
  const auto rounds = static_cast<uint32_t>(argc > 2 ? std::atoi(argv[2]) : 300);
  for (const uint32_t open : {1u, 8u, 64u}) bench::CompareStores(argv[1], open, rounds);
  bench::MeasureStep();
  return 0;
}
