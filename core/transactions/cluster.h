// Cluster: the K peers nearest to SHA-256(block id), which decide about the block; how many of them
// decide what; and whether a list that somebody declares can be they.
//
// Source: protocol document, 1.0 (cluster), 1.4.3 (thresholds, admission).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/codec/messages.h"
#include "core/transactions/tx_moment.h"

namespace core {

// Of `members` peers: approvals that commit, refusals that abort, acks for the early reply and
// answers for a confirmed read. approvals + refusals = members + 1.
struct Quorum {
  size_t members = 0;
  size_t approvals = 0;
  size_t refusals = 0;
  size_t majority = 0;
};

[[nodiscard]] Quorum QuorumOf(const TransactionsConfig& config, size_t members);

// ceil(count * percent / 100)
[[nodiscard]] constexpr size_t ShareOf(size_t count, int percent) {
  return (count * static_cast<size_t>(percent) + 99) / 100;
}

[[nodiscard]] Key256 ClusterKey(const Suite& suite, const BlockId& block);

// The cluster as this peer's own table shows it, nearest first.
[[nodiscard]] std::vector<PeerId> OwnView(const TxMoment& moment, const BlockId& block);

// The peers as members, ascending by id.
[[nodiscard]] std::vector<Member> MembersOf(const TxMoment& moment, std::span<const PeerId> peers);

// Index of the id in the members.
[[nodiscard]] std::optional<uint8_t> IndexOf(std::span<const Member> members, const NodeId& id);

// Ascending, distinct, and every id the hash of its key.
[[nodiscard]] bool AreGenuine(const TxMoment& moment, std::span<const Member> members);

// The admission gate: large enough, and not too different from the own view when that is trusted.
[[nodiscard]] bool IsAdmissible(const TxMoment& moment, const BlockId& block,
                                std::span<const Member> members);

}  // namespace core
