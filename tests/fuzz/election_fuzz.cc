// Any bytes as each thing that an election is told in: refused, or the one and only encoding of what
// was read; and what was read of a bundle is verified without a CHECK.
#include "core/base/check.h"
#include "core/crypto/sodium_suite.h"
#include "core/election/bundle.h"
#include "core/election/receipt.h"

namespace {

template <typename T>
bool Encodes(const core::StatusOr<T>& decoded, const core::Bytes& bytes) {
  return !decoded.ok() || core::Encode(*decoded) == bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const core::SodiumSuite kSuite;
  const core::Bytes bytes(data, data + size);
  CHECK(Encodes(core::DecodeTemplate(bytes), bytes));
  CHECK(Encodes(core::DecodeVoteBlock(bytes), bytes));
  CHECK(Encodes(core::DecodeReceipt(bytes), bytes));
  const auto entry = core::DecodeElectionEntry(bytes);
  CHECK(Encodes(entry, bytes));
  if (entry.ok()) (void)core::Election::Of(kSuite, *entry);
  const auto bundle = core::DecodeBundle(bytes);
  CHECK(Encodes(bundle, bytes));
  if (bundle.ok()) (void)core::VerifyBundle(kSuite, *bundle, core::Key256{});
  return 0;
}
