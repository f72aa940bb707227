#include "sim/workflow/sweep/signature.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"

#include "sim/workflow/explain/chain_shape.h"
#include "sim/workflow/explain/trace_back.h"

namespace sim {
namespace {

constexpr size_t kEveryLine = std::numeric_limits<size_t>::max();

// Words without a digit as they are; others, and what an abbreviated id shows ("beef.."), as #.
std::string WithoutNumbers(const std::string& text) {
  std::string plain;
  for (size_t i = 0; i < text.size();) {
    const auto is_word = [&](size_t at) {
      return at < text.size() && std::isalnum(static_cast<unsigned char>(text[at])) != 0;
    };
    if (!is_word(i)) {
      plain += text[i++];
      continue;
    }
    size_t end = i;
    while (is_word(end)) ++end;
    const std::string word = text.substr(i, end - i);
    const bool number = word.find_first_of("0123456789") != std::string::npos;
    plain += number || text.compare(end, 2, "..") == 0 ? "#" : word;
    i = end;
  }
  return plain;
}

}  // namespace

const Checker* FirstBroken(const Session& session) {
  const Checker* first = nullptr;
  for (const Judgement& judgement : session.outcome().judgements) {
    if (!judgement.fails_run) continue;
    const Checker* checker = session.FindChecker(judgement.name);
    if (checker == nullptr || !checker->first().has_value()) continue;
    if (first == nullptr || checker->first()->at < first->first()->at) first = checker;
  }
  return first;
}

std::string SignatureOf(const Session& session) {
  const Checker* first = FirstBroken(session);
  if (first != nullptr)
    return std::string(first->info().id) + ": " + WithoutNumbers(first->first()->found);
  std::vector<std::string> failed;
  for (const Judgement& judgement : session.outcome().judgements) {
    if (judgement.fails_run) failed.push_back(judgement.name);
  }
  std::sort(failed.begin(), failed.end());
  return absl::StrJoin(failed, " ");
}

std::string WithChain(const std::string& signature, const std::string& shape) {
  return shape.empty() ? signature : signature + ", chain " + NameOfShape(shape);
}

core::StatusOr<std::string> ChainShapeOf(const std::shared_ptr<const Scenario>& scenario,
                                         const std::string& check, const Console& console) {
  const Console unseen{console.out, console.error, console.program, false, console.stop_flag};
  const Traced traced{
      scenario, {1, 0, WorldTime{scenario->duration.us}, console.stop_flag}, unseen};
  ASSIGN_OR_RETURN(TracedViolation finding, FindViolation(traced, check));
  ASSIGN_OR_RETURN(Preceding preceding, TraceBack(traced, finding));
  const core::PeerId peer = finding.violation.peer;
  return ShapeOf(MakeChain(std::move(preceding.happenings), peer, kEveryLine), peer);
}

}  // namespace sim
