#include "core/election/block_check.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/codec/canonical.h"

namespace core {
namespace {

constexpr std::array<std::string_view, kAnomalyKinds> kNames = {
    "wrong cid",      "other template",      "outside the period",
    "unequal counts", "too small",           "too large",
    "repeated nonce", "repeated registrant", "odd length",
    "unregistered",   "bad signature",       "other slot",
    "bad voter part", "nonce in two blocks", "registrant in two blocks",
    "missing block"};

// Adds what is found in one block.
class BlockFindings {
 public:
  BlockFindings(const CommittedBlock& block, Anomalies& found) : cid_(block.cid), found_(&found) {}

  void AddIf(bool wrong, AnomalyKind kind, size_t record = 0) {
    if (wrong) {
      found_->push_back({.kind = kind, .block = cid_, .record = static_cast<uint32_t>(record)});
    }
  }

 private:
  Key256 cid_;
  Anomalies* found_;
};

bool IsSizeRight(const BlockRules& rules, size_t voters) {
  return voters >= rules.minimum || (voters == 1 && rules.unitary);
}

bool PointsTo(const Registrant& registrant, const Key256& template_cid, const Key256& cid) {
  const RegistrantVote* slot = SlotOf(registrant, template_cid);
  return slot != nullptr && slot->state == VoteState::kVoted && slot->by == cid;
}

bool IsSignedBy(const Suite& suite, const VoterRecord& voter, const BlockSignature& signature,
                const Bytes& signed_bytes) {
  return signature.registrant == voter.registrant &&
         suite.Verify(voter.registrant, signed_bytes, signature.signature);
}

// The keys of all records of a kind with where they stand, so that equal ones stand together.
struct Sighting {
  std::array<uint8_t, 32> key{};
  uint32_t block = 0;
  uint32_t record = 0;

  friend auto operator<=>(const Sighting&, const Sighting&) = default;
};

// Adds each key that stands in a block after the first one that has it.
void FindInTwoBlocks(std::vector<Sighting> sightings, std::span<const CommittedBlock> blocks,
                     AnomalyKind kind, Anomalies& found) {
  std::sort(sightings.begin(), sightings.end());
  for (size_t i = 1; i < sightings.size(); ++i) {
    const Sighting& prior = sightings[i - 1];
    const Sighting& next = sightings[i];
    if (prior.key != next.key || prior.block == next.block) continue;
    found.push_back({.kind = kind, .block = blocks[next.block].cid, .record = next.record});
  }
}

}  // namespace

std::string_view NameOf(AnomalyKind kind) {
  return kNames[static_cast<size_t>(kind) - 1];
}

void CheckBlock(const ElectionTerms& terms, const Roll& roll, const CommittedBlock& committed,
                Anomalies& found) {
  const VoteBlock& block = committed.block;
  const BlockRules& rules = terms.definition.blocks;
  BlockFindings findings(committed, found);
  findings.AddIf(BlockCid(terms.suite, block) != committed.cid, AnomalyKind::kWrongCid);
  findings.AddIf(block.template_cid != terms.template_cid, AnomalyKind::kOtherTemplate);
  findings.AddIf(!Allows(PhaseAt(terms.definition.schedule, committed.committed_ms), Deed::kCommit),
                 AnomalyKind::kOutsidePeriod);
  findings.AddIf(
      block.votes.size() != block.voters.size() || block.signatures.size() != block.voters.size(),
      AnomalyKind::kUnequalCounts);
  findings.AddIf(!IsSizeRight(rules, block.voters.size()), AnomalyKind::kTooSmall);
  findings.AddIf(block.voters.size() > rules.capacity, AnomalyKind::kTooLarge);
  for (size_t i = 0; i < block.votes.size(); ++i) {
    findings.AddIf(i > 0 && block.votes[i].nonce <= block.votes[i - 1].nonce,
                   AnomalyKind::kRepeatedNonce, i);
    findings.AddIf(block.votes[i].sealed.size() != kSealedBallotBytes, AnomalyKind::kOddLength, i);
  }
  Bytes signed_bytes;
  BlockSigningBytes(terms.definition.network, block.template_cid, committed.cid, signed_bytes);
  for (size_t i = 0; i < block.voters.size(); ++i) {
    const VoterRecord& voter = block.voters[i];
    findings.AddIf(i > 0 && voter.registrant <= block.voters[i - 1].registrant,
                   AnomalyKind::kRepeatedRegistrant, i);
    findings.AddIf(voter.sealed.size() != kSealedBallotBytes, AnomalyKind::kOddLength, i);
    findings.AddIf(i < block.signatures.size() &&
                       !IsSignedBy(terms.suite, voter, block.signatures[i], signed_bytes),
                   AnomalyKind::kBadSignature, i);
    const Registrant* registrant = roll.Find(voter.registrant);
    findings.AddIf(registrant == nullptr, AnomalyKind::kUnregistered, i);
    findings.AddIf(
        registrant != nullptr && !PointsTo(*registrant, terms.template_cid, committed.cid),
        AnomalyKind::kOtherSlot, i);
  }
}

void CheckVoters(const ElectionTerms& terms, const Roll& roll, const DisclosedKey& key,
                 const CommittedBlock& committed, Anomalies& found) {
  BlockFindings findings(committed, found);
  for (size_t i = 0; i < committed.block.voters.size(); ++i) {
    const VoterRecord& voter = committed.block.voters[i];
    const Registrant* registrant = roll.Find(voter.registrant);
    // CheckBlock has named these two.
    if (registrant == nullptr || voter.sealed.size() != kSealedBallotBytes) continue;
    const auto part = OpenVoter(terms, key, voter);
    findings.AddIf(!part.has_value() || part->public_cid != registrant->public_cid ||
                       part->private_cid != registrant->private_cid,
                   AnomalyKind::kBadVoterPart, i);
  }
}

void CheckAcross(const ElectionTerms& terms, const Roll& roll,
                 std::span<const CommittedBlock> blocks, Anomalies& found) {
  std::vector<Sighting> nonces;
  std::vector<Sighting> registrants;
  for (uint32_t b = 0; b < blocks.size(); ++b) {
    const VoteBlock& block = blocks[b].block;
    for (uint32_t i = 0; i < block.votes.size(); ++i) {
      nonces.push_back({.key = block.votes[i].nonce.bytes, .block = b, .record = i});
    }
    for (uint32_t i = 0; i < block.voters.size(); ++i) {
      registrants.push_back({.key = block.voters[i].registrant, .block = b, .record = i});
    }
  }
  FindInTwoBlocks(std::move(nonces), blocks, AnomalyKind::kNonceInTwoBlocks, found);
  FindInTwoBlocks(std::move(registrants), blocks, AnomalyKind::kRegistrantInTwoBlocks, found);
  for (uint32_t i = 0; i < roll.entries().size(); ++i) {
    const RegistrantVote* slot = SlotOf(roll.entries()[i].registrant, terms.template_cid);
    if (slot == nullptr || slot->state != VoteState::kVoted) continue;
    const auto at = std::lower_bound(
        blocks.begin(), blocks.end(), slot->by,
        [](const CommittedBlock& block, const Key256& cid) { return block.cid < cid; });
    if (at == blocks.end() || at->cid != slot->by) {
      found.push_back({.kind = AnomalyKind::kMissingBlock, .block = slot->by, .record = i});
    }
  }
}

}  // namespace core
