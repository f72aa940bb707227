#include "sim/scenario/findings.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"

#include "core/base/check.h"
#include "sim/scenario/utf8.h"

namespace sim {
namespace {
// Enough to sort the shown ones by line even when the last file read has the first lines.
constexpr size_t kKeptMax = 10'000;
constexpr size_t kQuotedMax = 60;
constexpr size_t kWordMax = 64;

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

// Appends the next character of `rest`, escaped when it is a control character or not UTF-8, and
// passes it. REQUIRES: rest is not empty.
void TakeVisible(std::string_view& rest, std::string& out) {
  const auto byte = static_cast<uint8_t>(rest[0]);
  const size_t length = Utf8Length(rest);
  if (byte < 0x20 || byte == 0x7f || length == 0) {
    absl::StrAppend(&out, "\\x", absl::Hex(byte, absl::kZeroPad2));
  } else {
    out += rest.substr(0, length);
  }
  rest.remove_prefix(std::max(length, size_t{1}));
}

// Keys come from the file, so a path may hold anything.
std::string PathText(const std::string& path) {
  return path.empty() ? "$" : VisibleText(path);
}

std::string LineOf(const std::string& source, const Finding& finding) {
  std::string line = source;
  absl::StrAppend(&line, ":", finding.at.line, ":", finding.at.column, ": ", PathText(finding.path),
                  ": found ", finding.found, ", allowed ", finding.allowed);
  if (!finding.nearest.empty())
    absl::StrAppend(&line, ", did you mean ", Quoted(finding.nearest), "?");
  return line;
}
}  // namespace

uint32_t Findings::AddSource(std::string name) {
  sources_.push_back(std::move(name));
  return static_cast<uint32_t>(sources_.size() - 1);
}

void Findings::Add(Finding finding) {
  CHECK(finding.at.source < sources_.size());
  if (findings_.size() == kKeptMax) {
    ++dropped_;
    return;
  }
  findings_.push_back(std::move(finding));
}

core::Status Findings::ToStatus() const {
  if (empty()) return absl::OkStatus();
  std::vector<Finding> sorted = findings_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Finding& a, const Finding& b) { return a.at < b.at; });
  const size_t shown = std::min(sorted.size(), kShownMax);
  std::string text;
  for (size_t i = 0; i < shown; ++i) {
    if (i > 0) text += '\n';
    text += LineOf(sources_[sorted[i].at.source], sorted[i]);
  }
  if (size() > shown) absl::StrAppend(&text, "\nand ", size() - shown, " more errors");
  return core::InvalidArgument(text);
}

std::string VisibleText(std::string_view text) {
  std::string visible;
  while (!text.empty()) TakeVisible(text, visible);
  return visible;
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (size_t taken = 0; !text.empty(); ++taken) {
    if (taken == kQuotedMax) {
      quoted += "...";
      break;
    }
    TakeVisible(text, quoted);
  }
  return quoted + "\"";
}

std::string QuotedList(std::span<const std::string_view> words) {
  std::string list;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) list += i + 1 == words.size() ? " or " : ", ";
    list += "\"" + std::string(words[i]) + "\"";
  }
  return list.empty() ? "nothing" : list;
}

std::string Nearest(std::string_view word, std::span<const std::string_view> known) {
  std::string_view best;
  size_t best_distance = word.size() / 3 + 2;
  for (const std::string_view candidate : known) {
    if (word.size() > kWordMax || candidate.size() > kWordMax) continue;
    const size_t distance = EditDistance(word, candidate);
    // A word that shares nothing with the candidate is not a slip of it.
    if (distance < best_distance && distance < std::max(word.size(), candidate.size())) {
      best = candidate;
      best_distance = distance;
    }
  }
  return std::string(best);
}

}  // namespace sim
