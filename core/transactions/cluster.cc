#include "core/transactions/cluster.h"

#include <algorithm>

namespace core {

Quorum QuorumOf(const TransactionsConfig& config, size_t members) {
  const size_t approvals = ShareOf(members, config.approve_percent);
  const size_t majority = members / 2 + 1;
  const size_t least_acks = ShareOf(members, config.admission_percent) / 2 + 1;
  return {.members = members,
          .approvals = approvals,
          .refusals = members - approvals + 1,
          .majority = majority,
          .answers = std::max(majority, members + 1 - std::min(members, least_acks))};
}

Key256 ClusterKey(const Suite& suite, const BlockId& block) {
  return Key256{suite.Sha256(block.bytes)};
}

std::vector<Neighbour> OwnView(const TxMoment& moment, const BlockId& block) {
  return moment.clusters.NearestRemembered(moment.now, ClusterKey(moment.suite(), block),
                                           static_cast<size_t>(moment.config().cluster_size));
}

std::vector<PeerId> PresentOf(std::span<const Neighbour> view) {
  std::vector<PeerId> present;
  for (const Neighbour& neighbour : view) {
    if (!neighbour.away) present.push_back(neighbour.peer);
  }
  return present;
}

size_t OwnClusterSize(const TxMoment& moment, const BlockId& block) {
  const std::vector<Neighbour> view = OwnView(moment, block);
  const bool mine = std::any_of(view.begin(), view.end(), [&](const Neighbour& neighbour) {
    return neighbour.peer == moment.self;
  });
  if (!mine) return 0;
  return moment.clusters.IsConfident(moment.now)
             ? view.size()
             : static_cast<size_t>(moment.config().cluster_size);
}

std::vector<Member> MembersOf(const TxMoment& moment, std::span<const PeerId> peers) {
  std::vector<Member> members;
  for (const PeerId peer : peers) {
    members.push_back(
        {moment.context.directory->NodeIdOf(peer), moment.context.directory->PublicKeyOf(peer)});
  }
  std::sort(members.begin(), members.end(),
            [](const Member& a, const Member& b) { return a.id < b.id; });
  return members;
}

std::optional<uint8_t> IndexOf(std::span<const Member> members, const NodeId& id) {
  for (size_t i = 0; i < members.size(); ++i) {
    if (members[i].id == id) return static_cast<uint8_t>(i);
  }
  return std::nullopt;
}

bool AreGenuine(const TxMoment& moment, std::span<const Member> members) {
  for (size_t i = 0; i < members.size(); ++i) {
    if (i > 0 && !(members[i - 1].id < members[i].id)) return false;
    // The directory has hashed the keys of those whom it knows.
    const Directory& directory = *moment.context.directory;
    const PeerId peer =
        members[i].id == moment.self_id() ? moment.self : directory.FindByNodeId(members[i].id);
    const bool known = peer != kNoPeer && directory.PublicKeyOf(peer) == members[i].key;
    if (!known && moment.Sha256(members[i].key) != members[i].id) return false;
  }
  return true;
}

bool IsAdmissible(const TxMoment& moment, const BlockId& block, std::span<const Member> members) {
  const TransactionsConfig& config = moment.config();
  const auto floor = static_cast<size_t>(config.cluster_min);
  const auto assumed = static_cast<size_t>(config.cluster_size);
  if (members.size() < floor || members.size() > assumed) return false;
  if (!moment.clusters.IsConfident(moment.now)) {
    return members.size() >= ShareOf(assumed, config.admission_percent);
  }
  const std::vector<Neighbour> view = OwnView(moment, block);
  size_t common = 0;
  for (const Neighbour& neighbour : view) {
    if (IndexOf(members, neighbour.id).has_value()) ++common;
  }
  const size_t strangers = members.size() - common;
  const size_t share = ShareOf(view.size(), config.admission_percent);
  return members.size() >= std::max(floor, share) &&
         QuorumOf(config, members.size()).approvals >=
             strangers + QuorumOf(config, share).approvals;
}

}  // namespace core
