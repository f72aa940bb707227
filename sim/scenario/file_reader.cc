#include "sim/scenario/file_reader.h"

#include <filesystem>
#include <fstream>
#include <system_error>

namespace sim {

core::StatusOr<std::string> DiskReader::Read(const std::string& path, size_t size_max) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return core::NotFound(path);
  // A folder opens as a stream on some systems and only fails later.
  if (std::filesystem::is_directory(path, error)) return core::Internal(path);
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return core::Internal(path);
  std::string content;
  std::string chunk(size_t{1} << 16, '\0');
  while (stream) {
    stream.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    content.append(chunk, 0, static_cast<size_t>(stream.gcount()));
    if (content.size() > size_max) return core::ResourceExhausted(path);
  }
  if (stream.bad()) return core::Internal(path);
  return content;
}

core::StatusOr<std::string> OnceReader::Read(const std::string& path, size_t size_max) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto known = files_.find(path);
  if (known != files_.end()) return known->second;
  return files_.emplace(path, DiskReader().Read(path, size_max)).first->second;
}

core::StatusOr<std::string> MapReader::Read(const std::string& path, size_t size_max) {
  const auto found = files_.find(path);
  if (found == files_.end()) return core::NotFound(path);
  if (found->second.size() > size_max) return core::ResourceExhausted(path);
  return found->second;
}

std::string FolderOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? "" : std::string(path.substr(0, slash + 1));
}

std::string ResolvePath(std::string_view folder, std::string_view name) {
  std::filesystem::path path(name);
  if (!path.is_absolute()) path = std::filesystem::path(folder) / path;
  return path.lexically_normal().generic_string();
}

}  // namespace sim
