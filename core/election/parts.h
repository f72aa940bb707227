// Reading and writing of what an election's canonical bytes are made of: lists, texts and records
// behind counts, each with a limit. Keeps the first limit that was broken, so that an error says
// what, found and allowed. Inside core/election only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/codec/canonical.h"
#include "core/codec/transaction_messages.h"
#include "core/collections/merkle.h"
#include "core/crypto/suite.h"

namespace core {

class PartReader : public CanonicalReader {
 public:
  using CanonicalReader::CanonicalReader;

  // A count, or zero when it is above max.
  [[nodiscard]] uint32_t Count(std::string_view what, size_t max);
  [[nodiscard]] uint8_t Byte(std::string_view what, uint8_t min, uint8_t max);
  [[nodiscard]] std::string String(std::string_view what, size_t max);
  [[nodiscard]] Bytes Octets(std::string_view what, size_t max);

  // What take gives, as often as the count says.
  template <typename Take>
  [[nodiscard]] auto List(std::string_view what, size_t max, Take take) {
    std::vector<decltype(take(*this))> list;
    for (uint32_t count = Count(what, max); count > 0 && good(); --count) {
      list.push_back(take(*this));
    }
    return list;
  }

  [[nodiscard]] bool good() const { return ok() && flaw_.empty(); }

  // Errors: a limit was broken, something is missing, something is left.
  [[nodiscard]] Status End(std::string_view of) const;

 private:
  void Refuse(std::string_view what, uint64_t found, uint64_t allowed);

  std::string flaw_;
};

class PartWriter : public CanonicalWriter {
 public:
  using CanonicalWriter::CanonicalWriter;

  void Octets(std::span<const uint8_t> bytes);

  template <typename Item, typename Put>
  void List(const std::vector<Item>& items, Put put) {
    U32(static_cast<uint32_t>(items.size()));
    for (const Item& item : items) put(*this, item);
  }
};

void PutHead(PartWriter& writer, const TreeHead& head);
[[nodiscard]] TreeHead TakeHead(PartReader& reader);

[[nodiscard]] inline Key256 HashOf(const Suite& suite, std::span<const uint8_t> bytes) {
  return Key256{suite.Sha256(bytes)};
}

}  // namespace core
