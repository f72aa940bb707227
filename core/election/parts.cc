#include "core/election/parts.h"

#include "absl/strings/str_cat.h"

namespace core {

void PartReader::Refuse(std::string_view what, uint64_t found, uint64_t allowed) {
  if (good()) flaw_ = absl::StrCat(std::string(what), " ", found, ", allowed ", allowed);
}

uint32_t PartReader::Count(std::string_view what, size_t max) {
  const uint32_t count = U32();
  if (count <= max) return count;
  Refuse(what, count, max);
  return 0;
}

uint8_t PartReader::Byte(std::string_view what, uint8_t min, uint8_t max) {
  const uint8_t value = U8();
  if (value < min || value > max) Refuse(what, value, max);
  return value;
}

std::string PartReader::String(std::string_view what, size_t max) {
  const Bytes bytes = Octets(what, max);
  return {bytes.begin(), bytes.end()};
}

Bytes PartReader::Octets(std::string_view what, size_t max) {
  Bytes bytes(Count(what, max));
  Fixed(bytes);
  return bytes;
}

Status PartReader::End(std::string_view of) const {
  if (!flaw_.empty()) return InvalidArgument(std::string(of) + ": " + flaw_);
  if (!Finished()) return InvalidArgument(std::string(of) + ": not an encoding of one");
  return {};
}

void PartWriter::Octets(std::span<const uint8_t> bytes) {
  U32(static_cast<uint32_t>(bytes.size()));
  Fixed(bytes);
}

void PutHead(PartWriter& writer, const TreeHead& head) {
  writer.U64(head.size);
  writer.Fixed(head.root);
}

TreeHead TakeHead(PartReader& reader) {
  TreeHead head;
  head.size = reader.U64();
  reader.Fixed(head.root);
  return head;
}

}  // namespace core
