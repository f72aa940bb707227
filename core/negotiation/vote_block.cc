#include "core/negotiation/vote_block.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/codec/canonical.h"

namespace core {

BlockSignature SignBlock(const PoolMoment& moment, const Key256& cid) {
  std::vector<uint8_t> bytes;
  BlockSigningBytes(moment.context.network, moment.template_cid(), cid, bytes);
  moment.effects.CountSign();
  moment.effects.Observe(BlockSignedBy{.cid = cid, .ticket = moment.ticket_hash});
  return {.registrant = moment.ticket.registrant,
          .signature = moment.context.suite->Sign(moment.registrant, bytes)};
}

bool IsSignatureOf(const PoolMoment& moment, const Key256& cid, const BlockSignature& signature) {
  std::vector<uint8_t> bytes;
  BlockSigningBytes(moment.context.network, moment.template_cid(), cid, bytes);
  moment.effects.CountVerify();
  return moment.context.suite->Verify(signature.registrant, bytes, signature.signature);
}

bool IsSignedByAll(const PoolMoment& moment, const BlockForm& form,
                   std::span<const BlockSignature> signatures) {
  std::vector<PublicKey> voters;
  for (const VoterRecord& voter : form.voters) voters.push_back(voter.registrant);
  std::sort(voters.begin(), voters.end());
  const auto signs = [](const PublicKey& voter, const BlockSignature& signature) {
    return voter == signature.registrant;
  };
  if (!std::equal(voters.begin(), voters.end(), signatures.begin(), signatures.end(), signs)) {
    return false;
  }
  return std::all_of(signatures.begin(), signatures.end(), [&](const BlockSignature& signature) {
    return IsSignatureOf(moment, form.cid, signature);
  });
}

void ReportBlock(const PoolMoment& moment, const BlockForm& form,
                 std::span<const BlockSignature> signatures) {
  std::vector<uint8_t> bytes;
  VoteBlockBytes(moment.template_cid(), form.voters, form.votes, signatures, bytes);
  moment.effects.Observe(BlockFormed{.template_cid = moment.template_cid(),
                                     .cid = form.cid,
                                     .ticket = moment.ticket_hash,
                                     .voters = static_cast<uint16_t>(form.voters.size()),
                                     .block = moment.effects.Keep(std::move(bytes))});
}

Key256 FormUnitaryBlock(const PoolMoment& moment) {
  BlockForm form{.pool = {},
                 .epoch = 0,
                 .voters = {moment.own.voter},
                 .votes = {moment.own.vote},
                 .cid = {},
                 .deadline_ms = moment.terms.closes_ms};
  form.cid = ListsHash(moment.context, moment.template_cid(), form.voters, form.votes);
  const BlockSignature signature = SignBlock(moment, form.cid);
  ReportBlock(moment, form, {&signature, 1});
  return form.cid;
}

}  // namespace core
