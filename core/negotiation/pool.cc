#include "core/negotiation/pool.h"

#include <algorithm>

#include "core/codec/canonical.h"

namespace core {
namespace {

template <typename Record, typename KeyOf>
bool HasTwice(const std::vector<Record>& records, const KeyOf& key_of) {
  std::vector<std::array<uint8_t, 32>> keys;
  keys.reserve(records.size());
  for (const Record& record : records) keys.push_back(key_of(record));
  std::sort(keys.begin(), keys.end());
  return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
}

}  // namespace

Key256 ListsHash(const Context& context, const Key256& template_cid,
                 std::span<const VoterRecord> voters, std::span<const VoteRecord> votes) {
  std::vector<uint8_t> bytes;
  VoteListsBytes(template_cid, voters, votes, bytes);
  return {context.suite->Sha256(bytes)};
}

SignObjection ObjectionTo(const Context& context, const Key256& template_cid, const BlockForm& form,
                          const OwnRecords& own) {
  const auto is_own_voter = [&own](const VoterRecord& voter) {
    return voter.registrant == own.voter.registrant;
  };
  const auto is_own_vote = [&own](const VoteRecord& vote) { return vote.nonce == own.vote.nonce; };
  if (ListsHash(context, template_cid, form.voters, form.votes) != form.cid) {
    return SignObjection::kCid;
  }
  if (form.voters.size() != form.votes.size()) return SignObjection::kUnequal;
  if (HasTwice(form.voters, [](const VoterRecord& voter) { return voter.registrant; }) ||
      HasTwice(form.votes, [](const VoteRecord& vote) { return vote.nonce.bytes; })) {
    return SignObjection::kDuplicate;
  }
  const auto voter = std::find_if(form.voters.begin(), form.voters.end(), is_own_voter);
  const auto vote = std::find_if(form.votes.begin(), form.votes.end(), is_own_vote);
  if (voter == form.voters.end() || vote == form.votes.end()) return SignObjection::kMissing;
  if (*voter != own.voter || *vote != own.vote) return SignObjection::kAltered;
  const auto least = static_cast<size_t>(context.config->negotiation.block_min);
  return form.voters.size() < least ? SignObjection::kSize : SignObjection::kNone;
}

}  // namespace core
