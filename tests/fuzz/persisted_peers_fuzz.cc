// Any bytes as a stored peer book, as they are and with a checksum that fits: refused with a message, or
// read, and then written and read again as the same.
#include "core/base/check.h"
#include "core/base/hash.h"
#include "core/codec/canonical.h"
#include "node/discovery/persisted_peers.h"

namespace {

constexpr node::Moment kNow = {{1'000'000'000}, {1'700'000'000'000'000}};

void Try(std::span<const uint8_t> bytes) {
  const auto peers = node::DecodePeers(bytes, kNow);
  if (!peers.ok()) {
    CHECK(core::MessageOf(peers.status()).find(": found ") != std::string_view::npos);
    return;
  }
  const std::vector<uint8_t> written = node::EncodePeers(peers->book, peers->bans, kNow);
  const auto again = node::DecodePeers(written, kNow);
  CHECK(again.ok());
  CHECK(node::EncodePeers(again->book, again->bans, kNow) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Try({data, size});
  std::vector<uint8_t> bytes(data, data + size);
  core::Hasher hasher;
  hasher.Add(std::span<const uint8_t>(data, size));
  core::CanonicalWriter writer(bytes);
  writer.U64(hasher.Result().high);
  writer.U64(hasher.Result().low);
  Try(bytes);
  return 0;
}
