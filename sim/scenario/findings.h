// Findings: everything wrong with a scenario, each with file, line, column, path, what was found,
// what is allowed and the nearest known word.
//
// Invariants: (1) collecting never stops the reading, so one run shows all mistakes; (2) at most
// kShownMax lines are shown, in the order of the files and their lines; the rest are counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace sim {

// A place in one of the files that make up a scenario. Line and column count from 1, columns in
// characters.
struct FilePosition {
  uint32_t source = 0;
  uint32_t line = 1;
  uint32_t column = 1;

  friend auto operator<=>(const FilePosition&, const FilePosition&) = default;
};

struct Finding {
  FilePosition at;
  std::string path;  // JSON path; empty: the whole file.
  std::string found;
  std::string allowed;
  std::string nearest;  // Empty: no known word is near.
};

class Findings {
 public:
  static constexpr size_t kShownMax = 20;

  // Registers a file (or an override) under the name that messages show; the index is
  // FilePosition::source.
  uint32_t AddSource(std::string name);

  void Add(Finding finding);

  [[nodiscard]] bool empty() const { return findings_.empty(); }

  [[nodiscard]] size_t size() const { return findings_.size() + dropped_; }

  // One line per finding, joined by line feeds; OK when there are none.
  [[nodiscard]] core::Status ToStatus() const;

 private:
  std::vector<std::string> sources_;
  std::vector<Finding> findings_;
  size_t dropped_ = 0;
};

// `text` with control characters and bytes that are not UTF-8 escaped.
[[nodiscard]] std::string VisibleText(std::string_view text);

// `text` in double quotes, control characters escaped, cut after 60 characters.
[[nodiscard]] std::string Quoted(std::string_view text);

// `"a", "b" or "c"`.
[[nodiscard]] std::string QuotedList(std::span<const std::string_view> words);

// The word at the smallest edit distance, if it is near enough to be meant; otherwise empty.
[[nodiscard]] std::string Nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace sim
