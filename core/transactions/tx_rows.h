// What members and coordinators keep in table 33: a case (vote, later its decision), a round, whom the
// peer knew, and who voted both ways.
//
//   key (kind u8, 32 bytes)      value
//   1, hash of the transaction   CaseRow
//   2, hash of the transaction   RoundRow
//   3, zeros                     AcquaintancesRow
//   4, node id                   ConvictionRow
//
// Source: protocol document, 1.4.1.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "core/codec/stored.h"
#include "core/port/host.h"
#include "core/port/neighbour.h"

namespace core {

inline constexpr TableId kTransactionsTable{33};

enum class TxRowKind : uint8_t { kCase = 1, kRound = 2, kAcquaintances = 3, kConviction = 4 };

// A vote, or a decision, or both.
struct CaseRow {
  TxRecord record;
  Bytes value;
  bool voted = false;
  Vote vote;
  Certificate outcome;  // Empty: undecided.
  int64_t at_us = 0;    // Of the decision.
  bool applied = false;
};

struct RoundRow {
  TxRecord record;
  Bytes value;
  std::vector<Vote> votes;  // Not empty: committing.
};

// Both votes of one member about the record.
struct ConvictionRow {
  TxRecord record;
  Vote first;
  Vote second;
  int64_t at_us = 0;
};

struct AcquaintancesRow {
  std::vector<Acquaintance> known;
};

template <>
inline constexpr auto kFields<Acquaintance> =
    std::tuple(FixedField<1, &Acquaintance::id>{"acquaintance.id: missing or not 32 bytes"},
               SignedField<2, &Acquaintance::since_us>{"acquaintance.since_us"},
               BoolField<3, &Acquaintance::away>{"acquaintance.away: not 0 or 1"},
               BoolField<4, &Acquaintance::cut>{"acquaintance.cut: not 0 or 1"});

template <>
inline constexpr auto kFields<ConvictionRow> =
    std::tuple(SubField<1, &ConvictionRow::record, true, 2>{"conviction.record: missing"},
               SubField<2, &ConvictionRow::first, true>{"conviction.first: missing"},
               SubField<3, &ConvictionRow::second, true>{"conviction.second: missing"},
               SignedField<4, &ConvictionRow::at_us>{"conviction.at_us"});

template <>
inline constexpr auto kFields<AcquaintancesRow> = std::tuple(
    ListField<1, &AcquaintancesRow::known, kAcquaintancesMax>{"acquaintances.known: above 128"});

template <>
inline constexpr auto kFields<CaseRow> = std::tuple(
    SubField<1, &CaseRow::record, true, 2>{"case.record: missing"},
    BytesField<2, &CaseRow::value, limits::kBlockBytesMax>{"case.value: above 524288 bytes"},
    BoolField<3, &CaseRow::voted>{"case.voted: not 0 or 1"},
    SubField<4, &CaseRow::vote, true>{"case.vote: missing"},
    OptionalField<5, &CaseRow::outcome>{"case.outcome: empty"},
    SignedField<6, &CaseRow::at_us>{"case.at_us"},
    BoolField<7, &CaseRow::applied>{"case.applied: not 0 or 1"});

template <>
inline constexpr auto kFields<RoundRow> = std::tuple(
    SubField<1, &RoundRow::record, true, 2>{"round.record: missing"},
    BytesField<2, &RoundRow::value, limits::kBlockBytesMax>{"round.value: above 524288 bytes"},
    ListField<3, &RoundRow::votes, limits::kMembersMax>{"round.votes: above 16"});

[[nodiscard]] inline StoreKey TxRowKey(TxRowKind kind, const Key256& tx) {
  StoreKey at{.table = kTransactionsTable, .key = Bytes(1 + tx.bytes.size())};
  at.key[0] = static_cast<uint8_t>(kind);
  std::copy(tx.bytes.begin(), tx.bytes.end(), at.key.begin() + 1);
  return at;
}

struct TxRowName {
  TxRowKind kind = TxRowKind::kCase;
  Key256 tx;  // Or the node id.
};

// Nothing when the key is none of ours.
[[nodiscard]] inline std::optional<TxRowName> NameOfTxRow(const StoreKey& at) {
  if (at.table != kTransactionsTable || at.key.size() != 33) return std::nullopt;
  if (at.key[0] < 1 || at.key[0] > 4) return std::nullopt;
  TxRowName name{.kind = static_cast<TxRowKind>(at.key[0]), .tx = {}};
  std::copy(at.key.begin() + 1, at.key.end(), name.tx.bytes.begin());
  return name;
}

// Calls visit(Key256 of the name, Row) for the rows of the kind. One that cannot be read was damaged by the medium, and
// the host would not have started: it is left out.
template <typename Row, typename Visit>
void ForEachTxRow(std::span<const StoredRow> rows, TxRowKind kind, const Visit& visit) {
  for (const StoredRow& stored : rows) {
    const std::optional<TxRowName> name = NameOfTxRow(stored.at);
    if (!name.has_value() || name->kind != kind) continue;
    Row row;
    if (DecodeRow(stored.value, row) == nullptr) visit(name->tx, std::move(row));
  }
}

}  // namespace core
