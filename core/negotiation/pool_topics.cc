#include "core/negotiation/pool_topics.h"

#include <string>
#include <vector>

#include "core/codec/canonical.h"

namespace core {
namespace {

constexpr uint32_t kDigit = 16;
constexpr uint32_t kSeedVoters = 3;

}  // namespace

uint8_t PoolStartDepth(const NegotiationConfig& rules, const VotingTerms& terms) {
  const auto group = static_cast<uint32_t>(rules.group);
  uint8_t depth = 0;
  for (uint32_t pools = terms.voters / kSeedVoters; pools / kDigit >= group; pools /= kDigit) {
    ++depth;
  }
  return depth;
}

Key256 PoolTopic(const Context& context, const Key256& template_cid, const Key256& pool,
                 uint8_t depth) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string token;
  for (size_t i = 0; i < depth; ++i) {
    const uint8_t byte = pool.bytes[i / 2];
    token.push_back(kDigits[i % 2 == 0 ? byte >> 4 : byte & 15]);
  }
  std::vector<uint8_t> bytes;
  NegotiationTopicBytes(context.network, template_cid, NegotiationStage::kPool, token, bytes);
  return {context.suite->Sha256(bytes)};
}

}  // namespace core
