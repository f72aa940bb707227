#include "core/transactions/vote_tally.h"

#include <algorithm>

#include "core/transactions/certificate.h"

namespace core {

const Vote* VoteTally::Find(uint8_t member) const {
  return VoteOf(votes_, member);
}

void VoteTally::AddOwn(const Vote& vote) {
  if (Find(vote.member) != nullptr) return;
  const auto after = std::find_if(votes_.begin(), votes_.end(),
                                  [&](const Vote& other) { return other.member > vote.member; });
  votes_.insert(after, vote);
}

void VoteTally::AddCertified(const Vote& vote) {
  const Vote* known = Find(vote.member);
  if (known != nullptr && Approves(*known) == Approves(vote)) return;
  std::erase_if(votes_, [&](const Vote& other) { return other.member == vote.member; });
  AddOwn(vote);
}

VoteTally::Added VoteTally::Add(const TxMoment& moment, const TxRecord& record, const Key256& tx,
                                const Vote& vote) {
  const Vote* known = Find(vote.member);
  if (known != nullptr && *known == vote) return Added::kKnown;
  if (!HasValidSignature(moment, record, tx, vote)) return Added::kInvalid;
  if (known == nullptr) {
    AddOwn(vote);
    return Added::kNew;
  }
  return Approves(*known) != Approves(vote) ? Added::kDouble : Added::kKnown;
}

size_t VoteTally::approvals() const {
  return static_cast<size_t>(
      std::count_if(votes_.begin(), votes_.end(), [](const Vote& vote) { return Approves(vote); }));
}

std::vector<Vote> VoteTally::Votes(bool approvals) const {
  std::vector<Vote> chosen;
  for (const Vote& vote : votes_) {
    if (Approves(vote) == approvals) chosen.push_back(vote);
  }
  return chosen;
}

Certificate VoteTally::Certify(const TxRecord& record) const {
  const bool committed = Committed();
  return {.record = record, .committed = committed, .votes = Votes(committed), .acks = {}};
}

}  // namespace core
