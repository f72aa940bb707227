// What voters seal to an election: their answers, and what they say of themselves. One file for who
// seals (core/negotiation) and who opens (core/election).
//
// A box is bound to what stands visibly beside it: copied under another nonce or registrant it does not
// open, so that nobody can vote what somebody else voted without knowing it. The plain bytes of a vote
// are its answers, of a voter both cids and the signature, one after the other.
// Thread rule: any thread. Source: protocol document, 1.6.1 and 1.6.5.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/crypto/sealed_box.h"
#include "core/crypto/suite.h"

namespace core {

inline constexpr size_t kSealedBallotBytes = sizeof(SealedBallot);

[[nodiscard]] SealingContext VoteContext(const Suite& suite, const Key256& template_cid,
                                         const Key256& nonce);
[[nodiscard]] SealingContext VoterContext(const Suite& suite, const Key256& template_cid,
                                          const PublicKey& registrant);

// A registrant's records, by their cids.
struct RegistrantCids {
  Key256 public_cid;
  Key256 private_cid;
};

// What a registrant signs in its sealed part: it shows that the registrant made it for this election.
[[nodiscard]] std::vector<uint8_t> VoterSigningBytes(const Key256& template_cid,
                                                     const PublicKey& registrant,
                                                     const RegistrantCids& cids);

}  // namespace core
