#include "sim/workflow/report/members.h"

#include <algorithm>

#include "sim/workflow/lines.h"

namespace sim {
namespace {

bool IsOf(MemberKind kind, const nlohmann::json& value) {
  switch (kind) {
    case MemberKind::kText:
      return value.is_string();
    case MemberKind::kNatural:
      return value.is_number_unsigned();
    case MemberKind::kFlag:
      return value.is_boolean();
    case MemberKind::kNaturals:
      return value.is_array() && std::all_of(value.begin(), value.end(), [](const auto& each) {
               return each.is_number_unsigned();
             });
    case MemberKind::kColumn:
      return value.is_null() || value.is_number_unsigned();
  }
  return false;
}

}  // namespace

core::StatusOr<nlohmann::ordered_json> TakeMembers(const std::string& path,
                                                   const nlohmann::json& line, size_t number,
                                                   const std::vector<Member>& members) {
  nlohmann::ordered_json taken;
  for (const Member& member : members) {
    const auto value = line.find(member.name);
    if (value == line.end() || !IsOf(member.kind, *value)) {
      const std::string found = value == line.end() ? "nothing" : value->dump();
      return BadLine(path, number, found + " as " + member.name,
                     "what docs/commands.md says of it");
    }
    taken[member.name] = *value;
  }
  return taken;
}

}  // namespace sim
