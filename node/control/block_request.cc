#include "node/control/block_request.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/ids.h"
#include "core/codec/limits.h"
#include "node/control/request_fields.h"
#include "node/discovery/address.h"
#include "node/host/command_check.h"

namespace node {
namespace {

constexpr RequestFields::Range kBases = {0, static_cast<int64_t>(kRevisionMax)};
constexpr RequestFields::Range kRevisions = {1, static_cast<int64_t>(kRevisionMax)};

class BlockFields {
 public:
  BlockFields(const JsonNode& params, const NodeView& view, std::string pointer = "/params")
      : fields_(params, std::move(pointer)), view_(&view) {}

  core::BlockId Block(std::string_view key) {
    return BlockOf(fields_.Text(key, {1, kBlockNameMax}));
  }

  core::BlockId BlockOr(std::string_view key, const core::BlockId& fallback) {
    if (!fields_.Has(key)) return fallback;
    return Block(key);
  }

  uint64_t Base() { return static_cast<uint64_t>(fields_.Number("base", kBases)); }

  core::Bytes Value() { return fields_.Binary("value", core::limits::kBlockBytesMax); }

  RequestFields& fields() { return fields_; }

 private:
  [[nodiscard]] core::BlockId BlockOf(const std::string& text) const {
    const std::optional<core::Key256> id = ParseKey(text);
    return id.has_value() ? *id : view_->BlockOf(text);
  }

  RequestFields fields_;
  const NodeView* view_;
};

core::Command TakePut(BlockFields& from) {
  core::PutCommand put;
  put.block = from.Block("block");
  put.base_revision = from.Base();
  put.value = from.Value();
  return put;
}

core::Command TakeDelete(BlockFields& from) {
  core::DeleteCommand erase;
  erase.block = from.Block("block");
  erase.base_revision = from.Base();
  return erase;
}

core::Command TakeGet(BlockFields& from) {
  core::GetCommand get;
  get.block = from.Block("block");
  get.revision = static_cast<uint64_t>(from.fields().Integer("revision", kRevisions).value_or(0));
  return get;
}

core::Command TakeRevision(BlockFields& from) {
  core::RevisionCommand revision;
  revision.block = from.Block("block");
  return revision;
}

core::StatusOr<core::BlockWrite> ReadWrite(const JsonNode& item, const NodeView& view,
                                           std::string pointer) {
  BlockFields from(item, view, std::move(pointer));
  core::BlockWrite write;
  write.block = from.Block("block");
  write.base_revision = from.Base();
  write.erase = from.fields().Flag("delete");
  if (!write.erase) write.value = from.Value();
  RETURN_IF_ERROR(from.fields().Finish());
  return write;
}

// Two transactions that share their blocks should share their tail (protocol document, 1.4.7): the smallest id, unless
// the client knows better.
core::StatusOr<core::Command> ReadTransact(const JsonNode& params, const NodeView& view) {
  BlockFields from(params, view);
  core::TransactCommand transact;
  const std::vector<const JsonNode*> items =
      from.fields().Objects("writes", {1, core::limits::kTransactionWritesMax});
  for (size_t i = 0; i < items.size(); ++i) {
    ASSIGN_OR_RETURN(core::BlockWrite write,
                     ReadWrite(*items[i], view, "/params/writes/" + std::to_string(i)));
    if (i == 0 || write.block < transact.tail) transact.tail = write.block;
    transact.writes.push_back(std::move(write));
  }
  transact.tail = from.BlockOr("tail", transact.tail);
  RETURN_IF_ERROR(from.fields().Finish());
  return core::Command(std::move(transact));
}

struct Reader {
  std::string_view method;
  core::Command (*take)(BlockFields& from);  // Nothing: transact.
};

constexpr std::array<Reader, 5> kReaders = {{{"put", TakePut},
                                             {"delete", TakeDelete},
                                             {"get", TakeGet},
                                             {"rev", TakeRevision},
                                             {"transact", nullptr}}};

}  // namespace

core::StatusOr<core::Command> ReadBlockRequest(std::string_view method, const JsonNode& params,
                                               const NodeView& view) {
  const auto* const reader = std::find_if(kReaders.begin(), kReaders.end(),
                                          [&](const Reader& one) { return one.method == method; });
  CHECK(reader != kReaders.end());
  if (reader->take == nullptr) return ReadTransact(params, view);
  BlockFields from(params, view);
  core::Command command = reader->take(from);
  RETURN_IF_ERROR(from.fields().Finish());
  return command;
}

}  // namespace node
