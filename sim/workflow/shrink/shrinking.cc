#include "sim/workflow/shrink/shrinking.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace sim {

Shrinking::Shrinking(Failing failing, Trials& trials, std::function<void(const std::string&)> tell)
    : failing_(std::move(failing)), trials_(trials), tell_(std::move(tell)) {}

void Shrinking::Run() {
  for (bool again = true; again && !trials_.Stopped();) {
    again = false;
    for (const Reduction& reduction : Reductions()) again |= Apply(reduction);
  }
}

bool Shrinking::Apply(const Reduction& reduction) {
  return reduction.changes == nullptr ? Shorten(reduction) : Simplify(reduction);
}

bool Shrinking::Shorten(const Reduction& list) {
  const Failing whole = failing_;  // What the indices are about.
  const size_t size = list.size(whole);
  const auto first = [&](size_t count, const std::function<Indices(size_t)>& kept) {
    const auto smaller = [&](size_t i) { return list.keep(whole, kept(i)); };
    std::optional<Success> success = trials_.First(failing_, count, smaller);
    if (!success.has_value()) return std::optional<size_t>();
    const size_t before = list.size(failing_);
    const size_t after = list.size(success->failing);
    Take(std::move(success->failing), list.what, absl::StrCat(before, " -> ", after));
    return std::optional<size_t>(success->candidate);
  };
  return Minimise(size, first).size() < size;
}

// After a change the next one is asked first, so that one round finds what the last round would.
bool Shrinking::Simplify(const Reduction& reduction) {
  bool any = false;
  for (size_t next = 0;;) {
    const std::vector<Change> changes = reduction.changes(failing_);
    const auto place = [&](size_t i) { return (next + i) % changes.size(); };
    std::optional<Success> success =
        trials_.First(failing_, changes.size(), [&](size_t i) { return changes[place(i)].json; });
    if (!success.has_value()) return any;
    next = place(success->candidate);
    Take(std::move(success->failing), reduction.what, changes[next].what);
    any = true;
  }
}

void Shrinking::Take(Failing smaller, std::string_view what, const std::string& step) {
  const uint64_t seed = smaller.scenario->seed;
  std::string line =
      absl::StrFormat("%-9s %s  (%d tried", std::string(what), step, trials_.tried());
  if (seed != failing_.scenario->seed) absl::StrAppend(&line, ", seed ", seed);
  failing_ = std::move(smaller);
  tell_(line + ")");
}

}  // namespace sim
