#include "node/config/config_file.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include "node/config/loader.h"

namespace node {
namespace {

namespace fs = std::filesystem;

core::StatusOr<std::string> ReadText(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (!error && size > kConfigBytesMax) {
    return core::InvalidArgument(file.string() + ": found " + std::to_string(size) +
                                 " bytes, allowed " + std::to_string(kConfigBytesMax));
  }
  std::ifstream in(file, std::ios::binary);
  if (error || !in) {
    return core::NotFound(file.string() + ": cannot be read" +
                          (error ? ": " + error.message() : ""));
  }
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

fs::path DefaultFolder() {
  const char* data = std::getenv("XDG_DATA_HOME");  // NOLINT(concurrency-mt-unsafe)
  if (data != nullptr && data[0] == '/') return fs::path(data) / "orbnode";
  const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe)
  if (home != nullptr && home[0] == '/') return fs::path(home) / ".local/share/orbnode";
  return "/var/lib/orbnode";
}

core::StatusOr<NodeConfig> LoadConfigFile(const fs::path& file) {
  ASSIGN_OR_RETURN(const std::string text, ReadText(file));
  return LoadConfig(text, {file.string(), fs::absolute(file).parent_path().string()});
}

core::StatusOr<NodeConfig> LoadDefaultConfig() {
  const fs::path folder = DefaultFolder();
  std::error_code error;
  if (fs::exists(folder / kConfigFileName, error)) return LoadConfigFile(folder / kConfigFileName);
  return DefaultConfig(folder.string());
}

}  // namespace node
