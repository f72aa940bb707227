// The adversary of a group: its role and options by the vocabulary's table.
#pragma once

#include <string>

#include "sim/scenario/findings.h"
#include "sim/scenario/json_value.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/vocabulary.h"

namespace sim {

[[nodiscard]] AdversarySpec BindAdversary(const JsonValue& value, const std::string& path,
                                          const Vocabulary& vocabulary, Findings& findings);

}  // namespace sim
