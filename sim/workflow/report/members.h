// Members of a line of a run's files, checked and copied for the page: what is not asked for is left out.
//
// Errors name the file, the line, what was found and what is allowed. Thread rule: plain data.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/status.h"

namespace sim {

enum class MemberKind {
  kText,
  kNatural,
  kFlag,
  kNaturals,
  kColumn
};  // kColumn: a natural or null.

struct Member {
  const char* name;
  MemberKind kind;
};

[[nodiscard]] core::StatusOr<nlohmann::ordered_json> TakeMembers(
    const std::string& path, const nlohmann::json& line, size_t number,
    const std::vector<Member>& members);

}  // namespace sim
