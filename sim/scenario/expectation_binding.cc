// Binding of the expect and plant sections, by the names of the vocabulary.
#include <algorithm>
#include <array>

#include "sim/scenario/allowed.h"
#include "sim/scenario/binding.h"
#include "sim/scenario/conform.h"
#include "sim/scenario/section.h"

namespace sim {
namespace {

using Relation = Expectation::Relation;

constexpr std::array<std::pair<std::string_view, Relation>, 3> kRelations{
    {{"below", Relation::kBelow}, {"above", Relation::kAbove}, {"equals", Relation::kEquals}}};

std::vector<std::string_view> Views(const std::vector<std::string>& names) {
  return {names.begin(), names.end()};
}

bool Known(const JsonValue& value, const std::string& path, std::string_view what,
           const std::vector<std::string_view>& names, Findings& findings) {
  if (std::find(names.begin(), names.end(), value.text) != names.end()) return true;
  findings.Add({value.at, path, "the unknown " + std::string(what) + " " + Quoted(value.text),
                QuotedList(names), Nearest(value.text, names)});
  return false;
}

class ExpectationBinder {
 public:
  ExpectationBinder(const JsonValue& value, std::string path, Binding& binding)
      : value_(value), path_(std::move(path)), binding_(binding) {}

  Expectation Run() {
    Read(value_, "check", expectation_.check);
    Read(value_, "metric", expectation_.metric);
    Read(value_, "must_fail", expectation_.must_fail);
    Read(value_, "counted", expectation_.counted);
    const bool check = value_.Find("check") != nullptr;
    const bool metric = value_.Find("metric") != nullptr;
    if (check == metric) {
      Refuse(check ? "both \"check\" and \"metric\"" : "neither \"check\" nor \"metric\"",
             "one of them");
    } else if (expectation_.counted && (metric || expectation_.must_fail)) {
      Refuse(metric ? "\"counted\" beside \"metric\"" : "both \"counted\" and \"must_fail\"",
             "\"counted\" beside \"check\" alone");
    } else if (check) {
      Check();
    } else {
      Metric();
    }
    return std::move(expectation_);
  }

 private:
  void Refuse(std::string found, std::string allowed) {
    binding_.findings.Add({value_.at, path_, std::move(found), std::move(allowed), ""});
  }

  void Check() {
    for (const auto& [key, relation] : kRelations) {
      if (value_.Find(key) != nullptr) {
        Refuse("\"check\" with " + Quoted(key), "a relation only beside \"metric\"");
      }
    }
    const JsonValue* check = Good(value_, "check");
    if (check == nullptr) return;
    (void)Known(*check, Join(path_, "check"), "check", Views(binding_.vocabulary.checks),
                binding_.findings);
    expectation_.text = check->text;
  }

  void Metric() {
    const JsonValue* metric = Good(value_, "metric");
    std::vector<std::string_view> names;
    for (const MetricName& name : binding_.vocabulary.metrics) names.push_back(name.name);
    const bool known = metric != nullptr &&
                       Known(*metric, Join(path_, "metric"), "metric", names, binding_.findings);
    size_t relations = 0;
    for (const auto& [key, relation] : kRelations) {
      if (value_.Find(key) == nullptr) continue;
      ++relations;
      expectation_.relation = relation;
      if (known) Bound(key, *metric);
    }
    if (relations == 1) return;
    Refuse(relations == 0 ? "\"metric\" without a relation" : "more than one relation",
           "one of \"below\", \"above\" and \"equals\"");
  }

  void Bound(std::string_view key, const JsonValue& metric) {
    const JsonValue* bound = Good(value_, key);
    if (bound == nullptr) return;
    const auto& metrics = binding_.vocabulary.metrics;
    const auto name = std::find_if(metrics.begin(), metrics.end(),
                                   [&](const MetricName& one) { return one.name == metric.text; });
    JsonValue copy = *bound;
    const KeyRow row = {
        .key = key, .kind = name->measure.has_value() ? KindOf(*name->measure) : KeyKind::kInteger};
    const std::vector<std::string> folders;
    ConformKey(copy, row, Join(path_, key), {binding_.findings, folders});
    if (!copy.good) return;
    expectation_.bound = copy.number;
    expectation_.text = metric.text + " " + std::string(key) + " " + bound->text;
  }

  const JsonValue& value_;
  std::string path_;
  Binding& binding_;
  Expectation expectation_;
};

void BindPlanted(const JsonValue& plant, Binding& binding) {
  for (size_t i = 0; i < plant.items.size(); ++i) {
    const JsonValue& item = plant.items[i];
    if (!item.good) continue;
    if (!Known(item, Join("plant", i), "bug", Views(binding.vocabulary.bugs), binding.findings)) {
      continue;
    }
    binding.scenario.plant.push_back(item.text);
  }
}

}  // namespace

void BindExpectations(const JsonValue& top, Binding& binding) {
  if (const JsonValue* plant = Good(top, "plant")) BindPlanted(*plant, binding);
  const JsonValue* expect = Good(top, "expect");
  if (expect == nullptr) return;
  for (size_t i = 0; i < expect->items.size(); ++i) {
    if (!expect->items[i].good) continue;
    binding.scenario.expect.push_back(
        ExpectationBinder(expect->items[i], Join("expect", i), binding).Run());
  }
}

}  // namespace sim
