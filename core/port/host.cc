#include "core/port/host.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace core {
namespace {

Status TooLarge(std::string_view what, size_t found, size_t allowed) {
  std::string text = "store batch: ";
  text.append(what).append(" of ").append(std::to_string(found)).append(" bytes, allowed: ");
  return InvalidArgument(text.append("up to ").append(std::to_string(allowed)));
}

Status CheckKey(const StoreKey& at) {
  if (at.key.empty()) return InvalidArgument("store batch: empty key, allowed: 1 byte and more");
  if (at.key.size() > kStoreKeyBytesMax) return TooLarge("key", at.key.size(), kStoreKeyBytesMax);
  return absl::OkStatus();
}

Status CheckValue(const Bytes& value) {
  if (value.size() > kStoreValueBytesMax) {
    return TooLarge("value", value.size(), kStoreValueBytesMax);
  }
  return absl::OkStatus();
}

Status CheckCoreTable(TableId table) {
  if (IsCoreTable(table)) return absl::OkStatus();
  return InvalidArgument("store batch: table " + std::to_string(table.value) +
                         ", allowed: " + std::to_string(kCoreTableFirst.value) + " to " +
                         std::to_string(kBulkTableLast.value));
}

Status TooManyReads(size_t found) {
  return InvalidArgument("store batch: " + std::to_string(found) + " reads, allowed: up to " +
                         std::to_string(kStoreReadsMax));
}

}  // namespace

bool Requirement::Holds(const std::optional<Bytes>& found) const {
  if (kind == Kind::kAbsent || !found.has_value()) {
    return kind == Kind::kAbsent && !found.has_value();
  }
  if (kind == Kind::kEquals) return *found == bytes;
  return found->size() >= bytes.size() && std::equal(bytes.begin(), bytes.end(), found->begin());
}

void StoreBatch::Require(StoreKey at, Requirement::Kind kind, Bytes bytes) {
  requirements.push_back({std::move(at), kind, std::move(bytes)});
}

void StoreBatch::Put(StoreKey at, Bytes value) {
  writes.push_back({std::move(at), std::move(value)});
}

void StoreBatch::Delete(StoreKey at) {
  writes.push_back({std::move(at), std::nullopt});
}

void StoreBatch::ApplyTo(std::map<StoreKey, Bytes>& rows) const {
  for (const StoreWrite& write : writes) {
    if (write.value.has_value()) {
      rows[write.at] = *write.value;
    } else {
      rows.erase(write.at);
    }
  }
}

size_t StoreBatch::ByteCount() const {
  size_t count = 0;
  for (const Requirement& each : requirements) count += each.at.key.size() + each.bytes.size();
  for (const StoreWrite& each : writes) {
    count += each.at.key.size() + (each.value.has_value() ? each.value->size() : 0);
  }
  return count;
}

Status StoreBatch::CheckLimits() const {
  for (const Requirement& each : requirements) {
    RETURN_IF_ERROR(CheckKey(each.at));
    RETURN_IF_ERROR(CheckValue(each.bytes));
  }
  for (const StoreWrite& each : writes) {
    RETURN_IF_ERROR(CheckKey(each.at));
    if (each.value.has_value()) RETURN_IF_ERROR(CheckValue(*each.value));
  }
  for (const StoreKey& at : reads) RETURN_IF_ERROR(CheckKey(at));
  if (reads.size() > kStoreReadsMax) return TooManyReads(reads.size());
  if (!reads.empty() && !writes.empty()) {
    return InvalidArgument("store batch: reads beside writes, allowed: one or the other");
  }
  if (ByteCount() > kStoreBatchBytesMax) return TooLarge("batch", ByteCount(), kStoreBatchBytesMax);
  return absl::OkStatus();
}

Status StoreBatch::CheckCoreTables() const {
  for (const Requirement& each : requirements) RETURN_IF_ERROR(CheckCoreTable(each.at.table));
  for (const StoreWrite& each : writes) RETURN_IF_ERROR(CheckCoreTable(each.at.table));
  for (const StoreKey& at : reads) RETURN_IF_ERROR(CheckCoreTable(at.table));
  return absl::OkStatus();
}

}  // namespace core
