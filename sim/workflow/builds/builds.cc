#include "sim/workflow/builds/builds.h"

#include <algorithm>

#include "sim/workflow/builds/other_build.h"
#include "sim/workflow/builds/told_run.h"

namespace sim {
namespace {

constexpr size_t kContextLines = 3;
// Between two digests, and so that a digest's window and some context lie in the stretch that is told.
constexpr core::Duration kSecond = core::Seconds(1);
constexpr core::Duration kMargin = core::Seconds(2);

core::StatusOr<std::optional<Parting>> Compare(const TwoBuilds& builds, const ToldQuery& query) {
  OwnRun ours(builds.ours.scenario, builds.ours.options, query);
  ASSIGN_OR_RETURN(const auto other, OtherBuild::Begin(builds.program, builds.capsule, query));
  return FirstDifferenceOf(ours, *other);
}

}  // namespace

core::StatusOr<std::optional<Parting>> FirstDifferenceOf(ToldRun& a, ToldRun& b) {
  std::vector<std::string> before;
  for (;;) {
    ASSIGN_OR_RETURN(const auto of_a, a.Next());
    ASSIGN_OR_RETURN(const auto of_b, b.Next());
    if (!of_a.has_value() && !of_b.has_value()) return std::optional<Parting>();
    if (of_a == of_b) {
      before.push_back(of_a->text + "\n");
      if (before.size() > kContextLines) before.erase(before.begin());
      continue;
    }
    Parting parting{std::move(before), {}, WorldTime::Never()};
    if (of_a.has_value()) parting.lines[0] = of_a->text + "\n";
    if (of_b.has_value()) parting.lines[1] = of_b->text + "\n";
    for (const auto& one : {of_a, of_b}) {
      if (one.has_value()) parting.at = std::min(parting.at, one->at);
    }
    return parting;
  }
}

core::StatusOr<std::optional<Parting>> FindPartingOfBuilds(const TwoBuilds& builds) {
  ASSIGN_OR_RETURN(const auto second, Compare(builds, {.what = ToldQuery::What::kCheckpoints}));
  if (!second.has_value()) return second;
  ToldQuery query;
  query.from = std::max(WorldTime{0}, second->at - kSecond - kMargin);
  query.until = second->at + kMargin;
  ASSIGN_OR_RETURN(auto parting, Compare(builds, query));
  if (!parting.has_value()) parting = Parting{{}, {}, second->at};
  return parting;
}

}  // namespace sim
