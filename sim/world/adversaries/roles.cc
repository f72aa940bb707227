#include "sim/world/adversaries/roles.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"

#include "sim/world/adversaries/double_signer.h"
#include "sim/world/adversaries/false_holder.h"
#include "sim/world/adversaries/flooder.h"
#include "sim/world/adversaries/forger.h"
#include "sim/world/adversaries/lying_holder.h"
#include "sim/world/adversaries/lying_replica.h"
#include "sim/world/adversaries/lying_router.h"
#include "sim/world/adversaries/occasions.h"
#include "sim/world/adversaries/ring_liar.h"
#include "sim/world/adversaries/sequential_coordinator.h"
#include "sim/world/adversaries/silent_holder.h"
#include "sim/world/adversaries/slow_filler.h"
#include "sim/world/adversaries/withholding_holder.h"

namespace sim {
namespace {

using RolePointer = std::unique_ptr<Role>;
using Maker = core::StatusOr<RolePointer> (*)(const Options&, const Occasions&, const RoleContext&);

constexpr std::array<RoleOption, 1> kDoubleSignerOptions = {RoleOption{
    "signs", "what it tells coordinators and members", "wanted|approvals|refusals", 0, 0, 0}};
constexpr std::array<RoleOption, 2> kFalseHolderOptions = {
    RoleOption{"claims", "what it says of every block", "holding|nothing", 0, 0, 0},
    RoleOption{"room", "it lends so many times what it is told to", "", 1, 1'000'000, 1}};
constexpr std::array<RoleOption, 2> kFlooderOptions = {
    RoleOption{"per_second", "requests per second of its own clock", "", 1, 10'000, 50},
    RoleOption{"what", "which requests", "find|provide|both", 0, 0, 0}};
constexpr std::array<RoleOption, 1> kForgerOptions = {
    RoleOption{"count", "forged records per answer", "", 1, 64, 4}};
constexpr std::array<RoleOption, 1> kLyingHolderOptions = {
    RoleOption{"lie", "about how crowded a key is", "over|under|flipping", 0, 0, 0}};
constexpr std::array<RoleOption, 1> kLyingReplicaOptions = {
    RoleOption{"lie", "about the latest revision", "deny|older|inflate|bury", 0, 0, 0}};
constexpr std::array<RoleOption, 1> kLyingRouterOptions = {
    RoleOption{"names", "whom its replies name", "accomplices|ghosts|nobody", 0, 0, 0}};
constexpr std::array<RoleOption, 1> kRingLiarOptions = {
    RoleOption{"lie", "about who stands where", "hide|inflate|moving|replay", 0, 0, 0}};
constexpr std::array<RoleOption, 1> kSlowFillerOptions = {
    RoleOption{"delay_ms", "milliseconds before each answer", "", 1, 600'000, 1900}};
constexpr std::array<RoleOption, 1> kWithholdingOptions = {
    RoleOption{"what", "which records it keeps back", "all|honest", 0, 0, 0}};

constexpr std::array<RoleInfo, 12> kTable = {
    RoleInfo{"double_signer", "votes for and against one transaction, as each asker wants to hear",
             kDoubleSignerOptions},
    RoleInfo{"false_holder", "a storage node that acknowledges every archive and keeps none",
             kFalseHolderOptions},
    RoleInfo{"flooder", "sends extra Find and Provide requests at a rate", kFlooderOptions},
    RoleInfo{"forger", "adds records with forged signatures to Found", kForgerOptions},
    RoleInfo{"lying_holder", "over- or understates the traffic of the keys it holds",
             kLyingHolderOptions},
    RoleInfo{"lying_replica", "denies, predates, inflates or buries the revisions that it holds",
             kLyingReplicaOptions},
    RoleInfo{"lying_router", "names accomplices, ghosts or nobody in Nodes replies",
             kLyingRouterOptions},
    RoleInfo{"ring_liar", "lies about who stands where in the storage rings", kRingLiarOptions},
    RoleInfo{
        "sequential_coordinator",
        "collects one transaction's promises after the other's and shows each half another end",
        {}},
    RoleInfo{"silent_holder", "never answers Find, Provide and FindNode", {}},
    RoleInfo{"slow_filler", "gives out what it holds one block at a time, each answer late",
             kSlowFillerOptions},
    RoleInfo{"withholding_holder", "keeps records back from Found and Push", kWithholdingOptions}};

core::StatusOr<RolePointer> MakeDoubleSigner(const Options& options, const Occasions& occasions,
                                             const RoleContext& context) {
  const std::string& word = options.Word("signs");
  const auto signs = word == "approvals"  ? DoubleSigner::Signs::kApprovals
                     : word == "refusals" ? DoubleSigner::Signs::kRefusals
                                          : DoubleSigner::Signs::kWanted;
  return std::make_unique<DoubleSigner>(occasions, signs, context);
}

core::StatusOr<RolePointer> MakeFalseHolder(const Options& options, const Occasions& occasions,
                                            const RoleContext&) {
  const auto claims = options.Word("claims") == "nothing" ? FalseHolder::Claims::kNothing
                                                          : FalseHolder::Claims::kHolding;
  return std::make_unique<FalseHolder>(occasions, claims, options.Number("room"));
}

core::StatusOr<RolePointer> MakeFlooder(const Options& options, const Occasions& occasions,
                                        const RoleContext& context) {
  const std::string& word = options.Word("what");
  const auto what = word == "both"      ? Flooder::What::kBoth
                    : word == "provide" ? Flooder::What::kProvide
                                        : Flooder::What::kFind;
  return std::make_unique<Flooder>(occasions, what, options.Number("per_second"), context.self);
}

core::StatusOr<RolePointer> MakeForger(const Options& options, const Occasions& occasions,
                                       const RoleContext& context) {
  PeerSet owners = context.accomplices;
  if (owners.ranges.empty()) {
    owners.ranges.emplace_back(context.self.value, context.self.value + 1);
  }
  return std::make_unique<Forger>(occasions, owners, options.Number("count"));
}

core::StatusOr<RolePointer> MakeLyingHolder(const Options& options, const Occasions& occasions,
                                            const RoleContext&) {
  const std::string& word = options.Word("lie");
  const auto lie = word == "flipping" ? LyingHolder::Lie::kFlipping
                   : word == "under"  ? LyingHolder::Lie::kUnder
                                      : LyingHolder::Lie::kOver;
  return std::make_unique<LyingHolder>(occasions, lie);
}

core::StatusOr<RolePointer> MakeLyingReplica(const Options& options, const Occasions& occasions,
                                             const RoleContext&) {
  const std::string& word = options.Word("lie");
  const auto lie = word == "older"     ? LyingReplica::Lie::kOlder
                   : word == "inflate" ? LyingReplica::Lie::kInflate
                   : word == "bury"    ? LyingReplica::Lie::kBury
                                       : LyingReplica::Lie::kDeny;
  return std::make_unique<LyingReplica>(occasions, lie);
}

core::StatusOr<RolePointer> MakeLyingRouter(const Options& options, const Occasions& occasions,
                                            const RoleContext& context) {
  const std::string& word = options.Word("names");
  if (word == "ghosts" && context.ghosts.ranges.empty()) {
    return core::InvalidArgument("adversary lying_router: names is \"ghosts\", found no ghosts");
  }
  const PeerSet nobody;
  const PeerSet& named = word == "nobody"   ? nobody
                         : word == "ghosts" ? context.ghosts
                                            : context.accomplices;
  return std::make_unique<LyingRouter>(occasions, named, context.context->directory);
}

core::StatusOr<RolePointer> MakeRingLiar(const Options& options, const Occasions& occasions,
                                         const RoleContext& context) {
  const std::string& word = options.Word("lie");
  const auto lie = word == "inflate"  ? RingLiar::Lie::kInflate
                   : word == "moving" ? RingLiar::Lie::kMoving
                   : word == "replay" ? RingLiar::Lie::kReplay
                                      : RingLiar::Lie::kHide;
  return std::make_unique<RingLiar>(occasions, lie, context);
}

core::StatusOr<RolePointer> MakeSequentialCoordinator(const Options&, const Occasions& occasions,
                                                      const RoleContext& context) {
  return std::make_unique<SequentialCoordinator>(occasions, *context.context);
}

core::StatusOr<RolePointer> MakeSilentHolder(const Options&, const Occasions& occasions,
                                             const RoleContext&) {
  return std::make_unique<SilentHolder>(occasions);
}

core::StatusOr<RolePointer> MakeSlowFiller(const Options& options, const Occasions& occasions,
                                           const RoleContext&) {
  return std::make_unique<SlowFiller>(occasions, options.Number("delay_ms"));
}

core::StatusOr<RolePointer> MakeWithholdingHolder(const Options& options,
                                                  const Occasions& occasions,
                                                  const RoleContext& context) {
  const PeerSet spared = options.Word("what") == "honest" ? context.accomplices : PeerSet();
  return std::make_unique<WithholdingHolder>(occasions, spared);
}

// In the order of kTable.
constexpr std::array<Maker, kTable.size()> kMakers = {
    MakeDoubleSigner,          MakeFalseHolder,  MakeFlooder,     MakeForger,
    MakeLyingHolder,           MakeLyingReplica, MakeLyingRouter, MakeRingLiar,
    MakeSequentialCoordinator, MakeSilentHolder, MakeSlowFiller,  MakeWithholdingHolder};

// The role's place in the table.
core::StatusOr<size_t> Find(const AdversarySpec& spec) {
  const auto named = [&spec](const RoleInfo& role) { return role.name == spec.role; };
  const auto at = std::find_if(kTable.begin(), kTable.end(), named);
  if (at != kTable.end()) return static_cast<size_t>(at - kTable.begin());
  std::string allowed;
  for (const RoleInfo& role : kTable) {
    absl::StrAppend(&allowed, allowed.empty() ? "" : ", ", std::string(role.name));
  }
  return core::InvalidArgument(
      absl::StrCat("adversary: found role \"", spec.role, "\", allowed: ", allowed));
}

}  // namespace

std::span<const RoleInfo> RoleTable() {
  return kTable;
}

core::Status CheckRole(const AdversarySpec& spec) {
  ASSIGN_OR_RETURN(const size_t index, Find(spec));
  if (spec.rate.denominator == 0 || spec.rate.numerator > spec.rate.denominator) {
    return core::InvalidArgument(absl::StrCat("adversary ", spec.role, ": rate is ",
                                              spec.rate.numerator, "/", spec.rate.denominator,
                                              ", allowed: 0 to 1"));
  }
  return Options::Parse(kTable[index], spec.options).status();
}

core::StatusOr<std::unique_ptr<Role>> MakeRole(const AdversarySpec& spec,
                                               const RoleContext& context) {
  RETURN_IF_ERROR(CheckRole(spec));
  ASSIGN_OR_RETURN(const size_t index, Find(spec));
  ASSIGN_OR_RETURN(const Options options, Options::Parse(kTable[index], spec.options));
  const Occasions occasions(spec.rate, context.seed, context.self, context.incarnation);
  return kMakers[index](options, occasions, context);
}

}  // namespace sim
