#include "sim/world/ballot.h"

#include <string>
#include <vector>

#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/codec/canonical.h"

namespace sim {
namespace {

constexpr std::string_view kElectionDomain = "orbweaver/election/1";

// By the election's name: the place of an operation in the workload may change.
core::Random DrawsOf(const Scenario& scenario, uint32_t operation, core::PeerId peer) {
  const std::string& election = scenario.workload[operation].vote->election;
  const uint64_t name =
      core::HashBytes({reinterpret_cast<const uint8_t*>(election.data()), election.size()});
  return core::Random({.seed = core::Mix64(scenario.seed, name),
                       .peer = peer.value,
                       .purpose = core::Purpose::kWorkload});
}

}  // namespace

core::Key256 ElectionNamed(const core::Context& context, std::string_view name) {
  std::vector<uint8_t> bytes;
  core::CanonicalWriter writer(bytes);
  writer.Literal(kElectionDomain);
  writer.Key(context.network);
  writer.Text(name);
  return {context.suite->Sha256(bytes)};
}

uint32_t ChoiceOf(const Scenario& scenario, uint32_t operation, core::PeerId peer) {
  core::Random random = DrawsOf(scenario, operation, peer);
  return static_cast<uint32_t>(random.Below(scenario.workload[operation].vote->choices));
}

core::VoteCommand BallotOf(const Scenario& scenario, const core::Context& context,
                           uint32_t operation, core::PeerId peer) {
  const VoteOperation& vote = *scenario.workload[operation].vote;
  core::Random random = DrawsOf(scenario, operation, peer);
  core::VoteCommand command{
      .terms = {.template_cid = ElectionNamed(context, vote.election),
                .election_keys = {},
                .voters = vote.voters,
                .opens_ms = vote.opens.us / 1000,
                .closes_ms = vote.closes.us / 1000},
      .public_cid = {},
      .private_cid = {},
      .answers = {static_cast<uint8_t>(random.Below(vote.choices))},  // As ChoiceOf.
      .entropy = {},
      .unitary = vote.unitary};
  random.Fill(command.public_cid.bytes);
  random.Fill(command.private_cid.bytes);
  random.Fill(command.entropy.bytes);
  return command;
}

}  // namespace sim
