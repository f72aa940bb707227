// Any plaintext of an open connection, in any pieces: frames and parts stay within their bounds, and
// the pieces make no difference. The first byte chooses the sizes of the pieces.
#include <algorithm>
#include <vector>

#include "core/base/check.h"
#include "node/transport/frame_reader.h"
#include "node/transport/reassembly.h"

namespace {

using node::FrameReader;

node::TransportSettings SmallSettings() {
  node::TransportSettings settings;
  settings.frame = {.body_max = 64, .body_hard_max = 4096};
  settings.parts_max = 8;
  settings.streams_max = 3;
  settings.reassembly_max = 200;
  return settings;
}

struct Tally {
  size_t frames = 0;
  size_t rejected = 0;
  size_t whole = 0;
  size_t bytes = 0;
  bool fatal = false;

  friend bool operator==(const Tally&, const Tally&) = default;
};

class Receiver {
 public:
  void Take(std::span<const uint8_t> input) {
    while (!tally_.fatal) {
      const FrameReader::Found found = reader_.Next(input);
      CHECK(reader_.held() <= settings_.frame.body_max);
      if (found == FrameReader::Found::kNeedMore) break;
      tally_.frames += found == FrameReader::Found::kFrame;
      tally_.rejected += found == FrameReader::Found::kRejected;
      tally_.fatal = found == FrameReader::Found::kFatal;
      if (found == FrameReader::Found::kFrame) Accept();
    }
  }

  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  void Accept() {
    CHECK(reader_.payload().size() <= settings_.frame.part_max());
    now_ = now_ + core::Milliseconds(100);
    reassembly_.Expire(now_);
    const size_t before = reassembly_.bytes();
    const auto result =
        reassembly_.Accept(reader_.header(), reader_.prefix(), reader_.payload(), now_);
    CHECK(reassembly_.bytes() <= settings_.reassembly_max && reassembly_.bytes() == budget_.used);
    CHECK(reassembly_.streams() <= settings_.streams_max);
    if (result != node::Reassembly::Result::kWhole) {
      const bool stored = result == node::Reassembly::Result::kIncomplete;
      CHECK(reassembly_.bytes() == before + (stored ? reader_.payload().size() : 0));
      return;
    }
    ++tally_.whole;
    tally_.bytes += reassembly_.TakePayload().size();
  }

  node::TransportSettings settings_ = SmallSettings();
  node::ByteBudget budget_;
  FrameReader reader_{settings_.frame};
  node::Reassembly reassembly_{settings_, budget_};
  core::Time now_;
  Tally tally_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::span<const uint8_t> bytes(data + 1, size - 1);
  Receiver whole;
  whole.Take(bytes);
  Receiver pieces;
  size_t piece = data[0];
  for (size_t at = 0; at < bytes.size();) {
    piece = (piece * 5 + 1) % 61 + 1;
    const size_t take = std::min(piece, bytes.size() - at);
    pieces.Take(bytes.subspan(at, take));
    at += take;
  }
  CHECK(pieces.tally() == whole.tally());
  return 0;
}
