// Rows of the option table about the protocols: how the core of this node plays. Its defaults are the core's own.
#pragma once

#include <span>

#include "node/config/option_table.h"

namespace node {

[[nodiscard]] std::span<const OptionRow> ProtocolRows();

}  // namespace node
