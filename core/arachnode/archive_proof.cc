#include "core/arachnode/archive_proof.h"

#include <bit>

#include "core/repository/repository.h"
#include "core/transactions/certificate.h"
#include "core/transactions/cluster.h"

namespace core {
namespace {

constexpr int kChanceBits = 4;   // Ids lie unevenly, and the number of peers is an estimate.
constexpr int kGrowthBits = 10;  // A thousandfold since the decision.

bool AreNear(const RingMoment& moment, const Key256& key, std::span<const Member> members) {
  const uint64_t clusters = moment.peers / static_cast<uint64_t>(moment.config().cluster_size);
  const int expected = static_cast<int>(std::bit_width(clusters)) - 1 - kChanceBits - kGrowthBits;
  size_t near = 0;
  for (const Member& member : members) near += CommonPrefix(member.id, key) >= expected ? 1u : 0u;
  return near >= QuorumOf(moment.config(), members.size()).approvals;
}

}  // namespace

Key256 RingKeyOf(const RingMoment& moment, const BlockId& block) {
  return ClusterKey(moment.suite(), block);
}

bool IsProven(const RingMoment& moment, const Archive& archive) {
  const Key256 hash = archive.deleted ? TombstoneHash(moment.suite(), archive.block)
                                      : ContentHash(moment.suite(), archive.value);
  if (hash != archive.hash || (archive.deleted && !archive.value.empty())) return false;
  const Key256 key = RingKeyOf(moment, archive.block);
  return AreNear(moment, key, archive.certificate.record.members) &&
         ProofOf(moment, ClaimOf(archive)).has_value();
}

}  // namespace core
