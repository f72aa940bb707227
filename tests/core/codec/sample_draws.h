// What samples of messages are drawn from: integers, and what is made of them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/base/string_list.h"
#include "core/codec/messages.h"

namespace core {

// Draw is callable as uint64_t(uint64_t low, uint64_t high), both ends included.
template <typename Draw>
class SampleDraws {
 public:
  // Handles are below peer_count; lists have at most records_max entries.
  SampleDraws(Draw draw, uint32_t peer_count, size_t records_max)
      : draw_(std::move(draw)), peer_count_(peer_count), records_max_(records_max) {}

 protected:
  uint64_t Word() { return draw_(0, std::numeric_limits<uint64_t>::max()); }

  template <typename T>
  T Number() {
    return static_cast<T>(draw_(0, std::numeric_limits<T>::max()));
  }

  bool Bool() { return draw_(0, 1) == 1; }

  PeerId Peer() { return PeerId{static_cast<uint32_t>(draw_(0, peer_count_ - 1))}; }

  template <size_t kSize>
  void Fill(std::array<uint8_t, kSize>& bytes) {
    const uint64_t seed = Word();
    Random(StreamKey{.seed = seed}).Fill(bytes);
  }

  Key256 Key() {
    Key256 key;
    Fill(key.bytes);
    return key;
  }

  std::string Text(size_t max) {
    std::string text(draw_(0, max), 'x');
    for (char& c : text) c = static_cast<char>(draw_(0, 255));
    return text;
  }

  StringList Texts() {
    StringList texts;
    for (uint64_t i = draw_(0, limits::kCapabilitiesMax); i > 0; --i) {
      texts.Add(Text(limits::kCapabilityBytesMax));
    }
    return texts;
  }

  Bytes Value() {
    Bytes value(draw_(0, 40));
    for (uint8_t& byte : value) byte = static_cast<uint8_t>(draw_(0, 255));
    return value;
  }

  template <typename Item, typename Make>
  void FillList(std::vector<Item>& items, size_t most, const Make& make) {
    for (uint64_t i = draw_(0, std::min(records_max_, most)); i > 0; --i) items.push_back(make());
  }

  Draw draw_;
  uint32_t peer_count_;
  size_t records_max_;
};

}  // namespace core
