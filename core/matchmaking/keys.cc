#include "core/matchmaking/keys.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/codec/canonical.h"

namespace core {
namespace {

int RootCount(const MatchmakingConfig& config) {
  return std::clamp(config.roots, 1, kRootsMax);
}

// How long after a boundary the old epoch's keys are still used: until every worker has renewed at
// the new ones, but never for more than half an epoch.
Duration Overlap(const MatchmakingConfig& config) {
  return std::min(config.worker_ttl, config.root_epoch / 2);
}

void AddRoots(const Suite& suite, const Key256& topic, int64_t epoch, LevelKeys& keys) {
  for (int root = 0; root < kRootsMax; ++root) keys.push_back(RootKey(suite, topic, epoch, root));
}

}  // namespace

Key256 HashTopic(const Context& context, const Topic& topic) {
  std::vector<uint8_t> bytes;
  TopicHashBytes(context.network, topic.kind, topic.label, bytes);
  return Key256{context.suite->Sha256(bytes)};
}

Key256 RendezvousKey(const NodeId& own, const Key256& topic, int specificity) {
  return Splice(own, topic, specificity);
}

Key256 RootKey(const Suite& suite, const Key256& topic, int64_t epoch, int root) {
  std::array<uint8_t, 41> bytes{};
  std::copy(topic.bytes.begin(), topic.bytes.end(), bytes.begin());
  for (size_t i = 0; i < 8; ++i) {
    bytes[32 + i] = static_cast<uint8_t>(static_cast<uint64_t>(epoch) >> (56 - 8 * i));
  }
  bytes[40] = static_cast<uint8_t>(root);
  return Key256{suite.Sha256(bytes)};
}

int64_t EpochAt(Time now, Duration epoch) {
  const int64_t length = std::max<int64_t>(epoch.us, 1);
  const int64_t quotient = now.us / length;
  return now.us % length < 0 ? quotient - 1 : quotient;
}

LevelKeys KeysAt(const Context& context, Time now, const NodeId& own, const Key256& topic,
                 int specificity) {
  const MatchmakingConfig& config = context.config->matchmaking;
  LevelKeys keys;
  if (specificity > 0 || RootCount(config) == 1) {
    keys.push_back(RendezvousKey(own, topic, specificity));
    return keys;
  }
  const int64_t epoch = EpochAt(now, config.root_epoch);
  AddRoots(*context.suite, topic, epoch, keys);
  if (EpochAt(now - Overlap(config), config.root_epoch) != epoch) {
    AddRoots(*context.suite, topic, epoch - 1, keys);
  }
  return keys;
}

bool BelongsAt(const Context& context, Time now, const Record& record, const Key256& key) {
  const MatchmakingConfig& config = context.config->matchmaking;
  if (record.specificity > 0 || RootCount(config) == 1) {
    const NodeId& owner = context.directory->NodeIdOf(record.peer);
    return RendezvousKey(owner, record.topic, record.specificity) == key;
  }
  const int64_t epoch = EpochAt(now, config.root_epoch);
  for (int64_t at = epoch - 1; at <= epoch + 1; ++at) {
    for (int root = 0; root < kRootsMax; ++root) {
      if (RootKey(*context.suite, record.topic, at, root) == key) return true;
    }
  }
  return false;
}

}  // namespace core
