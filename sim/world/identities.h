// Identities: who the peers of a scenario are, with what crypto, and on which network. A function of the scenario and its
// seed, whoever runs the peers.
//
// Owns the suite, the sealing and the directory. Thread rule: immutable, but for what WorldDirectory says.
#pragma once

#include <memory>

#include "core/crypto/sealing.h"
#include "core/crypto/suite.h"
#include "core/port/context.h"
#include "sim/scenario/scenario.h"
#include "sim/world/world_directory.h"

namespace sim {

class Identities {
 public:
  // REQUIRES: the scenario outlives this.
  explicit Identities(const Scenario& scenario);
  Identities(const Identities&) = delete;

  [[nodiscard]] const core::Context& context() const { return context_; }

  [[nodiscard]] WorldDirectory& directory() const { return *directory_; }

 private:
  std::unique_ptr<core::Suite> suite_;
  std::unique_ptr<core::Sealing> sealing_;
  core::Context context_;
  std::unique_ptr<WorldDirectory> directory_;
};

}  // namespace sim
