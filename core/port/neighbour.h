// Neighbour: a peer near a key, as routing remembers it and as clusters are made of.
#pragma once

#include "core/base/ids.h"

namespace core {

struct Neighbour {
  PeerId peer;
  bool away = false;  // It fell silent and is remembered all the same.
};

}  // namespace core
