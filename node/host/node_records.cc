#include "node/host/node_records.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/base/check.h"

namespace node {
namespace {

constexpr std::string_view kRoutesMagic = "orb/routes/1";
constexpr std::string_view kIncarnation = "incarnation";
constexpr std::string_view kPeers = "peers";
constexpr std::string_view kRoutes = "routes";

core::Bytes BytesOf(std::string_view text) {
  return {text.begin(), text.end()};
}

core::StoreKey KeyOf(std::string_view name) {
  return {kNodeTable, BytesOf(name)};
}

core::Bytes BigEndian(uint32_t value) {
  return {static_cast<uint8_t>(value >> 24), static_cast<uint8_t>(value >> 16),
          static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)};
}

// Takes bytes from the front; after one failure everything fails.
struct Cursor {
  std::span<const uint8_t> rest;
  bool ok = true;

  std::span<const uint8_t> Take(size_t count) {
    ok = ok && count <= rest.size();
    if (!ok) return {};
    const auto taken = rest.first(count);
    rest = rest.subspan(count);
    return taken;
  }

  size_t TakeByte() {
    const auto byte = Take(1);
    return ok ? byte[0] : 0;
  }
};

uint32_t ReadU32(std::span<const uint8_t> bytes) {
  uint32_t value = 0;
  for (const uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

core::Status Damaged() {
  return core::DataLoss("routes: found bytes that are not what this program writes, allowed: none");
}

bool ReadContact(Cursor& in, const core::Suite& suite, core::Contact& contact) {
  const auto key = in.Take(contact.public_key.size());
  if (!in.ok) return false;
  std::copy(key.begin(), key.end(), contact.public_key.begin());
  contact.node_id.bytes = suite.Sha256(contact.public_key);
  const size_t count = in.TakeByte();
  if (count == 0 || count > core::limits::kAddressesMax) return false;
  for (size_t i = 0; i < count; ++i) {
    const size_t length = in.TakeByte();
    if (length == 0 || length > core::limits::kAddressBytesMax) return false;
    const auto text = in.Take(length);
    if (!in.ok) return false;
    contact.addresses.push_back(
        core::Address({reinterpret_cast<const char*>(text.data()), text.size()}));
  }
  return true;
}

}  // namespace

core::Bytes EncodeRoutes(std::span<const core::Contact> routes) {
  core::Bytes bytes = BytesOf(kRoutesMagic);
  const core::Bytes count = BigEndian(static_cast<uint32_t>(routes.size()));
  bytes.insert(bytes.end(), count.begin(), count.end());
  for (const core::Contact& contact : routes) {
    bytes.insert(bytes.end(), contact.public_key.begin(), contact.public_key.end());
    bytes.push_back(static_cast<uint8_t>(contact.addresses.size()));
    for (const core::Address& address : contact.addresses) {
      bytes.push_back(static_cast<uint8_t>(address.view().size()));
      bytes.insert(bytes.end(), address.view().begin(), address.view().end());
    }
  }
  return bytes;
}

core::StatusOr<std::vector<core::Contact>> DecodeRoutes(std::span<const uint8_t> bytes,
                                                        const core::Suite& suite) {
  Cursor in{bytes};
  const auto magic = in.Take(kRoutesMagic.size());
  if (!std::equal(magic.begin(), magic.end(), kRoutesMagic.begin(), kRoutesMagic.end())) {
    return Damaged();
  }
  const auto count_bytes = in.Take(4);
  const uint32_t count = ReadU32(count_bytes);
  if (!in.ok || count > Host::kRoutesMax) return Damaged();
  std::vector<core::Contact> routes(count);
  for (core::Contact& contact : routes) {
    if (!ReadContact(in, suite, contact)) return Damaged();
  }
  if (!in.rest.empty()) return Damaged();
  return routes;
}

NodeRecords::NodeRecords(core::Storage& storage, asio::io_context& io, const core::Suite& suite,
                         Log& log)
    : storage_(&storage), io_(&io), suite_(&suite), log_(&log) {}

core::StatusOr<std::optional<core::Bytes>> NodeRecords::Load(std::string_view key) {
  return storage_->Get(KeyOf(key));
}

core::Status NodeRecords::Open() {
  ASSIGN_OR_RETURN(const std::optional<core::Bytes> stored, Load(kIncarnation));
  if (stored.has_value() && stored->size() != 4) {
    return core::DataLoss("store: incarnation: found " + std::to_string(stored->size()) +
                          " bytes, allowed 4");
  }
  incarnation_ = stored.has_value() ? ReadU32(*stored) + 1 : 1;
  ASSIGN_OR_RETURN(first_rows_, ReadRows());
  Save(kIncarnation, BigEndian(incarnation_));
  Drain();
  return health_;
}

core::StatusOr<std::vector<core::StoredRow>> NodeRecords::LoadRows() {
  if (!first_rows_.has_value()) return ReadRows();
  return *std::exchange(first_rows_, std::nullopt);
}

core::StatusOr<std::vector<core::StoredRow>> NodeRecords::ReadRows() const {
  std::vector<core::StoredRow> rows;
  for (uint16_t id = core::kCoreTableFirst.value; id <= core::kCoreTableLast.value; ++id) {
    core::ScanRange range{.table = core::TableId{id}, .prefix = {}, .after = {}};
    while (true) {
      ASSIGN_OR_RETURN(std::vector<core::StoreRow> page, storage_->Scan(range));
      if (page.empty()) break;
      range.after = page.back().key;
      for (core::StoreRow& row : page) {
        rows.push_back({{range.table, std::move(row.key)}, std::move(row.value)});
      }
    }
  }
  return rows;
}

// What is refused here takes its turn too: an empty batch stands for it in the store.
void NodeRecords::Store(core::StoreRequest request) {
  first_rows_.reset();
  core::Status refusal = request.batch.CheckCoreTables();
  if (!refusal.ok()) request.batch = {};
  Commit(std::move(request.batch), request.ticket, std::move(refusal));
}

std::optional<core::Bytes> NodeRecords::LoadPeers() {
  auto stored = Load(kPeers);
  if (stored.ok()) return *std::move(stored);
  log_->Warning("the peer book is lost", {{"why", stored.status()}});
  return std::nullopt;
}

std::vector<core::Contact> NodeRecords::LoadRoutes() {
  auto stored = Load(kRoutes);
  if (stored.ok() && !stored->has_value()) return {};
  auto routes = stored.ok() ? DecodeRoutes(**stored, *suite_) : stored.status();
  if (routes.ok()) return *std::move(routes);
  log_->Warning("the routes are lost", {{"why", routes.status()}});
  return {};
}

uint32_t NodeRecords::NextIncarnation() {
  if (std::exchange(given_, true)) Save(kIncarnation, BigEndian(++incarnation_));
  return incarnation_;
}

void NodeRecords::SavePeers(std::vector<uint8_t> bytes) {
  Save(kPeers, std::move(bytes));
}

void NodeRecords::SaveRoutes(const std::vector<core::Contact>& routes) {
  Save(kRoutes, EncodeRoutes(routes));
}

void NodeRecords::Save(std::string_view key, core::Bytes value) {
  core::StoreBatch batch;
  batch.Put(KeyOf(key), std::move(value));
  Commit(std::move(batch), std::nullopt, absl::OkStatus());
}

void NodeRecords::Commit(core::StoreBatch batch, std::optional<core::StoreTicket> of_core,
                         core::Status refusal) {
  open_.push_back({of_core, std::move(refusal), std::exchange(batch.reads, {})});
  storage_->Commit({next_ticket_++}, std::move(batch));
}

core::Status NodeRecords::Read(const std::vector<core::StoreKey>& reads,
                               std::vector<std::optional<core::Bytes>>& found) const {
  for (const core::StoreKey& at : reads) {
    ASSIGN_OR_RETURN(found.emplace_back(), storage_->Get(at));
  }
  return absl::OkStatus();
}

std::optional<core::Stored> NodeRecords::OnStored(const core::Stored& stored) {
  CHECK(!open_.empty());
  const OpenBatch batch = std::move(open_.front());
  open_.pop_front();
  NoteHealth(stored.status);
  if (!batch.of_core.has_value()) return std::nullopt;
  core::Stored told{*batch.of_core, batch.refusal.ok() ? stored.status : batch.refusal};
  if (told.status.ok()) told.status = Read(batch.reads, told.found);
  return told;
}

// A refusal of what a batch says is no trouble of the store.
void NodeRecords::NoteHealth(const core::Status& status) {
  if (absl::IsFailedPrecondition(status) || absl::IsInvalidArgument(status)) return;
  const bool healed = !health_.ok() && status.ok();
  health_ = status;
  if (healed) log_->Info("the store takes writes again");
  if (!status.ok()) log_->Write(failure_site_, "the store refused to write", {{"why", status}});
}

void NodeRecords::Drain() {
  if (io_->stopped()) io_->restart();  // Of an earlier turn.
  const auto working = asio::make_work_guard(*io_);
  while (!open_.empty() && !io_->stopped()) io_->run_one();
}

}  // namespace node
