// The dependencies through the lists and through the blocks of a history; dependencies.h says what they are and adds real time.
#pragma once

#include "sim/history/dependencies.h"

namespace sim {

void InferFromLists(const TransactionHistory& history, Dependencies& dependencies);
void InferFromBlocks(const TransactionHistory& history, Dependencies& dependencies);

}  // namespace sim
