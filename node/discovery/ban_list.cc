#include "node/discovery/ban_list.h"

#include <algorithm>

namespace node {
namespace {

template <typename Table, typename TimeOf>
void DropSoonest(Table& table, TimeOf time_of) {
  table.erase(std::min_element(table.begin(), table.end(), [&](const auto& a, const auto& b) {
    return time_of(a.second) < time_of(b.second);
  }));
}

}  // namespace

std::string_view TextOf(BanReason reason) {
  switch (reason) {
    case BanReason::kFaults:
      return "too many faults";
    case BanReason::kOperator:
      return "operator";
    case BanReason::kImpostor:
      return "wrong identity";
    case BanReason::kProtocol:
      return "protocol violation";
  }
  return "unknown";
}

void BanList::Add(const Ban& ban, core::Time now) {
  if (ban.expires <= now) return;
  const auto [at, fresh] = ids_.emplace(ban.id, ban);
  if (!fresh && at->second.expires < ban.expires) at->second = ban;
  if (ScopeOf(ban.ip) == Scope::kPublic) {
    core::Time& until = addresses_.emplace(ban.ip, now).first->second;
    until = std::max(until, std::min(ban.expires, now + kAddressBanMax));
  }
  if (ids_.size() > kBansMax) DropSoonest(ids_, [](const Ban& one) { return one.expires; });
  if (addresses_.size() > kBansMax) DropSoonest(addresses_, [](core::Time time) { return time; });
}

bool BanList::Lift(const core::NodeId& id) {
  const auto found = ids_.find(id);
  if (found == ids_.end()) return false;
  addresses_.erase(found->second.ip);
  ids_.erase(found);
  return true;
}

bool BanList::IsBanned(const core::NodeId& id, core::Time now) const {
  const auto found = ids_.find(id);
  return found != ids_.end() && found->second.expires > now;
}

bool BanList::IsBanned(const IpAddress& ip, core::Time now) const {
  const auto found = addresses_.find(ip);
  return found != addresses_.end() && found->second > now;
}

void BanList::Sweep(core::Time now) {
  std::erase_if(ids_, [&](const auto& entry) { return entry.second.expires <= now; });
  std::erase_if(addresses_, [&](const auto& entry) { return entry.second <= now; });
}

std::vector<Ban> BanList::All() const {
  std::vector<Ban> bans;
  bans.reserve(ids_.size());
  for (const auto& [id, ban] : ids_) bans.push_back(ban);
  return bans;
}

uint32_t FaultScores::Left(const Score& score, core::Time now) {
  const int64_t forgiven = (now - score.since).us / kForgiveEvery.us;
  return static_cast<uint32_t>(std::max(int64_t{score.points} - forgiven, int64_t{0}));
}

uint32_t FaultScores::Add(const core::NodeId& id, uint32_t points, core::Time now) {
  constexpr uint32_t kPointsMax = 1'000'000;
  if (scores_.find(id) == scores_.end()) MakeRoom(now);
  Score& score = scores_[id];
  const uint32_t left = Left(score, now);
  // A started span of forgiveness goes on, or frequent small faults would never be forgiven.
  if (left == 0) {
    score.since = now;
  } else {
    score.since = score.since + kForgiveEvery * int64_t{score.points - left};
  }
  score.points = std::min(left + std::min(points, kPointsMax), kPointsMax);
  return score.points;
}

uint32_t FaultScores::Of(const core::NodeId& id, core::Time now) const {
  const auto found = scores_.find(id);
  return found == scores_.end() ? 0 : Left(found->second, now);
}

void FaultScores::MakeRoom(core::Time now) {
  if (scores_.size() < kScoresMax) return;
  std::erase_if(scores_, [&](const auto& entry) { return Left(entry.second, now) == 0; });
  if (scores_.size() < kScoresMax) return;
  scores_.erase(std::min_element(scores_.begin(), scores_.end(), [&](const auto& a, const auto& b) {
    return Left(a.second, now) < Left(b.second, now);
  }));
}

}  // namespace node
