// Reads the Protobuf wire format field by field, out of the caller's bytes: no objects, no copies,
// no allocation, so a hostile body cannot make the receiver spend memory before a limit is tested.
//
// Accepts what Protobuf writers produce; refuses the deprecated groups, varints above 64 bits and
// field number 0. After Next() has returned false, failed() tells the end from an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace core {

enum class WireType : uint32_t { kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5 };

constexpr uint32_t TagOf(uint32_t field, WireType type) {
  return field << 3 | static_cast<uint32_t>(type);
}

struct LongVarint {
  uint64_t value = 0;
  const uint8_t* next = nullptr;  // Behind the varint; nullptr: it is broken.
};

// The rest of a varint whose first byte has been taken. Free of the reader, so that the reader's
// state can stay in registers.
[[nodiscard]] LongVarint ReadLongVarint(uint8_t first, const uint8_t* at, const uint8_t* end);

class ProtoReader {
 public:
  explicit ProtoReader(std::span<const uint8_t> bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  // Moves to the next field; false at the end and after a failure.
  [[nodiscard]] bool Next() {
    if (at_ == end_) return false;
    if (!Varint(tag_) || tag_ > 0xffffffffu || tag_ < 8) return Fail();
    switch (tag_ & 7) {
      case static_cast<uint32_t>(WireType::kVarint):
        return Varint(number_) || Fail();
      case static_cast<uint32_t>(WireType::kLength):
        return (Varint(number_) && Take(number_)) || Fail();
      case static_cast<uint32_t>(WireType::kFixed64):
        return Take(8) || Fail();
      case static_cast<uint32_t>(WireType::kFixed32):
        return Take(4) || Fail();
      default:
        return Fail();
    }
  }

  [[nodiscard]] uint64_t tag() const { return tag_; }

  // Of a kVarint field.
  [[nodiscard]] uint64_t number() const { return number_; }

  // Of a kLength field; points into the bytes given to the constructor.
  [[nodiscard]] std::span<const uint8_t> bytes() const { return bytes_; }

  [[nodiscard]] bool failed() const { return failed_; }

 private:
  bool Fail() {
    failed_ = true;
    at_ = end_;
    return false;
  }

  bool Take(uint64_t count) {
    if (count > static_cast<uint64_t>(end_ - at_)) return false;
    bytes_ = {at_, static_cast<size_t>(count)};
    at_ += count;
    return true;
  }

  bool Varint(uint64_t& value) {
    if (at_ == end_) return false;
    const uint8_t first = *at_++;
    value = first;
    if (first < 0x80) return true;
    const LongVarint rest = ReadLongVarint(first, at_, end_);
    value = rest.value;
    at_ = rest.next;
    return rest.next != nullptr || Broken();
  }

  // Keeps at_ comparable after a varint that did not end.
  bool Broken() {
    at_ = end_;
    return false;
  }

  const uint8_t* at_;
  const uint8_t* end_;
  uint64_t tag_ = 0;
  uint64_t number_ = 0;
  std::span<const uint8_t> bytes_;
  bool failed_ = false;
};

}  // namespace core
