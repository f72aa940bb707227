#include "node/config/node_config.h"

namespace node {

core::Key256 NetworkIdOf(const NetworkOptions& network, const core::Suite& suite) {
  if (network.id.has_value()) return *network.id;
  const std::string text = "orb/network/1" + network.name;
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  return {suite.Sha256({bytes, text.size()})};
}

}  // namespace node
