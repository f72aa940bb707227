#include "sim/network/network.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"

#include "sim/network/distribution.h"
#include "sim/network/draws.h"

namespace sim {
namespace {

// One per use of a message's random bits. Append only: the values are part of every golden.
enum class Which : uint8_t {
  kLoss,
  kJitter,
  kReorder,
  kDuplicate,
  kCopyJitter,
  kCopyReorder,
  kCorrupt,
  kPosition,
  kFlip,
};

core::Status CheckRatio(const char* name, const core::Ratio& ratio) {
  if (ratio.denominator > 0 && ratio.numerator <= ratio.denominator) return {};
  return core::InvalidArgument(absl::StrCat("network: ", name, " is ", ratio.numerator, "/",
                                            ratio.denominator, ", allowed: 0 to 1"));
}

core::Status CheckSpec(const NetworkSpec& spec) {
  RETURN_IF_ERROR(CheckRatio("loss", spec.loss));
  RETURN_IF_ERROR(CheckRatio("duplicate", spec.duplicate));
  RETURN_IF_ERROR(CheckRatio("reorder", spec.reorder));
  RETURN_IF_ERROR(CheckRatio("corrupt", spec.corrupt));
  RETURN_IF_ERROR(Check(spec.jitter));
  if (spec.floor.us <= 0 || spec.floor > kDrawMax) {
    return core::InvalidArgument(
        absl::StrCat("network: floor is ", spec.floor.us, "us, allowed: 1us and above"));
  }
  if (spec.fixed.us < 0 || spec.uniform_low.us < 0 || spec.reorder_extra.us < 0 ||
      spec.queue_limit.us < 0 || spec.uniform_high < spec.uniform_low) {
    return core::InvalidArgument("network: found a negative delay, or uniform's end before start");
  }
  return {};
}

}  // namespace

core::StatusOr<std::unique_ptr<Network>> Network::Create(const Scenario& scenario, uint64_t seed) {
  RETURN_IF_ERROR(CheckSpec(scenario.network));
  ASSIGN_OR_RETURN(Placement placement, Placement::Make(scenario, seed));
  auto owned = std::make_unique<Placement>(std::move(placement));
  return std::unique_ptr<Network>(new Network(scenario, seed, std::move(owned)));
}

Network::Network(const Scenario& scenario, uint64_t seed, std::unique_ptr<Placement> placement)
    : spec_(scenario.network),
      placement_(std::move(placement)),
      latency_(scenario.network, *placement_, seed),
      message_key_(DrawKey(seed, core::Purpose::kNetwork)),
      jitters_(!IsZero(scenario.network.jitter)) {}

core::PeerId Network::RelayBetween(core::PeerId from, core::PeerId to) const {
  if (placement_->AllPublic() || !placement_->HasRelay(to) || from == to) return core::kNoPeer;
  const core::PeerId relay = placement_->RelayOf(to);
  return relay == from ? core::kNoPeer : relay;  // The relay itself holds a connection.
}

Duration Network::Route(core::PeerId from, core::PeerId to) const {
  const core::PeerId relay = RelayBetween(from, to);
  if (relay == core::kNoPeer) return latency_.OneWay(from, to);
  return latency_.OneWay(from, relay) + latency_.OneWay(relay, to);
}

bool Network::Blocked(core::PeerId from, core::PeerId to) const {
  if (rules_.Quiet()) return false;
  const core::PeerId relay = RelayBetween(from, to);
  if (relay == core::kNoPeer) return rules_.Blocked(from, to);
  return rules_.Blocked(from, relay) || rules_.Blocked(relay, to);
}

bool Network::Reachable(core::PeerId from, core::PeerId to, const LinkState& receiver,
                        WorldTime now) const {
  return from == to || placement_->AllPublic() ||
         Admits(placement_->ReachabilityOf(from), from, placement_->ReachabilityOf(to),
                receiver.nat.get(), now);
}

Duration Network::Extra(uint64_t occasion, bool copy, uint32_t counter) const {
  Duration extra;
  if (jitters_) {
    const Which jitter = copy ? Which::kCopyJitter : Which::kJitter;
    extra = Draw(spec_.jitter, DrawBits(occasion, jitter), counter);
  }
  const Which reorder = copy ? Which::kCopyReorder : Which::kReorder;
  if (Hits(DrawBits(occasion, reorder), spec_.reorder)) extra = extra + spec_.reorder_extra;
  return extra;
}

// Duplication and corruption by the link itself; rules add theirs.
void Network::Touch(Passage& passage, const Posting& posting, uint64_t occasion) const {
  passage.duplicated |= Hits(DrawBits(occasion, Which::kDuplicate), spec_.duplicate);
  passage.corrupted |= Hits(DrawBits(occasion, Which::kCorrupt), spec_.corrupt);
  passage.corrupted &= posting.bytes > 0;
  if (passage.corrupted) {
    passage.corrupt_position =
        static_cast<uint32_t>(core::Reduce(DrawBits(occasion, Which::kPosition), posting.bytes));
    passage.corrupt_flip =
        static_cast<uint8_t>(1 + core::Reduce(DrawBits(occasion, Which::kFlip), 255));
  }
}

void Network::Reseed(uint64_t seed) {
  message_key_ = DrawKey(seed, core::Purpose::kNetwork);
}

Passage Network::Send(const Posting& posting, LinkState& sender) const {
  const core::PeerId from = posting.from;
  const core::PeerId to = posting.to;
  const Reachability reachability = placement_->ReachabilityOf(from);
  if (KeepsMappings(reachability)) {
    if (sender.nat == nullptr) sender.nat = std::make_unique<NatTable>();
    sender.nat->Sent(posting.now, to, LifetimeOf(reachability));
  }
  Passage passage;
  const auto lose = [&passage](DropReason reason) {
    passage.lost = true;
    passage.reason = reason;
    return passage;
  };
  Duration queued;
  if (spec_.bandwidth) {
    const std::optional<WorldTime> left =
        sender.up.Pass(posting.now, posting.bytes, placement_->RatesOf(from).up, spec_.queue_limit);
    if (!left.has_value()) return lose(DropReason::kUpQueue);
    queued = *left - posting.now;
  }
  const uint64_t occasion = OccasionBits(message_key_, from.value, posting.sequence);
  RuleVerdict verdict;
  if (!rules_.Quiet()) {
    if (Blocked(from, to)) return lose(DropReason::kPartition);
    verdict = rules_.Judge(from, to, occasion);
  }
  if (Hits(DrawBits(occasion, Which::kLoss), spec_.loss)) return lose(DropReason::kLoss);
  if (verdict.kind == RuleVerdict::Kind::kLose) return lose(DropReason::kFault);
  passage.relay = RelayBetween(from, to);
  passage.duplicated = verdict.kind == RuleVerdict::Kind::kDuplicate;
  passage.corrupted = verdict.kind == RuleVerdict::Kind::kCorrupt;
  Touch(passage, posting, occasion);
  const Duration base = queued + Route(from, to) + verdict.extra;
  passage.delay = base + Extra(occasion, false, posting.sequence);
  if (passage.duplicated) passage.duplicate_delay = base + Extra(occasion, true, posting.sequence);
  return passage;
}

ReceiverVerdict Network::Receive(const Posting& posting, LinkState& receiver) const {
  if (!Reachable(posting.from, posting.to, receiver, posting.now)) {
    return {DropReason::kNat, posting.now};
  }
  if (!spec_.bandwidth) return {DropReason::kNone, posting.now};
  const std::optional<WorldTime> passed = receiver.down.Pass(
      posting.now, posting.bytes, placement_->RatesOf(posting.to).down, spec_.queue_limit);
  if (!passed.has_value()) return {DropReason::kDownQueue, posting.now};
  return {DropReason::kNone, *passed};
}

}  // namespace sim
