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
#include "core/port/neighbour.h"
#include "core/transactions/tx_moment.h"

namespace core {

// Of `members` peers: approvals that commit, refusals that abort, acks for the early reply; and
// members' answers for a confirmed read, so many that the acks of every cluster that the gate admits
// are among them. approvals + refusals = members + 1.
struct Quorum {
  size_t members = 0;
  size_t approvals = 0;
  size_t refusals = 0;
  size_t majority = 0;
  size_t answers = 0;
};

[[nodiscard]] Quorum QuorumOf(const TransactionsConfig& config, size_t members);

// ceil(count * percent / 100)
[[nodiscard]] constexpr size_t ShareOf(size_t count, int percent) {
  return (count * static_cast<size_t>(percent) + 99) / 100;
}

[[nodiscard]] Key256 ClusterKey(const Suite& suite, const BlockId& block);

// The cluster as this peer remembers it, nearest first.
[[nodiscard]] std::vector<Neighbour> OwnView(const TxMoment& moment, const BlockId& block);

// Who of the view is there to be declared: only they can vote.
[[nodiscard]] std::vector<PeerId> PresentOf(std::span<const Neighbour> view);

// For BlockReply::cluster: how many members this peer, if it is one, knows the block to have.
[[nodiscard]] size_t OwnClusterSize(const TxMoment& moment, const BlockId& block);

// The peers as members, ascending by id.
[[nodiscard]] std::vector<Member> MembersOf(const TxMoment& moment, std::span<const PeerId> peers);

// Index of the id in the members.
[[nodiscard]] std::optional<uint8_t> IndexOf(std::span<const Member> members, const NodeId& id);

// Ascending, distinct, and every id the hash of its key.
[[nodiscard]] bool AreGenuine(const TxMoment& moment, std::span<const Member> members);

// The admission gate. With a the admitted share and q(n) the approvals of n: at least a K members, and
// every quorum of them holds at least as many of the own view as a quorum of a share a of it would, that
// is q(a K). So two admitted quorums of one view meet if and only if 2 a q > 1, whoever else was
// declared. Who does not trust its view asks for the share of K, of whomever.
[[nodiscard]] bool IsAdmissible(const TxMoment& moment, const BlockId& block,
                                std::span<const Member> members);

}  // namespace core
