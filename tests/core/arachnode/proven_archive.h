// An archive with a certificate that verifies: peers 0 to 4 of a RingRig are the members that made it.
#pragma once

#include <vector>

#include "core/repository/repository.h"
#include "core/transactions/certificate.h"
#include "core/transactions/cluster.h"
#include "tests/core/arachnode/ring_rig.h"

namespace core {

inline Archive ProvenArchive(RingRig& rig, const BlockId& block, uint64_t revision) {
  constexpr uint32_t kMembers = 5;
  Archive archive;
  archive.block = block;
  archive.revision = revision;
  archive.value = Bytes(20, static_cast<uint8_t>(revision));
  archive.hash = ContentHash(rig.identities_.suite(), archive.value);
  Transaction& made = archive.certificate.record.transaction;
  made.id.bytes.fill(static_cast<uint8_t>(revision));
  made.block = block;
  made.base_revision = revision - 1;
  made.content_hash = archive.hash;
  made.client = rig.identities_.PublicKeyOf(PeerId{0});
  SignTransaction(rig.As(PeerId{0}), made);
  std::vector<PeerId> peers;
  for (uint32_t i = 0; i < kMembers; ++i) peers.push_back(PeerId{i});
  archive.certificate.committed = true;
  archive.certificate.record.members = MembersOf(rig.moment_, peers);
  const Key256 tx = HashOf(rig.moment_, archive.certificate.record);
  for (uint8_t i = 0; i < kMembers; ++i) {
    const PeerId voter = rig.identities_.FindByNodeId(archive.certificate.record.members[i].id);
    Vote vote{.member = i,
              .kind = VoteKind::kApprove,
              .reason = RejectReason::kNone,
              .winner = {},
              .signature = {}};
    SignVote(rig.As(voter), tx, vote);
    archive.certificate.votes.push_back(vote);
  }
  return archive;
}

}  // namespace core
