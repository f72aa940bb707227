#include "sim/scenario/parameters.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "sim/scenario/quantity.h"

namespace sim {
namespace {

constexpr int64_t kRoundTripMaxMs = 60'000;
constexpr int64_t kYearUs = core::Minutes(365 * 24 * 60).us;

struct Word {
  std::string_view text;
  uint32_t column = 0;
};

// The words of one line up to a comment. Columns count bytes: what these files may hold is ASCII.
std::vector<Word> WordsOfLine(std::string_view line) {
  constexpr std::string_view kGaps = " \t\r,";
  line = line.substr(0, line.find('#'));
  std::vector<Word> words;
  size_t at = line.find_first_not_of(kGaps);
  while (at != std::string_view::npos) {
    const size_t end = std::min(line.find_first_of(kGaps, at), line.size());
    words.push_back({line.substr(at, end - at), static_cast<uint32_t>(at + 1)});
    at = line.find_first_not_of(kGaps, end);
  }
  return words;
}

// Visits (line number, words) of each line that is not empty, until the visitor returns false.
template <typename Visitor>
void ForEachLine(std::string_view text, Visitor&& visit) {
  uint32_t number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    ++number;
    const std::vector<Word> words = WordsOfLine(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!words.empty() && !visit(number, words)) return;
  }
}

class MatrixReader {
 public:
  MatrixReader(uint32_t source, const std::string& path, Findings& findings)
      : source_(source), path_(path), findings_(findings) {}

  std::optional<LatencyMatrix> Run(std::string_view text) {
    ForEachLine(text,
                [&](uint32_t line, const std::vector<Word>& words) { return Row(line, words); });
    if (good_ && rows_ != columns_) {
      Refuse({source_, last_line_, 1}, absl::StrCat(rows_, " rows of ", columns_, " numbers"),
             "as many rows as numbers in a row");
    }
    if (good_ && rows_ == 0) Refuse({source_, 1, 1}, "an empty file", "round trips, n x n");
    if (!good_) return std::nullopt;
    matrix_.side = rows_;
    return std::move(matrix_);
  }

 private:
  void Refuse(FilePosition at, std::string found, std::string allowed) {
    findings_.Add({at, path_, std::move(found), std::move(allowed), ""});
    good_ = false;
  }

  bool Row(uint32_t line, const std::vector<Word>& words) {
    const FilePosition start{source_, line, words[0].column};
    last_line_ = line;
    if (words.size() > kMatrixSideMax || rows_ == kMatrixSideMax) {
      Refuse(start, absl::StrCat("more than ", kMatrixSideMax, " rows or columns"),
             absl::StrCat("at most ", kMatrixSideMax, " of each"));
      return false;
    }
    if (rows_ == 0) columns_ = static_cast<uint32_t>(words.size());
    if (words.size() != columns_) {
      Refuse(start, absl::StrCat("a row of ", words.size(), " numbers"),
             absl::StrCat(columns_, " numbers, as in the first row"));
    }
    ++rows_;
    for (const Word& word : words) Number(line, word);
    return true;
  }

  void Number(uint32_t line, const Word& word) {
    const auto round_trip_us = ParseDecimal(word.text, 1'000, /*truncate=*/true);
    if (round_trip_us.has_value() && *round_trip_us >= 0 &&
        *round_trip_us <= kRoundTripMaxMs * 1'000) {
      if (good_) matrix_.one_way_us.push_back(static_cast<uint32_t>(*round_trip_us / 2));
      return;
    }
    Refuse({source_, line, word.column}, Quoted(word.text),
           absl::StrCat("a round trip from 0 to ", kRoundTripMaxMs, " ms, without a unit"));
  }

  uint32_t source_;
  const std::string& path_;
  Findings& findings_;
  LatencyMatrix matrix_;
  uint32_t rows_ = 0;
  uint32_t columns_ = 0;
  uint32_t last_line_ = 1;
  bool good_ = true;
};

}  // namespace

std::optional<LatencyMatrix> ParseMatrix(std::string_view text, uint32_t source,
                                         const std::string& path, Findings& findings) {
  return MatrixReader(source, path, findings).Run(text);
}

std::vector<int64_t> ParseTrace(std::string_view text, uint32_t source, const std::string& path,
                                Findings& findings) {
  constexpr std::string_view kAllowed = "one duration per line such as \"12.5s\"";
  std::vector<int64_t> values;
  bool refused = false;
  ForEachLine(text, [&](uint32_t line, const std::vector<Word>& words) {
    const Quantity quantity = ParseQuantity(words[0].text, Measure::kDuration);
    const bool fits = quantity.problem == Quantity::Problem::kNone && quantity.value >= 0 &&
                      quantity.value <= kYearUs;
    if (!fits || words.size() > 1) {
      const Word& bad = fits ? words[1] : words[0];
      refused = true;
      findings.Add({{source, line, bad.column}, path, Quoted(bad.text), std::string(kAllowed), ""});
    } else {
      values.push_back(quantity.value);
    }
    return true;
  });
  if (values.empty() && !refused) {
    findings.Add({{source, 1, 1}, path, "no duration", std::string(kAllowed), ""});
  }
  return values;
}

}  // namespace sim
