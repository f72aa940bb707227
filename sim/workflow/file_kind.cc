#include "sim/workflow/file_kind.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "sim/scenario/compose.h"
#include "sim/scenario/file_reader.h"
#include "sim/scenario/findings.h"
#include "sim/scenario/json_reader.h"

namespace sim {
namespace {

// What our own documents begin their "format" with.
constexpr std::string_view kOurs = "orbweaver ";

std::optional<JsonValue> JsonOf(std::string_view text) {
  Findings ignored;
  (void)ignored.AddSource("");
  return ReadJson(text, {}, ignored);
}

std::string KindOf(const JsonValue& value) {
  const JsonValue* format = value.Find("format");
  if (format != nullptr && format->text.starts_with(kOurs))
    return format->text.substr(kOurs.size());
  constexpr std::array<std::string_view, 3> kKeys = {"groups", "duration", "use"};
  const bool scenario = std::any_of(
      kKeys.begin(), kKeys.end(), [&](std::string_view key) { return value.Find(key) != nullptr; });
  return scenario ? "scenario" : "";
}

}  // namespace

std::string KindOfFile(const std::string& path) {
  DiskReader disk;
  const auto content = disk.Read(path, kFileBytesMax);
  if (!content.ok()) return "";
  if (const auto whole = JsonOf(*content)) return KindOf(*whole);
  // A trace is a line of JSON after the other.
  const auto first = JsonOf(std::string_view(*content).substr(0, content->find('\n')));
  return first.has_value() ? KindOf(*first) : "";
}

core::Status NotThatKind(const core::Status& error, const std::string& path,
                         const std::string& wanted) {
  const std::string kind = KindOfFile(path);
  if (kind.empty() || kind == wanted) return error;
  std::string text = path + ": not a " + wanted + ": found a " + kind + ", allowed a " + wanted;
  if (kind == "scenario") text += "; orbsim run takes scenarios";
  if (kind == "capsule") text += "; orbsim replay takes capsules";
  return core::InvalidArgument(text);
}

}  // namespace sim
