// Any bytes as the signing bytes of a record: refused, or the one and only encoding of what was
// read.
#include <algorithm>

#include "core/base/check.h"
#include "core/codec/canonical.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  core::Record record;
  core::Key256 network;
  core::NodeId owner;
  if (!core::ReadRecordSigningBytes({data, size}, network, record, owner)) return 0;
  std::vector<uint8_t> bytes;
  core::RecordSigningBytes(network, record, owner, bytes);
  CHECK(std::equal(bytes.begin(), bytes.end(), data, data + size));
  return 0;
}
