#include "sim/workflow/sweep/report.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "sim/observe/probes.h"
#include "sim/workflow/report_text.h"
#include "sim/workflow/text_table.h"

namespace sim {
namespace {

// Long lists are for the ledger; a line names so many.
constexpr size_t kNamed = 8;

std::string Listed(const std::vector<std::string>& names) {
  if (names.size() <= kNamed) return absl::StrJoin(names, ", ");
  return absl::StrJoin(names.begin(), names.begin() + kNamed, ", ") +
         absl::StrFormat(" and %d more", names.size() - kNamed);
}

std::string EndOf(const SweepRun& run) {
  if (run.exit == ExitCode::kPass) return "pass";
  return absl::StrFormat("exit %d %s", static_cast<int>(run.exit), run.signature);
}

// What failed runs that ended alike: "BR-3 in 12, TX-3 in all". Empty when it is one thing.
std::string FailedText(const SweepRuns& alike) {
  std::map<std::string, size_t> counts;
  for (const SweepRun* run : alike) {
    for (const std::string& name : run->failed) ++counts[name];
  }
  if (counts.size() < 2) return "";
  std::vector<std::string> parts;
  for (const auto& [name, count] : counts)
    parts.push_back(name + " in " + (count == alike.size() ? "all" : std::to_string(count)));
  return "  failed  " + absl::StrJoin(parts, ", ") + "\n";
}

// What is in all of the runs' lists, and in some.
struct Seen {
  std::set<std::string> in_some;
  std::set<std::string> in_all;
};

Seen SeenIn(const SweepRuns& runs, std::vector<std::string> SweepRun::*list) {
  Seen seen;
  for (const SweepRun* run : runs) {
    const std::set<std::string> names((run->*list).begin(), (run->*list).end());
    if (run == runs.front()) seen.in_all = names;
    seen.in_some.insert(names.begin(), names.end());
    std::erase_if(seen.in_all, [&](const std::string& name) { return !names.contains(name); });
  }
  return seen;
}

// What the run shows: checks that are idle in others, probes, kinds of faults, and those that met.
std::set<std::string> ShownBy(const SweepRun& run, const std::set<std::string>& often_idle) {
  std::set<std::string> shown = often_idle;
  for (const std::string& check : run.vacuous) shown.erase(check);
  shown.insert(run.probes.begin(), run.probes.end());
  shown.insert(run.faults.begin(), run.faults.end());
  shown.merge(PairsOf(run.faults));
  return shown;
}

std::string ProbesText(const SweepRuns& runs) {
  const Seen reached = SeenIn(runs, &SweepRun::probes);
  std::vector<std::string> never;
  for (const Probe& probe : ProbeTable()) {
    if (!reached.in_some.contains(NameOf(probe))) never.push_back(NameOf(probe));
  }
  return absl::StrFormat("probes    %d of %d reached", reached.in_some.size(),
                         ProbeTable().size()) +
         (never.empty() ? "\n" : "; never " + Listed(never) + "\n");
}

std::string NewsText(const SweepRuns& runs) {
  std::vector<std::string> seeds;
  for (const News& news : NewsOf(runs)) {
    const std::string seed = std::to_string(runs[news.run]->cell.seed);
    if (seeds.empty() || seeds.back() != seed) seeds.push_back(seed);
  }
  return seeds.empty() ? "" : "news      first shown by seeds " + Listed(seeds) + "\n";
}

int64_t MedianOf(std::vector<int64_t> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::string MedianText(const SweepRuns& runs, const std::string& metric) {
  std::vector<int64_t> values;
  for (const SweepRun* run : runs) {
    const auto found = run->metrics.find(metric);
    if (found != run->metrics.end()) values.push_back(found->second);
  }
  return values.empty() ? "-" : ValueText(MedianOf(std::move(values)), UnitOfMetric(metric));
}

std::string ChangesText(const SweepCell& cell) {
  std::vector<std::string> settings;
  for (const auto& [path, value] : cell.changes) settings.push_back(path + "=" + value);
  return absl::StrJoin(settings, " ");
}

}  // namespace

std::set<std::string> PairsOf(const std::vector<std::string>& kinds) {
  std::set<std::string> pairs;
  for (size_t i = 0; i < kinds.size(); ++i) {
    for (size_t j = i + 1; j < kinds.size(); ++j) pairs.insert(kinds[i] + " + " + kinds[j]);
  }
  return pairs;
}

ExitCode WorstOf(const SweepRuns& runs) {
  ExitCode worst = ExitCode::kPass;
  for (const SweepRun* run : runs) {
    if (run->exit == ExitCode::kSafety) return run->exit;
    if (worst == ExitCode::kPass) worst = run->exit;
  }
  return worst;
}

std::string EndsText(const SweepRuns& runs, const std::vector<Axis>& axes,
                     const ScenarioSource& source, const std::string& program) {
  std::map<std::string, SweepRuns> kinds;
  for (const SweepRun* run : runs) kinds[EndOf(*run)].push_back(run);
  std::string text;
  for (const auto& [end, alike] : kinds) {
    text += absl::StrFormat("%8d  %s\n", alike.size(), end);
    if (alike[0]->exit == ExitCode::kPass) continue;
    if (!alike[0]->chain.empty()) text += "  chain   " + alike[0]->chain + "\n";
    text += FailedText(alike);
    const SweepCell& first = alike[0]->cell;
    text += "  repro   " + program + " run " +
            ArgumentsOf(SourceOf(source, axes, first), first.seed) + "\n";
  }
  return text;
}

SweepRuns FirstFailures(const SweepRuns& runs) {
  std::set<std::string> ends;
  SweepRuns firsts;
  for (const SweepRun* run : runs) {
    if (run->exit != ExitCode::kPass && ends.insert(EndOf(*run)).second) firsts.push_back(run);
  }
  return firsts;
}

std::vector<News> NewsOf(const SweepRuns& runs) {
  const std::set<std::string> often_idle = SeenIn(runs, &SweepRun::vacuous).in_some;
  std::set<std::string> known;
  std::vector<News> all;
  for (size_t i = 0; i < runs.size(); ++i) {
    News news{i, {}};
    for (const std::string& name : ShownBy(*runs[i], often_idle)) {
      if (known.insert(name).second) news.shown.push_back(name);
    }
    if (!news.shown.empty()) all.push_back(std::move(news));
  }
  return all;
}

std::string CoverageText(const SweepRuns& runs) {
  if (runs.empty()) return "";
  const Seen vacuous = SeenIn(runs, &SweepRun::vacuous);
  std::string text = "checks    ";
  text += vacuous.in_all.empty()
              ? "each judged something\n"
              : "never judged anything: " + Listed({vacuous.in_all.begin(), vacuous.in_all.end()}) +
                    "\n";
  text += ProbesText(runs);
  const Seen faults = SeenIn(runs, &SweepRun::faults);
  const std::string news = NewsText(runs);
  if (faults.in_some.size() < 2) return text + news;
  std::set<std::string> apart = PairsOf({faults.in_some.begin(), faults.in_some.end()});
  const size_t pairs = apart.size();
  for (const SweepRun* run : runs) {
    for (const std::string& met : PairsOf(run->faults)) apart.erase(met);
  }
  text += absl::StrFormat("faults    %d kinds, %d of %d pairs in one run", faults.in_some.size(),
                          pairs - apart.size(), pairs);
  text += apart.empty() ? "\n" : "; never " + Listed({apart.begin(), apart.end()}) + "\n";
  return text + news;
}

std::string GridText(const SweepRuns& runs, const std::vector<Axis>& axes,
                     const std::vector<std::string>& metrics) {
  if (axes.empty() || runs.empty()) return "";
  std::vector<std::vector<std::string>> rows(1);
  for (const Axis& axis : axes) rows[0].push_back(axis.path);
  rows[0].insert(rows[0].end(), {"runs", "passed"});
  rows[0].insert(rows[0].end(), metrics.begin(), metrics.end());
  std::map<std::vector<std::string>, SweepRuns> points;
  for (const SweepRun* run : runs) points[run->cell.values].push_back(run);
  for (const SweepCell& point : CellsOf({.seeds = {1, 1}, .axes = axes, .shard = {}})) {
    const SweepRuns& alike = points[point.values];
    const auto passed = std::count_if(alike.begin(), alike.end(), [](const SweepRun* run) {
      return run->exit == ExitCode::kPass;
    });
    rows.push_back(point.values);
    rows.back().push_back(std::to_string(alike.size()));
    rows.back().push_back(std::to_string(passed));
    for (const std::string& metric : metrics) rows.back().push_back(MedianText(alike, metric));
  }
  return Aligned(rows);
}

std::string CsvText(const SweepRuns& runs, const std::vector<Axis>& axes,
                    const std::vector<std::string>& metrics) {
  std::vector<std::string> head = {"seed"};
  for (const Axis& axis : axes) head.push_back(axis.path);
  const bool guided = std::any_of(runs.begin(), runs.end(),
                                  [](const SweepRun* run) { return !run->cell.changes.empty(); });
  if (guided) head.emplace_back("changes");
  head.insert(head.end(), {"exit", "failed", "signature", "chain"});
  head.insert(head.end(), metrics.begin(), metrics.end());
  head.emplace_back("fingerprint");
  std::string text = CsvLine(head);
  for (const SweepRun* run : runs) {
    std::vector<std::string> row = {std::to_string(run->cell.seed)};
    row.insert(row.end(), run->cell.values.begin(), run->cell.values.end());
    if (guided) row.push_back(ChangesText(run->cell));
    row.insert(row.end(), {std::to_string(static_cast<int>(run->exit)),
                           absl::StrJoin(run->failed, " "), run->signature, run->chain});
    for (const std::string& metric : metrics) {
      const auto found = run->metrics.find(metric);
      row.push_back(found == run->metrics.end() ? "" : std::to_string(found->second));
    }
    row.push_back(run->fingerprint);
    text += CsvLine(std::move(row));
  }
  return text;
}

}  // namespace sim
