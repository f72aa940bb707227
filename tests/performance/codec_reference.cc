// The reference "Protobuf, reused objects": W1 over the windowed kernel, each copy of a rumour
// encoded into a pooled buffer by one long-lived generated message, each delivery decoded by
// another. The full stack's figures are divided by these.
//   codec_reference N=100000 K=10
// One thread. The first pass warms up and is not printed.
#include <cstring>
#include <string>

#include "core/base/check.h"
#include "tests/performance/envelope.pb.h"
#include "tests/performance/window_kernel.h"
#include "tests/performance/workload.h"

namespace bench {
namespace {

constexpr size_t kEnvelopeBytes = 200;

// The fields of a statement that do not change on its way, in the sizes of the real ones.
struct Statement {
  std::string topic;
  std::string sender;
  std::string signature;
  std::string content;
};

std::string Noise(uint32_t rumour, uint64_t salt, size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<char>(core::Mix64(core::Mix64(salt, rumour), i));
  }
  return bytes;
}

Statement MakeStatement(uint32_t rumour) {
  Statement statement{Noise(rumour, 1, 16), Noise(rumour, 2, 32), Noise(rumour, 3, 64),
                      Noise(rumour, 4, 59)};
  std::memcpy(statement.topic.data(), &rumour, sizeof(rumour));
  return statement;
}

// Buffers of one size, recycled last in, first out. They grow in blocks that never move.
class Buffers {
 public:
  struct Buffer {
    uint32_t next_free;
    uint32_t length;
    std::array<uint8_t, 248> bytes;
  };

  static_assert(sizeof(Buffer) == 256);

  uint32_t Take() {
    if (free_ == kNone) Grow();
    return std::exchange(free_, At(free_).next_free);
  }

  void Return(uint32_t handle) { At(handle).next_free = std::exchange(free_, handle); }

  [[nodiscard]] Buffer& At(uint32_t handle) const {
    auto* block = reinterpret_cast<Buffer*>(blocks_[handle >> kBlockBits]->get());
    return block[handle & ((1u << kBlockBits) - 1)];
  }

 private:
  static constexpr uint32_t kNone = 0xffffffffu;
  static constexpr int kBlockBits = 16;

  void Grow() {
    const auto first = static_cast<uint32_t>(blocks_.size()) << kBlockBits;
    blocks_.push_back(std::make_unique<Block>(sizeof(Buffer) << kBlockBits));
    for (uint32_t i = 1u << kBlockBits; i > 0; --i) Return(first + i - 1);
  }

  std::vector<std::unique_ptr<Block>> blocks_;
  uint32_t free_ = kNone;
};

class EnvelopeCargo {
 public:
  static constexpr bool kCrossesThreads = false;

  explicit EnvelopeCargo(uint32_t rumours) {
    for (uint32_t i = 0; i < rumours; ++i) statements_.push_back(MakeStatement(i));
  }

  uint32_t Pack(uint32_t rumour, uint32_t hops, uint32_t now) {
    const Statement& statement = statements_[rumour];
    out_.set_version(1);
    out_.set_type(3);
    out_.set_sequence(0x12345678u + hops);
    out_.set_sent_at_us(uint64_t{1'700'000'000'000'000} + now);
    out_.set_hops(hops);
    out_.set_topic(statement.topic);
    out_.set_sender(statement.sender);
    out_.set_signature(statement.signature);
    out_.set_content(statement.content);
    const uint32_t handle = buffers_.Take();
    Buffers::Buffer& buffer = buffers_.At(handle);
    buffer.length = static_cast<uint32_t>(out_.ByteSizeLong());
    out_.SerializeWithCachedSizesToArray(buffer.bytes.data());
    return handle;
  }

  Parcel Open(uint32_t word) {
    const Buffers::Buffer& buffer = buffers_.At(word);
    CHECK(in_.ParseFromArray(buffer.bytes.data(), static_cast<int>(buffer.length)));
    CHECK(in_.content().size() == 59 && buffer.length <= kEnvelopeBytes);
    uint32_t rumour = 0;
    std::memcpy(&rumour, in_.topic().data(), sizeof(rumour));
    buffers_.Return(word);
    return {rumour, in_.hops()};
  }

  __attribute__((always_inline)) void Prefetch(uint32_t word) const {
    const auto* buffer = reinterpret_cast<const char*>(&buffers_.At(word));
    for (size_t line = 0; line < sizeof(Buffers::Buffer); line += 64) {
      __builtin_prefetch(buffer + line);
    }
  }

 private:
  std::vector<Statement> statements_;  // By rumour.
  Buffers buffers_;
  wire::Envelope out_;
  wire::Envelope in_;
};

int Main(int count, char** values) {
  const Arguments arguments(count, values);
  const KernelSettings settings{.peers = arguments.Number("N", 1000),
                                .rumours = arguments.Number("K", 1000),
                                .passes = arguments.Number("passes", 3),
                                .threads = 1,
                                .toil = 0};
  const double bytes_before = PeakBytes();
  GossipPeers peers(settings.peers, settings.rumours);
  Windows<EnvelopeCargo> windows(settings, &peers);
  for (uint32_t pass = 0; pass <= settings.passes; ++pass) {
    peers.Forget();
    const Watch began;
    const uint64_t events = windows.Run();
    if (pass == 0) continue;
    Print({"protobuf_reused", "W1", settings.peers, settings.rumours, settings.threads, events,
           bytes_before},
          began, "");
  }
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::Main(argc, argv);
}
