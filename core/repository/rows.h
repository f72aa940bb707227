// What the repository keeps in table 32: keys and values of its rows.
//
//   key (block 32, kind u8, ...)     value
//   1, revision u64                  the whole content of the revision ("materialised")
//   2, revision u64                  RevisionRow
//   3                                LatestRow
//   4, multi-block transaction 16    PendRow
//   5                                MemoryRow: a tombstone was here
//
// Keys sort by block, kind and revision, so that loading is one pass. A commit writes in the order
// content, revision, latest: see Repository::Load for what a break in between leaves behind.
// Source: protocol document, 1.3.3 and 1.3.6.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/hash.h"
#include "core/base/state.h"
#include "core/codec/stored.h"
#include "core/port/host.h"
#include "core/port/names.h"
#include "core/repository/splices.h"

namespace core {

inline constexpr TableId kRepositoryTable{32};

enum class RowKind : uint8_t { kContent = 1, kRevision = 2, kLatest = 3, kPend = 4, kMemory = 5 };

struct RevisionRow {
  TxAction action = TxAction::kPut;
  TxId by;
  Key256 tx;
  Key256 hash;
  Key256 prior_hash;
  int64_t created_us = 0;
  Certificate certificate;  // Of the transaction; of a pended revision: of its pend.
  Certificate decision;     // Of a pended revision: the commit at the tail.
  bool derived = false;     // transform makes it of the revision before.
  Transform transform;
  bool let_go =
      false;  // Of the latest alone: its content is not kept here, the storage rings have it.

  friend bool operator==(const RevisionRow&, const RevisionRow&) = default;
};

struct LatestRow {
  uint64_t revision = 0;
  Key256 hash;
};

// A write that waits for its multi-block transaction.
struct PendRow {
  Key256 tx;
  Certificate certificate;
  Bytes value;

  friend bool operator==(const PendRow&, const PendRow&) = default;
};

// The last revision of a block whose tombstone was collected: a replica that comes back with older
// ones must not bring it to life.
struct MemoryRow {
  uint64_t revision = 0;
  Key256 hash;
  int64_t until_us = 0;
};

template <>
inline constexpr auto kFields<RevisionRow> = std::tuple(
    NumberField<1, &RevisionRow::action, 1, 6>{"revision.action: not 1 to 6"},
    FixedField<2, &RevisionRow::by>{"revision.by: missing or not 16 bytes"},
    FixedField<3, &RevisionRow::tx>{"revision.tx: missing or not 32 bytes"},
    FixedField<4, &RevisionRow::hash>{"revision.hash: missing or not 32 bytes"},
    FixedField<5, &RevisionRow::prior_hash>{"revision.prior_hash: missing or not 32 bytes"},
    SignedField<6, &RevisionRow::created_us>{"revision.created_us"},
    OptionalField<7, &RevisionRow::certificate>{"revision.certificate: empty"},
    OptionalField<8, &RevisionRow::decision>{"revision.decision: empty"},
    BoolField<9, &RevisionRow::derived>{"revision.derived: not 0 or 1"},
    ListField<10, &RevisionRow::transform, 1024>{"revision.transform: above 1024"},
    BoolField<11, &RevisionRow::let_go>{"revision.let_go: not 0 or 1"});

template <>
inline constexpr auto kFields<LatestRow> =
    std::tuple(U64Field<1, &LatestRow::revision>{"latest.revision"},
               FixedField<2, &LatestRow::hash>{"latest.hash: missing or not 32 bytes"});

template <>
inline constexpr auto kFields<PendRow> = std::tuple(
    FixedField<1, &PendRow::tx>{"pend.tx: missing or not 32 bytes"},
    SubField<2, &PendRow::certificate, true, 2>{"pend.certificate: missing"},
    BytesField<3, &PendRow::value, limits::kBlockBytesMax>{"pend.value: above 524288 bytes"});

template <>
inline constexpr auto kFields<MemoryRow> =
    std::tuple(U64Field<1, &MemoryRow::revision>{"memory.revision"},
               FixedField<2, &MemoryRow::hash>{"memory.hash: missing or not 32 bytes"},
               SignedField<3, &MemoryRow::until_us>{"memory.until_us"});

// What a key of the table says; nothing when it is none of ours.
struct RowName {
  BlockId block;
  RowKind kind = RowKind::kLatest;
  uint64_t revision = 0;  // kContent, kRevision.
  TxId of;                // kPend.
};

[[nodiscard]] std::optional<RowName> NameOfRow(const StoreKey& at);

[[nodiscard]] StoreKey ContentKey(const BlockId& block, uint64_t revision);
[[nodiscard]] StoreKey RevisionKey(const BlockId& block, uint64_t revision);
[[nodiscard]] StoreKey LatestKey(const BlockId& block);
[[nodiscard]] StoreKey PendKey(const BlockId& block, const TxId& of);
[[nodiscard]] StoreKey MemoryKey(const BlockId& block);

// For core/base/state.h: which votes and acks there are. Who signed what about which transaction determines the rest.
template <typename State>
void TellVotes(State& state, std::span<const Vote> votes) {
  state.Hash(votes.size());
  for (const Vote& vote : votes) {
    state.Part("vote", [&] {
      state.Add("member", vote.member);
      state.Add("kind", vote.kind);
      state.Add("reason", vote.reason);
      state.Add("winner", vote.winner);
    });
  }
}

template <typename State>
void TellCertificate(State& state, std::string_view name, const Certificate& certificate) {
  state.Part(name, [&] {
    state.Add("id", certificate.record.transaction.id.bytes);
    state.Add("committed", certificate.committed);
    TellVotes(state, certificate.votes);
    state.Hash(certificate.acks.size());
    for (const CommitAck& ack : certificate.acks) state.Add("acks", ack.member);
  });
}

}  // namespace core
