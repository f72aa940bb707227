#include "node/handshake/hello.h"

#include <string>

#include "core/base/check.h"
#include "core/codec/canonical.h"
#include "core/codec/limits.h"

namespace node {
namespace {

namespace limits = core::limits;

constexpr size_t kVersionBytes = 4;
constexpr size_t kFixedBytes = kVersionBytes + 32 + 32 + 64 + 8;

core::Status TooShort(size_t size, size_t least) {
  return core::InvalidArgument("hello: " + std::to_string(size) + " bytes, at least " +
                               std::to_string(least));
}

core::Status ReadCapabilities(core::CanonicalReader& reader, core::StringList& out) {
  reader.Texts(limits::kCapabilitiesMax, limits::kCapabilityBytesMax, out);
  if (!reader.ok()) {
    return core::InvalidArgument(
        "hello.capabilities: cut, more than 16, or one of more than 32 bytes");
  }
  if (out.Contains("")) return core::InvalidArgument("hello.capabilities: an empty one");
  return {};
}

core::Status ReadAddresses(core::CanonicalReader& reader, core::AddressList& out) {
  const uint32_t count = reader.U32();
  if (!reader.ok() || count > limits::kAddressesMax) {
    return core::InvalidArgument("hello.addresses: cut, or more than 4");
  }
  for (uint32_t i = 0; i < count; ++i) {
    const std::string_view text = reader.Text(limits::kAddressBytesMax);
    if (!reader.ok() || text.empty()) {
      return core::InvalidArgument("hello.addresses: one cut, empty or of more than 64 bytes");
    }
    out.push_back(core::Address(text));
  }
  return {};
}

}  // namespace

void EncodeHello(const Hello& hello, std::vector<uint8_t>& out) {
  const size_t start = out.size();
  core::CanonicalWriter writer(out);
  writer.U16(hello.version.major);
  writer.U16(hello.version.minor);
  writer.Key(hello.network);
  writer.Fixed(hello.identity);
  writer.Fixed(hello.proof);
  writer.I64(hello.clock_ms);
  writer.Texts(hello.capabilities);
  writer.U32(static_cast<uint32_t>(hello.addresses.size()));
  for (const core::Address& address : hello.addresses) writer.Text(address.view());
  CHECK(out.size() - start <= kHelloBytesMax);
}

core::StatusOr<Hello> DecodeHello(std::span<const uint8_t> bytes, Version own) {
  if (bytes.size() > kHelloBytesMax) {
    return core::InvalidArgument("hello: " + std::to_string(bytes.size()) + " bytes, at most 1536");
  }
  if (bytes.size() < kVersionBytes) return TooShort(bytes.size(), kVersionBytes);
  core::CanonicalReader reader(bytes);
  Hello hello;
  hello.version.major = reader.U16();
  hello.version.minor = reader.U16();
  if (hello.version.major != own.major) return hello;
  if (bytes.size() < kFixedBytes) return TooShort(bytes.size(), kFixedBytes);
  hello.network = reader.Key();
  reader.Fixed(hello.identity);
  reader.Fixed(hello.proof);
  hello.clock_ms = reader.I64();
  RETURN_IF_ERROR(ReadCapabilities(reader, hello.capabilities));
  RETURN_IF_ERROR(ReadAddresses(reader, hello.addresses));
  if (!reader.Finished() && hello.version.minor <= own.minor) {
    return core::InvalidArgument(
        "hello: bytes behind the last field, allowed above minor version " +
        std::to_string(own.minor));
  }
  return hello;
}

}  // namespace node
