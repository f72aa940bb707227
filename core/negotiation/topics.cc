#include "core/negotiation/topics.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/codec/canonical.h"

namespace core {

uint8_t FirstDepthFor(uint32_t expected, int group) {
  uint8_t depth = 0;
  for (uint64_t room = static_cast<uint64_t>(std::max(group, 1)) * 16; room <= expected;
       room *= 16) {
    ++depth;
  }
  return depth;
}

Key256 NegotiationTopic(const Context& context, const Key256& template_cid, NegotiationStage stage,
                        const Key256& hash, uint8_t depth) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string token;
  for (size_t i = 0; i < depth; ++i) {
    const uint8_t byte = hash.bytes[i / 2];
    token.push_back(kDigits[i % 2 == 0 ? byte >> 4 : byte & 15]);
  }
  std::vector<uint8_t> bytes;
  NegotiationTopicBytes(context.network, template_cid, stage, token, bytes);
  return {context.suite->Sha256(bytes)};
}

}  // namespace core
