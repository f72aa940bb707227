// Options: the settings of one role, checked against the role's table.
//
// The table is the only place that knows names, defaults and what is allowed; the scenario loader,
// `orbsim list adversaries` and the roles themselves read it.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace sim {

// A word out of a list, or, when there is no list, a number between two bounds.
struct RoleOption {
  std::string_view name;
  std::string_view about;
  std::string_view words;  // "a|b|c"; the first is the default.
  int64_t least = 0;
  int64_t most = 0;
  int64_t otherwise = 0;  // The default of a number.
};

struct RoleInfo {
  std::string_view name;
  std::string_view about;  // One line.
  std::span<const RoleOption> options;
};

class Options {
 public:
  // Refuses unknown names and values that are not allowed, with what was found and what is allowed.
  [[nodiscard]] static core::StatusOr<Options> Parse(
      const RoleInfo& role, const std::map<std::string, std::string>& settings);

  // REQUIRES: the role's table has the option.
  [[nodiscard]] const std::string& Word(std::string_view name) const;
  [[nodiscard]] int64_t Number(std::string_view name) const;

 private:
  std::map<std::string, std::string, std::less<>> words_;
  std::map<std::string, int64_t, std::less<>> numbers_;
};

}  // namespace sim
