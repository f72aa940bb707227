// The store against a std::map: any sequence of batches, reads and reopenings.
#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/node/storage/scratch.h"

namespace node {
namespace {

using Model = std::map<core::StoreKey, core::Bytes>;

core::Bytes ShortBytes(size_t least, size_t most) {
  // Few letters, so that keys meet and prefixes are shared; 0 and 255 are the borders of ranges.
  const auto size = *rc::gen::inRange<size_t>(least, most + 1);
  return *rc::gen::container<core::Bytes>(size, rc::gen::element<uint8_t>(0, 'a', 255));
}

core::StoreKey AnyKey() {
  return {core::TableId{*rc::gen::element<uint16_t>(0, 1, 256)}, ShortBytes(1, 3)};
}

core::StoreBatch AnyBatch() {
  core::StoreBatch batch;
  const auto requirements = *rc::gen::inRange(0, 3);
  for (int i = 0; i < requirements; ++i) {
    const auto kind =
        *rc::gen::element(core::Requirement::Kind::kAbsent, core::Requirement::Kind::kEquals,
                          core::Requirement::Kind::kBegins);
    const bool absent = kind == core::Requirement::Kind::kAbsent;
    batch.Require(AnyKey(), kind, absent ? core::Bytes() : ShortBytes(0, 1));
  }
  const auto writes = *rc::gen::inRange(0, 6);
  for (int i = 0; i < writes; ++i) {
    if (*rc::gen::inRange(0, 4) == 0) {
      batch.Delete(AnyKey());
    } else {
      batch.Put(AnyKey(), ShortBytes(0, 3));
    }
  }
  return batch;
}

std::optional<core::Bytes> Find(const Model& model, const core::StoreKey& at) {
  const auto found = model.find(at);
  return found == model.end() ? std::nullopt : std::optional(found->second);
}

bool Apply(Model& model, const core::StoreBatch& batch) {
  for (const core::Requirement& each : batch.requirements) {
    if (!each.Holds(Find(model, each.at))) return false;
  }
  for (const core::StoreWrite& each : batch.writes) {
    if (each.value.has_value()) {
      model[each.at] = *each.value;
    } else {
      model.erase(each.at);
    }
  }
  return true;
}

std::vector<core::StoreRow> ScanOf(const Model& model, const core::ScanRange& range) {
  std::vector<core::StoreRow> rows;
  for (const auto& [at, value] : model) {
    const bool begins = at.key.size() >= range.prefix.size() &&
                        std::equal(range.prefix.begin(), range.prefix.end(), at.key.begin());
    if (at.table != range.table || !begins || rows.size() == range.rows_max) continue;
    if (!range.after.has_value() || at.key > *range.after) rows.push_back({at.key, value});
  }
  return rows;
}

RC_GTEST_PROP(StorageModelTest, TheStoreDoesWhatAMapDoes, ()) {
  const StoreFolder folder;
  Model model;
  auto store = std::make_unique<OpenStore>(folder.store());
  const auto steps = *rc::gen::inRange(1, 40);
  for (int i = 0; i < steps; ++i) {
    switch (*rc::gen::inRange(0, 8)) {
      case 0:
        store.reset();  // First: two cannot have it open.
        store = std::make_unique<OpenStore>(folder.store());
        RC_ASSERT(store->status().ok());
        break;
      case 1: {
        const core::StoreKey at = AnyKey();
        RC_ASSERT(*store->storage().Get(at) == Find(model, at));
        break;
      }
      case 2: {
        core::ScanRange range{
            AnyKey().table, ShortBytes(0, 2), {}, *rc::gen::inRange<size_t>(0, 5)};
        if (*rc::gen::arbitrary<bool>()) range.after = ShortBytes(0, 3);
        RC_ASSERT(*store->storage().Scan(range) == ScanOf(model, range));
        break;
      }
      default: {
        const core::StoreBatch batch = AnyBatch();
        RC_ASSERT(store->Commit(batch).ok() == Apply(model, batch));
      }
    }
  }
  for (const uint16_t table : {uint16_t{0}, uint16_t{1}, uint16_t{256}}) {
    const core::ScanRange all{core::TableId{table}, {}, {}, 1'000};
    RC_ASSERT(*store->storage().Scan(all) == ScanOf(model, all));
  }
}

}  // namespace
}  // namespace node
