// fingerprint SCENARIO THREADS SHARDS: runs the scenario as `orbsim run` does and prints what its results hash to.
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>

#include "sim/workflow/scenario_source.h"
#include "sim/workflow/session.h"

namespace {

int Complain(const core::Status& status) {
  std::cerr << "fingerprint: " << core::MessageOf(status) << "\n";
  return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: fingerprint SCENARIO THREADS SHARDS\n";
    return EXIT_FAILURE;
  }
  auto scenario = sim::Load({.file = argv[1]});
  if (!scenario.ok()) return Complain(scenario.status());
  sim::Session session(*std::move(scenario),
                       {.threads = std::stoi(argv[2]), .shards = std::stoi(argv[3])});
  if (const core::Status status = session.Run(); !status.ok()) return Complain(status);
  std::cout << core::ToHex(session.result().fingerprint) << "\n";
  return EXIT_SUCCESS;
}
