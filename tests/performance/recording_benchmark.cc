// What the flight recorder costs: time per input, bytes per input, and the digest of a state. The inputs are those of every peer of
// tests/determinism/every_feature.json (three hundred peers, about seventy contacts each), recorded in a simulated run.
//
//   recording_benchmark [passes=N]
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "core/crypto/sodium_suite.h"
#include "core/recording/replayer.h"
#include "tests/sim/workflow/recorded_world.h"
#include "tests/sim/world/small_world.h"

namespace {

constexpr int64_t kSeconds = 75;
constexpr size_t kKinds = 13;

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// One peer's life in memory, as its host saw it.
struct Life {
  core::RecordingHeader header;
  std::vector<core::RecordedInput> inputs;
  std::vector<std::vector<core::PeerId>> seeds;
};

// Blocks of a file by kind.
struct Sizes {
  std::array<uint64_t, kKinds> count{};
  std::array<uint64_t, kKinds> bytes{};
  uint64_t frames = 0;  // Bytes of the frames themselves.
};

class Reading {
 public:
  explicit Reading(const sim::FileBytes& file, Sizes& sizes)
      : reader_(*core::RecordingReader::Open("run", file, suite_)) {
    core::Entry entry;
    while (const auto kind = reader_.Peek()) {
      const size_t before = reader_.position();
      if (!*reader_.Next(entry)) break;
      ++sizes.count[static_cast<size_t>(*kind)];
      sizes.bytes[static_cast<size_t>(*kind)] += reader_.position() - before;
      if (auto* input = std::get_if<core::RecordedInput>(&entry)) Keep(*input, sizes);
    }
    life_.header = reader_.header();
  }

  [[nodiscard]] Life& life() { return life_; }

  [[nodiscard]] core::RecordedContacts& contacts() { return reader_.contacts(); }

 private:
  void Keep(core::RecordedInput& input, Sizes& sizes) {
    if (auto* start = std::get_if<core::Start>(&input.what)) {
      life_.seeds.emplace_back(start->seeds.begin(), start->seeds.end());
      start->seeds = life_.seeds.back();
    }
    if (auto* frame = std::get_if<core::FrameArrival>(&input.what)) {
      sizes.frames += frame->frame.size();
    }
    life_.inputs.push_back(input);
  }

  core::SodiumSuite suite_;
  core::RecordingReader reader_;
  Life life_;
};

uint64_t RecordAgain(Reading& reading, const core::Suite& suite, uint64_t& bytes,
                     uint64_t& memory) {
  core::Recorder recorder(reading.life().header, {.digest_every = 0}, reading.contacts(), suite);
  const core::Message message;
  for (const core::RecordedInput& input : reading.life().inputs) {
    if (const auto* arrival = std::get_if<core::FrameArrival>(&input.what)) {
      recorder.Record(input.now, core::Arrival{arrival->from, &message}, arrival->frame);
    } else if (const auto* start = std::get_if<core::Start>(&input.what)) {
      recorder.Record(input.now, *start);
    } else if (const auto* garbled = std::get_if<core::Garbled>(&input.what)) {
      recorder.Record(input.now, *garbled);
    } else if (const auto* link = std::get_if<core::Link>(&input.what)) {
      recorder.Record(input.now, *link);
    } else if (const auto* command = std::get_if<core::Command>(&input.what)) {
      recorder.Record(input.now, *command);
    } else {
      recorder.Record(input.now, core::Wake{});
    }
  }
  bytes += recorder.FileBytes();
  memory = std::max<uint64_t>(memory, recorder.MemoryUsage());
  return recorder.inputs();
}

void MeasureRecord(std::vector<std::unique_ptr<Reading>>& readings, int passes) {
  const core::SodiumSuite suite;
  uint64_t inputs = 0;
  uint64_t bytes = 0;
  uint64_t memory = 0;
  for (auto& reading : readings) (void)RecordAgain(*reading, suite, bytes, memory);  // Warms up.
  const double before = CpuSeconds();
  bytes = 0;
  for (int pass = 0; pass < passes; ++pass) {
    for (auto& reading : readings) inputs += RecordAgain(*reading, suite, bytes, memory);
  }
  const double seconds = CpuSeconds() - before;
  std::printf("record_ns_per_input=%.0f\n", seconds * 1e9 / static_cast<double>(inputs));
  std::printf("record_bytes_per_input=%.1f\n",
              static_cast<double>(bytes) / static_cast<double>(inputs));
  std::printf("recorder_memory_bytes_max=%llu\n", static_cast<unsigned long long>(memory));
}

// Replays each life without comparing, then times the digest of where it ended.
void MeasureDigest(const sim::Recordings& recordings) {
  constexpr int kRepeats = 200;
  const core::SodiumSuite suite;
  double total_ns = 0;
  double largest_ns = 0;
  double step_seconds = 0;
  uint64_t words = 0;
  uint64_t largest_words = 0;
  uint64_t peers = 0;
  uint64_t contacts = 0;
  size_t fullest = 0;  // Contacts of the life that has most.
  double fullest_ns = 0;
  uint64_t fed = 0;
  for (const auto& [who, file] : recordings) {
    auto replayer = *core::Replayer::Open("run", file, suite);
    core::Peer peer(replayer->header().self, replayer->context(), replayer->secret(),
                    replayer->random());
    core::Effects effects;
    core::ReplayedInput step;
    const double began = CpuSeconds();
    while (*replayer->Next(peer, step)) replayer->Feed(peer, effects, step);
    step_seconds += CpuSeconds() - began;
    fed += replayer->fed();
    const double before = CpuSeconds();
    for (int i = 0; i < kRepeats; ++i) words += core::Digested(peer).words;
    const double ns = (CpuSeconds() - before) * 1e9 / kRepeats;
    total_ns += ns;
    largest_ns = std::max(largest_ns, ns);
    largest_words = std::max(largest_words, core::Digested(peer).words);
    contacts += peer.Contacts().size();
    ++peers;
    if (peer.Contacts().size() <= fullest) continue;
    fullest = peer.Contacts().size();
    fullest_ns = ns;
  }
  const auto count = static_cast<double>(peers);
  std::printf("lives=%llu\ncontacts_mean=%.0f\n", static_cast<unsigned long long>(peers),
              static_cast<double>(contacts) / count);
  std::printf("digest_ns_mean=%.0f\ndigest_ns_max=%.0f\n", total_ns / count, largest_ns);
  std::printf("digest_words_mean=%.0f\ndigest_words_max=%llu\n",
              static_cast<double>(words) / count / kRepeats,
              static_cast<unsigned long long>(largest_words));
  std::printf("contacts_max=%zu\ndigest_ns_with_contacts_max=%.0f\n", fullest, fullest_ns);
  std::printf("replay_ns_per_input=%.0f\n", step_seconds * 1e9 / static_cast<double>(fed));
}

void PrintSizes(const Sizes& sizes, uint64_t file_bytes) {
  constexpr const char* kNames[kKinds] = {"",          "mark",  "contact", "routes", "start",
                                          "wake",      "frame", "garbled", "link",   "command",
                                          "signature", "state", "end"};
  uint64_t inputs = 0;
  for (size_t kind = 4; kind <= 9; ++kind) inputs += sizes.count[kind];
  for (size_t kind = 1; kind < kKinds; ++kind) {
    if (sizes.count[kind] == 0) continue;
    std::printf("%s_count=%llu\n%s_bytes_mean=%.1f\n", kNames[kind],
                static_cast<unsigned long long>(sizes.count[kind]), kNames[kind],
                static_cast<double>(sizes.bytes[kind]) / static_cast<double>(sizes.count[kind]));
  }
  std::printf("inputs=%llu\nframe_content_mean=%.1f\n", static_cast<unsigned long long>(inputs),
              static_cast<double>(sizes.frames) / static_cast<double>(sizes.count[6]));
  std::printf("file_bytes_per_input_with_digests=%.1f\n",
              static_cast<double>(file_bytes) / static_cast<double>(inputs));
}

}  // namespace

int main(int argc, char** argv) {
  int passes = 5;
  if (argc > 1 && std::string(argv[1]).rfind("passes=", 0) == 0) passes = std::atoi(argv[1] + 7);
  const sim::Scenario scenario = sim::LoadOrFail("tests/determinism/every_feature.json");
  const core::RecorderLimits everything{.head_bytes = size_t{64} << 20, .tail_bytes = 0};
  const sim::Recordings recordings = sim::RecordRun(scenario, kSeconds, everything).recordings;
  Sizes sizes;
  uint64_t file_bytes = 0;
  std::vector<std::unique_ptr<Reading>> readings;
  for (const auto& [who, file] : recordings) {
    readings.push_back(std::make_unique<Reading>(file, sizes));
    file_bytes += file.size();
  }
  PrintSizes(sizes, file_bytes);
  MeasureRecord(readings, passes);
  core::RecorderLimits without = everything;
  without.digest_every = 0;
  MeasureDigest(sim::RecordRun(scenario, kSeconds, without).recordings);
  return 0;
}
