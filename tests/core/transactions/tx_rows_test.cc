#include "core/transactions/tx_rows.h"

#include <span>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace core {
namespace {

Key256 KeyOf(uint8_t first) {
  Key256 key;
  key.bytes[0] = first;
  return key;
}

StoredRow RowOf(TxRowKind kind, uint8_t key, Bytes value) {
  return {.at = TxRowKey(kind, KeyOf(key)), .value = std::move(value)};
}

Bytes RoundWithValue(uint8_t byte) {
  return EncodeRow(RoundRow{.record = {}, .value = {byte}, .votes = {}});
}

std::vector<std::pair<Key256, Bytes>> RoundsOf(std::span<const StoredRow> rows) {
  std::vector<std::pair<Key256, Bytes>> rounds;
  ForEachTxRow<RoundRow>(rows, TxRowKind::kRound, [&](const Key256& tx, RoundRow row) {
    rounds.emplace_back(tx, std::move(row.value));
  });
  return rounds;
}

TEST(TxRowsTest, RowsOfAKindComeInTheirOrder) {
  const std::vector<StoredRow> rows = {RowOf(TxRowKind::kCase, 1, RoundWithValue(10)),
                                       RowOf(TxRowKind::kRound, 2, RoundWithValue(20)),
                                       RowOf(TxRowKind::kRound, 3, RoundWithValue(30)),
                                       RowOf(TxRowKind::kConviction, 4, RoundWithValue(40))};
  const std::vector<std::pair<Key256, Bytes>> expected = {{KeyOf(2), {20}}, {KeyOf(3), {30}}};
  EXPECT_EQ(RoundsOf(rows), expected);
}

TEST(TxRowsTest, WhatIsNoRowOfThisTableIsLeftOut) {
  StoredRow elsewhere = RowOf(TxRowKind::kRound, 1, RoundWithValue(1));
  elsewhere.at.table = TableId{32};
  StoredRow shorter = RowOf(TxRowKind::kRound, 1, RoundWithValue(1));
  shorter.at.key.pop_back();
  StoredRow unknown = RowOf(TxRowKind::kRound, 1, RoundWithValue(1));
  unknown.at.key[0] = 5;
  const StoredRow damaged = RowOf(TxRowKind::kRound, 1, {0xff});
  const StoredRow good = RowOf(TxRowKind::kRound, 2, RoundWithValue(2));
  EXPECT_EQ(RoundsOf(std::vector{elsewhere, shorter, unknown, damaged, good}).size(), 1u);
}

}  // namespace
}  // namespace core
