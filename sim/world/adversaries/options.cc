#include "sim/world/adversaries/options.h"

#include <charconv>
#include <optional>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"

#include "core/base/check.h"

namespace sim {
namespace {

std::string AllowedText(const RoleOption& option) {
  if (option.words.empty()) return absl::StrCat(option.least, " to ", option.most);
  std::string text(option.words);
  for (size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) {
    text.replace(at, 1, ", ");
  }
  return text;
}

bool HasWord(std::string_view words, std::string_view wanted) {
  while (!words.empty()) {
    const size_t end = words.find('|');
    if (words.substr(0, end) == wanted) return true;
    words = end == std::string_view::npos ? std::string_view() : words.substr(end + 1);
  }
  return false;
}

std::optional<int64_t> NumberIn(const RoleOption& option, const std::string& text) {
  int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  if (number < option.least || number > option.most) return std::nullopt;
  return number;
}

core::Status Refuse(const RoleInfo& role, const RoleOption& option, const std::string& found) {
  return core::InvalidArgument(absl::StrCat("adversary ", std::string(role.name), ": ",
                                            std::string(option.name), " is \"", found,
                                            "\", allowed: ", AllowedText(option)));
}

}  // namespace

core::StatusOr<Options> Options::Parse(const RoleInfo& role,
                                       const std::map<std::string, std::string>& settings) {
  Options options;
  for (const RoleOption& option : role.options) {
    const std::string name(option.name);
    const auto given = settings.find(name);
    if (option.words.empty()) {
      options.numbers_[name] = option.otherwise;
      if (given == settings.end()) continue;
      const std::optional<int64_t> number = NumberIn(option, given->second);
      if (!number.has_value()) return Refuse(role, option, given->second);
      options.numbers_[name] = *number;
      continue;
    }
    options.words_[name] = std::string(option.words.substr(0, option.words.find('|')));
    if (given == settings.end()) continue;
    if (!HasWord(option.words, given->second)) return Refuse(role, option, given->second);
    options.words_[name] = given->second;
  }
  for (const auto& [name, value] : settings) {
    if (options.words_.contains(name) || options.numbers_.contains(name)) continue;
    std::string allowed = role.options.empty() ? "none" : "";
    for (const RoleOption& option : role.options) {
      absl::StrAppend(&allowed, allowed.empty() ? "" : ", ", std::string(option.name));
    }
    return core::InvalidArgument(absl::StrCat("adversary ", std::string(role.name),
                                              ": unknown option \"", name,
                                              "\", allowed: ", allowed));
  }
  return options;
}

const std::string& Options::Word(std::string_view name) const {
  const auto at = words_.find(name);
  CHECK(at != words_.end());
  return at->second;
}

int64_t Options::Number(std::string_view name) const {
  const auto at = numbers_.find(name);
  CHECK(at != numbers_.end());
  return at->second;
}

}  // namespace sim
