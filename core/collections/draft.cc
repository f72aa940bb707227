#include "core/collections/draft.h"

#include <utility>

namespace core {

void Draft::BeginAction(const ActionId& action) {
  action_ = action;
  next_number_ = kFirstTreeBlockNumber;
  touched_.clear();
  leaves_.clear();
}

void Draft::Want(const BlockId& id) {
  trouble_ = Trouble::kNeeds;
  wanted_.push_back(id);
}

void Draft::SetTorn(const BlockId& a, const BlockId& b) {
  if (!ok()) return;
  trouble_ = Trouble::kTorn;
  wanted_.push_back(a);
  if (b != a) wanted_.push_back(b);
}

void Draft::SetDamaged(std::string_view what) {
  if (!ok()) return;
  trouble_ = Trouble::kDamaged;
  damage_ = InvalidArgument(what);
}

const Bytes* Draft::Existing(const BlockId& id) {
  if (!ok()) return nullptr;
  if (const auto written = writes_.find(id); written != writes_.end()) {
    if (written->second.has_value()) return &*written->second;
    SetDamaged("block: a link leads to a block that was deleted");
    return nullptr;
  }
  const auto fetched = base_->find(id);
  if (fetched == base_->end()) {
    Want(id);
    return nullptr;
  }
  if (fetched->second.bytes.has_value()) return &*fetched->second.bytes;
  // Whoever pointed here has been overtaken, or this answer is older than the link.
  SetTorn(collection_, id);
  return nullptr;
}

bool Draft::KnownAbsent() {
  if (!ok() || Wrote(collection_)) return false;
  const auto fetched = base_->find(collection_);
  if (fetched == base_->end()) {
    Want(collection_);
    return false;
  }
  return !fetched->second.bytes.has_value();
}

bool Draft::InBase(const BlockId& id) const {
  const auto fetched = base_->find(id);
  return fetched != base_->end() && fetched->second.bytes.has_value();
}

bool Draft::Gone(const BlockId& id) const {
  if (!ok() || Wrote(id)) return false;
  const auto fetched = base_->find(id);
  return fetched != base_->end() && !fetched->second.bytes.has_value();
}

template <typename T>
std::optional<T> Draft::Accept(StatusOr<T> decoded) {
  if (decoded.ok()) return std::move(decoded).value();
  SetDamaged(MessageOf(decoded.status()));
  return std::nullopt;
}

std::optional<CollectionHeader> Draft::Header() {
  const Bytes* bytes = Existing(collection_);
  if (bytes == nullptr) return std::nullopt;
  return Accept(DecodeHeader(*bytes));
}

std::optional<LogBlock> Draft::Log(const BlockId& id) {
  const Bytes* bytes = Existing(id);
  if (bytes == nullptr) return std::nullopt;
  auto block = Accept(DecodeLogBlock(*bytes));
  if (block.has_value() && block->collection != collection_) {
    SetDamaged("log block: of another collection");
    return std::nullopt;
  }
  return block;
}

std::optional<TreeTrunk> Draft::Trunk(const BlockId& id) {
  const Bytes* bytes = Existing(id);
  if (bytes == nullptr) return std::nullopt;
  auto trunk = Accept(DecodeTrunk(*bytes));
  if (trunk.has_value() && trunk->collection != collection_) {
    SetDamaged("trunk: of another collection");
    return std::nullopt;
  }
  return trunk;
}

std::optional<TreeNode> Draft::Node(const BlockId& id) {
  const Bytes* bytes = Existing(id);
  if (bytes == nullptr) return std::nullopt;
  auto node = Accept(DecodeNode(*bytes));
  if (!node.has_value()) return std::nullopt;
  if (node->collection != collection_) {
    SetDamaged("node: of another collection");
    return std::nullopt;
  }
  if (node->leaf()) leaves_.insert(id);
  return node;
}

std::optional<Bytes> Draft::BytesAt(const BlockId& id) const {
  if (const auto written = writes_.find(id); written != writes_.end()) return written->second;
  const auto fetched = base_->find(id);
  return fetched == base_->end() ? std::nullopt : fetched->second.bytes;
}

void Draft::Write(const BlockId& id, Bytes bytes) {
  writes_[id] = std::move(bytes);
  touched_.insert(id);
}

void Draft::Delete(const BlockId& id) {
  touched_.insert(id);
  if (InBase(id)) {
    writes_[id] = std::nullopt;
    return;
  }
  // Made and unmade in one draft: nobody will ever see it. It stays among the touched, so that the
  // footprint of an action does not depend on which others share its transaction.
  writes_.erase(id);
}

BlockId Draft::NewTreeBlock() {
  return BlockIdOf(*suite_, collection_, action_, next_number_++);
}

BlockId Draft::NewLogBlock() const {
  return BlockIdOf(*suite_, collection_, action_, kLogBlockNumber);
}

size_t Draft::write_bytes() const {
  size_t bytes = 0;
  for (const auto& [id, value] : writes_) bytes += value.has_value() ? value->size() : 0;
  return bytes;
}

uint64_t Draft::BaseRevision(const BlockId& id) const {
  const auto fetched = base_->find(id);
  return fetched == base_->end() ? 0 : fetched->second.revision;
}

std::vector<BlockRevision> Draft::TouchedBlocks() const {
  std::vector<BlockRevision> blocks;
  for (const BlockId& id : touched_) {
    if (id != collection_) blocks.push_back({.block = id, .revision = BaseRevision(id) + 1});
  }
  return blocks;
}

std::vector<BlockId> Draft::LeavesRead() const {
  std::vector<BlockId> reads;
  for (const BlockId& id : leaves_) {
    if (!touched_.contains(id)) reads.push_back(id);
  }
  return reads;
}

ChangeSet Draft::Changes(std::span<const BlockId> first) const {
  ChangeSet changes;
  std::set<BlockId> added;
  const auto add = [&](const BlockId& id, const std::optional<Bytes>& value) {
    if (!added.insert(id).second) return;
    changes.writes.push_back({.block = id,
                              .base_revision = BaseRevision(id),
                              .erase = !value.has_value(),
                              .value = value.value_or(Bytes{})});
  };
  for (const BlockId& id : first) {
    if (const auto found = writes_.find(id); found != writes_.end()) add(id, found->second);
  }
  for (const auto& [id, value] : writes_) add(id, value);
  return changes;
}

}  // namespace core
