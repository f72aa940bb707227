#include "sim/world/identities.h"

#include <string>
#include <vector>

#include "core/crypto/modelled_sealing.h"
#include "core/crypto/modelled_suite.h"
#include "core/crypto/ristretto_sealing.h"
#include "core/crypto/sodium_suite.h"
#include "core/matchmaking/keys.h"
#include "core/transactions/cluster.h"
#include "sim/engine/event.h"
#include "sim/world/block_user.h"
#include "sim/world/shared_memo_suite.h"

namespace sim {
namespace {

// Domain separation of one scenario's network: another name, another network.
core::Key256 NetworkIdOf(const Scenario& scenario, const core::Suite& suite) {
  core::Key256 id;
  id.bytes = suite.Sha256(
      std::span(reinterpret_cast<const uint8_t*>(scenario.name.data()), scenario.name.size()));
  return id;
}

core::Digest256 RunSecret(uint64_t seed) {
  core::Digest256 secret{};
  core::Random random(
      {.seed = seed, .peer = kWorld.value, .incarnation = 0, .purpose = core::Purpose::kIdentity});
  random.Fill(secret);
  return secret;
}

std::vector<core::Key256> BlockTargets(const core::Context& context, const Group& group) {
  std::vector<core::Key256> targets;
  for (uint32_t i = 0; i < group.grind_blocks; ++i) {
    const core::BlockId block = BlockNamed(context, group.grind_block, i, group.grind_blocks);
    targets.push_back(core::ClusterKey(*context.suite, block));
  }
  return targets;
}

// "kind/label", or a label alone.
core::Key256 TopicTarget(const core::Context& context, const Group& group) {
  const size_t slash = group.grind_near.find('/');
  core::Topic topic;
  if (slash != std::string::npos) topic.kind = group.grind_near.substr(0, slash);
  topic.label = slash == std::string::npos ? group.grind_near : group.grind_near.substr(slash + 1);
  return core::HashTopic(context, topic);
}

std::unique_ptr<core::Suite> SuiteFor(const Scenario& scenario) {
  constexpr size_t kMemoEntries = size_t{1} << 18;
  if (scenario.modelled_crypto)
    return std::make_unique<core::ModelledSuite>(RunSecret(scenario.seed));
  return std::make_unique<SharedMemoSuite>(std::make_unique<core::SodiumSuite>(), kMemoEntries);
}

std::unique_ptr<core::Sealing> SealingFor(const Scenario& scenario) {
  if (scenario.modelled_crypto) {
    return std::make_unique<core::ModelledSealing>(RunSecret(scenario.seed));
  }
  return std::make_unique<core::RistrettoSealing>();
}

}  // namespace

Identities::Identities(const Scenario& scenario)
    : suite_(SuiteFor(scenario)), sealing_(SealingFor(scenario)) {
  context_.config = &scenario.protocol;
  context_.suite = suite_.get();
  context_.sealing = sealing_.get();
  context_.network = NetworkIdOf(scenario, *suite_);
  std::vector<std::vector<core::Key256>> targets;
  for (const Group& group : scenario.groups) {
    if (group.grind_bits == 0) {
      targets.emplace_back();
    } else if (group.grind_block.empty()) {
      targets.push_back({TopicTarget(context_, group)});
    } else {
      targets.push_back(BlockTargets(context_, group));
    }
  }
  directory_ = std::make_unique<WorldDirectory>(scenario, scenario.seed, *suite_, targets);
  context_.directory = directory_.get();
}

}  // namespace sim
