#include "core/transactions/acquaintances.h"

#include <utility>

#include "core/transactions/tx_rows.h"

namespace core {
namespace {

Fingerprint FingerprintOf(const AcquaintancesRow& row) {
  Hasher hasher;
  for (const Acquaintance& who : row.known) {
    hasher.Add(who.id);
    hasher.Add(who.since_us);
    hasher.Add(who.away);
    hasher.Add(who.cut);
  }
  return hasher.Result();
}

}  // namespace

void Acquaintances::Load(const TxMoment& moment, std::span<const StoredRow> rows) {
  ForEachTxRow<AcquaintancesRow>(rows, TxRowKind::kAcquaintances,
                                 [&](const Key256&, const AcquaintancesRow& row) {
                                   stored_ = FingerprintOf(row);
                                   moment.clusters.Recall(moment.now, row.known);
                                 });
}

void Acquaintances::Store(const TxMoment& moment, StoreBatch& batch) {
  const AcquaintancesRow row{.known = moment.clusters.Acquaintances(moment.now)};
  const Fingerprint now = FingerprintOf(row);
  if (now == stored_) return;
  stored_ = now;
  batch.Put(TxRowKey(TxRowKind::kAcquaintances, Key256{}), EncodeRow(row));
}

}  // namespace core
