// Composition: the files of "use", the file itself and the overrides become one JSON value.
//
// Merging: objects merge key by key, everything else is replaced. An object that chooses another
// case ("model", "distribution") than the one below it replaces it as a whole, because the keys of
// the two cases do not mix. Limits: kFilesMax files, no file inside itself. Overrides are paths
// like network.loss, groups[0].count or groups.crowd.count (a list's element by its "name"); a
// value that is no JSON is a text. Source: simulator.md, section 3.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/scenario/file_reader.h"
#include "sim/scenario/findings.h"
#include "sim/scenario/json_value.h"

namespace sim {

inline constexpr size_t kFileBytesMax = size_t{64} << 20;
inline constexpr size_t kFilesMax = 64;

class Composer {
 public:
  // `path` is the top file; all names are resolved from its folder.
  Composer(std::string path, FileReader& files, Findings& findings);

  // The merged value, or nothing when a file is missing, malformed or no object.
  [[nodiscard]] std::optional<JsonValue> Compose(std::string_view top_content);

  void Override(JsonValue& top, const std::string& path, const std::string& value);

  // These bugs instead of the file's.
  void Plant(JsonValue& top, const std::vector<std::string>& bugs);

  // Reads a data file named in the merged value (relative to the top file). A failure becomes a
  // finding at `at`.
  [[nodiscard]] std::optional<std::string> ReadData(const std::string& name, FilePosition at,
                                                    const std::string& json_path);

  // The name under which a data file's own findings are shown.
  [[nodiscard]] std::string ShownName(const std::string& name) const;

  // Per source; see ConformContext.
  [[nodiscard]] const std::vector<std::string>& folders() const { return folders_; }

  // Registers a file or an override as a source of findings.
  uint32_t AddSource(std::string shown, std::string folder);

 private:
  [[nodiscard]] std::optional<JsonValue> Parse(std::string_view content, uint32_t source,
                                               const std::string& name);
  bool MergeUsed(JsonValue& value, const std::string& name);
  bool UseFile(const JsonValue& file, const std::string& path, JsonValue& merged);

  std::string path_;
  FileReader& files_;
  Findings& findings_;
  std::vector<std::string> folders_;
  std::vector<std::string> open_;  // Files being read, outermost first.
  size_t files_read_ = 0;
};

// `over` onto `base`.
void MergeJson(JsonValue& base, JsonValue over);

}  // namespace sim
