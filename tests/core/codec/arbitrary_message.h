// RapidCheck generators for messages and records; they shrink towards short lists and small
// numbers.
#pragma once

#include <cstdint>
#include <limits>

#include <rapidcheck.h>

#include "tests/core/codec/sample_message.h"

namespace core {

// Draws inside rc::gen::exec.
struct RapidDraw {
  uint64_t operator()(uint64_t low, uint64_t high) const {
    if (high - low == std::numeric_limits<uint64_t>::max()) return *rc::gen::arbitrary<uint64_t>();
    return *rc::gen::inRange<uint64_t>(low, high + 1);
  }
};

inline constexpr uint32_t kArbitraryPeers = 40;
inline constexpr size_t kArbitraryRecordsMax = 3;

inline rc::Gen<Message> ArbitraryMessage() {
  return rc::gen::exec([] {
    const size_t index = *rc::gen::inRange<size_t>(0, std::variant_size_v<BodyVariant>);
    return MessageSampler(RapidDraw{}, kArbitraryPeers, kArbitraryRecordsMax).Make(index);
  });
}

inline rc::Gen<Record> ArbitraryRecord() {
  return rc::gen::exec([] {
    return MessageSampler(RapidDraw{}, kArbitraryPeers, kArbitraryRecordsMax).MakeRecord();
  });
}

}  // namespace core

template <>
struct rc::Arbitrary<core::Message> {
  static Gen<core::Message> arbitrary() { return core::ArbitraryMessage(); }
};

template <>
struct rc::Arbitrary<core::Record> {
  static Gen<core::Record> arbitrary() { return core::ArbitraryRecord(); }
};
