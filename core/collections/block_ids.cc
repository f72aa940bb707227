#include "core/collections/block_ids.h"

#include <vector>

#include "core/codec/canonical.h"

namespace core {

BlockId HeaderIdOf(const Suite& suite, const Key256& network, std::string_view name) {
  std::vector<uint8_t> bytes;
  CanonicalWriter writer(bytes);
  writer.Literal(kHeaderIdDomain);
  writer.Key(network);
  writer.Text(name);
  return BlockId{suite.Sha256(bytes)};
}

BlockId BlockIdOf(const Suite& suite, const BlockId& header, const ActionId& creator,
                  uint32_t number) {
  std::vector<uint8_t> bytes;
  CanonicalWriter writer(bytes);
  writer.Literal(kBlockIdDomain);
  writer.Key(header);
  writer.Fixed(creator.bytes);
  writer.U32(number);
  return BlockId{suite.Sha256(bytes)};
}

}  // namespace core
