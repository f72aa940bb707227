#include "node/discovery/nat_probe.h"

#include <algorithm>

#include "core/base/check.h"

namespace node {

std::string_view TextOf(Reachability reachability) {
  switch (reachability) {
    case Reachability::kUnknown:
      return "unknown";
    case Reachability::kPublic:
      return "public";
    case Reachability::kBehindNat:
      return "behind NAT";
  }
  return "";
}

void NatProber::OnAsked(LinkId link, uint64_t token, core::Time now) {
  if (!open()) {
    ends_at_ = now + kWait;
    proven_ = false;
  }
  CHECK(asked_.size() < kAskedMax && asked_.emplace(link, Asked{token}).second);
}

bool NatProber::OnBack(uint64_t token, bool over_own_link) {
  const bool known = std::any_of(asked_.begin(), asked_.end(),
                                 [&](const auto& entry) { return entry.second.token == token; });
  if (!known || over_own_link) return false;
  proven_ = true;
  EndIfComplete();
  return true;
}

bool NatProber::OnResult(LinkId link, const NatResult& result) {
  const auto found = asked_.find(link);
  if (found == asked_.end() || found->second.token != result.token || found->second.gone) {
    return false;
  }
  found->second.gone = true;
  found->second.word = result.reached ? Word::kReached : Word::kNotReached;
  if (result.reached && ScopeOf(result.seen) != Scope::kUnusable) seen_ = result.seen;
  EndIfComplete();
  return true;
}

void NatProber::OnLinkDown(LinkId link) {
  const auto found = asked_.find(link);
  if (found == asked_.end()) return;
  found->second.gone = true;
  EndIfComplete();
}

void NatProber::OnDeadline(core::Time now) {
  if (open() && now >= ends_at_) Conclude();
}

void NatProber::EndIfComplete() {
  const bool complete = std::all_of(asked_.begin(), asked_.end(),
                                    [](const auto& entry) { return entry.second.gone; });
  if (complete) Conclude();
}

void NatProber::Conclude() {
  const auto count = [&](Word word) {
    return static_cast<size_t>(std::count_if(asked_.begin(), asked_.end(), [&](const auto& entry) {
      return entry.second.word == word;
    }));
  };
  if (proven_ || count(Word::kReached) >= kWordsNeeded) {
    verdict_ = Reachability::kPublic;
  } else if (count(Word::kNotReached) > 0) {
    verdict_ = Reachability::kBehindNat;
  } else {
    verdict_ = Reachability::kUnknown;
  }
  asked_.clear();
}

bool DialBacks::Add(uint64_t dial, const Open& open) {
  const auto same = std::count_if(open_.begin(), open_.end(), [&](const auto& entry) {
    return GroupOf(entry.second.endpoint.ip) == GroupOf(open.endpoint.ip);
  });
  const bool crowded =
      ScopeOf(open.endpoint.ip) == Scope::kPublic && static_cast<size_t>(same) >= kOpenPerGroup;
  if (crowded || open_.size() >= kOpenMax) return false;
  return open_.emplace(dial, open).second;
}

std::optional<DialBacks::Open> DialBacks::Take(uint64_t dial) {
  const auto found = open_.find(dial);
  if (found == open_.end()) return std::nullopt;
  const Open open = found->second;
  open_.erase(found);
  return open;
}

std::optional<DialBacks::Open> DialBacks::TakeExpired(core::Time now) {
  for (const auto& [dial, open] : open_) {
    if (open.ends_at <= now) return Take(dial);
  }
  return std::nullopt;
}

core::Time DialBacks::NextDeadline() const {
  core::Time next = core::Time::Never();
  for (const auto& [dial, open] : open_) next = std::min(next, open.ends_at);
  return next;
}

}  // namespace node
