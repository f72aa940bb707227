#include "sim/observe/checkers/vote_checkers.h"

#include <algorithm>
#include <string>
#include <variant>

#include "sim/observe/allowances.h"
#include "sim/observe/anonymity.h"

namespace sim {
namespace {

constexpr std::string_view kFamily = "negotiation";

}  // namespace

void Ballots::Note(const WorldView& world, const WorldFact& fact) {
  if (fact.kind != WorldFact::Kind::kCommanded) return;
  const Operation& operation = world.scenario().workload[fact.detail];
  if (operation.vote.has_value()) *votes_.Insert(fact.peer).first = &*operation.vote;
}

CountedChecker::CountedChecker(std::shared_ptr<const VoteView> view)
    : BallotChecker(
          {.id = "BN-1",
           .title = "a vote was not counted",
           .family = kFamily,
           .check_class = CheckClass::kLiveness,
           .scope = CheckScope::kAtTheEnd,
           .statement = "the vote of an honest voter who was there long enough before the "
                        "period ended stands in a block"},
          std::move(view)) {}

void CountedChecker::OnFact(const WorldView&, const Fact& fact) {
  const auto* ended = std::get_if<core::VoteEnded>(&fact.what);
  Vote* vote = votes_.Find(fact.peer);
  if (ended == nullptr || vote == nullptr) return;
  vote->counted |= ended->end == core::VoteEnd::kBlock || ended->end == core::VoteEnd::kUnitary;
}

void CountedChecker::OnWorldFact(const WorldView& world, const WorldFact& fact) {
  ballots_.Note(world, fact);
  if (fact.kind == WorldFact::Kind::kStopped) {
    if (Vote* vote = votes_.Find(fact.peer); vote != nullptr) vote->stopped = true;
  } else if (fact.kind == WorldFact::Kind::kCommanded && ballots_.Of(fact.peer) != nullptr) {
    const auto [vote, fresh] = votes_.Insert(fact.peer);
    if (fresh) vote->told = fact.at;
  }
}

void CountedChecker::OnEnd(const WorldView& world) {
  votes_.ForEach([&](core::PeerId peer, const Vote& vote) {
    const VoteOperation& told = *ballots_.Of(peer);
    const WorldTime closes{told.closes.us};
    const WorldTime begun = std::max(vote.told, WorldTime{told.opens.us});
    // The world's time stands still when nothing happens any more, so it says less than the scenario.
    const bool had_time =
        begun + kVotingTime <= closes && closes.us <= world.scenario().duration.us;
    if (!world.IsHonest(peer) || !had_time || !told.unitary) return;
    if ((vote.stopped && !vote.counted) || !Demanded(world, vote.told)) return;
    Premise();
    if (vote.counted) return;
    Violate([&] { return Violation{closes, peer, "vote", "in a block", "in none"}; });
  });
}

OneBlockChecker::OneBlockChecker(std::shared_ptr<const VoteView> view)
    : BallotChecker({.id = "BN-2",
                     .title = "a voter is in two blocks",
                     .family = kFamily,
                     .scope = CheckScope::kAtTheEnd,
                     .statement = "no honest voter has signed two blocks that came about"},
                    std::move(view)) {}

void OneBlockChecker::OnEnd(const WorldView& world) {
  core::FlatTable<core::PeerId, core::Key256> seen;
  view().ForEachBlock([&](const core::Key256& cid, const VoteBlockSeen& block) {
    for (const core::Key256& ticket : block.tickets) {
      const VoteAttempt* attempt = view().FindAttempt(ticket);
      if (attempt == nullptr || !world.IsHonest(attempt->peer)) continue;
      Premise();
      const auto [first, fresh] = seen.Insert(attempt->peer);
      if (fresh) {
        *first = cid;
        continue;
      }
      Violate([&, first = first] {
        return Violation{block.at, attempt->peer, "block " + Short(cid), "the voter's only one",
                         "a second one, beside " + Short(*first)};
      });
    }
  });
}

WholeBlockChecker::WholeBlockChecker(std::shared_ptr<const VoteView> view)
    : BallotChecker({.id = "BN-3",
                     .title = "a block lacks what its voters signed",
                     .family = kFamily,
                     .statement = "a block has as many votes as voters and signatures, and each "
                                  "signer's own nonce"},
                    std::move(view)) {}

// The nonces stand in the block's bytes as they are: whoever knows one finds it.
void WholeBlockChecker::OnFact(const WorldView& world, const Fact& fact) {
  const auto* formed = std::get_if<core::BlockFormed>(&fact.what);
  if (formed == nullptr || !world.IsHonest(fact.peer)) return;
  Premise();
  const VoteBlockSeen* block = view().FindBlock(formed->cid);
  const size_t signers = block == nullptr ? 0 : block->tickets.size();
  if (signers != formed->voters) {
    return Violate([&] {
      return Violation{fact.at, fact.peer, "block " + Short(formed->cid),
                       std::to_string(formed->voters) + " signers", std::to_string(signers)};
    });
  }
  for (const core::Key256& ticket : block->tickets) {
    const VoteAttempt* attempt = view().FindAttempt(ticket);
    if (attempt == nullptr) continue;
    const auto& nonce = attempt->nonce.bytes;
    const bool there = std::search(formed->block.begin(), formed->block.end(), nonce.begin(),
                                   nonce.end()) != formed->block.end();
    if (there) continue;
    Violate([&] {
      return Violation{fact.at, attempt->peer, "block " + Short(formed->cid),
                       "the vote of each signer", "none of this one's"};
    });
  }
}

UnlinkedChecker::UnlinkedChecker(std::shared_ptr<const VoteView> view)
    : BallotChecker({.id = "BN-4",
                     .title = "one peer knows another one's vote",
                     .family = kFamily,
                     .scope = CheckScope::kAtTheEnd,
                     .cost = CheckCost::kModerate,
                     .statement = "no peer has read lists that tell it which vote is another "
                                  "voter's"},
                    std::move(view)) {}

void UnlinkedChecker::OnEnd(const WorldView& world) {
  view().ForEachBlock([&](const core::Key256& cid, const VoteBlockSeen& block) {
    if (block.tickets.size() < 2) return;
    std::vector<core::PeerId> readers;
    for (const core::Key256& ticket : block.tickets) {
      const VoteAttempt* attempt = view().FindAttempt(ticket);
      if (attempt == nullptr) continue;
      readers.push_back(attempt->peer);
      const std::vector<uint32_t>* lists = view().ListsWith(attempt->nonce);
      if (lists == nullptr) continue;
      for (const uint32_t list : *lists) readers.push_back(view().lists()[list].reader);
    }
    std::sort(readers.begin(), readers.end());
    readers.erase(std::unique(readers.begin(), readers.end()), readers.end());
    for (const core::PeerId reader : readers) {
      Premise();
      const std::vector<uint32_t> sizes =
          AnonymityIn(view(), block, [reader](core::PeerId peer) { return peer == reader; });
      for (size_t i = 0; i < sizes.size(); ++i) {
        const VoteAttempt* attempt = view().FindAttempt(block.tickets[i]);
        if (sizes[i] > 1 || attempt == nullptr || attempt->peer == reader) continue;
        if (!world.IsHonest(attempt->peer)) continue;
        Violate([&] {
          return Violation{block.at, attempt->peer, "block " + Short(cid),
                           "a vote that nobody else knows",
                           "peer " + std::to_string(reader.value) + " knows it"};
        });
      }
    }
  });
}

OnePoolChecker::OnePoolChecker(std::shared_ptr<const VoteView> view)
    : BallotChecker({.id = "BN-6",
                     .title = "a voter is in two pools",
                     .family = kFamily,
                     .statement = "an attempt leaves one pool before it joins another one, and a "
                                  "merged pool has as many members as have joined it"},
                    std::move(view)) {}

void OnePoolChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* joined = std::get_if<core::PoolJoined>(&fact.what)) {
    Premise();
    core::Key256& pool = *pools_.Insert(joined->ticket).first;
    if (pool != core::Key256{} && pool != joined->pool) {
      Violate([&] {
        return Violation{fact.at, fact.peer, "ticket " + Short(joined->ticket),
                         "one pool at a time",
                         "pool " + Short(joined->pool) + " beside " + Short(pool)};
      });
    }
    pool = joined->pool;
  } else if (const auto* left = std::get_if<core::PoolLeft>(&fact.what)) {
    core::Key256* pool = pools_.Find(left->ticket);
    if (pool != nullptr && *pool == left->pool) *pool = {};
  } else if (const auto* merged = std::get_if<core::PoolsMerged>(&fact.what)) {
    const std::vector<core::Key256>* members = view().MembersOf(merged->pool, merged->epoch);
    const size_t count = members == nullptr ? 0 : members->size();
    Premise();
    if (count >= merged->size) return;
    Violate([&] {
      return Violation{fact.at, fact.peer, "pool " + Short(merged->pool),
                       std::to_string(merged->size) + " members", std::to_string(count)};
    });
  }
}

SettledChecker::SettledChecker(std::shared_ptr<const VoteView> view)
    : BallotChecker({.id = "BN-7",
                     .title = "a member stayed in a pool that is over",
                     .family = kFamily,
                     .check_class = CheckClass::kLiveness,
                     .scope = CheckScope::kEveryCheckpoint,
                     .statement = "when its coordinator has given a pool up, every member that it "
                                  "can reach is out of it soon"},
                    std::move(view)) {}

void SettledChecker::OnFact(const WorldView& world, const Fact& fact) {
  const auto* left = std::get_if<core::PoolLeft>(&fact.what);
  if (left == nullptr || !world.IsHonest(fact.peer)) return;
  const bool over =
      left->cause == core::PoolLeaving::kReverted || left->cause == core::PoolLeaving::kDissolved;
  const std::vector<core::Key256>* members = view().MembersOf(left->pool, left->epoch);
  if (!over || members == nullptr || !view().Coordinates(left->pool, left->epoch, fact.peer)) {
    return;
  }
  for (const core::Key256& ticket : *members) {
    const VoteAttempt* member = view().FindAttempt(ticket);
    if (member == nullptr || member->pool != left->pool || ticket == left->ticket) continue;
    if (!world.IsHonest(member->peer)) continue;
    waiting_.push_back({fact.at, fact.peer, left->pool, ticket});
  }
}

void SettledChecker::OnCheckpoint(const WorldView& world) {
  size_t due = 0;
  while (due < waiting_.size() &&
         waiting_[due].since + SettlingTime(world.scenario()) <= world.Now()) {
    const Waiting& each = waiting_[due++];
    const VoteAttempt* member = view().FindAttempt(each.ticket);
    const bool reached = world.IsUp(member->peer) && world.IsUp(each.coordinator) &&
                         world.CanReach(each.coordinator, member->peer);
    if (!reached || !Demanded(world, each.since)) continue;
    Premise();
    if (member->pool != each.pool) continue;
    Violate([&] {
      return Violation{world.Now(), member->peer, "pool " + Short(each.pool), "left",
                       "still a member"};
    });
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(due));
}

FreshNonceChecker::FreshNonceChecker(std::shared_ptr<const VoteView> view)
    : BallotChecker({.id = "BN-8",
                     .title = "a nonce came twice",
                     .family = kFamily,
                     .statement = "every attempt has a nonce of its own"},
                    std::move(view)) {}

void FreshNonceChecker::OnFact(const WorldView& world, const Fact& fact) {
  const auto* started = std::get_if<core::AttemptStarted>(&fact.what);
  if (started == nullptr || !world.IsHonest(fact.peer)) return;
  Premise();
  const auto [first, fresh] = nonces_.Insert(started->nonce);
  if (fresh) {
    *first = started->ticket;
    return;
  }
  Violate([&, first = first] {
    return Violation{fact.at, fact.peer, "ticket " + Short(started->ticket), "a nonce of its own",
                     "that of ticket " + Short(*first)};
  });
}

OneSeedChecker::OneSeedChecker(std::shared_ptr<const VoteView> view)
    : BallotChecker({.id = "BN-9",
                     .title = "a pairing secret was used twice",
                     .family = kFamily,
                     .statement = "every attempt has a pairing key of its own, and its secret goes "
                                  "to one peer for one seed"},
                    std::move(view)) {}

void OneSeedChecker::OnFact(const WorldView& world, const Fact& fact) {
  if (!world.IsHonest(fact.peer)) return;
  if (const auto* started = std::get_if<core::AttemptStarted>(&fact.what)) {
    Premise();
    const auto [first, fresh] = keys_.Insert(core::Key256{started->pairing_key});
    if (fresh) {
      *first = started->ticket;
      return;
    }
    return Violate([&, first = first] {
      return Violation{fact.at, fact.peer, "ticket " + Short(started->ticket),
                       "a pairing key of its own", "that of ticket " + Short(*first)};
    });
  }
  const auto* disclosed = std::get_if<core::SecretDisclosed>(&fact.what);
  if (disclosed == nullptr) return;
  Premise();
  const auto [first, fresh] = disclosed_.Insert(disclosed->ticket);
  if (fresh) {
    *first = {disclosed->seed, disclosed->to};
    return;
  }
  if (first->seed == disclosed->seed && first->to == disclosed->to) return;
  Violate([&, first = first] {
    return Violation{fact.at, fact.peer, "ticket " + Short(disclosed->ticket),
                     "a secret for one seed and one peer",
                     "seed " + Short(disclosed->seed) + " beside " + Short(first->seed)};
  });
}

VoteCostChecker::VoteCostChecker(std::shared_ptr<const VoteView> view)
    : BallotChecker(
          {.id = "BN-10",
           .title = "a vote cost too many messages",
           .family = kFamily,
           .statement = "a vote sends at most A + B log2(peers) messages for each attempt, and "
                        "C in each present interval"},
          std::move(view)) {}

void VoteCostChecker::OnFact(const WorldView& world, const Fact& fact) {
  const auto* ended = std::get_if<core::VoteEnded>(&fact.what);
  if (ended == nullptr || !world.IsHonest(fact.peer)) return;
  Premise();
  const auto intervals = static_cast<uint64_t>(
      ended->took.us / world.scenario().protocol.negotiation.present_interval.us + 1);
  const uint64_t most = (uint64_t{ended->attempts} + 1) *
                            (kVoteMessagesBase + kVoteMessagesPerBit * BitsOf(world.PeerCount())) +
                        intervals * kVoteMessagesWaiting;
  if (ended->messages <= most) return;
  Violate([&] {
    return Violation{fact.at, fact.peer, "vote", "at most " + std::to_string(most) + " messages",
                     std::to_string(ended->messages)};
  });
}

PeriodChecker::PeriodChecker(std::shared_ptr<const VoteView> view)
    : BallotChecker(
          {.id = "BN-11",
           .title = "a block came about after the period",
           .family = kFamily,
           .statement = "no honest voter takes a block as formed outside the voting period "
                        "of its clock"},
          std::move(view)) {}

void PeriodChecker::OnFact(const WorldView& world, const Fact& fact) {
  const auto* formed = std::get_if<core::BlockFormed>(&fact.what);
  const VoteOperation* told = ballots_.Of(fact.peer);
  if (formed == nullptr || told == nullptr || !world.IsHonest(fact.peer)) return;
  Premise();
  const core::Time closes{told->closes.us};
  if (fact.local >= core::Time{told->opens.us} && fact.local <= closes) return;
  Violate([&] {
    return Violation{fact.at, fact.peer, "block " + Short(formed->cid),
                     "within the period, which ends at " + InSeconds(closes - core::Time{}),
                     InSeconds(fact.local - core::Time{})};
  });
}

std::vector<std::unique_ptr<Checker>> MakeVoteCheckers(
    const std::shared_ptr<const VoteView>& view) {
  std::vector<std::unique_ptr<Checker>> checkers;
  checkers.push_back(std::make_unique<CountedChecker>(view));
  checkers.push_back(std::make_unique<OneBlockChecker>(view));
  checkers.push_back(std::make_unique<WholeBlockChecker>(view));
  checkers.push_back(std::make_unique<UnlinkedChecker>(view));
  checkers.push_back(std::make_unique<OnePoolChecker>(view));
  checkers.push_back(std::make_unique<SettledChecker>(view));
  checkers.push_back(std::make_unique<FreshNonceChecker>(view));
  checkers.push_back(std::make_unique<OneSeedChecker>(view));
  checkers.push_back(std::make_unique<VoteCostChecker>(view));
  checkers.push_back(std::make_unique<PeriodChecker>(view));
  return checkers;
}

}  // namespace sim
