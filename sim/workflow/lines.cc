#include "sim/workflow/lines.h"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace sim {

core::Status ForEachLine(
    const std::string& path,
    const std::function<core::Status(const std::string& line, size_t number)>& take) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return core::NotFound(path + ": cannot be opened: " + std::strerror(errno));
  std::string line;
  for (size_t number = 1; std::getline(file, line); ++number) {
    RETURN_IF_ERROR(take(line, number));
  }
  if (file.bad()) return core::InvalidArgument(path + ": cannot be read: " + std::strerror(errno));
  return core::Status();
}

core::Status BadLine(const std::string& path, size_t number, const std::string& found,
                     const std::string& allowed) {
  return core::InvalidArgument(path + ":" + std::to_string(number) + ": found " + found +
                               ", allowed " + allowed);
}

core::StatusOr<nlohmann::json> ObjectOf(const std::string& path, const std::string& line,
                                        size_t number) {
  nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
  if (object.is_object()) return object;
  return BadLine(path, number, "no JSON object", "one on each line");
}

core::Status CheckFormat(const std::string& path, const nlohmann::json& first,
                         const std::string& format, int version) {
  if (first.value("format", nlohmann::json()) != format)
    return BadLine(path, 1, "another kind of file", "\"" + format + "\"");
  const nlohmann::json found = first.value("version", nlohmann::json());
  if (found == version) return core::Status();
  return BadLine(path, 1, "version " + found.dump(),
                 "version " + std::to_string(version) + ", the only one that this build reads");
}

}  // namespace sim
