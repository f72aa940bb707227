#include "sim/world/planted/planted_bugs.h"

#include "sim/world/planted/block_bugs.h"
#include "sim/world/planted/matchmaking_bugs.h"
#include "sim/world/planted/ring_bugs.h"
#include "sim/world/planted/routing_bugs.h"
#include "sim/world/planted/transaction_bugs.h"
#include "sim/world/planted/vote_bugs.h"

namespace sim {
namespace {

constexpr PlantedBug kBugs[] = {
    {"shifted-key", "MM-1", "every peer derives node ids with one bit wrong", true},
    {"forgetful-root", "MM-2", "holders leave records out of their answers at c = 0"},
    {"stale-records", "MM-3", "holders put records back that expired long ago"},
    {"hidden-crowd", "MM-4", "holders say that nobody is there, so workers never narrow"},
    {"forged-records", "MM-5", "owners sign wrongly and nobody verifies", true},
    {"false-crowd", "MM-6", "participants read a crowd into every answer to a publication"},
    {"chatty", "MM-7", "participants send each matchmaking request 48 times"},
    {"over-budget", "MM-8", "busy workers accept all the same"},
    {"lost-timer", "MM-9", "a peer that began a match is never woken again"},
    {"far-nodes", "RT-1", "peers tell the farthest contacts instead of the nearest"},
    {"long-way", "RT-2", "peers tell one contact that is barely nearer than themselves"},
    {"island", "RT-3", "peers with odd handles and with even ones never meet in routing"},
    {"lost-latest", "BR-1", "a restart loses the newest revision of each block"},
    {"renamed-copies", "BR-2", "replicas name another transaction to those who catch up", true,
     "TX-1"},
    {"false-ancestry", "BR-3", "replicas name another predecessor to those who catch up", true},
    {"short-hash", "BR-4", "the last byte of a content does not count in its hash", true},
    {"early-burial", "BR-5", "tombstones are collected after 30 s", true},
    {"early-expiry", "BR-6", "a latest revision that is asked for by number is said to be expired",
     false, "TX-11"},
    {"replayed-pends", "BR-7",
     "coordinators send commits of pends again after a minute, for a later base", true, "TX-9"},
    {"reused-ids", "BR-8", "all single writes of a client have the same name", true},
    {"lost-memories", "BR-9", "a restart loses what is remembered of collected tombstones"},
    {"old-answers", "BR-10", "readers take the first answer for all later ones", false,
     "BR-3 TX-11"},
    {"brief-locks", "TX-1", "a lock is lost after a millisecond", true,
     "BR-2 BR-3 BR-10 TX-3 TX-9 TX-11"},
    {"misread-commit", "TX-2", "the last member of a cluster reads one commit as an abort", true,
     "TX-6 TX-7 TX-9 TX-12"},
    {"lost-others", "TX-1", "a restart forgets whom the peer knew", false,
     "BR-2 BR-3 BR-10 TX-5 TX-9 TX-11 TX-12"},
    {"lost-votes", "TX-3", "a restart loses votes and decisions"},
    {"hasty-coordinator", "TX-4", "coordinators answer before the write is on any disk", true},
    {"bad-news", "TX-5", "clients read success as a refusal", false, "TX-11 TX-12"},
    {"taciturn", "TX-6", "nobody tells others its vote, nor how a transaction ended", false,
     "TX-3 TX-7 TX-12"},
    {"deaf-member", "TX-7", "one peer in ten never hears how transactions end", false, "TX-12"},
    {"short-count", "TX-8", "three fifths of a cluster commit", true},
    {"deaf-to-tails", "TX-9", "who is not of a tail's cluster never hears how it decided", false,
     "TX-12"},
    {"deaf-to-cancels", "TX-9", "who is not of a tail's cluster never hears that it cancelled",
     false, "TX-7 TX-12"},
    {"skipped-sequence", "TX-10", "replicas tell too high a revision to those who catch up", true,
     "BR-7 BR-8 TX-4 TX-11 TX-12"},
    {"buried-alive", "TX-11", "replicas say to readers that live revisions are deleted", true},
    {"deaf-to-first-attempts", "TX-12", "members do not hear the first attempt of a call"},
    {"broken-chain", "CO-1", "clients write wrong hashes of predecessors into logs", true, "CO-4"},
    {"thin-leaf", "CO-2", "clients lose entries of leaves that they write", true, "CO-3"},
    {"silent-edit", "CO-3", "clients change a value that the log does not speak of", true},
    {"overwritten-entry", "CO-4", "clients put a made-up action in place of the one before theirs",
     true, "CO-1 CO-3"},
    {"forgotten-reads", "CO-5", "clients leave the leaves that they read out of their entries",
     true, "CO-3"},
    {"no-floor", "AR-1", "nodes hand off without asking for any holder", true, "AR-8"},
    {"misplaced", "AR-2", "a restart takes its place for one ring further out", false, "AR-1"},
    {"hasty-moves", "AR-3", "nodes move again as soon as a move has settled", true},
    {"deaf-searchers", "AR-5", "nobody hears an archive that a holder gives", false,
     "AR-1 AR-6 BR-3 TX-11"},
    {"misheard-archives", "AR-6", "archives that holders give are heard as not held", false,
     "AR-1 AR-5 BR-2 BR-3 BR-10 TX-1 TX-11"},
    {"double-lending", "AR-7", "nodes lend twice of what they were told"},
    {"hollow-holders", "AR-8", "every other node claims to hold what it never made durable", false,
     "AR-1 AR-9"},
    {"restless", "AR-9", "nodes move back in for as many holders as make them move out", true},
    {"lone-witness", "AR-10", "members let go of values, and nodes of blocks, that one other holds",
     true, "AR-1 AR-8"},
    {"lost-ballots", "BN-1", "who votes is never woken again"},
    {"bad-tidings", "BN-2", "voters read the word that all have signed as the end of their pool"},
    {"torn-lists", "BN-3", "members sign lists in which they took a vote for another one", true},
    {"aborting-thirds", "BN-4",
     "thirds give up the pools whose seeds they have read, and records come again", true, "BN-8"},
    {"false-acks", "BN-6", "one peer in three acknowledges mergers without taking part in them"},
    {"deaf-to-ends", "BN-7", "members take the end of their pool for its going on", false,
     "BN-1 BN-10"},
    {"old-records", "BN-8", "records come again in every attempt", true, "BN-4"},
    {"twin-voters", "BN-9", "two voters each draw from the same entropy", false, "BN-4 BN-7 BN-8"},
    {"town-criers", "BN-10", "voters announce themselves fifty times a second", true},
    {"late-voters", "BN-11", "voters take the end of the period for four minutes later"},
};

using RolePointer = std::unique_ptr<Role>;

struct Maker {
  std::string_view name;
  RolePointer (*make)(const RoleContext&);
};

template <typename Planted>
RolePointer Plain(const RoleContext&) {
  return std::make_unique<Planted>();
}

template <typename Planted>
RolePointer WithContext(const RoleContext& context) {
  return std::make_unique<Planted>(context);
}

template <DeafToTails::Misses misses>
RolePointer Deaf(const RoleContext& context) {
  return std::make_unique<DeafToTails>(context, misses);
}

template <WrongReplies::Edit edit>
RolePointer Replies(const RoleContext&) {
  return std::make_unique<WrongReplies>(edit);
}

template <LostRows::What what>
RolePointer Restarts(const RoleContext&) {
  return std::make_unique<LostRows>(what);
}

template <MisheardArchives::Hears hears>
RolePointer Hears(const RoleContext&) {
  return std::make_unique<MisheardArchives>(hears);
}

// WrongContext, or the user of collections, is all that it needs.
RolePointer NoRole(const RoleContext&) {
  return nullptr;
}

constexpr Maker kMakers[] = {{"shifted-key", NoRole},
                             {"forgetful-root", Plain<ForgetfulRoot>},
                             {"stale-records", Plain<StaleRecords>},
                             {"hidden-crowd", Plain<HiddenCrowd>},
                             {"forged-records", Plain<ForgedRecords>},
                             {"false-crowd", Plain<FalseCrowd>},
                             {"chatty", Plain<Chatty>},
                             {"over-budget", Plain<OverBudget>},
                             {"lost-timer", Plain<LostTimer>},
                             {"far-nodes", Plain<FarNodes>},
                             {"long-way", WithContext<LongWay>},
                             {"island", WithContext<Island>},
                             {"lost-latest", Restarts<LostRows::What::kLatest>},
                             {"renamed-copies", Replies<RenameCopy>},
                             {"false-ancestry", Replies<ForgeAncestry>},
                             {"short-hash", NoRole},
                             {"early-burial", NoRole},
                             {"early-expiry", Replies<ExpireEarly>},
                             {"replayed-pends", Plain<ReplayedPends>},
                             {"reused-ids", WithContext<ReusedIds>},
                             {"lost-memories", Restarts<LostRows::What::kMemories>},
                             {"old-answers", Plain<OldAnswers>},
                             {"brief-locks", NoRole},
                             {"misread-commit", WithContext<MisreadCommits>},
                             {"lost-others", Restarts<LostRows::What::kOthers>},
                             {"lost-votes", Restarts<LostRows::What::kVotes>},
                             {"hasty-coordinator", Plain<HastyCoordinator>},
                             {"bad-news", Plain<BadNews>},
                             {"taciturn", Plain<Taciturn>},
                             {"deaf-member", WithContext<DeafMember>},
                             {"short-count", NoRole},
                             {"deaf-to-tails", Deaf<DeafToTails::Misses::kDecisions>},
                             {"deaf-to-cancels", Deaf<DeafToTails::Misses::kCancels>},
                             {"skipped-sequence", Replies<SkipSequence>},
                             {"buried-alive", Replies<BuryAlive>},
                             {"deaf-to-first-attempts", Plain<DeafToFirstAttempts>},
                             {"broken-chain", NoRole},
                             {"thin-leaf", NoRole},
                             {"silent-edit", NoRole},
                             {"overwritten-entry", NoRole},
                             {"forgotten-reads", NoRole},
                             {"no-floor", NoRole},
                             {"misplaced", Plain<Misplaced>},
                             {"hasty-moves", NoRole},
                             {"deaf-searchers", Hears<MisheardArchives::Hears::kNothing>},
                             {"misheard-archives", Hears<MisheardArchives::Hears::kNotHeld>},
                             {"double-lending", Plain<DoubleLending>},
                             {"hollow-holders", WithContext<HollowHolder>},
                             {"restless", NoRole},
                             {"lone-witness", NoRole},
                             {"lost-ballots", Plain<LostBallot>},
                             {"bad-tidings", Plain<BadTidings>},
                             {"torn-lists", Plain<TornLists>},
                             {"aborting-thirds", Plain<AbortingThird>},
                             {"false-acks", WithContext<FalseAck>},
                             {"deaf-to-ends", Plain<DeafToEnds>},
                             {"old-records", NoRole},
                             {"twin-voters", WithContext<TwinVoter>},
                             {"town-criers", NoRole},
                             {"late-voters", Plain<LateVoter>}};

}  // namespace

std::span<const PlantedBug> PlantedBugs() {
  return kBugs;
}

core::StatusOr<std::unique_ptr<Role>> MakePlanted(const std::string& name,
                                                  const RoleContext& context) {
  for (const auto& [known, make] : kMakers) {
    if (known == name) return make(context);
  }
  std::string known;
  for (const PlantedBug& bug : kBugs) known += (known.empty() ? "" : ", ") + std::string(bug.name);
  return core::NotFound("no planted bug '" + name + "'; there are: " + known);
}

}  // namespace sim
