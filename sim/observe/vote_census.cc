#include "sim/observe/vote_census.h"

#include <utility>
#include <variant>
#include <vector>

#include "sim/observe/anonymity.h"

namespace sim {

VoteCensus::VoteCensus(Metrics* metrics, std::shared_ptr<VoteView> view)
    : metrics_(*metrics), view_(std::move(view)) {}

void VoteCensus::OnFact(const WorldView& world, const Fact& fact) {
  view_->Follow(fact);
  if (!world.IsHonest(fact.peer)) return;
  if (std::holds_alternative<core::VoteStarted>(fact.what)) {
    metrics_.Count(Metric::kVotesStarted);
  } else if (const auto* ended = std::get_if<core::VoteEnded>(&fact.what)) {
    OnVoteEnded(*ended);
  } else if (const auto* pair = std::get_if<core::PairFormed>(&fact.what)) {
    if (pair->coordinates) metrics_.Count(Metric::kPairsFormed);
  } else if (std::holds_alternative<core::SeedOpened>(fact.what)) {
    metrics_.Count(Metric::kSeedsOpened);
  } else if (std::holds_alternative<core::PoolsMerged>(fact.what)) {
    metrics_.Count(Metric::kPoolsMerged);
  } else if (const auto* left = std::get_if<core::PoolLeft>(&fact.what)) {
    const bool failed =
        left->cause != core::PoolLeaving::kSigned && left->cause != core::PoolLeaving::kMerged;
    if (failed) metrics_.Count(Metric::kPoolsLost);
  } else if (std::holds_alternative<core::SignRefused>(fact.what)) {
    metrics_.Count(Metric::kSignaturesRefused);
  } else if (std::holds_alternative<core::NegotiationRefused>(fact.what)) {
    metrics_.Count(Metric::kNegotiationRefused);
  }
}

void VoteCensus::OnVoteEnded(const core::VoteEnded& ended) {
  const bool counted = ended.end == core::VoteEnd::kBlock || ended.end == core::VoteEnd::kUnitary;
  metrics_.Trial(Metric::kVotesCounted, counted);
  if (!counted) return;
  metrics_.Trial(Metric::kVotesUnitary, ended.end == core::VoteEnd::kUnitary);
  metrics_.Record(Metric::kVoteTime, ended.took.us);
  metrics_.Record(Metric::kVoteAttempts, ended.attempts);
  metrics_.Record(Metric::kVoteMessages, ended.messages);
}

// Before the hostile peers of the run, who tell each other all they know.
void VoteCensus::OnEnd(const WorldView& world) {
  const auto is_hostile = [&world](core::PeerId peer) { return !world.IsHonest(peer); };
  view_->ForEachBlock([&](const core::Key256&, const VoteBlockSeen& block) {
    metrics_.Record(Metric::kBlockVoters, block.voters);
    const std::vector<uint32_t> sizes = AnonymityIn(*view_, block, is_hostile);
    for (size_t i = 0; i < sizes.size(); ++i) {
      const VoteAttempt* attempt = view_->FindAttempt(block.tickets[i]);
      if (attempt == nullptr || is_hostile(attempt->peer)) continue;
      metrics_.Record(Metric::kAnonymity, sizes[i]);
      metrics_.Trial(Metric::kVotersLinked, sizes[i] == 1);
    }
  });
}

}  // namespace sim
