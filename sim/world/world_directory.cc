#include "sim/world/world_directory.h"

#include <array>

#include "core/base/random.h"

namespace sim {
namespace {

constexpr size_t kAddressBytes = 18;  // IPv6 and port, as a real node announces.

// Twice the peers, a power of two: probes stay short.
size_t SlotsFor(size_t peers) {
  size_t slots = 16;
  while (slots < peers * 2) slots *= 2;
  return slots;
}

core::SecretKey DrawSecret(core::Random& random) {
  core::SecretKey secret;
  random.Fill(secret.seed);
  return secret;
}

}  // namespace

WorldDirectory::WorldDirectory(const Scenario& scenario, uint64_t seed, const core::Suite& suite,
                               const std::vector<std::vector<core::Key256>>& grind_targets)
    : index_(SlotsFor(scenario.PeerCount()), 0) {
  ids_.resize(scenario.PeerCount());
  keys_.resize(scenario.PeerCount());
  secrets_.resize(scenario.PeerCount());
  for (size_t g = 0; g < scenario.groups.size(); ++g) {
    const Group& group = scenario.groups[g];
    const std::vector<core::Key256>& targets = grind_targets[g];
    for (uint32_t i = 0; i < group.count; ++i) {
      const core::Key256 target = targets.empty() ? core::Key256{} : targets[i % targets.size()];
      MakeIdentity(group.first + i, seed, suite, {target, static_cast<int>(group.grind_bits)});
    }
  }
}

void WorldDirectory::MakeIdentity(uint32_t peer, uint64_t seed, const core::Suite& suite,
                                  const Grind& grind) {
  core::Random random(
      {.seed = seed, .peer = peer, .incarnation = 0, .purpose = core::Purpose::kIdentity});
  do {
    secrets_[peer] = DrawSecret(random);
    keys_[peer] = suite.PublicKeyFor(secrets_[peer]);
    ids_[peer].bytes = suite.Sha256(keys_[peer]);
  } while (core::CommonPrefix(ids_[peer], grind.target) < grind.bits);
  size_t slot = core::WordOf(ids_[peer], 0) & (index_.size() - 1);
  while (index_[slot] != 0) slot = (slot + 1) & (index_.size() - 1);
  index_[slot] = peer + 1;
}

void WorldDirectory::AppendAddresses(core::PeerId peer, core::AddressList& addresses) const {
  std::array<char, kAddressBytes> bytes{
      '\xfd'};  // A unique local IPv6 address that ends in the handle.
  for (size_t i = 0; i < 4; ++i)
    bytes[15 - i] = static_cast<char>(static_cast<uint8_t>(peer.value >> (8 * i)));
  addresses.push_back(core::Address({bytes.data(), bytes.size()}));
}

core::PeerId WorldDirectory::FindByNodeId(const core::NodeId& node_id) const {
  size_t slot = core::WordOf(node_id, 0) & (index_.size() - 1);
  while (index_[slot] != 0) {
    if (ids_[index_[slot] - 1] == node_id) return core::PeerId{index_[slot] - 1};
    slot = (slot + 1) & (index_.size() - 1);
  }
  return core::kNoPeer;
}

core::PeerId WorldDirectory::Learn(const core::Contact& contact) {
  const core::PeerId peer = FindByNodeId(contact.node_id);
  const bool genuine = peer != core::kNoPeer && keys_[peer.value] == contact.public_key;
  return genuine ? peer : core::kNoPeer;
}

size_t WorldDirectory::MemoryUsage() const {
  return ids_.capacity() * sizeof(core::NodeId) + keys_.capacity() * sizeof(core::PublicKey) +
         secrets_.capacity() * sizeof(core::SecretKey) + index_.capacity() * sizeof(uint32_t);
}

}  // namespace sim
