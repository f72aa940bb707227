#include "sim/network/drop.h"

namespace sim {

std::string_view NameOf(DropReason reason) {
  constexpr std::array<std::string_view, kDropReasons> kNames = {
      "none", "loss", "fault", "partition", "nat", "up_queue", "down_queue", "down", "corrupt"};
  return kNames[static_cast<size_t>(reason)];
}

}  // namespace sim
