// The planted bugs of the checkers of collections (CO): planted_bugs.cc says what each does and who must catch it. They are
// bugs of the client, which makes the blocks, so no role at its peer but the client itself spoils what it writes.
#pragma once

#include <span>
#include <string>

#include "core/port/command.h"

namespace sim {

// Makes a block of a collection wrong as the planted bugs want it. Nothing happens to blocks of other kinds than theirs.
void SpoilWrite(std::span<const std::string> planted, core::BlockWrite& write);

}  // namespace sim
