#include "sim/workflow/explain/chain.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace sim {
namespace {

using Kind = Happening::Kind;

bool ComesToPeer(Kind kind) {
  return kind == Kind::kProcess || kind == Kind::kDelivered;
}

// What is known while the list is read from its beginning.
class CauseFinder {
 public:
  explicit CauseFinder(const std::vector<Happening>& happenings) : happenings_(happenings) {}

  Causes Find(size_t index) {
    const Happening& one = happenings_[index];
    Place& place = places_[one.peer];
    Causes causes = one.kind == Kind::kDelivered ? OfDelivery(one, place)
                    : one.kind == Kind::kProcess ? OfProcess(one, place)
                                                 : OfDeed(one, place);
    if (one.kind == Kind::kSent) {
      sendings_[one.message] = index;
    } else if (one.kind == Kind::kFault) {
      fault_ = index;
      return {};
    } else {
      place.last = index;
      for (const uint64_t operation : one.operations) place.of[operation] = index;
    }
    if (ComesToPeer(one.kind)) place.came = index;
    return causes;
  }

 private:
  struct Place {
    std::optional<size_t> came;  // To the peer, last.
    std::optional<size_t> last;  // At the peer, last, but for sendings: they change nothing there.
    std::map<uint64_t, size_t> of;  // The same, by the operation.
  };

  static std::optional<size_t> LastOf(const Happening& one, const Place& place) {
    std::optional<size_t> last;
    for (const uint64_t operation : one.operations) {
      const auto found = place.of.find(operation);
      if (found != place.of.end()) last = std::max(last.value_or(0), found->second);
    }
    return last.has_value() ? last : place.last;
  }

  static Causes By(CauseRule rule, std::optional<size_t> cause) {
    if (!cause.has_value()) return {};
    return {rule, *cause, std::nullopt, false};
  }

  Causes OfDelivery(const Happening& one, const Place& place) const {
    const auto sending = sendings_.find(one.message);
    if (sending == sendings_.end()) return By(CauseRule::kBefore, place.last);
    return {CauseRule::kMessage, sending->second, place.last, false};
  }

  Causes OfProcess(const Happening& one, const Place& place) const {
    if (one.command) return {};
    const bool now = fault_.has_value() && happenings_[*fault_].at == one.at;
    return now ? By(CauseRule::kFault, fault_) : By(CauseRule::kBefore, place.last);
  }

  Causes OfDeed(const Happening& one, const Place& place) const {
    const bool now = place.came.has_value() && happenings_[*place.came].at == one.at;
    return now ? By(CauseRule::kStep, place.came) : By(CauseRule::kBefore, LastOf(one, place));
  }

  const std::vector<Happening>& happenings_;
  std::map<core::PeerId, Place> places_;
  std::map<uint64_t, size_t> sendings_;
  std::optional<size_t> fault_;
};

void MarkLost(const std::vector<Happening>& happenings, std::vector<Causes>& causes) {
  std::map<uint64_t, size_t> deliveries;
  for (size_t i = happenings.size(); i-- > 0;) {
    if (happenings[i].kind == Kind::kDelivered) deliveries[happenings[i].message] = i;
    if (happenings[i].kind != Kind::kSent) continue;
    causes[i].lost = !deliveries.contains(happenings[i].message);
  }
}

// What precedes the trigger, and of that what is kept.
class Selection {
 public:
  Selection(const std::vector<Happening>& happenings, const std::vector<Causes>& causes,
            core::PeerId peer)
      : happenings_(happenings),
        causes_(causes),
        peer_(peer),
        precedes_(happenings.size(), false),
        kept_(happenings.size(), false) {}

  void Precede(size_t trigger) {
    std::vector<size_t> open{trigger};
    for (size_t i = 0; i < trigger; ++i) {
      if (happenings_[i].kind == Kind::kFault) precedes_[i] = true;
    }
    while (!open.empty()) {
      const size_t at = open.back();
      open.pop_back();
      if (precedes_[at]) continue;
      precedes_[at] = true;
      if (causes_[at].rule != CauseRule::kNone) open.push_back(causes_[at].cause);
      if (causes_[at].before.has_value()) open.push_back(*causes_[at].before);
    }
  }

  // The direct line may take half of the lines.
  void Keep(size_t trigger, size_t lines_max) {
    size_t at = trigger;
    KeepOne(at);
    while (causes_[at].rule != CauseRule::kNone && count_ < lines_max / 2) {
      at = causes_[at].cause;
      KeepOne(at);
    }
    for (const size_t candidate : Candidates()) {
      if (count_ >= lines_max) return;
      KeepOne(candidate);
      // A delivery without its sending is half an event.
      if (causes_[candidate].rule == CauseRule::kMessage) KeepOne(causes_[candidate].cause);
    }
  }

  [[nodiscard]] bool kept(size_t index) const { return kept_[index]; }

  [[nodiscard]] size_t preceding() const {
    return static_cast<size_t>(std::count(precedes_.begin(), precedes_.end(), true));
  }

 private:
  void KeepOne(size_t index) {
    if (!kept_[index]) ++count_;
    kept_[index] = true;
  }

  // What weighs less is kept first.
  [[nodiscard]] int Weight(size_t index) const {
    const Happening& one = happenings_[index];
    const bool said = one.kind == Kind::kSent || one.kind == Kind::kDelivered;
    const bool first_start = one.up && causes_[index].rule == CauseRule::kNone;
    return (one.command || first_start ? 8 : 0) + (one.relevance == Relevance::kNearby ? 4 : 0) +
           (said ? 2 : 0) + (one.peer == peer_ ? 0 : 1) - (one.kind == Kind::kUser ? 2 : 0);
  }

  [[nodiscard]] std::vector<size_t> Candidates() const {
    std::vector<size_t> candidates;
    for (size_t i = happenings_.size(); i-- > 0;) {
      if (precedes_[i]) candidates.push_back(i);
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [this](size_t a, size_t b) { return Weight(a) < Weight(b); });
    return candidates;
  }

  const std::vector<Happening>& happenings_;
  const std::vector<Causes>& causes_;
  core::PeerId peer_;
  std::vector<bool> precedes_;
  std::vector<bool> kept_;
  size_t count_ = 0;
};

size_t TriggerOf(const std::vector<Happening>& happenings, core::PeerId peer) {
  const auto last = [&](auto&& accepts) {
    size_t at = happenings.size();
    while (at > 0 && !accepts(happenings[at - 1])) --at;
    return at;
  };
  const size_t marked = last([](const Happening& one) { return one.trigger; });
  if (marked > 0) return marked - 1;
  const size_t there = last([&](const Happening& one) {
    return one.kind != Kind::kFault && (peer == core::kNoPeer || one.peer == peer);
  });
  return (there > 0 ? there : happenings.size()) - 1;
}

}  // namespace

void InOrder(std::vector<Happening>& happenings) {
  const auto key = [](const Happening& one) {
    return std::tuple(one.at, one.kind != Kind::kFault, one.peer, one.kind);
  };
  std::stable_sort(happenings.begin(), happenings.end(),
                   [&](const Happening& a, const Happening& b) { return key(a) < key(b); });
}

std::vector<Causes> FindCauses(const std::vector<Happening>& happenings) {
  CauseFinder finder(happenings);
  std::vector<Causes> causes;
  for (size_t i = 0; i < happenings.size(); ++i) causes.push_back(finder.Find(i));
  MarkLost(happenings, causes);
  return causes;
}

Chain MakeChain(std::vector<Happening> happenings, core::PeerId peer, size_t lines_max) {
  if (happenings.empty()) return {};
  InOrder(happenings);
  const size_t trigger = TriggerOf(happenings, peer);
  happenings.resize(trigger + 1);
  const std::vector<Causes> causes = FindCauses(happenings);
  Selection selection(happenings, causes, peer);
  selection.Precede(trigger);
  selection.Keep(trigger, lines_max);
  Chain chain{{}, selection.preceding()};
  std::map<size_t, size_t> lines;
  for (size_t i = 0; i < happenings.size(); ++i) {
    if (!selection.kept(i)) continue;
    ChainLine line{std::move(happenings[i]), causes[i].rule, 0, 0, causes[i].lost};
    size_t at = i;
    while (causes[at].rule != CauseRule::kNone && !lines.contains(causes[at].cause)) {
      at = causes[at].cause;
      ++line.left_out;
    }
    if (causes[at].rule == CauseRule::kNone) {
      line.rule = CauseRule::kNone;
    } else {
      line.cause = lines[causes[at].cause];
    }
    lines[i] = chain.lines.size();
    chain.lines.push_back(std::move(line));
  }
  return chain;
}

}  // namespace sim
